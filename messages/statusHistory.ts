import { createHash } from 'node:crypto';
import { messageKeyOf, type StatusEvent } from './statusEvent';

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
 * A duplicate has the id of an event that was told; a late one has a lower rank than the highest that
 * was told of its message and viewer. An unknown status has no place in that order. All calls are synchronous, so within a process nothing can come between
 * looking and noting.
 */
export class StatusHistory {
	/** Events, by {@link short} id. */
	private readonly told = new Set<string>();
	/** Messages, by {@link short} key: the highest rank that was told. */
	private readonly ranks = new Map<string, number>();
	/** Told, but the gateway was not answered with a success: it will come again, and is new then. */
	private readonly takenBack = new Set<string>();
	/** The last of what was told, oldest first: a line for each event. */
	private readonly lines: string[] = [];
	/** The lines as they are saved; written out when somebody asks. */
	private text: string | null = null;

	/** Asks what an event is. Does not note it. */
	judge(event: StatusEvent): Novelty {
		const id = short(event.eventId);
		if (this.takenBack.has(id)) return 'new';
		if (this.told.has(id)) return 'duplicate';
		const key = messageKeyOf(event);
		return key !== null && event.statusRank < (this.ranks.get(short(key)) ?? 0) ? 'late' : 'new';
	}

	/** Notes that an event is told. */
	note(event: StatusEvent): void {
		const id = short(event.eventId);
		const key = messageKeyOf(event);
		this.takenBack.delete(id);
		this.take(id, key === null ? id : short(key), event.statusRank);
	}

	/** The event was not told after all: when it comes again, it is new. */
	takeBack({ eventId }: StatusEvent): void {
		const id = short(eventId);
		this.told.delete(id);
		this.takenBack.add(id);
		trim(this.takenBack);
		const place = this.lines.findIndex((line) => line.startsWith(id));
		if (place !== -1) this.lines.splice(place, 1);
		this.text = null;
	}

	/**
	 * What is to be saved for other processes and for after a restart: the last events, in one text,
	 * since n8n goes through each entry of a list whenever it reads its static data.
	 */
	get notes(): string {
		return (this.text ??= this.lines.slice(-LONGEST_NOTES).join('\n'));
	}

	/** Takes in {@link notes} that were saved, by whichever process. Anything else is passed over. */
	readNotes(saved: unknown): void {
		if (typeof saved !== 'string' || saved === this.text) return;
		for (const line of saved.split('\n')) {
			// Mostly an older text of this process, which knows its lines.
			if (this.told.has(line.slice(0, SHORT))) continue;
			const [id, key, rank] = line.split(' ');
			if (rank === undefined || this.takenBack.has(id)) continue;
			this.take(id, key, Number(rank) || 0);
		}
	}

	private take(id: string, key: string, rank: number): void {
		if (!this.told.has(id)) {
			this.told.add(id);
			trim(this.told);
			this.lines.push(`${id} ${key} ${rank}`);
			if (this.lines.length > 2 * LONGEST_NOTES) this.lines.splice(0, LONGEST_NOTES);
			this.text = null;
		}
		const highest = Math.max(rank, this.ranks.get(key) ?? 0);
		// Set anew, so that the message counts as recent.
		this.ranks.delete(key);
		this.ranks.set(key, highest);
		trim(this.ranks);
	}
}

const SHORT = 16;

/** Says nothing of a person; 96 bits tell all the events apart that are remembered. */
const short = (text: string) =>
	createHash('sha256').update(text).digest('base64url').slice(0, SHORT);

/** Forgets many at once: to look for the oldest means to pass over all that were forgotten lately. */
function trim(collection: Set<string> | Map<string, number>): void {
	if (collection.size <= LONGEST_MEMORY + SLACK) return;
	for (const oldest of collection.keys()) {
		if (collection.size <= LONGEST_MEMORY) return;
		collection.delete(oldest);
	}
}
