import { InvalidParameterError } from './invalidParameterError';
import type { Recipient } from './recipient';
import type { SendingWindow } from './sendTime/window';
import { shorten } from './text';

/** The kinds of message, in the order in which users see them. */
export const MESSAGE_TYPES = ['text', 'image', 'video', 'document', 'audio', 'voice'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** What is sent: text, or media by its public address. What a type does not have is null. */
export interface MessageContent {
	readonly type: MessageType;
	readonly text: string | null;
	/** Public http or https address of the media. */
	readonly mediaUrl: string | null;
	readonly caption: string | null;
	/** Name under which the recipient sees a document. */
	readonly fileName: string | null;
}

/** A message on its way out. */
export interface OutgoingMessage extends MessageContent {
	readonly recipient: Recipient;
	/** The user's own id of the message, if any. */
	readonly reference: string | null;
	/** The same whenever this very message is tried again, and only then: a UUID. */
	readonly idempotencyKey: string;
}

/** A message on its way out, with the instant (ISO 8601, UTC) at which it is to be sent. */
export interface MessageToSchedule extends OutgoingMessage {
	readonly scheduledAt: string;
	/** The instant as it was asked for, before spacing, jitter, window and rules moved it. */
	readonly requestedAt?: string;
	/** When it may be sent at all; kept when it is sent, too, by a store that sends itself. */
	readonly sendingWindow?: SendingWindow | null;
	/** Minutes after its time for which it is worth sending; unless given a day. */
	readonly validForMinutes?: number;
	/** In one account, one key makes one message, whatever runs again. */
	readonly deduplicationKey?: string | null;
}

/** What an operation read from its parameters; empty text counts as not given. */
export interface ContentInput {
	type: unknown;
	text?: unknown;
	mediaUrl?: unknown;
	caption?: unknown;
	fileName?: unknown;
}

/**
 * Makes the content of a message of what a user gave.
 *
 * @throws InvalidParameterError naming *Message Type*, *Text* or *Media URL*
 */
export function parseContent(input: ContentInput): MessageContent {
	const { type } = input;
	if (!isMessageType(type)) {
		throw new InvalidParameterError(
			'Message Type',
			`"Message Type" is ${typeof type === 'string' ? `"${shorten(type)}"` : 'missing'}. Choose one of: ${MESSAGE_TYPES.join(', ')}.`,
		);
	}
	if (type === 'text') {
		const text = optionalText('Text', input.text);
		if (text === null || text.trim() === '') {
			throw new InvalidParameterError('Text', '"Text" is empty. Enter the text of the message.');
		}
		return { type, text, mediaUrl: null, caption: null, fileName: null };
	}
	return {
		type,
		text: null,
		mediaUrl: parseMediaUrl(input.mediaUrl),
		caption: optionalText('Caption', input.caption),
		fileName: optionalText('File Name', input.fileName),
	};
}

const isMessageType = (value: unknown): value is MessageType =>
	MESSAGE_TYPES.includes(value as MessageType);

function parseMediaUrl(value: unknown): string {
	const text = optionalText('Media URL', value)?.trim() ?? '';
	if (text === '') {
		throw new InvalidParameterError(
			'Media URL',
			'"Media URL" is empty. Enter the public URL of the file, e.g. https://example.com/image.jpg.',
		);
	}
	if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) {
		throw new InvalidParameterError(
			'Media URL',
			`"Media URL" is "${shorten(text, 80)}", which is not a public URL`,
			'Enter a URL that begins with https:// or http://. The gateway downloads the file from it.',
		);
	}
	return text;
}

function optionalText(parameter: string, value: unknown): string | null {
	if (value === undefined || value === null || value === '') return null;
	if (typeof value === 'string') return value;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is ${Array.isArray(value) ? 'a list' : 'an object'}. Enter text.`,
	);
}
