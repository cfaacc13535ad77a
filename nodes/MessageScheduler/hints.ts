import type { IExecuteFunctions } from 'n8n-workflow';
import { MINUTE_MS, formatDuration } from '../../messages/duration';
import { settle } from '../../messages/settle';
import { findLastRun, type LastRun } from '../../stores/table/lastRun';
import type { BackendRef, StoreChoice } from '../shared/backendRef';
import type { Run } from './run';
import { isToolRun } from './aiTool';

/**
 * Execution hints, which n8n shows below the output: that real messages were created, and that no workflow
 * sends those in a table. A hint never fails a run.
 */

/** What the hints of a run need to know. */
interface Note {
	readonly run: Run;
	readonly done: 'scheduled' | 'sent';
	/** The stores of its messages. */
	readonly stores: Map<string, BackendRef>;
}

const notes = new WeakMap<IExecuteFunctions, Note>();

/** Records, when an item is prepared, what the run does with it. */
export function noteMessage(
	context: IExecuteFunctions,
	run: Run,
	done: Note['done'],
	choice?: StoreChoice,
): void {
	const note = notes.get(context) ?? { run, done, stores: new Map() };
	notes.set(context, note);
	if (choice !== undefined && choice.in !== 'gateway') {
		note.stores.set(JSON.stringify(choice), choice);
	}
}

/** Runs the node, and adds the hints of its run unless it throws: n8n would drop them then. */
export async function withHints<T>(context: IExecuteFunctions, work: () => Promise<T>): Promise<T> {
	const output = await work();
	const note = notes.get(context);
	if (note !== undefined) await settle(addHints(context, note));
	return output;
}

async function addHints(context: IExecuteFunctions, { run, done, stores }: Note): Promise<void> {
	const hint = (message: string) =>
		context.addExecutionHints?.({ message, location: 'outputPane' });
	const { newMessages } = run.ledger;
	// A model that uses the node as its tool does not click "Execute step".
	if (context.getMode() === 'manual' && !isToolRun(context) && newMessages > 0) {
		hint(realMessages(newMessages, done));
	}
	// If every item failed, nothing is stored, and the table may not even exist.
	if (run.ledger.outputs().length === 0) return;
	for (const store of stores.values()) {
		const last = await lastRunOf(run, store);
		if (!last.isRecent) hint(notSending(run, last));
	}
}

const realMessages = (count: number, done: Note['done']): string =>
	`${count} real ${count === 1 ? 'message was' : 'messages were'} ${done}. Each "Execute step" repeats this.`;

function notSending(run: Run, { at }: LastRun): string {
	const account = `this ${run.gateway.label} account`;
	const advice =
		'The messages in the table are not sent until it runs: import the example send-due-messages.json, choose this credential and this table, and publish it.';
	if (at === null) return `"Send Due" has never run for ${account} and this table. ${advice}`;
	// Whole minutes: it is more than five of them.
	const minutes = Math.floor((run.now() - at) / MINUTE_MS) * MINUTE_MS;
	return `"Send Due" last ran for ${account} ${formatDuration(minutes)} ago. The messages in the table are not sent until it runs again: check that its workflow is published.`;
}

/** Accounts that this process has found served, with the expiry of that finding in milliseconds since 1970. */
const served = new Map<string, number>();
const SERVED_FOR_MS = 5 * MINUTE_MS;
const MAX_SERVED = 1_000;

/** Costs two accesses to tables, or none if the account was found served within the last five minutes. */
async function lastRunOf(run: Run, ref: BackendRef): Promise<LastRun> {
	const { messages, findAccounts } = await run.backend(ref, { create: true });
	const key = JSON.stringify([messages.id, run.sender.gateway, run.sender.account]);
	if ((served.get(key) ?? 0) > run.now()) return { isRecent: true, at: null };
	const last = await findLastRun(await findAccounts(), run.senders, run.now());
	if (served.size >= MAX_SERVED) served.clear();
	if (last.isRecent) served.set(key, run.now() + SERVED_FOR_MS);
	return last;
}
