import Ajv from 'ajv';
import { whatsAppCloud } from '.';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { ContentInput } from '../../messages/message';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { GatewayError } from '../transport/gatewayError';
import type { Outcome } from '../transport/request';
import schemas from './fixtures/requests.schema.json';
import sentTemplate from './fixtures/sent-template.json';
import sentText from './fixtures/sent-text.json';
import templateRequest from './fixtures/template.request.json';
import { credential, KEY, messageTo, NUMBER, TOKEN } from './testValues.mts';

const ajv = new Ajv({ strict: false }).addSchema(schemas, 'requests');

async function send(
	content: ContentInput,
	{
		to = '+1 650-555-1234',
		reference = 'order-17',
		answer = ok(sentText),
	}: { to?: string; reference?: string | null; answer?: Outcome } = {},
) {
	const { connection, requests } = fakeGateway(whatsAppCloud, credential, () => answer);
	const message = await whatsAppCloud.send(connection, messageTo(content, to, reference));
	return { message, requests };
}

const mediaUrl = 'https://files.example/a.bin';
const link = mediaUrl;

describe('requests', () => {
	it.each<[ContentInput, string, Record<string, unknown>]>([
		[{ type: 'text', text: 'Hello' }, 'text', { body: 'Hello' }],
		[{ type: 'image', mediaUrl }, 'image', { link }],
		[{ type: 'image', mediaUrl, caption: 'c' }, 'image', { link, caption: 'c' }],
		[{ type: 'video', mediaUrl, caption: 'c' }, 'video', { link, caption: 'c' }],
		[
			{ type: 'document', mediaUrl, caption: 'c', fileName: 'a.pdf' },
			'document',
			{ link, caption: 'c', filename: 'a.pdf' },
		],
		[{ type: 'audio', mediaUrl }, 'audio', { link }],
		[{ type: 'voice', mediaUrl }, 'audio', { link, voice: true }],
		[
			{ type: 'template', template: { name: 'hello_world', language: 'en_US' } },
			'template',
			{ name: 'hello_world', language: { code: 'en_US' } },
		],
	])('%j', async (content, type, object) => {
		const { requests } = await send(content);
		expect(requests).toHaveLength(1);
		const [{ method, url, body }] = requests;
		expect([method, url]).toEqual(['POST', `/${NUMBER}/messages`]);
		expect(body).toEqual({
			messaging_product: 'whatsapp',
			recipient_type: 'individual',
			to: '+16505551234',
			type,
			[type]: object,
			biz_opaque_callback_data: 'order-17',
		});
		const validate = ajv.getSchema(`requests#/${type}`)!;
		expect(validate(body) ? [] : validate.errors).toEqual([]);
	});

	it('has the form of the vendor’s template request', async () => {
		const { requests } = await send({
			type: 'template',
			template: {
				name: 'reservation_confirmation',
				language: 'en_US',
				variables: {
					'header.image': mediaUrl,
					'body.number_of_guests': '4',
					'body.day': 'Saturday',
					'body.date': 'August 30th, 2025',
					'body.time': '7:30 pm',
				},
			},
		});
		const { template } = requests[0].body as unknown as typeof templateRequest;
		const [header, body] = template.components;
		// The sample has the id of an uploaded file, ours its URL.
		expect(header.parameters).toEqual([{ type: 'image', image: { link } }]);
		const byName = (parameters: object[]) =>
			parameters.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
		expect(byName(body.parameters)).toEqual(
			byName(templateRequest.template.components[1].parameters),
		);
		expect({ ...template, components: [] }).toEqual({
			...templateRequest.template,
			components: [],
		});
	});

	it('brings the package’s own id back where there is no reference', async () => {
		for (const reference of [null, ' ']) {
			const { requests } = await send({ type: 'text', text: 'x' }, { reference });
			expect(requests[0].body).toMatchObject({ biz_opaque_callback_data: KEY });
		}
	});

	it.each([
		['v25.0', 'https://graph.facebook.com/v25.0/1'],
		['', 'https://graph.facebook.com/1'],
	])('goes to version "%s" with the token', (whatsAppCloudVersion, url) => {
		const request = { method: 'GET' as const, url: '/1', headers: {}, query: {} };
		expect(whatsAppCloud.authenticate({ ...credential, whatsAppCloudVersion }, request)).toEqual({
			...request,
			url,
			headers: { Authorization: `Bearer ${TOKEN}` },
		});
	});
});

