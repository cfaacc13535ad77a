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
import { nameQueued } from './queued';
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
	await nameQueued(dispatch);
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
		{ column: 'not_before', is: 'lte', value: now },
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
			values: { status: SENDING, claim: mark, claimed_at: now, began_at: null },
		},
	]);
	const claimed = where({ claim: mark, status: SENDING });
	return { seen, mine: await table.select([...among, ...claimed], rules.batchSize * 2) };
}

/**
 * Sends what this dispatcher has claimed. When the table cannot be written any more, nothing new
 * begins; what is under way is waited for.
 */
async function sendBatch(dispatch: Dispatch, rows: readonly Row[]): Promise<Dispatched[]> {
	const { rules, table } = dispatch;
	const writer = new Batcher<Change, Settled<number>>(
		async (changes) => await writeAll(table, changes),
		rules.batchSize,
	);
	const write = async (change: Change) => await writer.add(change);
	const marks = new Marks(dispatch, rows);
	const untouched = new Set(rows);
	let failed: { readonly error: unknown } | undefined;
	const outcomes = await dispatch.inParallel(rows, rules.maxParallel, async (row) => {
		if (failed !== undefined || dispatch.isCancelled()) return null;
		const outcome = await settle(
			sendRow(dispatch, row, { write, marks, begin: () => untouched.delete(row) }),
		);
		if (outcome.ok) return outcome.value;
		failed ??= outcome;
		return null;
	});
	if (untouched.size > 0) await settle(release(table, [...untouched]));
	if (failed !== undefined) throw failed.error;
	return outcomes.filter((outcome) => outcome !== null);
}

/**
 * Writes into rows that their requests begin, a few rows at once: each write costs as much as all
 * else together. After a crash it is unknown of so many whether they went out.
 */
class Marks {
	private readonly chunks = new Map<number, Promise<ReadonlySet<number>>>();

	constructor(
		private readonly dispatch: Dispatch,
		private readonly rows: readonly Row[],
	) {}

	/** Marks the row, if no other of its chunk has done it; false where it is no longer ours. */
	async begin(row: Row): Promise<boolean> {
		const size = this.dispatch.rules.maxParallel;
		const number = Math.floor(this.rows.indexOf(row) / size);
		const chunk =
			this.chunks.get(number) ?? this.mark(this.rows.slice(number * size, (number + 1) * size));
		this.chunks.set(number, chunk);
		return (await chunk).has(row.id);
	}

	private async mark(rows: readonly Row[]): Promise<ReadonlySet<number>> {
		const { table, now } = this.dispatch;
		const mine = [...range(rows), ...where({ claim: rows[0].claim, status: SENDING })];
		const values = { began_at: new Date(now()).toISOString() };
		const [met] = await table.update([{ where: mine, values }]);
		const left = met === rows.length ? rows : await table.select(mine, rows.length);
		return new Set(left.map(({ id }) => id));
	}
}

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
	if (together.ok) return together.value.map((value) => ({ ok: true, value }));
	if (changes.length === 1) return [together];
	const each: Array<Settled<number>> = [];
	for (const change of changes) {
		const alone = await settle(table.update([change]));
		each.push(alone.ok ? { ok: true, value: alone.value[0] } : alone);
	}
	return each;
}

/** Gives back what was claimed and not sent, so that it need not wait for the grace time. */
async function release(table: MessageTable, rows: readonly Row[]): Promise<void> {
	await table.update(
		rows.map(({ id, claim }) => ({
			where: where({ id, claim, status: SENDING }),
			values: { status: 'scheduled', claim: null, began_at: null },
		})),
	);
}

type Write = (change: Change) => Promise<Settled<number>>;

/** What the rows of a batch share. */
interface Sending {
	readonly write: Write;
	readonly marks: Marks;
	/** Called right before anything may become of the row. */
	begin(): void;
}

