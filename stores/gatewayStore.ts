import type { Connection, Gateway, ListFilter, NativeScheduler } from '../gateways/gateway';
import { requireScheduler } from '../gateways/capabilityChecks';
import { GatewayError, isNotFound, unsupported } from '../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import { cancelling } from './cancelling';
import type { AssignedMessages } from './assignedMessages';
import type { KeyedMutex } from './keyedMutex';
import { keyIsUsed } from './deduplication/keyIsUsed';
import type { KeyLedger } from './deduplication/keyTable';
import { scheduleByKey, scheduleUnlessPending, type ByKey } from './deduplication/scheduleByKey';
import { isRefusal } from './isRefusal';
import { filterAndSort } from './matches';
import { reschedule } from './reschedule';
import { isUuid } from './scheduleId';
import { matchKey, findResult, scheduleOnce } from './scheduleOnce';
import { settle } from '../messages/settle';
import type { AttemptLog, CancelResult, MessageStore, ScheduleOptions } from './store';
import { shorten } from '../messages/text';

/** What the store needs beside the connection. */
export interface GatewayStoreOptions {
	/** Both shared by all items of one run. */
	readonly assigned: AssignedMessages;
	readonly mutex: KeyedMutex;
	sleep(ms: number): Promise<void>;
	/** Which messages were created under which keys; without it, messages with keys are rejected. */
	readonly keys?: Keys;
}

/** Where keys are stored; a table is only opened when it is used. */
export interface Keys {
	/** @throws GatewayError of kind `unsupported` if this n8n has no Data Tables */
	ledger(): Promise<KeyLedger>;
	/** See `Waiting`. */
	readonly staleMs: number;
}

/**
 * The gateway's own scheduler as a store.
 *
 * @throws GatewayError of kind `unsupported` if the gateway has none
 */
