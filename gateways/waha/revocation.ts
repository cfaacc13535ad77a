import { describeAddress } from '../../messages/recipient';
import { objectAt, textAt, type JsonObject } from '../json';
import { readKey } from './messageId';

/**
 * Whether a message that was taken back is certainly somebody else's. `before` is the message itself, if the engine
 * still has it; `after` is the notice, by whoever took it back: in a chat of two that is its author, in a group it
 * may be an administrator (waha.devlike.pro/docs/how-to/events, `message.revoked`).
 */
export function isOfOthers(payload: JsonObject): boolean {
	const before = textAt(objectAt(payload, 'before'), 'id');
	if (before !== null) return readKey(before).isOwn === false;
	const after = textAt(objectAt(payload, 'after'), 'id');
	if (after === null) return false;
	const { isOwn, chat } = readKey(after);
	return isOwn === false && describeAddress(chat)?.kind !== 'group';
}
