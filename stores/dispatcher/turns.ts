import { settle, type Settled } from '../../messages/settle';
import type { Row } from '../table/columns';
import { SENDING } from '../table/rows';
import type { DispatchContext } from './rules';
import type { Beside, Step, TurnOutcome } from './queue';

/** Retry delays for writing the result of a message. */
const WRITE_RETRY_DELAYS_MS = [1_000, 3_000, 9_000];
const MAX_BATCH_SIZE = 100;
/** Steps of one message in a turn: its result, and the start of the next one in its place. */
const STEPS_OF_A_MESSAGE = 2;
/** Steps wait for further ones for this fraction of the duration of the last access. */
const GATHER_SHARE = 0.5;
/** A whole turn costs much the same for one message as for all: it is worth waiting as long as it takes. */
const GATHER_SHARE_OF_WHOLE = 1;
const MAX_GATHER_MS = 250;

/** What whole turns do beside their steps: what the run needs then, and what came of it. */
export interface Riders {
	ask(): Beside;
	take(asked: Beside, outcome: TurnOutcome): void;
}

interface Waiting {
	readonly step: Step;
	readonly resolve: (written: Settled<Row | null>) => void;
}

/**
 * Batches the run's writes: while one access runs, the next batch fills. An access costs as much as several
 * requests, so results and the next start markers share one, and a step waits a little for the results of
 * requests in flight. Results come before starts: a message is only started once the results before it are
 * written.
 */
export class Turns {
	private readonly waiting: Waiting[] = [];
	private isWriting = false;
	/** Rows whose request is in flight: their results will follow. */
	private readonly inFlight = new Set<number>();
	/** Of the rows in flight, those for somebody who was on Do Not Contact when they started. */
	private readonly optedOut = new Set<number>();
	/** Resolves the current wait for results. */
	private onResult: () => void = () => {};
	private lastAccessMs = 0;
	/** Results that no caller awaits. */
	private readonly unwritten = new Set<Promise<void>>();
	/** A result that could not be written yet: nothing further starts meanwhile. */
	private retrying: Promise<void> | undefined;
	private failure: { readonly error: unknown } | undefined;

	/** @param riders none: turns have steps only */
	constructor(
		private readonly context: Pick<DispatchContext, 'queue' | 'sleep' | 'now'>,
		private readonly riders: Riders | null = null,
	) {}

	/** Applies a step; null if the row is in another state. @throws if the store cannot be written */
	async step(step: Step): Promise<Row | null> {
		await this.retrying;
		if (this.failure !== undefined) throw this.failure.error;
		const written = await this.add(step);
		if (!written.ok) throw written.error;
		// A row that another run has claimed meanwhile gets no result of this run.
		if (written.value === null) this.landed(step.id);
		return written.value;
	}

	/** Whether a row that has just started is for somebody on Do Not Contact. */
	isOptedOut(id: number): boolean {
		return this.optedOut.has(id);
	}

	/**
	 * Writes the result of a message without being awaited (write-behind). With retries: a lost result would
	 * require manual review. `orElse`: the states that the row may be in instead.
	 */
	result(step: Step, orElse: ReadonlyArray<Step['ifStatus']>): void {
		const work: Promise<void> = this.writeResult(step, orElse)
			.catch((error: unknown) => void (this.failure ??= { error }))
			.finally(() => this.unwritten.delete(work));
		this.unwritten.add(work);
		this.landed(step.id);
	}

	/** Waits until all is written. @throws if something could not be written */
	async flush(): Promise<void> {
		while (this.unwritten.size > 0) await Promise.race(this.unwritten);
		if (this.failure !== undefined) throw this.failure.error;
	}

	private async writeResult(step: Step, orElse: ReadonlyArray<Step['ifStatus']>): Promise<void> {
		for (const ifStatus of [step.ifStatus, ...orElse]) {
			if ((await this.persist({ ...step, ifStatus })) !== null) return;
		}
	}

	private async persist(step: Step): Promise<Row | null> {
		const first = await this.add(step);
		if (first.ok) return first.value;
		const again = this.writeAgain(step);
		this.retrying = Promise.allSettled([this.retrying, again]).then(() => {});
		return await again;
	}

	private async writeAgain(step: Step): Promise<Row | null> {
		for (let attempt = 0; ; attempt++) {
			await this.context.sleep(WRITE_RETRY_DELAYS_MS[attempt]);
			const written = await this.add(step);
			if (written.ok) return written.value;
			if (attempt === WRITE_RETRY_DELAYS_MS.length - 1) throw written.error;
		}
	}

	private async add(step: Step): Promise<Settled<Row | null>> {
		return await new Promise((resolve) => {
			this.waiting.push({ step, resolve });
			void this.writeAll();
		});
	}

