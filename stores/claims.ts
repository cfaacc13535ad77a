/**
 * Which scheduled messages already belong to an item of this run.
 *
 * Two equal items are two messages: a message that one item has found or created must not be assigned to
 * another. Items that look equal at the gateway are therefore processed one after the other.
 */
export class Claims {
	private readonly taken = new Set<string>();
	private readonly queues = new Map<string, Promise<unknown>>();

	/** Records that a message belongs to an item. */
	take(scheduleId: string): void {
		this.taken.add(scheduleId);
	}

	isTaken(scheduleId: string): boolean {
		return this.taken.has(scheduleId);
	}

	/** Mutex by key: runs `work` when no other work of the same key is running, in the order of the calls. */
	async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
		const before = this.queues.get(key) ?? Promise.resolve();
		const result = before.then(work, work);
		this.queues.set(key, result);
		try {
			return await result;
		} finally {
			if (this.queues.get(key) === result) this.queues.delete(key);
		}
	}
}
