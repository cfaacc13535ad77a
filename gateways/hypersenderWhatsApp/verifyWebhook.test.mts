import type { Delivery } from '../webhooks';
import { hypersenderWhatsApp } from '.';
import ack from './fixtures/message-ack.webhook.json';
import { posted } from '../../test/gateways/posted.mts';
import { credential, INSTANCE, SECRET } from './testValues.mts';

const delivery = posted({
	headers: { authorization: SECRET, 'x-instanceid': INSTANCE, 'x-userid': 'u' },
	query: {},
	body: ack,
});
const verify = (changes: Partial<Delivery> = {}, more: Record<string, unknown> = {}) =>
	hypersenderWhatsApp.verifyWebhook({ ...credential, ...more }, { ...delivery, ...changes });
const headers = (changes: Delivery['headers']) => ({
	headers: { ...delivery.headers, ...changes },
});
const bodyOf = (instanceId: unknown) => ({ body: { ...ack, data: { ...ack.data, instanceId } } });

it('trusts what the vendor sends', () => {
	expect(verify()).toEqual({ verified: true });
});

it.each([[bodyOf(undefined)], [bodyOf(null)], [{ body: {} }], [{ body: null }], [{ body: [] }]])(
	'trusts a body that names no instance: %j',
	(changes) => expect(verify(changes)).toEqual({ verified: true }),
);

it.each<[string, Partial<Delivery>, Record<string, unknown>, string]>([
	['no secret', headers({ authorization: undefined }), {}, 'has no secret'],
	['another secret', headers({ authorization: 'wrong' }), {}, 'different'],
	['no instance', headers({ 'x-instanceid': undefined }), {}, 'no header x-instanceId'],
	['another instance', headers({ 'x-instanceid': 'other' }), {}, 'is from another instance'],
	['another instance in the body', bodyOf('other'), {}, 'body of the webhook'],
	['no secret of ours', {}, { webhookSecret: '' }, 'has no Webhook Secret'],
	['no instance of ours', {}, { hypersenderWhatsAppInstanceId: '' }, 'has no Instance ID'],
])('does not trust %s', (_, changes, more, reason) => {
	expect(verify(changes, more)).toEqual({
		verified: false,
		reason: expect.stringContaining(reason),
	});
});
