import { isObject, objectAt, textAt } from '../json';

/** The text of the message, which each webhook of a message has. */
export function eventText(raw: unknown): string | null {
	return textAt(objectAt(isObject(raw) ? raw : {}, 'data'), 'content');
}
