import { isObject, objectAt, textAt, type JsonObject } from '../json';

/** What a webhook is about, `messages.post`, and whose it is. */
export interface Envelope {
	readonly account: string | null;
	/** `statuses.post`, or the type alone. */
	readonly name: string;
	readonly type: string;
	readonly body: JsonObject;
}

/** Reads `{ …, event: { type, event }, channel_id }`; null if it is no webhook of the vendor. */
export function envelopeOf(body: unknown): Envelope | null {
	if (!isObject(body)) return null;
	const event = objectAt(body, 'event');
	const type = textAt(event, 'type');
	if (type === null) return null;
	// All samples say `event`, the OpenAPI file says `method`.
	const method = textAt(event, 'event') ?? textAt(event, 'method');
	const name = method === null ? type : `${type}.${method}`;
	return { account: textAt(body, 'channel_id'), name, type, body };
}

/** The objects of a list in a body. */
export const elements = (body: JsonObject, key: string): JsonObject[] => {
	const value = Object.hasOwn(body, key) ? body[key] : undefined;
	return Array.isArray(value) ? value.filter(isObject) : [];
};

/** The messages of a webhook, whoever wrote them, if it is about new messages. */
export function messagesOf(body: unknown): {
	readonly account: string | null;
	readonly messages: readonly JsonObject[];
} {
	const envelope = envelopeOf(body);
	const isOfMessages = envelope?.name === 'messages.post' || envelope?.name === 'messages.put';
	return {
		account: envelope?.account ?? null,
		messages: envelope !== null && isOfMessages ? elements(envelope.body, 'messages') : [],
	};
}
