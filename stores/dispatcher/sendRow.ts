import { isWindowClosed } from '../../gateways/capabilityChecks';
import { GatewayError } from '../../gateways/transport/gatewayError';
import type { SentMessage } from '../../messages/sentMessage';
import { parseRecipient } from '../../messages/recipient';
import { settle, settleSync, type Settled } from '../../messages/settle';
import type { Row, Values } from '../table/columns';
import { isReplaceable, replaced } from '../table/replacement';
import { personOfRow, SENDING, textOf, toScheduledMessage } from '../table/rows';
import type { AccountHealth } from './accountHealth';
import { admit, lateByMs, sendAtOf, type Admission } from './admission';
import type { DueRows } from './dueRows';
import { faultOf, type Fault } from './faults';
import type { HeldLease } from './heldLease';
import { noteOptOut } from './optOuts';
import type { Pace } from './pace';
import type { RecentSends } from './recentSends';
import type { DispatchContext, DispatchEntry } from './rules';
import { Suspects } from './suspects';
import {
	accepted,
	duplicate,
	failed,
	nextLookAt,
	optedOut,
	released,
	retryAt,
	started,
	unconfirmed,
	waiting,
} from './transitions';
import type { Turns } from './turns';

/** Context that the rows of a run share. */
export interface Sending extends Omit<DispatchContext, 'lease'> {
	readonly token: string;
	readonly lease: HeldLease;
	readonly turns: Turns;
	readonly rows: DueRows;
	readonly recent: RecentSends;
	readonly health: AccountHealth;
	readonly pace: Pace;
	/** Adds an entry to the result of the run. */
	report(entry: DispatchEntry): void;
}

/** Maximum age of the start marker when the request starts; an older one is written again. */
const MARK_MAX_AGE_MS = 5_000;

/** A request to send, and its outcome. */
interface Outcome {
	/** The row as it was when the request began. */
	readonly row: Row;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly sent: Settled<SentMessage>;
}

/** Sends rows, one after the other or concurrently; {@link Sending} is what they share. */
export class SendRow {
	private readonly suspects: Suspects;

	constructor(private readonly sending: Sending) {
		const { turns, now } = sending;
		this.suspects = new Suspects({ turns, now, report: (row) => this.report(row) });
	}

	/** Handles one due row: its start marker, its request, and the result. */
	async send(row: Row): Promise<void> {
		const { rows, pace } = this.sending;
		if (rows.isDuplicate(row)) {
			return await this.settleUnsent(row, duplicate(DUPLICATE), true);
		}
		const other = rows.sharesIdWith(row);
		if (other !== undefined) {
			return await this.settleUnsent(row, failed(sharesId(row, other), attemptsOf(row)), true);
		}
		const admission = this.admit(row);
		if ('values' in admission) {
			return await this.settleUnsent(row, admission.values, admission.isReported);
		}
		// Before anything is awaited: other rows start meanwhile, and each needs a separate slot.
		pace.take();
		const outcome = await this.start(row);
		if (outcome === null) return pace.giveBack();
		await this.afterSend(outcome);
		await noteOptOut(this.sending, outcome.row, outcome.sent);
	}

	private admit(row: Row): Admission {
		const { gateway, now, health, recent } = this.sending;
		return admit(row, { gateway, now: now(), keptBy: health.state.pauseReason, recent });
	}

	/** Writes the start marker, and sends the request; null if it was not sent. */
	private async start(row: Row): Promise<Outcome | null> {
		const { turns, token, rows, recent, now } = this.sending;
		const values = started(token, now());
		const person = personOfRow(row);
		// Before anything is awaited: it counts for the recipient's other messages.
		recent.note(row, values);
		const began = await settle(turns.step({ ...pending(row), values, person }));
		if (!began.ok) return this.giveUp(row, began.error);
		// A person has cancelled it, or another run has it.
		if (began.value === null) {
			rows.done(row);
			recent.note(row, released());
			// Our mark may be there all the same, if the response was lost and then the lease: it was not sent.
			const step = { id: row.id, ifStatus: SENDING, ifToken: token, values: released() };
			turns.result(step, ['unconfirmed']);
			return null;
		}
		// Nobody was asked about whom a person has just entered: a later run does.
		if (personOfRow(began.value) !== person) return this.release(began.value);
		return await this.sendStarted(began.value);
	}

