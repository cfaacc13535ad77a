import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { OutgoingMessage } from '../../messages/message';
import { shorten } from '../../messages/text';
import { decodePercent } from '../percentEncoding';

/** Some name, a dot, and letters and digits with at least one letter: `2.5` is no extension. */
const HAS_EXTENSION = /[^.]\.(?=\d*[a-z])[a-z\d]{1,10}$/i;

/**
 * The URL of a file. The server takes what its validator calls a URL, and hence no host without a dot,
 * such as those of containers (class-validator's `isURL`; src/api/controllers/sendMessage.controller.ts).
 *
 * @throws InvalidParameterError naming *Media URL*
 */
export function mediaOf({ mediaUrl }: OutgoingMessage): string {
	const url = mediaUrl ?? '';
	const host = URL.canParse(url) ? new URL(url).hostname : '';
	if (!host.includes('.') && !host.startsWith('[')) {
		throw new InvalidParameterError(
			'Media URL',
			`"Media URL" leads to "${shorten(host)}", but Evolution API accepts only hosts with a dot in their name`,
			'Enter a public URL, or the IP address of the host.',
		);
	}
	return url;
}

/**
 * The `fileName` of a file; null where the server may name it itself. Its extension decides the MIME type,
 * and a name without one makes a file that phones do not open (src/api/integrations/channel/whatsapp,
 * `prepareMediaMessage`). A document without a name would get one without extension.
 *
 * @throws InvalidParameterError naming *File Name*
 */
export function fileNameOf({ type, mediaUrl, fileName }: OutgoingMessage): string | null {
	const given = fileName?.trim() || null;
	const name = given ?? (type === 'document' ? lastSegment(mediaUrl ?? '') : null);
	if (name === null || HAS_EXTENSION.test(name)) return name;
	throw new InvalidParameterError(
		'File Name',
		given === null
			? '"File Name" is empty and "Media URL" does not end in a file name'
			: `"File Name" is "${shorten(name)}", without an extension`,
		`${given === null ? 'Enter a name with an extension such as invoice.pdf' : 'Add one, such as .pdf or .mp4'}: Evolution API decides by it what the file is.`,
	);
}

function lastSegment(url: string): string {
	if (!URL.canParse(url)) return '';
	return decodePercent(new URL(url).pathname.split('/').at(-1) ?? '');
}
