import { showInstant } from '../../messages/sendTime';
import { isStatus, type Status } from '../../messages/status';
import type { AccountRecord } from '../dispatcher/queue';
import { pauseEnd, type AccountsTable } from './accounts';
import type { Cell, Row } from './columns';
import {
	GroupTally,
	noneByStatus,
	type ByStatus,
	type GroupStatistics,
	type OtherGroups,
} from './groupStatistics';
import { SENDING } from './rows';
import { accountKey, accountRecords, isServed, OVERDUE_AFTER_MS } from './served';
import { selectPages, where, type Condition, type MessageTable } from './table';
import { HOUR_MS } from '../../messages/duration';

/** Messages whose time is in one hour. */
export interface HourStatistics {
	/** Its begin as clock time in the timezone, with offset. */
	readonly hour: string;
	total: number;
	scheduled: number;
	sent: number;
	unconfirmed: number;
	/** Failed or expired. */
	failed: number;
}

/** The messages of one account in the table. */
export interface AccountStatistics {
	readonly gateway: string;
	readonly account: string;
	credential: string;
	total: number;
	readonly byStatus: ByStatus;
	due: number;
	overdue: number;
	oldestOverdueSeconds: number | null;
	sending: number;
	isPaused: boolean;
	isSending: boolean;
	isServed: boolean;
	/** ISO 8601, UTC. */
	lastRunAt: string | null;
}

/** A paused account. Times in ISO 8601, UTC. */
export interface PausedAccount {
	readonly gateway: string;
	readonly account: string;
	readonly credential: string;
	/** `operation`: by *Pause*. `gateway`: by the dispatcher, for a fault of the account or the gateway. */
	readonly pausedBy: 'operation' | 'gateway';
	/** The gateway's words, or the note of the person who paused it. */
	readonly reason: string | null;
	readonly since: string | null;
	/** Null without an end. */
	readonly until: string | null;
}

/** An account with messages to send that no credential serves. */
export interface Unserved {
	readonly gateway: string;
	readonly account: string;
	readonly credential: string;
	/** Still to be sent, or just being sent when its last run ended. */
	readonly messages: number;
	readonly due: number;
	readonly lastRunAt: string | null;
}

/** Counts, delays and pauses of a table of messages. Times in ISO 8601, UTC. */
export interface Statistics {
	readonly at: string;
	/** When the period began. */
	readonly since: string;
	readonly total: number;
	readonly due: number;
	readonly waiting: number;
	readonly overdue: number;
	readonly oldestOverdueSeconds: number | null;
	readonly sending: number;
	readonly unconfirmed: number;
	readonly unreadable: number;
	readonly sent: number;
	readonly delivered: number;
	readonly read: number;
	readonly deliveredShare: number | null;
	readonly readShare: number | null;
	readonly latenessMedianSeconds: number | null;
	readonly lateness99Seconds: number | null;
	readonly paused: readonly PausedAccount[];
	readonly unserved: readonly Unserved[];
	readonly byStatus: ByStatus;
	readonly byGateway: ReadonlyArray<{
		readonly gateway: string;
		readonly total: number;
		readonly byStatus: ByStatus;
	}>;
	readonly byAccount: readonly AccountStatistics[];
	readonly byHour: readonly HourStatistics[];
	/** The largest groups, those with the most messages first. */
	readonly byGroup: readonly GroupStatistics[];
	readonly otherGroups: OtherGroups;
}

/** The scope of the statistics. Times in milliseconds since 1970. */
export interface Period {
	readonly now: number;
	/** At least the last {@link HOURS} hours, which the hours need. */
	readonly since: number;
	/** The timezone of the hours. */
	readonly timezone: string;
}

/** Hours back and ahead that are counted one by one. */
export const HOURS = 24;

/** Statuses of messages that the gateway has accepted. */
export const SENT: ReadonlySet<Status> = new Set<Status>([
	'queued',
	'suspended',
	'sent',
	'delivered',
	'read',
	'played',
	'deleted',
]);
const DELIVERED = new Set<Status>(['delivered', 'read', 'played']);
const READ = new Set<Status>(['read', 'played']);

/**
 * Counts the messages of a table: those still to be sent or unconfirmed, whatever their time, and those with
 * a time in the period or later, or changed in it. The rest is not read, so a large table costs little more
 * than its new rows. Rows are counted page by page and not kept in memory.
 */
export async function statistics(
	table: MessageTable,
	accounts: AccountsTable,
	period: Period,
): Promise<Statistics> {
	const records = await accountRecords(accounts);
	const tally = new Tally(records, period);
	// Waiting rows first, so that a row that is sent meanwhile is read twice rather than missed.
	for (const conditions of parts(new Date(period.since).toISOString())) {
		for await (const page of selectPages(table, conditions)) for (const row of page) tally.add(row);
	}
	return tally.result();
}

