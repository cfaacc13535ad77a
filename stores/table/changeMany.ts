import type { Gateway } from '../../gateways/gateway';
import { notPending } from '../../gateways/notPending';
import { GatewayError } from '../../gateways/transport/gatewayError';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { settleSync, type Settled } from '../../messages/settle';
import type { PlannedChange } from '../store';
import { MAX_KEYS, requireOne, rowsOfIds, type NotFound } from './byScheduleId';
import type { Row } from './columns';
import { asItStands, assertStillHere, cancelledValues, movedValues } from './pendingRow';
import { toScheduledMessage } from './rows';
import { where, type Condition, type ConditionalUpdate, type MessageTable } from './table';
import { assertFileKeptUntil } from './uploadedFile';

/** What changing many rows works with. */
export interface ChangeContext {
	readonly gateway: Gateway;
	readonly notFound: NotFound;
	/** Whether an earlier attempt may have made some of these changes. */
	readonly isAgain: boolean;
	now(): number;
}

/**
 * Cancels or moves pending rows: one that is in flight by then, or that somebody else has moved since it was
 * chosen, is left. A cancellation compares the time when it reads the row, a move also when it writes it. A
 * change that is already made is not made again. Two reads for a thousand rows, and one conditional update.
 *
 * @returns for each change the message as it is then, or why it was left
 */
export async function changeMany(
	table: MessageTable,
	changes: readonly PlannedChange[],
	context: ChangeContext,
): Promise<Array<Settled<ScheduledMessage>>> {
	const before = (await readRows(table, changes)).map((rows, index) =>
		settleSync(() => assess(rows, changes[index], context)),
	);
	const open = before.flatMap((found, index) =>
		found.ok && !found.value.isMade ? [{ row: found.value.row, change: changes[index] }] : [],
	);
	const updates = [...toCancellations(open), ...toMoves(open, context.now())];
	const changed = new Map(
		(updates.length === 0 ? [] : await table.update(updates)).flat().map((row) => [row.id, row]),
	);
	const missed = open.filter(({ row }) => !changed.has(row.id)).map(({ change }) => change);
	const reread = await readRows(table, missed);
	const after = new Map(missed.map((change, index) => [change, reread[index]]));
	return before.map((found, index): Settled<ScheduledMessage> => {
		if (!found.ok) return found;
		const { row, isMade } = found.value;
		const now = isMade ? row : changed.get(row.id);
		if (now !== undefined) return { ok: true, value: toScheduledMessage(now) };
		const change = changes[index];
		return settleSync(() => {
			const again = assess(after.get(change)!, change, context);
			if (again.isMade) return toScheduledMessage(again.row);
			throw changedMeanwhile(change);
		});
	});
}

/** The rows of each change, in batches that a table takes. */
async function readRows(table: MessageTable, changes: readonly PlannedChange[]): Promise<Row[][]> {
	const rows: Row[][] = [];
	for (let from = 0; from < changes.length; from += MAX_KEYS) {
		const ids = changes.slice(from, from + MAX_KEYS).map(({ scheduleId }) => scheduleId);
		rows.push(...(await rowsOfIds(table, ids)));
	}
	return rows;
}

interface Assessed {
	readonly row: Row;
	readonly isMade: boolean;
}

/** Whether a change is made already or can be made. @throws an error that says why it cannot */
function assess(
	rows: readonly Row[],
	{ scheduleId, from, to }: PlannedChange,
	{ gateway, notFound, isAgain }: ChangeContext,
): Assessed {
	const row = requireOne(rows, scheduleId, notFound);
	assertStillHere(row);
	const message = toScheduledMessage(row);
	const isPending = message.status === 'scheduled';
	if (to === null) {
		if (isAgain && message.status === 'cancelled') return { row, isMade: true };
		if (!isPending) throw notPending(gateway.label, message, 'cancelled');
		// Its time may be what it was chosen by: all before Monday, and somebody has moved it to May.
		if (from !== null && !isAt(row, from)) throw changedMeanwhile({ scheduleId });
		return { row, isMade: false };
	}
	// It may have been sent since.
	if ((isAgain || isPending) && isAt(row, to)) return { row, isMade: true };
	if (!isPending) throw notPending(gateway.label, message, 'rescheduled');
	if (!isAt(row, from)) throw changedMeanwhile({ scheduleId });
	assertFileKeptUntil(row, gateway, to);
	return { row, isMade: false };
}

const isAt = ({ send_at: at }: Row, instant: string | null): boolean =>
	timeOf(at) === timeOf(instant);

/** Null for what is no time. */
const timeOf = (at: Row['send_at']): number | null => {
	const ms = at === null || at === undefined ? Number.NaN : new Date(String(at)).getTime();
	return Number.isNaN(ms) ? null : ms;
};

const changedMeanwhile = ({ scheduleId }: Pick<PlannedChange, 'scheduleId'>) =>
	new GatewayError(
		'notPending',
		`The scheduled message "${scheduleId}" was changed meanwhile, so it stays as it is`,
	);

/** A change that can be made. */
interface OpenChange {
	readonly row: Row;
	readonly change: PlannedChange;
}

/** Ranges pay if they spare a table this share of the updates. */
const MAX_RANGES_SHARE = 0.25;

/**
 * Cancels rows by ranges of consecutive ids, between which no other row can be, since messages that were
 * scheduled together usually are consecutive; one by one where they are scattered.
 */
function toCancellations(open: readonly OpenChange[]): ConditionalUpdate[] {
	const rows = open.filter(({ change }) => change.to === null).map(({ row }) => row);
	const values = cancelledValues();
	const plain = rows.filter(({ status }) => status === 'scheduled');
	const ranges = rangesOf(plain.map(({ id }) => id));
	const isWorthIt = ranges.length <= plain.length * MAX_RANGES_SHARE;
	const single = isWorthIt ? rows.filter(({ status }) => status !== 'scheduled') : rows;
	return [
		...(isWorthIt ? ranges : []).map(([first, last]) => ({
			where: [
				{ column: 'id', is: 'gte', value: first } as const,
				{ column: 'id', is: 'lte', value: last } as const,
				...where({ status: 'scheduled' }),
			],
			values,
		})),
		...single.map((row) => ({ where: asItStands(row), values })),
	];
}

/** The first and last of each run of consecutive numbers. */
export function rangesOf(ids: readonly number[]): Array<[first: number, last: number]> {
	const ranges: Array<[number, number]> = [];
	for (const id of [...ids].sort((a, b) => a - b)) {
		const range = ranges[ranges.length - 1];
		if (range !== undefined && id === range[1] + 1) range[1] = id;
		else ranges.push([id, id]);
	}
	return ranges;
}

/** Each row only while its time is the one that the new time was made of. */
const toMoves = (open: readonly OpenChange[], now: number): ConditionalUpdate[] =>
	open.flatMap(({ row, change: { to } }) =>
		to === null
			? []
			: [{ where: [...asItStands(row), ...atTimeOf(row)], values: movedValues(to, now) }],
	);

function atTimeOf({ send_at: value }: Row): Condition[] {
	return timeOf(value) === null
		? [{ column: 'send_at', is: 'isEmpty', value: null }]
		: [
				{ column: 'send_at', is: 'gte', value },
				{ column: 'send_at', is: 'lte', value },
			];
}
