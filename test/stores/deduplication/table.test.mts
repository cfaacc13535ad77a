import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import type { MessageToSchedule } from '../../../messages/message';
import type { ScheduleOptions } from '../../../stores/store';
import type { Row } from '../../../stores/table/columns';
import { createTableStore } from '../../../stores/table/tableStore';
import type { MessageTable } from '../../../stores/table/table';
import { runs } from '../../proof.mts';
import { Entry } from '../fakeScheduler.mts';
import {
	FakeClock,
	FakeGateway,
	iso,
	message,
	MINUTE,
	rowOf,
	SENDER,
	START,
} from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { Process } from './process.mts';

const clock = new FakeClock();
let table: MemoryTable;
beforeEach(() => (table = new MemoryTable()));

const storeForId = (of: MessageTable = table, account = SENDER.account) =>
	createTableStore(of, {
		gateway: new FakeGateway().gateway,
		senders: [{ ...SENDER, account }],
		timezone: 'UTC',
		now: clock.now,
	});

/** A message with a key, for any time. */
const keyed = (key: string, more: Partial<MessageToSchedule> = {}) =>
	message(`for ${key}`, START, { deduplicationKey: key, ...more });

const schedule = async (
	wanted: MessageToSchedule,
	options: ScheduleOptions = {},
	store = storeForId(),
) => await store.schedule(wanted, new Entry(), options);

/** What a dispatcher sends: no row that has a lower one of its key. */
const sendable = (): Row[] => {
	const rows = [...table.rows.values()].sort((a, b) => a.id - b.id);
	return rows.filter(
		({ id, deduplication_key: key }) =>
			key === null || !rows.some((row) => row.deduplication_key === key && row.id < id),
	);
};

describe('a deduplication key', () => {
	it('makes one message, whatever its content and time are the next time', async () => {
		const first = await schedule(keyed('a'));
		const second = await schedule(keyed('a', { text: 'other', scheduledAt: iso(START + MINUTE) }));
		expect(second).toEqual(first);
		expect(table.rows.size).toBe(1);
		expect(table.row(1)).toMatchObject({ deduplication_key: 'a', requested_at: iso(START) });
	});

	it.each(['sending', 'sent', 'failed', 'cancelled', 'expired', 'unconfirmed', 'read'])(
		'stays used by a message that is %s',
		async (status) => {
			await schedule(keyed('a'));
			table.edit(1, { status });
			await schedule(keyed('a'));
			expect(table.statuses).toEqual([status]);
		},
	);

	it('is free again once its row is gone, and is another one in another account', async () => {
		await schedule(keyed('a'));
		table.rows.clear();
		await schedule(keyed('a'));
		await schedule(keyed('a'), {}, storeForId(table, 'account-2'));
		expect(table.rows.size).toBe(2);
	});

	it('costs a list three accesses, however long it is', async () => {
		const store = storeForId();
		const all = Array.from({ length: 300 }, async (_, index) => {
			await schedule(keyed(`${index}`), {}, store);
		});
		await Promise.all(all);
		expect(table.accesses).toEqual(['select', 'insert', 'select']);
		expect(table.rows.size).toBe(300);
	});

	it('makes one of two equal items of a list', async () => {
		const store = storeForId();
		const held = await Promise.all([1, 2].map(async () => await schedule(keyed('a'), {}, store)));
		expect(new Set(held.map(({ scheduleId }) => scheduleId)).size).toBe(1);
		expect(table.rows.size).toBe(1);
	});

	it('refuses where it is told to, and names the key and what became of its message', async () => {
		await schedule(keyed('order-7'));
		table.edit(1, { status: 'sent' });
		const again = schedule(keyed('order-7'), { ifExists: 'reject' });
		await expect(again).rejects.toMatchObject({
			parameter: 'Deduplication Key',
			message: `"Deduplication Key" is "order-7", which already has a message: sent, for ${iso(START)}. No other message was created.`,
		});
	});

	it('does not refuse what an earlier attempt of the same item made', async () => {
		const store = storeForId();
		const entry = new Entry();
		const wanted = keyed('a');
		const held = await store.schedule(wanted, entry, { ifExists: 'reject' });
		expect(entry.unresolved).not.toBeNull();
		expect(await store.schedule(wanted, entry, { ifExists: 'reject' })).toEqual(held);
	});

	it('replaces content and time while it is pending, under the same id', async () => {
		const first = await schedule(keyed('a'));
		const time = iso(START + MINUTE);
		const changed = keyed('a', { text: 'new', scheduledAt: time, requestedAt: time });
		const second = await schedule(changed, { ifExists: 'replace' });
		expect(second).toMatchObject({ scheduleId: first.scheduleId, text: 'new', scheduledAt: time });
		expect(table.row(1)).toMatchObject({ status: 'scheduled', requested_at: time });
		table.edit(1, { status: 'sending' });
		const third = await schedule(keyed('a', { text: 'too late' }), { ifExists: 'replace' });
		expect(third).toMatchObject({ scheduleId: first.scheduleId, text: 'new', status: 'queued' });
	});
});

