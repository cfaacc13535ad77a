import type { Connection, Gateway, ListFilter, NativeScheduler } from '../gateways/gateway';
import { requireScheduler } from '../gateways/refusals';
import { GatewayError, unsupported } from '../gateways/transport/gatewayError';
import { sameRecipient } from '../messages/recipient';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { Claims } from './claims';
import { reschedule } from './reschedule';
import { scheduleOnce } from './scheduleOnce';
import { settle } from './settle';
import type { CancelResult, MessageStore } from './store';

/** What the store needs beside the connection. */
export interface GatewayStoreOptions {
	/** Shared by all items of one run. */
	readonly claims: Claims;
	sleep(ms: number): Promise<void>;
}

/**
 * The gateway's own scheduler as a store.
 *
 * @throws GatewayError of kind `unsupported` where the gateway has none
 */
export function createGatewayStore(
	gateway: Gateway,
	connection: Connection,
	options: GatewayStoreOptions,
): MessageStore {
	const scheduler = requireScheduler(gateway);
	const { minimumLeadMs, horizonMs, keptInMemory, cancelsBy } = requireSchedules(gateway);
	const once = { scheduler, connection, ...options };

	const get = async (scheduleId: string): Promise<ScheduledMessage> => {
		const found = await settle(scheduler.get(connection, scheduleId));
		if (found.ok) return found.value;
		throw isNotFound(found.error) ? notHeld(gateway, scheduleId, keptInMemory) : found.error;
	};

	const store: MessageStore = {
		limits: { label: gateway.label, minimumLeadMs, horizonMs },
		assertTakes: ({ type }) => void requireScheduler(gateway, type),
		schedule: async (message, attempt, more) => await scheduleOnce(once, message, attempt, more),
		get,
		list: async (filter) => arrange(await scheduler.list(connection, filter), filter),
		cancel: async (scheduleId, { allowDeletion = false } = {}) => {
			if (cancelsBy === 'delete' && !allowDeletion) throw onlyDeletes(gateway);
			return await cancel(scheduler, connection, get, scheduleId);
		},
		reschedule: async (move, attempt) =>
			await reschedule({ gateway, store, now: () => connection.now() }, move, attempt),
	};
	return store;
}

const requireSchedules = ({ capabilities: { schedules }, label }: Gateway) => {
	if (schedules === null) throw new GatewayError('unsupported', `${label} has no scheduler`);
	return schedules;
};

/** Applies what the gateway could not filter by, and puts the earliest first. */
function arrange(messages: ScheduledMessage[], filter: ListFilter): ScheduledMessage[] {
	const { status, recipient, scheduledAfter, scheduledBefore } = filter;
	return messages
		.filter(
			(message) =>
				(status === undefined || message.status === status) &&
				(recipient === undefined || sameRecipient(message.recipient, recipient)) &&
				(scheduledAfter === undefined || message.scheduledAt >= scheduledAfter) &&
				(scheduledBefore === undefined || message.scheduledAt <= scheduledBefore),
		)
		.sort(byTime);
}

const byTime = (a: ScheduledMessage, b: ScheduledMessage): number =>
	a.scheduledAt === b.scheduledAt ? 0 : a.scheduledAt < b.scheduledAt ? -1 : 1;

/**
 * Cancels and reads what became of it. A refusal is no verdict: the vendors do not document what
 * they answer for a message that is no longer pending, so the message itself is asked.
 */
async function cancel(
	scheduler: NativeScheduler,
	connection: Connection,
	get: (scheduleId: string) => Promise<ScheduledMessage>,
	scheduleId: string,
): Promise<CancelResult> {
	const before = await get(scheduleId);
	if (before.status !== 'scheduled') return { cancelled: false, message: before };
	const outcome = await settle(scheduler.cancel(connection, scheduleId));
	if (outcome.ok) return { cancelled: true, message: asCancelled(before) };
	const after = await settle(get(scheduleId));
	if (!after.ok) throw leftOpen(scheduleId, outcome.error);
	if (after.value.status === 'scheduled') throw outcome.error;
	return { cancelled: after.value.status === 'cancelled', message: after.value };
}

/** Even asking for the message did not work. */
function leftOpen(scheduleId: string, error: unknown): unknown {
	if (!(error instanceof GatewayError)) return error;
	return new GatewayError(
		error.kind,
		`Nobody knows whether the scheduled message "${scheduleId.slice(0, 80)}" is cancelled: asking for it did not work either. ${error.message}`,
		{
			...error.details,
			openEnded: true,
			hint: `Look with "Get Many" whether it is still there. ${error.details.hint ?? ''}`.trim(),
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
		'If deleting it is what you want, turn on "Allow Deletion" under Options.',
	);

const isNotFound = (error: unknown) => error instanceof GatewayError && error.kind === 'notFound';

const notHeld = ({ label }: Gateway, scheduleId: string, keptInMemory: boolean) =>
	new GatewayError(
		'notFound',
		`${label} holds no scheduled message with the id "${scheduleId.slice(0, 80)}"`,
		{
			status: 404,
			hint: keptInMemory
				? `Check "Scheduled Message". ${label} keeps scheduled messages in memory only: after a restart of the gateway they are gone and will not be sent.`
				: 'Check "Scheduled Message": list the pending ones with the operation "Get Many".',
		},
	);
