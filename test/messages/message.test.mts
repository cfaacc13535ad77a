import { textOf } from '../../gateways/transport/gatewayError';
import fc from 'fast-check';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { hasContent, MESSAGE_TYPES, parseContent, type ContentInput } from '../../messages/message';

const URL = 'https://example.com/image.jpg';

it('takes a text, with its blanks and line ends, and nothing else with it', () => {
	const text = '  Hello,\nworld 👋 ';
	expect(parseContent({ type: 'text', text, mediaUrl: URL, caption: 'c', fileName: 'f' })).toEqual({
		type: 'text',
		text,
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
	});
});

const MEDIA = MESSAGE_TYPES.filter((type) => type !== 'text' && type !== 'template');

it.each(MEDIA)('takes %s by its address', (type) => {
	const input = { type, text: 'not used', mediaUrl: ` ${URL}\n` };
	expect(parseContent(input)).toEqual({
		type,
		text: null,
		mediaUrl: URL,
		caption: null,
		fileName: null,
		template: null,
	});
	expect(parseContent({ ...input, caption: 'A picture', fileName: 'a.jpg' })).toMatchObject({
		caption: 'A picture',
		fileName: 'a.jpg',
	});
	expect(parseContent({ ...input, caption: '', fileName: null, template: null })).toMatchObject({
		caption: null,
		fileName: null,
		template: null,
	});
});

describe('media without a public address', () => {
	it('is a file that is to be uploaded, or was', () => {
		const image = { type: 'image', caption: 'c' };
		const none = { mediaUrl: null, caption: 'c' };
		const before = parseContent({ ...image, mediaUrl: URL, hasFile: true });
		expect(before).toMatchObject(none);
		expect(before).not.toHaveProperty('mediaId');
		expect(parseContent({ ...image, mediaId: 'file-1' })).toMatchObject({
			...none,
			mediaId: 'file-1',
		});
	});

	it('has an id only where there is no address', () => {
		const content = parseContent({ type: 'image', mediaUrl: URL, mediaId: 'file-1' });
		expect(content.mediaUrl).toBe(URL);
		expect(content).not.toHaveProperty('mediaId');
	});
});

it.each([
	[{ type: 'text', text: 'a' }, true],
	[{ type: 'text', text: null, mediaUrl: URL }, false],
	[{ type: 'image', mediaUrl: URL }, true],
	[{ type: 'image', mediaId: 'file-1' }, true],
	[{ type: 'image', text: 'a' }, false],
	[{ type: 'template', template: { name: 'a', language: null, variables: {} } }, true],
	[{ type: 'template', text: 'a', mediaUrl: URL }, false],
] as const)('of %j it is said whether it has what its type is about: %s', (given, has) => {
	const none = { text: null, mediaUrl: null, caption: null, fileName: null, template: null };
	expect(hasContent({ ...none, ...given })).toBe(has);
});

it.each<[unknown, string]>([
	[42, '42'],
	[0, '0'],
	[false, 'false'],
])('writes out %j as text', (text, written) => {
	expect(parseContent({ type: 'text', text }).text).toBe(written);
});

it.each([
	['the id of an upload', 'media-1', 'media-1'],
	['a URL that a person has entered in its place', URL, undefined],
])('names the upload of a template where a variable has it: %s', (_, value, mediaId) => {
	const variables = { 'header.image': value };
	const template = { name: 'reminder', language: 'en', variables };
	expect(parseContent({ type: 'template', mediaId: 'media-1', template }).mediaId).toBe(mediaId);
});

const image = { type: 'image', mediaUrl: URL };

