import { GatewayError, isNotFound, isOutcomeUnknown } from '../../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../../messages/message';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { toMessage } from '../cancelling';
import { settle } from '../../messages/settle';
import type { AttemptLog, MessageStore, UnresolvedAttempt, ScheduleOptions } from '../store';
import { acquire, begin, type Waiting } from './acquire';
import { fingerprint } from './fingerprint';
import { keyIsUsed } from './keyIsUsed';
import type { KeyLedger, KeyRecord } from './keyTable';
import { surely } from './surely';
import { shorten } from '../../messages/text';

/** What scheduling by key needs of a gateway's store. */
export interface KeyedStore extends Pick<MessageStore, 'get' | 'reschedule'> {
	readonly label: string;
	/** Creates, or finds what an earlier attempt created; calls a check before each create. */
	schedule(
		message: MessageToSchedule,
		attempt: AttemptLog,
		options: ScheduleOptions,
		mayCreate: (attempt: UnresolvedAttempt) => Promise<void>,
	): Promise<ScheduledMessage>;
	/** The result of an attempt, if the gateway shows it, or null. */
	look(attempt: UnresolvedAttempt): Promise<ScheduledMessage | null>;
}

/** What to do by key. */
export interface Keyed extends ScheduleOptions {
	/** Whether an equal message at the gateway without a key counts as this one. */
	readonly adopts?: boolean;
}

export interface ByKey extends Waiting {
	readonly ledger: KeyLedger;
	readonly store: KeyedStore;
}

/**
 * Schedules a message once for its deduplication key, at a gateway that stores no keys: a row of the ledger
 * records who creates it and the result.
 */
export async function scheduleByKey(
	by: ByKey,
	key: string,
	message: MessageToSchedule,
	attempt: AttemptLog,
	options: Keyed,
): Promise<ScheduledMessage> {
	const { ledger } = by;
	const owner = message.idempotencyKey;
	for (;;) {
		const turn = await acquire(ledger, key, owner, by, {
			shouldRetry: true,
			look: async (record, isDead) => await lookFor(by, record, isDead),
		});
		const { record } = turn;
		const outcome = await settle(
			turn.is === 'mine'
				? make(by, record, message, attempt, options)
				: onExisting(by, record, message, attempt, options),
		);
		if (outcome.ok) return outcome.value;
		if (!(outcome.error instanceof TurnLost)) throw outcome.error;
	}
}

/** The turn went to another execution between two requests; nothing of this one is at the gateway. */
class TurnLost extends Error {}

/**
 * The pending message with this recipient, content and requested time, created if there is none; each of
 * several equal items of a run gets a separate one. It has a key that only its equals have; a message that
 * is no longer pending releases it.
 */
export async function scheduleUnlessPending(
	by: ByKey,
	message: MessageToSchedule,
	attempt: AttemptLog,
	options: ScheduleOptions,
): Promise<ScheduledMessage> {
	const { occurrence = 1 } = options;
	const of = attempt.unresolved?.message ?? message;
	const matchKey = fingerprint({ ...of, requestedAt: of.requestedAt ?? of.scheduledAt });
	const owner = message.idempotencyKey;
	for (let generation = 0; ; generation++) {
		const key = `auto.${matchKey}.${occurrence}.${generation}`;
		const [known] = (await by.ledger.find(key)).filter(({ isDone }) => isDone);
		if (known !== undefined && known.owner !== owner && !(await isPending(by, known))) continue;
		return await scheduleByKey(by, key, message, attempt, {
			...options,
			ifExists: 'return',
			adopts: true,
		});
	}
}

async function isPending({ store }: ByKey, { scheduleId }: KeyRecord): Promise<boolean> {
	if (scheduleId === null) return false;
	const read = await settle(store.get(scheduleId));
	if (read.ok) return read.value.status === 'scheduled';
	if (isNotFound(read.error)) return false;
	throw read.error;
}

/** Creates the message of a claimed row, replacing the one that the row already names. */
async function make(
	by: ByKey,
	record: KeyRecord,
	message: MessageToSchedule,
	attempt: AttemptLog,
	options: Keyed,
): Promise<ScheduledMessage> {
	const { ledger, store, sleep } = by;
	const owner = message.idempotencyKey;
	let row = record;
	// An attempt of a dead execution is checked for first, too.
	const unresolved = attempt.unresolved ?? record.attempt;
	const noted: AttemptLog = {
		unresolved,
		begin: (open) => attempt.begin(open),
		clear: () => attempt.clear(),
	};
	const mayCreate = async (open: UnresolvedAttempt) => {
		const begun = await begin(ledger, row, owner, open);
		if (begun === null) throw new TurnLost();
		row = begun;
	};
	const renew = attempt.unresolved === null ? () => message : options.renew;
	const outcome = await settle(
		record.scheduleId === null
			? store.schedule(
					message,
					noted,
					{ renew, ifExists: options.adopts ? 'return' : 'schedule' },
					mayCreate,
				)
			: replaceHeld(by, record.scheduleId, message, noted, options),
	);
	if (outcome.ok) {
		await surely(async () => await ledger.finish({ ...row, owner }, outcome.value), sleep);
		return outcome.value;
	}
	const { error } = outcome;
	const isOpen = isOutcomeUnknown(error);
	if (!isOpen && !(error instanceof TurnLost)) {
		// Certainly nothing was created: the key is released, or stays with the message that has it.
		if (record.scheduleId === null) await surely(async () => await ledger.remove(row), sleep);
		else {
			const currentId = attempt.unresolved?.currentId ?? record.scheduleId;
			const isOver = error instanceof GatewayError && error.kind === 'notPending';
			const kept = await giveBack(by, { ...row, owner }, currentId, isOver);
			// It was sent before it could be replaced.
			if (kept !== null && isOver) {
				attempt.clear();
				return kept;
			}
		}
	}
	throw error;
}

