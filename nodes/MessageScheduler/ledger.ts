import { createHash, randomUUID } from 'node:crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { AttemptLog, UnresolvedAttempt } from '../../stores/store';

/** The record of one item. Plain JSON: n8n saves it with the execution. */
interface Entry {
	/** Identifies the work; see {@link Ledger.entry}. */
	readonly fingerprint: string;
	readonly idempotencyKey: string;
	unresolved?: UnresolvedAttempt;
	output?: IDataObject[];
	/** It created a message; other operations only find or move one. */
	isNew?: true;
}

interface RunRecord {
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly entries: Record<string, Entry>;
}

/**
 * Idempotency ledger of this node run. It is stored in the execution's data, so that the next attempt of
 * Retry On Fail, which runs the whole node again, finds it and repeats nothing.
 */
export class Ledger {
	private readonly run: RunRecord;

	private constructor(
		private readonly runs: Record<string, RunRecord>,
		private readonly runIndex: string,
	) {
		this.run = runs[runIndex];
	}

	/** Opens the ledger of the current run. */
	static of(context: IExecuteFunctions, now: number): Ledger {
		const runIndex = String(context.getWorkflowDataProxy(0).$runIndex ?? 0);
		const stored = context.getContext('node') as { messageScheduler?: Record<string, RunRecord> };
		const runs = (stored.messageScheduler ??= {});
		runs[runIndex] ??= { startedAt: now, entries: {} };
		return new Ledger(runs, runIndex);
	}

	/** When the first attempt of this run began. Relative times count from it on each attempt. */
	get startedAt(): number {
		return this.run.startedAt;
	}

	/**
	 * The entry of an item.
	 *
	 * @param identity what identifies the work: the operation and the recipient. Not the whole request:
	 *   a time such as `$now` differs on each attempt, and the message is still the same.
	 */
	entry(index: number, identity: readonly string[]): LedgerEntry {
		const hash = createHash('sha256').update(JSON.stringify(identity)).digest('base64');
		const { entries } = this.run;
		if (entries[index]?.fingerprint !== hash) {
			entries[index] = { fingerprint: hash, idempotencyKey: randomUUID() };
		}
		return new LedgerEntry(entries[index]);
	}

	/** The unresolved attempt of an item that cannot be performed now. */
	unresolvedOf(index: number): UnresolvedAttempt | null {
		return this.run.entries[index]?.unresolved ?? null;
	}

	/** The output of all earlier attempts of this run. */
	outputs(): IDataObject[] {
		return Object.values(this.run.entries).flatMap(({ output }) => output ?? []);
	}

	/** How many messages all attempts of this run have created; also available after {@link close}. */
	get newMessages(): number {
		return Object.values(this.run.entries).filter(({ isNew }) => isNew === true).length;
	}

	/** Discards the run: it succeeded, so there is no further attempt. */
	close(): void {
		delete this.runs[this.runIndex];
	}
}

/** One item in the ledger. */
export class LedgerEntry implements AttemptLog {
	constructor(private readonly entry: Entry) {}

	/** A UUID that stays the same on each attempt. */
	get idempotencyKey(): string {
		return this.entry.idempotencyKey;
	}

	get unresolved(): UnresolvedAttempt | null {
		return this.entry.unresolved ?? null;
	}

	/** The item's output, if an earlier attempt succeeded. */
	get output(): IDataObject[] | null {
		return this.entry.output ?? null;
	}

	readonly begin = (attempt: UnresolvedAttempt): void => {
		this.entry.unresolved = attempt;
	};

	/** The gateway has certainly accepted nothing. */
	readonly clear = (): void => {
		delete this.entry.unresolved;
	};

	readonly finish = (output: IDataObject[]): void => {
		const { unresolved } = this.entry;
		if (unresolved !== undefined && unresolved.currentId === undefined) this.entry.isNew = true;
		delete this.entry.unresolved;
		this.entry.output = output;
	};
}
