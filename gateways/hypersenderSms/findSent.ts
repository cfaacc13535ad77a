import type { OutgoingMessage } from '../../messages/message';
import type { SentMessage } from '../../messages/sentMessage';
import type { Connection } from '../gateway';
import { CLOCK_SKEW_MS, hasSameContent } from '../sentBefore';
import { account, knownTimezone } from './credential';
import { messagesWith } from './find';
import { toPhone } from './recipient';
import { toSentMessage } from './records';
import { requestIdOf } from './send';
import { instantAt } from './times';
import type { JsonObject } from '../json';

/**
 * Asks for the messages with the `request_id` that went along: it is always sent, and unless it is the
 * user's reference it is this message's alone
 * (docs.hypersender.com/v2/api-reference/sms/messages/index-messages).
 */
export async function findSent(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<SentMessage[]> {
	const { credential } = connection;
	const zone = knownTimezone(credential);
	const records = await messagesWith(
		connection,
		{ requestId: requestIdOf(message), id: null },
		{ 'filter[to_phone_number]': toPhone(message.recipient) },
	);
	return records
		.filter((record) => !isOlder(record, sinceMs, zone))
		.map((record) => toSentMessage(record, account(credential)))
		.filter((sent) => sent !== null)
		.filter((sent) => !UNSENT.has(sent.status) && hasSameContent(message, sent));
}

/** What waits for a time of its own, or was deleted before it went out, came of no send. */
const UNSENT = new Set(['scheduled', 'cancelled']);

/**
 * Whether a message is from before the send. Times are UTC in all the vendor's samples, but no page says
 * so, and to overlook a message would send it twice: so the account's clock counts as well. A time that
 * cannot be read does not make it older.
 */
function isOlder(record: JsonObject, sinceMs: number, zone: string | null): boolean {
	const times = ['UTC', ...(zone === null ? [] : [zone])]
		.map((each) => instantAt(record, 'created_at', each))
		.filter((time) => time !== null);
	return times.length > 0 && times.every((time) => Date.parse(time) < sinceMs - CLOCK_SKEW_MS);
}
