import { assertSendable } from '../capabilityChecks';
import { textOf } from '../transport/gatewayError';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { greenApi } from '.';
import { GatewayError } from '../transport/gatewayError';
import type { Outcome } from '../transport/request';
import type { ContentInput } from '../../messages/message';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import schemas from './fixtures/requests.schema.json';
import sent from './fixtures/message-sent.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, messageTo, TOKEN } from './testValues.mts';

const ajv = addFormats(new Ajv({ strict: false }));

async function send(content: ContentInput, recipient = '+11001234567', answer: Outcome = ok(sent)) {
	const { connection, requests } = fakeGateway(greenApi, credential, () => answer);
	const message = await greenApi.send(connection, messageTo(recipient, content));
	return { message, requests };
}

const png = 'https://my.site.com/img/horse.png?size=2#top';

describe('requests', () => {
	it.each<[ContentInput, string, Record<string, unknown>]>([
		[{ type: 'text', text: 'Hello' }, 'sendMessage', { message: 'Hello' }],
		[
			{ type: 'image', mediaUrl: png, caption: 'Little horse' },
			'sendFileByUrl',
			{ urlFile: png, fileName: 'horse.png', caption: 'Little horse' },
		],
		[
			{ type: 'video', mediaUrl: 'https://a.example/v', fileName: 'v.mp4' },
			'sendFileByUrl',
			{ urlFile: 'https://a.example/v', fileName: 'v.mp4' },
		],
		[
			{
				type: 'document',
				mediaUrl: 'https://a.example/r.pdf',
				fileName: ' Report.PDF ',
				caption: 'c',
			},
			'sendFileByUrl',
			{ urlFile: 'https://a.example/r.pdf', fileName: 'Report.PDF', caption: 'c' },
		],
		[
			{ type: 'audio', mediaUrl: 'https://a.example/horse.mp3' },
			'sendFileByUrl',
			{ urlFile: 'https://a.example/horse.mp3', fileName: 'horse.mp3' },
		],
	])('%j', async (content, path, body) => {
		const { requests, message } = await send(content);
		expect(requests).toHaveLength(1);
		const [{ method, url, body: sentBody }] = requests;
		expect(method).toBe('POST');
		expect(url).toContain(`/waInstance1234/${path}`);
		expect(sentBody).toEqual({ chatId: '11001234567@c.us', ...body });
		const schema = schemas[`POST ${path}` as keyof typeof schemas] as object;
		expect(ajv.validate(schema, sentBody) ? [] : ajv.errors).toEqual([]);
		expect(message.fileName).toBe(body.fileName ?? null);
	});

	it.each([
		['11001234567@s.whatsapp.net', '11001234567@c.us'],
		['11001234567-1581234048@g.us', '11001234567-1581234048@g.us'],
		['120363039326117111@g.us', '120363039326117111@g.us'],
		// As the vendor's page on LIDs shows it.
		['120650379300963@lid', '120650379300963@lid'],
	])('turns the recipient %s into %s', async (recipient, chatId) => {
		const { requests } = await send({ type: 'text', text: 'x' }, recipient);
		expect(requests[0].body).toEqual({ chatId, message: 'x' });
	});

	it('puts the token at the end of the path, and nowhere else', () => {
		const request = {
			method: 'POST',
			url: '/waInstance1234/sendMessage',
			headers: {},
			query: {},
		} as const;
		expect(greenApi.authenticate(credential, request)).toEqual({
			...request,
			url: `https://1101.api.green-api.com/waInstance1234/sendMessage/${encodeURIComponent(TOKEN)}`,
		});
	});
});

describe('the name of the file', () => {
	it.each([
		['https://a.example/my%20horse.png', 'my horse.png'],
		['https://a.example/%D0%BA%D0%BE%D1%82.png', 'кот.png'],
		['https://a.example/100%.png', '100%.png'],
		['https://a.example/horse.v2.jpeg', 'horse.v2.jpeg'],
		['https://a.example/picture.heic', 'picture.heic'],
	])('of %s is %s', async (mediaUrl, fileName) => {
		const { requests } = await send({ type: 'image', mediaUrl });
		expect(requests[0].body).toMatchObject({ urlFile: mediaUrl, fileName });
	});

	it.each<[string, string, ContentInput]>([
		[
			'none in the address',
			'"File Name" is empty and "Media URL" does not end in a file name. Enter a name with an extension such as photo.jpg: GREEN-API decides by it how to send the file.',
			{ type: 'image', mediaUrl: 'https://a.example/img?id=7.png' },
		],
		[
			'a folder',
			'"File Name" is empty and "Media URL" does not end in a file name. Enter a name with an extension such as photo.jpg: GREEN-API decides by it how to send the file.',
			{ type: 'image', mediaUrl: 'https://a.example/img.d/' },
		],
		[
			'a name without an extension',
			'"File Name" is "report 2.5", without an extension. Add one, such as .jpg or .pdf: GREEN-API decides by it how to send the file.',
			{ type: 'document', mediaUrl: 'https://a.example/r.pdf', fileName: 'report 2.5' },
		],
		[
			'an extension alone',
			'"File Name" is ".png", without an extension. Add one, such as .jpg or .pdf: GREEN-API decides by it how to send the file.',
			{ type: 'image', mediaUrl: png, fileName: '.png' },
		],
		[
			'an extension of another type',
			'"File Name" is "horse.png", which GREEN-API sends as image, but "Message Type" is document. Choose image as "Message Type", or another "File Name".',
			{ type: 'document', mediaUrl: png },
		],
	])('is refused where it is %s', async (_, sentence, content) => {
		const { connection, requests } = fakeGateway(greenApi, credential, () => ok(sent));
		const error = await greenApi
			.send(connection, messageTo('+11001234567', content))
			.catch((e) => e);
		expect(error).toBeInstanceOf(InvalidParameterError);
		expect(error).toMatchObject({ parameter: 'File Name' });
		expect(textOf(error)).toBe(sentence);
		expect(requests).toEqual([]);
	});
});

