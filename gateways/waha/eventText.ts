import { isObject, objectAt, textAt } from '../json';

/** The text or caption of a message (`message.any`, in WEBJS also `message.ack`); other events have none. */
export const eventText = (raw: unknown): string | null =>
	textAt(objectAt(isObject(raw) ? raw : {}, 'payload'), 'body');
