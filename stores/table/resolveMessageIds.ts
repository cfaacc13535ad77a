import type { Connection, Gateway } from '../../gateways/gateway';
import { isNotFound } from '../../gateways/transport/gatewayError';
import { STATUSES } from '../../messages/status';
import { settle } from '../../messages/settle';
import type { Row, Values } from './columns';
import { joinEvents } from './keptEvents';
import { toScheduledMessage, type SendingAccount } from './rows';
import { PAGE_SIZE, where, type Condition, type MessageTable } from './table';

/** What resolving works with. */
export interface ResolveContext {
	readonly gateway: Gateway;
	readonly connection: Connection;
	readonly table: MessageTable;
	/** The names under which the credential serves the account. */
	readonly senders: readonly SendingAccount[];
	now(): number;
}

/** Maximum number of look-ups in one run. */
const MAX_LOOKUPS = 50;
const CONCURRENT_LOOKUPS = 5;

/** A message id that the gateway has not reported for this long will never be reported. */
const GIVEN_UP_AFTER_MS = 2 * 86_400_000;

/** A message without id is looked up again after half its age, within these limits. */
const MIN_DELAY_MS = 5_000;
const MAX_DELAY_MS = 3_600_000;

/**
 * Resolves the ids of messages in a gateway's queue, oldest first, and records the events that were kept for
 * them. Such a gateway reports the id of a message only on request, and its webhooks report nothing but
 * that id. A gateway that returns the id immediately is not asked.
 *
 * @returns how many rows changed
 */
export async function resolveMessageIds(context: ResolveContext): Promise<number> {
	const changed = resolvesQueueIds(context)
		? (await lookUpOldest(context, MAX_LOOKUPS)).changed
		: 0;
	await joinEvents(context);
	return changed;
}

/** Whether the gateway reports the id of a message only for its queue id. */
export const resolvesQueueIds = ({ gateway }: Pick<ResolveContext, 'gateway'>): boolean =>
	gateway.capabilities.lookup?.by === 'queueId' && gateway.lookup !== undefined;

/** Rows in the gateway's queue without a message id. */
export const UNRESOLVED: readonly Condition[] = [
	...where({ status: 'queued' }),
	{ column: 'message_id', is: 'isEmpty', value: null },
];

/** Whether the gateway can be asked for a row. */
export const isUnresolved = (row: Row): boolean =>
	row.status === 'queued' && !hasText(row.message_id) && hasText(row.queue_id);

/** Asks for the oldest unresolved rows, as {@link lookUpRows} does. */
export async function lookUpOldest(
	context: ResolveContext,
	limit: number,
	wanted: string | null = null,
): Promise<LookedUp> {
	const due = (await unresolvedRows(context)).slice(0, limit);
	return await lookUpRows(context, await claim(context, due), wanted);
}

/**
 * Of these rows, those that no other execution looks up: the statuses of a bulk arrive concurrently, and
 * would all look up the same rows.
 */
export async function claim({ table, now }: ResolveContext, rows: readonly Row[]): Promise<Row[]> {
	if (rows.length === 0) return [];
	const [from, until] = [now(), now() + MIN_DELAY_MS].map((ms) => new Date(ms).toISOString());
	const matched = await table.update(
		rows.map(({ id, next_attempt_at: at }) => ({
			where: [
				...where({ id }),
				...UNRESOLVED,
				hasText(at)
					? { column: 'next_attempt_at', is: 'lte', value: from }
					: { column: 'next_attempt_at', is: 'isEmpty', value: null },
			],
			values: { next_attempt_at: until },
		})),
	);
	return rows.filter((_, index) => matched[index].length > 0);
}

