/** A point in the future at which somebody goes on. */
interface Timer {
	readonly at: number;
	readonly order: number;
	readonly wake: () => void;
}

/**
 * Time that passes only when nobody has anything left to do: hours take milliseconds, and the same
 * seed gives the same day.
 */
export class VirtualTime {
	private readonly heap: Timer[] = [];
	private order = 0;

	constructor(private ms: number) {}

	readonly now = (): number => this.ms;

	readonly sleep = async (ms: number): Promise<void> =>
		await new Promise<void>((wake) => this.push({ at: this.ms + Math.max(0, ms), wake }));

	/** Lets time pass until a moment. */
	async runUntil(end: number): Promise<void> {
		for (;;) {
			await settled();
			const next = this.heap[0];
			if (next === undefined || next.at > end) break;
			this.ms = Math.max(this.ms, next.at);
			this.pop().wake();
		}
		this.ms = Math.max(this.ms, end);
	}

	private push(timer: Omit<Timer, 'order'>): void {
		const { heap } = this;
		heap.push({ ...timer, order: this.order++ });
		for (let i = heap.length - 1; i > 0; ) {
			const parent = (i - 1) >> 1;
			if (!isBefore(heap[i], heap[parent])) break;
			[heap[i], heap[parent]] = [heap[parent], heap[i]];
			i = parent;
		}
	}

	private pop(): Timer {
		const { heap } = this;
		const [first] = heap;
		const last = heap.pop()!;
		if (heap.length === 0) return first;
		heap[0] = last;
		for (let i = 0; ; ) {
			const [left, right] = [2 * i + 1, 2 * i + 2];
			let least = i;
			if (left < heap.length && isBefore(heap[left], heap[least])) least = left;
			if (right < heap.length && isBefore(heap[right], heap[least])) least = right;
			if (least === i) return first;
			[heap[i], heap[least]] = [heap[least], heap[i]];
			i = least;
		}
	}
}

const isBefore = (a: Timer, b: Timer): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at);

/** Everything that is promised by now has happened. */
const settled = async (): Promise<void> =>
	await new Promise<void>((resolve) => setImmediate(resolve));
