import type { Connection, Gateway } from '../../gateways/gateway';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { HealthEvent } from './accountHealth';
import type { DispatchQueue, LeaseStore } from './queue';

/** What a run may do. Times in milliseconds. */
export interface DispatchRules {
	/** Maximum number of messages in flight, and so of messages in doubt after a crash. */
	readonly maxParallel: number;
	/** After this time no further message starts; those in flight are awaited. */
	readonly budgetMs: number;
	/** Messages per minute; null for as many as the gateway accepts. */
	readonly messagesPerMinute: number | null;
	/** How long a request may take. */
	readonly timeoutMs: number;
	readonly ifOutcomeUnknown: 'markUnconfirmed' | 'sendAgain';
}

/** What a run works with. */
export interface DispatchContext {
	readonly gateway: Gateway;
	/** Without retries: the dispatcher decides for the whole account what follows a fault. */
	readonly connection: Connection;
	readonly queue: DispatchQueue;
	readonly lease: LeaseStore;
	readonly rules: DispatchRules;
	/** Resolves message ids that the gateway reports only on request. */
	resolveMessageIds(): Promise<unknown>;
	now(): number;
	/**
	 * Enters a person whom the gateway reports as opted out into Do Not Contact. Not there if the user does
	 * not want that.
	 */
	addOptOut?(person: string, reason: string): Promise<void>;
	/** From 0 to below 1. */
	random(): number;
	isCancelled(): boolean;
	/** Resolves after that many milliseconds, or immediately when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
}

/** A message that the run has handled. */
export interface DispatchResult {
	readonly message: ScheduledMessage;
	/** How long after its time, in milliseconds. */
	readonly lateByMs: number;
	readonly attempts: number;
}

/** What a run returns, in chronological order. */
export type DispatchEntry = DispatchResult | HealthEvent;

/** Why a run sent nothing. */
export type Idle =
	| { readonly why: 'leaseTaken' }
	| { readonly why: 'paused'; readonly until: number; readonly reason: string }
	| { readonly why: 'pausedByPerson'; readonly until: number; readonly note: string | null };

/** The result of a run. */
export interface DispatchReport {
	readonly entries: readonly DispatchEntry[];
	readonly idle: Idle | null;
	/** The error that ended the run early, such as a table that cannot be written; `entries` is what was done. */
	readonly error?: unknown;
}
