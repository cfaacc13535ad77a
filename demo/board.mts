import type { Status } from '../messages/status.ts';
import type { Json } from '../harness/client.mts';

/** One message and what has become of it so far. */
export interface Row {
	readonly phone: string;
	/** Type and first words. */
	readonly what: string;
	/** The clock time at which it goes out, with its zone; null where it goes at once. */
	local: string | null;
	/** Statuses in the order in which they came, and `moved`. */
	readonly way: string[];
	messageId: string | null;
}

/** An item of the Message Scheduler, or an event of its trigger: the keys that both have. */
interface Item {
	scheduleId?: string | null;
	messageId: string | null;
	recipient: string | null;
	status: Status;
	type?: string;
	text?: string | null;
	caption?: string | null;
	scheduledAtLocal?: string | null;
	timezone?: string;
}

/**
 * All messages of the demo. Each has a recipient of its own, so that an event finds its row also
 * where the gateway's ids of the request and of the message have nothing in common.
 */
export class Board {
	readonly rows: Row[] = [];
	/** Events that came before the node that sent the message had ended. */
	#early: Item[] = [];

	constructor(private readonly changed: (row: Row) => void) {}

	/** A message was scheduled or sent. */
	add(json: Json) {
		const added = item(json);
		const { recipient, type, text, caption, messageId, status } = added;
		const words = text ?? caption ?? '';
		const row: Row = {
			phone: recipient ?? '?',
			what: type === 'text' ? words : `${type}: ${words}`,
			local: clockTime(added),
			way: [status],
			messageId,
		};
		this.rows.push(row);
		this.changed(row);
		const early = this.#early;
		this.#early = [];
		for (const event of early) this.tell(event as unknown as Json);
	}

	/** A message goes out at another time than before. */
	move(json: Json) {
		const moved = item(json);
		const row = this.#find(moved);
		if (!row) return;
		row.local = clockTime(moved);
		row.messageId = moved.messageId;
		row.way.push('moved');
		this.changed(row);
	}

	/** A status came, as an operation's answer or as an event. */
	tell(json: Json) {
		const event = item(json);
		const row = this.#find(event);
		if (!row) {
			this.#early.push(event);
			return;
		}
		row.messageId ??= event.messageId;
		if (!row.way.includes(event.status)) row.way.push(event.status);
		this.changed(row);
	}

	/** Those that have neither arrived nor been cancelled. */
	underWay(last: Status): Row[] {
		return this.rows.filter(({ way }) => !way.includes(last) && !way.includes('cancelled'));
	}

	#find({ recipient }: Item): Row | undefined {
		return this.rows.find(({ phone }) => phone === recipient);
	}
}

const clockTime = ({ scheduledAtLocal, timezone }: Item): string | null =>
	typeof scheduledAtLocal === 'string' ? `${scheduledAtLocal} ${timezone}` : null;

const item = (json: Json) => json as unknown as Item;
