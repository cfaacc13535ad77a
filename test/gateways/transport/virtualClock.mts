import { setImmediate } from 'node:timers/promises';

/** Time that goes on to the next timer once everything else has come to rest. */
export class VirtualClock {
	ms: number;
	private timers: Array<{ at: number; wake: () => void }> = [];

	constructor(start = Date.parse('2026-02-01T12:00:00Z')) {
		this.ms = start;
	}

	readonly now = (): number => this.ms;

	readonly sleep = async (ms: number): Promise<void> =>
		await new Promise((wake) => this.timers.push({ at: this.ms + Math.max(0, ms), wake }));

	/** Lets time pass until the work is done. */
	async run<T>(work: Promise<T>): Promise<T> {
		let isDone = false;
		const done = () => void (isDone = true);
		work.then(done, done);
		for (;;) {
			await setImmediate();
			if (isDone) return await work;
			if (this.timers.length === 0) throw new Error('everybody waits for ever');
			this.ms = Math.min(...this.timers.map(({ at }) => at));
			const due = this.timers.filter(({ at }) => at <= this.ms);
			this.timers = this.timers.filter(({ at }) => at > this.ms);
			for (const { wake } of due) wake();
		}
	}
}
