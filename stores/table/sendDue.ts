import { randomUUID } from 'node:crypto';
import type { Connection, Gateway } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/refusals';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { InvalidParameter } from '../../messages/invalidParameter';
import type { ScheduledMessage, SentMessage } from '../../messages/scheduledMessage';
import { STATUSES, type Status } from '../../messages/status';
import { settle, type Settled } from '../settle';
import { Batcher } from './batcher';
import type { Cell, Row, Values } from './columns';
import { resolveMessageIds } from './resolveMessageIds';
import { SENDING, toOutgoing, toScheduledMessage, type Sender } from './rows';
import { where, type Change, type Condition, type MessageTable } from './table';

/** What a dispatcher may do; times in milliseconds. */
export interface DispatchRules {
	/** Messages claimed at once. */
	readonly batchSize: number;
	/** Messages sent at once. */
	readonly maxParallel: number;
	/** How often a message is tried where the gateway certainly did not take it. */
	readonly maxAttempts: number;
	/** A message that is later than this is not sent any more; null for no limit. */
	readonly notLaterThanMs: number | null;
	/** How long a message may be under way before its dispatcher counts as gone. */
	readonly graceMs: number;
	/** What to do with a message of which nobody knows whether it was sent. */
	readonly afterInterruption: 'leave' | 'sendAgain';
}

/** What the dispatcher works with. */
export interface Dispatch {
	readonly gateway: Gateway;
	readonly connection: Connection;
	readonly table: MessageTable;
	readonly sender: Sender;
	readonly rules: DispatchRules;
	now(): number;
	isCancelled(): boolean;
	/** Resolves after so many milliseconds, or at once when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
	/** Maps a list with a bounded number of calls under way. */
	inParallel<T, R>(list: readonly T[], limit: number, work: (value: T) => Promise<R>): Promise<R[]>;
}

/** A message that the dispatcher has dealt with. */
export interface Dispatched {
	readonly message: ScheduledMessage;
	/** How long after its time, in milliseconds. */
	readonly lateByMs: number;
	readonly attempts: number;
}

/**
 * Sends what is due, of one account. Any number of dispatchers may run at once: a message is claimed
 * by an atomic change before it is sent, and the row says that a request began before it goes out. So
 * after a crash a row tells whether the message certainly was not sent, or whether nobody knows.
 */
export async function sendDue(dispatch: Dispatch): Promise<Dispatched[]> {
	await resolveMessageIds(dispatch);
	const done: Dispatched[] = await takeUpInterrupted(dispatch);
	// Where others took all that was seen, this one looks behind it; but not for ever.
	for (let inVain = 0, after = 0; inVain < MOST_IN_VAIN && !dispatch.isCancelled(); ) {
		const { seen, mine } = await claim(dispatch, after);
		if (seen.length === 0 && after === 0) break;
		if (mine.length > 0) done.push(...(await sendBatch(dispatch, mine)));
		inVain = mine.length === 0 ? inVain + 1 : 0;
		after = mine.length > 0 ? 0 : (seen.at(-1)?.id ?? 0);
	}
	return done;
}

/** Batches in a row that other dispatchers may take before this one gives up. */
const MOST_IN_VAIN = 20;

const own = ({ sender }: Dispatch): Condition[] =>
	where({ gateway: sender.gateway, account: sender.account });

/** Takes a bounded number of due rows behind a certain one for this dispatcher alone. */
async function claim(
	dispatch: Dispatch,
	after: number,
): Promise<{ readonly seen: readonly Row[]; readonly mine: readonly Row[] }> {
	const { table, rules } = dispatch;
	const now = new Date(dispatch.now()).toISOString();
	const due: Condition[] = [
		...own(dispatch),
		...where({ status: 'scheduled' }),
		{ column: 'send_at', is: 'lte', value: now },
		{ column: 'next_attempt_at', is: 'lte', value: now },
	];
	const behind: Condition = { column: 'id', is: 'gt', value: after };
	const seen = await table.select([...due, behind], rules.batchSize);
	if (seen.length === 0) return { seen, mine: [] };
	const among = range(seen);
	const mark = randomUUID();
	// Whatever another dispatcher has claimed in between no longer meets the conditions.
	await table.update([
		{
			where: [...due, ...among],
			values: { status: SENDING, claim_token: mark, send_started_at: null },
		},
	]);
	const claimed = where({ claim_token: mark, status: SENDING });
	return { seen, mine: await table.select([...among, ...claimed], rules.batchSize * 2) };
}

