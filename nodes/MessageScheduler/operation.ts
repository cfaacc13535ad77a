import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { LedgerEntry } from './ledger';
import type { OutputFile } from './outputFile';
import type { Run } from './run';

/** The parsed parameters of one item. */
export interface Plan {
	/** Identifies the work if the node runs again; see `Ledger.entry`. */
	readonly fingerprint: readonly string[];
}

/** Items that go on at once where one access serves many: what they need is gathered. */
export const GATHERED_CONCURRENCY = 1_000;

/** That many if every message is in PostgreSQL; a gateway, or a look-up by id, takes fewer at a time. */
export const concurrencyByStore = (
	plans: ReadonlyArray<{ readonly storedIn: unknown } | null>,
	run: Run,
): number =>
	plans.every((plan) => plan === null || plan.storedIn !== null)
		? GATHERED_CONCURRENCY
		: run.maxParallel;

/**
 * One operation. It runs in steps over all items, so that invalid parameters are reported before anything
 * is sent, and so that a list of times can be spread.
 */
export interface Operation<P extends Plan = Plan> {
	/** How n8n's list shows it; workflows store `value`. */
	readonly option: {
		readonly name: string;
		readonly value: string;
		readonly description: string;
		readonly action: string;
	};
	/** The operation's parameters. */
	readonly description: INodeProperties[];
	/** How many items are processed concurrently; by default as many as concurrent requests. */
	concurrency?(plans: ReadonlyArray<P | null>, run: Run): number;
	/** Reads and checks one item's parameters. Sends nothing. */
	prepare(context: IExecuteFunctions, index: number, run: Run): P;
	/** Changes the plans of all items together; null if an item could not be prepared. */
	arrange?(plans: ReadonlyArray<P | null>, context: IExecuteFunctions, run: Run): Array<P | null>;
	/** Last check of one item before anything is sent; skipped if an earlier attempt is unresolved. */
	check?(plan: P, run: Run): void;
	/**
	 * Checks by reads of the gateway what an item alone does not show, for all items before anything is
	 * sent; skipped as {@link check} is. Returns the plan, with what it has found out.
	 */
	verify?(plan: P, run: Run): Promise<P>;
	/** The file that goes along with an item of the output; null if none does. */
	file?(plan: P, json: IDataObject): OutputFile | null;
	/** Performs the operation for one item. */
	perform(plan: P, run: Run, entry: LedgerEntry): Promise<IDataObject[]>;
}

/** What operations are about, as n8n's list shows it; `operations` are in the order of theirs. */
export interface Resource {
	readonly option: { readonly name: string; readonly value: string };
	readonly defaultOperation: string;
	readonly operations: readonly Operation[];
}
