import { STATUSES, isStatus } from '../../messages/status';
import { MAX_KEYS } from '../table/byScheduleId';
import type { Row, Values } from '../table/columns';
import { mayHaveBeenSent, SENDING, statusWord, textOf } from '../table/rows';
import { where, type ConditionalUpdate, type Condition, type MessageTable } from '../table/table';
import { toValues, type MovedValues } from './toValues';
import { REASONS, whyLeft, type Reason, type Surroundings } from './whyLeft';
import { MOVED, movingFrom, statusBefore } from './words';

/*
 * Moves messages from one store to another while both are in use. At each moment one store has a message:
 *
 *   1. claim    in the source, by a conditional update: whoever sends, moves or cancels it there has done
 *               so before, or finds it changed
 *   2. write    to the target, by its schedule id: a second time changes nothing
 *   3. mark     in the source
 *
 * After a crash the next run finds what was claimed and goes on with 2. A status that reaches the source
 * after that, since its webhook was late, makes the row one to be moved again, and 2 takes it over.
 */

/** What moving works with. */
export interface MoveContext extends Pick<Surroundings, 'paused' | 'now'> {
	/** A table of messages. */
	readonly source: MessageTable;
	/** One that takes no two messages with one schedule id, or one deduplication key of an account. */
	readonly target: MoveTarget;
	/** Whether to begin no further batch. */
	isOver(): boolean;
}

/** A table that can be told when a row was created. */
export interface MoveTarget extends Omit<MessageTable, 'insert'> {
	insert(rows: readonly MovedValues[]): Promise<Row[]>;
}

/** What came of it. */
export interface MoveReport {
	/** Messages that the target has now. */
	readonly moved: number;
	/** Of these, cancelled: another message has their deduplication key, and is sent or was. */
	readonly duplicates: number;
	/** How many stay for now, by the reason. */
	readonly left: Readonly<Record<Reason, number>>;
	/** Whether a further run has something to do at once. */
	readonly isMore: boolean;
}

/** Nothing was done. */
export const NO_MOVE: MoveReport = {
	moved: 0,
	duplicates: 0,
	left: Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>,
	isMore: false,
};

/** Messages of one batch. */
const BATCH_SIZE = MAX_KEYS;

/** Moves what can be moved, the oldest rows first, until nothing is left or the time is over. */
export async function moveMessages(context: MoveContext): Promise<MoveReport> {
	const { source, isOver } = context;
	const left = { ...NO_MOVE.left };
	let [moved, duplicates, isMore] = [0, 0, false];
	for (let last = 0; ; ) {
		const rows = await source.select(
			[
				{ column: 'status', is: 'neq', value: MOVED },
				{ column: 'id', is: 'gt', value: last },
			],
			BATCH_SIZE,
		);
		if (rows.length === 0) break;
		const batch = await moveBatch(context, rows);
		moved += batch.moved;
		duplicates += batch.duplicates;
		isMore ||= batch.isMore;
		for (const reason of batch.left) left[reason]++;
		if (rows.length < BATCH_SIZE) break;
		last = rows[rows.length - 1].id;
		if (isOver()) return { moved, duplicates, left, isMore: true };
	}
	return { moved, duplicates, left, isMore };
}

async function moveBatch(context: MoveContext, rows: readonly Row[]) {
	const { source } = context;
	const surroundings = { ...context, sharedIds: await sharedIds(source, rows) };
	const reasons = rows.map((row) => whyLeft(row, surroundings));
	const movable = rows.filter((_, index) => reasons[index] === null);
	const claimed = await claim(source, movable);
	// As they are now: one that cannot be stored would keep the whole batch.
	const fit = claimed.filter((row) => whyLeft(row, surroundings) === null);
	const duplicates = await write(context.target, fit);
	const marked = await source.update(
		fit.map(({ id, status }) => ({ where: where({ id, status }), values: { status: MOVED } })),
	);
	const moved = marked.flat().length;
	return {
		moved,
		duplicates,
		left: [
			...reasons.filter((reason) => reason !== null),
			...claimed.slice(fit.length).map((): Reason => 'incomplete'),
		],
		isMore: moved < movable.length,
	};
}

