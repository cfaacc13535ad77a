import { HOUR_MS } from '../messages/duration';
import type { Status } from '../messages/status';
import type { Row } from './table/columns';
import { noneByStatus, type ByStatus } from './table/groupStatistics';
import type { Period, Statistics } from './table/statistics';

/** What the board counts. Times in milliseconds since 1970; an end does not belong to its period. */
export interface BoardPeriod extends Period {
	/** The day of the reader. */
	readonly today: { readonly from: number; readonly to: number };
	/** How far ahead messages are counted by their time. */
	readonly until: number;
}

/** Messages to be sent in a quarter of an hour, which begins then: milliseconds since 1970. */
export interface Upcoming {
	readonly at: number;
	readonly count: number;
}

/** Messages that did not go out for one reason; null where none is known. */
export interface FailureReason {
	readonly reason: string | null;
	readonly count: number;
}

/** The figures of the board, of all accounts. */
export interface BoardFigures {
	readonly statistics: Statistics;
	/** The messages whose time is today, by their status now. */
	readonly today: ByStatus;
	/** Messages to be sent, ascending; quarters without any are left out. */
	readonly upcoming: readonly Upcoming[];
	/** Messages to be sent after the last of these. */
	readonly later: number;
	readonly failures: {
		/** Failed, expired or unconfirmed, and changed in the period. */
		readonly total: number;
		/** The most frequent first, at most {@link MAX_REASONS}. */
		readonly reasons: readonly FailureReason[];
		/** The last changed first, at most {@link MAX_LISTED}. */
		readonly newest: readonly Row[];
	};
	/** Those of accounts that are not paused, overdue for the longest first, at most {@link MAX_LISTED}. */
	readonly overdue: readonly Row[];
	/** False where a table has more than is read for a page. */
	readonly isComplete: boolean;
}

export const MAX_REASONS = 8;
export const MAX_LISTED = 10;
/** Zones differ by whole quarters of an hour. */
export const QUARTER_MS = HOUR_MS / 4;

/** What did not go out, or perhaps did not. */
export const FAILURES: ReadonlySet<Status> = new Set<Status>(['failed', 'expired', 'unconfirmed']);

/** What the board counts of a message. */
export interface CountedMessage {
	readonly status: Status;
	/** Milliseconds since 1970; NaN for no time. */
	readonly sendAt: number;
	readonly changedAt: number;
	readonly failure: string | null;
}

/** Counts message by message. */
export class BoardTally {
	readonly today = noneByStatus();
	later = 0;
	total = 0;
	private readonly quarters = new Map<number, number>();
	private readonly reasons = new Map<string | null, number>();

	constructor(private readonly period: BoardPeriod) {}

	add({ status, sendAt, changedAt, failure }: CountedMessage): void {
		const { now, since, today, until } = this.period;
		if (sendAt >= today.from && sendAt < today.to) this.today[status]++;
		if (status === 'scheduled' && sendAt > now) {
			const quarter = Math.floor(sendAt / QUARTER_MS) * QUARTER_MS;
			if (sendAt >= until) this.later++;
			else this.quarters.set(quarter, (this.quarters.get(quarter) ?? 0) + 1);
		}
		if (FAILURES.has(status) && changedAt >= since) {
			const reason = reasonOf(failure);
			this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
			this.total++;
		}
	}

	get upcoming(): Upcoming[] {
		return [...this.quarters]
			.map(([at, count]) => ({ at, count }))
			.sort((one, other) => one.at - other.at);
	}

	get mostFrequent(): FailureReason[] {
		return [...this.reasons]
			.map(([reason, count]) => ({ reason, count }))
			.sort(byFrequency)
			.slice(0, MAX_REASONS);
	}
}

/** By code points, as PostgreSQL's `collate "C"`. */
const byFrequency = (one: FailureReason, other: FailureReason): number =>
	other.count - one.count || Buffer.compare(bytesOf(one.reason), bytesOf(other.reason));

const bytesOf = (reason: string | null) => Buffer.from(reason ?? '');

/** Characters of a reason that count. */
export const MAX_REASON_LENGTH = 200;
/** Phone numbers and ids, which differ from message to message. */
export const NUMBERS = '[0-9]{5,}';
export const NUMBER_MARK = '…';

/** The same reason for messages that differ in a number or an id only. */
const reasonOf = (failure: string | null): string | null =>
	failure === null || failure === ''
		? null
		: [...failure.replace(new RegExp(NUMBERS, 'g'), NUMBER_MARK)]
				.slice(0, MAX_REASON_LENGTH)
				.join('');

/** The first few of many by an order, without keeping them all. */
export class First<T> {
	private kept: T[] = [];

	constructor(
		private readonly limit: number,
		private readonly compare: (one: T, other: T) => number,
	) {}

	add(one: T): void {
		this.kept.push(one);
		// Sorted seldom: each message of a day without a gateway is added.
		if (this.kept.length >= 20 * this.limit) this.kept = this.all;
	}

	get all(): T[] {
		return [...this.kept].sort(this.compare).slice(0, this.limit);
	}
}
