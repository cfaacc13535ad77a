import type { OutgoingMessage } from '../../messages/message';
import type { SentMessage } from '../../messages/sentMessage';
import type { Connection } from '../gateway';
import { CLOCK_SKEW_MS, mayComeOf } from '../sentBefore';
import { GatewayError } from '../transport/gatewayError';
import { account, senderOf } from './credential';
import { readMessages } from './pages';
import { toAddress } from './recipient';
import { isInbound, isOfSender, mediaCount, toSentMessage, type MessageRecord } from './records';

/** Asks for what the account sent to the recipient since then, by the list of messages. */
export async function findSent(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<SentMessage[]> {
	const sent = await readSent(connection, message);
	// What waits for a time of its own, or was cancelled before it, came of no send.
	const gone = sent.filter(({ status }) => status !== 'scheduled' && status !== 'cancelled');
	if (message.type === 'template') return noneOf(gone.filter((one) => !isOlder(one, sinceMs)));
	return gone.filter((one) => mayComeOf(message, one, sinceMs));
}

const isOlder = ({ acceptedAt }: SentMessage, sinceMs: number): boolean =>
	acceptedAt !== null && Date.parse(acceptedAt) < sinceMs - CLOCK_SKEW_MS;

/**
 * Whether a message is one of a template, its record does not tell. So only without any message it is known
 * what came of a template: nothing.
 *
 * @throws GatewayError if there are messages
 */
export function noneOf(messages: readonly SentMessage[]): [] {
	if (messages.length === 0) return [];
	throw new GatewayError(
		'unexpectedResponse',
		'Twilio does not tell which of the messages to this recipient is that of the template',
		{ hint: 'Check in the message log of the Twilio Console whether it was sent.' },
	);
}

/**
 * Messages of this sender to the recipient that may be this one by their media, as this one: the list tells
 * the text, and of media only how many there are, once Twilio has fetched them.
 */
export async function readSent(
	connection: Connection,
	message: OutgoingMessage,
): Promise<SentMessage[]> {
	const { credential } = connection;
	const { type, mediaUrl } = message;
	const To = toAddress(message.recipient, senderOf(credential).channel);
	const records = await readMessages(connection, { To });
	const isPossible = (record: MessageRecord) =>
		!isInbound(record) &&
		isOfSender(record, credential) &&
		(mediaUrl !== null || mediaCount(record) === 0);
	return records
		.filter(isPossible)
		.map((record) => toSentMessage(record, account(credential)))
		.filter((sent) => sent !== null)
		.map((sent) => {
			const words = sent.text ?? sent.caption;
			return mediaUrl === null
				? { ...sent, type, text: words, caption: null }
				: { ...sent, type, text: null, caption: words };
		});
}
