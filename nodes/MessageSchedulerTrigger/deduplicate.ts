import { sleep, type IWebhookFunctions } from 'n8n-workflow';
import { EventDeduplicator } from '../../messages/eventDeduplicator';
import type { WebhookEvent } from '../../messages/webhookEvent';
import { readOptions } from './options';

/** Where the snapshot is saved in the node's static data. */
const SNAPSHOT_KEY = 'emittedEvents';
/** Triggers that one process remembers; an evicted one starts again from its snapshot. */
const MAX_TRIGGERS = 1_000;
/** n8n may still be storing an execution when the gateway has hung up. */
const MAX_RESPONSE_MS = 60_000;

const deduplicators = new Map<string, EventDeduplicator>();

/** The events of a webhook that are to be emitted. */
export interface Deduplicated {
	readonly fresh: WebhookEvent[];
	/**
	 * Saves the snapshot to the static data once more. n8n 2.41 clears its mark that the data changed when
	 * it starts the execution, and checks for that mark afterwards.
	 */
	save(): void;
}

/**
 * Skips duplicates and out-of-order statuses, and records the rest as emitted.
 *
 * It is recorded in the process's memory, which is atomic with respect to other deliveries, and in the
 * workflow's static data, which survives a restart and reaches other processes, though only by best
 * effort: n8n saves it whole, after the response, and the last write wins.
 */
export function deduplicate(context: IWebhookFunctions, events: WebhookEvent[]): Deduplicated {
	const { skipDuplicates = true, skipOutOfOrder = true } = readOptions(context);
	// A person who listens for a test event wants to see a duplicate, too.
	if (
		events.length === 0 ||
		context.getMode() === 'manual' ||
		!(skipDuplicates || skipOutOfOrder)
	) {
		return { fresh: events, save: () => {} };
	}
	const deduplicator = deduplicatorOf(context);
	const data = context.getWorkflowStaticData('node');
	deduplicator.merge(data[SNAPSHOT_KEY]);
	const fresh = events.filter((event) => {
		const eventClass = deduplicator.classify(event);
		if (
			(eventClass === 'duplicate' && skipDuplicates) ||
			(eventClass === 'outOfOrder' && skipOutOfOrder)
		)
			return false;
		deduplicator.record(event);
		return true;
	});
	const save = () => {
		if (fresh.length > 0) data[SNAPSHOT_KEY] = deduplicator.snapshot;
	};
	save();
	if (fresh.length > 0) retractUnlessAcknowledged(context, deduplicator, fresh);
	return { fresh, save };
}

function deduplicatorOf(context: IWebhookFunctions): EventDeduplicator {
	const key = `${context.getWorkflow().id ?? ''}/${context.getNode().id}`;
	const deduplicator = deduplicators.get(key) ?? new EventDeduplicator();
	// Reinserted, so that the trigger counts as most recent.
	deduplicators.delete(key);
	deduplicators.set(key, deduplicator);
	if (deduplicators.size > MAX_TRIGGERS) {
		const [oldest] = deduplicators.keys();
		deduplicators.delete(oldest);
	}
	return deduplicator;
}

/**
 * Retracts the events unless the webhook is acknowledged. n8n responds once the execution is stored. If
 * storing fails, the gateway resends the webhook, which must not count as a duplicate, or the event would
 * be lost.
 *
 * A gateway that disconnects before n8n has responded changes nothing: n8n continues and emits the event.
 */
function retractUnlessAcknowledged(
	context: IWebhookFunctions,
	deduplicator: EventDeduplicator,
	events: readonly WebhookEvent[],
): void {
	const response = context.getResponseObject();
	const hasResponded = () => response.writableEnded || response.writableFinished;
	response.once('close', async () => {
		for (let waited = 0; !hasResponded() && waited < MAX_RESPONSE_MS; waited += 1000) {
			await sleep(1000);
		}
		if (response.statusCode < 400) return;
		for (const event of events) deduplicator.retract(event);
	});
}
