import type { Row, Values } from '../table/columns';
import type { HealthState } from './accountHealth';
import type { PaceState } from './pace';

/** One conditional update of one row, applied only while the row is in that state. */
export interface Step {
	readonly id: number;
	/** Null: a status that a person entered and no store writes. */
	readonly ifStatus: string | null;
	/** The token of the run that claims the row; empty for none. */
	readonly ifToken: string;
	readonly values: Values;
}

/** The message queue of one account, as the dispatcher needs it. */
export interface DispatchQueue {
	/** Adopts rows that a person has added or changed by hand. `now`: ISO 8601, UTC. */
	adopt(now: string): Promise<void>;
	/** Due rows, the earliest first. `now`: ISO 8601, UTC. */
	due(now: string, limit: number): Promise<Row[]>;
	/**
	 * Applies the steps in their order, in one access as far as the backend can: a step never takes effect
	 * before the ones ahead of it. Returns each row as it is then, or null if it was in another state.
	 */
	turn(steps: readonly Step[]): Promise<Array<Row | null>>;
	/** Rows that a run claims, or claimed when it was killed. */
	inFlight(): Promise<Row[]>;
	/** Rows of unknown outcome to check for at the gateway again. `now`: ISO 8601, UTC. */
	toLookFor(now: string, limit: number): Promise<Row[]>;
	/** Of these ids, those that belong to a row. */
	ownedMessageIds(messageIds: readonly string[]): Promise<ReadonlySet<string>>;
	/** Of these rows, those whose deduplication key an earlier row has. */
	duplicates(rows: readonly Row[]): Promise<ReadonlySet<number>>;
	/**
	 * Of these rows, those whose schedule id an earlier or sent row has, with that row's id: a person has
	 * copied a row.
	 */
	sharedIds(rows: readonly Row[]): Promise<ReadonlyMap<number, number>>;
}

/** State of an account across runs. */
export interface AccountState {
	readonly health: HealthState;
	readonly pace: PaceState;
}

/** An account as stored. Times in milliseconds since 1970. */
export interface AccountRecord extends AccountState {
	/** A person's pause; `until` is infinite without an end. */
	readonly manualPause: { readonly until: number; readonly note: string | null } | null;
	/** When its current lease ends, whoever holds it. */
	readonly leaseUntil: number;
	/** When a run last had the lease. */
	readonly lastRunAt: number | null;
}

/** The right to be the account's one dispatcher. Times in milliseconds since 1970. */
export interface LeaseStore {
	/** The record with the lease, or null if another run has it. */
	acquire(holder: string, now: number, until: number): Promise<AccountRecord | null>;
	/** The record as it is now, or null if the lease is lost. */
	renew(holder: string, until: number, state: AccountState): Promise<AccountRecord | null>;
	release(holder: string, state: AccountState): Promise<void>;
}
