import { createHash } from 'node:crypto';
import { isObject, objectAt, textAt, type JsonObject } from '../json';

/** Which message an id names. */
export interface MessageKey {
	/** WhatsApp's own id, which every engine knows: what we give out. */
	readonly messageId: string;
	/** Whether the account sent it; null where the id is bare. */
	readonly isOwn: boolean | null;
	/** The chat that it is in; null where the id is bare. */
	readonly chat: string | null;
}

/**
 * Reads an id in any of WAHA's forms: `true_<chat>_<ID>`, in groups with a participant behind it, or the bare
 * `<ID>` (src/core/utils/ids.ts; no part contains `_`).
 */
export function readKey(id: string): MessageKey {
	const [fromMe, chat, messageId = ''] = id.split('_', 3);
	const isSerial = (fromMe === 'true' || fromMe === 'false') && messageId !== '';
	return isSerial
		? { messageId, isOwn: fromMe === 'true', chat }
		: { messageId: id, isOwn: null, chat: null };
}

/**
 * The id of a message by its chat. Of a group it has no participant: with one, WEBJS does not find the message
 * that it sent itself.
 */
export const serialId = (chat: string, messageId: string): string => `true_${chat}_${messageId}`;

/**
 * The id in an answer to a send, which has another form in each engine (github.com/devlikeapro/waha, issue 760);
 * null where the answer has none.
 */
export function sentId(body: JsonObject): string | null {
	// NOWEB: Baileys' `WebMessageInfo`.
	const ofKey = textAt(objectAt(body, 'key'), 'id');
	if (ofKey !== null) return ofKey;
	const { id } = body;
	// WEBJS and WPP: an object. Builds of WhatsApp Web since 2026-07-15 name `_serialized` otherwise (issue 2157).
	const serial = isObject(id)
		? (textAt(id, 'id') ?? textAt(id, '_serialized') ?? textAt(id, '$1'))
		: textAt(body, 'id');
	return serial === null ? null : readKey(serial).messageId;
}

/**
 * The id that a text is sent with where the engine takes one: the same for each attempt of a message, so that a
 * lost answer does not lose the id. In the form of the ids that both engines make: `3EB0` and 18 hexadecimal digits.
 */
export const chosenId = (idempotencyKey: string): string =>
	`3EB0${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 18).toUpperCase()}`;
