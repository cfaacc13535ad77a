import type { Connection, Gateway } from '../../gateways/gateway';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { HealthEvent } from './accountHealth';
import type { DispatchQueue, LeaseStore } from './queue';

/** What a run may do. Times in milliseconds. */
export interface DispatchRules {
	/** Messages in flight at once, and so the most that are in doubt after a crash. */
	readonly maxParallel: number;
	/** After that nothing new begins; what is in flight is waited for. */
	readonly budgetMs: number;
	/** Messages a minute; null for as many as the gateway takes. */
	readonly messagesPerMinute: number | null;
	/** How long a request may take. */
	readonly timeoutMs: number;
	readonly ifOutcomeUnknown: 'markUnconfirmed' | 'sendAgain';
}

/** What a run works with. */
export interface DispatchContext {
	readonly gateway: Gateway;
	/** Makes each request once: what is to follow a fault is decided here, for the whole account. */
	readonly connection: Connection;
	readonly queue: DispatchQueue;
	readonly lease: LeaseStore;
	readonly rules: DispatchRules;
	/** Finds ids that the gateway gives only when it is asked. */
	resolveMessageIds(): Promise<unknown>;
	now(): number;
	/** From 0 to below 1. */
	random(): number;
	isCancelled(): boolean;
	/** Resolves after so many milliseconds, or at once when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
}

/** A message that the run has dealt with. */
export interface DispatchResult {
	readonly message: ScheduledMessage;
	/** How long after its time, in milliseconds. */
	readonly lateByMs: number;
	readonly attempts: number;
}

/** What a run gives out, in the order in which it happened. */
export type DispatchEntry = DispatchResult | HealthEvent;

/** Why a run sent nothing. */
export type Idle =
	| { readonly why: 'leaseTaken' }
	| { readonly why: 'paused'; readonly until: number; readonly reason: string }
	| { readonly why: 'pausedByPerson'; readonly until: number; readonly note: string | null };

/** What a run came to. */
export interface DispatchReport {
	readonly entries: readonly DispatchEntry[];
	readonly idle: Idle | null;
	/** What ended the run early, such as a table that cannot be written; what was done stands above. */
	readonly error?: unknown;
}
