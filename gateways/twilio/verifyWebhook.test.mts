import { createHmac, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Delivery } from '../webhooks';
import { runs } from '../../test/proof.mts';
import { posted } from '../../test/gateways/posted.mts';
import { twilio } from './index';
import { credential, TOKEN } from './testValues.mts';

const URL_ = 'https://n8n.example.com/webhook/abc/webhook';
const FORM = 'application/x-www-form-urlencoded; charset=UTF-8';
/** The samples' account. */
const own = { ...credential, twilioAccountSid: `AC${'X'.repeat(32)}` };

const sample = (name: string) =>
	readFileSync(join(__dirname, 'fixtures', `${name}.form.txt`), 'utf8').trim();

const asForm = (text: string, signature: string, more: Partial<Delivery> = {}): Delivery =>
	posted({
		url: URL_,
		headers: { 'content-type': FORM, 'x-twilio-signature': signature },
		query: {},
		body: Object.fromEntries(new URLSearchParams(text)),
		rawBody: Buffer.from(text),
		form: [...new URLSearchParams(text)],
		...more,
	});

const sign = (text: string, url = URL_, token = TOKEN) =>
	createHmac('sha1', token)
		.update(
			[...new URLSearchParams(text)]
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.reduce((all, [name, value]) => all + name + value, url),
		)
		.digest('base64');

const verify = (delivery: Delivery, using = own) => twilio.verifyWebhook(using, delivery).verified;

/** Computed with plain HMAC-SHA1 from the samples, by other code. */
it.each([
	['delivered-whatsapp', URL_, 'RoZ8AmmbEzrdz7rX2rUPZHj2UBc='],
	['undelivered', `${URL_}?reference=order-17`, 'Xu2uo8avaEceRgGxyo3buqO/+0k='],
	['received-sms', URL_, 'MVOM/yepznyAhSP3laDwyIHDINI='],
	['received-sms-stop', URL_, '2aFNQhtSxqYGClC634i+1R5Lpo4='],
	['received-whatsapp-button', URL_, 'WSCbRqjMsGx8R7bSyc9nV78OFSM='],
	['received-whatsapp-reply', URL_, 'fhadjnPZP4fNxYwk0/Jwv88Nin0='],
])('trusts the sample %s', (name, url, signature) => {
	expect(verify(asForm(sample(name), signature, { url }))).toBe(true);
	expect(verify(asForm(sample(name), signature, { url: `${url}&x=1` }))).toBe(false);
	expect(verify(asForm(`${sample(name)}&X=`, signature, { url }))).toBe(false);
});

it('knows the sample by its bytes, not by what n8n made of them', () => {
	const text = 'Body=+a+&Empty=&MessageStatus=sent&Tag=b&Tag=a';
	const signed = createHmac('sha1', TOKEN)
		.update(`${URL_}Body a Empty${''}MessageStatussentTagaTagb`)
		.digest('base64');
	const trimmed = { body: { Body: 'a', MessageStatus: 'sent' }, form: [] as never };
	expect(verify(asForm(text, signed, trimmed))).toBe(true);
});

describe('behind a proxy', () => {
	const text = 'MessageStatus=sent&MessageSid=SM1';
	const inside = { url: 'http://localhost:5678/webhook/abc/webhook?reference=1' };
	const at = (url: string, headers: Record<string, string>) => {
		const delivery = asForm(text, sign(text, url), inside);
		return verify({ ...delivery, headers: { ...delivery.headers, ...headers } });
	};
	const outside = 'https://n8n.example.com/webhook/abc/webhook?reference=1';

	it.each<[what: string, url: string, headers: Record<string, string>]>([
		['n8n’s own URL', inside.url, {}],
		[
			'the forwarded host',
			outside,
			{ 'x-forwarded-host': 'n8n.example.com', 'x-forwarded-proto': 'https' },
		],
		[
			'the first of several',
			outside,
			{ 'x-forwarded-host': 'n8n.example.com, inner', 'x-forwarded-proto': 'https,http' },
		],
		['the host, where the proxy passes it on', outside, { host: 'n8n.example.com' }],
		[
			'http',
			outside.replace('https', 'http'),
			{ 'x-forwarded-host': 'n8n.example.com', 'x-forwarded-proto': 'http' },
		],
		[
			'a port of the proxy',
			outside.replace('.com', '.com:8443'),
			{ 'x-forwarded-host': 'n8n.example.com:8443' },
		],
		[
			'a test URL',
			outside.replace('/webhook/', '/webhook-test/'),
			{ 'x-forwarded-host': 'n8n.example.com' },
		],
	])('trusts %s', (_, url, headers) => expect(at(url, headers)).toBe(true));

	it.each<[what: string, url: string, headers: Record<string, string>]>([
		['another host', outside, { 'x-forwarded-host': 'evil.example' }],
		['another path', 'https://n8n.example.com/webhook/other', { host: 'n8n.example.com' }],
		['another query', outside.replace('=1', '=2'), { host: 'n8n.example.com' }],
		['no host', outside, {}],
	])('not %s', (_, url, headers) => expect(at(url, headers)).toBe(false));
});

