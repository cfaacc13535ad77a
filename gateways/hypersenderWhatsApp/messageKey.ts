import { objectAt, textAt, type JsonObject } from '../json';

/** Which message a payload is about. */
export interface MessageKey {
	/** Whether the account sent it. */
	readonly isOwn: boolean;
	/** WhatsApp's id, the same as `key.id` of a queued request's result. */
	readonly messageId: string | null;
	/** The chat that it is in: for an own message the recipient. */
	readonly chat: string | null;
}

/** Whether a key holds true or false; null for anything else. */
export const flagAt = (object: JsonObject, key: string): boolean | null => {
	const value = Object.hasOwn(object, key) ? object[key] : null;
	return typeof value === 'boolean' ? value : null;
};

/**
 * Reads a payload's `id`, `<fromMe>_<chat>_<key.id>`, in groups perhaps with a participant behind it
 * (…/whatsapp-webhooks/messages-ack). An id of another form is taken as it is.
 */
export function readKey(payload: JsonObject): MessageKey {
	const id = textAt(payload, 'id');
	const serial = id === null ? null : readSerialId(id);
	const key = objectAt(objectAt(payload, '_data'), 'key');
	return {
		isOwn: flagAt(payload, 'fromMe') ?? serial?.isOwn ?? false,
		messageId: serial?.messageId ?? textAt(key, 'id') ?? id,
		chat: withPhone(serial?.chat ?? textAt(payload, 'from') ?? textAt(key, 'remoteJid'), key),
	};
}

/**
 * A chat by its phone number, where it is known by its LID and `remoteJidAlt` has the number: the SDK's
 * sample (tests/fixtures/Whatsapp/Webhook/message-any.json) has both addresses of one chat.
 */
function withPhone(chat: string | null, key: JsonObject): string | null {
	if (chat === null || !chat.endsWith('@lid')) return chat;
	const both = [textAt(key, 'remoteJid'), textAt(key, 'remoteJidAlt')];
	return both.includes(chat) ? (both.find((one) => one !== null && isPhone(one)) ?? chat) : chat;
}

const isPhone = (address: string) => /@(c\.us|s\.whatsapp\.net)$/.test(address);

/** The parts of `<fromMe>_<chat>_<key.id>`; null if an id has another form. */
export function readSerialId(
	id: string,
): { isOwn: boolean; chat: string; messageId: string } | null {
	const [fromMe, chat, messageId = ''] = id.split('_', 3);
	if ((fromMe !== 'true' && fromMe !== 'false') || messageId === '') return null;
	return chat.includes('@') ? { isOwn: fromMe === 'true', chat, messageId } : null;
}

/**
 * Reads the payload of a revocation: `after` is the notice itself, and the `protocolMessage` in
 * `_data` names the message that it takes back (…/whatsapp-webhooks/messages-revoked).
 */
export function readRevokedKey(payload: JsonObject): MessageKey {
	const after = objectAt(payload, 'after');
	const key = objectAt(objectAt(payload, '_data'), 'key');
	const notice = readKey(after);
	return {
		isOwn: flagAt(key, 'fromMe') ?? notice.isOwn,
		messageId:
			textAt(protocolKey(payload), 'id') ?? textAt(protocolKey(after), 'id') ?? textAt(key, 'id'),
		chat: notice.chat ?? textAt(key, 'remoteJid'),
	};
}

const protocolKey = (object: JsonObject): JsonObject =>
	objectAt(objectAt(objectAt(objectAt(object, '_data'), 'message'), 'protocolMessage'), 'key');