describe('an attempt whose insert was cut off, and that lost to another execution', () => {
	/** The item whose row is there, or was removed by the winner, without its knowing. */
	const cutOff = async (wanted: MessageToSchedule, isRemoved: boolean) => {
		await schedule(keyed('a', { text: 'the winner' }));
		const entry = new Entry();
		entry.begin({ since: clock.ms, message: wanted });
		if (!isRemoved) {
			const { idempotencyKey: schedule_id, text } = wanted;
			const more = { schedule_id, text, deduplication_key: 'a', recipient: '+919988066776' };
			await table.insert([rowOf('loser', START, more)]);
		}
		return entry;
	};

	it.each([true, false])('refuses, its row removed: %s', async (isRemoved) => {
		const wanted = keyed('a', { text: 'loser' });
		const entry = await cutOff(wanted, isRemoved);
		await expect(
			storeForId().schedule(wanted, entry, { ifExists: 'reject' }),
		).rejects.toMatchObject({
			parameter: 'Deduplication Key',
		});
		expect(sendable()).toMatchObject([{ text: 'the winner' }]);
	});

	it.each([true, false])(
		'replaces the winner’s content, its row removed: %s',
		async (isRemoved) => {
			const wanted = keyed('a', { text: 'loser' });
			const entry = await cutOff(wanted, isRemoved);
			const held = await storeForId().schedule(wanted, entry, { ifExists: 'replace' });
			expect(held).toMatchObject({ text: 'loser', status: 'scheduled' });
			expect([...table.rows.values()]).toMatchObject([{ text: 'loser' }]);
		},
	);

	it('replaces the winner’s time by one that is still possible', async () => {
		const wanted = keyed('a', { text: 'loser' });
		const entry = await cutOff(wanted, true);
		const renew = (earlier: MessageToSchedule) => ({
			...earlier,
			scheduledAt: iso(START + MINUTE),
		});
		const held = await storeForId().schedule(wanted, entry, { ifExists: 'replace', renew });
		expect(held).toMatchObject({ text: 'loser', scheduledAt: iso(START + MINUTE) });
	});

	it('has its own row where a person has just emptied its key', async () => {
		const entry = new Entry();
		const wanted = keyed('a');
		const held = await storeForId().schedule(wanted, entry);
		let selects = 0;
		table.before = (access) => {
			if (access === 'select' && ++selects === 2) table.edit(1, { deduplication_key: null });
		};
		const again = await storeForId().schedule(wanted, entry, { ifExists: 'reject' });
		expect(again.scheduleId).toBe(held.scheduleId);
		expect(table.rows.size).toBe(1);
	});

	it('returns the winner, and does not say that nothing is scheduled, once its time is over', async () => {
		const wanted = keyed('a', { text: 'loser' });
		const entry = await cutOff(wanted, true);
		const renew = () => {
			throw new InvalidParameterError('Send At', '"Send At" has passed.');
		};
		const held = await storeForId().schedule(wanted, entry, { ifExists: 'return', renew });
		expect(held).toMatchObject({ text: 'the winner' });
	});
});

it('makes the message anew where the row that was to be replaced is removed meanwhile', async () => {
	await schedule(keyed('a'));
	table.before = (access) => {
		if (access === 'update') table.rows.clear();
	};
	const held = await schedule(keyed('a', { text: 'new' }), { ifExists: 'replace' });
	expect(held).toMatchObject({ text: 'new' });
	expect([...table.rows.values()]).toMatchObject([{ text: 'new', status: 'scheduled' }]);
});

describe('without a key, Return the Scheduled One', () => {
	const again: ScheduleOptions = { ifExists: 'return' };
	const asked = (text: string, at: number) =>
		message(text, at, { requestedAt: iso(START), idempotencyKey: randomUUID() });

	it('goes by the time as asked for, wherever spacing and windows have put it', async () => {
		const first = await schedule(asked('hello', START + MINUTE), again);
		const second = await schedule(asked(' hello', START + 5 * MINUTE), again);
		expect(second.scheduleId).toBe(first.scheduleId);
		const other = { ...asked('hello', START + MINUTE), requestedAt: iso(START + 1) };
		await schedule(other, again);
		expect(table.rows.size).toBe(2);
	});

	it('also takes those that were scheduled anyway, or with a key, each for one item', async () => {
		await schedule(asked('hello', START));
		await schedule({ ...asked('hello', START), deduplicationKey: 'a' });
		for (let run = 0; run < 2; run++) {
			const store = storeForId();
			const held: ScheduledMessage[] = [];
			for (const occurrence of [1, 2, 3]) {
				held.push(await schedule(asked('hello', START), { ...again, occurrence }, store));
			}
			expect(new Set(held.map(({ scheduleId }) => scheduleId)).size).toBe(3);
			expect(table.rows.size).toBe(3);
		}
	});

	it('makes a new one where the old one is over, again and again', async () => {
		// More than ten: their keys end with a number, of two digits by then.
		for (let run = 1; run <= 13; run++) {
			await schedule(asked('hello', START), again);
			await schedule(asked('hello', START), again);
			expect(sendable()).toHaveLength(run);
			table.edit(run, { status: 'sent' });
		}
	});

	it('gives each of twelve equal items its own, in the first run and in the second', async () => {
		const runOf = async () => {
			const store = storeForId();
			const held: ScheduledMessage[] = [];
			for (let occurrence = 1; occurrence <= 12; occurrence++) {
				held.push(await schedule(asked('hello', START), { ...again, occurrence }, store));
			}
			return held.map(({ scheduleId }) => scheduleId);
		};
		const first = await runOf();
		expect(new Set(first).size).toBe(12);
		expect(await runOf()).toEqual(first);
		expect(table.rows.size).toBe(12);
	});
});

