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
import { PAGE_SIZE, selectPages, where, type Condition, type MessageTable } from './table';

/**
 * Messages of one kind that are read for a page. A table that n8n cannot count costs 0.1 to 0.3 s for each
 * thousand rows, and a person waits for the page.
 */
export const MAX_READ = 5 * PAGE_SIZE;

/**
 * The figures of the board over any table, read page by page: of each kind of messages at most
 * {@link MAX_READ}, the nearest times first.
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
	for (const conditions of parts(period)) {
		let read = 0;
		for await (const page of selectPages(table, conditions)) {
			page.forEach(add);
			read += page.length;
			if (read < MAX_READ) continue;
			isComplete = false;
			break;
		}
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

/** Each message of interest is in one of these; those that wait, by how near their time is. */
function parts({ now, since, today, until }: BoardPeriod): Condition[][] {
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
		...partsBehindWaiting(new Date(since).toISOString()),
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
