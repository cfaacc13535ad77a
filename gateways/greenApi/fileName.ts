import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { MessageType, OutgoingMessage } from '../../messages/message';
import { decodePercent } from '../percentEncoding';

/**
 * What a file is sent as, by its extension (green-api.com/en/docs/faq/types-of-extensions-supported-by-API).
 * The list has some that are "supported, sent as a file": to the recipient they are documents. Of what is
 * not here the vendor decides: of `avif`, `ico`, `webp`, `m4v`, `flac`, `m4r` and `wav` it says that they
 * need another extension in the name to be shown.
 */
const SENT_AS: ReadonlyArray<[type: MessageType, extensions: string]> = [
	['image', 'bmp jpeg jpg png'],
	['video', 'mov mp4'],
	['audio', 'm4a mp3 ogg'],
	['document', 'docx doc pptx ppt xlsx xls pdf rtf odt txt rar zip csv'],
	['document', 'ai cdr eps iff jps mpo pxr 3gp hevc mxf ape'],
];

const EXTENSIONS: Readonly<Record<string, MessageType>> = Object.fromEntries(
	SENT_AS.flatMap(([type, extensions]) => extensions.split(' ').map((one) => [one, type])),
);

/** Some name, a dot, and letters and digits with at least one letter: `2.5` is no extension. */
const NAME_WITH_EXTENSION = /[^.]\.(?=\d*[a-z])([a-z\d]{1,10})$/i;

/**
 * The `fileName` of a file, which must have an extension: "outgoing file type and send method is
 * determined by the file extension" (green-api.com/en/docs/api/sending/SendFileByUrl). Where the
 * user gave no name, it is that of the file, or the last part of *Media URL*.
 *
 * @throws InvalidParameterError naming *File Name*, where there is no extension or it is of another type
 */
export function fileNameOf({ type, mediaUrl, fileName, file }: OutgoingMessage): string {
	const name = fileName?.trim() || (file?.fileName ?? lastSegment(mediaUrl ?? ''));
	const extension = NAME_WITH_EXTENSION.exec(name)?.[1].toLowerCase();
	if (extension === undefined) {
		throw new InvalidParameterError(
			'File Name',
			fileName === null
				? `"File Name" is empty and ${file === undefined ? '"Media URL" does not end in a file name' : `the file in "Input Binary Field" has no name with an extension`}`
				: `"File Name" is "${shorten(name)}", without an extension`,
			`${fileName === null ? 'Enter a name with an extension such as photo.jpg' : 'Add one, such as .jpg or .pdf'}: GREEN-API decides by it how to send the file.`,
		);
	}
	const wanted = type === 'voice' ? 'audio' : type;
	const kind = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : wanted;
	if (kind !== wanted) {
		throw new InvalidParameterError(
			'File Name',
			`"File Name" is "${shorten(name)}", which GREEN-API sends as ${kind}, but "Message Type" is ${type}`,
			`Choose ${kind} as "Message Type", or another "File Name".`,
		);
	}
	return name;
}

function lastSegment(url: string): string {
	if (!URL.canParse(url)) return '';
	return decodePercent(new URL(url).pathname.split('/').at(-1) ?? '');
}

const shorten = (name: string) => (name.length > 60 ? `…${name.slice(-60)}` : name);
