import * as fc from 'fast-check';

import { GatewayError } from '../../../gateways/transport/gatewayError';
import type { Row } from '../../../stores/table/columns';
import { scheduleIdOf } from '../../../stores/table/rows';
import { sendDue, type Dispatch, type DispatchRules } from '../../../stores/table/sendDue';
import type { Change } from '../../../stores/table/table';
import { createTableStore } from '../../../stores/table/tableStore';
import { runs } from '../../proof.mts';
import {
	dispatchFor,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SECOND,
	SENDER,
	START,
} from './fakes.mts';
import { MemoryTable, type Before } from './memoryTable.mts';

let table: MemoryTable;
let clock: FakeClock;
let fake: FakeGateway;

beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	fake = new FakeGateway();
	table.now = clock.now;
});

const run = async (rules: Partial<DispatchRules> = {}, more: Partial<Dispatch> = {}) =>
	await sendDue(dispatchFor(table, fake, clock, { ...more, rules }));
const due = async (...texts: string[]) =>
	await table.insert(texts.map((text) => rowOf(text, START - SECOND)));
const openEnded = (text = 'The connection broke off') =>
	new GatewayError('unreachable', text, { openEnded: true });

/** Ends the process in the middle: what it awaits never comes. */
const never = async () => await new Promise<never>(() => undefined);

describe('what is due', () => {
	it('is sent, written, and told with how late it was', async () => {
		await table.insert([rowOf('hello', START - 90 * SECOND, { reference: 'order-1' })]);
		expect(await run()).toMatchObject([
			{ message: { text: 'hello', status: 'sent', reference: 'order-1' }, lateByMs: 90_000 },
		]);
		expect(table.row(1)).toMatchObject({
			status: 'sent',
			status_rank: 30,
			message_id: 'id of hello',
			attempts: 1,
			sent_at: iso(START),
			failure: null,
		});
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual(['hello']);
	});

	it('is only what has come to its time, of this gateway and this account, and pending', async () => {
		await table.insert([
			rowOf('later', START + 1),
			rowOf('another account', START, { account: 'account-2' }),
			rowOf('another gateway', START, { gateway: 'whapi' }),
			rowOf('cancelled', START, { status: 'cancelled' }),
			rowOf('paused', START, { next_attempt_at: iso(START + 1) }),
			rowOf('due', START),
		]);
		await run();
		expect(fake.asked).toEqual(['due']);
		clock.ms += 1;
		await run();
		expect(fake.asked.sort()).toEqual(['due', 'later', 'paused']);
	});

	it('is claimed in bounded batches and sent with bounded parallelism', async () => {
		await due(...Array.from({ length: 25 }, (_, index) => `m${index}`));
		let under = 0;
		let most = 0;
		fake.send = async () => {
			most = Math.max(most, ++under);
			expect(table.statuses.filter((status) => status === 'sending').length).toBeLessThanOrEqual(
				10,
			);
			await new Promise((resolve) => setTimeout(resolve, 1));
			under--;
			return {};
		};
		expect(await run({ batchSize: 10, maxParallel: 3 })).toHaveLength(25);
		expect(most).toBe(3);
		expect(new Set(fake.asked).size).toBe(25);
	});

	it('keeps the place in the queue where a gateway tells the id later', async () => {
		await due('hello');
		fake.send = async () => ({ messageId: null, queueId: 'q1', status: 'queued' });
		await run();
		expect(table.row(1)).toMatchObject({ status: 'queued', queue_id: 'q1', message_id: null });
	});
});

/** Whether a change writes into rows that their requests begin. */
const isMark = ({ values }: Change) => Object.keys(values).join() === 'send_started_at';

