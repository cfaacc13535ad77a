import type { Row } from '../table/columns';
import type { DispatchQueue, DueAfter } from './queue';
import { keepsLaterOnes, sendAtOf } from './admission';
import { personOf, type RecentSends } from './recentSends';

/** Rows read in one access. */
const PAGE_SIZE = 200;
/** Maximum number of rows per access, even if more rows wait for others. */
const MAX_PAGE_SIZE = 1_000;

/**
 * The due rows, the earliest first, read page by page. Messages to one recipient are returned one after the
 * other, so that they arrive in the order of their times.
 */
export class DueRows {
	private page: Row[] = [];
	/** The last row read; null if nothing is behind it. */
	private last: Row | null = null;
	/** Rows read ahead, by a turn. */
	private ahead: Row[] = [];
	private readonly duplicates = new Set<number>();
	/** Rows whose schedule id another row has, with that row. */
	private readonly shared = new Map<number, number>();
	/** Returned, or left for the next run. */
	private readonly seen = new Set<number>();
	private readonly busy = new Set<string>();
	/** Recipients with an earlier message that must be sent first. */
	private readonly deferred = new Set<string>();
	/** Of each recipient the earliest message that waits for another attempt; null as long as nobody has looked. */
	private retrying: ReadonlyMap<string, Row> | null = null;
	/** Rows left for a later run, which each page contains again. */
	private parked = 0;
	/** ISO 8601, UTC: all rows before it are returned or left; undefined: none. */
	private from: string | undefined;
	private isDrained = false;

	constructor(
		private readonly queue: DispatchQueue,
		private readonly now: () => number,
		/** Learns what counts toward the caps of the rows that are read. */
		private readonly recent: Pick<RecentSends, 'read'>,
	) {}

	/**
	 * The next row; null if there is none, or all remaining ones wait for a message in flight. A probe is the
	 * one whose last attempt is longest ago: otherwise one invalid message, rejected like an invalid account,
	 * would be every probe and keep the account paused.
	 */
	async next(isProbe = false): Promise<Row | null> {
		for (;;) {
			const index = isProbe ? this.indexOfProbe() : this.page.findIndex((row) => this.isFree(row));
			if (index !== -1) {
				const [row] = this.page.splice(index, 1);
				this.busy.add(recipientOf(row));
				return row;
			}
			if (this.ahead.length > 0) await this.add(this.ahead.splice(0));
			else if (this.page.length > 0 || this.isDrained) return null;
			else await this.read();
		}
	}

	/** Whether there is a row to probe with, which stays the next one. */
	async hasProbe(): Promise<boolean> {
		const row = await this.next(true);
		if (row === null) return false;
		this.done(row);
		this.page.unshift(row);
		return true;
	}

	/** The rows to be read with the next turn: before the last of those that are here have begun. */
	get wanted(): DueAfter | null {
		const left = this.page.length + this.ahead.length;
		if (this.last === null || left > this.pageSize / 2) return null;
		return { now: new Date(this.now()).toISOString(), after: this.last, limit: this.pageSize };
	}

	/** What a turn has read. */
	readAhead({ after, limit }: DueAfter, rows: readonly Row[]): void {
		// Asked twice, of which one took longer.
		if (after.id !== this.last?.id) return;
		this.last = rows.length < limit ? null : rows[rows.length - 1];
		this.ahead.push(...rows);
	}

	private isFree(row: Row): boolean {
		return !this.busy.has(recipientOf(row));
	}

	private indexOfProbe(): number {
		const recipients = new Set<string>();
		let chosen = -1;
		this.page.forEach((row, index) => {
			const isFirst = !recipients.has(recipientOf(row));
			recipients.add(recipientOf(row));
			if (!isFirst || !this.isFree(row)) return;
			const isEarlier =
				chosen === -1 || timeOf(row.next_attempt_at) < timeOf(this.page[chosen].next_attempt_at);
			if (isEarlier) chosen = index;
		});
		return chosen;
	}

	/** Whether an earlier row has the same deduplication key. */
	isDuplicate(row: Row): boolean {
		return this.duplicates.has(row.id);
	}

