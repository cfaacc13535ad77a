import type { ListFilter } from '../gateways/gateway';
import type { MessageToSchedule, OutgoingMessage } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';

/** A try of which nobody knows whether the message was taken. Plain JSON. */
export interface OpenTry {
	/** When it began, by our own clock: milliseconds since 1970. */
	readonly since: number;
	/** What was sent: a later try wants the same, even where its parameters now say another time. */
	readonly message: MessageToSchedule;
	/** Of a message that is being moved: the id that it is held under, unless it is gone already. */
	readonly heldAs?: string;
	/** Of one that could not be moved: the old time, where nobody knows whether it was put back. */
	readonly putBackTo?: string;
}

/** What is known of earlier tries of one item, and where the present one is noted. */
export interface Attempt {
	readonly earlier: OpenTry | null;
	/** Called right before a message may be taken. */
	begin(open: OpenTry): void;
	/** Called when it is certain that no message of this try was taken, or is still there. */
	abandon(): void;
}

/** How far ahead messages may be, and who says so. */
export interface StoreLimits {
	readonly label: string;
	readonly minimumLeadMs: number | null;
	readonly horizonMs: number | null;
}

/** A cancelled message; or, with `cancelled` false, one that was no longer pending. */
export interface CancelResult {
	readonly cancelled: boolean;
	readonly message: ScheduledMessage;
}

/**
 * Where scheduled messages are held until they are due. The operations know nothing else of it.
 * All methods throw GatewayError or InvalidParameter only.
 */
export interface MessageStore {
	readonly limits: StoreLimits;
	/** Refuses what the store cannot hold, or could not send later, before any request. */
	assertTakes(message: OutgoingMessage): void;
	/** Holds the message exactly once, whatever fails between. */
	schedule(
		message: MessageToSchedule,
		attempt: Attempt,
		options?: ScheduleOptions,
	): Promise<ScheduledMessage>;
	get(scheduleId: string): Promise<ScheduledMessage>;
	/** All that match, the earliest first; with a limit, at least so many of them if there are. */
	list(filter: ListFilter, limit?: number): Promise<ScheduledMessage[]>;
	cancel(scheduleId: string, options?: CancelOptions): Promise<CancelResult>;
	/**
	 * Moves a pending message to another instant. Never leaves two pending; where none is left, the
	 * error says so.
	 */
	reschedule(move: Move, attempt: Attempt): Promise<ScheduledMessage>;
}

export interface ScheduleOptions {
	/** Where an equal message is pending already, that one is given back and nothing is created. */
	readonly reuseExisting?: boolean;
}

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
}
