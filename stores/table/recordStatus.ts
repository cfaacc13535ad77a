import type { StatusEvent } from '../../messages/statusEvent';
import { isStatus } from '../../messages/status';
import type { Values } from './columns';
import { SENDING, type Sender } from './rows';
import { where, type MessageTable } from './table';

/** What of an event is recorded. */
export type RecordableStatus = Pick<
	StatusEvent,
	'gateway' | 'messageId' | 'status' | 'statusRank' | 'failure' | 'occurredAt'
>;

/**
 * Writes a status into the row of its message, if it is further along than what stands there: a
 * duplicate or a late event changes nothing.
 *
 * @returns how many rows changed, 0 or 1
 */
export async function recordStatus(
	table: MessageTable,
	{ gateway, messageId, status, statusRank, failure, occurredAt }: RecordableStatus,
): Promise<number> {
	if (messageId === null || !isStatus(status) || status === 'unknown') return 0;
	const values: Values = {
		status,
		status_rank: statusRank,
		...(failure === null ? {} : { failure: failure.reason }),
		...(status === 'sent' && occurredAt !== null ? { sent_at: occurredAt } : {}),
	};
	const [matched] = await table.update([
		{
			where: [
				...where({ gateway, message_id: messageId }),
				{ column: 'status_rank', is: 'lt', value: statusRank },
			],
			values,
		},
	]);
	return matched.length;
}

/**
 * Whether a message of this account is under way: its id is not in the table yet, so an event that
 * finds no row may be of that message.
 */
export async function isSending(table: MessageTable, sender: Sender): Promise<boolean> {
	const { gateway, account } = sender;
	const rows = await table.select(where({ gateway, account, status: SENDING }), 1);
	return rows.length > 0;
}

/** Whether the table holds the message of an event. */
export async function holdsMessage(
	table: MessageTable,
	{ gateway, messageId }: Pick<RecordableStatus, 'gateway' | 'messageId'>,
): Promise<boolean> {
	if (messageId === null) return false;
	return (await table.select(where({ gateway, message_id: messageId }), 1)).length > 0;
}
