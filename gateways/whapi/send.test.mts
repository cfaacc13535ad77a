import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { whapi } from '.';
import { GatewayError } from '../transport/gatewayError';
import type { Outcome } from '../transport/request';
import type { ContentInput } from '../../messages/message';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import schemas from './fixtures/requests.schema.json';
import sent from './fixtures/sent-message.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, messageTo, TOKEN } from './testValues.mts';

const ajv = addFormats(new Ajv({ strict: false }));

async function send(
	content: ContentInput,
	recipient = '+61 371 989 950',
	answer: Outcome = ok(sent),
) {
	const { connection, requests } = fakeGateway(whapi, credential, () => answer);
	const message = await whapi.send(connection, messageTo(recipient, content));
	return { message, requests };
}

const mediaUrl = 'https://files.example/a.bin';

describe('requests', () => {
	it.each<[ContentInput, string, Record<string, unknown>]>([
		[{ type: 'text', text: 'Hello' }, 'text', { body: 'Hello' }],
		[{ type: 'image', mediaUrl }, 'image', { media: mediaUrl }],
		[{ type: 'image', mediaUrl, caption: 'c' }, 'image', { media: mediaUrl, caption: 'c' }],
		[{ type: 'video', mediaUrl, caption: 'c' }, 'video', { media: mediaUrl, caption: 'c' }],
		[
			{ type: 'document', mediaUrl, caption: 'c', fileName: 'a.pdf' },
			'document',
			{ media: mediaUrl, caption: 'c', filename: 'a.pdf' },
		],
		[{ type: 'audio', mediaUrl }, 'audio', { media: mediaUrl }],
		[{ type: 'voice', mediaUrl }, 'voice', { media: mediaUrl }],
	])('%j', async (content, path, body) => {
		const { requests } = await send(content);
		expect(requests).toHaveLength(1);
		const [{ method, url, body: sentBody }] = requests;
		expect(sentBody).toEqual({ to: '61371989950@s.whatsapp.net', ...body });
		expect(`${method} ${url}`).toMatch(new RegExp(`^POST .*/messages/${path}$`));
		const schema = schemas[`POST /messages/${path}` as keyof typeof schemas] as object;
		expect(ajv.validate(schema, sentBody) ? [] : ajv.errors).toEqual([]);
	});

	it('has a schema and a request for each type that the capabilities name', () => {
		for (const type of whapi.capabilities.messageTypes) {
			expect(schemas).toHaveProperty([`POST /messages/${type}`]);
		}
	});

	it.each([
		['61371989950@c.us', '61371989950@s.whatsapp.net'],
		['0061371989950', '61371989950@s.whatsapp.net'],
		['120363039326117111@g.us', '120363039326117111@g.us'],
		['11001234567-1581234048@g.us', '11001234567-1581234048@g.us'],
		['120363039326117111@newsletter', '120363039326117111@newsletter'],
	])('turns the recipient %s into %s', async (recipient, to) => {
		const { requests } = await send({ type: 'text', text: 'x' }, recipient);
		expect(requests[0].body).toEqual({ to, body: 'x' });
	});

	it('authenticates by header', () => {
		expect(
			whapi.authenticate(credential, { method: 'GET', url: '/health', headers: {}, query: {} }),
		).toEqual({
			method: 'GET',
			url: 'https://gate.whapi.cloud/health',
			headers: { Authorization: `Bearer ${TOKEN}` },
			query: {},
		});
	});
});

describe('the answer', () => {
	it('gives the id, and pending as queued', async () => {
		const { message } = await send({ type: 'text', text: 'Hello' });
		expect(message).toEqual({
			type: 'text',
			text: 'Hello',
			mediaUrl: null,
			caption: null,
			fileName: null,
			template: null,
			reference: 'order-7',
			recipient: { address: '61371989951@s.whatsapp.net', phone: '+61371989951', kind: 'phone' },
			gateway: 'whapi',
			account: 'MANTIS-M72HC',
			messageId: 'yqJRppZk7BI-wNoTwl0rVw',
			queueId: null,
			status: 'queued',
			gatewayStatus: 'pending',
			acceptedAt: '2024-04-13T08:06:38.000Z',
			failure: null,
			raw: sent,
		});
	});

	it('may be 201 and hold little', async () => {
		const { message } = await send(
			{ type: 'text', text: 'x' },
			'+61371989950',
			ok({ message: { id: 'a' } }, 201),
		);
		expect(message).toMatchObject({
			messageId: 'a',
			status: 'queued',
			gatewayStatus: null,
			acceptedAt: null,
			recipient: { address: '61371989950@s.whatsapp.net' },
		});
	});

	it.each([[{}], ['<html>'], [null], [{ sent: true, message: {} }], [{ ...sent, sent: false }]])(
		'without what the vendor documents leaves it open whether the message was taken: %j',
		async (body) => {
			const error = await send({ type: 'text', text: 'x' }, '+61371989950', ok(body)).catch(
				(e) => e,
			);
			expect(error).toBeInstanceOf(GatewayError);
			expect(error).toMatchObject({
				kind: 'unexpectedResponse',
				details: { outcomeUnknown: true },
			});
		},
	);
});

describe('refusals, before any request', () => {
	it.each<[string, ContentInput, string]>([
		[
			'"Caption" is set, but Whapi.Cloud does not support it for audio',
			{ type: 'audio', mediaUrl, caption: 'c' },
			'+61371989950',
		],
		[
			'"Caption" is set, but Whapi.Cloud does not support it for voice',
			{ type: 'voice', mediaUrl, caption: 'c' },
			'+61371989950',
		],
		[
			'"File Name" is set, but Whapi.Cloud takes a file name for documents only',
			{ type: 'image', mediaUrl, fileName: 'a.png' },
			'+61371989950',
		],
		[
			'"Recipient" is 12345678@lid, but Whapi.Cloud accepts phone numbers, groups (…@g.us) and channels (…@newsletter) only. Enter one of those.',
			{ type: 'text', text: 'x' },
			'12345678@lid',
		],
	])('%s', async (sentence, content, recipient) => {
		const { connection, requests } = fakeGateway(whapi, credential, () => ok(sent));
		const error = await whapi.send(connection, messageTo(recipient, content)).catch((e) => e);
		expect(error.message).toBe(sentence);
		expect(error instanceof GatewayError || error instanceof InvalidParameterError).toBe(true);
		expect(requests).toEqual([]);
	});
});
