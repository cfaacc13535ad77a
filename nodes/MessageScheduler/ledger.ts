import { createHash, randomUUID } from 'node:crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Adjustment } from '../../messages/sendTime';
import type { AttemptLog, PlannedChange, UnresolvedAttempt } from '../../stores/store';

/** The record of one item. Plain JSON: n8n saves it with the execution. */
interface Entry {
	/** Identifies the work; see {@link Ledger.entry}. */
	readonly fingerprint: string;
	readonly idempotencyKey: string;
	unresolved?: UnresolvedAttempt;
	output?: IDataObject[];
	/** It created a message; other operations only find or move one. */
	isNew?: true;
	/** Of an item that changes many messages: which, decided before the first one was changed. */
	plan?: ManyPlan;
	/** Of these, the record of each that is a request of its own. */
	parts?: Record<string, Entry>;
}

/** The changes of many messages. Plain JSON. */
export interface ManyPlan {
	readonly changes: readonly ManyChange[];
	/** Whether more messages match than the limit allows. */
	readonly isMore: boolean;
}

export interface ManyChange extends PlannedChange {
	/** How the new time was moved; not there if it was not. */
	readonly adjusted?: readonly Adjustment[];
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
		const ofEntry = ({ output, parts = {} }: Entry): IDataObject[] =>
			output ?? Object.values(parts).flatMap(ofEntry);
		return Object.values(this.run.entries).flatMap(ofEntry);
	}

	/** The schedule ids of all messages that items of this run change, as they were and as they are. */
	plannedIds(): Set<string> {
		const ids = Object.values(this.run.entries).flatMap(({ plan, output = [] }) =>
			plan === undefined
				? []
				: [...plan.changes, ...output].map(({ scheduleId }) => String(scheduleId)),
		);
		return new Set(ids);
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

	/** The changes that an earlier attempt of this item began; null before the first one. */
	get plan(): ManyPlan | null {
		return this.entry.plan ?? null;
	}

	readonly beginMany = (plan: ManyPlan): void => {
		this.entry.plan = plan;
	};

	/** The record of one of many messages. */
	part(scheduleId: string): LedgerEntry {
		const parts = (this.entry.parts ??= {});
		parts[scheduleId] ??= { fingerprint: '', idempotencyKey: randomUUID() };
		return new LedgerEntry(parts[scheduleId]);
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
		delete this.entry.parts;
		this.entry.output = output;
	};
}