/** The unresolved rows to look up now, oldest first. */
async function unresolvedRows({ table, senders, now }: ResolveContext): Promise<Row[]> {
	const since = new Date(now() - GIVEN_UP_AFTER_MS).toISOString();
	const rows: Row[] = [];
	for (const { gateway, account } of senders) {
		const conditions: Condition[] = [
			...where({ gateway, account }),
			...UNRESOLVED,
			{ column: 'sent_at', is: 'gte', value: since },
		];
		rows.push(...(await table.select(conditions, PAGE_SIZE, 'sent_at')));
	}
	const isDue = ({ next_attempt_at: at }: Row) => !hasText(at) || msOf(at) <= now();
	return rows
		.filter((row) => isUnresolved(row) && isDue(row))
		.sort((a, b) => msOf(a.sent_at) - msOf(b.sent_at));
}

/** The result of some look-ups. */
export interface LookedUp {
	/** How many rows changed. */
	readonly changed: number;
	/** The message ids that are known now. */
	readonly messageIds: readonly string[];
}

/**
 * Looks up rows of the gateway's queue and writes the results. The gateway processes its queue in order, so
 * rows after one that is still queued are not looked up.
 *
 * @param rows oldest first
 * @param wanted stop as soon as this message is found; null: none is
 */
export async function lookUpRows(
	context: ResolveContext,
	rows: readonly Row[],
	wanted: string | null,
): Promise<LookedUp> {
	const { table } = context;
	const messageIds: string[] = [];
	let changed = 0;
	for (let first = 0; first < rows.length; first += CONCURRENT_LOOKUPS) {
		const some = rows.slice(first, first + CONCURRENT_LOOKUPS);
		const answers = await Promise.all(some.map(async (row) => await lookUpRow(context, row)));
		const written = some.flatMap((row, index) => {
			const { values } = answers[index];
			return values === null ? [] : [{ where: [...where({ id: row.id }), ...UNRESOLVED], values }];
		});
		const matched = written.length === 0 ? [] : await table.update(written);
		changed += matched.filter(
			(found, index) => found.length > 0 && !('next_attempt_at' in written[index].values),
		).length;
		const found = answers.flatMap(({ values }) => values?.message_id ?? []).map(String);
		messageIds.push(...found);
		if (answers.some(({ stop }) => stop) || (wanted !== null && found.includes(wanted))) break;
	}
	return { changed, messageIds };
}

/** The values to write for a row, and whether to stop looking up. */
interface Answer {
	readonly values: Values | null;
	readonly stop: boolean;
}

async function lookUpRow(context: ResolveContext, row: Row): Promise<Answer> {
	const { gateway, connection } = context;
	const { recipient } = toScheduledMessage(row);
	const outcome = await settle(gateway.lookup!(connection, String(row.queue_id), recipient));
	if (!outcome.ok) {
		const isGone = isNotFound(outcome.error);
		return isGone
			? { values: later(context, row), stop: false }
			: // A fault of the account or the gateway affects all rows.
				{ values: null, stop: true };
	}
	const { messageId, status, failure } = outcome.value;
	if (status === 'failed') {
		const { rank } = STATUSES.failed;
		return {
			values: { status, status_rank: rank, failure: failure?.reason ?? null },
			stop: false,
		};
	}
	if (messageId === null) return { values: later(context, row), stop: true };
	const isFurther = STATUSES[status].rank > STATUSES.queued.rank;
	return {
		values: {
			message_id: messageId,
			...(isFurther ? { status, status_rank: STATUSES[status].rank } : {}),
		},
		stop: false,
	};
}

/** Looked up again later, so that rows which the gateway never reports do not block the rest. */
function later({ now }: ResolveContext, row: Row): Values {
	const age = now() - msOf(row.sent_at);
	const delay = Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, age / 2));
	return { next_attempt_at: new Date(now() + delay).toISOString() };
}

const hasText = (cell: Row['queue_id']): boolean =>
	cell !== null && cell !== undefined && cell !== '';

/** Databases differ in how they write an instant. */
const msOf = (cell: Row['sent_at']): number => new Date(cell as string).getTime();