describe('few accesses to the table', () => {
	it('are made: what became of messages is written with the marks of the next', async () => {
		await due(...Array.from({ length: 100 }, (_, index) => `m${index}`));
		const update = jest.spyOn(table, 'update');
		fake.send = async () => {
			await new Promise((resolve) => setTimeout(resolve, 1));
			return {};
		};
		table.before = async () => await new Promise((resolve) => setTimeout(resolve, 1));
		expect(await run()).toHaveLength(100);
		// A claim, ten marks, and a few in between; not one for each message.
		expect(update.mock.calls.length).toBeLessThanOrEqual(35);
	});

	it('leave little at stake: not more is begun than can be told after a crash', async () => {
		await due(...Array.from({ length: 60 }, (_, index) => `m${index}`));
		const atStake = () =>
			[...table.rows.values()].filter(
				({ status, send_started_at: began }) => status === 'sending' && began !== null,
			).length;
		let most = 0;
		fake.send = async () => {
			most = Math.max(most, atStake());
			return {};
		};
		table.before = async () => await new Promise((resolve) => setTimeout(resolve, 1));
		await run({ maxParallel: 3 });
		expect(table.statuses.every((status) => status === 'sent')).toBe(true);
		expect(most).toBeGreaterThan(0);
		// Six that are marked, and six of which it is not yet written what became of them.
		expect(most).toBeLessThanOrEqual(12);
	});

	it('wait: where what became of messages cannot be written, no more go out', async () => {
		await due(...Array.from({ length: 60 }, (_, index) => `m${index}`));
		const update = table.update.bind(table);
		table.update = async (changes) => {
			if (changes.some(({ values }) => values.message_id !== undefined)) {
				throw new Error('no such value');
			}
			return await update(changes);
		};
		await expect(run({ maxParallel: 3 })).rejects.toThrow('no such value');
		expect(fake.asked.length).toBeLessThanOrEqual(9);
	});
});

describe('several dispatchers', () => {
	it('never send the same message twice, in whatever order their steps come', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.scheduler(),
				fc.integer({ min: 1, max: 12 }),
				fc.integer({ min: 2, max: 4 }),
				fc.integer({ min: 1, max: 5 }),
				async (scheduler, messages, dispatchers, batchSize) => {
					table = new MemoryTable();
					fake = new FakeGateway();
					await due(...Array.from({ length: messages }, (_, index) => `m${index}`));
					const before: Before = async (access) =>
						await scheduler.schedule(Promise.resolve(), access);
					table.before = before;
					fake.send = async () => {
						await scheduler.schedule(Promise.resolve(), 'send');
						return {};
					};
					const dispatched = Array.from(
						{ length: dispatchers },
						async () => await run({ batchSize }),
					);
					await scheduler.waitFor(Promise.all(dispatched));
					const told = (await Promise.all(dispatched)).flat().map(({ message }) => message.text);
					expect(fake.asked.sort()).toEqual([...new Set(fake.asked)]);
					expect(fake.asked).toHaveLength(messages);
					expect(told.sort()).toEqual(fake.asked);
					expect(new Set(table.statuses)).toEqual(new Set(['sent']));
				},
			),
			runs(300, 20_000),
		);
	});

	it('send once too where one is so slow that others take its claims for abandoned', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.scheduler(),
				fc.integer({ min: 1, max: 8 }),
				fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 40, maxLength: 40 }),
				async (scheduler, messages, minutes) => {
					table = new MemoryTable();
					fake = new FakeGateway();
					clock = new FakeClock();
					await due(...Array.from({ length: messages }, (_, index) => `m${index}`));
					let step = 0;
					const wait = async (label: string) => {
						await scheduler.schedule(Promise.resolve(), label);
						// Any step may take longer than the grace time.
						clock.ms += (minutes[step++] ?? 0) * MINUTE;
					};
					table.before = wait;
					fake.send = async () => {
						await wait('send');
						return {};
					};
					const dispatched = Array.from({ length: 3 }, async () => await run({ batchSize: 3 }));
					await scheduler.waitFor(Promise.all(dispatched));
					// What was given back in between goes out now.
					table.before = () => undefined;
					clock.ms += 60 * MINUTE;
					await run();
					expect([...new Set(fake.asked)].sort()).toEqual(fake.asked.sort());
					expect(fake.asked).toHaveLength(messages);
					// Who knows that it went out corrects the one who did not.
					expect(new Set(table.statuses)).toEqual(new Set(['sent']));
				},
			),
			runs(300, 20_000),
		);
	});

	it('do not give back a message that its slow dispatcher begins in that very moment', async () => {
		await due('hello');
		let goOn: () => void = () => undefined;
		let updates = 0;
		table.before = async (access) => {
			if (access === 'update' && ++updates === 2) await new Promise<void>((go) => (goOn = go));
		};
		fake.send = never;
		void run();
		await new Promise((resolve) => setTimeout(resolve, 5));
		clock.ms += 11 * MINUTE;
		const other = Object.create(table) as MemoryTable;
		other.update = async (changes) => {
			goOn();
			await new Promise((resolve) => setTimeout(resolve, 5));
			return await table.update(changes);
		};
		await run({}, { table: other });
		expect(fake.asked).toEqual(['hello']);
		expect(table.statuses).toEqual(['sending']);
	});

	it('give up after a while where others are always faster', async () => {
		await due('hello');
		const select = table.select.bind(table);
		// It sees a due row each time, and gets none.
		table.select = async (where, limit) =>
			where.some(({ column }) => column === 'claim_token') ? [] : await select(where, limit);
		table.update = async (changes) => changes.map(() => []);
		expect(await run()).toEqual([]);
	});
});

