import { waha } from '.';
import { MESSAGE_TYPES, type MessageType } from '../../messages/message';
import { fileOf } from './file';
import { messageTo } from './testValues.mts';

const of = (type: MessageType, mediaUrl: string, fileName?: string) =>
	fileOf(messageTo('+4915112345678', { type, mediaUrl, fileName }));

/** As IANA registers them. */
it.each([
	['a.jpg', 'image/jpeg'],
	['a.jpeg', 'image/jpeg'],
	['a.png', 'image/png'],
	['a.gif', 'image/gif'],
	['a.webp', 'image/webp'],
	['a.mp4', 'video/mp4'],
	['a.mp3', 'audio/mpeg'],
	['a.pdf', 'application/pdf'],
	['a.txt', 'text/plain'],
	['a.csv', 'text/csv'],
	['a.zip', 'application/zip'],
	['a.doc', 'application/msword'],
	['a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
	['a.xls', 'application/vnd.ms-excel'],
	['a.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
	['a.ppt', 'application/vnd.ms-powerpoint'],
	['a.pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
	['a.bin', 'application/octet-stream'],
	['a', 'application/octet-stream'],
	['a.', 'application/octet-stream'],
	['pdf', 'application/octet-stream'],
])('a document by the name %s is of the type %s', (name, mimetype) => {
	const url = `https://files.example/${name}`;
	expect(of('document', url)).toEqual({ file: { mimetype, url } });
	const named = 'https://files.example/1.bin?x=a.pdf';
	const withName = of('document', named, name).file.mimetype;
	// A name without an extension leaves it to the URL.
	expect(withName).toBe(/\.[a-z]/.test(name) ? mimetype : 'application/octet-stream');
});

it.each([
	['png', 'image/png'],
	['gif', 'image/gif'],
	['mp4', 'image/jpeg'],
	['', 'image/jpeg'],
])('an image with the extension "%s" is of the type %s', (extension, mimetype) => {
	expect(of('image', `https://files.example/a.${extension}`).file).toMatchObject({ mimetype });
});

it.each<[MessageType, string, boolean]>([
	['voice', 'a.ogg', false],
	['voice', 'a.oga', false],
	['voice', 'a.OPUS', false],
	['voice', 'a.mp3', true],
	['voice', 'a.oggx', true],
	['voice', 'a', true],
	['video', 'a.mp4', false],
	['video', 'a.mp4v', true],
	['video', 'a.xmp4', true],
])('%s of the file %s is converted: %s', (type, name, convert) => {
	expect(of(type, `https://files.example/${name}`)).toMatchObject({ convert });
});

it('a file of n8n is of the type that it says, and has no URL', () => {
	const message = {
		...messageTo('+4915112345678', { type: 'document', hasFile: true }),
		file: { fileName: 'menu.pdf', mimeType: 'Text/HTML; charset=utf-8', bytes: 7 },
	};
	expect(fileOf(message)).toEqual({ file: { mimetype: 'text/html' } });
});

it('takes files up to what a body of 50 MB holds in base64, for each type but text and audio', () => {
	const { types } = waha.capabilities.uploads!;
	expect(Object.keys(types).sort()).toEqual(
		MESSAGE_TYPES.filter((type) => waha.capabilities.messageTypes.includes(type))
			.filter((type) => type !== 'text')
			.sort(),
	);
	for (const { maxBytes } of Object.values(types)) {
		const inBase64 = (maxBytes! * 4) / 3;
		expect(inBase64).toBeLessThan(50 * 1024 * 1024);
		expect(inBase64).toBeGreaterThan(49 * 1024 * 1024);
	}
});
