import type { Gateway, ListFilter } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/capabilityChecks';
import type { MessageToSchedule } from '../../messages/message';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { fingerprint } from '../deduplication/fingerprint';
import { byTime, matches, ON_THE_WAY } from '../matches';
import { insertThenLook } from '../deduplication/insertThenLook';
import { keyIsUsed } from '../deduplication/keyIsUsed';
import { notPending } from '../../gateways/notPending';
import type { DoNotContactTable } from '../doNotContact/columns';
import { gatheredRefusals } from '../doNotContact/refusals';
import { cancelling } from '../cancelling';
import { renewed } from '../renewed';
import type {
	AttemptLog,
	CancelResult,
	MessageStore,
	Move,
	ScheduleOptions,
	StoreLimits,
} from '../store';
import { Batcher } from './batcher';
import { changeMany } from './changeMany';
import { MAX_KEYS, notHeld, requireOne, rowsOfIds, withIds, type NotFound } from './byScheduleId';
import type { Row, Values } from './columns';
import { asItStands, assertStillHere, cancelledValues, movedValues, newToken } from './pendingRow';
import { textOf, toRow, toScheduledMessage, type SendingAccount } from './rows';
import { assertFileKeptUntil } from './uploadedFile';
import { PAGE_SIZE, selectAll, where, type Condition, type MessageTable } from './table';

/** A Data Table stores messages for any time. */
export const TABLE_LIMITS: StoreLimits = { label: 'n8n', minLeadMs: null, maxLeadMs: null };

/** What the store needs beside the table. */
export interface TableStoreOptions {
	readonly gateway: Gateway;
	/** The names under which the credential serves the account; new rows get the first. */
	readonly senders: readonly SendingAccount[];
	/** The timezone of the user's times, written to the table. */
	readonly timezone: string;
	/** What is said of a schedule id that no row has; unless given, that no Data Table has it. */
	readonly notFound?: NotFound;
	/** The list Do Not Contact beside the table; null where there is none. */
	readonly findDoNotContact?: () => Promise<DoNotContactTable | null>;
	now(): number;
}

