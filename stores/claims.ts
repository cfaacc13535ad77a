/**
 * Which scheduled messages already belong to an item of this run.
 *
 * Two equal items are two messages: what one item has found or made, another must not take for its
 * own. Items that look alike at the gateway therefore go one after the other.
 */
export class Claims {
	private readonly taken = new Set<string>();
	private readonly queues = new Map<string, Promise<unknown>>();

	/** Notes that a message belongs to an item. */
	take(scheduleId: string): void {
		this.taken.add(scheduleId);
	}

	isTaken(scheduleId: string): boolean {
		return this.taken.has(scheduleId);
	}

	/** Runs `work` when no other work of the same key is under way, in the order of the calls. */
	async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
		const before = this.queues.get(key) ?? Promise.resolve();
		const mine = before.then(work, work);
		this.queues.set(key, mine);
		try {
			return await mine;
		} finally {
			if (this.queues.get(key) === mine) this.queues.delete(key);
		}
	}
}
