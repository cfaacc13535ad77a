/** Why a time is not the one that was asked for. */
export type AdjustmentReason =
	/** The clock jumps over that time: moved forward by the length of the jump. */
	| 'dstGap'
	/** The clock shows that time twice: the earlier one was taken. */
	| 'dstOverlap'
	/** The time had passed; moved as *If the Time Has Passed* says. */
	| 'passed'
	/** The time was nearer than the gateway takes; moved as *If the Time Has Passed* says. */
	| 'tooSoon'
	/** The time was outside the *Sending Window*: moved to its next opening. */
	| 'sendingWindow'
	/** Moved to keep the distance of *Spacing*, with its jitter. */
	| 'spacing'
	/**
	 * The recipient can be in several timezones: moved from the time in the main one, as *If Several
	 * Timezones Are Possible* says.
	 */
	| 'severalTimezones'
	/**
	 * Not moved, but noted: this process's time zone data is older than the last change of the zone's
	 * clock, so the time, or the clock time shown for it, is off.
	 */
	| 'outdatedTimezoneData';

/** One step from the time that was asked for to the one that is used, or what is to be known of it. */
export interface Adjustment {
	reason: AdjustmentReason;
	/**
	 * The time before this step: ISO 8601 with offset, in the send time's zone. Without an offset
	 * for `dstGap` (that time does not exist) and `dstOverlap` (that time has two).
	 */
	from: string;
	/** The time after this step: ISO 8601 with offset. */
	to: string;
	/** One sentence for people. */
	note: string;
}

/** When a message is to be sent. Plain JSON. */
export interface ResolvedSendTime {
	/** The instant: ISO 8601 in UTC with milliseconds and `Z`. */
	scheduledAt: string;
	/** The same instant as the clock in `timezone` shows it, with its offset. */
	local: string;
	/** IANA name, or `UTC+2` for a zone that was given as an offset. */
	timezone: string;
	/** The zone's offset at that instant, such as `+05:30`; `+00:00` for UTC. */
	offset: string;
	/** The value was `now`: it means the earliest moment that the gateway takes. */
	earliest?: true;
	/** The steps that changed the time, in order; absent when it is exactly as asked. */
	adjusted?: Adjustment[];
}

/** A point on the time line: a Date, or milliseconds since 1970 in UTC. */
export type Instant = Date | number;