	/** The row has its start marker; its current content is sent. */
	private async sendStarted(row: Row): Promise<Outcome | null> {
		const { gateway, connection, health, pace, turns, recent, now } = this.sending;
		recent.note(row, {});
		if (turns.isOptedOut(row.id)) return this.leaveOut(row);
		// A person may have edited it since its page was read.
		const admission = this.admit(row);
		if ('values' in admission) {
			this.finish(row, admission.values, admission.isReported);
			return null;
		}
		if (!(sendAtOf(row) <= now()) || this.mustNotBegin()) return this.release(row);
		const wait = pace.takeRequest();
		if (wait > 0) await this.sending.sleep(wait);
		const fresh = await settle(this.freshMark(row));
		if (!fresh.ok) return this.giveUp(row, fresh.error);
		// Null: a person has changed it, or another run took it for interrupted. It certainly was not sent.
		if (fresh.value === null || this.mustNotBegin()) return this.release(row);
		if (turns.isOptedOut(row.id)) return this.leaveOut(row);
		recent.note(fresh.value, {});
		if (health.isProbing) health.onProbe();
		pace.onStart();
		const startedAt = now();
		// A synchronous throw is handled like a rejected promise.
		const sent = await settle((async () => await gateway.send(connection, admission.send))());
		return { row, startedAt, sent };
	}

	private async afterSend({ row, startedAt, sent }: Outcome): Promise<void> {
		const { health, pace, now } = this.sending;
		const attempts = Number(row.attempts ?? 0) + 1;
		if (sent.ok) {
			pace.onAccepted();
			// A message that the gateway accepts and immediately reports as failed is still accepted.
			this.tellEvent(health.onAccepted(startedAt));
			this.finish(row, accepted(sent.value, attempts, now()), true);
			this.suspects.onAccepted(startedAt);
			return await this.suspects.condemn();
		}
		const fault = faultOf(sent.error);
		if (this.isReplacing(row, sent.error)) return this.replace(row, fault.reason);
		if (fault.kind === 'rate') pace.onRateLimited(startedAt);
		this.afterFault(row, fault, { attempts, startedAt });
		this.tellEvent(health.onFault(fault));
		if (fault.kind === 'suspect') await this.suspects.condemn();
	}

	/** Whether the gateway certainly rejected it since its window is closed, and it has a template for that. */
	private isReplacing(row: Row, error: unknown): boolean {
		return (
			error instanceof GatewayError &&
			error.details.outcomeUnknown !== true &&
			isWindowClosed(this.sending.gateway, error.details.code) &&
			isReplaceable(row)
		);
	}

	/** The template takes the message's place, and is sent as the row's next attempt. */
	private replace(row: Row, reason: string): void {
		const values = replaced(reason, this.sending.now());
		this.write(row, values);
		this.sending.rows.putBack({ ...row, ...values } as Row);
	}

	/** The recipient is on Do Not Contact. */
	private leaveOut(row: Row): null {
		this.finish(row, optedOut(), true);
		return null;
	}

	/** Releases a row that was started and must not be sent now. */
	private release(row: Row): null {
		this.finish(row, released(), false);
		return null;
	}

	/**
	 * The write of the start marker failed. It may still be in the table, and would make the outcome of a
	 * message unknown that was certainly not sent.
	 */
	private giveUp(row: Row, error: unknown): never {
		this.finish(row, released(), false);
		throw error;
	}

	/** Handles a row whose send failed. */
	private afterFault(
		row: Row,
		fault: Fault,
		{ attempts, startedAt }: { readonly attempts: number; readonly startedAt: number },
	): void {
		const { now, rows } = this.sending;
		const { kind, reason } = fault;
		switch (kind) {
			case 'message':
				return this.finish(row, failed(reason, attempts), true);
			case 'ambiguous':
			case 'interrupted':
				return this.finish(row, this.outcomeUnknown(reason, attempts, startedAt), true);
			case 'suspect':
				rows.defer(row);
				return this.write(row, this.suspects.add({ row, fault, startedAt }));
			case 'rate':
				// In this run again, after the gateway's delay.
				this.write(row, released());
				return rows.putBack({ ...row, ...released() } as Row);
			case 'recipientRate': {
				const until = retryAt(attempts, now(), fault.retryAfterMs);
				return this.finish(row, waiting(until, { attempts, failure: reason }), false);
			}
			case 'unsent':
				return this.finish(row, released(), false);
			default:
				return this.finish(row, { ...released(), failure: reason }, false);
		}
	}

