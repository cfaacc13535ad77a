import { acceptedAs } from '../../messages/status';
import type { Row } from './columns';
import {
	keysOf,
	replacedBy,
	rowRecipient,
	statusValues,
	type RecordableStatus,
} from './recordStatus';
import { idempotencyKeyOf, isReplaced } from './replacement';
import { SENDING, type SendingAccount } from './rows';
import { PAGE_SIZE, where, type Condition, type MessageTable } from './table';

/** How long before an event its request may have begun, and after it, given clock skew. */
const MAX_BEFORE_MS = 15 * 60_000;
const MAX_AFTER_MS = 2 * 60_000;

const WITHOUT_ID: Condition = { column: 'message_id', is: 'isEmpty', value: null };

/**
 * Finds the message of an event among those whose outcome is unknown, and writes its id and status. The match
 * must be certain: the same account and recipient, sent by the API as far as the event shows, the same
 * reference or content, and no second candidate, be it unconfirmed, in flight or in the gateway's queue. Or the
 * reference is the row's own id, whoever the recipient is reported to be.
 *
 * @returns whether a row was settled; never more than one
 */
export async function settleUnconfirmed(
	table: MessageTable,
	event: RecordableStatus,
	senders: readonly SendingAccount[],
): Promise<boolean> {
	const { gateway, messageId, origin, reference, text } = event;
	const status = acceptedAs(event.status);
	const recipient = rowRecipient(event.recipient);
	if (messageId === null || event.status === 'unknown') return false;
	if (origin === 'phone' || (reference === null && text === null)) return false;
	const select = async (conditions: Readonly<Record<string, string>>) => {
		const rows: Row[] = [];
		for (const account of keysOf(gateway, event.account, senders)) {
			const ofAccount = where({ gateway, account, ...conditions });
			rows.push(...(await table.select([...ofAccount, WITHOUT_ID], PAGE_SIZE)));
		}
		return rows.filter((row) => !isOfReplaced(row, event) && fits(row, event));
	};
	const fitting = async (status: string) =>
		recipient === null ? [] : await select({ recipient, status });
	let unconfirmed = await fitting('unconfirmed');
	if (unconfirmed.length === 0 && reference !== null) {
		// The row's own id, which is no other row's: the gateway may report the recipient in another form.
		unconfirmed = await select({ schedule_id: reference, status: 'unconfirmed' });
	}
	if (unconfirmed.length !== 1) return false;
	for (const state of [SENDING, 'queued']) if ((await fitting(state)).length > 0) return false;
	const [row] = unconfirmed;
	const [matched] = await table.update([
		{
			where: [...where({ id: row.id, status: 'unconfirmed' }), WITHOUT_ID],
			values: replacedBy(row, event) ?? {
				// Whatever its status, the gateway has the message.
				failure: null,
				...statusValues({ ...event, status }),
				message_id: messageId,
				sent_at: event.occurredAt ?? event.receivedAt,
			},
		},
	]);
	return matched.length > 0;
}

/** Whether an event is of the message that the row's template has replaced: a template cannot fail so. */
const isOfReplaced = (row: Row, { isWindowClosed }: RecordableStatus): boolean =>
	isWindowClosed === true && isReplaced(row);

/** Whether an event may be of the message of a row. Fields that either lacks are not compared. */
function fits(row: Row, { reference, text, occurredAt, receivedAt }: RecordableStatus): boolean {
	// Without a reference, the dispatcher sends the row's id instead.
	if (reference !== null && reference === idempotencyKeyOf(row)) return true;
	if (reference !== null && reference !== row.reference) return false;
	if (text !== null && plain(text) !== plain(row.text ?? row.caption)) return false;
	const age =
		Date.parse(occurredAt ?? receivedAt) - new Date(row.send_started_at as string).getTime();
	return age <= MAX_BEFORE_MS && age >= -MAX_AFTER_MS;
}

/** A text as gateways may return it. */
const plain = (text: Row['text']): string =>
	String(text ?? '')
		.replace(/\r\n?/g, '\n')
		.trim();
