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
	/** Of a start: whom Do Not Contact is asked for, as `personOfRow` gives it. */
	readonly person?: string | null;
}

/** The message queue of one account, as the dispatcher needs it. */
export interface DispatchQueue {
	/** Adopts rows that a person has added or changed by hand. `now`: ISO 8601, UTC. */
	adopt(now: string): Promise<void>;
	/** Due rows, the earliest first. `from`: only those with this time or a later one. Both times: ISO 8601, UTC. */
	due(now: string, limit: number, from?: string): Promise<Row[]>;
	/**
	 * Applies the steps in their order, in one access as far as the backend can: a step never takes effect
	 * before the ones ahead of it. Returns each row as it is then, or null if it was in another state.
	 */
	turn(steps: readonly Step[]): Promise<Array<Row | null>>;
	/**
	 * Of these people, those whom the account must not write to, by the list as it is when this is called.
	 * Not there where a whole turn says so.
	 *
	 * @throws if the list cannot be read
	 */
	listed?(people: readonly string[]): Promise<ReadonlySet<string>>;
	/** Where a backend does all of a turn in one statement; elsewhere lease and rows are accesses of their own. */
	readonly whole?: WholeTurns;
	/** Rows whose time has come, that were tried and wait for another attempt. `now`: ISO 8601, UTC. */
	retrying(now: string): Promise<Row[]>;
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
	/**
	 * The account's rows to any of these recipients of which a request began, or which were sent, since then:
	 * one access. `since`: ISO 8601, UTC.
	 */
	recent(recipients: readonly string[], since: string): Promise<Row[]>;
}

/** Turns that do everything together, all or nothing. */
export interface WholeTurns {
	/** Messages whose results and starts one turn takes. */
	readonly maxMessages: number;
	/** As {@link DispatchQueue.turn}, with what a run needs beside its steps. */
	turn(steps: readonly Step[], beside: Beside): Promise<TurnOutcome>;
}

/** What a run needs beside the steps of a turn. */
export interface Beside {
	/** Without the lease no step of the turn starts a message; results are written all the same. */
	readonly lease: LeaseRenewal;
	/** The next due rows; null if it has enough. */
	readonly due: DueAfter | null;
}

/** A lease to be renewed; milliseconds since 1970. */
export interface LeaseRenewal {
	readonly holder: string;
	readonly until: number;
	readonly state: AccountState;
}

/** Due rows behind the last one that was read. */
export interface DueAfter {
	/** ISO 8601, UTC. */
	readonly now: string;
	readonly after: Row;
	readonly limit: number;
}

export interface TurnOutcome {
	/** Each row as it is then, or null if it was in another state. */
	readonly rows: Array<Row | null>;
	/** The account as it is now; null if the lease is lost. */
	readonly record: AccountRecord | null;
	readonly due: Row[];
	/** Of the people in its steps, those whom the account must not write to. */
	readonly listed: ReadonlySet<string>;
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
