import type { Cell, Row } from './columns';
import { isWaiting, joinEvents, keepEvent } from './keptEvents';
import {
	keysOf,
	recordStatus,
	rowRecipient,
	type RecordableStatus,
	type Recorded,
} from './recordStatus';
import {
	claim,
	isUnresolved,
	lookUpOldest,
	lookUpRows,
	resolvesQueueIds,
	type ResolveContext,
} from './resolveMessageIds';
import { SENDING, type SendingAccount } from './rows';
import { settleUnconfirmed } from './settleUnconfirmed';
import { PAGE_SIZE, where, type Condition } from './table';

/** What recording works with. */
export interface RecordContext extends ResolveContext {
	/** Resolves after that many milliseconds, or immediately when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
}

/** The result of recording an event. */
export interface EventResult {
	/** Whether a row changed. */
	readonly recorded: boolean;
	/** Whether it is kept until its message has its id, and recorded then. */
	readonly kept: boolean;
}

/** A message that is in flight gets its id within seconds. */
const PAUSES_MS = [250, 500, 1_000, 2_000];

/** Rows for which one event asks the gateway, if its recipient matches none. */
const MAX_LOOKUPS = 5;

/**
 * Records an event. If no row has its message id:
 * 1. asks the gateway for the ids of its queue: first of the messages to the same recipient, usually one,
 *    then of the oldest. All later events use these ids.
 * 2. settles the one unconfirmed message that matches.
 * 3. waits a little if a message to the same recipient is in flight.
 * 4. keeps the event if a message of the account waits for its id.
 */
export async function recordEvent(
	context: RecordContext,
	event: RecordableStatus,
): Promise<EventResult> {
	const { table, senders } = context;
	let result = await recordStatus(table, event, senders);
	if (!isOpen(result, event)) return done(result);
	const isOfSender =
		event.account === null || senders.some(({ account }) => account === event.account);
	if (isOfSender && event.gateway === context.gateway.id && resolvesQueueIds(context)) {
		result = await resolve(context, event);
		if (!isOpen(result, event)) return done(result);
	}
	if (await settleUnconfirmed(table, event, senders)) return done('recorded');
	for (const pause of PAUSES_MS) {
		if (!(await isSendingTo(context, event))) break;
		await context.sleep(pause);
		result = await recordStatus(table, event, senders);
		if (!isOpen(result, event)) return done(result);
	}
	const owners = keysOf(event.gateway, event.account, senders).map(
		(account): SendingAccount => ({ ...senders[0], gateway: event.gateway, account }),
	);
	const ofEvent = { ...context, senders: owners };
	// In this order: a message that no longer waits then has its id before the row is searched again.
	const kept = (await isWaiting(ofEvent)) && (await keepEvent(ofEvent, event));
	result = await recordStatus(table, event, senders);
	if (isOpen(result, event)) return { recorded: false, kept };
	if (kept) await joinEvents(ofEvent, [event.messageId!]);
	return done(result);
}

/** Whether a row may still be found. A message from the phone has none. */
const isOpen = (result: Recorded, { messageId, origin, status }: RecordableStatus): boolean =>
	result === 'noRow' && messageId !== null && origin !== 'phone' && status !== 'unknown';

const done = (result: Recorded): EventResult => ({ recorded: result === 'recorded', kept: false });

/** Asks the gateway for the message ids of its queue, as far as the event needs it. */
async function resolve(context: RecordContext, event: RecordableStatus): Promise<Recorded> {
	const { table, senders } = context;
	const toRecipient = await rowsTo(context, event, WITHOUT_ID);
	const unresolved = bySentAt(toRecipient.filter(isUnresolved)).slice(0, MAX_LOOKUPS);
	// A single one is asked for at any time, since the event shows that it has left the queue.
	const asked = unresolved.length === 1 ? unresolved : await claim(context, unresolved);
	const ids = [...(await lookUpRows(context, asked, event.messageId)).messageIds];
	if (!toRecipient.some(({ status }) => MAY_BE_MEANT.includes(status))) {
		// The gateway may report the recipient in another form: a hidden id, or another number format.
		ids.push(...(await lookUpOldest(context, MAX_LOOKUPS, event.messageId)).messageIds);
	}
	// Also if nothing was found: another execution may have asked for the same row meanwhile.
	const result = await recordStatus(table, event, senders);
	await joinEvents(context, ids);
	return result;
}

/** Statuses in the gateway's queue, or about to be. */
const MAY_BE_MEANT: readonly Cell[] = [SENDING, 'queued'];

const bySentAt = <T extends { sent_at: unknown }>(rows: T[]): T[] =>
	rows.sort((a, b) => Date.parse(String(a.sent_at)) - Date.parse(String(b.sent_at)));

const WITHOUT_ID: readonly Condition[] = [{ column: 'message_id', is: 'isEmpty', value: null }];

const isSendingTo = async (context: RecordContext, event: RecordableStatus): Promise<boolean> =>
	(await rowsTo(context, event, where({ status: SENDING }))).length > 0;

/** Rows of the event's account to its recipient. */
async function rowsTo(
	{ table, senders }: RecordContext,
	event: RecordableStatus,
	conditions: readonly Condition[],
): Promise<Row[]> {
	const recipient = rowRecipient(event.recipient);
	if (recipient === null) return [];
	const { gateway } = event;
	const rows: Row[] = [];
	for (const account of keysOf(gateway, event.account, senders)) {
		const ofAccount = where({ gateway, account, recipient });
		rows.push(...(await table.select([...ofAccount, ...conditions], PAGE_SIZE)));
	}
	return rows;
}
