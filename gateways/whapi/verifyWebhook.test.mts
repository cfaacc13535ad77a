import type { Delivery } from '../webhooks';
import { whapi } from '.';
import sent from './fixtures/statuses-post.webhook.json';
import { posted } from '../../test/gateways/posted.mts';
import { credential, ours, SECRET } from './testValues.mts';

/** As the gateway calls: with the header that was registered. */
const delivery = posted({
	headers: { authorization: ours.headers.Authorization },
	query: {},
	body: sent,
});
const verify = (more: Partial<Delivery>, other: Record<string, unknown> = {}) =>
	whapi.verifyWebhook({ ...credential, ...other }, { ...delivery, ...more }).verified;

it('trusts the header that was registered', () => {
	expect(verify({})).toBe(true);
});

it.each<[string, Partial<Delivery>]>([
	['no header', { headers: {} }],
	['an empty header', { headers: { authorization: '' } }],
	['another secret', { headers: { authorization: 'Bearer other' } }],
	['the scheme alone', { headers: { authorization: 'Bearer ' } }],
	['the beginning of the secret', { headers: { authorization: `Bearer ${SECRET.slice(0, -1)}` } }],
	['the header twice', { headers: { authorization: [SECRET, SECRET] } }],
	['another channel', { body: { ...sent, channel_id: 'OTHER-1' } }],
	['no channel', { body: { ...sent, channel_id: undefined } }],
	[
		'a channel that is inherited',
		{ body: JSON.parse('{"__proto__":{"channel_id":"MANTIS-M72HC"}}') },
	],
	['a body that is no object', { body: [sent] }],
])('does not trust %s', (_, more) => {
	expect(verify(more)).toBe(false);
});

it('trusts nothing without a secret in the credential', () => {
	expect(verify({}, { webhookSecret: '' })).toBe(false);
});

it('takes any channel where the credential names none', () => {
	expect(verify({ body: { ...sent, channel_id: 'OTHER-1' } }, { whapiChannelId: '' })).toBe(true);
});
