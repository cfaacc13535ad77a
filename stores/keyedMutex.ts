/** One lock for each key: work of the same key goes one after the other, in the order of the calls. */
export class KeyedMutex {
	private readonly queues = new Map<string, Promise<unknown>>();

	/** Runs `work` when no other work of the same key is under way. */
	async runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
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
