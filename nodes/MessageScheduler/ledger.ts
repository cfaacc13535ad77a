import { createHash, randomUUID } from 'node:crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { AttemptLog, UnresolvedAttempt } from '../../stores/store';

/** What is kept of one item. Plain JSON: n8n saves it with the execution. */
interface Entry {
	/** Tells whether it is still the same work; see {@link Ledger.entry}. */
	readonly fingerprint: string;
	readonly idempotencyKey: string;
	unresolved?: UnresolvedAttempt;
	output?: IDataObject[];
	/** It made a message, where another may only have found or moved one. */
	isNew?: true;
}

interface RunRecord {
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly entries: Record<string, Entry>;
}

/**
 * What this run of the node has done so far. It lives in the execution's own data, so that the next
 * try of Retry On Fail, which runs the whole node again, finds it and repeats nothing.
 */
export class Ledger {
	private readonly run: RunRecord;

	private constructor(
		private readonly runs: Record<string, RunRecord>,
		private readonly runIndex: string,
	) {
		this.run = runs[runIndex];
	}

	/** Opens the ledger of the present run. */
	static of(context: IExecuteFunctions, now: number): Ledger {
		const runIndex = String(context.getWorkflowDataProxy(0).$runIndex ?? 0);
		const stored = context.getContext('node') as { messageScheduler?: Record<string, RunRecord> };
		const runs = (stored.messageScheduler ??= {});
		runs[runIndex] ??= { startedAt: now, entries: {} };
		return new Ledger(runs, runIndex);
	}

	/** When the first try of this run began: what relative times count from, on each try. */
	get startedAt(): number {
		return this.run.startedAt;
	}

	/**
	 * The entry of an item.
	 *
	 * @param identity what makes it the same work: the operation and whom it is for. Not the whole
	 *   request: a time such as `$now` differs with each try, and the message is still the same.
	 */
	entry(index: number, identity: readonly string[]): LedgerEntry {
		const hash = createHash('sha256').update(JSON.stringify(identity)).digest('base64');
		const { entries } = this.run;
		if (entries[index]?.fingerprint !== hash) {
			entries[index] = { fingerprint: hash, idempotencyKey: randomUUID() };
		}
		return new LedgerEntry(entries[index]);
	}

	/** What an earlier attempt of an item left unsettled, where it cannot be tried now. */
	unresolvedOf(index: number): UnresolvedAttempt | null {
		return this.run.entries[index]?.unresolved ?? null;
	}

	/** All that earlier tries of this run have given. */
	outputs(): IDataObject[] {
		return Object.values(this.run.entries).flatMap(({ output }) => output ?? []);
	}

	/** How many messages all tries of this run have made; known also after {@link close}. */
	get newMessages(): number {
		return Object.values(this.run.entries).filter(({ isNew }) => isNew === true).length;
	}

	/** Forgets the run: all went well, so nothing of it will be tried again. */
	close(): void {
		delete this.runs[this.runIndex];
	}
}

/** One item in the ledger. */
export class LedgerEntry implements AttemptLog {
	constructor(private readonly entry: Entry) {}

	/** A UUID that stays the same on each try. */
	get idempotencyKey(): string {
		return this.entry.idempotencyKey;
	}

	get unresolved(): UnresolvedAttempt | null {
		return this.entry.unresolved ?? null;
	}

	/** What the item gave, if an earlier try has done it. */
	get output(): IDataObject[] | null {
		return this.entry.output ?? null;
	}

	readonly begin = (open: UnresolvedAttempt): void => {
		this.entry.unresolved = open;
	};

	/** The gateway has certainly taken nothing. */
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
