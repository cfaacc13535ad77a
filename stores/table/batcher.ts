/**
 * Collects single wishes into batches: while one batch is being written, the next one gathers. Many
 * small writes so cost as much as a few large ones, and none waits for a clock.
 */
export class Batcher<Wish, Result> {
	private readonly waiting: Array<{
		readonly wish: Wish;
		readonly resolve: (result: Result) => void;
		readonly reject: (reason: unknown) => void;
	}> = [];
	private isRunning = false;

	/**
	 * @param runBatch writes a batch and gives one result for each wish, in their order
	 * @param maxBatchSize the largest batch
	 */
	constructor(
		private readonly runBatch: (wishes: Wish[]) => Promise<Result[]>,
		private readonly maxBatchSize: number,
	) {}

	/** Resolves when the wish is written. */
	async add(wish: Wish): Promise<Result> {
		return await new Promise<Result>((resolve, reject) => {
			this.waiting.push({ wish, resolve, reject });
			if (!this.isRunning) void this.drain();
		});
	}

	private async drain(): Promise<void> {
		this.isRunning = true;
		// What is wished for in the same turn goes into the first batch already.
		await Promise.resolve();
		while (this.waiting.length > 0) {
			const batch = this.waiting.splice(0, this.maxBatchSize);
			await this.runBatch(batch.map(({ wish }) => wish)).then(
				(results) => batch.forEach(({ resolve }, index) => resolve(results[index])),
				(reason: unknown) => batch.forEach(({ reject }) => reject(reason)),
			);
		}
		this.isRunning = false;
	}
}