	/** The earlier row with the same schedule id; undefined if there is none. */
	sharesIdWith(row: Row): number | undefined {
		return this.shared.get(row.id);
	}

	/** A row is finished, for this run. */
	done(row: Row): void {
		this.busy.delete(recipientOf(row));
	}

	/** A row is still to be sent in this run. */
	putBack(row: Row): void {
		this.done(row);
		this.seen.delete(row.id);
		this.page.unshift(row);
	}

	/** A row is left for a later run, and so are all rows for its recipient. */
	defer(row: Row): void {
		const recipient = recipientOf(row);
		this.done(row);
		this.parked++;
		this.deferred.add(recipient);
		const rest = this.page.filter((other) => recipientOf(other) !== recipient);
		this.parked += this.page.length - rest.length;
		this.page = rest;
	}

	/** As many as may begin with one turn. */
	private get pageSize(): number {
		return this.queue.whole?.maxMessages ?? PAGE_SIZE;
	}

	private async read(): Promise<void> {
		const limit = Math.min(MAX_PAGE_SIZE, this.pageSize + this.parked);
		const rows = await this.queue.due(new Date(this.now()).toISOString(), limit, this.from);
		const isEnd = rows.length < limit;
		this.last = isEnd ? null : rows[rows.length - 1];
		const { fresh, free } = await this.add(rows);
		// After the rows that are contained again, there may be others.
		if (fresh === 0 && limit === MAX_PAGE_SIZE && !isEnd) return this.goOnBehind(rows);
		this.isDrained = fresh === 0 && isEnd;
		this.parked = Math.max(this.parked, rows.length - free);
	}

	/** A page has room for none but rows that are left for a later run. */
	private goOnBehind(rows: readonly Row[]): void {
		const from = new Date(sendAtOf(rows[rows.length - 1])).toISOString();
		this.isDrained = from === this.from;
		this.from = from;
		this.parked = 0;
	}

	/** What earlier runs have tried: it goes before later messages to its recipient, also if these are due first. */
	private async readRetrying(): Promise<ReadonlyMap<string, Row>> {
		const now = this.now();
		const earliest = new Map<string, Row>();
		for (const row of await this.queue.retrying(new Date(now).toISOString())) {
			const known = earliest.get(recipientOf(row));
			const isFirst = known === undefined || isBefore(row, known);
			if (isFirst && keepsLaterOnes(row, now)) earliest.set(recipientOf(row), row);
		}
		return earliest;
	}

	private isBehindRetry(row: Row): boolean {
		const earlier = this.retrying?.get(recipientOf(row));
		return earlier !== undefined && earlier.id !== row.id && isBefore(earlier, row);
	}

	/** Adds rows to the page, without those seen before; tells how many were new, and how many may be sent. */
	private async add(
		rows: readonly Row[],
	): Promise<{ readonly fresh: number; readonly free: number }> {
		const fresh = rows.filter((row) => !this.seen.has(row.id));
		for (const { id } of fresh) this.seen.add(id);
		if (fresh.length > 0) this.retrying ??= await this.readRetrying();
		const free = fresh.filter(
			(row) => !this.deferred.has(recipientOf(row)) && !this.isBehindRetry(row),
		);
		const counts = { fresh: fresh.length, free: free.length };
		if (free.length === 0) return counts;
		this.page.push(...free);
		for (const [id, other] of await this.queue.sharedIds(free)) this.shared.set(id, other);
		const keyed = free.filter(({ deduplication_key: key }) => key !== null && key !== '');
		if (keyed.length > 0) {
			for (const id of await this.queue.duplicates(keyed)) this.duplicates.add(id);
		}
		await this.recent.read(free, this.now());
		return counts;
	}
}

const isBefore = (a: Row, b: Row): boolean => (sendAtOf(a) - sendAtOf(b) || a.id - b.id) < 0;

const timeOf = (cell: Row['next_attempt_at']): number => new Date(String(cell)).getTime();

const recipientOf = (row: Row): string => personOf(row);
