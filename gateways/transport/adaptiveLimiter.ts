/**
 * Limits concurrent requests, in the order in which they came, and delays all of them while the gateway
 * asks for it. The limit adapts by AIMD: halved when the gateway limits the rate, one more after as many
 * successes in a row as there may be concurrent requests.
 */
export class AdaptiveLimiter {
	private inFlight = 0;
	private limit: number;
	private successesInRow = 0;
	private pausedUntil = 0;
	private readonly waiting: Array<() => void> = [];
	/** The most concurrent requests so far; for measurements. */
	peak = 0;

	/** @param maxConcurrency at least 1 */
	constructor(
		private readonly maxConcurrency: number,
		private readonly clock: {
			now(): number;
			sleep(ms: number): Promise<void>;
			/** If true, `sleep` ends immediately, so there is no more waiting. */
			isCancelled?(): boolean;
		},
	) {
		this.limit = maxConcurrency;
	}

	/** Runs a request as soon as the limit allows. */
	async run<T>(request: () => Promise<T>): Promise<T> {
		await this.enter();
		try {
			await this.pause();
			return await request();
		} finally {
			this.inFlight--;
			this.admit();
		}
	}

	/** The gateway responded with 429: halves the limit, and sends nothing before the delay is over. */
	onRateLimited(pauseMs: number): void {
		this.limit = Math.max(1, Math.floor(this.limit / 2));
		this.successesInRow = 0;
		this.pauseFor(pauseMs);
	}

	/** Sends nothing for that many milliseconds. */
	pauseFor(pauseMs: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + pauseMs);
	}

	/** A request succeeded: after as many in a row as the limit, the limit is one higher. */
	onSuccess(): void {
		if (this.limit >= this.maxConcurrency) return;
		this.successesInRow++;
		if (this.successesInRow < this.limit) return;
		this.successesInRow = 0;
		this.limit++;
		this.admit();
	}

	private async enter(): Promise<void> {
		if (this.inFlight < this.limit) this.takePlace();
		// The slot is taken on behalf of the waiter when it is woken, so that no other request can take it.
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
