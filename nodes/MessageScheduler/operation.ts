import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { LedgerEntry } from './ledger';
import type { Run } from './run';

/** What an operation has read from one item's parameters. */
export interface Plan {
	/** What makes it the same work when the node runs again; see `Ledger.entry`. */
	readonly fingerprint: readonly string[];
}

/** Items that go on at once where one access serves many: what they need is gathered. */
export const GATHERED_CONCURRENCY = 500;

/**
 * One operation. It is done in steps over all items, so that what a user entered wrongly shows before
 * anything has been sent, and so that a list of times can be spread.
 */
export interface Operation<P extends Plan = Plan> {
	/** Its own parameters. */
	readonly description: INodeProperties[];
	/** How many items go on at once; as many as requests may be in flight unless it says otherwise. */
	concurrency?(plans: ReadonlyArray<P | null>, run: Run): number;
	/** Reads and checks one item's parameters. Sends nothing. */
	prepare(context: IExecuteFunctions, index: number, run: Run): P;
	/** Changes the plans of all items together; null where an item could not be prepared. */
	arrange?(plans: ReadonlyArray<P | null>, context: IExecuteFunctions, run: Run): Array<P | null>;
	/** Last check of one item before anything is sent; not where an earlier attempt is to be settled. */
	check?(plan: P, run: Run): void;
	/** Does it, for one item. */
	perform(plan: P, run: Run, entry: LedgerEntry): Promise<IDataObject[]>;
}