/** Executions that go on at the same time, some killed; then one more that goes well. */
const executions = <T,>(items: fc.Arbitrary<T>) =>
	fc.array(
		fc.record({
			items: fc.array(items, { minLength: 1, maxLength: 4 }),
			killedAt: fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }),
		}),
		{ minLength: 1, maxLength: 3 },
	);

it('one key is one message, whatever runs again, interleaved and killed wherever', async () => {
	const item = fc.record({ key: fc.constantFrom('a', 'b', 'c'), delay: fc.nat(5) });
	let duplicates = 0;
	await fc.assert(
		fc.asyncProperty(fc.scheduler(), executions(item), async (turns, all) => {
			table = new MemoryTable();
			const first = new Map<unknown, number>();
			const insert = table.insert.bind(table);
			table.insert = async (rows) => {
				const inserted = await insert(rows);
				for (const { id, deduplication_key: key } of inserted) {
					if (first.has(key)) duplicates++;
					else first.set(key, id);
				}
				return inserted;
			};
			const pause = async () => await turns.schedule(Promise.resolve());
			const ids = new Map<string, Set<string>>();
			const execute = async (list: (typeof all)[number]['items'], process: Process) => {
				const store = storeForId(process.table(table));
				const outcomes = list.map(async ({ key, delay }) => {
					const wanted = keyed(key, { scheduledAt: iso(START + delay * MINUTE) });
					const { scheduleId } = await schedule(wanted, {}, store);
					ids.set(key, (ids.get(key) ?? new Set()).add(scheduleId));
				});
				await Promise.allSettled(outcomes);
			};
			const running = all.map(
				async ({ items, killedAt }) => await execute(items, new Process(pause, killedAt)),
			);
			await turns.waitFor(Promise.all(running));
			const keys = [...new Set(all.flatMap(({ items }) => items.map(({ key }) => key)))];
			const last = keys.map((key) => ({ key, delay: 9 })).reverse();
			await execute(last, new Process(async () => undefined));
			for (const key of keys) {
				const rows = [...table.rows.values()].filter((row) => row.deduplication_key === key);
				expect(rows.map(({ id }) => id)).toEqual([first.get(key)]);
				expect(ids.get(key)?.size).toBe(1);
			}
		}),
		runs(300),
	);
	expect(duplicates).toBeGreaterThan(20);
});

it('as many equal messages as one list has, whatever runs at the same moment and is killed', async () => {
	const counts = fc.array(
		fc.record({
			count: fc.integer({ min: 1, max: 3 }),
			killedAt: fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }),
		}),
		{ minLength: 1, maxLength: 3 },
	);
	await fc.assert(
		fc.asyncProperty(fc.scheduler(), counts, fc.nat(2), async (turns, all, there) => {
			table = new MemoryTable();
			for (let count = 0; count < there; count++) {
				await table.insert([rowOf('hello', START, { requested_at: iso(START) })]);
			}
			const pause = async () => await turns.schedule(Promise.resolve());
			const execute = async (count: number, process: Process) => {
				const store = storeForId(process.table(table));
				const work = Array.from({ length: count }, async (_, index) => {
					const wanted = message('hello', START + index * MINUTE, { requestedAt: iso(START) });
					return await schedule(wanted, { ifExists: 'return', occurrence: index + 1 }, store);
				});
				return (await Promise.allSettled(work)).flatMap((one) =>
					one.status === 'fulfilled' ? [one.value.scheduleId] : [],
				);
			};
			const running = all.map(
				async ({ count, killedAt }) => await execute(count, new Process(pause, killedAt)),
			);
			const given = await turns.waitFor(Promise.all(running));
			const most = Math.max(...all.map(({ count }) => count));
			given.push(await execute(most, new Process(async () => undefined)));
			expect(sendable()).toHaveLength(Math.max(there, most));
			const kept = sendable().map(({ schedule_id: id }) => String(id));
			for (const ids of given) {
				expect(new Set(ids).size).toBe(ids.length);
				for (const id of ids) expect(kept).toContain(id);
			}
		}),
		runs(300),
	);
});
