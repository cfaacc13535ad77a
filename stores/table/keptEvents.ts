import { describeAddress } from '../../messages/recipient';
import { isStatus, STATUSES } from '../../messages/status';
import type { Cell, Row, Values } from './columns';
import { changeOf, rowOf, rowRecipient, type RecordableStatus } from './recordStatus';
import { SENDING, type SendingAccount } from './rows';
import { settleUnconfirmed } from './settleUnconfirmed';
import { PAGE_SIZE, selectAll, where, type Condition, type MessageTable } from './table';

/** What joining works with. */
interface JoinContext {
	readonly table: MessageTable;
	/** The names under which the credential serves the account. */
	readonly senders: readonly SendingAccount[];
	now(): number;
}

/** An event without a row for this long belongs to none. */
const MAX_AGE_MS = 2 * 86_400_000;

/** The status of a kept event that was recorded and is about to be removed. */
const JOINED = 'joined';

/**
 * Keeps an event of the account until its message has its id; see {@link joinEvents}. Returns whether that
 * is possible.
 */
export async function keepEvent(
	{ table, senders }: Omit<JoinContext, 'now'>,
	event: RecordableStatus,
): Promise<boolean> {
	const events = await table.events?.({ create: true });
	if (events === undefined || events === null) return false;
	await events.insert([toRow(event, senders[0])]);
	return true;
}

/**
 * Records the kept events whose message now has its id, and settles unconfirmed rows by matching ones.
 * Removes these, and events that cannot match any row: all if no message of the account waits for its id.
 *
 * @param messageIds only the events of these messages; all by default
 */
export async function joinEvents(
	context: JoinContext,
	messageIds: readonly string[] | null = null,
): Promise<void> {
	const { table, senders, now } = context;
	const events = await table.events?.({ create: false });
	if (events === undefined || events === null || messageIds?.length === 0) return;
	const kept =
		messageIds === null
			? await keptOf(events, senders)
			: (await events.selectAny('message_id', messageIds.slice(0, PAGE_SIZE))).filter((row) =>
					senders.some((one) => row.gateway === one.gateway && row.account === one.account),
				);
	if (kept.length === 0) return;
	// Checked before the rows are read, so that an event for a row that waited until now still matches it.
	const isAnyWaiting = messageIds !== null || (await isWaiting(context));
	const known = kept.flatMap((row) => {
		const event = fromRow(row);
		return event === null ? [] : [{ row, event }];
	});
	const settled: Row[] = [];
	for (const { row, event } of known) {
		if (event.text === null && event.reference === null) continue;
		if (await settleUnconfirmed(table, event, senders)) settled.push(row);
	}
	const rows = await rowsOf(
		table,
		known.map(({ event }) => String(event.messageId)),
	);
	const joined = known
		.map(({ row, event }) => ({
			row,
			event,
			of: rowOf(rows.get(event.messageId!) ?? [], event, senders),
		}))
		.filter(({ of }) => of !== null);
	const closed = new Set(
		known.flatMap(({ event }) => (event.isWindowClosed === true ? [event.messageId] : [])),
	);
	// Lowest first, so that each leaves its time. But a replacement needs the row as it was read.
	const order = ({ messageId, status }: RecordableStatus): number =>
		(closed.has(messageId) ? -1 : 1) * STATUSES[status].rank;
	const changes = joined
		.sort((a, b) => order(a.event) - order(b.event))
		.flatMap(({ event, of }) => (of === null || of === 'ambiguous' ? [] : [changeOf(of, event)]));
	if (changes.length > 0) await table.update(changes);
	const oldest = now() - MAX_AGE_MS;
	const done = isAnyWaiting
		? [
				...settled,
				...joined.map(({ row }) => row),
				...kept.filter(({ createdAt }) => new Date(createdAt).getTime() < oldest),
			]
		: kept;
	await removeAll(events, [...new Set(done)]);
}