describe('the answer', () => {
	it('gives the id; taken is not yet sent', async () => {
		const { message } = await send({ type: 'text', text: 'Hello' });
		expect(message).toEqual({
			type: 'text',
			text: 'Hello',
			mediaUrl: null,
			caption: null,
			fileName: null,
			template: null,
			reference: 'order-17',
			recipient: { address: '16505551234', phone: '+16505551234', kind: 'phone' },
			gateway: 'whatsAppCloud',
			account: NUMBER,
			messageId: sentText.messages[0].id,
			queueId: null,
			status: 'queued',
			gatewayStatus: null,
			acceptedAt: null,
			failure: null,
			raw: sentText,
		});
	});

	it.each([
		['accepted', 'queued'],
		['held_for_quality_assessment', 'suspended'],
		['paused', 'suspended'],
		['something_new', 'queued'],
	])('of a template that is %s is %s', async (message_status, status) => {
		const body = { ...sentTemplate, messages: [{ ...sentTemplate.messages[0], message_status }] };
		const template = { name: 'reservation_confirmation', language: 'en_US' };
		const { message } = await send({ type: 'template', template }, { answer: ok(body) });
		expect(message).toMatchObject({ status, gatewayStatus: message_status });
	});

	it('keeps the recipient of the message where it names none, as for a user without a number', async () => {
		const answer = ok({ ...sentText, contacts: [{ input: 'x', user_id: 'US.1349' }] });
		const { message } = await send({ type: 'text', text: 'x' }, { answer });
		expect(message.recipient).toMatchObject({ phone: '+16505551234' });
	});

	it.each([[{}], ['<html>'], [null], [{ messages: [] }], [{ messages: [{ id: '' }] }]])(
		'without the id leaves it open whether the message was taken: %j',
		async (body) => {
			const error = await send({ type: 'text', text: 'x' }, { answer: ok(body) }).catch((e) => e);
			expect(error).toBeInstanceOf(GatewayError);
			expect(error).toMatchObject({
				kind: 'unexpectedResponse',
				details: { outcomeUnknown: true },
			});
		},
	);
});

const template = (variables: Record<string, string>, more: object = {}): ContentInput => ({
	type: 'template',
	template: { name: 'reminder', language: 'en', variables, ...more },
});

describe('refusals, before any request', () => {
	it.each<[RegExp, ContentInput, { to?: string; reference?: string }?]>([
		[
			/"Caption" is set, but .* does not support it for audio/,
			{ type: 'audio', mediaUrl, caption: 'c' },
		],
		[
			/"Caption" is set, but .* does not support it for voice/,
			{ type: 'voice', mediaUrl, caption: 'c' },
		],
		[
			/"File Name" is set, but .* for documents only/,
			{ type: 'image', mediaUrl, fileName: 'a.png' },
		],
		[/"Text" has 4097 characters, but .* at most 4096/, { type: 'text', text: 'x'.repeat(4097) }],
		[
			/"Reference" has 513 characters, but .* at most 512/,
			{ type: 'text', text: 'x' },
			{ reference: 'x'.repeat(513) },
		],
		[/"Recipient" is 120363@g\.us/, { type: 'text', text: 'x' }, { to: '120363@g.us' }],
		[/"Recipient" is 12345678@lid/, { type: 'text', text: 'x' }, { to: '12345678@lid' }],
		[/"Template" is "Hello World", but names/, template({}, { name: 'Hello World' })],
		[/"Template Language" is empty.*en_US/, template({}, { language: '' })],
		[/"Variables" lacks "body\.1"/, template({ 'body.2': 'b' })],
		[/"Variables" lacks "body\.2"/, template({ 'body.1': 'a', 'body.3': 'c' })],
		[/"Variables" has numbers and names in one part/, template({ 'body.1': 'a', 'body.day': 'b' })],
		[
			/"Variables" has more than one value for the header/,
			template({ 'header.image': link, 'header.text.1': 'b' }),
		],
		[
			/"Variables" is "my file" at "header\.image", which is not a public URL/,
			template({ 'header.image': 'my file' }),
		],
		[/"Variables" has "footer\.1", which is no variable/, template({ 'footer.1': 'x' })],
		[/"Variables" has "button\.0\.coupon"/, template({ 'button.0.coupon': 'x' })],
	])('%s', async (sentence, content, { to = '+16505551234', reference = 'r' } = {}) => {
		const { connection, requests } = fakeGateway(whatsAppCloud, credential, () => ok(sentText));
		const message = messageTo(content, to, reference);
		expect(() => whatsAppCloud.assertSendable(message)).toThrow(sentence);
		const error = await whatsAppCloud.send(connection, message).catch((e: unknown) => e);
		expect(error instanceof GatewayError || error instanceof InvalidParameterError).toBe(true);
		expect(requests).toEqual([]);
	});
});
