import type { ButtonReply, ReceivedMessage } from './receivedMessage';
import type { Recipient, RecipientKind } from './recipient';
import { toLocalTime } from './sendTime';

/**
 * A received message as an item: flat, in the order in which people read a table, the ids last. Every field
 * is always present; unknown ones are null.
 */
export interface ReceivedMessageItem
	extends Omit<ReceivedMessage, 'from' | 'chat' | 'button' | 'media'> {
	/** The person's phone number, `+919988066776`; the address if there is none. */
	readonly from: string | null;
	/** The title of the choice, as the person saw it. */
	readonly button: string | null;
	/** When it occurred, as {@link formatLocalTime} formats it. */
	readonly occurredAtLocal: string | null;
	/** The zone of {@link occurredAtLocal}. */
	readonly timezone: string;
	readonly buttonId: string | null;
	readonly buttonKind: ButtonReply['kind'] | null;
	/** May need the gateway's key, or expire. */
	readonly mediaUrl: string | null;
	readonly mediaId: string | null;
	readonly mediaType: string | null;
	readonly fileName: string | null;
	/** Where an answer goes: as {@link from}, or the address of the group. */
	readonly chat: string | null;
	readonly chatKind: RecipientKind | null;
	readonly fromKind: RecipientKind | null;
	/** As the gateway has it: `919988066776@s.whatsapp.net`. */
	readonly fromAddress: string | null;
}

/**
 * @param timezone the zone of `occurredAtLocal`
 * @throws InvalidParameterError for an unknown timezone
 */
export function toReceivedMessageItem(
	message: ReceivedMessage,
	timezone: string,
): ReceivedMessageItem {
	const { local, timezone: zone } = toLocalTime(message.occurredAt, timezone);
	const { from, chat, button, media } = message;
	return {
		event: message.event,
		text: message.text,
		from: shownAddress(from),
		fromName: message.fromName,
		button: button?.title ?? null,
		optOut: message.optOut,
		occurredAtLocal: local,
		inReplyTo: message.inReplyTo,
		type: message.type,
		timezone: zone,
		occurredAt: message.occurredAt,
		receivedAt: message.receivedAt,
		buttonId: button?.id ?? null,
		buttonKind: button?.kind ?? null,
		mediaUrl: media?.url ?? null,
		mediaId: media?.id ?? null,
		mediaType: media?.mimeType ?? null,
		fileName: media?.fileName ?? null,
		aboutMessageId: message.aboutMessageId,
		gateway: message.gateway,
		channel: message.channel,
		account: message.account || null,
		chat: shownAddress(chat),
		chatKind: chat?.kind ?? null,
		fromKind: from?.kind ?? null,
		fromAddress: from?.address ?? null,
		fromLid: message.fromLid,
		messageId: message.messageId,
		eventId: message.eventId,
		raw: message.raw,
	};
}

const shownAddress = (person: Recipient | null): string | null =>
	person?.phone ?? person?.address ?? null;
