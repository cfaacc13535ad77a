import { createHash } from 'node:crypto';
import { messageKeyOf } from './statusEvent';
import type { WebhookEvent } from './webhookEvent';

/** The class of an event, compared with those that were emitted before. */
export type EventClass = 'new' | 'duplicate' | 'outOfOrder';

/** How many events and messages a process remembers, and how many more before it forgets the oldest. */
const MAX_REMEMBERED = 20_000;
const SLACK = 2_000;
/** How many of them are saved for other processes and for after a restart. */
const MAX_SNAPSHOT_EVENTS = 500;

/**
 * Remembers which events of one trigger were emitted, bounded in memory: the oldest are forgotten first.
 *
 * A duplicate has the id of an event that was emitted. One out of order has a lower rank than the highest
 * that was emitted for its message and viewer; an unknown status has no place in that order, and neither has
 * a received message. All calls are synchronous, so within a process nothing can happen between classifying
 * and recording.
 */
export class EventDeduplicator {
	/** Events, by {@link short} id. */
	private readonly emitted = new Set<string>();
	/** Messages, by {@link short} key: the highest rank that was emitted. */
	private readonly ranks = new Map<string, number>();
	/** Emitted, but the webhook was not acknowledged: the gateway sends it again, and it is new then. */
	private readonly retracted = new Set<string>();
	/** The last emitted events, oldest first: a line for each. */
	private readonly lines: string[] = [];
	/** The lines as text for saving; created on request. */
	private text: string | null = null;

	/** Classifies an event, without recording it. */
	classify(event: WebhookEvent): EventClass {
		const id = short(event.eventId);
		if (this.retracted.has(id)) return 'new';
		if (this.emitted.has(id)) return 'duplicate';
		const { key, rank } = orderOf(event);
		return key !== null && rank < (this.ranks.get(short(key)) ?? 0) ? 'outOfOrder' : 'new';
	}

	/** Records that an event is emitted. */
	record(event: WebhookEvent): void {
		const id = short(event.eventId);
		const { key, rank } = orderOf(event);
		this.retracted.delete(id);
		this.take(id, key === null ? id : short(key), rank);
	}

	/** Removes an event that was not emitted after all: if it arrives again, it is new. */
	retract({ eventId }: WebhookEvent): void {
		const id = short(eventId);
		this.emitted.delete(id);
		this.retracted.add(id);
		trim(this.retracted);
		const place = this.lines.findIndex((line) => line.startsWith(id));
		if (place !== -1) this.lines.splice(place, 1);
		this.text = null;
	}

	/**
	 * The last events, to save for other processes and for after a restart, as one text, since n8n iterates
	 * over each entry of a list whenever it reads its static data.
	 */
	get snapshot(): string {
		return (this.text ??= this.lines.slice(-MAX_SNAPSHOT_EVENTS).join('\n'));
	}

	/** Merges a saved {@link snapshot} of any process. Ignores anything else. */
	merge(saved: unknown): void {
		if (typeof saved !== 'string' || saved === this.text) return;
		for (const line of saved.split('\n')) {
			// Usually an older text of this process, whose lines it knows.
			if (this.emitted.has(line.slice(0, SHORT))) continue;
			const [id, key, rank] = line.split(' ');
			if (rank === undefined || this.retracted.has(id)) continue;
			this.take(id, key, Number(rank) || 0);
		}
	}

	private take(id: string, key: string, rank: number): void {
		if (!this.emitted.has(id)) {
			this.emitted.add(id);
			trim(this.emitted);
			this.lines.push(`${id} ${key} ${rank}`);
			if (this.lines.length > 2 * MAX_SNAPSHOT_EVENTS) this.lines.splice(0, MAX_SNAPSHOT_EVENTS);
			this.text = null;
		}
		const highest = Math.max(rank, this.ranks.get(key) ?? 0);
		// Reinserted, so that the message counts as most recent.
		this.ranks.delete(key);
		this.ranks.set(key, highest);
		trim(this.ranks);
	}
}

/** The place of an event in the order of its message; no key if it has none. */
const orderOf = (event: WebhookEvent): { readonly key: string | null; readonly rank: number } =>
	event.event === 'status'
		? { key: messageKeyOf(event), rank: event.statusRank }
		: { key: null, rank: 0 };

const SHORT = 16;

/** Contains no personal data; 96 bits are enough to distinguish all remembered events. */
const short = (text: string) =>
	createHash('sha256').update(text).digest('base64url').slice(0, SHORT);

/** Evicts many together, since finding the oldest means to skip all that were evicted recently. */
function trim(collection: Set<string> | Map<string, number>): void {
	if (collection.size <= MAX_REMEMBERED + SLACK) return;
	for (const oldest of collection.keys()) {
		if (collection.size <= MAX_REMEMBERED) return;
		collection.delete(oldest);
	}
}