/** Each row of interest is in one of these. An empty status is not `scheduled`. */
const parts = (since: string): Condition[][] => [
	where({ status: 'scheduled' }),
	...partsBehindWaiting(since),
];

/** The same without those that wait to be sent. @param since ISO 8601, UTC */
export function partsBehindWaiting(since: string): Condition[][] {
	const done: Condition = { column: 'status', is: 'neq', value: 'scheduled' };
	const unchanged: Condition = { column: 'updatedAt', is: 'lt', value: since };
	const earlier: Condition = { column: 'send_at', is: 'lt', value: since };
	return [
		[...where({ status: SENDING }), unchanged, earlier],
		[...where({ status: 'unconfirmed' }), unchanged, earlier],
		[done, unchanged, { column: 'send_at', is: 'gte', value: since }],
		[done, { column: 'updatedAt', is: 'gte', value: since }],
	];
}

type Records = Awaited<ReturnType<typeof accountRecords>>;

/** Messages that count alike. */
export interface MessageGroup {
	readonly gateway: Cell;
	readonly account: Cell;
	readonly credential: Cell;
	/** As it stands in the row. */
	readonly status: Cell;
	/** A moment of the hour in which their time is: milliseconds since 1970; NaN for none of interest. */
	readonly sendAt: number;
	readonly count: number;
	/** Of those to be sent: without a time that can be read, not before a moment, due, and overdue. */
	readonly unreadable: number;
	readonly waiting: number;
	readonly due: number;
	readonly late: number;
	/** How late the latest of them is, in milliseconds. */
	readonly latestMs: number;
	/** What the gateway took in the period. */
	readonly sent: number;
}

/** How late messages were sent, in milliseconds; null where none was. */
export interface Lateness {
	readonly median: number | null;
	readonly of99: number | null;
}

/** Counts message by message, or group by group. */
export class Tally {
	private readonly seen = new Set<number>();
	private readonly byStatus = noneByStatus();
	private readonly gateways = new Map<string, { total: number; readonly byStatus: ByStatus }>();
	private readonly accounts = new Map<string, Counted>();
	private readonly hours: Hours;
	private readonly groups = new GroupTally();
	private readonly lateness: number[] = [];
	private counts = {
		due: 0,
		waiting: 0,
		sending: 0,
		unreadable: 0,
		sent: 0,
		delivered: 0,
		read: 0,
	};
	private total = 0;

	constructor(
		private readonly records: Records,
		private readonly period: Period,
	) {
		this.hours = new Hours(period);
		for (const record of records.values()) this.account(record);
	}

	/** @returns whether it is the first time that the row is counted */
	add(row: Row): boolean {
		if (this.seen.has(row.id)) return false;
		this.seen.add(row.id);
		const { gateway, account, credential, status } = row;
		const sendAt = timeOf(row.send_at);
		const waiting = status === 'scheduled' ? scheduledCounts(row, sendAt, this.period.now) : {};
		const sentAt = sentAtOf(row);
		const isSent = wasAccepted(row, statusOf(status)) && sentAt >= this.period.since;
		if (isSent && !Number.isNaN(sendAt)) this.lateness.push(Math.max(0, sentAt - sendAt));
		const sent = isSent ? 1 : 0;
		if (!isEmpty(row.group_name)) this.groups.add(String(row.group_name), statusOf(status), 1);
		const counts = { ...NOTHING_TO_SEND, ...waiting, sent, count: 1 };
		this.addGroup({ gateway, account, credential, status, sendAt, ...counts });
		return true;
	}

	addGroup(group: MessageGroup): void {
		const { count, sent, due, waiting, unreadable, late, latestMs, sendAt } = group;
		const status = statusOf(group.status);
		const gateway = String(group.gateway ?? '');
		const account = this.account(group);
		const ofGateway = this.gateways.get(gateway) ?? { total: 0, byStatus: noneByStatus() };
		this.gateways.set(gateway, ofGateway);
		for (const counted of [ofGateway, account]) {
			counted.total += count;
			counted.byStatus[status] += count;
		}
		this.total += count;
		this.byStatus[status] += count;
		this.counts.unreadable += unreadable;
		this.counts.waiting += waiting;
		this.counts.due += due;
		account.due += due;
		account.late += late;
		account.latestMs = Math.max(account.latestMs, latestMs);
		const isSending = group.status === SENDING;
		if (isSending) {
			this.counts.sending += count;
			account.sending += count;
		}
		this.counts.sent += sent;
		if (DELIVERED.has(status)) this.counts.delivered += sent;
		if (READ.has(status)) this.counts.read += sent;
		this.hours.add(sendAt, status, { count, isSending });
	}

