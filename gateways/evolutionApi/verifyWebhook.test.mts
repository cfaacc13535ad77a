import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { posted } from '../../test/gateways/posted.mts';
import type { Delivery } from '../webhooks';
import { evolutionApi } from '.';
import update from './fixtures/messages-update.webhook.json';
import { credentialOf, KEY, SECRET } from './testValues.mts';

const body = { ...update, instance: 'my shop' };
const headers = { authorization: `Bearer ${SECRET}` };
const verify = (more: Partial<Delivery>, credential: Record<string, unknown> = {}) =>
	evolutionApi.verifyWebhook(
		credentialOf(credential),
		posted({ headers, query: {}, body, ...more }),
	).verified;

it.each<[string, Partial<Delivery>]>([
	['its own header', {}],
	['the header without a scheme', { headers: { authorization: SECRET } }],
	['the URL, as in version 1 and global webhooks', { headers: {}, query: { secret: SECRET } }],
])('trusts the secret in %s', (_, more) => expect(verify(more)).toBe(true));

/** As `jwt_key` makes it: whoever knows the key may sign, but the trigger never sets one. */
const jwt = (() => {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const text = `${part({ alg: 'HS256' })}.${part({ app: 'evolution' })}`;
	return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
})();

it.each<[string, Partial<Delivery>]>([
	['no secret', { headers: {} }],
	['an empty one', { headers: { authorization: '' } }],
	['another', { headers: { authorization: 'Bearer other' } }],
	['the beginning of it', { headers: { authorization: `Bearer ${SECRET.slice(0, -1)}` } }],
	['a token signed with it', { headers: { authorization: `Bearer ${jwt}` } }],
	['the key of the instance in its body', { headers: {}, body: { ...body, apikey: KEY } }],
	['the key of the instance', { headers: { authorization: `Bearer ${KEY}`, apikey: KEY } }],
	['the headers of 2.4 alone', { headers: { 'x-instance-name': 'my shop' } }],
	['another instance', { body: { ...body, instance: 'my shop 2' } }],
	['the instance in other letters', { body: { ...body, instance: 'My Shop' } }],
	['an encoded instance', { body: { ...body, instance: 'my%20shop' } }],
	['no instance', { body: { ...body, instance: undefined } }],
	['a list', { body: [body] }],
	['an inherited instance', { body: JSON.parse('{"__proto__":{"instance":"my shop"}}') }],
	['no JSON', { body: 'event=messages.update' }],
])('does not trust %s', (_, more) => expect(verify(more)).toBe(false));

it('trusts nobody where the credential lacks a secret or a name', () => {
	expect(verify({}, { webhookSecret: '' })).toBe(false);
	expect(verify({ body: { ...body, instance: '' } }, { evolutionApiInstance: '' })).toBe(false);
	expect(verify({ body: { ...body, instance: undefined } }, { evolutionApiInstance: '' })).toBe(
		false,
	);
});

describe('a body without its secrets', () => {
	const cut = evolutionApi.withoutSecrets!;

	it('has neither the key, nor the URL with its query, nor files and their keys', () => {
		const media = { mimetype: 'image/jpeg', jpegThumbnail: 'x', mediaKey: 'k', caption: 'c' };
		const given = {
			...update,
			destination: `https://n8n.example/webhook/abc?secret=${SECRET}`,
			apikey: KEY,
			api_key: KEY,
			data: {
				...update.data,
				message: {
					imageMessage: media,
					base64: 'A'.repeat(1000),
					messageContextInfo: { messageSecret: 's' },
				},
				contextInfo: { quotedMessage: { imageMessage: media } },
			},
		};
		const shown = { mimetype: 'image/jpeg', caption: 'c' };
		expect(Object.keys(cut(given) as object)).toEqual(
			Object.keys(update).filter((name) => name !== 'destination' && name !== 'apikey'),
		);
		expect((cut(given) as typeof given).data).toEqual({
			...update.data,
			message: { imageMessage: shown, messageContextInfo: {} },
			contextInfo: { quotedMessage: { imageMessage: shown } },
		});
		// What came is not changed.
		expect(given.apikey).toBe(KEY);
	});

	it('is still the instance that it names, with its status', () => {
		const [before] = evolutionApi.parseWebhook(update, { receivedAt: '' });
		const [after] = evolutionApi.parseWebhook(cut(update), { receivedAt: '' });
		expect({ ...after, raw: null }).toEqual({ ...before, raw: null });
	});

	it('never has the key, wherever it stands under its name, and nothing throws', () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.array(fc.string(), { maxLength: 20 }), (value, path) => {
				const holder: unknown = { value, apikey: KEY };
				const nested = path.reduce((inner, name) => ({ [`x${name}`]: [inner] }), holder);
				expect(JSON.stringify(cut(nested)) ?? '').not.toContain(KEY);
			}),
		);
	});

	it('stays calm with deep nesting', () => {
		let deep: unknown = { apikey: KEY };
		for (let level = 0; level < 100_000; level++) deep = { deep };
		expect(JSON.stringify(cut({ event: 'messages.update', deep }))).not.toContain(KEY);
	});

	it.each([null, 'x', 7, true, undefined])('may be no object: %j', (value) =>
		expect(cut(value)).toBe(value),
	);
});
