import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import type { ListFilter } from '../../../gateways/gateway';
import { GatewayError } from '../../../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../../../messages/message';
import { parseRecipient } from '../../../messages/recipient';
import { notPending } from '../../../gateways/notPending';
import {
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import { filterAndSort } from '../../../stores/matches';
import { MOVED, movingFrom } from '../../../stores/move/words';
import type { AttemptLog, UnresolvedAttempt } from '../../../stores/store';
import { isUuid } from '../../../stores/scheduleId';
import { createTableStore, type TableStoreOptions } from '../../../stores/table/tableStore';
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
		expect(table.accesses).toEqual(['insert', 'select']);
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
		expect(table.accesses).toEqual(['insert', 'select', 'insert']);
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

	it('is listed once, also where it names the account in full', async () => {
		await table.insert([{ ...byHand, ...SENDER }]);
		expect(await storeForId().list({})).toHaveLength(1);
		expect(await storeForId().list({}, 5)).toHaveLength(1);
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

const storeWith = (options: Partial<TableStoreOptions>) =>
	createTableStore(table, {
		gateway: new FakeGateway().gateway,
		senders: [SENDER],
		timezone: 'UTC',
		now: clock.now,
		...options,
	});
const moveOf = (scheduleId: string, at: number) => ({
	scheduleId,
	scheduledAt: iso(at),
	idempotencyKey: randomUUID(),
});

it('takes messages for any time, of the types that the gateway sends', () => {
	const store = storeForId();
	expect(store.limits).toEqual({ label: 'n8n', minLeadMs: null, maxLeadMs: null });
	expect(() => store.assertAccepts(message('hello', START))).not.toThrow();
	expect(() => store.assertAccepts(message('hello', START, { type: 'voice' }))).toThrow(
		GatewayError,
	);
});

it('notes, before it writes, what is to be scheduled and since when', async () => {
	const attempt = new Memory();
	const wanted = message('hello', START + DAY);
	table.before = (access) => {
		if (access === 'insert') expect(attempt.unresolved).toEqual({ since: START, message: wanted });
	};
	await storeForId().schedule(wanted, attempt);
	expect.assertions(1);
});

it('notes, before it cancels, what is cancelled, and nothing of what is not pending', async () => {
	const { scheduleId } = await schedule(message('hello', START));
	const noted: Array<string | undefined> = [];
	const attempt = new Memory();
	table.before = (access) => {
		if (access === 'update') noted.push(attempt.unresolved?.cancelling?.scheduleId);
	};
	await storeForId().cancel(scheduleId, {}, attempt);
	expect(noted).toEqual([scheduleId]);
	// Its answer may still be lost on the way to the user.
	expect(attempt.unresolved?.cancelling?.scheduleId).toBe(scheduleId);
	table.edit(1, { status: 'sent' });
	const later = new Memory();
	later.clear = () => undefined;
	await storeForId().cancel(scheduleId, {}, later);
	expect(later.unresolved).toBeNull();
});

it('says in the words of its caller that there is no message of an id', async () => {
	const notFound = (id: string) => new GatewayError('notFound', `nowhere: ${id}`);
	const store = storeWith({ notFound });
	const id = randomUUID();
	const change = { scheduleId: id, from: null, to: null };
	await expect(store.get(id)).rejects.toThrow(`nowhere: ${id}`);
	await expect(store.cancel(id)).rejects.toThrow(`nowhere: ${id}`);
	expect(await store.changeMany!([change], false)).toMatchObject([
		{ ok: false, error: { message: `nowhere: ${id}` } },
	]);
	await schedule(message('hello', START, { idempotencyKey: id }));
	table.before = (access) => {
		if (access === 'update') table.rows.clear();
	};
	await expect(store.cancel(id)).rejects.toThrow(`nowhere: ${id}`);
});

describe('rescheduling', () => {
	it('takes the time that its caller names for now, of a pending message only', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		const move = { ...moveOf(scheduleId, START + DAY), timeNow: () => iso(START + 2 * DAY) };
		const store = storeForId();
		expect(await store.reschedule(move, new Memory())).toMatchObject({
			scheduledAt: iso(START + 2 * DAY),
		});
		table.edit(1, { status: 'sent' });
		const timeNow = jest.fn();
		await expect(store.reschedule({ ...move, timeNow }, new Memory())).rejects.toThrow(
			/can no longer be rescheduled/,
		);
		expect(timeNow).not.toHaveBeenCalled();
	});

	it('writes whose timezone the time is in where it is told, and else leaves it', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		const store = storeForId();
		await store.reschedule(moveOf(scheduleId, START + DAY), new Memory());
		expect(table.row(1)).toMatchObject({ timezone: 'Asia/Kolkata', timezone_source: null });
		const zone = { timezone: 'America/Denver', timezoneSource: 'number' } as const;
		const after = await store.reschedule(
			{ ...moveOf(scheduleId, START + DAY), zone },
			new Memory(),
		);
		expect(after).toMatchObject(zone);
		expect(table.row(1)).toMatchObject({ timezone: 'America/Denver', timezone_source: 'number' });
	});

	it('leaves no run that has read the row as due able to start it', async () => {
		const { scheduleId } = await schedule(message('hello', START));
		const tokens = new Set([table.row(1).claim_token]);
		for (const day of [1, 2]) {
			await storeForId().reschedule(moveOf(scheduleId, START + day * DAY), new Memory());
			tokens.add(table.row(1).claim_token);
		}
		expect(tokens.size).toBe(3);
	});

	it('is refused for somebody on Do Not Contact, and for nobody else', async () => {
		const list = new MemoryTable<DoNotContactColumn>(
			DO_NOT_CONTACT_COLUMNS.map(({ name }) => name),
		);
		const findDoNotContact = jest.fn(async () => list as typeof list | null);
		const store = storeWith({ findDoNotContact });
		const { scheduleId } = await schedule(message('hello', START));
		const move = async () => await store.reschedule(moveOf(scheduleId, START + DAY), new Memory());
		expect(await move()).toMatchObject({ scheduledAt: iso(START + DAY) });
		await list.insert([{ person: '+919988066776', scope: 'all', reason: 'replied STOP' }]);
		table.edit(1, { send_at: iso(START) });
		await expect(move()).rejects.toThrow(
			/was not moved: its recipient \(\+919988066776\) is on Do Not Contact/,
		);
		expect(table.row(1).send_at).toBe(iso(START));
		findDoNotContact.mockResolvedValue(null);
		expect(await move()).toMatchObject({ scheduledAt: iso(START + DAY) });
		table.edit(1, { status: 'sent' });
		findDoNotContact.mockClear();
		await expect(move()).rejects.toMatchObject({ kind: 'notPending' });
		expect(findDoNotContact).not.toHaveBeenCalled();
	});

	it('is refused where the gateway no longer has the file then', async () => {
		const { gateway: bare } = new FakeGateway();
		const uploads = {
			goes: 'first' as const,
			types: { image: { maxBytes: null, mimeTypes: null } },
			keptMs: 3 * DAY,
		};
		const gateway = { ...bare, capabilities: { ...bare.capabilities, uploads } };
		const store = storeWith({ gateway });
		const image = message('', START, { type: 'image', text: null, mediaId: 'file-1' });
		const { scheduleId } = await schedule(image);
		const move = async (days: number) =>
			await store.reschedule(moveOf(scheduleId, START + days * DAY), new Memory());
		expect(await move(2)).toMatchObject({ scheduledAt: iso(START + 2 * DAY) });
		await expect(move(3)).rejects.toMatchObject({ kind: 'unsupported' });
		table.edit(1, { status: 'sent' });
		await expect(move(3)).rejects.toMatchObject({ kind: 'notPending' });
	});
});

it.each([MOVED, movingFrom('scheduled')])(
	'says of a message that is in another store by now (%j) where it is, whatever is wanted of it',
	async (status) => {
		const held = await schedule(message('hello', START, { deduplicationKey: 'k' }));
		const { scheduleId } = held;
		table.before = (access) => {
			if (access === 'update') table.edit(1, { status });
		};
		const again = message('new', START, { deduplicationKey: 'k' });
		for (const wanted of [
			async () => await storeForId().cancel(scheduleId),
			async () => await storeForId().reschedule(moveOf(scheduleId, START + DAY), new Memory()),
			async () => await storeForId().schedule(again, new Memory(), { ifExists: 'replace' }),
		]) {
			table.edit(1, { status: 'scheduled' });
			await expect(wanted()).rejects.toMatchObject({
				kind: 'notPending',
				message: `The scheduled message "${scheduleId}" was moved to PostgreSQL, so nothing was changed`,
				details: { hint: expect.stringContaining('"PostgreSQL"') },
			});
			expect(table.row(1)).toMatchObject({ status, text: 'hello', send_at: iso(START) });
		}
	},
);

describe('the messages that a filter asks for', () => {
	const other = parseRecipient('+14155238886');
	const statuses = ['scheduled', 'sending', 'queued', 'suspended', 'sent', 'read', 'failed'];
	const rows = Array.from({ length: 42 }, (_, n) => ({
		...rowOf(`m${n}`, START + (n % 5) * MINUTE),
		status: statuses[n % statuses.length],
		sent_at: n % 7 < 2 ? null : iso(START + (n % 4) * MINUTE),
		reference: n % 3 === 0 ? 'order-1' : null,
		group_name: n % 4 === 0 ? 'campaign' : null,
		...(n % 2 === 0 ? { recipient: other.address } : {}),
		...(n === 20 ? { send_at: null } : {}),
	}));
	const time = fc.integer({ min: -1, max: 5 }).map((minutes) => iso(START + minutes * MINUTE));
	const filters: fc.Arbitrary<ListFilter> = fc.record(
		{
			status: fc.constantFrom('scheduled' as const, 'queued' as const, 'sent' as const),
			recipient: fc.constant(other),
			reference: fc.constant('order-1'),
			group: fc.constant('campaign'),
			scheduledAfter: time,
			scheduledBefore: time,
			notDeliveredSince: time,
			text: fc.constantFrom('M1', 'm3'),
		},
		{ requiredKeys: [] },
	);

	it('are all of those, the earliest first; with a limit at least that many', async () => {
		await table.insert(rows);
		const store = storeForId();
		const all = await store.list({});
		expect(all).toHaveLength(42);
		await fc.assert(
			fc.asyncProperty(filters, fc.integer({ min: 1, max: 12 }), async (filter, limit) => {
				const wanted = filterAndSort(all, filter);
				const idsOf = (messages: typeof all) => messages.map(({ text }) => text).sort();
				const listed = await store.list(filter);
				expect(idsOf(listed)).toEqual(idsOf(wanted));
				const times = listed.map(({ scheduledAt }) => scheduledAt);
				expect(times).toEqual(wanted.map(({ scheduledAt }) => scheduledAt));
				const first = await store.list(filter, limit);
				expect(first.length).toBeGreaterThanOrEqual(Math.min(limit, wanted.length));
				expect(first.slice(0, limit).map(({ scheduledAt }) => scheduledAt)).toEqual(
					times.slice(0, limit),
				);
			}),
			{ numRuns: 200 },
		);
	});

	it.each<[string, ListFilter, (row: (typeof rows)[number]) => boolean]>([
		['status', { status: 'read' }, ({ status }) => status === 'read'],
		['recipient', { recipient: other }, ({ recipient }) => recipient === other.address],
		['reference', { reference: 'order-1' }, ({ reference }) => reference === 'order-1'],
		['group', { group: 'campaign' }, ({ group_name: group }) => group === 'campaign'],
		[
			'times',
			{ scheduledAfter: iso(START + MINUTE), scheduledBefore: iso(START + 3 * MINUTE) },
			({ send_at: at }) =>
				at !== null && String(at) >= iso(START + MINUTE) && String(at) <= iso(START + 3 * MINUTE),
		],
		[
			'what is not delivered since',
			{ notDeliveredSince: iso(START + MINUTE) },
			({ status, sent_at: at }) =>
				['queued', 'suspended', 'sent'].includes(status) &&
				at !== null &&
				at <= iso(START + MINUTE),
		],
	])('are alone read from the table: %s', async (_, filter, fits) => {
		await table.insert(rows);
		const select = jest.spyOn(table, 'select');
		await storeForId().list(filter);
		const read = (await Promise.all(select.mock.results.map(async ({ value }) => await value)))
			.flat()
			.map(({ text }) => text as string);
		expect(read.sort()).toEqual(
			rows
				.filter(fits)
				.map(({ text }) => text as string)
				.sort(),
		);
	});

	it('with the same time are read together, and few of the rest', async () => {
		await table.insert([
			...Array.from({ length: 30 }, (_, n) => rowOf(`same ${n}`, START)),
			...Array.from({ length: 30 }, (_, n) => rowOf(`later ${n}`, START + DAY)),
		]);
		const texts = (await storeForId().list({}, 10)).map(({ text }) => String(text));
		expect(texts).toHaveLength(10);
		const matching = await storeForId().list({ text: 'same 2' }, 5);
		expect(matching.map(({ text }) => text)).toEqual(
			['same 2', ...Array.from({ length: 10 }, (_, n) => `same 2${n}`)].slice(0, matching.length),
		);
		expect(matching.length).toBeGreaterThanOrEqual(5);
	});

	it('are found behind rows whose times were emptied', async () => {
		await table.insert([
			...Array.from({ length: 3 }, () => rowOf('emptied', START, { send_at: null })),
			rowOf('b', START + MINUTE),
			rowOf('a', START),
		]);
		const found = await storeForId().list({ text: 'a' }, 1);
		expect(found.map(({ text }) => text)).toEqual(['a']);
	});
});

describe('a key', () => {
	it('of the same account’s name at another gateway is another one', async () => {
		const wanted = message('hello', START, { deduplicationKey: 'k' });
		await schedule(wanted);
		table.edit(1, { gateway: 'another' });
		const again = { ...wanted, idempotencyKey: randomUUID() };
		await schedule(again);
		expect(table.statuses).toEqual(['scheduled', 'scheduled']);
	});

	it('of several messages is that of the first, in whatever order a table gives them', async () => {
		const rows = ['first', 'second'].map((text) => ({
			...rowOf(text, START),
			deduplication_key: 'k',
		}));
		await table.insert(rows);
		const { selectAny } = table;
		table.selectAny = async (...given) => (await selectAny.apply(table, given)).reverse();
		const held = await schedule(message('third', START, { deduplicationKey: 'k' }));
		expect(held.text).toBe('first');
		expect([...table.rows.values()].map(({ text }) => text)).toEqual(['first']);
	});

	it('of a message that was replaced keeps its attempts, so that each is counted', async () => {
		const held = await schedule(message('old', START, { deduplicationKey: 'k' }));
		table.edit(1, { attempts: 2 });
		const store = storeForId();
		const wanted = message('new', START, { deduplicationKey: 'k' });
		await store.schedule(wanted, new Memory(), { ifExists: 'replace' });
		expect(table.row(1)).toMatchObject({
			schedule_id: held.scheduleId,
			text: 'new',
			attempts: 2,
			claim_token: expect.stringMatching(/^moved ./),
		});
	});
});

it('takes equal times in whatever form they are written for one time', async () => {
	const again = { ifExists: 'return' } as const;
	const zulu = message('hello', START);
	await schedule(zulu);
	table.edit(1, { requested_at: '2026-02-01T12:00:00Z' });
	const offset = { ...message('hello', START), requestedAt: '2026-02-01T17:30:00.000+05:30' };
	table.edit(1, { requested_at: iso(START) });
	await storeForId().schedule(offset, new Memory(), again);
	expect(table.rows.size).toBe(1);
});

it('is not kept from scheduling by a requested time that nobody can read', async () => {
	await table.insert([rowOf('m', START, { requested_at: '2026-02-01T12:00:30 or so' })]);
	const store = storeForId();
	const again = { ifExists: 'return' } as const;
	await Promise.all(
		[0, 1].map(
			async (minute) =>
				await store.schedule(message('m', START + minute * MINUTE), new Memory(), again),
		),
	);
	expect(table.rows.size).toBe(3);
});