	/** @param lateness where it was not counted message by message; the same for `groups` */
	result(
		lateness: Lateness = this.countedLateness(),
		groups: Pick<Statistics, 'byGroup' | 'otherGroups'> = this.groups.result(),
	): Statistics {
		const { now, since } = this.period;
		const accounts = [...this.accounts.entries()].map(([key, counted]) =>
			toAccount(counted, this.records.get(key), now),
		);
		const overdue = accounts.filter((account) => account.overdue > 0);
		const { sent, delivered, read, ...counts } = this.counts;
		return {
			at: iso(now)!,
			since: iso(since)!,
			total: this.total,
			...counts,
			overdue: overdue.reduce((sum, account) => sum + account.overdue, 0),
			oldestOverdueSeconds:
				overdue.length === 0
					? null
					: Math.max(...overdue.map((account) => account.oldestOverdueSeconds!)),
			unconfirmed: this.byStatus.unconfirmed,
			sent,
			delivered,
			read,
			deliveredShare: share(delivered, sent),
			readShare: share(read, sent),
			latenessMedianSeconds: inSeconds(lateness.median),
			lateness99Seconds: inSeconds(lateness.of99),
			paused: [...this.records.values()].flatMap((record) => pausesOf(record, now)),
			unserved: this.unserved(),
			byStatus: this.byStatus,
			byGateway: [...this.gateways.entries()].map(([gateway, each]) => ({ gateway, ...each })),
			byAccount: accounts,
			byHour: this.hours.all,
			...groups,
		};
	}

	private countedLateness(): Lateness {
		const late = this.lateness.sort((a, b) => a - b);
		return { median: quantile(late, 0.5), of99: quantile(late, 0.99) };
	}

	private unserved(): Unserved[] {
		const { now } = this.period;
		return [...this.accounts.entries()]
			.filter(([key, { late, sending }]) => {
				return late + sending > 0 && !isServed(this.records.get(key), now);
			})
			.map(([key, { gateway, account, credential, byStatus, due, sending }]) => ({
				gateway,
				account,
				credential,
				messages: byStatus.scheduled + sending,
				due,
				lastRunAt: iso(this.records.get(key)?.lastRunAt ?? null),
			}));
	}

	private account(row: Pick<MessageGroup, 'gateway' | 'account' | 'credential'>) {
		const key = accountKey(row);
		const known = this.accounts.get(key);
		if (known !== undefined) return known;
		const fresh: Counted = {
			gateway: String(row.gateway ?? ''),
			account: String(row.account ?? ''),
			credential: String(row.credential ?? ''),
			total: 0,
			byStatus: noneByStatus(),
			due: 0,
			sending: 0,
			late: 0,
			latestMs: 0,
		};
		this.accounts.set(key, fresh);
		return fresh;
	}
}

/** The counts of an account, from which the result follows. */
interface Counted
	extends Pick<
		AccountStatistics,
		'gateway' | 'account' | 'credential' | 'total' | 'byStatus' | 'due' | 'sending'
	> {
	/** Overdue, paused or not. */
	late: number;
	latestMs: number;
}

function toAccount(
	{ late, latestMs, sending, ...counted }: Counted,
	record: AccountRecord | undefined,
	now: number,
): AccountStatistics {
	const isPaused = record !== undefined && isPausedAt(record, now);
	return {
		...counted,
		// A delay by a pause is not the dispatcher's.
		overdue: isPaused ? 0 : late,
		oldestOverdueSeconds: isPaused || late === 0 ? null : Math.round(latestMs / 1_000),
		sending,
		isPaused,
		isSending: (record?.leaseUntil ?? 0) > now,
		isServed: isServed(record, now),
		lastRunAt: iso(record?.lastRunAt ?? null),
	};
}

/** Whether an account is paused, by whom ever. `now`: milliseconds since 1970. */
export const isPausedAt = ({ manualPause, health }: AccountRecord, now: number): boolean =>
	(manualPause?.until ?? 0) > now || (health.pausedUntil ?? 0) > now;

type KnownAccount = Records extends Map<string, infer R> ? R : never;

function pausesOf(record: KnownAccount, now: number): PausedAccount[] {
	const { gateway, account, credential, manualPause, manualPausedAt, health } = record;
	const pauses: PausedAccount[] = [];
	if (manualPause !== null && manualPause.until > now) {
		pauses.push({
			gateway,
			account,
			credential,
			pausedBy: 'operation',
			reason: manualPause.note,
			since: manualPausedAt,
			until: pauseEnd(manualPause.until),
		});
	}
	if ((health.pausedUntil ?? 0) > now) {
		pauses.push({
			gateway,
			account,
			credential,
			pausedBy: 'gateway',
			reason: health.pauseReason,
			since: iso(health.pausedAt),
			until: iso(health.pausedUntil),
		});
	}
	return pauses;
}

