import type { Activity, ActivityKind } from './activity.mts';

/** Node's timers overflow beyond 2^31-1 ms (24.8 days) and would then fire at once. */
const longestTimeout = 2 ** 31 - 1;

/** Takes back something that was to happen; harmless when it has happened. */
export type Cancel = () => void;

/**
 * The sandbox's time. The factor scales waiting, not instants: at 60, a minute passes in a second,
 * while `now()` is the real time, so that "is it past" and "is it too far" are judged for real.
 */
export class Clock {
	readonly #cancels = new Set<Cancel>();
	#stopped = false;

	constructor(
		readonly factor: number,
		private readonly activity: Activity,
	) {
		if (!Number.isFinite(factor) || factor <= 0) {
			throw new RangeError(`clockFactor must be a number above 0, not ${factor}`);
		}
	}

	now(): Date {
		return new Date();
	}

	/** Sandbox milliseconds as real ones. */
	real(ms: number): number {
		return ms / this.factor;
	}

	/** Runs the task after so many sandbox milliseconds. */
	after(ms: number, task: () => unknown, kind: ActivityKind = 'timer'): Cancel {
		if (this.#stopped) return () => undefined;
		const end = this.activity.begin(kind);
		return this.#start(this.real(ms), task, end);
	}

	/** Runs the task after so many real milliseconds, whatever the factor; `idle()` does not wait for it. */
	afterReal(ms: number, task: () => unknown): Cancel {
		if (this.#stopped) return () => undefined;
		return this.#start(ms, task, () => undefined);
	}

	/** Resolves after so many sandbox milliseconds; never, when the clock is stopped before. */
	wait(ms: number): Promise<void> {
		return new Promise((resolve) => this.after(ms, resolve));
	}

	/** Cancels everything, for good. */
	stop(): void {
		this.#stopped = true;
		for (const cancel of [...this.#cancels]) cancel();
	}

	#start(realMs: number, task: () => unknown, end: () => void): Cancel {
		const until = performance.now() + realMs;
		let timer: NodeJS.Timeout;
		const cancel = () => {
			clearTimeout(timer);
			this.#cancels.delete(cancel);
			end();
		};
		const tick = async () => {
			const left = until - performance.now();
			if (left > 0.5) {
				timer = setTimeout(tick, Math.min(left, longestTimeout));
				return;
			}
			this.#cancels.delete(cancel);
			try {
				await task();
			} finally {
				end();
			}
		};
		this.#cancels.add(cancel);
		timer = setTimeout(tick, Math.min(Math.max(realMs, 0), longestTimeout));
		return cancel;
	}
}