it.each<[string, ContentInput, string, string]>([
	['no text', { type: 'text' }, 'Text', '"Text" is empty. Enter the text of the message.'],
	['null as text', { type: 'text', text: null }, 'Text', '"Text" is empty.'],
	['empty text', { type: 'text', text: '' }, 'Text', '"Text" is empty.'],
	['blanks', { type: 'text', text: ' \n\t' }, 'Text', '"Text" is empty.'],
	[
		'an object as text',
		{ type: 'text', text: { a: 1 } },
		'Text',
		'"Text" is an object. Enter text',
	],
	['a list as text', { type: 'text', text: ['a'] }, 'Text', '"Text" is a list. Enter text.'],
	['a function as text', { type: 'text', text: () => 1 }, 'Text', '"Text" is'],
	['media without address', { type: 'image' }, 'Media URL', '"Media URL" is empty. Enter'],
	['media with blanks', { ...image, mediaUrl: '  ' }, 'Media URL', '"Media URL" is empty.'],
	[
		'a path',
		{ ...image, mediaUrl: '/tmp/a.jpg' },
		'Media URL',
		'is "/tmp/a.jpg", which is not a public',
	],
	['a file address', { ...image, mediaUrl: 'file:///etc/passwd' }, 'Media URL', 'begins with'],
	['data', { ...image, mediaUrl: 'data:image/png;base64,AA' }, 'Media URL', 'begins with'],
	['ftp', { ...image, mediaUrl: 'ftp://example.com/a' }, 'Media URL', 'begins with https://'],
	['a script', { ...image, mediaUrl: 'javascript:alert(1)' }, 'Media URL', 'begins with'],
	['no scheme', { ...image, mediaUrl: 'example.com/a.jpg' }, 'Media URL', 'begins with'],
	['no host', { ...image, mediaUrl: 'https://' }, 'Media URL', 'begins with'],
	['a blank inside', { ...image, mediaUrl: 'https://a.b/c d' }, 'Media URL', 'begins with'],
	['an object as address', { ...image, mediaUrl: { url: URL } }, 'Media URL', 'is an object.'],
	['a list as address', { ...image, mediaUrl: [URL] }, 'Media URL', 'is a list.'],
	['an object as caption', { ...image, caption: {} }, 'Caption', '"Caption" is an object.'],
	['a list as file name', { ...image, fileName: [] }, 'File Name', '"File Name" is a list.'],
	['an unknown type', { type: 'sticker' }, 'Message Type', 'is "sticker". Choose one of: text,'],
	['no type', { type: undefined }, 'Message Type', '"Message Type" is missing.'],
	['an object as type', { type: {} }, 'Message Type', '"Message Type" is missing.'],
	['constructor as type', { type: 'constructor' }, 'Message Type', 'Choose one of'],
	['__proto__ as type', { type: '__proto__' }, 'Message Type', 'Choose one of'],
	['a bare object as type', { type: Object.create(null) }, 'Message Type', 'Choose one of'],
])('refuses %s', (_, input, parameter, sentence) => {
	const parse = () => parseContent(input);
	expect(parse).toThrow(InvalidParameterError);
	expect(parse).toThrow(expect.objectContaining({ parameter }));
	try {
		parse();
	} catch (error) {
		expect(textOf(error)).toContain(sentence);
	}
	expect.assertions(3);
});

it('shows a long address and a long type in part only', () => {
	const mediaUrl = `ftp://${'x'.repeat(5_000)}`;
	for (const input of [{ type: 'image', mediaUrl }, { type: 'x'.repeat(5_000) }]) {
		expect(() => parseContent(input)).toThrow(/^[^]{1,300}$/);
	}
});

it('makes anything a content of text, or refuses it with a sentence', () => {
	const input = fc.record({
		type: fc.oneof(fc.constantFrom<unknown>(...MESSAGE_TYPES), fc.anything()),
		text: fc.anything(),
		mediaUrl: fc.oneof(fc.webUrl(), fc.anything()),
		caption: fc.anything(),
		fileName: fc.anything(),
		template: fc.anything(),
	});
	fc.assert(
		fc.property(input, (values) => {
			try {
				const { type, template, ...texts } = parseContent(values);
				expect(template !== null).toBe(type === 'template');
				expect(type).toBe(values.type);
				for (const text of Object.values(texts)) {
					expect(text === null || typeof text === 'string').toBe(true);
					expect(String(text)).not.toContain('[object');
				}
			} catch (error) {
				expect(error).toBeInstanceOf(InvalidParameterError);
				const { parameter, message } = error as InvalidParameterError;
				expect(message.startsWith(`"${parameter}" is `)).toBe(true);
				expect(message).not.toContain('[object');
			}
		}),
		{ numRuns: 500 },
	);
});
