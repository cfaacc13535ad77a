import type { IExecuteFunctions } from 'n8n-workflow';
import { formatDuration } from '../../messages/sendTime/text';
import { settle } from '../../stores/settle';
import { findLastRun, type LastRun } from '../../stores/table/lastRun';
import type { BackendRef } from '../shared/backendRef';
import type { StoreChoice, Run } from './run';
import { isToolRun } from './aiTool';

/**
 * What a person should hear once a run is over, below its output and never in it: that messages were
 * really made, and that nobody sends those in a table. A hint never fails a run.
 */

/** What an operation has to say of its run. */
interface Note {
	readonly run: Run;
	readonly done: 'scheduled' | 'sent';
	/** The stores that its messages wait in. */
	readonly stores: Map<string, BackendRef>;
}

const notes = new WeakMap<IExecuteFunctions, Note>();

/** Notes, when an item is prepared, what becomes of it. */
export function noteMessage(
	context: IExecuteFunctions,
	run: Run,
	done: Note['done'],
	hold?: StoreChoice,
): void {
	const note = notes.get(context) ?? { run, done, stores: new Map() };
	notes.set(context, note);
	if (hold !== undefined && hold.in !== 'gateway') note.stores.set(JSON.stringify(hold), hold);
}

/** Runs the node, and gives the hints of its run if it did not throw: n8n drops them otherwise. */
export async function withHints<T>(context: IExecuteFunctions, work: () => Promise<T>): Promise<T> {
	const output = await work();
	const note = notes.get(context);
	if (note !== undefined) await settle(tell(context, note));
	return output;
}

async function tell(context: IExecuteFunctions, { run, done, stores }: Note): Promise<void> {
	const hint = (message: string) =>
		context.addExecutionHints?.({ message, location: 'outputPane' });
	const { newMessages } = run.ledger;
	// A model that uses the node as its tool executes no step.
	if (context.getMode() === 'manual' && !isToolRun(context) && newMessages > 0) {
		hint(realMessages(newMessages, done));
	}
	// Where every item went wrong nothing waits, and its table may not even be there.
	if (run.ledger.outputs().length === 0) return;
	for (const store of stores.values()) {
		const last = await lastRunOf(run, store);
		if (!last.isRecent) hint(notSending(run, last));
	}
}

const realMessages = (count: number, done: Note['done']): string =>
	`${count} real ${count === 1 ? 'message was' : 'messages were'} ${done}. Each "Execute step" does so again.`;

function notSending(run: Run, { at }: LastRun): string {
	const account = `this ${run.gateway.label} account`;
	const advice =
		'The messages in the table wait until it runs: import the example send-due-messages.json, choose this credential and this table, and publish it.';
	if (at === null) return `"Send Due" never ran for ${account} and this table. ${advice}`;
	// To the minute: it is more than five of them.
	const minutes = Math.floor((run.now() - at) / MINUTE_MS) * MINUTE_MS;
	return `"Send Due" last ran for ${account} ${formatDuration(minutes)} ago. The messages in the table wait until it runs again: check that its workflow is published.`;
}

const MINUTE_MS = 60_000;

/** Accounts that this process has seen served, and until when they count as such: milliseconds since 1970. */
const served = new Map<string, number>();
const SERVED_FOR_MS = 5 * MINUTE_MS;
const MAX_SERVED = 1_000;

/** Two accesses, and none where the last look is not five minutes old and found that all is well. */
async function lastRunOf(run: Run, ref: BackendRef): Promise<LastRun> {
	const { messages, findAccounts } = await run.backend(ref, { create: true });
	const key = JSON.stringify([messages.id, run.sender.gateway, run.sender.account]);
	if ((served.get(key) ?? 0) > run.now()) return { isRecent: true, at: null };
	const last = await findLastRun(await findAccounts(), run.senders, run.now());
	if (served.size >= MAX_SERVED) served.clear();
	if (last.isRecent) served.set(key, run.now() + SERVED_FOR_MS);
	return last;
}