describe('an outcome that nobody knows', () => {
	it('is left for a person: unknown, with the reason, and never sent again', async () => {
		await due('hello');
		fake.send = async () => {
			throw openEnded();
		};
		expect(await run()).toMatchObject([{ message: { status: 'unknown' }, attempts: 1 }]);
		clock.ms += 86_400_000;
		await run();
		expect(fake.asked).toEqual(['hello']);
		expect(table.row(1)).toMatchObject({
			status: 'unknown',
			failure: 'The connection broke off',
		});
	});

	it('is sent again by choice, at most "Max Attempts" times', async () => {
		await due('hello');
		fake.send = async () => {
			throw openEnded();
		};
		const rules = { afterInterruption: 'sendAgain', maxAttempts: 3 } as const;
		for (let hour = 0; hour < 6; hour++) {
			await run(rules);
			clock.ms += 60 * MINUTE;
		}
		expect(fake.asked).toHaveLength(3);
		expect(table.statuses).toEqual(['unknown']);
	});
});

describe('a failure', () => {
	const failing = (kind: GatewayError['kind']) => {
		fake.send = async () => {
			throw new GatewayError(kind, `It is ${kind}`);
		};
	};

	it.each(['rateLimited', 'unavailable', 'unreachable', 'timedOut'] as const)(
		'that passes (%s) is tried again after a minute, then two, four, eight',
		async (kind) => {
			await due('hello');
			failing(kind);
			const tries: number[] = [];
			for (let minute = 0; minute <= 60; minute++) {
				if ((await run()).length > 0) tries.push(minute);
				clock.ms += MINUTE;
			}
			expect(tries).toEqual([0, 1, 3, 7, 15]);
			expect(table.row(1)).toMatchObject({
				status: 'failed',
				attempts: 5,
				failure: `It is ${kind}`,
				send_at: iso(START - SECOND),
			});
		},
	);

	it('pauses no longer than an hour', async () => {
		await due('hello');
		table.edit(1, { attempts: 15 });
		failing('unavailable');
		await run({ maxAttempts: 20 });
		expect(table.row(1).next_attempt_at).toBe(iso(START + 60 * MINUTE));
	});

	it.each(['rejected', 'unauthorized', 'unsupported'] as const)(
		'that lasts (%s) is final',
		async (kind) => {
			await due('hello');
			failing(kind);
			expect(await run()).toMatchObject([
				{ message: { status: 'failed', failure: { reason: `It is ${kind}` } } },
			]);
			clock.ms += 86_400_000;
			expect(await run()).toEqual([]);
		},
	);

	it('of one message does not keep the others', async () => {
		await due('a', 'b', 'c');
		fake.send = async ({ text }) => {
			if (text === 'b') throw new Error('strange');
			return {};
		};
		await run();
		expect(table.statuses).toEqual(['sent', 'failed', 'sent']);
	});

	it('does not outlive the message: sent in the end, the reason goes', async () => {
		await due('hello');
		failing('unavailable');
		await run();
		expect(table.row(1)).toMatchObject({ status: 'scheduled', failure: 'It is unavailable' });
		fake.send = async () => ({});
		clock.ms += MINUTE;
		expect(await run()).toMatchObject([{ attempts: 2 }]);
		expect(table.row(1)).toMatchObject({ status: 'sent', failure: null });
	});
});

describe('Do Not Send If Later Than', () => {
	it('lets a message expire unsent', async () => {
		await table.insert([
			rowOf('late', START - 61 * MINUTE),
			rowOf('just in time', START - 60 * MINUTE),
		]);
		const [late] = await run({ notLaterThanMs: 60 * MINUTE });
		expect(late).toMatchObject({ message: { status: 'expired' }, attempts: 0 });
		expect(fake.asked).toEqual(['just in time']);
		expect(table.row(1).failure).toMatch(/3660 seconds late/);
	});
});

