import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { Delivery } from '../webhooks';
import { waha } from '.';
import ack from './fixtures/message-ack-noweb.webhook.json';
import { posted } from '../../test/gateways/posted.mts';
import { credential, SECRET } from './testValues.mts';

const bytes = (text: string) => new TextEncoder().encode(text);
const sign = (text: string, key = SECRET) => createHmac('sha512', key).update(text).digest('hex');

/** As WAHA calls, with a key in the webhook. */
function signed(body: unknown, key = SECRET, text = JSON.stringify(body)): Delivery {
	const headers = { 'x-webhook-hmac': sign(text, key), 'x-webhook-hmac-algorithm': 'sha512' };
	return posted({ headers, query: {}, body, rawBody: bytes(text) });
}
const verify = (delivery: Delivery, more: Record<string, unknown> = {}) =>
	waha.verifyWebhook(credential(more), delivery).verified;

it('takes the vendor’s own vector', () => {
	// waha.devlike.pro/docs/how-to/events, "HMAC authentication".
	const text = '{"event":"message","session":"default","engine":"WEBJS"}';
	const signature =
		'208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89';
	expect(sign(text, 'my-secret-key')).toBe(signature);
	const delivery = posted({
		headers: { 'x-webhook-hmac': signature },
		query: {},
		body: JSON.parse(text),
		rawBody: bytes(text),
	});
	expect(verify(delivery, { webhookSecret: 'my-secret-key' })).toBe(true);
	expect(verify(delivery, { webhookSecret: 'my-secret-key2' })).toBe(false);
});

it('verifies the bytes as they came, and not what they say', () => {
	const spaced = JSON.stringify(
		{ ...ack, payload: { ...ack.payload, body: 'é🙏\u2028' } },
		null,
		2,
	);
	expect(verify(signed(ack, SECRET, spaced))).toBe(true);
	const delivery = signed(ack, SECRET, spaced);
	expect(verify({ ...delivery, rawBody: bytes(JSON.stringify(ack)) })).toBe(false);
});

it('takes a secret in a header of the webhook’s own, where nothing is signed', () => {
	const by = (headers: Delivery['headers']) => posted({ headers, query: {}, body: ack });
	expect(verify(by({ authorization: `Bearer ${SECRET}` }))).toBe(true);
	expect(verify(by({ 'x-webhook-secret': SECRET }))).toBe(true);
	expect(verify(by({ authorization: 'Bearer other' }))).toBe(false);
	expect(verify(by({}))).toBe(false);
});

const genuine = signed(ack);
const { 'x-webhook-hmac': signature } = genuine.headers as Record<string, string>;
it.each<[string, Partial<Delivery>]>([
	['an empty signature', { headers: { 'x-webhook-hmac': '' } }],
	['the signature twice', { headers: { 'x-webhook-hmac': [signature, signature] } }],
	['the beginning of the signature', { headers: { 'x-webhook-hmac': signature.slice(0, -1) } }],
	['the signature and more', { headers: { 'x-webhook-hmac': `${signature}0` } }],
	['no bytes', { rawBody: null }],
	['other bytes', { rawBody: bytes('{}') }],
	['no bytes at all', { rawBody: bytes('') }],
	[
		'a wrong signature, with the secret in a header',
		{ headers: { 'x-webhook-hmac': 'f'.repeat(128), authorization: `Bearer ${SECRET}` } },
	],
	[
		'the hash without a key',
		{ headers: { 'x-webhook-hmac': sign(JSON.stringify(ack), 'undefined') } },
	],
])('does not trust %s', (_, more) => {
	expect(verify(genuine)).toBe(true);
	expect(verify({ ...genuine, ...more })).toBe(false);
});

it.each<[string, unknown]>([
	['of another session', { ...ack, session: 'shop' }],
	['of no session', { ...ack, session: undefined }],
	['of an inherited session', JSON.parse('{"__proto__":{"session":"default"}}')],
	['that is no object', [ack]],
])('does not trust a webhook %s, though it is signed', (_, body) => {
	expect(verify(signed(body))).toBe(false);
});

it('trusts nothing without a secret in the credential', () => {
	const none = { webhookSecret: '' };
	const empty = posted({
		headers: { 'x-webhook-hmac': 'x' },
		query: {},
		body: ack,
		rawBody: bytes(JSON.stringify(ack)),
	});
	expect(verify(empty, none)).toBe(false);
	expect(verify(posted({ headers: { authorization: '' }, query: {}, body: ack }), none)).toBe(
		false,
	);
});

it('trusts no other signature of any body', () => {
	fc.assert(
		fc.property(fc.jsonValue(), fc.string(), fc.string({ minLength: 1 }), (body, given, key) => {
			fc.pre(key.trim() !== SECRET);
			const delivery = signed(body, key);
			expect(verify(delivery)).toBe(false);
			expect(verify({ ...delivery, headers: { 'x-webhook-hmac': given } })).toBe(false);
		}),
	);
});
