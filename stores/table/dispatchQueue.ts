import type { DispatchQueue, Step } from '../dispatcher/queue';
import type { Row } from './columns';
import { SENDING, type Sender } from './rows';
import { PAGE, selectAll, where, type Condition, type MessageTable } from './table';

/**
 * A Data Table as the queue of one account. All steps have one form (range of ids, status, token), so
 * that n8n's node makes them in one access.
 *
 * @param senders the keys under which the credential serves the account; the first is the one of today
 */
export function createDispatchQueue(
	table: MessageTable,
	senders: readonly Sender[],
): DispatchQueue {
	const ofEach = async (read: (own: Condition[]) => Promise<Row[]>): Promise<Row[]> => {
		const lists: Row[][] = [];
		for (const { gateway, account } of senders) lists.push(await read(where({ gateway, account })));
		return lists.flat();
	};
	const isOwn = (row: Row) =>
		senders.some(({ gateway, account }) => row.gateway === gateway && row.account === account);

	return {
		id: table.id,

		adopt: async (now) => {
			for (const { gateway, account } of senders) {
				// Rows that a person has added, or whose cell a person has emptied: n8n compares no empty one.
				const adopted = { next_attempt_at: now, claim_token: '' };
				const columns = ['next_attempt_at', 'claim_token'] as const;
				await table.update(
					columns.map((column) => ({
						where: [
							...where({ gateway, account, status: 'scheduled' }),
							{ column, is: 'isEmpty', value: null },
						],
						values: { [column]: adopted[column] },
					})),
				);
			}
		},

		due: async (now, limit) => {
			const rows = await ofEach(
				async (own) =>
					await table.select(
						[
							...own,
							...where({ status: 'scheduled' }),
							{ column: 'send_at', is: 'lte', value: now },
							{ column: 'next_attempt_at', is: 'lte', value: now },
						],
						limit,
						'send_at',
					),
			);
			return rows.sort(byTime).slice(0, limit);
		},

		turn: async (steps) => {
			const groups = neighbours(steps);
			const changed = await table.update(
				groups.map(([{ id, ifStatus, ifToken, values }, ...others]) => ({
					where: [
						{ column: 'id', is: 'gte', value: id },
						{ column: 'id', is: 'lte', value: id + others.length },
						...where({ status: ifStatus, claim_token: ifToken }),
					],
					values,
				})),
			);
			return groups.flatMap((group, index) =>
				group.map(({ id }) => changed[index].find((row) => row.id === id) ?? null),
			);
		},

		inFlight: async () =>
			await ofEach(async (own) => await selectAll(table, [...own, ...where({ status: SENDING })])),

		toLookFor: async (now, limit) =>
			await ofEach(
				async (own) =>
					await table.select(
						[
							...own,
							...where({ status: 'unconfirmed' }),
							{ column: 'next_attempt_at', is: 'lte', value: now },
						],
						limit,
					),
			),

		ownedMessageIds: async (messageIds) => {
			const rows = await table.selectAny('message_id', messageIds.slice(0, PAGE));
			const [{ gateway }] = senders;
			return new Set(
				rows.filter((row) => row.gateway === gateway).map((row) => String(row.message_id)),
			);
		},

		duplicates: async (rows) => {
			const keys = [...new Set(rows.map(({ deduplication_key: key }) => String(key)))];
			const lowest = new Map<string, number>();
			/** The keys of which a row may have been sent, and which: it stands before lower ones, too. */
			const sent = new Map<string, number>();
			for (let from = 0; from < keys.length; from += MAX_KEYS) {
				for (const row of await table.selectAny(
					'deduplication_key',
					keys.slice(from, from + MAX_KEYS),
				)) {
					const key = String(row.deduplication_key);
					// One that was cancelled stands for nothing any more.
					if (!isOwn(row) || row.status === 'cancelled') continue;
					lowest.set(key, Math.min(row.id, lowest.get(key) ?? Infinity));
					if (!NOT_SENT.has(row.status)) sent.set(key, row.id);
				}
			}
			return new Set(
				rows
					.filter(({ id, deduplication_key: key }) => {
						const other = sent.get(String(key)) ?? id;
						return other !== id || id > (lowest.get(String(key)) ?? id);
					})
					.map(({ id }) => id),
			);
		},
	};
}

/**
 * Steps that follow one another and make the same change to rows whose ids do, too: one change does for
 * them all, since no other row can lie between. Messages that were scheduled together mostly are such.
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

/** The states in which a row was certainly not sent. */
const NOT_SENT: ReadonlySet<unknown> = new Set(['scheduled', 'failed', 'expired']);

/** Conditions of one look-up. */
const MAX_KEYS = 200;

const byTime = (a: Row, b: Row): number =>
	new Date(String(a.send_at)).getTime() - new Date(String(b.send_at)).getTime() || a.id - b.id;