/** An n8n Data Table as a store: works with every gateway, for any time ahead, and survives restarts. */
export function createTableStore(table: MessageTable, options: TableStoreOptions): MessageStore {
	const { gateway, senders, notFound = notHeld, findDoNotContact } = options;
	const [sender] = senders;
	const inserts = new Batcher<Values, Row>(async (rows) => await table.insert(rows), PAGE_SIZE);
	const byKey = new Batcher(
		async (keys: string[]) => await read('deduplication_key', keys),
		MAX_KEYS,
	);
	const byOwnId = new Batcher(async (ids: string[]) => await read('schedule_id', ids), MAX_KEYS);
	const byAnyId = new Batcher(async (ids: string[]) => await rowsOfIds(table, ids), MAX_KEYS);
	const byRequest = new Batcher<string, Row[]>(readRequested, PAGE_SIZE);
	const { channel } = gateway.capabilities;
	const refusalOf = gatheredRefusals(
		{ find: async () => (await findDoNotContact?.()) ?? null, owner: { senders, channel } },
		'was not moved',
	);
	const toMessage = toScheduledMessage;
	const isOfSender = (row: Row) =>
		senders.some((one) => row.gateway === one.gateway && row.account === one.account);

	/** Reads the rows under each name of the account. */
	async function ofEach(read: (ofSender: Condition[]) => Promise<Row[]>): Promise<Row[]> {
		const lists: Row[][] = [];
		for (const one of senders) {
			lists.push(await read(where({ gateway: one.gateway, account: one.account })));
		}
		return lists.flat();
	}

	/** The account's rows of each value, the lowest id first: one read for many items. */
	async function read(
		column: 'deduplication_key' | 'schedule_id',
		values: readonly string[],
	): Promise<Row[][]> {
		const rows = await table.selectAny(column, [...new Set(values)]);
		const ofAccount = rows.filter(isOfSender).sort((a, b) => a.id - b.id);
		const ofValue = groupBy(ofAccount, (row) => String(row[column]));
		return values.map((value) => ofValue.get(value) ?? []);
	}

	/** The account's rows that were requested for each of these times: one read for many items. */
	async function readRequested(times: readonly string[]): Promise<Row[][]> {
		const sorted = [...times].sort();
		const rows = await ofEach(
			async (ofSender) =>
				await selectAll(table, [
					...ofSender,
					{ column: 'requested_at', is: 'gte', value: sorted[0] },
					{ column: 'requested_at', is: 'lte', value: sorted[sorted.length - 1] },
				]),
		);
		const byId = rows.sort((a, b) => a.id - b.id);
		const ofTime = groupBy(byId, requestedAtOf);
		return times.map((time) => ofTime.get(time) ?? []);
	}

	async function schedule(
		message: MessageToSchedule,
		attempt: AttemptLog,
		{ ifExists, occurrence = 1, renew }: ScheduleOptions = {},
	): Promise<ScheduledMessage> {
		const { unresolved } = attempt;
		if (unresolved !== null) {
			const [row] = await byOwnId.add(unresolved.message.idempotencyKey);
			const winner = row === undefined ? await holderOf(message) : await winnerOver(row);
			const requested = () =>
				renew === undefined ? unresolved.message : renew(unresolved.message);
			const existing =
				winner && (await onExisting(winner, unresolved.message, requested, ifExists));
			if (existing !== undefined) return toMessage(existing);
		}
		const wanted = renewed(message, attempt, renew);
		const values = toRow(wanted, sender, options.timezone, options.now());
		const key = wanted.deduplicationKey ?? null;
		if (key !== null) {
			for (;;) {
				const row = await theOne(key, wanted, values, attempt);
				const existing = await onExisting(row, wanted, () => wanted, ifExists);
				if (existing !== undefined) return toMessage(existing);
			}
		}
		if (ifExists === 'return')
			return toMessage(await pendingOne(wanted, occurrence, values, attempt));
		return toMessage(await insert(wanted, values, attempt));
	}

	async function insert(
		wanted: MessageToSchedule,
		values: Values,
		attempt: AttemptLog,
	): Promise<Row> {
		attempt.begin({ since: options.now(), message: wanted });
		return await inserts.add(values);
	}

	/** The one row of a key, created if there is none. */
	const theOne = async (
		key: string,
		wanted: MessageToSchedule,
		values: Values,
		attempt: AttemptLog,
		look: { readonly isKnownFree?: boolean } = {},
	): Promise<Row> =>
		await insertThenLook<Row>(
			{
				find: async () => await byKey.add(key),
				insert: async () => await insert(wanted, { ...values, deduplication_key: key }, attempt),
				remove: discard,
			},
			look,
		);

	/** Removes a row that lost to one with the same key, unless it is already being sent. */
	const discard = async ({ id }: Row): Promise<void> =>
		void (await table.remove(where({ id, status: 'scheduled' })));

	/** The row that an interrupted attempt left, or the one that it lost to. */
	async function winnerOver(row: Row): Promise<Row> {
		const { deduplication_key: key } = row;
		if (typeof key !== 'string' || key === '') return row;
		const [winner = row, ...losers] = await byKey.add(key);
		for (const loser of losers) await discard(loser);
		return winner;
	}

	/**
	 * The pending message with this recipient, content and requested time; each of several equal items of a
	 * run gets a separate one. If there is none, it is created under a key that only its equals have, so that
	 * two concurrent executions create one.
	 */
	async function pendingOne(
		wanted: MessageToSchedule,
		occurrence: number,
		values: Values,
		attempt: AttemptLog,
	): Promise<Row> {
		const requestedAt = wanted.requestedAt ?? wanted.scheduledAt;
		const matchKey = fingerprint({ ...wanted, requestedAt });
		const equal = (await byRequest.add(new Date(requestedAt).toISOString())).filter(
			(row) => fingerprint({ ...toMessage(row), requestedAt: requestedAtOf(row) }) === matchKey,
		);
		const pending = equal.filter(({ status }) => status === 'scheduled');
		const found = nthOf(pending, matchKey, occurrence);
		if (found !== undefined) return found;
		// A finished message releases its key to a new one, for which all executions compute the same key.
		const over = equal.filter((row) => occurrenceOf(row, matchKey) === occurrence).at(-1);
		const key = `${keyOf(matchKey, occurrence)}${over?.id ?? 0}`;
		return await theOne(key, wanted, values, attempt, { isKnownFree: true });
	}

	/** The row that already has the message's key, whoever created it. */
	async function holderOf({ deduplicationKey: key }: MessageToSchedule): Promise<Row | undefined> {
		return key === undefined || key === null ? undefined : (await byKey.add(key))[0];
	}

	/**
	 * Applies *If Already Scheduled* to the row of a key, unless this item created it. Undefined if it was to
	 * be replaced and somebody has removed it meanwhile.
	 */
	async function onExisting(
		row: Row,
		made: MessageToSchedule,
		wanted: () => MessageToSchedule,
		ifExists: ScheduleOptions['ifExists'],
	): Promise<Row | undefined> {
		if (row.schedule_id === made.idempotencyKey) return row;
		if (ifExists === 'reject') throw keyIsUsed(String(row.deduplication_key), toMessage(row));
		if (ifExists !== 'replace') return row;
		return await replace(row, toRow(wanted(), sender, options.timezone, options.now()));
	}

	/** Replaces content and time of a row that is still pending; returns the row, changed or not. */
	async function replace(row: Row, values: Values): Promise<Row | undefined> {
		const { schedule_id, attempts } = row;
		const content: Values = { ...values, ...newToken(), schedule_id, attempts };
		const [matched] = await table.update([
			{ where: where({ id: row.id, status: 'scheduled' }), values: content },
		]);
		if (matched.length > 0) return matched[0];
		const now = await reread(row);
		if (now !== undefined) assertStillHere(now);
		return now;
	}

	/** A row as it is now; undefined if somebody has removed it. */
	const reread = async (row: Row): Promise<Row | undefined> =>
		(await table.select(where({ id: row.id }), 1))[0];

	const readRow = async (scheduleId: string): Promise<Row> =>
		requireOne(await byAnyId.add(scheduleId), scheduleId, notFound);

	/** Updates a row that is still pending; returns the row, changed or not. */
	async function change(row: Row, values: Values): Promise<[boolean, Row]> {
		if (toMessage(row).status === 'scheduled') {
			const [matched] = await table.update([{ where: asItStands(row), values }]);
			if (matched.length > 0) return [true, matched[0]];
		}
		const now = await reread(row);
		if (now === undefined) throw notFound(String(row.schedule_id));
		assertStillHere(now);
		return [false, now];
	}

	async function cancel(
		scheduleId: string,
		_: unknown,
		attempt?: AttemptLog,
	): Promise<CancelResult> {
		const row = await readRow(scheduleId);
		const before = toMessage(row);
		if (before.status === 'cancelled' && attempt?.unresolved?.cancelling !== undefined) {
			return { cancelled: true, message: before };
		}
		if (before.status === 'scheduled') attempt?.begin(cancelling(before, options.now()));
		const [cancelled, after] = await change(row, cancelledValues());
		// Otherwise a later attempt would claim a cancel that somebody else made meanwhile.
		if (!cancelled) attempt?.clear();
		return { cancelled, message: toMessage(after) };
	}

	async function reschedule({
		scheduleId,
		scheduledAt,
		zone,
		timeNow,
	}: Move): Promise<ScheduledMessage> {
		const row = await readRow(scheduleId);
		const isPending = toMessage(row).status === 'scheduled';
		const wanted = isPending ? (timeNow?.() ?? scheduledAt) : scheduledAt;
		if (isPending) {
			assertFileKeptUntil(row, gateway, wanted);
			const refusal = await refusalOf(row);
			if (refusal !== null) throw refusal;
		}
		const [moved, after] = await change(row, {
			...movedValues(wanted, options.now()),
			...(zone && { timezone: zone.timezone, timezone_source: zone.timezoneSource }),
		});
		if (!moved) throw notPending(gateway.label, toMessage(after), 'rescheduled');
		return toMessage(after);
	}

	return {
		limits: TABLE_LIMITS,
		assertAccepts: (message) => assertSendable(gateway, message),
		schedule,
		get: async (scheduleId) => toMessage(await readRow(scheduleId)),
		list: async (filter, limit = Infinity) => {
			const fits = (row: Row) => matches(toMessage(row), filter);
			const listedRows = await ofEach(async (ofSender) => {
				const lists: Row[][] = [];
				for (const conditions of listConditions(ofSender, filter)) {
					// One condition does not match all messages in flight.
					lists.push(
						limit < Infinity && filter.status !== 'queued'
							? await selectFirst(table, conditions, limit, fits)
							: await selectAll(table, conditions),
					);
				}
				return lists.flat();
			});
			const added = (await table.select(ADDED_BY_HAND, PAGE_SIZE)).filter((row) =>
				mayBeOfSender(row, senders),
			);
			const rows = new Map([...listedRows, ...added].map((row) => [row.id, row]));
			const listed = await withIds(table, [...rows.values()].filter(fits));
			return listed.map(toMessage).sort(byTime);
		},
		cancel,
		reschedule,
		changeMany: async (changes, isAgain) =>
			await changeMany(table, changes, { gateway, notFound, isAgain, now: () => options.now() }),
	};
}