export function createGatewayStore(
	gateway: Gateway,
	connection: Connection,
	options: GatewayStoreOptions,
): MessageStore {
	const scheduler = requireScheduler(gateway);
	// Otherwise the line above has thrown.
	const { minLeadMs, maxLeadMs, isDurable, cancelsBy } = gateway.capabilities.scheduling!;
	/** A reference that the gateway keeps but cannot be asked for finds nothing. */
	const findsByReference = gateway.capabilities.returnsReference && scheduler.find !== undefined;
	const once = { scheduler, connection, ...options };

	const get = async (scheduleId: string): Promise<ScheduledMessage> => {
		const found = await settle(scheduler.get(connection, scheduleId));
		if (found.ok) return found.value;
		throw isNotFound(found.error) ? notHeld(gateway, scheduleId, isDurable) : found.error;
	};

	async function schedule(
		message: MessageToSchedule,
		attempt: AttemptLog,
		more: ScheduleOptions = {},
	): Promise<ScheduledMessage> {
		const key = message.deduplicationKey ?? null;
		if (key === null && more.ifExists !== 'return') {
			return await scheduleOnce(once, message, attempt, more);
		}
		// Equal items of one run one after the other: the next one must know which message one has.
		const scheduled = await options.mutex.runExclusive(
			`key ${key ?? matchKey(message)}`,
			async () => {
				const by = await openKeys();
				if (key === null) {
					return await (by === null
						? scheduleOnce(once, message, attempt, more)
						: scheduleUnlessPending(by, message, attempt, more));
				}
				if (by === null) return await scheduleByReference(key, message, attempt, more);
				return await scheduleByKey(by, key, withReference(message, key), attempt, more);
			},
		);
		options.assigned.assign(scheduled.scheduleId);
		return scheduled;
	}

	/** Null if this n8n has no Data Tables. */
	async function openKeys(): Promise<ByKey | null> {
		const { keys } = options;
		if (keys === undefined) return null;
		const opened = await settle(keys.ledger());
		if (opened.ok) return byKey(opened.value, keys.staleMs);
		if (opened.error instanceof GatewayError && opened.error.kind === 'unsupported') return null;
		throw opened.error;
	}

	const byKey = (ledger: KeyLedger, staleMs: number): ByKey => ({
		ledger,
		now: () => connection.now(),
		sleep: options.sleep,
		staleMs,
		store: {
			label: gateway.label,
			get,
			reschedule: store.reschedule,
			look: async (earlier) => await findResult(once, earlier),
			schedule: async (message, attempt, more, mayCreate) =>
				await scheduleOnce({ ...once, mayCreate }, message, attempt, more),
		},
	});

	/** A gateway that stores the reference finds the message by it, if the user gave no other. */
	const withReference = (message: MessageToSchedule, key: string): MessageToSchedule =>
		findsByReference && message.reference === null ? { ...message, reference: key } : message;

	/** Without Data Tables, by the reference; two concurrent executions could create two messages. */
	async function scheduleByReference(
		key: string,
		message: MessageToSchedule,
		attempt: AttemptLog,
		more: ScheduleOptions,
	): Promise<ScheduledMessage> {
		const wanted = withReference(message, key);
		if (!findsByReference || wanted.reference !== key) throw needsTables(gateway, findsByReference);
		const found = attempt.unresolved === null ? await scheduler.find!(connection, wanted) : [];
		// A gateway may still list what was cancelled to be replaced.
		const existing = found.find(({ status }) => status !== 'cancelled') ?? found.at(0);
		if (existing === undefined) return await scheduleOnce(once, wanted, attempt, more);
		if (more.ifExists === 'reject') throw keyIsUsed(key, existing);
		if (more.ifExists !== 'replace' || existing.status !== 'scheduled') return existing;
		const { scheduledAt, idempotencyKey } = wanted;
		const { scheduleId } = existing;
		const { allowDeletion } = more;
		return await store.reschedule(
			{ scheduleId, scheduledAt, idempotencyKey, allowDeletion, content: wanted },
			attempt,
		);
	}

	const store: MessageStore = {
		limits: { label: gateway.label, minLeadMs, maxLeadMs },
		assertAccepts: ({ type }) => void requireScheduler(gateway, type),
		schedule,
		get,
		list: async (filter) => {
			if (scheduler.list === undefined) throw listsNothing(gateway);
			assertKnows(gateway, filter);
			const listed = await scheduler.list(connection, filter);
			assertTimesAreKnown(gateway, listed, filter);
			// A gateway applies what it can of a filter.
			return filterAndSort(listed, filter);
		},
		cancel: async (scheduleId, { allowDeletion = false } = {}, attempt) => {
			if (cancelsBy === 'delete' && !allowDeletion) throw onlyDeletes(gateway);
			return await cancel({ scheduler, connection, get }, scheduleId, attempt);
		},
		// The replacement of a message already has its key.
		reschedule: async (move, attempt) =>
			await reschedule({ gateway, store: plain, now: () => connection.now() }, move, attempt),
	};
	const plain: MessageStore = {
		...store,
		schedule: async (message, attempt, more) => await scheduleOnce(once, message, attempt, more),
	};
	return store;
}

/** What no gateway, or not this one, keeps with a message cannot be filtered by. */
function assertKnows(
	{ label, capabilities }: Gateway,
	{ group, reference, notDeliveredSince }: ListFilter,
): void {
	const filter =
		group !== undefined
			? (['Group', 'group a message belongs to'] as const)
			: notDeliveredSince !== undefined
				? (['Not Delivered For', 'of its scheduled messages was delivered'] as const)
				: reference !== undefined && !capabilities.returnsReference
					? (['Reference', 'reference a scheduled message has'] as const)
					: null;
	if (filter === null) return;
	const [name, what] = filter;
	throw unsupported(
		`The scheduler of ${label} does not tell which ${what}, so its messages cannot be filtered by "${name}"`,
		`Remove the filter "${name}". To use it, store messages in an n8n Data Table or PostgreSQL.`,
	);
}

/** What is not known of a message cannot be filtered by: left out, it would seem not to be scheduled. */
function assertTimesAreKnown(
	{ label }: Gateway,
	messages: readonly ScheduledMessage[],
	{ scheduledAfter, scheduledBefore }: ListFilter,
): void {
	if (scheduledAfter === undefined && scheduledBefore === undefined) return;
	if (messages.every(({ scheduledAt }) => scheduledAt !== null)) return;
	throw unsupported(
		`${label} does not tell when a scheduled message is due, so messages cannot be filtered by time`,
		'Remove "Scheduled After" and "Scheduled Before".',
	);
}

const listsNothing = ({ label }: Gateway) =>
	unsupported(
		`${label} documents no list of its scheduled messages`,
		'Use the operation "Get" with the "scheduleId" that "Schedule" gave.',
	);