/**
 * Sends what this dispatcher has claimed. When the table cannot be written any more, nothing new
 * begins; what is under way is waited for.
 *
 * Each access to the table costs as much as several requests. So nobody waits until it is written what
 * became of a message: that is gathered, and goes into the access that marks the next messages. What
 * is not written yet is bounded, since after a crash nobody would know it.
 */
async function sendBatch(dispatch: Dispatch, rows: readonly Row[]): Promise<Dispatched[]> {
	const { rules, table } = dispatch;
	const writer = new Batcher<Change, Settled<number>>(
		async (changes) => await writeAll(table, changes),
		rules.batchSize,
	);
	const write = async (change: Change) => await writer.add(change);
	const marks = new Marks(dispatch, rows, write);
	const untouched = new Set(rows);
	const unwritten = new Set<Promise<Dispatched | null>>();
	let failed: { readonly error: unknown } | undefined;
	const orNull = async (work: Promise<Dispatched | null>): Promise<Dispatched | null> => {
		const outcome = await settle(work);
		if (outcome.ok) return outcome.value;
		failed ??= outcome;
		return null;
	};
	const outcomes = await dispatch.inParallel(rows, rules.maxParallel, async (row) => {
		while (unwritten.size >= AT_STAKE * rules.maxParallel) await Promise.race(unwritten);
		if (failed !== undefined || dispatch.isCancelled()) return null;
		const tried = await settle(
			tryRow(dispatch, row, { marks, begin: () => untouched.delete(row) }),
		);
		if (!tried.ok) {
			failed ??= tried;
			return null;
		}
		if (tried.value === null) return null;
		const written = orNull(writeEnd(dispatch, row, tried.value, write));
		unwritten.add(written);
		void written.then(() => unwritten.delete(written));
		// In an object, or it would be waited for here.
		return { written };
	});
	const done = await Promise.all(outcomes.map(async (outcome) => await outcome?.written));
	if (untouched.size > 0) await settle(release(table, [...untouched]));
	if (failed !== undefined) throw failed.error;
	return done.filter((one) => one !== null && one !== undefined);
}

/**
 * For each message that may be under way at once: so many are marked in one access, and of so many it
 * may not be written yet what became of them. More would be faster than gateways allow, and leave more
 * messages of which nobody knows after a crash.
 */
const AT_STAKE = 2;

/** Writes into rows that their requests begin, a few rows at once. */
class Marks {
	private readonly chunks = new Map<number, Promise<ReadonlySet<number>>>();

	constructor(
		private readonly dispatch: Dispatch,
		private readonly rows: readonly Row[],
		private readonly write: Write,
	) {}

	/** Marks the row, if no other of its chunk has done it; false where it is no longer ours. */
	async begin(row: Row): Promise<boolean> {
		const size = AT_STAKE * this.dispatch.rules.maxParallel;
		const number = Math.floor(this.rows.indexOf(row) / size);
		const chunk =
			this.chunks.get(number) ?? this.mark(this.rows.slice(number * size, (number + 1) * size));
		this.chunks.set(number, chunk);
		return (await chunk).has(row.id);
	}

	private async mark(rows: readonly Row[]): Promise<ReadonlySet<number>> {
		const { table, now } = this.dispatch;
		const where = mine(rows, rows[0].claim_token, SENDING);
		const values = { send_started_at: new Date(now()).toISOString() };
		const written = await this.write({ where, values });
		if (!written.ok) throw written.error;
		const left = written.value === rows.length ? rows : await table.select(where, rows.length);
		return new Set(left.map(({ id }) => id));
	}
}

/**
 * Rows of this dispatcher in a certain state. One row is a range too: changes whose conditions have
 * the same form go into one access.
 */
const mine = (rows: readonly Row[], claim: Cell, status: string): Condition[] => [
	...range(rows),
	...where({ claim_token: claim, status }),
];

/** A table has no index but that of the id. */
const range = (rows: readonly Row[]): Condition[] => [
	{ column: 'id', is: 'gte', value: rows[0].id },
	{ column: 'id', is: 'lte', value: rows[rows.length - 1].id },
];