	private outcomeUnknown(reason: string, attempts: number, startedAt: number): Values {
		const { gateway, now, rules } = this.sending;
		const lookAt = gateway.findSent === undefined ? null : nextLookAt(startedAt, now());
		return rules.ifOutcomeUnknown === 'sendAgain' && lookAt === null
			? waiting(retryAt(attempts, now()), { attempts, failure: reason })
			: unconfirmed(reason, attempts, lookAt);
	}

	private mustNotBegin(): boolean {
		const { isCancelled, lease, health } = this.sending;
		return isCancelled() || health.isPaused || !lease.coversRequest;
	}

	/** Writes an old start marker again: another run may have considered the row interrupted. */
	private async freshMark(row: Row): Promise<Row | null> {
		const { now, token, turns } = this.sending;
		const age = now() - new Date(String(row.send_started_at)).getTime();
		if (age <= MARK_MAX_AGE_MS) return row;
		const values = started(token, now());
		const step = { id: row.id, ifStatus: SENDING, ifToken: token, values };
		return await turns.step({ ...step, person: personOfRow(row) });
	}

	/** Writes the transition of a row that was not started. */
	private async settleUnsent(row: Row, values: Values, isReported: boolean): Promise<void> {
		const { turns, rows } = this.sending;
		const changed = await turns.step({ ...pending(row), values });
		// A row that waits for its window does not block the recipient's next one, which has its own window.
		rows.done(row);
		if (changed !== null && isReported) this.report(changed);
	}

	/** Writes the result of a row that was started, and returns it. */
	private finish(row: Row, values: Values, isReported: boolean): void {
		const { rows } = this.sending;
		if (values.status === 'scheduled') rows.defer(row);
		else rows.done(row);
		this.write(row, values);
		if (isReported) this.report({ ...row, ...values });
	}

	private write(row: Row, result: Values): void {
		const { turns, token, recent } = this.sending;
		const isSent = typeof result.sent_at === 'string';
		const mayBeSent = isSent || result.status === 'unconfirmed';
		const values = mayBeSent ? { ...result, ...writtenAlike(row) } : result;
		recent.note(row, values);
		const step = { id: row.id, ifStatus: SENDING, ifToken: token, values };
		// It took longer than the lease, and another run could not know its result. A person may have
		// cancelled it, retried it, or entered another status while it was in flight: if it was sent, the table
		// must show it.
		// Null where the message is to be replaced: it was not sent, and what a person entered counts.
		if (isSent) turns.result(step, ['unconfirmed', 'scheduled', 'cancelled', null]);
		else
			turns.result(step, values.status === 'unconfirmed' ? ['unconfirmed', null] : ['unconfirmed']);
	}

	private report(row: Row): void {
		const { report, now } = this.sending;
		report({
			message: toScheduledMessage(row),
			lateByMs: lateByMs(row, now()),
			attempts: Number(row.attempts ?? 0),
		});
	}

	private tellEvent(event: DispatchEntry | null): void {
		if (event !== null) this.sending.report(event);
	}
}

/** The recipient as stores write it: a frequency cap looks for that, and a person may have typed another form. */
function writtenAlike({ recipient }: Row): Values {
	const read = settleSync(() => parseRecipient(textOf(recipient) ?? '').address);
	return !read.ok || read.value === recipient ? {} : { recipient: read.value };
}

/** The row is still due as it was read. A person who retries a row leaves an old token in it. */
const pending = (row: Row) => ({
	id: row.id,
	ifStatus: 'scheduled',
	ifToken: String(row.claim_token ?? ''),
});

const attemptsOf = ({ attempts }: Row): number => Number(attempts ?? 0);

const sharesId = ({ id }: Row, other: number): string =>
	`Not sent: this row (${id}) has the same "schedule_id" as row ${other}, so it may be a copy. To send it as well, empty its "schedule_id" and enter "scheduled" as its "status".`;

const DUPLICATE =
	'Not sent: another message with the same "Deduplication Key" was sent, or is before it in the table';