/** What cancelling needs. */
interface Canceller {
	readonly scheduler: NativeScheduler;
	readonly connection: Connection;
	get(scheduleId: string): Promise<ScheduledMessage>;
}

/**
 * Cancels a message and reads its status. A rejection decides nothing: the vendors do not document their
 * response for a message that is no longer pending, so the message itself is read. A message that an
 * earlier attempt began to cancel, and that is cancelled or missing now, counts as cancelled by this item.
 */
async function cancel(
	{ scheduler, connection, get }: Canceller,
	scheduleId: string,
	attempt?: AttemptLog,
): Promise<CancelResult> {
	const begun = attempt?.unresolved?.cancelling;
	const found = await settle(get(scheduleId));
	if (!found.ok) {
		if (begun === undefined) throw found.error;
		if (isNotFound(found.error)) return { cancelled: true, message: asCancelled(begun) };
		throw outcomeUnknownError(scheduleId, found.error);
	}
	const before = found.value;
	if (before.status !== 'scheduled') {
		attempt?.clear();
		return { cancelled: begun !== undefined && before.status === 'cancelled', message: before };
	}
	attempt?.begin(cancelling(before, connection.now()));
	const outcome = await settle(scheduler.cancel(connection, scheduleId));
	if (outcome.ok) return { cancelled: true, message: asCancelled(before) };
	const after = await settle(get(scheduleId));
	if (!after.ok) throw outcomeUnknownError(scheduleId, outcome.error);
	if (after.value.status === 'scheduled') {
		// Otherwise a later attempt would claim a cancel that somebody else made meanwhile.
		if (isRefusal(outcome.error)) attempt?.clear();
		throw outcome.error;
	}
	attempt?.clear();
	return { cancelled: after.value.status === 'cancelled', message: after.value };
}

/** Even reading the message did not work. */
function outcomeUnknownError(scheduleId: string, error: unknown): unknown {
	if (!(error instanceof GatewayError)) return error;
	return new GatewayError(
		error.kind,
		`It is unknown whether the scheduled message "${shorten(scheduleId, 80)}" was cancelled: checking for it did not work`,
		{
			...error.details,
			outcomeUnknown: true,
			hint: `Check with "Get Many" or at the gateway whether it is still scheduled; if it is, cancel it again. The check ended with: ${error.message}`,
		},
	);
}

const asCancelled = (message: ScheduledMessage): ScheduledMessage => ({
	...message,
	status: 'cancelled',
	gatewayStatus: null,
});

const onlyDeletes = ({ label }: Gateway) =>
	unsupported(
		`${label} documents no way to cancel a scheduled message, only one to delete a message`,
		'To delete the message instead, turn on "Allow Deletion" under Options.',
	);

function needsTables({ label }: Gateway, findsByReference: boolean): GatewayError {
	return unsupported(
		`"Deduplication Key" requires n8n Data Tables, which this n8n does not have: ${findsByReference ? `${label} stores one reference only, and "Reference" uses it` : `${label} does not store a key with a message`}`,
		findsByReference
			? 'Leave "Reference" empty, or update n8n to 2.3 or newer.'
			: 'Update n8n to 2.3 or newer, or leave "Deduplication Key" empty.',
	);
}

const notHeld = ({ label }: Gateway, scheduleId: string, isDurable: boolean) =>
	// An id that may be of a Data Table was looked up in these before.
	isUuid(scheduleId)
		? new GatewayError(
				'notFound',
				`Neither ${label} nor a Data Table of this project stores a message with the schedule id "${scheduleId}"`,
				{
					status: 404,
					hint: 'Check "Scheduled Message": copy the id from the column "schedule_id" of the table, or use the "scheduleId" that "Get Many" returns. Rows that were purged or deleted, and tables of other projects, cannot be found.',
				},
			)
		: new GatewayError(
				'notFound',
				`${label} has no scheduled message with the id "${shorten(scheduleId, 80)}"`,
				{
					status: 404,
					hint: isDurable
						? 'Check "Scheduled Message": list the pending ones with the operation "Get Many".'
						: `Check "Scheduled Message". ${label} stores scheduled messages in memory only: after a restart of the gateway they are lost and not sent.`,
				},
			);
