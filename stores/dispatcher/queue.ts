import type { Row, Values } from '../table/columns';
import type { HealthState } from './accountHealth';
import type { PaceState } from './pace';

/** One conditional change of one row: it is made only while the row is in that state. */
export interface Step {
	readonly id: number;
	/** Null: a word of a person's own, which is none that a store writes. */
	readonly ifStatus: string | null;
	/** The token of whoever holds the row; empty for nobody. */
	readonly ifToken: string;
	readonly values: Values;
}

/** Where the messages of one account wait, as the dispatcher needs it. */
export interface DispatchQueue {
	/** Takes rows in that a person has added or changed by hand. `now`: ISO 8601, UTC. */
	adopt(now: string): Promise<void>;
	/** Rows whose time has come, the earliest first. `now`: ISO 8601, UTC. */
	due(now: string, limit: number): Promise<Row[]>;
	/**
	 * Makes the steps in their order, in one access as far as the backend can: a step never takes
	 * effect before the ones ahead of it. Gives each row as it is then, or null where it was in another
	 * state.
	 */
	turn(steps: readonly Step[]): Promise<Array<Row | null>>;
	/** Rows that a run holds, or held when it ended without a word. */
	inFlight(): Promise<Row[]>;
	/** Rows of unknown outcome that are to be looked for at the gateway again. `now`: ISO 8601, UTC. */
	toLookFor(now: string, limit: number): Promise<Row[]>;
	/** Of these ids, those that belong to a row. */
	ownedMessageIds(messageIds: readonly string[]): Promise<ReadonlySet<string>>;
	/** Of these rows, those whose deduplication key an earlier row has. */
	duplicates(rows: readonly Row[]): Promise<ReadonlySet<number>>;
	/**
	 * Of these rows, those whose schedule id another row has that was sent or stands before them, with the
	 * id of that one: a person has copied a row.
	 */
	sharedIds(rows: readonly Row[]): Promise<ReadonlyMap<number, number>>;
}

/** What of an account outlives a run. */
export interface AccountState {
	readonly health: HealthState;
	readonly pace: PaceState;
}

/** An account as it stands in the store. Times in milliseconds since 1970. */
export interface AccountRecord extends AccountState {
	/** A person has paused it until then; infinite without an end. */
	readonly manualPause: { readonly until: number; readonly note: string | null } | null;
	/** Who may send for it until when, whoever that is. */
	readonly leaseUntil: number;
	/** When a run last had the lease. */
	readonly lastRunAt: number | null;
}

/** The right to be the account's one dispatcher. Times in milliseconds since 1970. */
export interface LeaseStore {
	/** The record with the lease, or null where another has it. */
	acquire(holder: string, now: number, until: number): Promise<AccountRecord | null>;
	/** The record as it is now, or null where the lease is lost. */
	renew(holder: string, until: number, state: AccountState): Promise<AccountRecord | null>;
	release(holder: string, state: AccountState): Promise<void>;
}
