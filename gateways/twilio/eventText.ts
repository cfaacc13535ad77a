import { isObject, objectAt, textAt } from '../json';

/** The text that an event of Event Streams has; a status callback has none. */
export const eventText = (raw: unknown): string | null =>
	isObject(raw) ? textAt(objectAt(raw, 'data'), 'body') : null;
