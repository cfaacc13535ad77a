/** Properties of a status, for every gateway. */
export interface StatusFacts {
	/** How far a message has come: a later status has a higher rank. */
	readonly rank: number;
	/** Whether nothing more is expected. */
	readonly isFinal: boolean;
	/** Its meaning, in a few words for people. */
	readonly meaning: string;
}

/**
 * The one vocabulary for scheduled messages and for status events. Each gateway's folder maps the vendor's
 * words to it; an undocumented word becomes `unknown`.
 */
export const STATUSES = {
	unknown: { rank: 0, isFinal: false, meaning: 'A status that the gateway does not document' },
	scheduled: { rank: 10, isFinal: false, meaning: 'Stored until its time' },
	unconfirmed: {
		rank: 15,
		isFinal: false,
		meaning: 'May have been sent: the outcome is unknown',
	},
	queued: { rank: 20, isFinal: false, meaning: 'Accepted by the gateway, not yet sent' },
	suspended: { rank: 25, isFinal: false, meaning: 'Held back by the gateway' },
	sent: { rank: 30, isFinal: false, meaning: 'The network has it' },
	/**
	 * Below `delivered`: a gateway may report a failure, retry and succeed, and the recipient's device is more
	 * reliable. Above `sent`, which a failure follows.
	 */
	failed: { rank: 35, isFinal: true, meaning: 'Will not arrive' },
	delivered: { rank: 40, isFinal: false, meaning: "On the recipient's device" },
	read: { rank: 50, isFinal: false, meaning: 'Read by the recipient' },
	played: { rank: 60, isFinal: true, meaning: 'Voice message or video played' },
	expired: { rank: 90, isFinal: true, meaning: 'Its validity ran out before it was sent' },
	cancelled: { rank: 90, isFinal: true, meaning: 'Cancelled before it was sent' },
	deleted: { rank: 95, isFinal: true, meaning: 'Removed after it was sent' },
} as const satisfies Record<string, StatusFacts>;

/** A status of the vocabulary. */
export type Status = keyof typeof STATUSES;

/** Every status, from the lowest rank to the highest. */
export const STATUS_NAMES = Object.keys(STATUSES) as Status[];

/** Whether a value is a status of the vocabulary. */
export const isStatus = (value: unknown): value is Status =>
	typeof value === 'string' && Object.hasOwn(STATUSES, value);

/**
 * Looks a vendor's word up in that vendor's table.
 *
 * A word that the table lacks is `unknown`; so are words such as `constructor`, which a plain
 * property look-up would find on the prototype.
 */
export const mapStatus = (table: Readonly<Record<string, Status>>, word: unknown): Status =>
	typeof word === 'string' && Object.hasOwn(table, word) ? table[word] : 'unknown';

/**
 * The status of a message that a gateway has: one that it schedules, or reports an unknown status of, is in
 * its queue. `scheduled` would mean that the dispatcher still has to send it.
 */
export const acceptedAs = (status: Status): Status =>
	STATUSES[status].rank < STATUSES.queued.rank ? 'queued' : status;
