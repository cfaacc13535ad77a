import { adoptRows, type AdoptContext } from './adopt';
import type { DispatchQueue, Step } from '../dispatcher/queue';
import type { Cell, Row } from './columns';
import { isStatus, STATUS_NAMES } from '../../messages/status';
import { isHandedOver } from '../move/words';
import { isoOf, mayHaveBeenSent, SENDING, statusWord, textOf, type SendingAccount } from './rows';
import { PAGE_SIZE, selectAll, where, type Condition, type MessageTable } from './table';

/**
 * A Data Table as the queue of one account. All steps have one form (range of ids, status, token), so that
 * n8n's node applies them in one access.
 *
 * @param senders the names under which the credential serves the account; the first is the current one
 * @param adoption the context for adopting rows that a person has added
 */
export function createDispatchQueue(
	table: MessageTable,
	senders: readonly SendingAccount[],
	adoption: Omit<AdoptContext, 'senders'>,
): DispatchQueue {
	const ofEach = async (read: (ofSender: Condition[]) => Promise<Row[]>): Promise<Row[]> => {
		const lists: Row[][] = [];
		for (const { gateway, account } of senders) lists.push(await read(where({ gateway, account })));
		return lists.flat();
	};
	const isOwn = (row: Row) =>
		senders.some(({ gateway, account }) => row.gateway === gateway && row.account === account);

	return {
		adopt: async (now) => {
			await adoptRows(table, { ...adoption, senders }, now);
			for (const { gateway, account } of senders) {
				// A person has emptied the cell, and n8n does not compare empty ones.
				await table.update([
					{
						where: [
							...where({ gateway, account, status: 'scheduled' }),
							{ column: 'next_attempt_at', is: 'isEmpty', value: null },
						],
						values: { next_attempt_at: now },
					},
				]);
			}
		},

		due: async (now, limit, from) => {
			const notBefore: Condition[] =
				from === undefined ? [] : [{ column: 'send_at', is: 'gte', value: from }];
			const rows = await ofEach(
				async (ofSender) =>
					await table.select(
						[
							...ofSender,
							...where({ status: 'scheduled' }),
							{ column: 'send_at', is: 'lte', value: now },
							...notBefore,
							{ column: 'next_attempt_at', is: 'lte', value: now },
						],
						limit,
						'send_at',
					),
			);
			return await withTokens(table, rows.sort(byTime).slice(0, limit));
		},

		turn: async (steps) => {
			const groups = neighbours(steps);
			const changed = await table.update(
				groups.map(([step, ...others]) => ({
					where: [
						{ column: 'id', is: 'gte', value: step.id },
						{ column: 'id', is: 'lte', value: step.id + others.length },
						...stateOf(step),
					],
					values: step.values,
				})),
			);
			return groups.flatMap((group, index) =>
				group.map(({ id }) => changed[index].find((row) => row.id === id) ?? null),
			);
		},

		retrying: async (now) =>
			await ofEach(
				async (ofSender) =>
					await selectAll(table, [
						...ofSender,
						...where({ status: 'scheduled' }),
						// Also keeps it from reading all that wait for their time.
						{ column: 'send_at', is: 'lte', value: now },
						{ column: 'next_attempt_at', is: 'gt', value: now },
						{ column: 'attempts', is: 'gte', value: 1 },
					]),
			),

		inFlight: async () =>
			await withTokens(
				table,
				await ofEach(
					async (ofSender) => await selectAll(table, [...ofSender, ...where({ status: SENDING })]),
				),
			),

		toLookFor: async (now, limit) =>
			await withTokens(
				table,
				await ofEach(
					async (ofSender) =>
						await table.select(
							[
								...ofSender,
								...where({ status: 'unconfirmed' }),
								{ column: 'next_attempt_at', is: 'lte', value: now },
							],
							limit,
						),
				),
			),

		ownedMessageIds: async (messageIds) => {
			const rows = await table.selectAny('message_id', messageIds.slice(0, PAGE_SIZE));
			const [{ gateway }] = senders;
			return new Set(
				rows.filter((row) => row.gateway === gateway).map((row) => String(row.message_id)),
			);
		},

		duplicates: async (rows) =>
			new Set((await standIns(table, 'deduplication_key', rows, isOwn)).keys()),

		// By recipient alone: n8n joins conditions by one word, and cannot ask for "any of these, since then".
		recent: async (recipients, since) => {
			const rows: Row[] = [];
			for (let from = 0; from < recipients.length; from += MAX_KEYS) {
				rows.push(...(await table.selectAny('recipient', recipients.slice(from, from + MAX_KEYS))));
			}
			const isRecent = (cell: Cell) => (isoOf(cell) ?? '') >= since;
			return rows.filter(
				(row) => isOwn(row) && (isRecent(row.sent_at) || isRecent(row.send_started_at)),
			);
		},

		// Of any account: one id is one message.
		sharedIds: async (rows) => await standIns(table, 'schedule_id', rows, () => true),
	};
}

