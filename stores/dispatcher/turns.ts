import { settle, type Settled } from '../settle';
import type { Row } from '../table/columns';
import { SENDING } from '../table/rows';
import type { DispatchContext } from './rules';
import type { Step } from './queue';

/** How long to wait before what became of a message is written again. */
const WRITE_RETRY_DELAYS_MS = [1_000, 3_000, 9_000];
const MAX_BATCH_SIZE = 100;
/** How long a result waits for the start of the next message, to go into the same access. */
const GATHER_MS = 5;

interface Waiting {
	readonly step: Step;
	readonly resolve: (written: Settled<Row | null>) => void;
}

/**
 * The run's writes, gathered: while one access is under way, the next steps collect. An access costs
 * as much as several requests, so what became of some messages and the start of the next go into one.
 * The order of the steps is kept: a message is only started once the result before it is written.
 */
export class Turns {
	private readonly waiting: Waiting[] = [];
	private isWriting = false;
	/** Results that nobody waits for. */
	private readonly unwritten = new Set<Promise<void>>();
	/** A result that could not be written yet: nothing new begins meanwhile. */
	private retrying: Promise<void> | undefined;
	private failure: { readonly error: unknown } | undefined;

	constructor(private readonly context: Pick<DispatchContext, 'queue' | 'sleep' | 'isCancelled'>) {}

	/** Makes a step; null where the row is in another state. @throws where the store cannot be written */
	async step(step: Step): Promise<Row | null> {
		await this.retrying;
		if (this.failure !== undefined) throw this.failure.error;
		const written = await this.add(step);
		if (!written.ok) throw written.error;
		return written.value;
	}

	/**
	 * Writes what became of a message, without being waited for. Tried several times: lost, a person
	 * would have to find it out. `orElse`: the states that the row may be in instead.
	 */
	result(step: Step, orElse: readonly string[]): void {
		const work: Promise<void> = this.writeResult(step, orElse)
			.catch((error: unknown) => void (this.failure ??= { error }))
			.finally(() => this.unwritten.delete(work));
		this.unwritten.add(work);
	}

	/** Waits until all is written. @throws where something could not be */
	async flush(): Promise<void> {
		while (this.unwritten.size > 0) await Promise.race(this.unwritten);
		if (this.failure !== undefined) throw this.failure.error;
	}

	private async writeResult(step: Step, orElse: readonly string[]): Promise<void> {
		for (const ifStatus of [step.ifStatus, ...orElse]) {
			if ((await this.persist({ ...step, ifStatus })) !== null) return;
		}
	}

	private async persist(step: Step): Promise<Row | null> {
		// It waits a moment for the start of the next message.
		const gathering = this.context.sleep(GATHER_MS).then(() => this.writeAll());
		const [first] = await Promise.all([this.add(step, false), gathering]);
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

	/** In the order of the calls, whatever becomes urgent first. */
	private async add(step: Step, isUrgent = true): Promise<Settled<Row | null>> {
		return await new Promise((resolve) => {
			this.waiting.push({ step, resolve });
			if (isUrgent) void this.writeAll();
		});
	}

	private async writeAll(): Promise<void> {
		if (this.isWriting) return;
		this.isWriting = true;
		// The starts of what has come free together go into one access.
		await this.context.sleep(0);
		while (this.waiting.length > 0) {
			const batch = this.waiting.splice(0, MAX_BATCH_SIZE);
			const written = await this.write(batch.map(({ step }) => step));
			batch.forEach(({ resolve }, index) => resolve(written[index]));
		}
		this.isWriting = false;
	}

	/** Steps together; where that fails, each by itself, so that none spoils the others. */
	private async write(steps: Step[]): Promise<Array<Settled<Row | null>>> {
		const { queue } = this.context;
		const together = await settle(queue.turn(steps));
		if (together.ok) return together.value.map((value) => ({ ok: true, value }));
		const each: Array<Settled<Row | null>> = [];
		let failed: Settled<Row | null> | undefined;
		for (const step of steps) {
			// A message must not begin while the result before it is not written.
			const isStart = step.values.status === SENDING;
			const alone = failed !== undefined && isStart ? failed : await settle(this.writeAlone(step));
			if (!alone.ok) failed ??= alone;
			each.push(alone);
		}
		return each;
	}

	/** The access that failed may have made the step all the same. */
	private async writeAlone(step: Step): Promise<Row | null> {
		const { queue } = this.context;
		const [row] = await queue.turn([step]);
		if (row !== null) return row;
		const { status = step.ifStatus, claim_token: token = step.ifToken } = step.values;
		const made = { ...step, ifStatus: String(status), ifToken: String(token) };
		return (await queue.turn([made]))[0];
	}
}