const keyOf = (matchKey: string, occurrence: number) => `auto.${matchKey}.${occurrence}.`;

/** The number of a row among its equals; null if it was created in another way. */
function occurrenceOf({ deduplication_key: key }: Row, matchKey: string): number | null {
	const match = /^auto\.(.+)\.(\d+)\.\d+$/.exec(String(key ?? ''));
	return match?.[1] === matchKey ? Number(match[2]) : null;
}

/**
 * Which of the equal pending rows is the nth equal message of a run: the one created as such, otherwise one
 * that was created in another way, in their order.
 */
function nthOf(pending: readonly Row[], matchKey: string, occurrence: number): Row | undefined {
	const made = new Map<number, Row>();
	const others: Row[] = [];
	for (const row of pending) {
		const nth = occurrenceOf(row, matchKey);
		if (nth === null) others.push(row);
		else if (!made.has(nth)) made.set(nth, row);
	}
	const before = [...made.keys()].filter((nth) => nth < occurrence).length;
	return made.get(occurrence) ?? others[occurrence - before - 1];
}

const requestedAtOf = (row: Row): string => {
	const ms = new Date(row.requested_at as string).getTime();
	return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
};

function groupBy<T>(all: readonly T[], keyOfOne: (one: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const one of all) {
		const key = keyOfOne(one);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [one]);
		else group.push(one);
	}
	return groups;
}

