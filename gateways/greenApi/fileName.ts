import { InvalidParameter } from '../../messages/invalidParameter';
import type { MessageType, OutgoingMessage } from '../../messages/message';

/**
 * Extensions of which it is beyond doubt what they are. The vendor has no list: it says that images,
 * videos and audio files are sent as such, and all else as documents. What is not here, it decides.
 */
const EXTENSIONS: Readonly<Record<string, MessageType>> = {
	jpg: 'image',
	jpeg: 'image',
	png: 'image',
	mp4: 'video',
	mp3: 'audio',
	pdf: 'document',
	doc: 'document',
	docx: 'document',
	xls: 'document',
	xlsx: 'document',
	csv: 'document',
	txt: 'document',
	zip: 'document',
};

/** Some name, a dot, and letters and digits with at least one letter: `2.5` is no extension. */
const NAME_WITH_EXTENSION = /[^.]\.(?=\d*[a-z])([a-z\d]{1,10})$/i;

/**
 * The `fileName` of a file, which must have an extension: "outgoing file type and send method is
 * determined by the file extension" (green-api.com/en/docs/api/sending/SendFileByUrl). Where the
 * user gave no name, the last part of *Media URL* is the name.
 *
 * @throws InvalidParameter naming *File Name*, where there is no extension or it is of another type
 */
export function fileNameOf({ type, mediaUrl, fileName }: OutgoingMessage): string {
	const name = fileName?.trim() || lastSegment(mediaUrl ?? '');
	const extension = NAME_WITH_EXTENSION.exec(name)?.[1].toLowerCase();
	if (extension === undefined) {
		throw new InvalidParameter(
			'File Name',
			fileName === null
				? '"File Name" is empty and "Media URL" does not end in a file name'
				: `"File Name" is "${shorten(name)}", without an extension`,
			`${fileName === null ? 'Enter a name with an extension such as photo.jpg' : 'Add one, such as .jpg or .pdf'}: GREEN-API decides by it how to send the file.`,
		);
	}
	const kind = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : type;
	if (kind !== type) {
		throw new InvalidParameter(
			'File Name',
			`"File Name" is "${shorten(name)}", which GREEN-API sends as ${kind}, but "Message Type" is ${type}`,
			`Choose ${kind} as "Message Type", or another "File Name".`,
		);
	}
	return name;
}

function lastSegment(url: string): string {
	if (!URL.canParse(url)) return '';
	return decoded(new URL(url).pathname.split('/').at(-1) ?? '');
}

function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		// A `%` that begins no escape: the name is what it looks like.
		return segment;
	}
}

const shorten = (name: string) => (name.length > 60 ? `…${name.slice(-60)}` : name);
