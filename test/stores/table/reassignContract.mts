import { retryMatching, retryOne, type RetryRules } from '../../../stores/table/retry';
import type { Values } from '../../../stores/table/columns';
import { SENDING, type SendingAccount } from '../../../stores/table/rows';
import type { MessageTable } from '../../../stores/table/table';
import { rowOf, SENDER, START } from './fakes.mts';

const NEW: SendingAccount = { gateway: 'other', account: 'account-2', credential: 'New Gateway' };

const RULES: RetryRules = {
	mayGoOutTwice: false,
	validForMinutes: undefined,
	reassignTo: NEW,
	assertSendable: () => undefined,
	assertMovable: () => undefined,
};

const FILTER = {
	statuses: ['failed', 'expired', 'unconfirmed'],
	senders: [NEW],
	account: SENDER.account,
	recipient: undefined,
	scheduledAfter: undefined,
	scheduledBefore: undefined,
	failureContains: undefined,
	limit: 50,
} as const;

/** *Reassign* with deduplication keys: the same on every table of messages. `make` gives an empty one. */
export function describeReassign(name: string, make: () => Promise<MessageTable>): void {
	describe(`reassigning with deduplication keys on ${name}`, () => {
		let table: MessageTable;
		beforeEach(async () => void (table = await make()));

		const row = (text: string, key: string | null, more: Values = {}) =>
			rowOf(text, START - 1_000, { deduplication_key: key, ...more });
		const ofNew = { gateway: NEW.gateway, account: NEW.account };
		const stay = async () =>
			(await table.select([], 99)).map(({ text, account, status }) => [text, account, status]);

		it('moves all but those whose key another message of the account has', async () => {
			const [holder] = await table.insert([row('theirs', 'k1', { ...ofNew, status: 'sent' })]);
			const [taken] = await table.insert([
				row('taken', 'k1'),
				row('free', 'k2'),
				row('without', null),
				row('failed', 'k3', { status: 'failed' }),
			]);
			const report = await retryMatching(table, FILTER, RULES, START);
			expect(report.rows.map(({ text }) => text).sort()).toEqual(['failed', 'free', 'without']);
			expect(report.changed).toBe(0);
			expect(report.rejected).toEqual([
				{
					scheduleId: taken.schedule_id,
					reason: `The account "account-2" has another message with the deduplication key "k1", so this one was not moved: the scheduled message "${String(holder.schedule_id)}" with the status "sent". That message stands for this one: cancel this one. To send both, empty "deduplication_key" of one of the two rows (in PostgreSQL: set it to null), and run the operation again.`,
				},
			]);
			expect(await stay()).toEqual([
				['theirs', 'account-2', 'sent'],
				['taken', 'account-1', 'scheduled'],
				['free', 'account-2', 'scheduled'],
				['without', 'account-2', 'scheduled'],
				['failed', 'account-2', 'scheduled'],
			]);
		});

		it('moves one of two that come with one key from two gateways', async () => {
			await table.insert([row('first', 'k'), row('second', 'k', { gateway: 'another' })]);
			const report = await retryMatching(table, FILTER, RULES, START);
			expect(report.rows.map(({ text }) => text)).toEqual(['first']);
			expect(report.rejected).toHaveLength(1);
		});

		it('moves it once the key is free, as the advice says', async () => {
			await table.insert([row('theirs', 'k', { ...ofNew, status: 'sent' })]);
			const [taken] = await table.insert([row('taken', 'k')]);
			const id = String(taken.schedule_id);
			await expect(retryOne(table, id, RULES, START)).rejects.toThrow(
				/has another message with the deduplication key "k"/,
			);
			await table.update([
				{
					where: [{ column: 'id', is: 'eq', value: taken.id }],
					values: { deduplication_key: null },
				},
			]);
			expect(await retryOne(table, id, RULES, START)).toMatchObject(ofNew);
		});

		it('leaves keys of messages of the account itself alone', async () => {
			const own = row('own', 'k', { ...ofNew, status: 'failed' });
			await table.insert([own]);
			const report = await retryMatching(table, { ...FILTER, account: NEW.account }, RULES, START);
			expect(report.rows.map(({ text }) => text)).toEqual(['own']);
		});

		it('moves the others where a key is taken between its look and its change', async () => {
			const [a, b] = await table.insert([row('a', 'k1'), row('b', 'k2', { status: SENDING })]);
			const raced: MessageTable = {
				...bound(table),
				selectAny: async (...given) => {
					const found = await table.selectAny(...given);
					await table.insert([row('meanwhile', 'k1', ofNew)]);
					return found;
				},
			};
			const report = await retryMatching(raced, FILTER, RULES, START);
			const moved = report.rows.map(({ id }) => id);
			expect(moved).toContain(b.id);
			// A table without unique index takes both, and its dispatcher sends one of them.
			expect(moved.includes(a.id) || report.rejected[0]?.scheduleId === a.schedule_id).toBe(true);
		});
	});
}

/** A table's methods by themselves. */
const bound = (table: MessageTable): MessageTable => ({
	id: table.id,
	insert: async (rows) => await table.insert(rows),
	select: async (...given) => await table.select(...given),
	selectAny: async (...given) => await table.selectAny(...given),
	selectEither: async (...given) => await table.selectEither(...given),
	update: async (changes) => await table.update(changes),
	remove: async (...given) => await table.remove(...given),
});
