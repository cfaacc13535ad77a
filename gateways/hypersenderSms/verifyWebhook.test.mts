import type { Delivery } from '../webhooks';
import { hypersenderSms } from '.';
import sent from './fixtures/message-sent.webhook.json';
import { posted } from '../../test/gateways/posted.mts';
import { credential, INSTANCE, SECRET } from './testValues.mts';

const delivery = posted({
	headers: { authorization: SECRET, 'x-instanceid': INSTANCE, 'x-userid': 'u' },
	query: {},
	body: sent,
});
const verify = (changes: Partial<Delivery> = {}, more: Record<string, unknown> = {}) =>
	hypersenderSms.verifyWebhook({ ...credential, ...more }, { ...delivery, ...changes });
const headers = (changes: Delivery['headers']) => ({
	headers: { ...delivery.headers, ...changes },
});

it('trusts what the vendor sends', () => {
	expect(verify()).toEqual({ verified: true });
});

it('trusts a secret with a blank, sent verbatim', () => {
	expect(verify(headers({ authorization: 'a b' }), { webhookSecret: 'a b' })).toEqual({
		verified: true,
	});
});

it('trusts the secret in the address, where none can be set in the dashboard', () => {
	expect(verify({ ...headers({ authorization: undefined }), query: { secret: SECRET } })).toEqual({
		verified: true,
	});
});

it.each<[string, Partial<Delivery>, Record<string, unknown>, string]>([
	['no secret', headers({ authorization: undefined }), {}, 'has no secret'],
	['another secret', headers({ authorization: 'X-sms-webhook' }), {}, 'different'],
	['two secrets', headers({ authorization: [SECRET, SECRET] }), {}, 'has no secret'],
	['no instance', headers({ 'x-instanceid': undefined }), {}, 'no header x-instanceId'],
	['an empty instance', headers({ 'x-instanceid': '' }), {}, 'another instance'],
	['another instance', headers({ 'x-instanceid': 'other' }), {}, 'another instance'],
	['two instances', headers({ 'x-instanceid': [INSTANCE] }), {}, 'no header x-instanceId'],
	['no secret of ours', {}, { webhookSecret: '' }, 'has no Webhook Secret'],
	['no instance of ours', {}, { hypersenderSmsInstanceId: ' ' }, 'has no Instance ID'],
	[
		'no instance at all',
		headers({ 'x-instanceid': '' }),
		{ hypersenderSmsInstanceId: '' },
		'has no Instance ID',
	],
])('does not trust %s', (_, changes, more, reason) => {
	expect(verify(changes, more)).toEqual({
		verified: false,
		reason: expect.stringContaining(reason),
	});
});