/** Null where the row is no longer this dispatcher's, or was given back. */
async function sendRow(
	dispatch: Dispatch,
	row: Row,
	{ write, marks, begin }: Sending,
): Promise<Dispatched | null> {
	const { rules, gateway, connection, table } = dispatch;
	const began = dispatch.now();
	const lateByMs = Math.max(0, began - new Date(row.send_at as string).getTime());
	const attempts = Number(row.attempts) + 1;
	const mine = where({ id: row.id, claim: row.claim });

	const end = async (outcome: Values, tried = attempts): Promise<Dispatched | null> => {
		begin();
		const values = { attempts: tried, ...outcome };
		const message = toScheduledMessage({ ...row, ...values }, table.id);
		// It took longer than the grace time, and another dispatcher could not know what became of it.
		const states = tried === attempts ? [SENDING, 'unknown'] : [SENDING];
		for (const status of states) {
			if (await writeSurely(dispatch, write, { where: [...mine, ...where({ status })], values })) {
				return { message, lateByMs, attempts: tried };
			}
		}
		// What was sent is told, though the row is another's by now.
		return tried === attempts ? { message, lateByMs, attempts } : null;
	};

	if (rules.notLaterThanMs !== null && lateByMs > rules.notLaterThanMs) {
		const failure = `It was ${Math.round(lateByMs / 1000)} seconds late, more than "Do Not Send If Later Than" allows`;
		return await end(statusValues('expired', { failure }), attempts - 1);
	}
	const message = attempt(() => {
		const outgoing = toOutgoing(row);
		assertSendable(gateway, outgoing);
		return outgoing;
	});
	if (!message.ok) {
		return await end(statusValues('failed', { failure: wordsOf(message.error) }), attempts - 1);
	}
	// From here on a crash leaves it open whether the message went out.
	if (!(await marks.begin(row))) {
		begin();
		return null;
	}
	if (dispatch.isCancelled()) return null;
	begin();
	const outcome = await settle(gateway.send(connection, message.value));
	if (outcome.ok) return await end(sentValues(outcome.value, dispatch.now()));
	const { error } = outcome;
	const failure = wordsOf(error);
	if (isOpenEnded(error)) return await end(afterOpenEnd(rules, attempts, failure, dispatch.now()));
	if (isUnsent(error)) {
		await end({ status: 'scheduled', claim: null, began_at: null, attempts: attempts - 1 });
		return null;
	}
	if (isRetryable(error) && attempts < rules.maxAttempts) {
		return await end(retryValues(attempts, failure, dispatch.now()));
	}
	return await end(statusValues('failed', { failure }));
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
			{ column: 'claimed_at', is: 'lte', value: new Date(stale).toISOString() },
		],
		1_000,
	);
	const taken = left
		.filter(
			({ began_at: began }) => !hasBegun(began) || new Date(began as string).getTime() <= stale,
		)
		.map((row) => ({
			row,
			values: afterInterruption(rules, row, dispatch.now()),
		}));
	const met = await table.update(
		taken.map(({ row, values }) => ({
			where: [
				...where({ id: row.id, claim: row.claim, status: SENDING }),
				// Its dispatcher may be slow, not gone, and begin in this moment.
				...(hasBegun(row.began_at) ? [] : [NOT_BEGUN]),
			],
			values,
		})),
	);
	return taken
		.filter(({ values }, index) => met[index] > 0 && values.status !== 'scheduled')
		.map(({ row, values }) => ({
			message: toScheduledMessage({ ...row, ...values }, table.id),
			lateByMs: Math.max(0, dispatch.now() - new Date(row.send_at as string).getTime()),
			attempts: Number(values.attempts),
		}));
}

const NOT_BEGUN: Condition = { column: 'began_at', is: 'isEmpty', value: null };

const hasBegun = (began: Cell | undefined): boolean => began !== null && began !== undefined;

/** A row whose request never began certainly was not sent. */
const afterInterruption = (rules: DispatchRules, row: Row, now: number): Values =>
	hasBegun(row.began_at)
		? {
				attempts: Number(row.attempts) + 1,
				...afterOpenEnd(
					rules,
					Number(row.attempts) + 1,
					'n8n was interrupted while it sent this message: it may have gone out, or not',
					now,
				),
			}
		: { status: 'scheduled', claim: null };

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
	claim: null,
	not_before: new Date(
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
