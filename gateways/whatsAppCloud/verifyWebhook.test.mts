import fc from 'fast-check';
import { whatsAppCloud } from '.';
import { posted } from '../../test/gateways/posted.mts';
import type { Delivery } from '../webhooks';
import { verifyToken } from './credential';
import { vectors } from './fixtures/signatures.json';
import { APP_SECRET, credential, signed } from './testValues.mts';

const verify = (delivery: Delivery, more: Record<string, unknown> = {}) =>
	whatsAppCloud.verifyWebhook({ ...credential, ...more }, delivery);

describe('the signature', () => {
	it.each(vectors)('of the vector with the secret $secret', ({ secret, body, signature }) => {
		const delivery = posted({
			headers: { 'x-hub-signature-256': signature },
			query: {},
			body: JSON.parse(body) as unknown,
			rawBody: Buffer.from(body),
		});
		expect(verify(delivery, { whatsAppCloudAppSecret: secret })).toEqual({ verified: true });
		expect(verify(delivery, { whatsAppCloudAppSecret: `${secret}.` }).verified).toBe(false);
	});

	it('is over the bytes: the same JSON written again is refused', () => {
		const [{ body, signature }] = vectors;
		const again = JSON.stringify(JSON.parse(body));
		expect(again).not.toBe(body);
		const delivery = posted({
			headers: { 'x-hub-signature-256': signature },
			query: {},
			body: JSON.parse(body) as unknown,
			rawBody: Buffer.from(again),
		});
		expect(verify(delivery).verified).toBe(false);
		// As the facts have it, whoever signs that has this one.
		expect(signed(again).headers['x-hub-signature-256']).toBe(
			'sha256=98145dfd11472435810c9db7866b3ca91db345b2fd74cbb0298261eabcab9be0',
		);
	});

	const genuine = signed('{"object":"whatsapp_business_account","entry":[]}');
	const signature = String(genuine.headers['x-hub-signature-256']);

	it.each<[string, Partial<Delivery>, string]>([
		['no signature', { headers: {} }, 'the webhook has no signature'],
		[
			'two signatures',
			{ headers: { 'x-hub-signature-256': [signature, signature] } },
			'no signature',
		],
		['the old SHA-1 header', { headers: { 'x-hub-signature': signature } }, 'no signature'],
		['bytes that cannot be read', { rawBody: null }, 'cannot be read'],
		['another body', { rawBody: Buffer.from('{"entry":[]}') }, 'not signed with the App Secret'],
		[
			'the hash alone',
			{ headers: { 'x-hub-signature-256': signature.slice('sha256='.length) } },
			'not signed',
		],
		[
			'a cut signature',
			{ headers: { 'x-hub-signature-256': signature.slice(0, -1) } },
			'not signed',
		],
		['an empty one', { headers: { 'x-hub-signature-256': '' } }, 'not signed'],
		[
			'the Webhook Secret, which Meta does not know',
			{ headers: { authorization: 'Bearer hook-secret' } },
			'no signature',
		],
	])('is refused: %s', (_, more, reason) => {
		expect(verify({ ...genuine, ...more }, { webhookSecret: 'hook-secret' })).toEqual({
			verified: false,
			reason: expect.stringContaining(reason),
		});
	});

	it('needs the App Secret', () => {
		for (const secret of ['', undefined]) {
			expect(verify(genuine, { whatsAppCloudAppSecret: secret })).toEqual({
				verified: false,
				reason: 'the credential has no App Secret',
			});
		}
	});

	it('holds for any text, and for no other secret', () => {
		fc.assert(
			fc.property(fc.json(), fc.string({ minLength: 1 }), (text, secret) => {
				const delivery = signed(text, secret);
				const isSame = secret.trim() === APP_SECRET;
				expect(verify(delivery).verified).toBe(isSame);
				const own = { whatsAppCloudAppSecret: secret };
				if (secret.trim() === secret) expect(verify(delivery, own).verified).toBe(true);
			}),
		);
	});
});

describe('the challenge', () => {
	const challenge = (query: Record<string, unknown>, more: Record<string, unknown> = {}) =>
		whatsAppCloud.answerChallenge!(
			{ ...credential, ...more },
			posted({ method: 'GET', headers: {}, query, body: undefined }),
		);
	const query = {
		'hub.mode': 'subscribe',
		'hub.challenge': '1158201444',
		'hub.verify_token': 'vibecoding',
	};
	const entered = { whatsAppCloudVerifyToken: 'vibecoding' };

	it('comes back as it is, as plain text', () => {
		expect(challenge(query, entered)).toEqual({
			status: 200,
			contentType: 'text/plain',
			body: '1158201444',
		});
		const markup = { ...query, 'hub.challenge': '<script>alert(1)</script>' };
		expect(challenge(markup, entered)).toMatchObject({
			contentType: 'text/plain',
			body: '<script>alert(1)</script>',
		});
	});

	it('is answered with a token of the App Secret where none was entered', () => {
		const token = verifyToken(credential);
		expect(token).toMatch(/^[0-9a-f]{64}$/);
		expect(challenge({ ...query, 'hub.verify_token': token })).toMatchObject({ status: 200 });
		// Another number's is another, and without a secret there is none.
		expect(verifyToken({ ...credential, whatsAppCloudPhoneNumberId: '10654' })).not.toBe(token);
		expect(verifyToken({ ...credential, whatsAppCloudAppSecret: '' })).toBe('');
	});

	it.each<[string, object, object]>([
		['another token', { 'hub.verify_token': 'vibecodinG' }, entered],
		[
			'an empty token in the credential',
			{ 'hub.verify_token': '0' },
			{ whatsAppCloudAppSecret: '' },
		],
	])('with %s is refused in words, without an echo', (_, change, more) => {
		expect(challenge({ ...query, ...change }, more as Record<string, unknown>)).toEqual({
			status: 403,
			contentType: 'text/plain',
			body: expect.stringContaining('"Verify Token"'),
		});
	});

	it.each<[string, object]>([
		['no mode', { 'hub.mode': undefined }],
		['another mode', { 'hub.mode': 'unsubscribe' }],
		['no challenge', { 'hub.challenge': '' }],
		['a list for a challenge', { 'hub.challenge': ['1', '2'] }],
		['no token', { 'hub.verify_token': undefined }],
	])('is none with %s', (_, change) => {
		expect(challenge({ ...query, ...change }, entered)).toBeNull();
	});
});
