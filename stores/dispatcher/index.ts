import { randomUUID } from 'node:crypto';
import { isNotFound } from '../../gateways/transport/gatewayError';
import { settle } from '../../messages/settle';
import { AccountHealth } from './accountHealth';
import { DueRows } from './dueRows';
import { HeldLease } from './heldLease';
import { Pace } from './pace';
import { RecentSends } from './recentSends';
import { lookForUnconfirmed, recoverInterrupted } from './recover';
import type { DispatchContext, DispatchEntry, DispatchReport, Idle } from './rules';
import { SendRow } from './sendRow';
import { Turns } from './turns';

export type {
	DispatchContext,
	DispatchEntry,
	DispatchReport,
	DispatchResult,
	DispatchRules,
	Idle,
} from './rules';

/**
 * One run of the dispatcher: sends the due messages of one account.
 *
 * 1. It takes the account's lease, or ends immediately: one run at a time sends for an account.
 * 2. A paused account sends nothing. When its pause is over, the run checks the gateway's health, then
 *    sends one message as a probe.
 * 3. The outcome of messages that an earlier run left in flight is unknown; the run checks for them at the
 *    gateway.
 * 4. It sends due messages, the earliest first, at the account's pace, until the budget is used up.
 *
 * Delivery is at most once: a row is marked before its request starts, and every later write requires the
 * run's token. The lease is for pace and health; protection against duplicates depends on the rows alone.
 */
export async function dispatchDue(context: DispatchContext): Promise<DispatchReport> {
	const { rules, now } = context;
	const token = randomUUID();
	const lease = await HeldLease.take(context.lease, token, rules.timeoutMs, now);
	if (lease === null) return { entries: [], idle: { why: 'leaseTaken' } };
	const run = new Run(context, lease, token);
	const outcome = await settle(run.go());
	// If the table cannot be written, the lease expires.
	await giveBack(lease, run, context);
	if (outcome.ok) return { entries: run.entries, idle: outcome.value };
	return { entries: run.entries, idle: null, error: outcome.error };
}

/** A waiting run checks the clock, the lease and the account at this interval. */
const MAX_SLEEP_MS = 10_000;

/** Retry delays for releasing the lease, which also saves the account's health and pace. */
async function giveBack(lease: HeldLease, run: Run, { sleep }: DispatchContext): Promise<void> {
	for (const delayMs of [1_000, 3_000, 0]) {
		const released = await settle(lease.release(run.state));
		if (released.ok) return;
		await sleep(delayMs);
	}
}

class Run {
	readonly entries: DispatchEntry[] = [];
	private readonly health: AccountHealth;
	private readonly pace: Pace;
	private readonly recent: RecentSends;
	private readonly rows: DueRows;
	private readonly turns: Turns;
	private readonly deadline: number;
	private readonly inFlight = new Set<Promise<void>>();
	private failure: { readonly error: unknown } | undefined;

	constructor(
		private readonly context: DispatchContext,
		private readonly lease: HeldLease,
		private readonly token: string,
	) {
		const { rules, now } = context;
		this.health = new AccountHealth(lease.record.health, rules.maxParallel, context);
		this.pace = new Pace(lease.record.pace, rules.messagesPerMinute, now);
		this.recent = new RecentSends(context.queue, rules.timeoutMs);
		this.rows = new DueRows(context.queue, now, this.recent);
		this.turns = new Turns(context, {
			ask: () => ({ lease: lease.renewal(this.state), due: this.rows.wanted }),
			take: (asked, { record, due }) => {
				lease.renewed(asked.lease, record);
				if (asked.due !== null) this.rows.readAhead(asked.due, due);
			},
		});
		this.deadline = now() + rules.budgetMs;
	}

	/** State of the account for the next run. */
	get state() {
		return { health: this.health.state, pace: this.pace.state };
	}

	/** @returns why nothing was sent, or null */
	async go(): Promise<Idle | null> {
		const { queue, now } = this.context;
		const idle = this.idle();
		if (idle !== null) return idle;
		this.entries.push(...(await recoverInterrupted(this.context, this.token)));
		const look = async () =>
			await lookForUnconfirmed(this.context, {
				mayGoOn: async () => await this.mayLook(),
				report: (entry) => this.entries.push(entry),
			});
		const at = new Date(now()).toISOString();
		await queue.adopt(at);
		if (this.health.isProbing) {
			// Nothing to probe with: also if all that is due waits behind others' next attempts, for which each run
			// would ask the gateway. Checking for sent messages sends nothing.
			if (!(await this.rows.hasProbe())) {
				await look();
				return null;
			}
			if (!(await this.isWell())) return this.idle();
		} else {
			await this.context.resolveMessageIds();
			await look();
		}
		await this.sendAll();
		const event = this.health.onRunEnd();
		if (event !== null) this.entries.push(event);
		if (this.failure !== undefined) throw this.failure.error;
		return null;
	}