/**
 * Returns the key to the message that could not be replaced, under whatever id. If that was cancelled to be
 * replaced and could not be restored either, the key is released: the error reports that it is lost.
 */
async function giveBack(
	{ ledger, store, sleep }: ByKey,
	row: KeyRecord,
	scheduleId: string,
	isOver: boolean,
): Promise<ScheduledMessage | null> {
	const read = await settle(store.get(scheduleId));
	// The row then stays unfinished, and the next execution checks for the message.
	if (!read.ok) return null;
	const isLost = read.value.status === 'cancelled' && !isOver;
	await surely(
		async () => await (isLost ? ledger.remove(row) : ledger.finish(row, read.value, NOBODY)),
		sleep,
	);
	return read.value;
}

/** The owner of a finished row that belongs to no running item. */
const NOBODY = '';

const replaceHeld = async (
	{ store }: ByKey,
	scheduleId: string,
	message: MessageToSchedule,
	attempt: AttemptLog,
	{ allowDeletion, renew }: ScheduleOptions,
): Promise<ScheduledMessage> => {
	const { scheduledAt, idempotencyKey } = message;
	return await store.reschedule(
		{
			scheduleId,
			scheduledAt,
			idempotencyKey,
			allowDeletion,
			content: message,
			timeNow: (earlier) =>
				earlier === undefined || renew === undefined
					? scheduledAt
					: renew({ ...message, scheduledAt: earlier }).scheduledAt,
		},
		attempt,
	);
};

/** Applies *If Already Scheduled* to the message that already has the key. */
async function onExisting(
	by: ByKey,
	record: KeyRecord,
	message: MessageToSchedule,
	attempt: AttemptLog,
	options: Keyed,
): Promise<ScheduledMessage> {
	const { ledger, now } = by;
	const { key, scheduleId } = record;
	if (scheduleId === null) throw keyIsUsed(key, resultOf(record));
	const existing = await readExisting(by, record, scheduleId);
	if (record.owner === message.idempotencyKey) return existing;
	if (options.ifExists === 'reject') throw keyIsUsed(key, existing);
	if (options.ifExists !== 'replace' || existing.status !== 'scheduled') return existing;
	const open: UnresolvedAttempt = { since: now(), message, currentId: scheduleId };
	if (!(await ledger.takeOver(record, message.idempotencyKey, open))) throw new TurnLost();
	const own: KeyRecord = {
		...record,
		owner: message.idempotencyKey,
		isDone: false,
		startedAt: now(),
		attempt: null,
	};
	return await make(by, own, message, attempt, options);
}

/**
 * The message of a key as it is now. If the gateway no longer has it, a past message is returned as it was,
 * and one that was still to be sent is an error, since somebody has to know.
 */
async function readExisting(
	{ store, now }: ByKey,
	record: KeyRecord,
	scheduleId: string,
): Promise<ScheduledMessage> {
	const read = await settle(store.get(scheduleId));
	if (read.ok) return read.value;
	if (!isNotFound(read.error)) throw read.error;
	const result = resultOf(record);
	const { scheduledAt } = result;
	if (scheduledAt !== null && Date.parse(scheduledAt) < now()) {
		return { ...result, status: 'unknown', gatewayStatus: null };
	}
	throw new GatewayError(
		'notFound',
		`The deduplication key "${shorten(record.key, 80)}" has the scheduled message "${shorten(scheduleId, 80)}", but ${store.label} no longer has it: it was deleted or lost`,
		{
			hint: 'To schedule it anyway, enter another key, or remove the row with this key from the table of "Deduplication Table" in n8n.',
		},
	);
}

const resultOf = ({ result }: KeyRecord): ScheduledMessage => {
	const scheduled = result as Partial<ScheduledMessage> | null;
	return {
		...scheduled,
		scheduledAt: scheduled?.scheduledAt ?? null,
		raw: null,
	} as ScheduledMessage;
};

/**
 * The finished record of an interrupted execution, if its message is at the gateway. A message that was being
 * replaced may be unchanged or restored: this is reported only of a dead execution, since a live one may be
 * about to cancel it.
 */
async function lookFor(
	{ ledger, store, sleep }: ByKey,
	record: KeyRecord,
	isDead: boolean,
): Promise<KeyRecord | null> {
	const { attempt, scheduleId } = record;
	if (attempt === null || (scheduleId !== null && !isDead)) return null;
	const before = scheduleId === null ? null : resultOf(record);
	const found =
		(await store.look(attempt)) ??
		(before === null
			? null
			: await store.look({
					since: -Infinity,
					message: toMessage(before, attempt.message.idempotencyKey),
				}));
	if (found === null) return null;
	await surely(async () => await ledger.finish(record, found, NOBODY), sleep);
	return {
		...record,
		owner: NOBODY,
		isDone: true,
		scheduleId: found.scheduleId,
		result: { ...found },
	};
}