/** green-api.com/en/docs/faq/types-of-extensions-supported-by-API, without those that need another name. */
const LISTED: ReadonlyArray<[type: string, supported: string, sentAsFile: string]> = [
	['image', 'bmp jpeg jpg png', 'ai cdr eps iff jps mpo pxr'],
	['video', 'mov mp4', '3gp hevc mxf'],
	['audio', 'm4a mp3 ogg', 'ape'],
	['voice', 'm4a mp3 ogg', 'ape'],
	['document', 'docx doc pptx ppt xlsx xls pdf rtf odt txt rar zip csv', ''],
];
const extensions = (list: string) => list.split(' ').filter((one) => one !== '');
const named = (extension: string) => `https://a.example/file.${extension}`;

describe("the vendor's list of files", () => {
	it.each(LISTED)(
		'%s is taken for what it is, and what is sent as a file is not',
		async (...row) => {
			const [type, supported, sentAsFile] = row;
			for (const one of extensions(supported)) {
				const { requests } = await send({ type, mediaUrl: named(one) });
				expect(requests[0].body).toMatchObject({ fileName: `file.${one}` });
			}
			for (const one of extensions(sentAsFile)) {
				await expect(send({ type, mediaUrl: named(one) })).rejects.toMatchObject({
					parameter: 'File Name',
					message: expect.stringContaining('which GREEN-API sends as document'),
				});
				const { requests } = await send({ type: 'document', mediaUrl: named(one) });
				expect(requests[0].body).toMatchObject({ fileName: `file.${one}` });
			}
		},
	);

	it.each(['audio', 'voice'])('%s takes no other file', async (type) => {
		for (const one of ['jpg', 'mp4', 'pdf']) {
			await expect(send({ type, mediaUrl: named(one) })).rejects.toMatchObject({
				parameter: 'File Name',
			});
		}
	});
});

describe('the answer', () => {
	it('gives the id; the message is in the queue', async () => {
		const { message } = await send({ type: 'text', text: 'Hello' });
		expect(message).toEqual({
			type: 'text',
			text: 'Hello',
			mediaUrl: null,
			caption: null,
			fileName: null,
			template: null,
			reference: 'order-7',
			recipient: { address: '11001234567@c.us', phone: '+11001234567', kind: 'phone' },
			gateway: 'greenApi',
			account: '1234',
			messageId: '3EB0C767D097B7C7C030',
			queueId: null,
			status: 'queued',
			gatewayStatus: null,
			acceptedAt: null,
			failure: null,
			raw: sent,
		});
	});

	it.each([[{}], ['<html>'], [null], [{ idMessage: '' }]])(
		'without an id leaves it open whether the message was taken: %j',
		async (body) => {
			const error = await send({ type: 'text', text: 'x' }, '+11001234567', ok(body)).catch(
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
			'"Recipient" is 12345678@newsletter, but GREEN-API accepts phone numbers, groups (…@g.us) and LIDs (…@lid) only. Enter one of those.',
			{ type: 'text', text: 'x' },
			'12345678@newsletter',
		],
		[
			'"Text" has 20001 characters, but GREEN-API accepts at most 20000. Shorten it or split it.',
			{ type: 'text', text: 'x'.repeat(20_001) },
			'+11001234567',
		],
		[
			'"Caption" has 20001 characters, but GREEN-API accepts at most 20000. Shorten it or split it.',
			{ type: 'image', mediaUrl: png, caption: 'x'.repeat(20_001) },
			'+11001234567',
		],
		[
			'"Caption" is set, but GREEN-API does not support it for audio',
			{ type: 'audio', mediaUrl: 'https://a.example/a.mp3', caption: 'c' },
			'+11001234567',
		],
		[
			'"Caption" is set, but GREEN-API does not support it for voice',
			{ type: 'voice', mediaUrl: 'https://a.example/a.ogg', caption: 'c' },
			'+11001234567',
		],
	])('%s', async (sentence, content, recipient) => {
		const { connection, requests } = fakeGateway(greenApi, credential, () => ok(sent));
		const error = await greenApi.send(connection, messageTo(recipient, content)).catch((e) => e);
		expect(error.message).toBe(sentence);
		expect(requests).toEqual([]);
	});

	it('counts an emoji as one character', async () => {
		const { requests } = await send({ type: 'text', text: '😃'.repeat(20_000) });
		expect(requests).toHaveLength(1);
	});
});

/** What the vendor's pages say of `sendTemplate` contradicts itself (README.md, Capabilities). */
it('refuses a template, and a text with one for the closed window', () => {
	expect(greenApi.templates).toBeUndefined();
	expect(greenApi.capabilities.windowClosedCode).toBeUndefined();
	const message = messageTo('+11001234567', {
		type: 'template',
		template: { name: 'reminder', language: 'en' },
	});
	expect(() => assertSendable(greenApi, message)).toThrow(
		/^GREEN-API documents no way to send template immediately; it sends text, image,/,
	);
});
