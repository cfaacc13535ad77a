/**
 * Lets a bounded number of requests through at once, in the order in which they came, and holds all
 * of them back while the gateway asks for a pause.
 */
export class Gate {
	private inFlight = 0;
	private limit: number;
	private smooth = 0;
	private pausedUntil = 0;
	private readonly waiting: Array<() => void> = [];
	/** The most that were in flight at once; for measurements. */
	peak = 0;

	/** @param most how many requests may be in flight at once, at least 1 */
	constructor(
		private readonly most: number,
		private readonly clock: {
			now(): number;
			sleep(ms: number): Promise<void>;
			/** Where this is true, `sleep` ends at once, so there is no more waiting. */
			isCancelled?(): boolean;
		},
	) {
		this.limit = most;
	}

	/** Runs a request when there is room. */
	async through<T>(request: () => Promise<T>): Promise<T> {
		await this.enter();
		try {
			await this.pause();
			return await request();
		} finally {
			this.inFlight--;
			this.admit();
		}
	}

	/** The gateway said 429: half as many at once from now on, and none before the pause is over. */
	slowDown(pauseMs: number): void {
		this.limit = Math.max(1, Math.floor(this.limit / 2));
		this.smooth = 0;
		this.holdBack(pauseMs);
	}

	/** Nothing goes out before so many milliseconds are over. */
	holdBack(pauseMs: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + pauseMs);
	}

	/** A request went well: after a limit's worth of them in a row, one more may be in flight. */
	speedUp(): void {
		if (this.limit >= this.most) return;
		this.smooth++;
		if (this.smooth < this.limit) return;
		this.smooth = 0;
		this.limit++;
		this.admit();
	}

	private async enter(): Promise<void> {
		if (this.inFlight < this.limit) this.takePlace();
		// A place is taken on the waiter's behalf when it is woken, so nobody can slip in between.
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	private admit(): void {
		while (this.inFlight < this.limit && this.waiting.length > 0) {
			this.takePlace();
			this.waiting.shift()?.();
		}
	}

	private takePlace(): void {
		this.inFlight++;
		this.peak = Math.max(this.peak, this.inFlight);
	}

	private async pause(): Promise<void> {
		for (;;) {
			const ms = this.pausedUntil - this.clock.now();
			if (ms <= 0 || this.clock.isCancelled?.()) return;
			await this.clock.sleep(ms);
		}
	}
}
