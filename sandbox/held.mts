import type { Cancel, Clock } from './clock.mts';

interface Holding {
	due: Date;
	/** On the real clock. */
	firesAt: Date;
	fire: () => void;
	cancel: Cancel;
}

/** The messages that a gateway holds until their time. */
export class DelayQueue {
	readonly #held = new Map<string, Holding>();

	constructor(private readonly clock: Clock) {}

	/** Calls `fire` once: after the wait to `due`, scaled by the clock, or earlier by `fireUntil`. */
	hold(id: string, due: Date, fire: () => void): void {
		const once = () => {
			if (!this.#held.delete(id)) return;
			fire();
			cancel();
		};
		const wait = Math.max(0, due.getTime() - this.clock.now().getTime());
		const cancel = this.clock.after(wait, once, 'scheduled');
		const firesAt = new Date(this.clock.now().getTime() + this.clock.real(wait));
		this.#held.set(id, { due, firesAt, fire: once, cancel });
	}

	/** When a message goes out, by the real clock; undefined where it is not held. */
	firesAt(id: string): Date | undefined {
		return this.#held.get(id)?.firesAt;
	}

	/** Fires one message now; false where it is not held. */
	fire(id: string): boolean {
		const holding = this.#held.get(id);
		holding?.fire();
		return holding !== undefined;
	}

	/** Forgets one message without firing it. */
	drop(id: string): void {
		this.#held.get(id)?.cancel();
		this.#held.delete(id);
	}

	/** Forgets them all. */
	clear(): void {
		for (const id of [...this.#held.keys()]) this.drop(id);
	}

	/** Fires now, in the order of their times, what is due at `until`; everything without it. */
	fireUntil(until?: Date): void {
		const due = [...this.#held.values()]
			.filter((holding) => !until || holding.due <= until)
			.sort((a, b) => a.due.getTime() - b.due.getTime());
		for (const holding of due) holding.fire();
	}
}
