import { randomUUID } from 'node:crypto';

import type { MessageToSchedule } from '../../../messages/message';
import { parseRecipient } from '../../../messages/recipient';
import { notPending } from '../../../gateways/notPending';
import type { AttemptLog, UnresolvedAttempt } from '../../../stores/store';
import { isUuid } from '../../../stores/scheduleId';
import { createTableStore } from '../../../stores/table/tableStore';
import { FakeClock, FakeGateway, iso, message, MINUTE, rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const DAY = 86_400_000;

let table: MemoryTable;
let clock: FakeClock;

beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	table.now = clock.now;
});

const storeForId = (account = SENDER.account) =>
	createTableStore(table, {
		gateway: new FakeGateway().gateway,
		senders: [{ ...SENDER, account }],
		timezone: 'Asia/Kolkata',
		now: clock.now,
	});

/** What the ledger keeps of one item over several tries. */
class Memory implements AttemptLog {
	unresolved: UnresolvedAttempt | null = null;
	begin(open: UnresolvedAttempt) {
		this.unresolved = structuredClone(open);
	}
	clear() {
		this.unresolved = null;
	}
}

const schedule = async (wanted: MessageToSchedule, store = storeForId()) =>
	await store.schedule(wanted, new Memory());

describe('schedule', () => {
	it('writes what a person wants to read, and gives it back as a scheduled message', async () => {
		const at = START + 400 * DAY;
		const held = await schedule(message('hello', at, { reference: 'order-1' }));
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			send_at: iso(at),
			recipient: '+919988066776',
			type: 'text',
			text: 'hello',
			timezone: 'Asia/Kolkata',
			gateway: 'fake',
			account: 'account-1',
			credential: 'My Gateway',
			reference: 'order-1',
			attempts: 0,
			message_id: null,
			failure: null,
		});
		expect(held).toMatchObject({
			scheduleId: table.row(1).schedule_id,
			storedIn: 'n8n',
			status: 'scheduled',
			scheduledAt: iso(at),
			text: 'hello',
			recipient: { phone: '+919988066776', kind: 'phone' },
			createdAt: iso(START),
		});
	});

	it('writes what is scheduled at once in one insert, each its own row', async () => {
		const store = storeForId();
		const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`);
		const held = await Promise.all(
			texts.map(async (text) => await schedule(message(text, START), store)),
		);
		expect(table.accesses).toEqual(['insert']);
		expect(held.map(({ text }) => text)).toEqual(texts);
		expect(new Set(held.map(({ scheduleId }) => scheduleId)).size).toBe(100);
	});

	it('looks first after an insert whose answer was lost, and makes no second row', async () => {
		const store = storeForId();
		const attempt = new Memory();
		const wanted = message('once', START);
		const insert = table.insert.bind(table);
		table.insert = async (rows) => {
			await insert(rows);
			throw new Error('the database went away');
		};
		await expect(store.schedule(wanted, attempt)).rejects.toThrow('went away');
		table.insert = insert;
		const held = await store.schedule({ ...wanted, scheduledAt: iso(START + DAY) }, attempt);
		expect(table.rows.size).toBe(1);
		expect(held).toMatchObject({ scheduledAt: iso(START), text: 'once' });
	});

	it('makes the row after an insert that did nothing, for the time of the first try', async () => {
		const store = storeForId();
		const attempt = new Memory();
		const wanted = message('once', START);
		table.before = () => {
			throw new Error('the database is down');
		};
		await expect(store.schedule(wanted, attempt)).rejects.toThrow('is down');
		table.before = () => undefined;
		const held = await store.schedule({ ...wanted, scheduledAt: iso(START + DAY) }, attempt);
		expect(table.rows.size).toBe(1);
		expect(held.scheduledAt).toBe(iso(START));
	});
});

describe('If Already Scheduled: Return the Scheduled One', () => {
	const again = { ifExists: 'return' } as const;

	it('gives the pending one back, also where only some of a list are there', async () => {
		const list = [1, 2, 3, 4].map((index) => message(`m${index}`, START + index * MINUTE));
		const first = await Promise.all(list.slice(0, 2).map(async (one) => await schedule(one)));
		const store = storeForId();
		const held = await Promise.all(
			list.map(
				async (one) =>
					await store.schedule({ ...one, idempotencyKey: randomUUID() }, new Memory(), again),
			),
		);
		expect(table.rows.size).toBe(4);
		expect(held.slice(0, 2).map(({ scheduleId }) => scheduleId)).toEqual(
			first.map(({ scheduleId }) => scheduleId),
		);
	});

	it('reads once for a whole list', async () => {
		const store = storeForId();
		await Promise.all(
			Array.from({ length: 200 }, async (_, index) => {
				await store.schedule(message(`m${index}`, START + index), new Memory(), again);
			}),
		);
		expect(table.accesses).toEqual(['select', 'insert', 'select']);
	});

	it('takes two equal items for two messages, in the first run and in the second', async () => {
		for (const run of [1, 2]) {
			const store = storeForId();
			const held = [];
			for (let item = 0; item < 2; item++) {
				const options = { ...again, occurrence: item + 1 };
				held.push(await store.schedule(message('twice', START), new Memory(), options));
			}
			held.push(
				...(await Promise.all(
					[1, 2].map(async (occurrence) => {
						const options = { ...again, occurrence };
						return await store.schedule(message('both', START), new Memory(), options);
					}),
				)),
			);
			expect([run, new Set(held.map(({ scheduleId }) => scheduleId)).size]).toEqual([run, 4]);
			expect([run, table.rows.size]).toEqual([run, 4]);
		}
	});

	it.each([
		['another account', {}, 'account-2'],
		['another text', { text: 'other' }, undefined],
		['another time', { scheduledAt: iso(START + 1) }, undefined],
		['another recipient', { recipient: parseRecipient('+14155238886') }, undefined],
	])('takes %s for another message', async (_, changes, account) => {
		const wanted = message('hello', START);
		await schedule(wanted);
		await storeForId(account).schedule({ ...wanted, ...changes }, new Memory(), again);
		expect(table.rows.size).toBe(2);
	});

	it('does not take one that is sent or cancelled for a pending one', async () => {
		await schedule(message('hello', START));
		table.edit(1, { status: 'sent' });
		await storeForId().schedule(message('hello', START), new Memory(), again);
		expect(table.statuses).toEqual(['sent', 'scheduled']);
	});
});

describe('get', () => {
	it('reads the row that the id names', async () => {
		const held = await schedule(message('hello', START));
		expect(await storeForId().get(held.scheduleId)).toEqual(held);
	});

	it.each(['n8n_memory_7_00000000-0000-4000-8000-000000000000', 'n8n_memory_x', ''])(
		'says that there is none for %p',
		async (scheduleId) => {
			await expect(storeForId().get(scheduleId)).rejects.toMatchObject({ kind: 'notFound' });
		},
	);

	it('does not take another row for it that got the same number', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		table.edit(1, { schedule_id: randomUUID() });
		await expect(storeForId().get(scheduleId)).rejects.toMatchObject({ kind: 'notFound' });
	});
});

describe('list', () => {
	it('gives the messages of this account, the earliest first, by all filters', async () => {
		const other = parseRecipient('+14155238886');
		await schedule(message('third', START + 3 * DAY));
		await schedule(message('first', START + DAY));
		await schedule(message('second', START + 2 * DAY, { recipient: other }));
		await schedule(message('of another', START), storeForId('account-2'));
		table.edit(2, { status: 'sent' });
		const list = async (filter: object) =>
			(await storeForId().list(filter)).map(({ text }) => text as string);
		expect(await list({})).toEqual(['first', 'second', 'third']);
		expect(await list({ status: 'scheduled' })).toEqual(['second', 'third']);
		expect(await list({ status: 'sent' })).toEqual(['first']);
		expect(await list({ recipient: other })).toEqual(['second']);
		expect(await list({ scheduledAfter: iso(START + 2 * DAY) })).toEqual(['second', 'third']);
		expect(await list({ scheduledBefore: iso(START + DAY) })).toEqual(['first']);
	});

	it('reads no more rows than are asked for, the earliest', async () => {
		const store = storeForId();
		await Promise.all(
			[5, 3, 1, 4, 2].map(async (day) => {
				await schedule(message(`day ${day}`, START + day * DAY), store);
			}),
		);
		const select = jest.spyOn(table, 'select');
		const listed = await store.list({ status: 'scheduled' }, 2);
		expect(listed.map(({ text }) => text)).toEqual(['day 1', 'day 2']);
		expect(await select.mock.results[0].value).toHaveLength(2);
	});

	it('counts what is just being sent as queued', async () => {
		await schedule(message('hello', START));
		table.edit(1, { status: 'sending' });
		expect(await storeForId().list({ status: 'queued' })).toMatchObject([
			{ status: 'queued', gatewayStatus: 'sending' },
		]);
	});

	it('reads any number of rows, in pages', async () => {
		const store = storeForId();
		await Promise.all(
			Array.from({ length: 2_500 }, async (_, index) => {
				await schedule(message(`m${index}`, START + index), store);
			}),
		);
		expect(await store.list({})).toHaveLength(2_500);
	});
});

describe('cancel and reschedule', () => {
	it('cancels a pending one, once', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		expect(await storeForId().cancel(scheduleId)).toMatchObject({
			cancelled: true,
			message: { status: 'cancelled' },
		});
		expect(await storeForId().cancel(scheduleId)).toMatchObject({ cancelled: false });
	});

	it.each(['sending', 'sent', 'failed', 'unknown'])(
		'leaves one that is %s as it is',
		async (status) => {
			const { scheduleId } = await schedule(message('hello', START));
			table.edit(1, { status });
			expect(await storeForId().cancel(scheduleId)).toMatchObject({ cancelled: false });
			const move = { scheduleId, scheduledAt: iso(START + DAY), idempotencyKey: randomUUID() };
			await expect(storeForId().reschedule(move, new Memory())).rejects.toMatchObject({
				kind: 'notPending',
			});
			expect(table.row(1)).toMatchObject({ status, send_at: iso(START) });
		},
	);

	it('leaves nothing open of one that began to be sent, and says that it may have been sent', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		const attempt = new Memory();
		table.before = (access) => {
			if (access === 'update') table.edit(1, { status: 'unconfirmed' });
		};
		const { cancelled, message: after } = await storeForId().cancel(scheduleId, {}, attempt);
		expect(cancelled).toBe(false);
		expect(attempt.unresolved).toBeNull();
		expect(notPending(new FakeGateway().gateway.label, after, 'cancelled').message).toContain(
			'it may have been sent already: the outcome is unknown',
		);
	});

	it('says that a message is not there, whose row is removed meanwhile', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		const row = table.row(1);
		const move = { scheduleId, scheduledAt: iso(START + DAY), idempotencyKey: randomUUID() };
		for (const change of [
			async () => await storeForId().cancel(scheduleId),
			async () => await storeForId().reschedule(move, new Memory()),
		]) {
			table.rows.set(1, row);
			table.before = (access) => {
				if (access === 'update') table.rows.clear();
			};
			await expect(change()).rejects.toMatchObject({ kind: 'notFound' });
		}
	});

	it('moves a pending one in its place, and ends the pause after a failed try', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		table.edit(1, { next_attempt_at: iso(START + DAY) });
		const move = { scheduleId, scheduledAt: iso(START + MINUTE), idempotencyKey: randomUUID() };
		expect(await storeForId().reschedule(move, new Memory())).toMatchObject({
			scheduleId,
			scheduledAt: iso(START + MINUTE),
		});
		expect(table.row(1).next_attempt_at).toBe(iso(START));
	});
});

describe('a row that a person has edited', () => {
	it.each([
		['an emptied time', { send_at: null }, { scheduledAt: '' }],
		['a number that is none', { recipient: 'Maria' }, { recipient: { address: 'Maria' } }],
		['an emptied number', { recipient: null }, { recipient: { address: '', kind: 'unknown' } }],
		['a status of its own', { status: 'on hold' }, { status: 'unknown', gatewayStatus: 'on hold' }],
		['a type that there is not', { type: 'fax' }, { type: 'text' }],
		['an emptied text', { text: '' }, { text: null }],
	])('is told with %s', async (_, values, told) => {
		const { scheduleId } = await schedule(message('hello', START));
		table.edit(1, values);
		expect(await storeForId().get(scheduleId)).toMatchObject(told);
	});
});

describe('schedule ids', () => {
	it('are those that stand in the table', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		expect(scheduleId).toBe(table.row(1).schedule_id);
		expect(isUuid(scheduleId)).toBe(true);
	});

	it('are read many at a time', async () => {
		const held = [];
		for (const text of ['a', 'b', 'c']) held.push(await schedule(message(text, START)));
		table.accesses.length = 0;
		const store = storeForId();
		const read = await Promise.all(held.map(async ({ scheduleId }) => await store.get(scheduleId)));
		expect(read.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
		expect(table.accesses).toEqual(['select']);
	});

	it('that no row has are said to be of no table', async () => {
		await expect(storeForId().get(randomUUID())).rejects.toMatchObject({
			kind: 'notFound',
			message: expect.stringMatching(/^No Data Table of this project stores a message/),
			details: { hint: expect.stringMatching(/"schedule_id".*"Get Many"/) },
		});
	});

	it('that two rows share are refused by every change, which names both rows', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		const { id, createdAt, updatedAt, ...values } = table.row(1);
		await table.insert([values]);
		const store = storeForId();
		const move = { scheduleId, scheduledAt: iso(START), idempotencyKey: randomUUID() };
		for (const tried of [
			async () => await store.get(scheduleId),
			async () => await store.cancel(scheduleId),
			async () => await store.reschedule(move, new Memory()),
		]) {
			await expect(tried()).rejects.toThrow(/^The rows 1 and 2 of the Data Table have the same/);
		}
		expect(table.statuses).toEqual(['scheduled', 'scheduled']);
		expect([id, createdAt, updatedAt]).toHaveLength(3);
	});

	it.each(['sched_abc123', 'n8n_t_1_nothing', '1', '', `${randomUUID()}x`, `x${randomUUID()}`])(
		'are UUIDs, and %p is none',
		(id) => expect(isUuid(id)).toBe(false),
	);
});

describe('a row that a person has added', () => {
	const byHand = { recipient: '+919988066776', text: 'by hand', send_at: iso(START) };

	it('is listed, and given an id by which it is found', async () => {
		await table.insert([byHand]);
		const [listed] = await storeForId().list({ status: 'scheduled' });
		expect(listed).toMatchObject({ text: 'by hand', status: 'scheduled' });
		expect(isUuid(listed.scheduleId)).toBe(true);
		expect(await storeForId().get(listed.scheduleId)).toEqual(listed);
		expect((await storeForId().list({}))[0].scheduleId).toBe(listed.scheduleId);
	});

	it('is moved and cancelled before any run has taken it', async () => {
		await table.insert([byHand]);
		const [{ scheduleId }] = await storeForId().list({});
		const scheduledAt = iso(START + 60_000);
		const move = { scheduleId, scheduledAt, idempotencyKey: randomUUID() };
		expect(await storeForId().reschedule(move, new Memory())).toMatchObject({ scheduledAt });
		expect(await storeForId().cancel(scheduleId)).toMatchObject({ cancelled: true });
		expect(table.row(1).status).toBe('cancelled');
	});

	it('is not listed for another account that it names', async () => {
		await table.insert([
			{ ...byHand, account: 'another' },
			{ ...byHand, credential: 'another' },
			{ ...byHand, gateway: 'another' },
			{ ...byHand, account: SENDER.account },
		]);
		expect(await storeForId().list({})).toHaveLength(1);
	});
});

describe('words of a text', () => {
	it('filter by text and caption in any case, also of few among many', async () => {
		await table.insert([
			...Array.from({ length: 2_500 }, (_, index) => rowOf(`m${index}`, START + index)),
			rowOf('Grüße aus ÖSTERREICH', START + 9_000),
			rowOf('', START + 9_001, { type: 'image', text: null, caption: 'aus Österreich' }),
			rowOf('aus der Schweiz', START + 9_002),
		]);
		const text = 'österreich';
		for (const limit of [1, 5, Infinity]) {
			table.accesses.length = 0;
			const found = await storeForId().list({ text, status: 'scheduled' }, limit);
			expect(table.accesses.length).toBeLessThan(12);
			expect(found.map(({ text: own, caption }) => own ?? caption).slice(0, 2)).toEqual(
				['Grüße aus ÖSTERREICH', 'aus Österreich'].slice(0, Math.max(found.length, 1)),
			);
		}
	});
});

it('a cancel whose response was lost is told as done by the next attempt, another one not', async () => {
	const { scheduleId } = await schedule(message('hello', START));
	const attempt = new Memory();
	const update = table.update.bind(table);
	table.update = async (changes) => {
		await update(changes);
		throw new Error('the database went away');
	};
	await expect(storeForId().cancel(scheduleId, {}, attempt)).rejects.toThrow('went away');
	table.update = update;
	expect(await storeForId().cancel(scheduleId, {}, attempt)).toMatchObject({ cancelled: true });
	expect(await storeForId().cancel(scheduleId, {}, new Memory())).toMatchObject({
		cancelled: false,
	});
});
