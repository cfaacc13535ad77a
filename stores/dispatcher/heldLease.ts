import type { AccountRecord, AccountState, LeaseRenewal, LeaseStore } from './queue';

/** Minimum duration of a lease: the longest usual request, a write, a margin. */
const LEAST_LEASE_MS = 90_000;
/** Clock skew: its holder stops this long before the end. */
const MARGIN_MS = 10_000;
/** Interval of the heartbeat, which also reads the account. */
const HEARTBEAT_MS = 10_000;

/**
 * The lease of a run: while it lasts, no other run sends for the account. Renewed (heartbeat) between
 * requests, since n8n does not allow timers in a node; a run that could not renew it starts no request that
 * could outlive it.
 */
export class HeldLease {
	private renewedAt: number;
	private isLost = false;

	private constructor(
		private readonly store: LeaseStore,
		private readonly holder: string,
		private readonly requestMs: number,
		private readonly now: () => number,
		private until: number,
		/** The account as last read. */
		public record: AccountRecord,
	) {
		// When it was asked for: the table may have answered a minute later.
		this.renewedAt = until - leaseMs(requestMs);
	}

	/** Null if another run has it. */
	static async take(
		store: LeaseStore,
		holder: string,
		requestMs: number,
		now: () => number,
	): Promise<HeldLease | null> {
		const at = now();
		const until = at + leaseMs(requestMs);
		const record = await store.acquire(holder, at, until);
		return record === null ? null : new HeldLease(store, holder, requestMs, now, until, record);
	}

	/** Whether a request that starts now certainly ends before the lease does. */
	get coversRequest(): boolean {
		return !this.isLost && this.now() + this.requestMs + MARGIN_MS <= this.until;
	}

	/** Renews it if it is time; false if another run has taken it over. */
	async keep(state: AccountState): Promise<boolean> {
		if (this.isLost) return false;
		if (this.now() - this.renewedAt < HEARTBEAT_MS) return true;
		const renewal = this.renewal(state);
		return this.renewed(renewal, await this.store.renew(renewal.holder, renewal.until, state));
	}

	/** What renews it from now. */
	renewal(state: AccountState): LeaseRenewal {
		return { holder: this.holder, until: this.now() + leaseMs(this.requestMs), state };
	}

	/** The outcome of a renewal; whether the lease is still held. Once lost, it stays lost. */
	renewed({ until }: LeaseRenewal, record: AccountRecord | null): boolean {
		this.isLost ||= record === null;
		if (record === null || this.isLost) return false;
		this.until = until;
		this.renewedAt = until - leaseMs(this.requestMs);
		this.record = record;
		return true;
	}

	async release(state: AccountState): Promise<void> {
		await this.store.release(this.holder, state);
	}
}

const leaseMs = (requestMs: number) => Math.max(LEAST_LEASE_MS, requestMs + 60_000);