	private async writeAll(): Promise<void> {
		if (this.isWriting) return;
		this.isWriting = true;
		while (this.waiting.length > 0) {
			await this.gather();
			const batch = resultsFirst(this.waiting.splice(0, this.maxSteps));
			const begunAt = this.context.now();
			const written = await this.write(batch.map(({ step }) => step));
			this.lastAccessMs = this.context.now() - begunAt;
			batch.forEach(({ step, resolve }, index) => {
				const outcome = written[index];
				if (isStart(step) && outcome.ok && outcome.value !== null) this.inFlight.add(step.id);
				resolve(outcome);
			});
		}
		this.isWriting = false;
	}

	/** Waits for results of requests in flight, as long as that may save an access, and for the next steps. */
	private async gather(): Promise<void> {
		const { sleep } = this.context;
		let isOver = false;
		const share = this.whole === undefined ? GATHER_SHARE : GATHER_SHARE_OF_WHOLE;
		const waitMs = Math.min(this.lastAccessMs * share, MAX_GATHER_MS);
		const timeout = this.isResultDue()
			? sleep(waitMs).then(() => void (isOver = true))
			: Promise.resolve();
		while (this.isResultDue() && !isOver) {
			const result = new Promise<void>((resolve) => (this.onResult = resolve));
			await Promise.race([result, timeout]);
		}
		// The next messages start once there is a free slot.
		await sleep(0);
	}

	/** Whether a request is in flight that has no step here. */
	private isResultDue(): boolean {
		const here = new Set(this.waiting.map(({ step }) => step.id));
		return [...this.inFlight].some((id) => !here.has(id));
	}

	private landed(id: number): void {
		this.inFlight.delete(id);
		this.optedOut.delete(id);
		this.onResult();
	}

	private get whole() {
		return this.riders === null ? undefined : this.context.queue.whole;
	}

	private get maxSteps(): number {
		return this.whole === undefined ? MAX_BATCH_SIZE : this.whole.maxMessages * STEPS_OF_A_MESSAGE;
	}

	private async turn(steps: readonly Step[]): Promise<Array<Row | null>> {
		const { whole, riders } = this;
		if (whole === undefined || riders === null) {
			// At the same time: who is on the list before the message's start is written is found.
			const [rows, listed] = await Promise.all([
				settle(this.context.queue.turn(steps)),
				settle(this.listed(steps)),
			]);
			if (!rows.ok) throw rows.error;
			if (!listed.ok) throw listed.error;
			this.note(steps, listed.value);
			return rows.value;
		}
		const asked = riders.ask();
		const outcome = await whole.turn(steps, asked);
		riders.take(asked, outcome);
		this.note(steps, outcome.listed);
		return outcome.rows;
	}

	private async listed(steps: readonly Step[]): Promise<ReadonlySet<string>> {
		const people = steps.flatMap(({ person }) => person ?? []);
		return people.length === 0
			? new Set()
			: ((await this.context.queue.listed?.(people)) ?? new Set());
	}

	private note(steps: readonly Step[], listed: ReadonlySet<string>): void {
		for (const { id, person } of steps) {
			if (typeof person === 'string' && listed.has(person)) this.optedOut.add(id);
		}
	}

	/** Applies steps in one access; if that fails, each separately, so that none affects the others. */
	private async write(steps: Step[]): Promise<Array<Settled<Row | null>>> {
		const together = await settle(this.turn(steps));
		if (together.ok) return together.value.map((value) => ({ ok: true, value }));
		const each: Array<Settled<Row | null>> = [];
		let failed: Settled<Row | null> | undefined;
		for (const step of steps) {
			// A message must not start before the earlier results are written.
			const alone =
				failed !== undefined && isStart(step) ? failed : await settle(this.writeAlone(step));
			if (!alone.ok) failed ??= alone;
			each.push(alone);
		}
		return each;
	}

	/** The failed access may still have applied the step. */
	private async writeAlone(step: Step): Promise<Row | null> {
		const [row] = await this.turn([step]);
		if (row !== null) return row;
		const { status = step.ifStatus, claim_token: token = step.ifToken } = step.values;
		const made = { ...step, ifStatus: String(status), ifToken: String(token) };
		return (await this.turn([made]))[0];
	}
}

const isStart = ({ values }: Step): boolean => values.status === SENDING;

/**
 * Sorts starts by id and gives them one time, the latest, so that those of neighbouring rows become one
 * update: no request has begun before the write.
 */
function resultsFirst(batch: readonly Waiting[]): Waiting[] {
	const others = batch.filter(({ step }) => !isStart(step));
	const starts = batch.filter(({ step }) => isStart(step)).sort((a, b) => a.step.id - b.step.id);
	const latest = starts
		.map(({ step }) => String(step.values.send_started_at))
		.sort()
		.pop();
	return [
		...others,
		...starts.map(({ step, resolve }) => ({
			step: { ...step, values: { ...step.values, send_started_at: latest } },
			resolve,
		})),
	];
}