/** Whether a message of the account may still get its id: in flight, in the queue, or unconfirmed. */
export async function isWaiting({ table, senders, now }: JoinContext): Promise<boolean> {
	const since = new Date(now() - MAX_AGE_MS).toISOString();
	const waiting: Condition[][] = [
		where({ status: SENDING }),
		[...where({ status: 'queued' }), ...WITHOUT_ID, recent('sent_at', since)],
		[...where({ status: 'unconfirmed' }), ...WITHOUT_ID, recent('send_started_at', since)],
	];
	for (const { gateway, account } of senders) {
		for (const conditions of waiting) {
			const found = await table.select([...where({ gateway, account }), ...conditions], 1);
			if (found.length > 0) return true;
		}
	}
	return false;
}

async function keptOf(events: MessageTable, senders: readonly SendingAccount[]): Promise<Row[]> {
	const lists: Row[][] = [];
	for (const { gateway, account } of senders) {
		lists.push(await selectAll(events, where({ gateway, account })));
	}
	return lists.flat();
}

const WITHOUT_ID: readonly Condition[] = [{ column: 'message_id', is: 'isEmpty', value: null }];
const recent = (column: 'sent_at' | 'send_started_at', since: string): Condition => ({
	column,
	is: 'gte',
	value: since,
});

/** The rows of messages, by message id. */
async function rowsOf(
	table: MessageTable,
	messageIds: readonly string[],
): Promise<Map<string, Row[]>> {
	const ids = [...new Set(messageIds)];
	const rows = new Map<string, Row[]>();
	for (let first = 0; first < ids.length; first += PAGE_SIZE) {
		for (const row of await table.selectAny('message_id', ids.slice(first, first + PAGE_SIZE))) {
			const id = String(row.message_id);
			rows.set(id, [...(rows.get(id) ?? []), row]);
		}
	}
	return rows;
}

/** What the failure of a kept event begins with, if a template is to be sent instead: no cell has its code. */
const WINDOW_CLOSED = 'windowClosed: ';

/** Two accesses for any number of events: n8n removes by one set of conditions at a time. */
async function removeAll(events: MessageTable, rows: readonly Row[]): Promise<void> {
	if (rows.length === 0) return;
	await events.update(rows.map(({ id }) => ({ where: where({ id }), values: { status: JOINED } })));
	await events.remove(where({ status: JOINED }));
}

const toRow = (event: RecordableStatus, sender: SendingAccount): Values => ({
	status: event.status,
	status_rank: STATUSES[event.status].rank,
	gateway: event.gateway,
	account: sender.account,
	message_id: event.messageId,
	recipient: rowRecipient(event.recipient),
	reference: event.reference,
	text: event.text,
	failure:
		`${event.isWindowClosed === true ? WINDOW_CLOSED : ''}${event.failure?.reason ?? ''}` || null,
	sent_at: event.occurredAt,
});

/** A kept event as received; null for one that is recorded and being removed. */
function fromRow(row: Row): RecordableStatus | null {
	const { status } = row;
	if (!isStatus(status) || textOf(row.message_id) === null) return null;
	const failure = textOf(row.failure);
	const isWindowClosed = failure?.startsWith(WINDOW_CLOSED) === true;
	const reason = isWindowClosed ? failure.slice(WINDOW_CLOSED.length) : failure;
	return {
		gateway: String(row.gateway),
		account: textOf(row.account),
		messageId: textOf(row.message_id),
		status,
		failure: reason === null ? null : { code: null, reason },
		isWindowClosed,
		recipient: describeAddress(row.recipient),
		// Events of messages from the phone are never kept.
		origin: null,
		reference: textOf(row.reference),
		text: textOf(row.text),
		occurredAt: instantOf(row.sent_at),
		receivedAt: instantOf(row.createdAt) ?? new Date(0).toISOString(),
	};
}

const textOf = (cell: Cell): string | null =>
	cell === null || cell === undefined || cell === '' ? null : String(cell);

/** Databases differ in how they write an instant. */
const instantOf = (cell: Cell): string | null =>
	textOf(cell) === null ? null : new Date(cell as string).toISOString();
