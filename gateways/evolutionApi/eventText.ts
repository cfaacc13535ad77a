import { isObject, objectAt } from '../json';
import { contentOf } from './records';

/** The text or caption of a message (`send.message`); a status has none. */
export function eventText(raw: unknown): string | null {
	const { text, caption } = contentOf(objectAt(isObject(raw) ? raw : {}, 'data'));
	return text ?? caption;
}