/** Schedule ids that several rows have, those that are moved already included: one of them is another message. */
async function sharedIds(source: MessageTable, rows: readonly Row[]): Promise<ReadonlySet<string>> {
	const ids = new Set(rows.flatMap((row) => textOf(row.schedule_id) ?? []));
	const once = new Set<string>();
	const shared = new Set<string>();
	for (const row of await source.selectAny('schedule_id', [...ids])) {
		const id = String(row.schedule_id);
		(once.has(id) ? shared : once).add(id);
	}
	return shared;
}

/** The rows that are ours to move, as they are then; without those that others changed meanwhile. */
async function claim(source: MessageTable, rows: readonly Row[]): Promise<Row[]> {
	const isClaimed = (row: Row) => statusBefore(statusWord(row)) !== null;
	const claimed = await source.update(
		rows
			.filter((row) => !isClaimed(row))
			.map((row) => ({
				where: where({ id: row.id, status: row.status }),
				values: { status: movingFrom(statusWord(row)) },
			})),
	);
	return [...rows.filter(isClaimed), ...claimed.flat()].sort((a, b) => a.id - b.id);
}

/** Writes messages to the target; tells how many of them it cancelled as duplicates. */
async function write(target: MoveTarget, rows: readonly Row[]): Promise<number> {
	if (rows.length === 0) return 0;
	const wanted = rows.map(toValues);
	const held = await target.insert(wanted);
	const later: ConditionalUpdate[] = [];
	const conflicts: Conflict[] = [];
	for (const [index, values] of wanted.entries()) {
		const holder = held[index];
		if (holder.schedule_id !== values.schedule_id) conflicts.push({ values, holder });
		else if (isFurther(values, holder)) later.push(statusOf(values, holder));
	}
	if (later.length > 0) await target.update(later);
	return await resolveConflicts(target, conflicts);
}

/** A message and another one in the target that has its deduplication key. */
interface Conflict {
	readonly values: MovedValues;
	readonly holder: Row;
}

/** One key is sent once: of two messages that wait, by the one that the target has. */
async function resolveConflicts(
	target: MoveTarget,
	conflicts: readonly Conflict[],
): Promise<number> {
	if (conflicts.length === 0) return 0;
	const wasSent = ({ values }: Conflict) => mayHaveBeenSent(values as Row);
	const waitsTwice = ({ values, holder }: Conflict) =>
		values.status === 'scheduled' && holder.status !== 'cancelled';
	// First: until the message is written, the next run finds the conflict again.
	const cancelled = await target.update(
		conflicts.filter(wasSent).map(({ holder, values }) => ({
			where: where({ id: holder.id, status: 'scheduled' }),
			values: cancelledFor(values.schedule_id),
		})),
	);
	await target.insert(
		conflicts.map((conflict) => ({
			...conflict.values,
			deduplication_key: null,
			...(waitsTwice(conflict) && !wasSent(conflict)
				? cancelledFor(conflict.holder.schedule_id)
				: {}),
		})),
	);
	return (
		cancelled.flat().length + conflicts.filter((one) => waitsTwice(one) && !wasSent(one)).length
	);
}

const cancelledFor = (scheduleId: unknown): Values => ({
	status: 'cancelled',
	status_rank: STATUSES.cancelled.rank,
	failure: `Another message has its deduplication key: ${String(scheduleId)}`,
});

/** Whether the source has learnt of the same sent message more than the target. */
const isFurther = (values: Values, held: Row): boolean =>
	isStatus(values.status) &&
	textOf(values.message_id ?? null) !== null &&
	values.message_id === held.message_id &&
	Number(values.status_rank) > Number(held.status_rank);

/** The status of a message as the source has it, for a row of the target that is not as far. */
const statusOf = (
	{ status, status_rank, failure, sent_at, message_id }: Values,
	{ id }: Row,
): ConditionalUpdate => ({
	where: [
		...where({ id, message_id: message_id! }),
		{ column: 'status_rank', is: 'lt', value: status_rank! },
		...['scheduled', SENDING].map(
			(word): Condition => ({ column: 'status', is: 'neq', value: word }),
		),
	],
	values: { status, status_rank, failure, sent_at },
});