/** The conditions that a row is in the state that a step requires. */
export const stateOf = ({ ifStatus, ifToken }: Step): Condition[] => [
	...(ifStatus === null ? NO_STATUS : where({ status: ifStatus })),
	...where({ claim_token: ifToken }),
];

/** Matches a status that no store writes. */
const NO_STATUS = [...STATUS_NAMES, SENDING].map(
	(status): Condition => ({ column: 'status', is: 'neq', value: status }),
);

/**
 * Of these rows, those for which another row with the same value takes precedence: one that may have been
 * sent, otherwise the lowest. Returns that row's id for each.
 *
 * @param counts whether a row can take precedence over another
 */
async function standIns(
	table: MessageTable,
	column: 'deduplication_key' | 'schedule_id',
	rows: readonly Row[],
	counts: (row: Row) => boolean,
): Promise<Map<number, number>> {
	const values = [...new Set(rows.flatMap((row) => textOf(row[column]) ?? []))];
	const lowest = new Map<string, number>();
	/** The row of each value that may have been sent: it takes precedence even over lower ones. */
	const sent = new Map<string, number>();
	for (let from = 0; from < values.length; from += MAX_KEYS) {
		for (const row of await table.selectAny(column, values.slice(from, from + MAX_KEYS))) {
			const value = String(row[column]);
			if (!counts(row) || standsForNothing(row)) continue;
			lowest.set(value, Math.min(row.id, lowest.get(value) ?? Infinity));
			if (!NOT_SENT.has(statusWord(row))) sent.set(value, row.id);
		}
	}
	const found = new Map<number, number>();
	for (const row of rows) {
		const value = String(row[column]);
		const other = sent.get(value) ?? row.id;
		const first = lowest.get(value) ?? row.id;
		if (other !== row.id) found.set(row.id, other);
		else if (row.id > first) found.set(row.id, first);
	}
	return found;
}

/**
 * Rows whose token a person has emptied get one that conditions can match: n8n's *equals* matches no
 * empty cell, and *is empty* every waiting row, so that a condition on all would update all.
 */
async function withTokens(table: MessageTable, rows: readonly Row[]): Promise<Row[]> {
	const without = rows.filter(({ claim_token: token }) => token === null || token === undefined);
	if (without.length === 0) return [...rows];
	const given = await table.update(
		without.map(({ id, status }) => ({
			where: [
				...where({ id, status }),
				{ column: 'claim_token', is: 'isEmpty', value: null } as const,
			],
			values: { claim_token: '' },
		})),
	);
	const changed = new Map(given.flat().map((row) => [row.id, row]));
	return rows.map((row) => changed.get(row.id) ?? row);
}

/**
 * Groups consecutive steps that apply the same update to rows with consecutive ids: one update is enough for
 * them, since no other row can be between. Messages that were scheduled together usually are consecutive.
 */
function neighbours(steps: readonly Step[]): Step[][] {
	const groups: Step[][] = [];
	for (const step of steps) {
		const group = groups[groups.length - 1];
		const last = group?.[group.length - 1];
		if (last !== undefined && step.id === last.id + 1 && isAlike(step, last)) group.push(step);
		else groups.push([step]);
	}
	return groups;
}

const isAlike = (a: Step, b: Step): boolean =>
	a.ifStatus === b.ifStatus &&
	a.ifToken === b.ifToken &&
	JSON.stringify(a.values) === JSON.stringify(b.values);

/** Whether a row was cancelled, or is kept back by a person's status, and was not sent. */
function standsForNothing(row: Row): boolean {
	const word = statusWord(row);
	if (word === 'cancelled') return true;
	return !isStatus(word) && word !== SENDING && !isHandedOver(word) && !mayHaveBeenSent(row);
}

/** The states in which a row was certainly not sent. */
const NOT_SENT: ReadonlySet<string> = new Set(['scheduled', 'failed', 'expired']);

/** Conditions per read. */
const MAX_KEYS = 200;

const byTime = (a: Row, b: Row): number =>
	new Date(String(a.send_at)).getTime() - new Date(String(b.send_at)).getTime() || a.id - b.id;
