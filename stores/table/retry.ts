import { GatewayError, textOf } from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { sameRecipient, type Recipient } from '../../messages/recipient';
import { STATUSES } from '../../messages/status';
import type { Row, Values } from './columns';
import { isUuid } from '../scheduleId';
import { requireOne, rowsOfIds, type NotFound } from './byScheduleId';
import { KeyHolders } from './keyHolders';
import { DuplicateKeyError } from '../duplicateKey';
import { settle } from '../../messages/settle';
import { SENDING, toScheduledMessage, type SendingAccount } from './rows';
import {
	PAGE_SIZE,
	selectPages,
	where,
	type ConditionalUpdate,
	type Condition,
	type MessageTable,
} from './table';
import { shorten } from '../../messages/text';
import { assertFileMoves } from './uploadedFile';

/** The statuses of messages that a person may retry. */
export const RETRYABLE = ['failed', 'expired', 'unconfirmed'] as const;
export type Retryable = (typeof RETRYABLE)[number];

/** How to retry messages. */
export interface RetryRules {
	/** Whether to also retry those that may already have been sent. */
	readonly mayGoOutTwice: boolean;
	/** Minutes from now during which they may be sent; undefined: as many as before. */
	readonly validForMinutes: number | undefined;
	/** The account to move them to; null: they stay with theirs. */
	readonly reassignTo: SendingAccount | null;
	/** What is said of an id that no row has; unless given, that no Data Table has it. */
	readonly notFound?: NotFound;
	/** Throws for a message that its gateway cannot send. */
	assertSendable(row: Row): void;
	/** Why messages are not retried, by their rows' ids: their recipients are on Do Not Contact. */
	refusals?(rows: readonly Row[]): Promise<ReadonlyMap<number, Error>>;
	/** Throws for an account whose messages must not be moved now. */
	assertMovable(row: Row): void;
}

/** Which messages; those of the first account unless one is named. */
export interface RetryFilter {
	readonly statuses: readonly Retryable[];
	readonly senders: readonly SendingAccount[];
	/** An account by its name, of any gateway. */
	readonly account: string | undefined;
	readonly recipient: Recipient | undefined;
	readonly reference?: string;
	readonly group?: string;
	/** ISO 8601, UTC. */
	readonly scheduledAfter: string | undefined;
	readonly scheduledBefore: string | undefined;
	/** In any case. */
	readonly failureContains: string | undefined;
	readonly limit: number;
}

/** The result of a retry by filter. */
export interface RetryReport {
	/** The messages that were retried or moved, as they are now. */
	readonly rows: readonly Row[];
	/** Left unchanged, since they may have been sent; at most {@link PAGE_SIZE} are counted. */
	readonly unconfirmed: number;
	/** Left unchanged, since their gateway cannot send them. */
	readonly rejected: ReadonlyArray<{ readonly scheduleId: string; readonly reason: string }>;
	/** Others changed them meanwhile. */
	readonly changed: number;
	/** Whether more match than the limit. */
	readonly isMore: boolean;
}

const RETRIED = 'Retried. Before: ';

const isRetryable = (status: unknown): status is Retryable =>
	RETRYABLE.includes(status as Retryable);

/**
 * Retries one message, by its schedule id.
 *
 * @returns the row as it is then
 * @throws GatewayError or InvalidParameterError that says why it stays unchanged
 */
export async function retryOne(
	table: MessageTable,
	scheduleId: string,
	rules: RetryRules,
	now: number,
): Promise<Row> {
	const row = await readRow(table, scheduleId, rules.notFound);
	const mayMove = rules.reassignTo !== null && isWaiting(row);
	// An earlier attempt has done it, but its response was lost.
	if (!mayMove && row.status === 'scheduled' && String(row.failure).startsWith(RETRIED)) return row;
	if (!isRetryable(row.status) && !mayMove) throw notRetryable(row, scheduleId);
	if (row.status === 'unconfirmed' && !rules.mayGoOutTwice) throw mayHaveBeenSent(scheduleId);
	const changed = await putBack(table, [row], rules, now);
	if (changed.rejected.length > 0) throw changed.rejected[0].error;
	if (changed.rows.length > 0) return changed.rows[0];
	throw notRetryable(await readRow(table, scheduleId, rules.notFound), scheduleId);
}

