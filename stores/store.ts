import type { ListFilter } from '../gateways/gateway';
import type { MessageToSchedule, OutgoingMessage } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { Settled } from '../messages/settle';

/** An attempt whose outcome is unknown. Plain JSON. */
export interface UnresolvedAttempt {
	/** When it began, by the local clock: milliseconds since 1970. */
	readonly since: number;
	/** What was sent: a later attempt wants the same, even if its parameters now have another time. */
	readonly message: MessageToSchedule;
	/** Of a message that is being moved: its id, unless it is already cancelled. */
	readonly currentId?: string;
	/** Of one that could not be moved: it is restored under that id, and nothing is in flight. */
	readonly isRestored?: true;
	/** Of one that could not be moved: as it was before, if it is unknown whether it was restored. */
	readonly restoring?: MessageToSchedule;
	/** Of one that is being cancelled: as it was immediately before, while still pending. */
	readonly cancelling?: ScheduledMessage;
}

/** Intent log of one item: its unresolved attempt, and where the current attempt is recorded. */
export interface AttemptLog {
	readonly unresolved: UnresolvedAttempt | null;
	/** Called right before the gateway may accept a message. */
	begin(open: UnresolvedAttempt): void;
	/** Called if certainly no message of this attempt was accepted, or still exists. */
	clear(): void;
}

/** How far ahead messages may be scheduled, and whose limits these are. */
export interface StoreLimits {
	readonly label: string;
	readonly minLeadMs: number | null;
	readonly maxLeadMs: number | null;
}

/** A cancelled message; or, with `cancelled` false, one that was no longer pending. */
export interface CancelResult {
	readonly cancelled: boolean;
	readonly message: ScheduledMessage;
}

/**
 * Stores scheduled messages until they are due. Operations use stores through this interface only. All
 * methods throw GatewayError or InvalidParameterError only.
 */
export interface MessageStore {
	readonly limits: StoreLimits;
	/** Rejects a message that the store does not accept, or could not send later, before any request. */
	assertAccepts(message: OutgoingMessage): void;
	/** Stores the message effectively once, even if requests fail in between. */
	schedule(
		message: MessageToSchedule,
		attempt: AttemptLog,
		options?: ScheduleOptions,
	): Promise<ScheduledMessage>;
	get(scheduleId: string): Promise<ScheduledMessage>;
	/** All that match, the earliest first; with a limit, at least that many of them if there are. */
	list(filter: ListFilter, limit?: number): Promise<ScheduledMessage[]>;
	/**
	 * Cancels a pending message. With an attempt, a cancel whose response was lost is reported as done by
	 * the next one.
	 */
	cancel(scheduleId: string, options?: CancelOptions, attempt?: AttemptLog): Promise<CancelResult>;
	/**
	 * Moves a pending message to another instant. Never leaves two pending; if none is left, the error
	 * reports that.
	 */
	reschedule(move: Move, attempt: AttemptLog): Promise<ScheduledMessage>;
	/**
	 * Cancels or moves many pending messages in few accesses, at most a thousand, each only while it is as
	 * it was planned, and none twice. Not there where each is a request of its own.
	 *
	 * @param isAgain whether an earlier attempt may have made some of the changes
	 * @returns for each change the message as it is then, or why it was left
	 */
	changeMany?(
		changes: readonly PlannedChange[],
		isAgain: boolean,
	): Promise<Array<Settled<ScheduledMessage>>>;
}

/** A change of a pending message, as it is decided before the first of many is made. Plain JSON. */
export interface PlannedChange {
	readonly scheduleId: string;
	/** Its time then, ISO 8601, UTC; null if that is not known. */
	readonly from: string | null;
	/** Its new time; null: it is to be cancelled. */
	readonly to: string | null;
}

/**
 * What to do if the same message is already scheduled.
 *
 * - `schedule`: create another one. Not with a deduplication key.
 * - `return`: return that one, unchanged.
 * - `replace`: replace its content and time, while it is still pending; otherwise return it.
 * - `reject`: throw and create none.
 *
 * With a deduplication key, the same message is the one with that key, whatever its status. Without one
 * (`schedule` and `return` only), it is a pending one with the same recipient, content and requested time.
 */
export type IfExists = 'schedule' | 'return' | 'replace' | 'reject';

export interface ScheduleOptions extends CancelOptions {
	/** Default: `return` with a deduplication key, otherwise `schedule`. */
	readonly ifExists?: IfExists;
	/** The number of this message among equal ones of the run, from 1. Default: 1. */
	readonly occurrence?: number;
	/**
	 * The message to create if an earlier attempt turns out to have created none: that attempt's while its
	 * time is still possible, otherwise the current one. Default: that attempt's.
	 *
	 * @throws InvalidParameterError if neither is possible any more
	 */
	readonly renew?: Renew;
}

export type Renew = (earlier: MessageToSchedule) => MessageToSchedule;

export interface CancelOptions {
	/** The user allows deleting the message if the gateway documents no cancel. */
	readonly allowDeletion?: boolean;
}

/** Which message to move, and to what time. */
export interface Move extends CancelOptions {
	readonly scheduleId: string;
	/** ISO 8601, UTC. */
	readonly scheduledAt: string;
	/** The recipient's timezone, if the time is in it; otherwise what is stored stays. */
	readonly zone?: Required<Pick<MessageToSchedule, 'timezone' | 'timezoneSource'>>;
	readonly idempotencyKey: string;
	/** Its new content; unchanged by default. */
	readonly content?: OutgoingMessage;
	/**
	 * The time to use now. `earlier`: the time that an earlier attempt wanted; without it, called right
	 * before anything is cancelled.
	 *
	 * @throws InvalidParameterError if that time is no longer possible
	 */
	timeNow?(earlier?: string): string;
}
