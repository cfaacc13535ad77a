import { describeAddress, sameRecipient, type Recipient } from '../../messages/recipient';
import { STATUSES, type Status } from '../../messages/status';
import type { StatusEvent } from '../../messages/statusEvent';
import type { Row, Values } from './columns';
import type { Sender } from './rows';
import { where, type Change, type Condition, type MessageTable } from './table';

/** What of an event is recorded. */
export interface RecordableStatus
	extends Pick<
		StatusEvent,
		| 'gateway'
		| 'messageId'
		| 'status'
		| 'failure'
		| 'occurredAt'
		| 'receivedAt'
		| 'recipient'
		| 'origin'
		| 'reference'
	> {
	/**
	 * Whose message it is, as the table's rows name the account; null if the event does not say: then
	 * gateway and message id decide, if they are unambiguous.
	 */
	readonly account: string | null;
	/** The message's text or caption, if the event has it. */
	readonly text: string | null;
}

/** What came of recording. `ambiguous`: several rows have that id, and nothing tells which is meant. */
export type Recorded = 'recorded' | 'outOfOrder' | 'ambiguous' | 'noRow';

/**
 * Writes a status into the row of its message, if it is further along than what stands there: a
 * duplicate or an event out of order changes nothing.
 */
export async function recordStatus(
	table: MessageTable,
	event: RecordableStatus,
): Promise<Recorded> {
	const { gateway, messageId } = event;
	if (messageId === null || event.status === 'unknown') return 'noRow';
	const rows = await table.select(where({ gateway, message_id: messageId }), MAX_ROWS_OF_AN_ID);
	const found = rowOf(rows, event);
	if (found === null || found === 'ambiguous') return found ?? 'noRow';
	const [matched] = await table.update([changeOf(found, event)]);
	return matched.length > 0 ? 'recorded' : 'outOfOrder';
}

/** Accounts and chats that share one message id. */
const MAX_ROWS_OF_AN_ID = 20;

/**
 * The row that an event is about, of those with its message id: of the same account, and of the same
 * recipient if there are several, since some gateways' ids are unique within a chat only.
 */
export function rowOf(rows: readonly Row[], event: RecordableStatus): Row | 'ambiguous' | null {
	const ofAccount = rows.filter(
		({ gateway, account, message_id: id }) =>
			gateway === event.gateway &&
			id === event.messageId &&
			(event.account === null || account === event.account),
	);
	if (ofAccount.length <= 1) return ofAccount[0] ?? null;
	const ofRecipient = ofAccount.filter((row) => isTo(row, event.recipient));
	return ofRecipient.length === 1 ? ofRecipient[0] : 'ambiguous';
}

/** The change that an event makes to its row. */
export const changeOf = ({ id }: Row, event: RecordableStatus): Change => ({
	where: [...where({ id }), below(STATUSES[event.status].rank)],
	values: statusValues(event),
});

const below = (rank: number): Condition => ({ column: 'status_rank', is: 'lt', value: rank });

/** What succeeded, or may still, has no reason for a failure. */
const SUCCESSES: readonly Status[] = ['queued', 'sent', 'delivered', 'read', 'played'];

/** The columns of a status. A success clears the reason of an earlier failure. */
export function statusValues({ status, failure, occurredAt }: RecordableStatus): Values {
	return {
		status,
		status_rank: STATUSES[status].rank,
		...(failure !== null
			? { failure: failure.reason }
			: SUCCESSES.includes(status)
				? { failure: null }
				: {}),
		...(status === 'sent' && occurredAt !== null ? { sent_at: occurredAt } : {}),
	};
}

/** Whether a row's message goes to a recipient. */
function isTo(row: Row, recipient: Recipient | null): boolean {
	const address = describeAddress(row.recipient);
	return recipient !== null && address !== null && sameRecipient(address, recipient);
}

/** A recipient as rows name it. */
export const rowRecipient = (recipient: Recipient | null): string | null =>
	recipient === null ? null : (recipient.phone ?? recipient.address);

/**
 * The account of an event as rows name it. A credential may name no account and serve whatever
 * account its key is of: then its rows carry the dispatcher's own word for it.
 *
 * @param told as the gateway reports it
 * @param named the account that the credential names; empty text if it names none
 */
export const accountOf = (
	told: string | null,
	{ account }: Sender,
	named: string,
): string | null => (told !== null && named === '' ? account : told);
