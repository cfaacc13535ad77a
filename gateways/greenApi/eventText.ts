import { isObject, objectAt, textAt } from '../json';

/**
 * The text or caption of a message (`outgoingAPIMessageReceived`, `outgoingMessageReceived`); a status
 * (`outgoingMessageStatus`) has none.
 */
export function eventText(raw: unknown): string | null {
	const data = objectAt(isObject(raw) ? raw : {}, 'messageData');
	return (
		textAt(objectAt(data, 'textMessageData'), 'textMessage') ??
		textAt(objectAt(data, 'extendedTextMessageData'), 'text') ??
		textAt(objectAt(data, 'fileMessageData'), 'caption')
	);
}
