import crypto from 'node:crypto';
import fc from 'fast-check';
import type { Delivery } from '../../gateways/webhooks';
import { canVerifyWebhooks, equalSecrets, verifyWebhookSecret } from '../../gateways/webhookSecret';
import { posted } from './posted.mts';

const SECRET = 'correct horse battery';
const delivery = (changes: Partial<Delivery>) =>
	posted({ headers: {}, query: {}, body: {}, ...changes });
const verify = (changes: Partial<Delivery>, webhookSecret: unknown = SECRET) =>
	verifyWebhookSecret({ webhookSecret }, delivery(changes));

describe('a delivery is trusted with the secret', () => {
	it.each<[string, Partial<Delivery>]>([
		['as header authorization', { headers: { authorization: SECRET } }],
		['after Bearer', { headers: { authorization: `Bearer ${SECRET}` } }],
		['after another scheme', { headers: { authorization: `Secret ${SECRET}` } }],
		['as header x-webhook-secret', { headers: { 'x-webhook-secret': SECRET } }],
		['as query parameter secret', { query: { secret: SECRET } }],
		['in both headers', { headers: { authorization: SECRET, 'x-webhook-secret': SECRET } }],
		[
			'in one of two headers',
			{ headers: { authorization: 'Basic eA==', 'x-webhook-secret': SECRET } },
		],
		[
			'in the query, beside a header',
			{ headers: { authorization: 'x' }, query: { secret: SECRET } },
		],
		[
			'beside a header given twice',
			{ headers: { authorization: ['x', 'y'] }, query: { secret: SECRET } },
		],
	])('%s', (_, changes) => expect(verify(changes)).toEqual({ verified: true }));

	it('whatever blanks the credential has around it', () => {
		expect(verify({ query: { secret: SECRET } }, ` ${SECRET}\n`)).toEqual({ verified: true });
	});

	it('of one word, after a scheme', () => {
		expect(verify({ headers: { authorization: 'Bearer abc' } }, 'abc')).toEqual({ verified: true });
	});
});

describe('a delivery is not trusted', () => {
	const none = 'the webhook has no secret';
	const other = 'the webhook has a different secret';

	it.each<[string, Partial<Delivery>, string]>([
		['without a secret', {}, none],
		['with an empty header', { headers: { authorization: '' } }, none],
		['with an empty query parameter', { query: { secret: '' } }, none],
		['with the header given twice', { headers: { authorization: [SECRET, SECRET] } }, none],
		['with the header as a list of one', { headers: { 'x-webhook-secret': [SECRET] } }, none],
		['with the query parameter given twice', { query: { secret: [SECRET, SECRET] } }, none],
		['with the query parameter as an object', { query: { secret: { 0: SECRET } } }, none],
		['with the secret in another header', { headers: { 'x-api-key': SECRET } }, none],
		['with the secret in another parameter', { query: { token: SECRET } }, none],
		['with the secret in the body', { body: { secret: SECRET } }, none],
		['with another secret', { query: { secret: 'correct horse batterx' } }, other],
		['with a shorter one', { query: { secret: SECRET.slice(0, -1) } }, other],
		['with a longer one', { query: { secret: `${SECRET}y` } }, other],
		['with a huge one', { query: { secret: 'x'.repeat(1_000_000) } }, other],
		['with the secret in capitals', { query: { secret: SECRET.toUpperCase() } }, other],
		['with the scheme alone', { headers: { authorization: 'Bearer' } }, other],
		['with another one after the scheme', { headers: { authorization: 'Bearer x' } }, other],
		['with two headers joined to one', { headers: { 'x-webhook-secret': `x, ${SECRET}` } }, other],
		['after a scheme, elsewhere', { headers: { 'x-webhook-secret': `Bearer ${SECRET}` } }, other],
		['after a scheme, in the query', { query: { secret: `Bearer ${SECRET}` } }, other],
		['with the last word of the secret', { headers: { authorization: 'battery' } }, other],
		[
			'with wrong secrets in both headers',
			{ headers: { authorization: 'a', 'x-webhook-secret': 'b' } },
			other,
		],
	])('%s', (_, changes, reason) => {
		expect(verify(changes)).toEqual({ verified: false, reason });
	});

	it.each([undefined, null, '', '  ', {}, [SECRET], true])(
		'where the credential holds %j as secret',
		(webhookSecret) => {
			expect(canVerifyWebhooks({}, { webhookSecret })).toBe(false);
			for (const secret of ['', ' ', 'undefined', 'null', SECRET, String(webhookSecret)]) {
				expect(verifyWebhookSecret({ webhookSecret }, delivery({ query: { secret } }))).toEqual({
					verified: false,
					reason: 'the credential has no Webhook Secret',
				});
			}
		},
	);

	it('and the reason tells no secret', () => {
		fc.assert(
			fc.property(
				fc.stringMatching(/^[A-Z]{8,20}$/),
				fc.stringMatching(/^[A-Z]{8,20}$/),
				(a, b) => {
					fc.pre(a !== b);
					const verdict = JSON.stringify(verify({ query: { secret: a } }, b));
					expect(verdict).not.toContain(a);
					expect(verdict).not.toContain(b);
				},
			),
		);
	});
});

it('never throws, whatever headers and query hold', () => {
	const values = fc.dictionary(
		fc.constantFrom('authorization', 'x-webhook-secret', 'secret', '__proto__'),
		fc.anything(),
	);
	fc.assert(
		fc.property(values, values, fc.anything(), (headers, query, body) => {
			const given = { headers: headers as Delivery['headers'], query, body };
			expect(typeof verifyWebhookSecret({ webhookSecret: SECRET }, given).verified).toBe('boolean');
		}),
	);
});

describe('the comparison', () => {
	afterEach(() => jest.restoreAllMocks());

	it('is right for texts of any lengths', () => {
		const text = fc.string({ unit: 'grapheme' });
		fc.assert(
			fc.property(text, text, (a, b) => {
				expect(equalSecrets(a, b)).toBe(a === b);
				expect(equalSecrets(a, a)).toBe(true);
				expect(equalSecrets(a, `${a}x`)).toBe(false);
			}),
		);
	});

	it('does not trust the end of a header that came twice, which Node joins to one', () => {
		const headers = { 'x-webhook-secret': `wrong, ${SECRET}` };
		expect(verify({ headers, query: {} })).toMatchObject({ verified: false });
	});

	it('looks at equally many bytes whatever the lengths, and does so for each candidate', () => {
		const compare = jest.spyOn(crypto, 'timingSafeEqual');
		const headers = { authorization: `Bearer ${SECRET}`, 'x-webhook-secret': 'x' };
		verify({ headers, query: { secret: 'y'.repeat(1_000) } });
		// The header alone and after its scheme, the own header, and the query.
		expect(compare.mock.calls.length).toBe(4);
		for (const [a, b] of compare.mock.calls) expect([a.byteLength, b.byteLength]).toEqual([32, 32]);
	});
});
