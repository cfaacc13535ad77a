import { isObject, objectAt, textAt } from '../json';

/** The text or caption of a message (`message.any`); an ack has none. */
export function eventText(raw: unknown): string | null {
	return textAt(objectAt(objectAt(isObject(raw) ? raw : {}, 'data'), 'payload'), 'body');
}
