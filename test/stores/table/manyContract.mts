import fc from 'fast-check';

import type { ListFilter } from '../../../gateways/gateway';
import { parseRecipient } from '../../../messages/recipient';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import { STATUS_NAMES } from '../../../messages/status';
import type { MessageStore, PlannedChange } from '../../../stores/store';
import type { Row, Values } from '../../../stores/table/columns';
import { SENDING } from '../../../stores/table/rows';
import { createTableStore } from '../../../stores/table/tableStore';
import { where, type MessageTable } from '../../../stores/table/table';
import { FakeGateway, iso, MINUTE, rowOf, SENDER, START } from './fakes.mts';

/** A table, and how the store of operations lists it. */
export interface ManyBackend {
	readonly messages: MessageTable;
	readonly list: MessageStore['list'] | null;
}

const HOUR = 60 * MINUTE;

/** What every store of many messages promises: selected by filters, and changed as they were planned. */
export function describeMany(
	name: string,
	make: () => Promise<ManyBackend>,
	{ numRuns }: { readonly numRuns: number },
): void {
	describe(`${name}: many messages`, () => {
		let table: MessageTable;
		let store: MessageStore;
		beforeEach(async () => {
			const made = await make();
			table = made.messages;
			const general = createTableStore(table, {
				gateway: new FakeGateway().gateway,
				senders: [SENDER],
				timezone: 'UTC',
				now: () => START,
			});
			store = made.list === null ? general : { ...general, list: made.list };
		});

		const insert = async (...rows: Values[]) => await table.insert(rows);
		const pending = (text: string, more: Values = {}) => rowOf(text, START + HOUR, more);
		const toCancel = (row: Pick<Row, 'schedule_id'>): PlannedChange => ({
			scheduleId: String(row.schedule_id),
			from: null,
			to: null,
		});
		const toMove = (row: Row, to: number): PlannedChange => ({
			scheduleId: String(row.schedule_id),
			from: String(row.send_at),
			to: iso(to),
		});
		const change = async (changes: readonly PlannedChange[], isAgain = false) =>
			await store.changeMany!(changes, isAgain);
		const rowsNow = async () => await table.select([], 10_000);

		it('cancels those that are still pending, and says of each other why not', async () => {
			const rows = await insert(
				pending('a'),
				pending('b', { status: SENDING }),
				pending('c', { status: 'sent' }),
				pending('d', { status: 'cancelled' }),
				pending('e'),
				pending('f', { status: 'moved' }),
			);
			const gone = { schedule_id: '00000000-0000-4000-8000-000000000000' };
			const results = await change([...rows, gone].map(toCancel));
			const told = results.map((result) =>
				result.ok ? result.value.status : (result.error as { kind?: string }).kind,
			);
			expect(told).toEqual([
				'cancelled',
				'notPending',
				'notPending',
				'notPending',
				'cancelled',
				'notPending',
				'notFound',
			]);
			expect((await rowsNow()).map(({ status }) => status)).toEqual([
				'cancelled',
				SENDING,
				'sent',
				'cancelled',
				'cancelled',
				'moved',
			]);
		});

		it('counts as its own, again, what an earlier attempt has cancelled', async () => {
			const rows = await insert(pending('a'), pending('b'));
			await change([toCancel(rows[0])]);
			const results = await change(rows.map(toCancel), true);
			expect(results.map(({ ok }) => ok)).toEqual([true, true]);
		});

		it('leaves what somebody has moved since it was chosen to be cancelled', async () => {
			const [row] = await insert(pending('a'));
			const chosen = { ...toCancel(row), from: String(row.send_at) };
			const send_at = iso(START + 5 * HOUR);
			await table.update([{ where: where({ id: row.id }), values: { send_at } }]);
			expect((await change([chosen])).map(({ ok }) => ok)).toEqual([false]);
			expect((await rowsNow()).map(({ status }) => status)).toEqual(['scheduled']);
		});

		it('moves each once, however often, and only from the time that was planned', async () => {
			const rows = await insert(pending('a'), pending('b'), pending('c', { status: SENDING }));
			const plan = rows.map((row) => toMove(row, START + 2 * HOUR));
			await table.update([
				{ where: where({ id: rows[1].id }), values: { send_at: iso(START + 5 * HOUR) } },
			]);
			for (const isAgain of [false, true, false]) {
				const results = await change(plan, isAgain);
				expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
				expect((await rowsNow()).map(({ send_at: at }) => at)).toEqual([
					iso(START + 2 * HOUR),
					iso(START + 5 * HOUR),
					iso(START + HOUR),
				]);
			}
		});

		it('counts a moved one that was sent since as moved, again only', async () => {
			const [row] = await insert(pending('a'));
			const plan = [toMove(row, START + 2 * HOUR)];
			await change(plan);
			await table.update([{ where: where({ id: row.id }), values: { status: 'sent' } }]);
			expect(await change(plan, true)).toMatchObject([{ ok: true, value: { status: 'sent' } }]);
			expect(await change(plan, false)).toMatchObject([
				{ ok: false, error: { kind: 'notPending' } },
			]);
		});

		it('moves each once when two move them at the same moment', async () => {
			const rows = await insert(...Array.from({ length: 40 }, (_, n) => pending(`m${n}`)));
			const plan = rows.map((row) => toMove(row, Date.parse(String(row.send_at)) + HOUR));
			await Promise.all([change(plan), change(plan), change(plan, true)]);
			const times = new Set((await rowsNow()).map(({ send_at: at }) => at));
			expect([...times]).toEqual([iso(START + 2 * HOUR)]);
		});

		it('keeps a run of Send Due from starting what it read before it was moved', async () => {
			const [row] = await insert(rowOf('due', START - MINUTE));
			const read = (await table.select(where({ id: row.id }), 1))[0];
			await change([toMove(row, START + HOUR)]);
			const start = {
				where: where({ id: row.id, status: 'scheduled', claim_token: read.claim_token }),
				values: { status: SENDING },
			};
			expect((await table.update([start]))[0]).toEqual([]);
		});

		it('never cancels what a dispatcher has begun, and the dispatcher nothing that was cancelled', async () => {
			for (let round = 0; round < 5; round++) {
				const rows = await insert(...Array.from({ length: 60 }, (_, n) => pending(`m${n}`)));
				const begin = async (row: Row) => {
					const [matched] = await table.update([
						{ where: where({ id: row.id, status: 'scheduled' }), values: { status: SENDING } },
					]);
					return matched.length > 0;
				};
				const [results, begun] = await Promise.all([
					change(rows.map(toCancel)),
					Promise.all(rows.filter((_, n) => n % 2 === round % 2).map(begin)),
				]);
				const cancelled = results.filter(({ ok }) => ok).length;
				expect(cancelled + begun.filter(Boolean).length).toBe(rows.length);
				const now = await table.select([{ column: 'id', is: 'gte', value: rows[0].id }], 60);
				expect(now.map(({ status }) => status)).toEqual(
					results.map(({ ok }) => (ok ? 'cancelled' : SENDING)),
				);
			}
		});

		const GROUPS = ['spring', 'Spring', '=x', 'autumn 👋', null];
		const anyRow = fc.record({
			status: fc.constantFrom('scheduled', 'scheduled', ...STATUS_NAMES, SENDING),
			account: fc.constantFrom(SENDER.account, SENDER.account, 'another'),
			to: fc.integer({ min: 0, max: 3 }),
			group: fc.constantFrom(...GROUPS),
			reference: fc.constantFrom('r1', 'r2', null),
			at: fc.integer({ min: -3, max: 3 }),
			sentAt: fc.option(fc.integer({ min: -3, max: 0 })),
		});
		const anyFilter = fc.record(
			{
				to: fc.integer({ min: 0, max: 3 }),
				group: fc.constantFrom('spring', '=x', 'autumn 👋', 'nobody'),
				reference: fc.constantFrom('r1', 'r2'),
				after: fc.integer({ min: -3, max: 3 }),
				before: fc.integer({ min: -3, max: 3 }),
				notDelivered: fc.integer({ min: -3, max: 0 }),
				status: fc.constantFrom('scheduled', 'sent', 'queued', 'delivered'),
			},
			{ requiredKeys: [] },
		);
		const numberOf = (to: number) => `+1415523880${to}`;
		type AnyRow = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;
		type AnyFilter = typeof anyFilter extends fc.Arbitrary<infer T> ? T : never;

		/** The same filter, by what was put in. */
		const fits = (row: AnyRow, filter: AnyFilter): boolean => {
			const shown = row.status === SENDING ? 'queued' : row.status;
			const { to, group, reference, after, before, notDelivered, status } = filter;
			return (
				row.account === SENDER.account &&
				(to === undefined || row.to === to) &&
				(group === undefined || row.group === group) &&
				(reference === undefined || row.reference === reference) &&
				(after === undefined || row.at >= after) &&
				(before === undefined || row.at <= before) &&
				(status === undefined || shown === status) &&
				(notDelivered === undefined ||
					(row.sentAt !== null &&
						row.sentAt <= notDelivered &&
						['queued', 'suspended', 'sent'].includes(shown)))
			);
		};
		const toFilter = (filter: AnyFilter): ListFilter => ({
			group: filter.group,
			reference: filter.reference,
			status: filter.status as ListFilter['status'],
			recipient: filter.to === undefined ? undefined : parseRecipient(numberOf(filter.to)),
			scheduledAfter: filter.after === undefined ? undefined : iso(START + filter.after * HOUR),
			scheduledBefore: filter.before === undefined ? undefined : iso(START + filter.before * HOUR),
			notDeliveredSince:
				filter.notDelivered === undefined ? undefined : iso(START + filter.notDelivered * HOUR),
		});
		const fill = async (rows: readonly AnyRow[]) =>
			await table.insert(
				rows.map(({ status, account, to, group, reference, at, sentAt }, n) => ({
					...rowOf(`m${n}`, START + at * HOUR),
					status,
					account,
					reference,
					recipient: numberOf(to),
					group_name: group,
					sent_at: sentAt === null ? null : iso(START + sentAt * HOUR),
				})),
			);
		const clear = async () => void (await table.remove([]));
		const textsOf = (list: readonly ScheduledMessage[]) => list.map(({ text }) => text).sort();

		it('finds by any filters what another count finds, and cancels exactly that', async () => {
			await fc.assert(
				fc.asyncProperty(
					fc.array(anyRow, { minLength: 1, maxLength: 40 }),
					anyFilter,
					async (rows, filter) => {
						await clear();
						await fill(rows);
						const expected = rows.flatMap((row, n) => (fits(row, filter) ? [`m${n}`] : []));
						expect(textsOf(await store.list(toFilter(filter)))).toEqual(expected.sort());
						expect(textsOf(await store.list(toFilter(filter), 1_000))).toEqual(expected);

						const wanted = { ...filter, status: 'scheduled' as const };
						const listed = await store.list(toFilter(wanted));
						await change(listed.map(({ scheduleId }) => toCancel({ schedule_id: scheduleId })));
						const after = await table.select([], 100);
						expect(after.map(({ status }) => status)).toEqual(
							rows.map((row) => (fits(row, wanted) ? 'cancelled' : row.status)),
						);
					},
				),
				{ seed: 16, numRuns },
			);
		}, 120_000);
	});
}
