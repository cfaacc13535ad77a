import {
	createReceivedMessage,
	isSomething,
	type ReceivedMessage,
	type ReceivedMessageInput,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { withoutFiles } from '../withoutFiles';
import { flagAt, readKey, readRevokedKey } from './messageKey';
import { peopleOf } from './people';
import { bareId, readContent } from './receivedContent';

/** What an event says of a message; null if no other person wrote it. */
type Reading = Omit<ReceivedMessageInput, 'gateway' | 'channel' | 'account' | 'receivedAt' | 'raw'>;

/** docs.hypersender.com, "WhatsApp webhooks": the events in which others' messages come. */
const READERS: Readonly<Record<string, (payload: JsonObject) => Reading | null>> = {
	/** "Incoming messages … including your own": there is no event for those of others alone. */
	'message.any': (payload) => {
		const content = isOfOther(payload) ? readContent(payload) : null;
		return content === null ? null : { ...commonOf(payload), ...content };
	},

	'message.reaction': (payload) => {
		if (!isOfOther(payload)) return null;
		const reaction = objectAt(payload, 'reaction');
		return {
			...commonOf(payload),
			type: 'reaction',
			text: textAt(reaction, 'text'),
			aboutMessageId: bareId(textAt(reaction, 'messageId')),
		};
	},

	/** `after` is the notice; of it and of the message that it takes back each has an id. */
	'message.revoked': (payload) => {
		const after = objectAt(payload, 'after');
		const { isOwn, messageId } = readRevokedKey(payload);
		if (isOwn || !isOfOther(after)) return null;
		return { ...commonOf(after), type: 'deletion', aboutMessageId: messageId };
	},

	/** The only answer with a choice: buttons and lists cannot be sent by this gateway. */
	'poll.vote': (payload) => {
		const vote = objectAt(payload, 'vote');
		if (!isOfOther(vote)) return null;
		const chosen = Array.isArray(vote.selectedOptions) ? vote.selectedOptions : [];
		const title = chosen.filter((option) => typeof option === 'string').join(', ') || null;
		return {
			...commonOf(vote),
			type: 'button',
			text: title,
			button: { id: null, title, kind: 'poll' },
			inReplyTo: bareId(textAt(objectAt(payload, 'poll'), 'id')),
		};
	},
};

/**
 * Reads what somebody wrote: a message, a reaction, a deletion or a vote. An edit is in no event that the
 * vendor documents. What does not say that it is of somebody else is taken for our own.
 */
export function parseReceived(body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] {
	if (!isObject(body)) return [];
	const event = textAt(body, 'event') ?? '';
	const data = objectAt(body, 'data');
	const read = Object.hasOwn(READERS, event) ? READERS[event] : () => null;
	const reading = read(objectAt(data, 'payload'));
	if (reading === null) return [];
	const message = createReceivedMessage({
		gateway: 'hypersenderWhatsApp',
		channel: 'whatsapp',
		account: textAt(data, 'instanceId'),
		receivedAt,
		raw: withoutFiles(body, ['mediaKey']),
		...reading,
	});
	return isSomething(message) ? [message] : [];
}

/** Not an own one, and neither a story (`status@broadcast`) nor in a broadcast list or a channel. */
const isOfOther = (payload: JsonObject): boolean =>
	flagAt(payload, 'fromMe') === false &&
	![textAt(payload, 'id'), textAt(payload, 'from'), textAt(keyOf(payload), 'remoteJid')].some(
		(address) => /@(broadcast|newsletter)/.test(address ?? ''),
	);

const keyOf = (payload: JsonObject): JsonObject => objectAt(objectAt(payload, '_data'), 'key');

const commonOf = (payload: JsonObject) => ({
	messageId: readKey(payload).messageId,
	...peopleOf(payload),
	fromName: textAt(objectAt(payload, '_data'), 'pushName'),
	occurredAt: unixInstantAt(payload, 'timestamp'),
});
