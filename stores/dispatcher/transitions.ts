import type { SentMessage } from '../../messages/sentMessage';
import { acceptedAs, STATUSES, type Status } from '../../messages/status';
import type { Values } from '../table/columns';
import { OPTED_OUT_FAILURE, SENDING } from '../table/rows';

/*
 * The states of a row, as column values:
 *
 *   scheduled ──started──▶ sending ──accepted──▶ queued, sent
 *       ▲                     ├──── failed ────▶ failed
 *       ├──────released───────┤
 *       │                     └─ unconfirmed ──▶ unconfirmed ──▶ (found) sent, (sendAgain) scheduled
 *       └─ waiting: not before a moment       scheduled ──▶ expired, cancelled
 */

const iso = (ms: number): string => new Date(ms).toISOString();

const statusValues = (status: Status, more: Values = {}): Values => ({
	status,
	status_rank: STATUSES[status].rank,
	...more,
});

/**
 * The write right before the request: from then on a crash leaves the outcome unknown. Clears the ids of the
 * earlier message if a person sends it again, so that no status of that one is recorded.
 */
export const started = (token: string, now: number): Values => ({
	status: SENDING,
	claim_token: token,
	send_started_at: iso(now),
	message_id: null,
	queue_id: null,
});

/** Released: it certainly was not sent. */
export const released = (): Values =>
	statusValues('scheduled', { claim_token: '', send_started_at: null });

/** Released, and not to be sent before an instant. */
export const waiting = (until: number, more: Values = {}): Values => ({
	...released(),
	next_attempt_at: iso(until),
	...more,
});

/** The gateway accepted it. */
export const accepted = (sent: SentMessage, attempts: number, now: number): Values =>
	statusValues(acceptedAs(sent.status), {
		attempts,
		message_id: sent.messageId,
		queue_id: sent.queueId,
		sent_at: sent.acceptedAt ?? iso(now),
		failure: sent.failure?.reason ?? null,
	});

/** It will not be sent: the message is invalid. */
export const failed = (reason: string, attempts: number): Values =>
	statusValues('failed', { attempts, failure: reason, claim_token: '' });

/** It was not sent within its validity. */
export const expired = (reason: string): Values =>
	statusValues('expired', { failure: reason, claim_token: '' });

/** Another row has its schedule id or key. */
export const duplicate = (reason: string): Values =>
	statusValues('cancelled', { failure: reason, claim_token: '' });

/** The recipient is on Do Not Contact. */
export const optedOut = (): Values =>
	statusValues('cancelled', { failure: OPTED_OUT_FAILURE, claim_token: '' });

/** It may have been sent. `lookAt`: when to check for it at the gateway; null for never. */
export const unconfirmed = (reason: string, attempts: number, lookAt: number | null): Values =>
	statusValues('unconfirmed', {
		attempts,
		failure: reason,
		next_attempt_at: lookAt === null ? null : iso(lookAt),
	});

/** How long after its request began to check for a message of unknown outcome. */
const LOOK_AFTER_MS = [20_000, 120_000, 600_000, 3_600_000];

/** When to check next for a message whose request began then; null after the last check. */
export const nextLookAt = (startedAt: number, now: number): number | null =>
	LOOK_AFTER_MS.map((after) => startedAt + after).find((at) => at > now) ?? null;

const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 3_600_000;

/** Exponential backoff of one message: a minute, then two, four … at most an hour. */
export const retryAt = (attempts: number, now: number, firstMs = FIRST_RETRY_MS): number =>
	now + Math.min(MAX_RETRY_MS, firstMs * 2 ** Math.min(10, Math.max(0, attempts - 1)));
