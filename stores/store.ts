import type { ListFilter } from '../gateways/gateway';
import type { MessageToSchedule, OutgoingMessage } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';

/** An attempt of which it is unknown whether the message was taken. Plain JSON. */
export interface UnresolvedAttempt {
	/** When it began, by our own clock: milliseconds since 1970. */
	readonly since: number;
	/** What was sent: a later try wants the same, even where its parameters now say another time. */
	readonly message: MessageToSchedule;
	/** Of a message that is being moved: the id that it is held under, unless it is gone already. */
	readonly currentId?: string;
	/** Of one that could not be moved: it is there again under that id, and nothing is under way. */
	readonly isRestored?: true;
	/** Of one that could not be moved: as it was before, where it is unknown whether it was put back. */
	readonly restoring?: MessageToSchedule;
	/** Of one that is being cancelled: as it was right before, when it was still pending. */
	readonly cancelling?: ScheduledMessage;
}

/** What is known of earlier tries of one item, and where the present one is noted. */
export interface AttemptLog {
	readonly unresolved: UnresolvedAttempt | null;
	/** Called right before a message may be taken. */
	begin(open: UnresolvedAttempt): void;
	/** Called when it is certain that no message of this try was taken, or is still there. */
	clear(): void;
}

/** How far ahead messages may be, and who says so. */
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
 * Where scheduled messages are held until they are due. The operations know nothing else of it.
 * All methods throw GatewayError or InvalidParameterError only.
 */
export interface MessageStore {
	readonly limits: StoreLimits;
	/** Refuses what the store cannot hold, or could not send later, before any request. */
	assertAccepts(message: OutgoingMessage): void;
	/** Holds the message exactly once, whatever fails between. */
	schedule(
		message: MessageToSchedule,
		attempt: AttemptLog,
		options?: ScheduleOptions,
	): Promise<ScheduledMessage>;
	get(scheduleId: string): Promise<ScheduledMessage>;
	/** All that match, the earliest first; with a limit, at least so many of them if there are. */
	list(filter: ListFilter, limit?: number): Promise<ScheduledMessage[]>;
	/**
	 * Cancels a pending message. With an attempt, a cancel whose response was lost is reported as done by
	 * the next one.
	 */
	cancel(scheduleId: string, options?: CancelOptions, attempt?: AttemptLog): Promise<CancelResult>;
	/**
	 * Moves a pending message to another instant. Never leaves two pending; where none is left, the
	 * error says so.
	 */
	reschedule(move: Move, attempt: AttemptLog): Promise<ScheduledMessage>;
}

/**
 * What to do where the same message is there already.
 *
 * - `schedule`: make one more all the same. Not with a deduplication key.
 * - `return`: return that one, as it is.
 * - `replace`: give that one this content and time, while it is still pending; else return it.
 * - `refuse`: say so and make none.
 *
 * With a deduplication key the same means: has that key, whatever became of it. Without one (`schedule`
 * and `return` only): is pending and has the same recipient, content and time as asked for.
 */
export type IfExists = 'schedule' | 'return' | 'replace' | 'reject';

export interface ScheduleOptions extends CancelOptions {
	/** Unless given: `return` with a deduplication key, else `schedule`. */
	readonly ifExists?: IfExists;
	/** Of several equal messages of one run, the how manieth this is; 1 unless given. */
	readonly occurrence?: number;
	/**
	 * Which message to make when it turned out that an earlier attempt made none: its own while its time
	 * is still possible, else the present one. Unless given, its own.
	 *
	 * @throws InvalidParameterError where neither is possible any more
	 */
	readonly renew?: Renew;
}

export type Renew = (earlier: MessageToSchedule) => MessageToSchedule;

export interface CancelOptions {
	/** The user agreed that the message is deleted where the gateway documents no cancel. */
	readonly allowDeletion?: boolean;
}

/** Which message is to be moved, and to when. */
export interface Move extends CancelOptions {
	readonly scheduleId: string;
	/** ISO 8601, UTC. */
	readonly scheduledAt: string;
	readonly idempotencyKey: string;
	/** What it says from now on; unless given, what it says now. */
	readonly content?: OutgoingMessage;
	/**
	 * The time for a message that an earlier attempt wanted at the given time, and right before anything
	 * is cancelled (without an argument) the time that is asked for now.
	 *
	 * @throws InvalidParameterError where that time is not possible any more
	 */
	timeNow?(earlier?: string): string;
}