/** Writes changes together; where that fails, each by itself, so that none spoils the others. */
async function writeAll(
	table: MessageTable,
	changes: readonly Change[],
): Promise<Array<Settled<number>>> {
	const together = await settle(table.update(changes));
	if (together.ok) return together.value.map((rows) => ({ ok: true, value: rows.length }));
	if (changes.length === 1) return [together];
	const each: Array<Settled<number>> = [];
	for (const change of changes) {
		const alone = await settle(table.update([change]));
		each.push(alone.ok ? { ok: true, value: alone.value[0].length } : alone);
	}
	return each;
}

/** Gives back what was claimed and not sent, so that it need not wait for the grace time. */
async function release(table: MessageTable, rows: readonly Row[]): Promise<void> {
	await table.update(
		rows.map(({ id, claim_token }) => ({
			where: where({ id, claim_token, status: SENDING }),
			values: { status: 'scheduled', claim_token: null, send_started_at: null },
		})),
	);
}

type Write = (change: Change) => Promise<Settled<number>>;

/** What the rows of a batch share. */
interface Sending {
	readonly marks: Marks;
	/** Called right before anything may become of the row. */
	begin(): void;
}

/** What became of a message, to be written. */
interface End {
	readonly values: Values;
	readonly attempts: number;
	readonly lateByMs: number;
	/** Whether the gateway was asked: it is told then, even where the row is another's by now. */
	readonly isTried: boolean;
	/** Whether it is told at all. */
	readonly isTold: boolean;
}

/** Null where the row is no longer this dispatcher's, or is to be given back. */
async function tryRow(
	dispatch: Dispatch,
	row: Row,
	{ marks, begin }: Sending,
): Promise<End | null> {
	const { rules, gateway, connection } = dispatch;
	const began = dispatch.now();
	const lateByMs = Math.max(0, began - new Date(row.send_at as string).getTime());
	const earlier = Number(row.attempts);
	const attempts = earlier + 1;

	const untried = (values: Values, isTold = true): End => {
		begin();
		return { values, attempts: earlier, lateByMs, isTried: false, isTold };
	};
	const tried = (values: Values): End => ({
		values,
		attempts,
		lateByMs,
		isTried: true,
		isTold: true,
	});

	if (rules.notLaterThanMs !== null && lateByMs > rules.notLaterThanMs) {
		const failure = `It was ${Math.round(lateByMs / 1000)} seconds late, more than "Do Not Send If Later Than" allows`;
		return untried(statusValues('expired', { failure }));
	}
	const message = attempt(() => {
		const outgoing = toOutgoing(row);
		assertSendable(gateway, outgoing);
		return outgoing;
	});
	if (!message.ok) return untried(statusValues('failed', { failure: wordsOf(message.error) }));
	// From here on a crash leaves it open whether the message went out.
	if (!(await marks.begin(row))) {
		begin();
		return null;
	}
	if (dispatch.isCancelled()) return null;
	begin();
	const outcome = await settle(gateway.send(connection, message.value));
	if (outcome.ok) return tried(sentValues(outcome.value, dispatch.now()));
	const { error } = outcome;
	const failure = wordsOf(error);
	if (isOpenEnded(error)) return tried(afterOpenEnd(rules, attempts, failure, dispatch.now()));
	if (isUnsent(error))
		return untried({ status: 'scheduled', claim_token: null, send_started_at: null }, false);
	if (isRetryable(error) && attempts < rules.maxAttempts) {
		return tried(retryValues(attempts, failure, dispatch.now()));
	}
	return tried(statusValues('failed', { failure }));
}

/** Writes what became of a message, and gives what is to be told of it. */
async function writeEnd(
	dispatch: Dispatch,
	row: Row,
	{ values: outcome, attempts, lateByMs, isTried, isTold }: End,
	write: Write,
): Promise<Dispatched | null> {
	const values = { attempts, ...outcome };
	const told = isTold
		? { message: toScheduledMessage({ ...row, ...values }, dispatch.table.id), lateByMs, attempts }
		: null;
	// It took longer than the grace time, and another dispatcher could not know what became of it.
	for (const status of isTried ? [SENDING, 'unknown'] : [SENDING]) {
		const change = { where: mine([row], row.claim_token, status), values };
		if (await writeSurely(dispatch, write, change)) return told;
	}
	return isTried ? told : null;
}

/** How long to wait before what became of a message is written again. */
const PAUSES_MS = [1_000, 3_000, 9_000];

