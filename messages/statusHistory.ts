import { createHash } from 'node:crypto';
import type { StatusEvent } from './statusEvent';

/** What an event is, seen against what was told before. */
export type Novelty = 'new' | 'duplicate' | 'late';

/** How many events and messages are remembered in a process, and so many more before it forgets. */
const LONGEST_MEMORY = 20_000;
const SLACK = 2_000;
/** How many of them are noted for other processes and for after a restart. */
const LONGEST_NOTES = 500;

/**
 * Remembers which events of one trigger were told, bounded in memory: the oldest are forgotten first.
 *
 * A duplicate has the id of an event that was told; a late one has a lower rank than what was last
 * told of its message. All calls are synchronous, so within a process nothing can come between
 * looking and noting.
 */
export class StatusHistory {
	private readonly told = new Set<string>();
	private readonly ranks = new Map<string, number>();
	/** Told, but the gateway was not answered with a success: it will come again, and is new then. */
	private readonly takenBack = new Set<string>();
	/** The last notes of this process: another delivery may have saved a list without them. */
	private noted: string[] = [];

	/**
	 * Asks what an event is, in the light of the notes of other processes too. Does not note it.
	 */
	judge(event: StatusEvent, notes: Notes = NO_NOTES): Novelty {
		const { eventId, statusRank } = event;
		if (this.takenBack.has(eventId)) return 'new';
		if (this.told.has(eventId) || notes.told.has(short(eventId))) return 'duplicate';
		const key = messageKey(event);
		if (key === null) return 'new';
		const rank = Math.max(this.ranks.get(key) ?? 0, notes.ranks.get(short(key)) ?? 0);
		return statusRank < rank ? 'late' : 'new';
	}

	/** Notes that an event is told. */
	note(event: StatusEvent): void {
		const { eventId, statusRank } = event;
		this.takenBack.delete(eventId);
		this.told.add(eventId);
		trim(this.told);
		const key = messageKey(event);
		if (key === null) return;
		const rank = Math.max(statusRank, this.ranks.get(key) ?? 0);
		// Set anew, so that the message counts as recent.
		this.ranks.delete(key);
		this.ranks.set(key, rank);
		trim(this.ranks);
	}

	/** The event was not told after all: when it comes again, it is new. */
	takeBack({ eventId }: StatusEvent): void {
		this.told.delete(eventId);
		this.takenBack.add(eventId);
		trim(this.takenBack);
		const start = `${short(eventId)} `;
		this.noted = this.noted.filter((line) => !line.startsWith(start));
	}

	/**
	 * Adds events to a list of notes, one short line each, and drops the oldest. What this process
	 * noted before and does not find in the list comes in again.
	 */
	writeNotes(list: unknown, events: readonly StatusEvent[]): string[] {
		const added = events.slice(-LONGEST_NOTES).map(toNote);
		this.noted = [...new Set([...readLines(list), ...this.noted, ...added])].slice(-LONGEST_NOTES);
		return [...this.noted];
	}
}

/** What other processes told, and this one before a restart. */
export interface Notes {
	readonly told: ReadonlySet<string>;
	readonly ranks: ReadonlyMap<string, number>;
}

const NO_NOTES: Notes = { told: new Set(), ranks: new Map() };

/** Reads a list as {@link StatusHistory.writeNotes} makes it; anything else in it is passed over. */
export function readNotes(list: unknown): Notes {
	const told = new Set<string>();
	const ranks = new Map<string, number>();
	for (const line of readLines(list)) {
		const [event, message, rank] = line.split(' ');
		if (rank === undefined) continue;
		told.add(event);
		ranks.set(message, Math.max(ranks.get(message) ?? 0, Number(rank) || 0));
	}
	return { told, ranks };
}

const readLines = (list: unknown): string[] =>
	Array.isArray(list) ? list.filter((line): line is string => typeof line === 'string') : [];

const toNote = (event: StatusEvent): string =>
	`${short(event.eventId)} ${short(messageKey(event) ?? event.eventId)} ${event.statusRank}`;

/** Each member of a group has its own way through the statuses. */
const messageKey = ({ gateway, account, messageId, scheduleId, viewer }: StatusEvent) => {
	const id = messageId ?? scheduleId;
	return id === null ? null : `${gateway}|${account ?? ''}|${id}|${viewer ?? ''}`;
};

/** 96 bits tell 500 events apart. */
const short = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** Forgets many at once: to look for the oldest means to pass over all that were forgotten lately. */
function trim(collection: Set<string> | Map<string, number>): void {
	if (collection.size <= LONGEST_MEMORY + SLACK) return;
	for (const oldest of collection.keys()) {
		if (collection.size <= LONGEST_MEMORY) return;
		collection.delete(oldest);
	}
}