/** Retries the messages that match, those with the earliest times first. */
export async function retryMatching(
	table: MessageTable,
	filter: RetryFilter,
	rules: RetryRules,
	now: number,
): Promise<RetryReport> {
	const statuses: string[] = filter.statuses.filter(
		(status) => rules.mayGoOutTwice || status !== 'unconfirmed',
	);
	// Also messages that are still scheduled for an account without a dispatcher.
	if (rules.reassignTo !== null) statuses.push('scheduled', SENDING);
	const found = await selectMatching(table, filter, statuses, filter.limit + 1);
	const isLeft = !rules.mayGoOutTwice && filter.statuses.includes('unconfirmed');
	const unconfirmed = isLeft ? await selectMatching(table, filter, ['unconfirmed'], PAGE_SIZE) : [];
	const wanted = found.sort(byTime).slice(0, filter.limit);
	const { rows, rejected, changed } = await putBack(table, wanted, rules, now);
	return {
		rows,
		changed,
		rejected: rejected.map(({ row, error }) => ({
			scheduleId: toScheduledMessage(row).scheduleId,
			reason: textOf(error),
		})),
		unconfirmed: unconfirmed.length,
		isMore: found.length > filter.limit,
	};
}

/** At most that many rows of each account and status. */
async function selectMatching(
	table: MessageTable,
	filter: RetryFilter,
	statuses: readonly string[],
	limit: number,
): Promise<Row[]> {
	const { account, senders, recipient, scheduledAfter, scheduledBefore } = filter;
	const { reference, group } = filter;
	const owners = account === undefined ? senders : [{ account }];
	const words = filter.failureContains?.toLowerCase();
	const matches = (row: Row) =>
		(words === undefined ||
			String(row.failure ?? '')
				.toLowerCase()
				.includes(words)) &&
		(recipient === undefined || sameRecipient(toScheduledMessage(row).recipient, recipient));
	const all: Row[] = [];
	for (const { gateway, account: of } of owners as ReadonlyArray<Partial<SendingAccount>>) {
		for (const status of statuses) {
			const conditions: Condition[] = [
				...where({ account: of, status, ...(gateway === undefined ? {} : { gateway }) }),
				...(reference === undefined ? [] : where({ reference })),
				...(group === undefined ? [] : where({ group_name: group })),
				...(scheduledAfter === undefined
					? []
					: [{ column: 'send_at', is: 'gte', value: scheduledAfter } as const]),
				...(scheduledBefore === undefined
					? []
					: [{ column: 'send_at', is: 'lte', value: scheduledBefore } as const]),
			];
			let left = limit;
			for await (const page of selectPages(table, conditions)) {
				const fitting = page.filter(matches).slice(0, left);
				all.push(...fitting);
				left -= fitting.length;
				if (left === 0) break;
			}
		}
	}
	return all;
}

/** Updates rows, each only while it is in the state in which it was read. */
async function putBack(table: MessageTable, rows: readonly Row[], rules: RetryRules, now: number) {
	const rejected: Rejected[] = [];
	const holders = await KeyHolders.read(table, rows, rules.reassignTo);
	const refusals = (await rules.refusals?.(rows)) ?? new Map<number, Error>();
	const sendable = rows.filter((row) => {
		try {
			const refusal = refusals.get(row.id);
			if (refusal !== undefined) throw refusal;
			if (rules.reassignTo !== null) {
				rules.assertMovable(row);
				assertFileMoves(row, rules.reassignTo);
			}
			rules.assertSendable(moved(row, rules));
			holders.take(row);
			return true;
		} catch (error) {
			rejected.push({ row, error });
			return false;
		}
	});
	const changes = sendable.map((row, index) => ({
		row,
		where: where({ id: row.id, status: row.status }),
		values: {
			// A millisecond apart, so that they are sent in the order of their former times.
			...(isRetryable(row.status) ? retried(row, rules, now, sendable.length - 1 - index) : {}),
			...moved({}, rules),
		},
	}));
	const done: Row[] = [];
	let refused = 0;
	for (const alike of chunks(changes)) {
		const result = await updateEach(table, alike);
		done.push(...result.rows);
		rejected.push(...result.rejected);
		refused += result.rejected.length;
	}
	return { rows: done, rejected, changed: sendable.length - refused - done.length };
}

/** A row that stays unchanged, and why. */
interface Rejected {
	readonly row: Row;
	readonly error: unknown;
}