/** Writes what became of a message: lost, a person would have to find it out. */
async function writeSurely(dispatch: Dispatch, write: Write, change: Change): Promise<boolean> {
	for (let tries = 0; ; tries++) {
		const written = await write(change);
		if (written.ok) return written.value > 0;
		if (tries === PAUSES_MS.length || dispatch.isCancelled()) throw written.error;
		await dispatch.sleep(PAUSES_MS[tries]);
	}
}

/** Finds what a dispatcher that is gone has left behind. */
async function takeUpInterrupted(dispatch: Dispatch): Promise<Dispatched[]> {
	const { table, rules } = dispatch;
	const stale = dispatch.now() - rules.graceMs;
	const left = await table.select(
		[
			...own(dispatch),
			...where({ status: SENDING }),
			{ column: 'updatedAt', is: 'lte', value: new Date(stale).toISOString() },
		],
		1_000,
	);
	const taken = left
		.filter(
			({ send_started_at: began }) =>
				!hasBegun(began) || new Date(began as string).getTime() <= stale,
		)
		.map((row) => ({
			row,
			values: afterInterruption(rules, row, dispatch.now()),
		}));
	const met = await table.update(
		taken.map(({ row, values }) => ({
			where: [
				...where({ id: row.id, claim_token: row.claim_token, status: SENDING }),
				// Its dispatcher may be slow, not gone, and begin in this moment.
				...(hasBegun(row.send_started_at) ? [] : [NOT_BEGUN]),
			],
			values,
		})),
	);
	return taken
		.filter(({ values }, index) => met[index].length > 0 && values.status !== 'scheduled')
		.map(({ row, values }) => ({
			message: toScheduledMessage({ ...row, ...values }, table.id),
			lateByMs: Math.max(0, dispatch.now() - new Date(row.send_at as string).getTime()),
			attempts: Number(values.attempts),
		}));
}

const NOT_BEGUN: Condition = { column: 'send_started_at', is: 'isEmpty', value: null };

const hasBegun = (began: Cell | undefined): boolean => began !== null && began !== undefined;

/** A row whose request never began certainly was not sent. */
const afterInterruption = (rules: DispatchRules, row: Row, now: number): Values =>
	hasBegun(row.send_started_at)
		? {
				attempts: Number(row.attempts) + 1,
				...afterOpenEnd(
					rules,
					Number(row.attempts) + 1,
					'n8n was interrupted while it sent this message: it may have gone out, or not',
					now,
				),
			}
		: { status: 'scheduled', claim_token: null };

const afterOpenEnd = (
	rules: DispatchRules,
	attempts: number,
	failure: string,
	now: number,
): Values =>
	rules.afterInterruption === 'sendAgain' && attempts < rules.maxAttempts
		? retryValues(attempts, failure, now)
		: statusValues('unknown', { failure });

const statusValues = (status: Status, more: Values = {}): Values => ({
	status,
	status_rank: STATUSES[status].rank,
	...more,
});

const sentValues = (sent: SentMessage, now: number): Values =>
	statusValues(sent.status === 'unknown' ? 'queued' : sent.status, {
		message_id: sent.messageId,
		queue_id: sent.queueId,
		sent_at: sent.acceptedAt ?? new Date(now).toISOString(),
		failure: sent.failure?.reason ?? null,
	});

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Again after a minute, then after two, four … at most an hour. */
const retryValues = (attempts: number, failure: string, now: number): Values => ({
	status: 'scheduled',
	claim_token: null,
	next_attempt_at: new Date(
		now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)),
	).toISOString(),
	failure,
});

const wordsOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);

function attempt<T>(work: () => T): Settled<T> {
	try {
		return { ok: true, value: work() };
	} catch (error) {
		return { ok: false, error };
	}
}

/** The execution was stopped before the request went out. */
const isUnsent = (error: unknown) => error instanceof GatewayError && error.kind === 'cancelled';

const isOpenEnded = (error: unknown) =>
	error instanceof GatewayError && error.details.openEnded === true;

const RETRYABLE = new Set(['rateLimited', 'unavailable', 'unreachable', 'timedOut']);

/** What may be different next time. A value that the gateway refuses will not be. */
const isRetryable = (error: unknown) =>
	!(error instanceof InvalidParameter) &&
	error instanceof GatewayError &&
	RETRYABLE.has(error.kind);
