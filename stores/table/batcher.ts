/**
 * Batches single items: while one batch runs, the next one fills. Many small writes thus cost as much as a
 * few large ones, without a timer.
 */
export class Batcher<Item, Result> {
	private readonly waiting: Array<{
		readonly item: Item;
		readonly resolve: (result: Result) => void;
		readonly reject: (reason: unknown) => void;
	}> = [];
	private isRunning = false;

	/**
	 * @param runBatch runs a batch and returns one result for each item, in their order
	 * @param maxBatchSize the largest batch
	 */
	constructor(
		private readonly runBatch: (items: Item[]) => Promise<Result[]>,
		private readonly maxBatchSize: number,
	) {}

	/** Resolves with the item's result when its batch has run. */
	async add(item: Item): Promise<Result> {
		return await new Promise<Result>((resolve, reject) => {
			this.waiting.push({ item, resolve, reject });
			if (!this.isRunning) void this.drain();
		});
	}

	private async drain(): Promise<void> {
		this.isRunning = true;
		// Items that are added in the same turn are already part of the first batch.
		await Promise.resolve();
		while (this.waiting.length > 0) {
			const batch = this.waiting.splice(0, this.maxBatchSize);
			await this.runBatch(batch.map(({ item }) => item)).then(
				(results) => batch.forEach(({ resolve }, index) => resolve(results[index])),
				(reason: unknown) => batch.forEach(({ reject }) => reject(reason)),
			);
		}
		this.isRunning = false;
	}
}
