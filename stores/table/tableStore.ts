import type { Gateway, ListFilter } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/refusals';
import { GatewayError } from '../../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../../messages/message';
import { sameRecipient } from '../../messages/recipient';
import { couldBeSame, type ScheduledMessage } from '../../messages/scheduledMessage';
import type { Claims } from '../claims';
import { notPending } from '../notPending';
import type { Attempt, MessageStore, Move, ScheduleOptions, StoreLimits } from '../store';
import { Batcher } from './batcher';
import type { Row, Values } from './columns';
import { readPlace, toRow, toScheduledMessage, type Sender } from './rows';
import { PAGE, selectAll, where, type Condition, type MessageTable } from './table';

/** n8n holds a message for any time. */
export const TABLE_LIMITS: StoreLimits = { label: 'n8n', minimumLeadMs: null, horizonMs: null };

/** What the store needs beside the table. */
export interface TableStoreOptions {
	readonly gateway: Gateway;
	readonly sender: Sender;
	/** In which the user gave the times; told in the table. */
	readonly timezone: string;
	/** Shared by all items of one run. */
	readonly claims: Claims;
	now(): number;
}

/** A table of n8n as a store: any gateway that sends, any horizon, and it survives a restart. */
export function createTableStore(table: MessageTable, options: TableStoreOptions): MessageStore {
	const { gateway, sender, claims } = options;
	const inserts = new Batcher<Values, Row>(async (rows) => await table.insert(rows), PAGE);
	const pending = new Batcher<string, ScheduledMessage[]>(readPending, PAGE);
	const toMessage = (row: Row) => toScheduledMessage(row, table.id);
	const own = where({ gateway: sender.gateway, account: sender.account });

	async function schedule(
		message: MessageToSchedule,
		attempt: Attempt,
		{ reuseExisting = false }: ScheduleOptions = {},
	): Promise<ScheduledMessage> {
		const wanted = attempt.earlier?.message ?? message;
		if (attempt.earlier !== null) {
			const [row] = await table.select(where({ schedule_id: wanted.idempotencyKey }), 1);
			if (row !== undefined) return toMessage(row);
		}
		const existing = reuseExisting ? await takeEqual(wanted) : undefined;
		if (existing !== undefined) return existing;
		const now = options.now();
		attempt.begin({ since: now, message: wanted });
		const held = toMessage(await inserts.add(toRow(wanted, sender, options.timezone, now)));
		claims.take(held.scheduleId);
		return held;
	}

	/** An equal message that is pending and belongs to no other item of this run. */
	async function takeEqual(message: MessageToSchedule): Promise<ScheduledMessage | undefined> {
		const equal = (await pending.add(message.scheduledAt)).find(
			(held) => couldBeSame(held, message) && !claims.isTaken(held.scheduleId),
		);
		if (equal !== undefined) claims.take(equal.scheduleId);
		return equal;
	}

	/** The pending messages of each of these times: one look for many items. */
	async function readPending(times: readonly string[]): Promise<ScheduledMessage[][]> {
		const sorted = [...times].sort();
		const rows = await selectAll(table, [
			...own,
			...where({ status: 'scheduled' }),
			{ column: 'send_at', is: 'gte', value: sorted[0] },
			{ column: 'send_at', is: 'lte', value: sorted[sorted.length - 1] },
		]);
		const byTime = new Map<string, ScheduledMessage[]>();
		for (const held of rows.map(toMessage)) {
			const ofThatTime = byTime.get(held.scheduledAt);
			if (ofThatTime === undefined) byTime.set(held.scheduledAt, [held]);
			else ofThatTime.push(held);
		}
		return times.map((time) => byTime.get(time) ?? []);
	}

	async function readRow(scheduleId: string): Promise<Row> {
		const place = readPlace(scheduleId);
		const [row] =
			place === null
				? []
				: await table.select(where({ id: place.rowId, schedule_id: place.key }), 1);
		if (row === undefined) throw notHeld(scheduleId);
		return row;
	}

	/** Changes a row that is still scheduled; the row afterwards, changed or not. */
	async function change(scheduleId: string, values: Values): Promise<[boolean, Row]> {
		const { id } = await readRow(scheduleId);
		const [matched] = await table.update([{ where: where({ id, status: 'scheduled' }), values }]);
		return [matched.length > 0, await readRow(scheduleId)];
	}

	return {
		limits: TABLE_LIMITS,
		assertTakes: (message) => assertSendable(gateway, message),
		schedule,
		get: async (scheduleId) => toMessage(await readRow(scheduleId)),
		list: async (filter, limit = Infinity) => {
			const conditions = listConditions(own, filter);
			// Of what is on its way the table does not tell all by one condition.
			const rows =
				limit <= PAGE && filter.status !== 'queued'
					? await table.select(conditions, limit, 'send_at')
					: await selectAll(table, conditions);
			return arrange(rows.map(toMessage), filter);
		},
		cancel: async (scheduleId) => {
			const [cancelled, row] = await change(scheduleId, { status: 'cancelled', status_rank: 90 });
			return { cancelled, message: toMessage(row) };
		},
		reschedule: async ({ scheduleId, scheduledAt }: Move) => {
			// A pause after a failed try ends with that.
			const values = {
				send_at: scheduledAt,
				next_attempt_at: new Date(options.now()).toISOString(),
			};
			const [moved, row] = await change(scheduleId, values);
			if (!moved) throw notPending(gateway, toMessage(row), 'rescheduled');
			return toMessage(row);
		},
	};
}

/** What the table can filter by; the rest is done by {@link arrange}. */
function listConditions(own: readonly Condition[], filter: ListFilter): Condition[] {
	const { status, recipient, scheduledAfter, scheduledBefore } = filter;
	return [
		...own,
		...(status === undefined || status === 'queued' ? [] : where({ status })),
		...(recipient === undefined ? [] : where({ recipient: recipient.address })),
		...(scheduledAfter === undefined
			? []
			: [{ column: 'send_at', is: 'gte', value: scheduledAfter } as const]),
		...(scheduledBefore === undefined
			? []
			: [{ column: 'send_at', is: 'lte', value: scheduledBefore } as const]),
	];
}

function arrange(messages: ScheduledMessage[], { status, recipient }: ListFilter) {
	return messages
		.filter(
			(message) =>
				(status === undefined || message.status === status) &&
				(recipient === undefined || sameRecipient(message.recipient, recipient)),
		)
		.sort((a, b) => Date.parse(a.scheduledAt) - Date.parse(b.scheduledAt));
}

/** What is said of a schedule id that no row of a table has. */
export const notHeld = (scheduleId: string) =>
	new GatewayError(
		'notFound',
		`The n8n Data Table holds no scheduled message with the id "${scheduleId.slice(0, 120)}"`,
		{ hint: 'Check "Scheduled Message": list the pending ones with the operation "Get Many".' },
	);