	private idle(): Idle | null {
		const { manualPause } = this.lease.record;
		if (manualPause !== null && manualPause.until > this.context.now()) {
			return { why: 'pausedByPerson', ...manualPause };
		}
		const { pausedUntil, pauseReason } = this.health.state;
		return this.health.isPaused
			? { why: 'paused', until: pausedUntil ?? 0, reason: pauseReason ?? '' }
			: null;
	}

	/** Checks the gateway's health, by a read that cannot send anything twice. */
	private async isWell(): Promise<boolean> {
		const { gateway, connection } = this.context;
		const health = await settle(gateway.testCredential(connection));
		// A gateway without a health call reports nothing: the probe decides.
		const isUnknown = !health.ok && isNotFound(health.error);
		const isWell = health.ok ? (health.value.sends ?? health.value.ready) : isUnknown;
		if (isWell && this.health.mayProbe()) return true;
		const why = health.ok ? health.value.message : (health.error as Error).message;
		this.health.onUnhealthy(isWell ? null : why);
		return false;
	}

	/** Sends due messages with bounded concurrency, until none is left or the run has to end. */
	private async sendAll(): Promise<void> {
		const { rows } = this;
		const sender = new SendRow({
			...this.context,
			token: this.token,
			lease: this.lease,
			turns: this.turns,
			rows,
			recent: this.recent,
			health: this.health,
			pace: this.pace,
			report: (entry) => this.entries.push(entry),
		});
		const begun = await settle(this.beginAll(rows, sender));
		if (!begun.ok) this.failure ??= begun;
		while (this.inFlight.size > 0) await Promise.race(this.inFlight);
		const left = await settle(this.turns.flush());
		if (!left.ok) this.failure ??= left;
	}

	private async beginAll(rows: DueRows, sender: SendRow): Promise<void> {
		while (await this.mayBegin()) {
			if (this.inFlight.size >= this.health.concurrency) {
				await Promise.race(this.inFlight);
				continue;
			}
			const wait = this.pace.waitMs;
			if (wait > 0) {
				if (this.context.now() + wait > this.deadline) break;
				await this.context.sleep(Math.min(wait, MAX_SLEEP_MS));
				continue;
			}
			const row = await rows.next(this.health.isProbing);
			if (row !== null) {
				// Between reading the row and now, others may have ended the run.
				if (this.failure !== undefined || this.inFlight.size >= this.health.concurrency) {
					rows.putBack(row);
					continue;
				}
				this.begin(sender.send(row));
			} else if (this.inFlight.size > 0) await Promise.race(this.inFlight);
			else break;
		}
	}

	private begin(work: Promise<void>): void {
		const guarded: Promise<void> = work
			.catch((error: unknown) => void (this.failure ??= { error }))
			.finally(() => this.inFlight.delete(guarded));
		this.inFlight.add(guarded);
	}

	private async mayBegin(): Promise<boolean> {
		const { now, isCancelled } = this.context;
		do {
			if (this.failure !== undefined || isCancelled() || now() >= this.deadline) return false;
			if (!(await this.lease.keep(this.state))) return false;
			if (this.idle() === null) break;
		} while (await this.waitForRate());
		if (this.idle() !== null) return false;
		return !this.health.hasPausedByFailure;
	}

	/**
	 * A gateway with a limit per second asks for a short delay, for which the run waits: in small steps, so
	 * that the lease is renewed meanwhile.
	 */
	private async waitForRate(): Promise<boolean> {
		const { now, sleep } = this.context;
		const { pausedUntil } = this.health.state;
		const isShort = !this.health.isProbing && (pausedUntil ?? Infinity) < this.deadline;
		if (!isShort || this.idle()?.why === 'pausedByPerson') return false;
		await sleep(Math.min((pausedUntil ?? 0) - now(), MAX_SLEEP_MS));
		return true;
	}

	/** Checking for messages at the gateway counts against the budget, and never outlives the lease. */
	private async mayLook(): Promise<boolean> {
		const { now, isCancelled } = this.context;
		return !isCancelled() && now() < this.deadline && (await this.lease.keep(this.state));
	}
}