describe('a crash', () => {
	it('between claim and request leaves a message that goes out after the grace time', async () => {
		await due('hello');
		let updates = 0;
		table.before = async (access) => {
			if (access === 'update' && ++updates === 2) await never();
		};
		void run();
		await new Promise((resolve) => setTimeout(resolve, 5));
		table.before = () => undefined;
		expect(table.row(1)).toMatchObject({ status: 'sending', send_started_at: null });
		clock.ms += 9 * MINUTE;
		expect(await run()).toEqual([]);
		clock.ms += MINUTE;
		expect(await run()).toMatchObject([{ message: { status: 'sent' }, attempts: 1 }]);
		expect(fake.asked).toEqual(['hello']);
	});

	const crashWhileSending = async () => {
		await due('hello');
		fake.send = never;
		void run();
		await new Promise((resolve) => setTimeout(resolve, 5));
		fake.send = async () => ({});
		expect(table.row(1)).toMatchObject({ status: 'sending', send_started_at: iso(START) });
		clock.ms += 10 * MINUTE;
	};

	it('between request and answer leaves one that nobody knows about', async () => {
		await crashWhileSending();
		expect(await run()).toMatchObject([
			{ message: { status: 'unknown', text: 'hello' }, attempts: 1 },
		]);
		expect(table.row(1).failure).toMatch(/was interrupted while it sent this message/);
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual(['hello']);
	});

	it('between request and answer is followed by a second send where the user chose so', async () => {
		await crashWhileSending();
		await run({ afterInterruption: 'sendAgain' });
		clock.ms += MINUTE;
		await run({ afterInterruption: 'sendAgain' });
		expect(fake.asked).toEqual(['hello', 'hello']);
		expect(table.row(1)).toMatchObject({ status: 'sent', attempts: 2 });
	});

	it('of another account is not ours to judge', async () => {
		await crashWhileSending();
		table.edit(1, { account: 'account-2' });
		expect(await run()).toEqual([]);
		expect(table.statuses).toEqual(['sending']);
	});
});

describe('a table that cannot be written', () => {
	/** From the update of that number on, counted from 1, so many fail. */
	const failUpdates = (from: number, count = Infinity) => {
		let updates = 0;
		table.before = (access) => {
			if (access !== 'update') return;
			updates++;
			if (updates >= from && updates < from + count) throw new Error('the database is down');
		};
	};

	it('sends nothing when it could not be written that the request begins', async () => {
		await due('hello', 'world');
		failUpdates(2);
		await expect(run({ maxParallel: 1 })).rejects.toThrow('is down');
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['sending', 'sending']);
		table.before = () => undefined;
		clock.ms += 10 * MINUTE;
		expect(await run()).toHaveLength(2);
	});

	it('leaves what was sent meanwhile to be reported as unknown, never sent again', async () => {
		await due('hello');
		failUpdates(3);
		await expect(run()).rejects.toThrow('is down');
		expect(fake.asked).toEqual(['hello']);
		table.before = () => undefined;
		clock.ms += 20 * MINUTE;
		expect(await run()).toMatchObject([{ message: { status: 'unknown' } }]);
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual(['hello']);
	});

	it('writes what became of a message when the table comes back soon', async () => {
		await due('hello');
		failUpdates(3, 3);
		expect(await run()).toMatchObject([{ message: { status: 'sent' } }]);
		expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'id of hello' });
	});

	it('begins nothing new then, waits for what is under way, and gives back the rest', async () => {
		await due('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
		let hold: () => void = () => undefined;
		const held = new Promise<void>((resolve) => (hold = resolve));
		fake.send = async ({ text }) => {
			if (text === 'a') await held;
			return {};
		};
		const update = table.update.bind(table);
		table.update = async (changes) => {
			if (!changes.some((change) => isMark(change) && change.where[0].value !== 1)) {
				return await update(changes);
			}
			setTimeout(hold, 5);
			throw new Error('the database is down');
		};
		await expect(run({ maxParallel: 2 })).rejects.toThrow('is down');
		expect(table.statuses.slice(0, 4)).toEqual(['sent', 'sent', 'sent', 'sent']);
		expect(new Set(table.statuses.slice(4))).toEqual(new Set(['scheduled']));
		expect(fake.asked).toEqual(['a', 'b', 'c', 'd']);
	});

	it('does not let one row that cannot be written spoil the others', async () => {
		await due('a', 'b', 'c');
		const update = table.update.bind(table);
		table.update = async (changes) => {
			const spoilt = changes.some(({ values }) => values.message_id === 'id of b');
			if (spoilt) throw new Error('no such value');
			return await update(changes);
		};
		await expect(run()).rejects.toThrow('no such value');
		expect(table.statuses).toEqual(['sent', 'sending', 'sent']);
	});
});