/** A row that a person has added and no run of *Send Due* has adopted: stores always write the rank. */
export const ADDED_BY_HAND: readonly Condition[] = [
	{ column: 'status_rank', is: 'isEmpty', value: null },
];

/** Whether a row names no other account: a person may leave the cells of the account empty. */
const mayBeOfSender = (row: Row, senders: readonly SendingAccount[]): boolean =>
	(['gateway', 'account', 'credential'] as const).every(
		(column) =>
			textOf(row[column]) === null || senders.some((one) => one[column] === textOf(row[column])),
	);

/** The first rows by their time that match, at least that many if there are, read page by page. */
async function selectFirst(
	table: MessageTable,
	conditions: readonly Condition[],
	limit: number,
	fits: (row: Row) => boolean,
): Promise<Row[]> {
	const found = new Map<number, Row>();
	const add = (rows: readonly Row[]) =>
		rows.filter(fits).forEach((row) => void found.set(row.id, row));
	let size = Math.min(PAGE_SIZE, limit);
	for (let after: readonly Condition[] = []; found.size < limit; ) {
		const page = await table.select([...conditions, ...after], size, 'send_at');
		add(page);
		if (page.length < size) break;
		const { send_at: last } = page[page.length - 1];
		// Rows without a time come first, and no condition can continue after them.
		if (last === null) return await selectAll(table, conditions);
		const atLast: Condition[] = [
			{ column: 'send_at', is: 'gte', value: last },
			{ column: 'send_at', is: 'lte', value: last },
		];
		if (found.size < limit) add(await selectAll(table, [...conditions, ...atLast]));
		after = [{ column: 'send_at', is: 'gt', value: last }];
		// Few match, so many have to be read.
		size = PAGE_SIZE;
	}
	return [...found.values()];
}

/**
 * The conditions that the table supports, of one or more reads; {@link matches} applies the rest. What is
 * not delivered is read by its statuses: most of what was ever sent is, and no condition says "one of".
 */
function listConditions(ofSender: readonly Condition[], filter: ListFilter): Condition[][] {
	const { status, recipient, reference, group, notDeliveredSince } = filter;
	const { scheduledAfter, scheduledBefore } = filter;
	const from = (column: 'send_at' | 'sent_at', is: 'gte' | 'lte', value?: string): Condition[] =>
		value === undefined ? [] : [{ column, is, value }];
	const conditions: Condition[] = [
		...ofSender,
		...(recipient === undefined ? [] : where({ recipient: recipient.address })),
		...(reference === undefined ? [] : where({ reference })),
		...(group === undefined ? [] : where({ group_name: group })),
		...from('send_at', 'gte', scheduledAfter),
		...from('send_at', 'lte', scheduledBefore),
		...from('sent_at', 'lte', notDeliveredSince),
	];
	if (status !== undefined && status !== 'queued') return [[...where({ status }), ...conditions]];
	if (notDeliveredSince === undefined) return [conditions];
	return ON_THE_WAY.map((each) => [...where({ status: each }), ...conditions]);
}
