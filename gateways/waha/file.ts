import type { MessageType, OutgoingMessage } from '../../messages/message';

/** Types of files by their extensions, as IANA has them. */
const TYPES: Readonly<Record<string, string>> = {
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	png: 'image/png',
	gif: 'image/gif',
	webp: 'image/webp',
	mp4: 'video/mp4',
	mp3: 'audio/mpeg',
	pdf: 'application/pdf',
	txt: 'text/plain',
	csv: 'text/csv',
	zip: 'application/zip',
	doc: 'application/msword',
	docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	xls: 'application/vnd.ms-excel',
	xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	ppt: 'application/vnd.ms-powerpoint',
	pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

/** What WhatsApp plays (waha.devlike.pro/docs/how-to/send-messages, "Send Voice", "Send Video"). */
const PLAYABLE: Readonly<Partial<Record<MessageType, { type: string; extensions: RegExp }>>> = {
	voice: { type: 'audio/ogg; codecs=opus', extensions: /^(ogg|oga|opus)$/ },
	video: { type: 'video/mp4', extensions: /^mp4$/ },
};

/**
 * The `file` of a request, which WAHA downloads from its URL, and `convert`: voice messages and videos in another
 * form than the one that phones play are converted by WAHA's ffmpeg.
 */
export function fileOf({ type, mediaUrl, fileName }: OutgoingMessage): Record<string, unknown> {
	const url = mediaUrl ?? '';
	const extension = extensionOf(fileName ?? '') || extensionOf(pathOf(url));
	const playable = PLAYABLE[type];
	return {
		file: {
			mimetype: playable?.type ?? typeOf(extension, type),
			url,
			...(fileName === null ? {} : { filename: fileName }),
		},
		...(playable === undefined ? {} : { convert: !playable.extensions.test(extension) }),
	};
}

/** The vendor advises JPEG for images, and a document may be anything. */
const typeOf = (extension: string, type: MessageType): string => {
	const known = Object.hasOwn(TYPES, extension) ? TYPES[extension] : null;
	if (type !== 'image') return known ?? 'application/octet-stream';
	return known?.startsWith('image/') === true ? known : 'image/jpeg';
};

const extensionOf = (name: string): string =>
	/\.([a-z\d]{1,10})$/i.exec(name)?.[1].toLowerCase() ?? '';

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : '');
