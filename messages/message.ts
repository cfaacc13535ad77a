import type { FrequencyCap } from './frequencyCap';
import { InvalidParameterError } from './invalidParameterError';
import type { FileInfo } from './mediaFile';
import type { Recipient } from './recipient';
import type { TimezoneSource } from './recipientTime/source';
import type { SendingWindow } from './sendTime/openingHours';
import { parseTemplate, type TemplateContent } from './template';
import { shorten } from './text';

/** The kinds of message, in the order in which users see them. */
export const MESSAGE_TYPES = [
	'text',
	'image',
	'video',
	'document',
	'audio',
	'voice',
	'template',
] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** The content: text, media by its public URL, or a template. Fields that a type does not have are null. */
export interface MessageContent {
	readonly type: MessageType;
	readonly text: string | null;
	/** Public http or https URL of the media. */
	readonly mediaUrl: string | null;
	/**
	 * What the gateway gave for a file that was uploaded to it, in place of a public URL: an id, or a URL of
	 * its own. In a template, the variable for its file has the same value. Not there in what gateways report, which name media by other URLs.
	 */
	readonly mediaId?: string | null;
	readonly caption: string | null;
	/** Name under which the recipient sees a document. */
	readonly fileName: string | null;
	readonly template: TemplateContent | null;
}

/** A message to send. */
export interface OutgoingMessage extends MessageContent {
	readonly recipient: Recipient;
	/** The user's id of the message, if any. */
	readonly reference: string | null;
	/** A UUID, the same for each attempt of this message and for no other message. */
	readonly idempotencyKey: string;
	/** The file of a message that has neither a URL nor an id of it yet. Never stored. */
	readonly file?: FileInfo;
}

/** A message to send at an instant (ISO 8601, UTC). */
export interface MessageToSchedule extends OutgoingMessage {
	readonly scheduledAt: string;
	/** The requested instant, before spacing, jitter, window and rules moved it. */
	readonly requestedAt?: string;
	/** When it may be sent; a store that sends itself also applies it when it sends. */
	readonly sendingWindow?: SendingWindow | null;
	/** How many messages the recipient may get in a period; a store that sends itself applies it when it sends. */
	readonly frequencyCap?: FrequencyCap | null;
	/** The recipient's timezone, if the time is in it. */
	readonly timezone?: string;
	/** What says that it is; absent for a time that is in no recipient's timezone. */
	readonly timezoneSource?: TimezoneSource;
	/** What belongs together: a campaign, an appointment; null for none. */
	readonly group?: string | null;
	/** Minutes after its time during which it may be sent. Default: a day. */
	readonly validForMinutes?: number;
	/** What to send instead if the gateway no longer lets the content through; null for nothing. */
	readonly replacement?: TemplateContent | null;
	/** Whether it also goes to somebody on Do Not Contact, such as a code or a legal notice. */
	readonly ignoresDoNotContact?: boolean;
	/** Each key creates one message per account, even over several executions. */
	readonly deduplicationKey?: string | null;
}

/** The parameters of an operation; empty text counts as not given. */
export interface ContentInput {
	type: unknown;
	text?: unknown;
	mediaUrl?: unknown;
	/** Counts if there is no *Media URL*. */
	mediaId?: unknown;
	/** The media is a file that is to be uploaded. */
	hasFile?: boolean;
	caption?: unknown;
	fileName?: unknown;
	/** As {@link parseTemplate} takes it. */
	template?: unknown;
}

/**
 * Parses the content of a message.
 *
 * @throws InvalidParameterError naming *Message Type*, *Text*, *Media URL* or *Template*
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
		return { ...NO_CONTENT, type, text };
	}
	const mediaId = optionalText('Media ID', input.mediaId);
	if (type === 'template') {
		const template = parseTemplate(input.template);
		// A person may have entered a URL in its place.
		const isUpload = mediaId !== null && Object.values(template.variables).includes(mediaId);
		return { ...NO_CONTENT, type, template, ...(isUpload ? { mediaId } : {}) };
	}
	const isUpload = input.hasFile === true || (mediaId !== null && !input.mediaUrl);
	return {
		...NO_CONTENT,
		type,
		mediaUrl: isUpload ? null : parseMediaUrl(input.mediaUrl),
		...(isUpload && mediaId !== null ? { mediaId } : {}),
		caption: optionalText('Caption', input.caption),
		fileName: optionalText('File Name', input.fileName),
	};
}

/** What a type of message does not have. */
export const NO_CONTENT = {
	text: null,
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
};

/** Whether a message has what its type is about; a gateway may report less of it. */
export const hasContent = ({ type, text, mediaUrl, mediaId, template }: MessageContent): boolean =>
	(type === 'text' ? text : type === 'template' ? template : (mediaUrl ?? mediaId ?? null)) !==
	null;

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
