import { sleep, type IWebhookFunctions } from 'n8n-workflow';
import { StatusHistory } from '../../messages/statusHistory';
import type { StatusEvent } from '../../messages/statusEvent';
import { readOptions } from './settings';

/** Where the notes are kept in the node's static data. */
const NOTES = 'told';
/** Triggers that one process remembers; a forgotten one begins anew from its notes. */
const MOST_TRIGGERS = 1_000;
/** n8n may still be storing an execution when the gateway has hung up. */
const LONGEST_ANSWER_MS = 60_000;

const histories = new Map<string, StatusHistory>();

/** What is left of the events of a webhook. */
export interface Remembered {
	readonly fresh: StatusEvent[];
	/**
	 * Writes into the static data once more that they are told. n8n 2.41 takes its mark that the data
	 * changed away when it starts the execution, and looks for that mark afterwards.
	 */
	note(): void;
}

/**
 * Leaves out what was told before, and what comes too late, and notes the rest as told.
 *
 * First the process's own memory, which no other delivery can get in between; then the workflow's
 * static data, which survives a restart and reaches other processes, though only by best effort:
 * n8n saves it after the answer, whole, and the last one wins.
 */
export function leaveOutTold(context: IWebhookFunctions, events: StatusEvent[]): Remembered {
	const { skipDuplicates = true, skipLate = true } = readOptions(context);
	// While a person listens for a test event, the same one again is what they want to see.
	if (events.length === 0 || context.getMode() === 'manual' || !(skipDuplicates || skipLate)) {
		return { fresh: events, note: () => {} };
	}
	const history = historyOf(context);
	const data = context.getWorkflowStaticData('node');
	history.readNotes(data[NOTES]);
	const fresh = events.filter((event) => {
		const novelty = history.judge(event);
		if ((novelty === 'duplicate' && skipDuplicates) || (novelty === 'late' && skipLate))
			return false;
		history.note(event);
		return true;
	});
	const note = () => {
		if (fresh.length > 0) data[NOTES] = history.notes;
	};
	note();
	if (fresh.length > 0) takeBackIfRefused(context, history, fresh);
	return { fresh, note };
}

function historyOf(context: IWebhookFunctions): StatusHistory {
	const key = `${context.getWorkflow().id ?? ''}/${context.getNode().id}`;
	const history = histories.get(key) ?? new StatusHistory();
	// Set anew, so that the trigger counts as recent.
	histories.delete(key);
	histories.set(key, history);
	if (histories.size > MOST_TRIGGERS) {
		const [oldest] = histories.keys();
		histories.delete(oldest);
	}
	return history;
}

/**
 * n8n answers once the execution is stored. Where that goes wrong the gateway sees no success and
 * repeats, and the repetition must not count as a duplicate, or the status would be lost.
 *
 * A gateway that hangs up before n8n has answered changes nothing: n8n goes on, and the status is told.
 */
function takeBackIfRefused(
	context: IWebhookFunctions,
	history: StatusHistory,
	events: readonly StatusEvent[],
): void {
	const response = context.getResponseObject();
	const isAnswered = () => response.writableEnded || response.writableFinished;
	response.once('close', async () => {
		for (let waited = 0; !isAnswered() && waited < LONGEST_ANSWER_MS; waited += 1000) {
			await sleep(1000);
		}
		if (response.statusCode < 400) return;
		for (const event of events) history.takeBack(event);
	});
}
