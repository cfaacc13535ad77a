import { isWindowClosed } from '../../gateways/capabilityChecks';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { SentMessage } from '../../messages/sentMessage';
import { settle } from '../../messages/settle';
import type { Row, Values } from '../table/columns';
import { isReplaceable, replaced } from '../table/replacement';
import { SENDING, toOutgoing, toScheduledMessage } from '../table/rows';
import { lateByMs } from './admission';
import type { Step } from './queue';
import type { DispatchContext, DispatchResult } from './rules';
import { accepted, nextLookAt, released, retryAt, unconfirmed, waiting } from './transitions';

const INTERRUPTED =
	'It is unknown whether the message was sent: the run of "Send Due" was interrupted';

/** Rows to check for in one run. */
const MAX_LOOKS = 20;
/** Delay after a check without a response from the gateway. */
const RECHECK_DELAY_MS = 10 * 60_000;
const LOOK_FOR_MS = 24 * 3_600_000;

/**
 * Recovers rows that an earlier run left in flight. Since this run has the lease, that run has ended, or is
 * so slow that it may start nothing any more: the outcome is unknown.
 */
export async function recoverInterrupted(
	context: DispatchContext,
	token: string,
): Promise<DispatchResult[]> {
	const { queue } = context;
	const left = (await queue.inFlight()).filter((row) => row.claim_token !== token);
	if (left.length === 0) return [];
	const steps = left.map((row): Step => {
		const values = afterInterruption(context, row);
		return { id: row.id, ifStatus: SENDING, ifToken: String(row.claim_token ?? ''), values };
	});
	const changed = await queue.turn(steps);
	return changed
		.filter((row) => row !== null && row.status !== 'scheduled')
		.map((row) => resultOf(context, row as Row));
}

function afterInterruption({ gateway, rules, now }: DispatchContext, row: Row): Values {
	if (row.send_started_at === null) return released();
	const attempts = Number(row.attempts ?? 0) + 1;
	const startedAt = new Date(String(row.send_started_at)).getTime();
	// The first check is due immediately, since the request began long ago.
	const lookAt = gateway.findSent === undefined ? null : (nextLookAt(startedAt, 0) ?? now());
	return rules.ifOutcomeUnknown === 'sendAgain' && lookAt === null
		? waiting(retryAt(attempts, now()), { attempts, failure: INTERRUPTED })
		: unconfirmed(INTERRUPTED, attempts, lookAt);
}

/**
 * Checks for messages of unknown outcome at the gateway, if it documents a list. Exactly one match that
 * belongs to no other row is the message. Without a match it checks again later, and leaves the message
 * unconfirmed in the end, since a vendor's list may be late or incomplete.
 */
export async function lookForUnconfirmed(
	context: DispatchContext,
	run: { mayGoOn(): Promise<boolean>; report(result: DispatchResult): void },
): Promise<void> {
	const { gateway, queue, now } = context;
	if (gateway.findSent === undefined) return;
	const rows = await queue.toLookFor(new Date(now()).toISOString(), MAX_LOOKS);
	for (const row of rows) {
		if (!(await run.mayGoOn())) return;
		const outcome = await settle(look(context, row));
		const values = outcome.ok ? outcome.value : afterNoAnswer(context, row);
		const step = { id: row.id, ifStatus: 'unconfirmed', ifToken: String(row.claim_token ?? '') };
		const [changed] = await queue.turn([{ ...step, values }]);
		// The gateway does not respond: no need to check for the others now. A row that a person has made
		// unreadable shows nothing about the gateway.
		if (!outcome.ok && !(outcome.error instanceof InvalidParameterError)) return;
		if (changed !== null && changed.status !== 'unconfirmed' && changed.status !== 'scheduled') {
			run.report(resultOf(context, changed));
		}
	}
}

async function look(context: DispatchContext, row: Row): Promise<Values> {
	const { gateway, connection, queue, rules, now } = context;
	const startedAt = new Date(String(row.send_started_at)).getTime();
	const found = await gateway.findSent!(connection, toOutgoing(row), startedAt);
	const ids = found.flatMap(({ messageId }) => (messageId === null ? [] : [messageId]));
	const owned = await queue.ownedMessageIds(ids);
	const free = found.filter(({ messageId }) => messageId !== null && !owned.has(messageId));
	const attempts = Number(row.attempts ?? 0);
	if (free.length === 1) {
		const [sent] = free;
		return isToBeReplaced(context, row, sent)
			? { ...replaced(sent.failure?.reason ?? '', now()), attempts }
			: { ...accepted(sent, attempts, now()), next_attempt_at: null };
	}
	const isLast = nextLookAt(startedAt, now()) === null;
	return isLast && rules.ifOutcomeUnknown === 'sendAgain'
		? waiting(retryAt(attempts, now()), { failure: String(row.failure ?? INTERRUPTED) })
		: later(context, row);
}

/** Whether it was found as one that the gateway did not let through, and there is a template for that. */
const isToBeReplaced = (
	{ gateway }: DispatchContext,
	row: Row,
	{ status, failure }: SentMessage,
): boolean => status === 'failed' && isWindowClosed(gateway, failure?.code) && isReplaceable(row);

/** When to check again, if at all. */
function later({ now }: DispatchContext, row: Row): Values {
	const again = nextLookAt(new Date(String(row.send_started_at)).getTime(), now());
	return { next_attempt_at: again === null ? null : new Date(again).toISOString() };
}

/** Without a response, checks continue for a day, so that an outage does not outlast them. */
function afterNoAnswer(context: DispatchContext, row: Row): Values {
	const values = later(context, row);
	const now = context.now();
	const startedAt = new Date(String(row.send_started_at)).getTime();
	if (values.next_attempt_at !== null || !(now - startedAt < LOOK_FOR_MS)) return values;
	return { next_attempt_at: new Date(now + RECHECK_DELAY_MS).toISOString() };
}

const resultOf = ({ now }: DispatchContext, row: Row): DispatchResult => ({
	message: toScheduledMessage(row),
	lateByMs: lateByMs(row, now()),
	attempts: Number(row.attempts ?? 0),
});