describe('Event Streams', () => {
	const event = { specversion: '1.0', data: { accountSid: own.twilioAccountSid } };
	const asJson = (body: unknown, changed = (text: string) => text) => {
		const text = JSON.stringify(body);
		const hash = createHash('sha256').update(text).digest('hex');
		const url = `${URL_}?bodySHA256=${hash}`;
		const headers = { 'content-type': 'application/json', 'x-twilio-signature': sign('', url) };
		return posted({ url, headers, query: {}, body, rawBody: Buffer.from(changed(text)) });
	};

	it('is trusted by the hash of its body, one event or several', () => {
		expect(verify(asJson(event))).toBe(true);
		expect(verify(asJson([event, event]))).toBe(true);
	});

	it('is not with a byte more, and not without the hash', () => {
		expect(verify(asJson(event, (text) => `${text} `))).toBe(false);
		const headers = { 'content-type': 'application/json', 'x-twilio-signature': sign('') };
		const rawBody = Buffer.from(JSON.stringify(event));
		const plain = posted({ url: URL_, headers, query: {}, body: event, rawBody });
		expect(verify(plain)).toBe(false);
	});

	it('cannot be posted as a form, nor a form as JSON', () => {
		const delivery = asJson(event);
		expect(verify({ ...delivery, form: [] })).toBe(false);
		const text = 'MessageStatus=sent';
		expect(verify(asForm(text, sign(text), { form: null }))).toBe(false);
	});

	it('of another account is not ours', () => {
		const other = { ...event, data: { accountSid: `AC${'0'.repeat(32)}` } };
		expect(verify(asJson([event, other]))).toBe(false);
	});
});

describe('a forged webhook', () => {
	const text = 'MessageStatus=delivered&MessageSid=SM1&ErrorCode=0';
	const good = asForm(text, sign(text));
	const withHeaders = (headers: Delivery['headers']) => ({ ...good, headers });

	it('is not trusted, and the genuine one is', () => {
		expect(verify(good)).toBe(true);
		expect(verify(asForm(text.replace('delivered', 'failed'), sign(text)))).toBe(false);
		expect(verify(asForm(text, sign(text, URL_, 'another token')))).toBe(false);
	});

	it.each<[what: string, delivery: Delivery]>([
		['no signature', withHeaders({ 'content-type': FORM })],
		['an empty one', withHeaders({ 'x-twilio-signature': '' })],
		['two', withHeaders({ 'x-twilio-signature': [sign(text), sign(text)] })],
		['that of an empty body', withHeaders({ 'x-twilio-signature': sign('') })],
		['no bytes', { ...good, rawBody: null }],
		['another account', asForm(`${text}&AccountSid=AC1`, sign(`${text}&AccountSid=AC1`))],
	])('%s', (_, delivery) => expect(verify(delivery)).toBe(false));

	it('nothing is trusted without an Auth Token, also with the secret of others', () => {
		const without = { ...own, twilioAuthToken: '', webhookSecret: 'secret' };
		const delivery = { ...good, query: { secret: 'secret' } };
		expect(verify(asForm(text, sign(text, URL_, '')), without)).toBe(false);
		expect(verify(delivery, without)).toBe(false);
		expect(twilio.verifyWebhook(without, good)).toEqual({
			verified: false,
			reason: 'the credential has no Auth Token',
		});
	});

	it('never throws, and trusts no change of the body', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 200 }),
				fc.string(),
				fc.string(),
				fc.boolean(),
				(bytes, signature, url, isForm) => {
					const delivery = posted({
						url,
						headers: { 'x-twilio-signature': signature, host: signature },
						query: {},
						body: null,
						rawBody: bytes,
						form: isForm ? [] : null,
					});
					expect(verify(delivery)).toBe(false);
				},
			),
			runs(200),
		);
	});

	it('any form is trusted as it came, and no other', () => {
		const parameters = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 8 });
		fc.assert(
			fc.property(parameters, fc.nat(), (pairs, at) => {
				const names = new Set(pairs.map(([name]) => name));
				const unique = pairs.filter(([name]) => names.delete(name));
				const form = new URLSearchParams(unique);
				const raw = form.toString();
				const delivery = asForm(raw, sign(raw), { body: {} });
				expect(verify(delivery)).toBe(true);
				const bytes = Buffer.from(`${raw}&z=1`);
				bytes[at % bytes.length] ^= 1;
				expect(verify({ ...delivery, rawBody: bytes })).toBe(false);
			}),
			runs(200),
		);
	});
});
