import { contentKey, eventIdOf } from './statusEvent';
import type { Recipient } from './recipient';

/** What somebody wrote. `button` is any structured choice; `other`: something, but it is not known what. */
export const RECEIVED_TYPES = [
	'text',
	'image',
	'video',
	'audio',
	'voice',
	'document',
	'sticker',
	'location',
	'contact',
	'button',
	'reaction',
	'edit',
	'deletion',
	'other',
] as const;
export type ReceivedType = (typeof RECEIVED_TYPES)[number];

/** What a person chose of what a message offered. */
export interface ButtonReply {
	/** As the sender of the buttons named it, without what the gateway puts before it; null if it is lost. */
	readonly id: string | null;
	/** What the person saw. */
	readonly title: string | null;
	readonly kind: 'button' | 'list' | 'template' | 'poll';
}

/** The file of a message. It is never downloaded; the URL may need the gateway's key, or expire. */
export interface ReceivedMedia {
	readonly url: string | null;
	readonly id: string | null;
	readonly mimeType: string | null;
	readonly fileName: string | null;
}

/**
 * A message that a person wrote to the account; or a `preference`: what they chose at the gateway about our messages,
 * without writing anything, so that it never counts as an answer. Every field is always present; unknown ones are
 * null.
 */
export interface ReceivedMessage {
	readonly event: 'received' | 'preference';
	/** The same for the same message (or reaction, edit, deletion), in any process. */
	readonly eventId: string;
	readonly gateway: string;
	readonly channel: 'whatsapp' | 'sms';
	/** Session, instance or channel of the gateway. */
	readonly account: string | null;
	/** The gateway's id of the incoming message, bare: what a *quote* field takes. */
	readonly messageId: string | null;
	/** The person; in a group the participant. `phone` also from an alternative address of the gateway. */
	readonly from: Recipient | null;
	/** As the person calls themself; untrusted. */
	readonly fromName: string | null;
	/** WhatsApp's hidden id of the person (`…@lid`, BSUID), where it is reported beside or instead of the phone. */
	readonly fromLid: string | null;
	/** Of a direct message the person, of a group's the group. */
	readonly chat: Recipient | null;
	readonly type: ReceivedType;
	/** Text, caption, or the title of the choice; of a reaction the emoji. Untrusted, and not trimmed. */
	readonly text: string | null;
	readonly button: ButtonReply | null;
	readonly media: ReceivedMedia | null;
	/** The id of the message that it answers, in the form in which *Send* gave it. */
	readonly inReplyTo: string | null;
	/** Of a reaction, an edit, a deletion: the message that is meant. */
	readonly aboutMessageId: string | null;
	/** The gateway's own verdict on what the person wants; null if it gives none. */
	readonly optOut: 'stop' | 'start' | 'help' | null;
	/** When it occurred, by the gateway's clock: ISO 8601, UTC. Null if not reported. */
	readonly occurredAt: string | null;
	/** When n8n received it: ISO 8601, UTC. */
	readonly receivedAt: string;
	/** The part of the webhook's body with this message. */
	readonly raw: unknown;
}

/** The fields that a gateway's parser sets; the others follow from them or are null. */
export type ReceivedMessageInput = Pick<
	ReceivedMessage,
	'gateway' | 'channel' | 'type' | 'receivedAt' | 'raw'
> &
	Partial<Omit<ReceivedMessage, 'eventId'>>;

/**
 * Completes a received message: every key present, and a stable id.
 *
 * The id names gateway, account, message, and the chat, since the ids of some gateways are unique in a
 * chat only. Without a message id the content stands in its place. Of an edit, a reaction or a deletion it also names what is meant, and the time: one message
 * can be edited twice.
 */
export function createReceivedMessage(input: ReceivedMessageInput): ReceivedMessage {
	const {
		event = 'received',
		gateway,
		channel,
		account = null,
		messageId = null,
		from = null,
		fromName = null,
		fromLid = null,
		chat = from,
		type,
		text = null,
		button = null,
		media = null,
		inReplyTo = null,
		aboutMessageId = null,
		optOut = null,
		occurredAt = null,
		receivedAt,
		raw,
	} = input;
	const isAbout = aboutMessageId !== null;
	return {
		event,
		eventId: eventIdOf(
			[
				gateway,
				account,
				messageId ?? contentKey(raw),
				event,
				(chat?.phone ?? chat?.address) || null,
			],
			isAbout ? `${type}:${aboutMessageId}` : '',
			isAbout ? occurredAt : null,
		),
		gateway,
		channel,
		account,
		messageId,
		from,
		fromName,
		fromLid,
		chat,
		type,
		text,
		button,
		media,
		inReplyTo,
		aboutMessageId,
		optOut,
		occurredAt,
		receivedAt,
		raw,
	};
}

/** Whether it has an id or any content; without both, nothing is known but that a webhook came. */
export const isSomething = ({ messageId, text, button, media, aboutMessageId }: ReceivedMessage) =>
	[messageId, text, button, media, aboutMessageId].some((value) => value !== null);
