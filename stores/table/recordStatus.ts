import { describeAddress, sameRecipient, type Recipient } from '../../messages/recipient';
import { isHandedOver } from '../move/words';
import { STATUSES, type Status } from '../../messages/status';
import type { StatusEvent } from '../../messages/statusEvent';
import type { Row, Values } from './columns';
import { isReplaceable, replaced } from './replacement';
import { SENDING, statusWord, type SendingAccount } from './rows';
import { where, type ConditionalUpdate, type Condition, type MessageTable } from './table';

/** The part of an event that is recorded. */
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
	 * The account of the message, as named in the table's rows; null if the event does not have it: then
	 * gateway and message id decide, if they are unambiguous.
	 */
	readonly account: string | null;
	/** Whether it failed since the gateway's 24-hour window is closed: a template would be delivered. */
	readonly isWindowClosed?: boolean;
	/** The message's text or caption, if the event has it. */
	readonly text: string | null;
}

/** The result of recording. `ambiguous`: several rows have that id, and it is unknown which one is meant. */
export type Recorded = 'recorded' | 'outOfOrder' | 'ambiguous' | 'noRow';

/**
 * Writes a status into the row of its message, if it is further along than the current one: a duplicate or
 * an out-of-order event changes nothing.
 */
export async function recordStatus(
	table: MessageTable,
	event: RecordableStatus,
	senders: readonly SendingAccount[],
): Promise<Recorded> {
	const { gateway, messageId } = event;
	if (messageId === null || event.status === 'unknown') return 'noRow';
	const rows = await table.select(where({ gateway, message_id: messageId }), MAX_ROWS_OF_AN_ID);
	const found = rowOf(rows, event, senders);
	if (found === null || found === 'ambiguous') return found ?? 'noRow';
	const [matched] = await table.update([changeOf(found, event)]);
	return matched.length > 0 ? 'recorded' : 'outOfOrder';
}

/** Accounts and chats that share one message id. */
const MAX_ROWS_OF_AN_ID = 20;

/**
 * The row of an event, among those with its message id: of the same account, and of the same recipient if
 * there are several, since some gateways' ids are unique within a chat only.
 */
export function rowOf(
	rows: readonly Row[],
	event: RecordableStatus,
	senders: readonly SendingAccount[],
): Row | 'ambiguous' | null {
	const accounts = keysOf(event.gateway, event.account, senders);
	const ofAccount = rows.filter(
		({ gateway, account, message_id: id }) =>
			gateway === event.gateway &&
			id === event.messageId &&
			(event.account === null || accounts.includes(String(account))),
	);
	if (ofAccount.length <= 1) return ofAccount[0] ?? null;
	const ofRecipient = ofAccount.filter((row) => isTo(row, event.recipient));
	return ofRecipient.length === 1 ? ofRecipient[0] : 'ambiguous';
}

/**
 * The update of an event's row, applied only while that still has the event's message: *Retry* sends it
 * again, and so does a person who enters `scheduled`, with the message's id still in the row.
 */
export function changeOf(row: Row, event: RecordableStatus): ConditionalUpdate {
	const { messageId, status } = event;
	const replacing = replacedBy(row, event);
	const isReplacing = replacing !== null;
	return {
		where: [
			...where({ id: row.id, message_id: messageId }),
			// Nothing is sent instead of what has arrived.
			below(STATUSES[isReplacing ? 'delivered' : status].rank),
			// Of the very status that was read: a run that moves the message may claim the row meanwhile.
			...(isReplacing ? [NOT_REPLACED, ...where({ status: row.status })] : []),
			...[...new Set(['scheduled', SENDING, ...putBackAs(row)])].map(
				(word): Condition => ({ column: 'status', is: 'neq', value: word }),
			),
		],
		values: replacing ?? statusValues(event),
	};
}

/** Puts the row's replacement in the place of the message that the event is of; null if it does not belong there. */
export function replacedBy(row: Row, event: RecordableStatus): Values | null {
	const { status, failure, receivedAt, isWindowClosed } = event;
	const isReplacing =
		isWindowClosed === true &&
		status === 'failed' &&
		isReplaceable(row) &&
		// The other store has the message by now, and would not learn of its template.
		!isHandedOver(statusWord(row));
	return isReplacing ? replaced(failure?.reason ?? '', Date.parse(receivedAt)) : null;
}

const NOT_REPLACED: Condition = { column: 'replaced_at', is: 'isEmpty', value: null };

/** `scheduled` as a person has entered it, before a run has adopted it. */
const putBackAs = (row: Row): string[] =>
	statusWord(row) === 'scheduled' ? [String(row.status)] : [];

const below = (rank: number): Condition => ({ column: 'status_rank', is: 'lt', value: rank });

/** The reason of a failure; null for a message that succeeded or may still succeed. */
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
 * All names that rows of an account may have: if it is one of the credential's, all of these.
 *
 * @param account one of them; null for the credential's account
 */
export function keysOf(
	gateway: string,
	account: string | null,
	senders: readonly SendingAccount[],
): readonly string[] {
	const names = senders.filter((one) => one.gateway === gateway).map((one) => one.account);
	if (account === null)
		return names.length > 0 ? names : senders.slice(0, 1).map((one) => one.account);
	return names.includes(account) ? names : [account];
}

/**
 * The names of a credential's account, with the one in an event: a credential may not name its account, and
 * its rows are then under a name derived from its secret.
 *
 * @param reported as the gateway reports it; null if it does not
 * @param isOfAccount whether an account of that name may be the credential's
 */
export const withReportedAccount = (
	senders: readonly SendingAccount[],
	reported: string | null,
	isOfAccount: boolean,
): readonly SendingAccount[] =>
	reported === null || !isOfAccount || senders.some(({ account }) => account === reported)
		? senders
		: [...senders, { ...senders[0], account: reported }];