/**
 * Makes changes in one access; one by one if a unique index refuses one of them, since another execution
 * has just scheduled a message with its key: that one must not keep the others from being changed.
 */
async function updateEach(
	table: MessageTable,
	changes: ReadonlyArray<ConditionalUpdate & { readonly row: Row }>,
): Promise<{ readonly rows: Row[]; readonly rejected: Rejected[] }> {
	const together = await settle(table.update(changes));
	if (together.ok) return { rows: together.value.flat(), rejected: [] };
	if (!(together.error instanceof DuplicateKeyError)) throw together.error;
	const rows: Row[] = [];
	const rejected: Rejected[] = [];
	for (const change of changes) {
		const alone = await settle(table.update([change]));
		if (alone.ok) rows.push(...alone.value.flat());
		else if (alone.error instanceof DuplicateKeyError) {
			rejected.push({ row: change.row, error: alone.error });
		} else throw alone.error;
	}
	return { rows, rejected };
}

/** A message as new, except for its former result, which stays readable until it is sent. */
const retried = (
	row: Row,
	{ validForMinutes }: RetryRules,
	now: number,
	earlierByMs: number,
): Values => ({
	status: 'scheduled',
	status_rank: STATUSES.scheduled.rank,
	send_at: new Date(now - earlierByMs).toISOString(),
	next_attempt_at: new Date(now).toISOString(),
	attempts: 0,
	claim_token: '',
	send_started_at: null,
	sent_at: null,
	message_id: null,
	queue_id: null,
	failure: RETRIED + (wordsOf(row).replace(RETRIED, '') || String(row.status)),
	...(validForMinutes === undefined ? {} : { valid_for_minutes: validForMinutes }),
});

const wordsOf = ({ failure }: Row): string =>
	failure === null || failure === undefined ? '' : String(failure);

/** The same with the account that it is moved to. */
const moved = <R extends Values>(row: R, { reassignTo }: RetryRules): R =>
	reassignTo === null
		? row
		: {
				...row,
				gateway: reassignTo.gateway,
				account: reassignTo.account,
				credential: reassignTo.credential,
			};

const isWaiting = ({ status }: Row) => status === 'scheduled' || status === SENDING;

async function readRow(
	table: MessageTable,
	scheduleId: string,
	notFound: NotFound | undefined,
): Promise<Row> {
	const [rows] = await rowsOfIds(table, [scheduleId]);
	// A person may have inserted one with an id of another kind.
	if (rows.length === 0 && !isUuid(scheduleId)) throw notAnId(scheduleId);
	return requireOne(rows, scheduleId, notFound);
}

const notAnId = (scheduleId: string) =>
	new InvalidParameterError(
		'Scheduled Message',
		`"Scheduled Message" is "${shorten(scheduleId, 80)}", which is not the id of a message in a Data Table or PostgreSQL`,
		'Enter the "scheduleId" that "Get Many" returns, such as 0fa5e6c0-98d1-4c5e-9b1a-6c1f0a2b3c4d. "Retry" does not know messages that the gateway itself stores: schedule such a message again with "Schedule".',
	);

const mayHaveBeenSent = (scheduleId: string) =>
	new InvalidParameterError(
		'May Go Out Twice',
		`The outcome of the scheduled message "${scheduleId}" is unknown: it may already have been sent, so it was not retried`,
		'Check whether the recipient has it. If the recipient may get it twice, turn on "May Go Out Twice" under Options.',
	);

function notRetryable(row: Row, scheduleId: string): GatewayError {
	const { status } = toScheduledMessage(row);
	return new GatewayError(
		'notPending',
		`The scheduled message "${scheduleId}" cannot be retried: its status is "${status}"`,
		{ hint: `Only messages with one of these statuses can be retried: ${RETRYABLE.join(', ')}.` },
	);
}

const byTime = (a: Row, b: Row): number => timeOf(a) - timeOf(b) || a.id - b.id;

/** Unreadable times come first. */
const timeOf = ({ send_at: at }: Row): number => new Date(String(at)).getTime() || 0;

/** Maximum number of updates in one access. */
function chunks<T>(all: readonly T[]): T[][] {
	const parts: T[][] = [];
	for (let from = 0; from < all.length; from += PAGE_SIZE)
		parts.push(all.slice(from, from + PAGE_SIZE));
	return parts;
}
