import {
	BoardTally,
	FAILURES,
	First,
	MAX_LISTED,
	type BoardFigures,
	type BoardPeriod,
} from '../boardFigures';
import { isHandedOver } from '../move/words';
import type { AccountsTable } from './accounts';
import type { Row } from './columns';
import { statusWord, textOf } from './rows';
import { accountKey, accountRecords, OVERDUE_AFTER_MS } from './served';
import { isPausedAt, partsBehindWaiting, statusOf, Tally, timeOf } from './statistics';
import { PAGE_SIZE, where, type Condition, type MessageTable } from './table';

/**
 * Messages of one kind that are read for a page. A table that n8n cannot count costs 0.1 to 0.3 s for each
 * thousand rows, and a person waits for the page.
 */
export const MAX_READ = 5 * PAGE_SIZE;

/**
 * The figures of the board over any table, read page by page: of each kind of messages at most
 * {@link MAX_READ}, the nearest times and the last stored first.
 *
 * @param accounts null where no account ever sent or was paused
 */
export async function tableBoard(
	table: MessageTable,
	accounts: AccountsTable | null,
	period: BoardPeriod,
): Promise<BoardFigures> {
	const records: Awaited<ReturnType<typeof accountRecords>> =
		accounts === null ? new Map() : await accountRecords(accounts);
	const isPaused = (row: Row): boolean => {
		const record = records.get(accountKey(row));
		return record !== undefined && isPausedAt(record, period.now);
	};
	const statistics = new Tally(records, period);
	const board = new BoardTally(period);
	const newest = new First<Row>(MAX_LISTED, byLastChange);
	const overdue = new First<Row>(MAX_LISTED, byDueTime);

	const add = (row: Row): void => {
		if (!statistics.add(row) || isHandedOver(statusWord(row))) return;
		const changedAt = timeOf(row.updatedAt);
		const status = statusOf(row.status);
		board.add({ status, sendAt: timeOf(row.send_at), changedAt, failure: textOf(row.failure) });
		if (FAILURES.has(status) && changedAt >= period.since) newest.add(row);
		if (status === 'scheduled' && period.now - dueAt(row) > OVERDUE_AFTER_MS && !isPaused(row)) {
			overdue.add(row);
		}
	};
	let isComplete = true;
	for (const part of parts(period)) {
		if (!(await readPart(table, part, add))) isComplete = false;
	}
	return {
		statistics: statistics.result(),
		today: board.today,
		upcoming: board.upcoming,
		later: board.later,
		failures: { total: board.total, reasons: board.mostFrequent, newest: newest.all },
		overdue: overdue.all,
		isComplete,
	};
}

/** Messages that are read up to a number of their own. */
interface TablePart {
	readonly conditions: readonly Condition[];
	/** Whether the last stored are read first. */
	readonly isNewestFirst: boolean;
}

/** @returns whether there are no more than were read */
async function readPart(
	table: MessageTable,
	{ conditions, isNewestFirst }: TablePart,
	add: (row: Row) => void,
): Promise<boolean> {
	const direction = isNewestFirst ? 'desc' : 'asc';
	let after: Condition[] = [];
	const read = async (limit: number) =>
		await table.select([...conditions, ...after], limit, 'id', direction);
	for (let count = 0; count < MAX_READ; count += PAGE_SIZE) {
		const page = await read(PAGE_SIZE);
		page.forEach(add);
		if (page.length < PAGE_SIZE) return true;
		after = [{ column: 'id', is: isNewestFirst ? 'lt' : 'gt', value: page[page.length - 1].id }];
	}
	return (await read(1)).length === 0;
}

/** Each message of interest is in one of these; those that wait, by how near their time is. */
function parts(period: BoardPeriod): TablePart[] {
	return [
		...waitingParts(period).map((conditions) => ({ conditions, isNewestFirst: false })),
		...doneParts(period).map((conditions) => ({ conditions, isNewestFirst: true })),
	];
}

function waitingParts({ now, today, until }: BoardPeriod): Condition[][] {
	const waiting = where({ status: 'scheduled' });
	const bounds = [now, today.to, until].map((at) => new Date(at).toISOString());
	return [
		[...waiting, { column: 'send_at', is: 'lte', value: bounds[0] }],
		...bounds.map((from, index): Condition[] => {
			const to = bounds[index + 1];
			const before: Condition[] =
				to === undefined ? [] : [{ column: 'send_at', is: 'lte', value: to }];
			return [...waiting, { column: 'send_at', is: 'gt', value: from }, ...before];
		}),
		[...waiting, { column: 'send_at', is: 'isEmpty', value: null }],
	];
}

/** What failed is apart from the rest, so that no number of delivered messages hides it. */
function doneParts({ since }: BoardPeriod): Condition[][] {
	const begin = new Date(since).toISOString();
	const behind = partsBehindWaiting(begin);
	const others = [...FAILURES].map(
		(status): Condition => ({ column: 'status', is: 'neq', value: status }),
	);
	const changed: Condition = { column: 'updatedAt', is: 'gte', value: begin };
	return [
		...behind.slice(0, -1),
		[...behind[behind.length - 1], ...others],
		...[...FAILURES].map((status) => [...where({ status }), changed]),
	];
}

/** When a message could be sent: NaN without a time. */
const dueAt = (row: Row): number => {
	const notBefore = timeOf(row.next_attempt_at);
	return Math.max(timeOf(row.send_at), Number.isNaN(notBefore) ? 0 : notBefore);
};

const byLastChange = (one: Row, other: Row): number =>
	timeOf(other.updatedAt) - timeOf(one.updatedAt) || other.id - one.id;

const byDueTime = (one: Row, other: Row): number => dueAt(one) - dueAt(other) || one.id - other.id;