describe('an execution that is stopped', () => {
	it('begins nothing new and gives back what it had claimed', async () => {
		await due('a', 'b', 'c');
		let isCancelled = false;
		fake.send = async () => {
			isCancelled = true;
			return {};
		};
		const done = await run({ maxParallel: 1 }, { isCancelled: () => isCancelled });
		expect(done).toMatchObject([{ message: { text: 'a' } }]);
		expect(table.statuses).toEqual(['sent', 'scheduled', 'scheduled']);
	});

	it('gives back too what was marked as begun and did not go out', async () => {
		await due('a', 'b', 'c');
		let updates = 0;
		let isCancelled = false;
		table.before = (access) => {
			if (access === 'update' && ++updates === 2) isCancelled = true;
		};
		expect(await run({}, { isCancelled: () => isCancelled })).toEqual([]);
		expect(fake.asked).toEqual([]);
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			send_started_at: null,
			claim_token: null,
		});
		expect(table.statuses).toEqual(['scheduled', 'scheduled', 'scheduled']);
	});

	it('does not count a request that never went out as a failure', async () => {
		await due('hello');
		let isCancelled = false;
		fake.send = async () => {
			isCancelled = true;
			throw new GatewayError('cancelled', 'The execution was stopped', { openEnded: false });
		};
		expect(await run({}, { isCancelled: () => isCancelled })).toEqual([]);
		expect(table.row(1)).toMatchObject({ status: 'scheduled', attempts: 0, send_started_at: null });
	});

	it('leaves open what had gone out', async () => {
		await due('hello');
		fake.send = async () => {
			throw new GatewayError('cancelled', 'The execution was stopped', { openEnded: true });
		};
		await run();
		expect(table.statuses).toEqual(['unknown']);
	});
});

describe('a row that is changed after it was claimed', () => {
	/** Does something right before the request is written as begun. */
	const beforeBegin = (work: (row: Row) => Promise<void> | void) => {
		let updates = 0;
		table.before = async (access) => {
			if (access !== 'update' || ++updates !== 2) return;
			await work(table.row(1));
		};
	};

	it('cannot be cancelled any more by the operation', async () => {
		await due('hello');
		const store = createTableStore(table, {
			gateway: fake.gateway,
			sender: SENDER,
			timezone: 'UTC',
			now: clock.now,
		});
		let result: unknown;
		beforeBegin(async (row) => {
			result = await store.cancel(scheduleIdOf(row, table.id));
		});
		await run();
		expect(result).toMatchObject({ cancelled: false, message: { gatewayStatus: 'sending' } });
		expect(table.statuses).toEqual(['sent']);
	});

	it('is not sent, nor told, where a person cancelled it in the table', async () => {
		await due('hello');
		beforeBegin(() => table.edit(1, { status: 'cancelled' }));
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['cancelled']);
	});

	it('is not sent where a person has removed it', async () => {
		await due('hello');
		beforeBegin(() => void table.rows.delete(1));
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual([]);
	});
});

describe('a row that a person has edited', () => {
	it('is sent at the new time, earlier or later', async () => {
		await table.insert([rowOf('sooner', START + 60 * MINUTE), rowOf('later', START - SECOND)]);
		table.edit(1, { send_at: iso(START) });
		table.edit(2, { send_at: iso(START + 60 * MINUTE) });
		await run();
		expect(fake.asked).toEqual(['sooner']);
		clock.ms += 60 * MINUTE;
		await run();
		expect(fake.asked).toEqual(['sooner', 'later']);
	});

	it.each([
		['recipient', { recipient: 'Maria' }, /"Recipient" is "Maria"/],
		['text', { text: '' }, /"Text" is empty/],
		['type', { type: 'fax' }, /"Message Type" is "fax"/],
		[
			'type that the gateway lacks',
			{ type: 'voice', media_url: 'https://a.example/b.ogg' },
			/voice/,
		],
		['media address', { type: 'image', media_url: 'b.png' }, /"Media URL" is "b.png"/],
	])('so that its %s cannot be sent fails with the reason, unsent', async (_, values, reason) => {
		await due('hello');
		table.edit(1, values);
		const [{ message }] = await run();
		expect(message.status).toBe('failed');
		expect(message.failure?.reason).toMatch(reason);
		expect(fake.asked).toEqual([]);
		expect(table.row(1)).toMatchObject({ status: 'failed', attempts: 0 });
	});

	it('and set back to "scheduled" goes out again', async () => {
		await due('hello');
		await run();
		table.edit(1, { status: 'scheduled' });
		await run();
		expect(fake.asked).toEqual(['hello', 'hello']);
	});
});