/** The hours around now, by the clock of a zone. */
class Hours {
	private readonly byName = new Map<string, HourStatistics>();
	/** Zones differ by whole quarters of an hour. */
	private readonly names = new Map<number, string>();
	private readonly from: number;
	private readonly to: number;

	constructor({ now, timezone }: Period) {
		this.from = now - HOURS * HOUR_MS;
		this.to = now + HOURS * HOUR_MS;
		for (
			let at = Math.floor(this.from / QUARTER_MS) * QUARTER_MS;
			at <= this.to;
			at += QUARTER_MS
		) {
			const hour = hourOf(at, timezone);
			this.names.set(at, hour);
			if (!this.byName.has(hour)) this.byName.set(hour, { hour, ...NO_MESSAGES });
		}
	}

	get all(): HourStatistics[] {
		return [...this.byName.values()];
	}

	add(
		sendAt: number,
		status: Status,
		{ count, isSending }: { readonly count: number; readonly isSending: boolean },
	): void {
		if (!(sendAt >= this.from && sendAt <= this.to)) return;
		const name = this.names.get(Math.floor(sendAt / QUARTER_MS) * QUARTER_MS)!;
		const hour = this.byName.get(name)!;
		hour.total += count;
		if (status === 'scheduled' || isSending) hour.scheduled += count;
		else if (SENT.has(status)) hour.sent += count;
		else if (status === 'unconfirmed') hour.unconfirmed += count;
		else if (status === 'failed' || status === 'expired') hour.failed += count;
	}
}

const QUARTER_MS = HOUR_MS / 4;
const NO_MESSAGES = { total: 0, scheduled: 0, sent: 0, unconfirmed: 0, failed: 0 };

/** `2026-02-01T20:00:00.000+05:30`. */
const hourOf = (at: number, timezone: string): string =>
	(showInstant(new Date(at).toISOString(), timezone) ?? '').replace(
		/T(\d\d):\d\d(.*)\[.*$/,
		'T$1:00$2',
	);

/** Also for messages that failed or expired later, which the network could not deliver. */
const wasAccepted = (row: Row, status: Status): boolean =>
	SENT.has(status)
		? row.status !== SENDING
		: (status === 'failed' || status === 'expired') &&
			![row.message_id, row.queue_id].every(isEmpty);

const isEmpty = (cell: Cell) => cell === null || cell === undefined || cell === '';

/** As elsewhere, a message in flight counts as queued, and a person's status as unknown. */
export const statusOf = (word: Cell): Status =>
	isStatus(word) ? word : word === SENDING ? 'queued' : 'unknown';

/** Earlier times are typing errors. */
const EARLIEST_MS = Date.parse('2000-01-01T00:00:00.000Z');

/** Milliseconds since 1970; NaN if it is not a time, or a year such as 0026. */
export function timeOf(cell: Cell): number {
	if (isEmpty(cell)) return Number.NaN;
	const ms = new Date(String(cell)).getTime();
	return ms >= EARLIEST_MS ? ms : Number.NaN;
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const share = (part: number, all: number): number | null =>
	all === 0 ? null : Math.round((part / all) * 1_000) / 1_000;

/** The nearest rank of values that ascend. */
const quantile = (ascending: readonly number[], of: number): number | null =>
	ascending.length === 0 ? null : ascending[Math.ceil(of * ascending.length) - 1];

/** With one decimal. */
const inSeconds = (ms: number | null): number | null =>
	ms === null ? null : Math.round(ms / 100) / 10;

const NOTHING_TO_SEND = { unreadable: 0, waiting: 0, due: 0, late: 0, latestMs: 0 };

/** How a message that is to be sent counts. */
function scheduledCounts(row: Row, sendAt: number, now: number): Partial<typeof NOTHING_TO_SEND> {
	// No run ever finds a message whose time is empty.
	if (Number.isNaN(sendAt)) return { unreadable: 1 };
	if (sendAt > now) return {};
	const notBefore = timeOf(row.next_attempt_at);
	if (notBefore > now) return { waiting: 1 };
	const lateMs = now - Math.max(sendAt, Number.isNaN(notBefore) ? 0 : notBefore);
	return lateMs <= OVERDUE_AFTER_MS ? { due: 1 } : { due: 1, late: 1, latestMs: lateMs };
}

/** When its request began, or else it was sent. */
function sentAtOf(row: Row): number {
	const startedAt = timeOf(row.send_started_at);
	return Number.isNaN(startedAt) ? timeOf(row.sent_at) : startedAt;
}
