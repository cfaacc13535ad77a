import { formatDuration } from '../messages/duration';
import { InvalidParameterError } from '../messages/invalidParameterError';
import { essenceOf, type FileInfo } from '../messages/mediaFile';
import type { MessageType, OutgoingMessage } from '../messages/message';
import { shorten } from '../messages/text';
import type { Gateway } from './gateway';
import { rulesForFile, templateFileRules } from './templateFiles';
import { unsupported } from './transport/gatewayError';
import type { FileRules } from './uploads';

const PARAMETER = 'Input Binary Field';

const USE_URL = 'Put the file at a public URL and set "Media Source" to "URL"';

/**
 * Checks, without any request, that the gateway takes this file for this type of message.
 *
 * @throws GatewayError of kind `unsupported`; InvalidParameterError naming *Input Binary Field*
 */
export function assertTakesFile(gateway: Gateway, type: MessageType, file: FileInfo): void {
	const { maxBytes, mimeTypes } =
		type === 'template' ? rulesForFile(gateway, file) : rulesFor(gateway, type);
	const { label } = gateway;
	const { bytes } = file;
	if (bytes === 0) {
		throw new InvalidParameterError(
			PARAMETER,
			`${named(file)} is empty`,
			'Check the node that reads or creates the file.',
		);
	}
	if (bytes !== null && maxBytes !== null && bytes > maxBytes) {
		throw new InvalidParameterError(
			PARAMETER,
			`${named(file)} has ${formatBytes(bytes)}, but ${label} takes at most ${formatBytes(maxBytes)} for ${type}`,
			'Make the file smaller.',
		);
	}
	if (mimeTypes !== null && !mimeTypes.includes(essenceOf(file))) {
		throw new InvalidParameterError(
			PARAMETER,
			`${named(file)} is of the type "${shorten(file.mimeType, 80)}", which ${label} does not take for ${type}`,
			`${label} takes: ${mimeTypes.join(', ')}. Convert the file, or choose another "Message Type".`,
		);
	}
}

/** What the gateway documents of a type's files. @throws GatewayError of kind `unsupported` */
function rulesFor({ label, capabilities: { uploads } }: Gateway, type: MessageType): FileRules {
	const rules = uploads?.types[type];
	if (rules !== undefined) return rules;
	const types = Object.keys(uploads?.types ?? {});
	throw unsupported(
		types.length === 0
			? `${label} documents no way to send a file from n8n`
			: `${label} documents no way to send a file from n8n as ${type}; it takes files for ${types.join(', ')}`,
		`${USE_URL}.`,
	);
}

/**
 * Checks that a stored message, which is sent between two instants (milliseconds since 1970), can still be
 * sent with a file that is uploaded now, or was at `uploadedAt`.
 *
 * @throws GatewayError of kind `unsupported`
 */
export function assertFileKept(
	{ label, capabilities: { uploads } }: Gateway,
	sendBy: number,
	uploadedAt: number,
): void {
	if (uploads?.goes === 'withMessage') {
		throw unsupported(
			`${label} takes a file from n8n only together with the message, so such a message cannot be scheduled`,
			`${USE_URL}, or send it when it is due: a "Wait" node before the operation "Send".`,
		);
	}
	const keptMs = uploads?.keptMs ?? null;
	if (keptMs === null) {
		throw unsupported(
			`${label} does not say how long it keeps an uploaded file, so a message with one cannot be scheduled`,
			`${USE_URL}.`,
		);
	}
	if (sendBy - uploadedAt <= keptMs) return;
	throw unsupported(
		`${label} keeps an uploaded file for ${formatDuration(keptMs)}, but this message may be sent until ${formatDuration(sendBy - uploadedAt)} after the upload`,
		`${USE_URL}, or schedule the message later: its time and "Valid For" together must end within ${formatDuration(keptMs)}.`,
	);
}

/**
 * Checks that a message with an uploaded file goes to a gateway that takes such.
 *
 * @throws GatewayError of kind `unsupported`
 */
export function assertTakesUploads(gateway: Gateway, { type, mediaId }: OutgoingMessage): void {
	if ((mediaId ?? null) === null) return;
	if (type === 'template') templateFileRules(gateway);
	else rulesFor(gateway, type);
	if (gateway.capabilities.uploads?.goes === 'first') return;
	throw unsupported(
		`${gateway.label} takes a file from n8n only together with the message, and this one was uploaded elsewhere`,
		`${USE_URL}.`,
	);
}

const named = ({ fileName }: FileInfo): string =>
	fileName === null
		? `The file in "${PARAMETER}"`
		: `The file "${shorten(fileName, 80)}" in "${PARAMETER}"`;

/** 1536 → `1.5 KB`, with the vendors' 1024. */
function formatBytes(bytes: number): string {
	const units = ['bytes', 'KB', 'MB', 'GB'];
	const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
	// Rounded up: a file that is a byte too big must not look as if it had the right size.
	const tenths = Math.ceil((bytes / 1024 ** power) * 10) / 10;
	return `${tenths} ${units[power]}`;
}
