import * as fc from 'fast-check';
import { GatewayError } from '../../../gateways/transport/gatewayError';
import {
	dispatchDue,
	type DispatchContext,
	type DispatchEntry,
	type DispatchReport,
	type DispatchResult,
	type DispatchRules,
} from '../../../stores/dispatcher';
import { HEALTHY } from '../../../stores/dispatcher/accountHealth';
import { pauseAccount, resumeAccount, type AccountColumn } from '../../../stores/table/accounts';
import {
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import { createTableStore } from '../../../stores/table/tableStore';
import { runs } from '../../proof.mts';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SECOND,
	SENDER,
	START,
	queueOn,
} from '../table/fakes.mts';
import { MemoryTable, type Before } from '../table/memoryTable.mts';
import { transactions } from './transactions.mts';
import { VirtualTime } from './virtualTime.mts';

const HOUR = 60 * MINUTE;
let table: MemoryTable;
let accounts: MemoryTable<AccountColumn>;
let clock: FakeClock;
let fake: FakeGateway;

beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	accounts = accountsTable(clock.now);
	fake = new FakeGateway();
	table.now = clock.now;
});

type More = Partial<Omit<DispatchContext, 'rules'>>;
const dispatch = async (rules: Partial<DispatchRules> = {}, more: More = {}) =>
	await dispatchDue(contextFor(table, accounts, fake, clock, { rules, ...more }));
/** A run that neither ends early nor sends nothing for a reason. */
const run = async (rules: Partial<DispatchRules> = {}, more: More = {}) => {
	const report = await dispatch(rules, more);
	if (report.error !== undefined) throw report.error;
	return report.entries;
};
const to = (index: number) => `+9199880${String(10_000 + index)}`;
/** Due messages, each to a recipient of its own. */
const due = async (...texts: string[]) =>
	await table.insert(
		texts.map((text, i) => rowOf(text, START - MINUTE + i * 100, { recipient: to(i) })),
	);
const many = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);
const outcomeUnknown = (text = 'The connection broke off') =>
	new GatewayError('unreachable', text, { outcomeUnknown: true });
const failing = (...args: ConstructorParameters<typeof GatewayError>) => {
	fake.send = async () => {
		throw new GatewayError(...args);
	};
};
const sends = () => {
	fake.send = async () => ({});
};
const textsOf = (entries: readonly DispatchEntry[]) =>
	entries.flatMap((entry) => ('event' in entry ? [] : [entry.message.text]));
const eventsOf = (entries: readonly DispatchEntry[]) =>
	entries.flatMap((entry) => ('event' in entry ? [entry.event] : []));
const turn = async () => await new Promise((resolve) => setTimeout(resolve, 5));
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

	it('is not sent at its former time if it is moved while the run has read it already', async () => {
		const [, second, third] = await due('first', 'second', 'third');
		const store = createTableStore(table, {
			gateway: fake.gateway,
			senders: [SENDER],
			timezone: 'UTC',
			now: clock.now,
		});
		const later = iso(START + 3_600_000);
		fake.send = async ({ text }) => {
			if (text !== 'first') return {};
			const log = { unresolved: null, begin: () => {}, clear: () => {} };
			const scheduleId = String(second.schedule_id);
			await store.reschedule({ scheduleId, scheduledAt: later, idempotencyKey: '' }, log);
			const change = { scheduleId: String(third.schedule_id), from: String(third.send_at) };
			await store.changeMany!([{ ...change, to: later }], false);
			return {};
		};
		expect(textsOf(await run({ maxParallel: 1 }))).toEqual(['first']);
		expect(fake.asked).toEqual(['first']);
		clock.ms = Date.parse(later);
		expect(textsOf(await run())).toEqual(['second', 'third']);
	});

	it.each(['scheduled', 'unknown'] as const)(
		'is sent once, though the gateway calls what it took %s',
		async (status) => {
			fake.send = async () => ({ status });
			await table.insert([rowOf('hello', START)]);
			await run();
			clock.ms += MINUTE;
			await run();
			expect(fake.asked).toEqual(['hello']);
			expect(table.row(1)).toMatchObject({ status: 'queued', message_id: 'id of hello' });
		},
	);

	it('is only what has come to its time, of this gateway and this account, and pending', async () => {
		await table.insert([
			rowOf('later', START + 1),
			rowOf('another account', START, { account: 'account-2' }),
			rowOf('another gateway', START, { gateway: 'whapi' }),
			rowOf('cancelled', START, { status: 'cancelled' }),
			rowOf('waiting', START, { next_attempt_at: iso(START + 1), recipient: to(2) }),
			rowOf('due', START),
		]);
		await run();
		expect(fake.asked).toEqual(['due']);
		clock.ms += 1;
		await run();
		expect([...fake.asked].sort()).toEqual(['due', 'later', 'waiting']);
	});

	it('is sent with bounded parallelism, and no more is marked than that', async () => {
		await due(...many(25));
		let under = 0;
		let most = 0;
		fake.send = async () => {
			most = Math.max(most, ++under);
			const marked = table.statuses.filter((status) => status === 'sending').length;
			expect(marked).toBeLessThanOrEqual(6);
			await new Promise((resolve) => setTimeout(resolve, 1));
			under--;
			return {};
		};
		expect(await run({ maxParallel: 3 })).toHaveLength(25);
		expect(most).toBe(3);
		expect(new Set(fake.asked).size).toBe(25);
	});

	it('is marked before its request begins', async () => {
		await due('hello');
		let status: unknown;
		fake.send = async () => {
			({ status } = table.row(1));
			return {};
		};
		await run();
		expect(status).toBe('sending');
	});

	it('keeps the place in the queue where a gateway tells the id later', async () => {
		await due('hello');
		fake.send = async () => ({ messageId: null, queueId: 'q1', status: 'queued' });
		await run();
		expect(table.row(1)).toMatchObject({ status: 'queued', queue_id: 'q1', message_id: null });
	});

	it('goes out in the order of its times, to each recipient one after the other', async () => {
		await table.insert([
			rowOf('second', START - 2 * SECOND),
			rowOf('first', START - 3 * SECOND),
			rowOf('third', START - SECOND),
		]);
		let under = 0;
		fake.send = async () => {
			expect(++under).toBe(1);
			await turn();
			under--;
			return {};
		};
		await run();
		expect(fake.asked).toEqual(['first', 'second', 'third']);
	});

	it('goes out once for each deduplication key', async () => {
		await due('a', 'b', 'c');
		table.edit(1, { deduplication_key: 'k' });
		table.edit(2, { deduplication_key: 'k' });
		await run();
		expect([...fake.asked].sort()).toEqual(['a', 'c']);
		expect(table.row(2)).toMatchObject({
			status: 'cancelled',
			failure: expect.stringContaining('Deduplication Key'),
		});
	});
});

describe('a limit for one recipient', () => {
	const limited = new GatewayError('rateLimited', 'Too many to this recipient', {
		isPerRecipient: true,
		retryAfterMs: 6 * SECOND,
	});
	const isReady = (text: string, afterMs: number) => text !== 'b' || clock.now() >= START + afterMs;

	it('delays its messages, longer each time, and no others', async () => {
		await due('a', 'b', 'c');
		await table.insert([rowOf('b later', START - SECOND, { recipient: to(1) })]);
		fake.send = async ({ text }) => {
			if (!isReady(String(text), 10 * SECOND)) throw limited;
			return {};
		};
		await run();
		expect(fake.asked).toEqual(['a', 'b', 'c']);
		expect(table.row(2)).toMatchObject({
			status: 'scheduled',
			attempts: 1,
			next_attempt_at: iso(START + 6 * SECOND),
			failure: 'Too many to this recipient',
		});
		clock.ms = START + 6 * SECOND;
		await table.update([
			{ where: [{ column: 'id', is: 'eq', value: 4 }], values: { status: 'cancelled' } },
		]);
		await run();
		expect(table.row(2)).toMatchObject({ attempts: 2, next_attempt_at: iso(START + 18 * SECOND) });
		clock.ms = START + 18 * SECOND;
		await run();
		expect(table.row(2)).toMatchObject({ status: 'sent', attempts: 3, failure: null });
	});

	it('is kept by later runs: no later message to the recipient overtakes', async () => {
		await due('a', 'b', 'c');
		await table.insert([rowOf('b later', START - SECOND, { recipient: `${to(1).slice(1)}@c.us` })]);
		fake.send = async ({ text }) => {
			if (!isReady(String(text), 60 * SECOND)) throw limited;
			return {};
		};
		const asked = async (seconds: number) => {
			clock.ms = START + seconds * SECOND;
			fake.asked.length = 0;
			await run();
			return [...fake.asked];
		};
		expect(await asked(0)).toEqual(['a', 'b', 'c']);
		// It waits until the sixth second, and then until the twenty-second.
		expect(await asked(3)).toEqual([]);
		await table.insert([
			rowOf('earlier', START - 10 * MINUTE, { recipient: to(1) }),
			rowOf('latest', START, { recipient: to(1) }),
		]);
		expect(await asked(10)).toEqual(['earlier', 'b']);
		expect(await asked(15)).toEqual([]);
		expect(await asked(90)).toEqual(['b', 'b later', 'latest']);
	});

	it('keeps nobody behind a message that expires before its next attempt', async () => {
		const tried = { attempts: 5, valid_for_minutes: 10 };
		await table.insert([
			rowOf('too late', START - MINUTE, { ...tried, next_attempt_at: iso(START + 9 * MINUTE + 1) }),
			rowOf('in time', START - MINUTE, {
				...tried,
				recipient: to(2),
				next_attempt_at: iso(START + 9 * MINUTE),
			}),
			rowOf('one', START - SECOND),
			rowOf('two', START - SECOND, { recipient: to(2) }),
		]);
		await run();
		expect(fake.asked).toEqual(['one']);
	});

	it('keeps nobody behind a message that waits for its window or its cap', async () => {
		const tried = { attempts: 1, next_attempt_at: iso(START + MINUTE) };
		// START is noon.
		const sending_window = 'Mon Tue Wed Thu Fri Sat Sun 14:00-15:00 UTC';
		await table.insert([
			rowOf('closed', START - MINUTE, { ...tried, sending_window }),
			rowOf('capped', START - MINUTE, {
				...tried,
				recipient: to(2),
				failure: 'Held by its frequency cap (1 in 24 h).',
			}),
			rowOf('one', START - SECOND),
			rowOf('two', START - SECOND, { recipient: to(2) }),
		]);
		await run();
		expect([...fake.asked].sort()).toEqual(['one', 'two']);
	});

	it('does not pause the account, however many it concerns', async () => {
		await due(...many(20));
		fake.send = async () => {
			throw limited;
		};
		expect(eventsOf(await run())).toEqual([]);
		expect(fake.asked).toHaveLength(20);
		sends();
		clock.ms += MINUTE;
		await run();
		expect(new Set(table.statuses)).toEqual(new Set(['sent']));
	});
});

describe('few accesses to the table', () => {
	it('are made: what became of messages is written with the marks of the next', async () => {
		await due(...many(100));
		const update = jest.spyOn(table, 'update');
		fake.send = async () => {
			await new Promise((resolve) => setTimeout(resolve, 1));
			return {};
		};
		table.before = async () => await new Promise((resolve) => setTimeout(resolve, 1));
		expect(await run({ maxParallel: 10 })).toHaveLength(100);
		expect(update.mock.calls.length).toBeLessThanOrEqual(60);
	});

	it('wait: where what became of messages cannot be written, no more go out', async () => {
		await due(...many(60));
		const update = table.update.bind(table);
		table.update = async (changes) => {
			if (changes.some(({ values }) => values.message_id !== undefined)) {
				throw new Error('no such value');
			}
			return await update(changes);
		};
		const { error, entries } = await dispatch({ maxParallel: 3 });
		expect(error).toMatchObject({ message: 'no such value' });
		expect(fake.asked.length).toBeLessThanOrEqual(9);
		// What was sent is given out all the same.
		expect(textsOf(entries).sort()).toEqual([...fake.asked].sort());
	});
});

describe('several dispatchers', () => {
	it('never send the same message twice, in whatever order their steps come', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.scheduler(),
				fc.integer({ min: 1, max: 8 }),
				fc.integer({ min: 2, max: 4 }),
				async (scheduler, messages, dispatchers) => {
					table = new MemoryTable();
					accounts = accountsTable(clock.now);
					fake = new FakeGateway();
					await due(...many(messages));
					const before: Before = async (access) =>
						await scheduler.schedule(Promise.resolve(), access);
					table.before = before;
					accounts.before = before;
					const senders = new Set<number>();
					fake.send = async () => {
						await scheduler.schedule(Promise.resolve(), 'send');
						return {};
					};
					const dispatched = Array.from({ length: dispatchers }, async (_, index) => {
						const report = await dispatch();
						if (report.entries.length > 0) senders.add(index);
						return report;
					});
					await scheduler.waitFor(Promise.all(dispatched));
					const reports: DispatchReport[] = await Promise.all(dispatched);
					expect(fake.asked).toHaveLength(messages);
					expect(new Set(fake.asked).size).toBe(messages);
					const told = reports.flatMap(({ entries }) => textsOf(entries));
					expect(told.sort()).toEqual([...fake.asked].sort());
					expect(new Set(table.statuses)).toEqual(new Set(['sent']));
				},
			),
			runs(150, 10_000),
		);
	});

	it('send once too where one is so slow that others take its lease', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.scheduler(),
				fc.integer({ min: 1, max: 6 }),
				fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 40, maxLength: 40 }),
				async (scheduler, messages, minutes) => {
					table = new MemoryTable();
					clock = new FakeClock();
					accounts = accountsTable(clock.now);
					fake = new FakeGateway();
					await due(...many(messages));
					let step = 0;
					const wait = async (label: string) => {
						await scheduler.schedule(Promise.resolve(), label);
						// Any step may take longer than the lease.
						clock.ms += (minutes[step++] ?? 0) * MINUTE;
					};
					table.before = wait;
					accounts.before = wait;
					fake.send = async () => {
						await wait('send');
						return {};
					};
					const rules = { budgetMs: 10 * MINUTE };
					const dispatched = Array.from({ length: 3 }, async () => await dispatch(rules));
					await scheduler.waitFor(Promise.all(dispatched));
					// What was given back in between goes out now.
					table.before = () => undefined;
					accounts.before = () => undefined;
					sends();
					for (let i = 0; i < 3; i++) {
						clock.ms += 60 * MINUTE;
						await run();
					}
					expect(new Set(fake.asked).size).toBe(fake.asked.length);
					expect(fake.asked).toHaveLength(messages);
					// Who knows that it went out corrects the one who did not.
					expect(new Set(table.statuses)).toEqual(new Set(['sent']));
				},
			),
			runs(150, 10_000),
		);
	});

	it('are one at a time: the other ends at once, and asks nothing', async () => {
		await due('hello');
		fake.send = never;
		void dispatch();
		await turn();
		await table.insert([rowOf('world', START, { recipient: to(9) })]);
		expect(await dispatch()).toEqual({ entries: [], idle: { why: 'leaseTaken' } });
		expect(fake.asked).toEqual(['hello']);
	});

	it('of different accounts do not wait for each other', async () => {
		await due('hello', 'world');
		table.edit(2, { account: 'account-2' });
		fake.send = never;
		void dispatch();
		await turn();
		sends();
		const other = { ...SENDER, account: 'account-2' };
		const { createLeaseStore } = await import('../../../stores/table/accounts');
		await dispatch(
			{},
			{
				queue: queueOn(table, [other]),
				lease: createLeaseStore(accounts, [other]),
			},
		);
		expect(fake.asked).toEqual(['hello', 'world']);
		expect(table.statuses).toEqual(['sending', 'sent']);
	});

	it('end before a person’s pause as before their own', async () => {
		await due('hello');
		await pauseAccount(accounts, SENDER, { until: null, note: 'new phone', now: 0 });
		expect(await dispatch()).toMatchObject({
			entries: [],
			idle: { why: 'pausedByPerson', note: 'new phone' },
		});
		await resumeAccount(accounts, [SENDER]);
		await pauseAccount(accounts, SENDER, { until: START + MINUTE, note: null, now: 0 });
		expect(await dispatch()).toMatchObject({ idle: { why: 'pausedByPerson' } });
		clock.ms += MINUTE;
		expect(await run()).toHaveLength(1);
	});

	it('are stopped by a person’s pause in the middle', async () => {
		await due(...many(40));
		fake.send = async ({ text }) => {
			clock.ms += 2 * SECOND;
			if (text === 'm5') await pauseAccount(accounts, SENDER, { until: null, note: null, now: 0 });
			return {};
		};
		await run({ maxParallel: 1, budgetMs: 10 * MINUTE });
		expect(fake.asked.length).toBeLessThanOrEqual(12);
	});
});

describe('a budget', () => {
	it('is kept: the next run goes on', async () => {
		await due(...many(40));
		fake.send = async () => {
			clock.ms += 2 * SECOND;
			return {};
		};
		await run({ maxParallel: 1, budgetMs: 20 * SECOND });
		expect(fake.asked).toHaveLength(10);
		expect(new Set(table.statuses)).toEqual(new Set(['sent', 'scheduled']));
		await run({ maxParallel: 1, budgetMs: 20 * SECOND });
		expect(fake.asked).toHaveLength(20);
	});

	it('is no reason to wait for a pace that it does not leave time for', async () => {
		await due('a', 'b');
		await run({ messagesPerMinute: 1, budgetMs: 20 * SECOND });
		expect(fake.asked).toEqual(['a']);
		expect(clock.ms - START).toBeLessThan(SECOND);
		await run({ messagesPerMinute: 1, budgetMs: 20 * SECOND });
		expect(fake.asked).toEqual(['a']);
		clock.ms += 45 * SECOND;
		await run({ messagesPerMinute: 1, budgetMs: 20 * SECOND });
		expect(fake.asked).toEqual(['a', 'b']);
	});
});

describe('a known pace', () => {
	it('holds from one request to the next, however many may be in flight', async () => {
		await due(...many(20));
		const time = new VirtualTime(START);
		const { now, sleep } = time;
		const times: number[] = [];
		fake.send = async () => {
			times.push(now());
			await sleep(300);
			return {};
		};
		const running = run({ messagesPerMinute: 30, maxParallel: 5 }, { now, sleep });
		await time.runUntil(START + MINUTE);
		await running;
		expect(times.length).toBeGreaterThan(15);
		for (let i = 1; i < times.length; i++) {
			expect(times[i] - times[i - 1]).toBeGreaterThanOrEqual(2_000);
		}
	});

	it('is not used up by what is not sent after all', async () => {
		await due(...many(10));
		for (let id = 1; id <= 9; id++) table.edit(id, { send_at: iso(START - 30 * HOUR) });
		await run({ messagesPerMinute: 1, budgetMs: 20 * SECOND });
		expect(fake.asked).toEqual(['m9']);
		expect(table.statuses.slice(0, 9)).toEqual(Array(9).fill('expired'));
	});

	it('is kept with the lease while a run waits for it', async () => {
		await due('a', 'b', 'c');
		const renewed: number[] = [];
		accounts.before = (access) => {
			if (access === 'update') renewed.push(clock.ms);
		};
		await run({ messagesPerMinute: 1, budgetMs: 3 * MINUTE });
		expect(fake.asked).toHaveLength(3);
		for (let i = 1; i < renewed.length; i++) {
			expect(renewed[i] - renewed[i - 1]).toBeLessThanOrEqual(20 * SECOND);
		}
	});
});

describe('a fault of the account', () => {
	it.each([
		['unauthorized', { status: 401 }],
		['rejected', { status: 402, fault: 'account' }],
		['rejected', { status: 466, fault: 'account' }],
	] as const)('%s %j fails no message, and counts no attempt', async (kind, details) => {
		await due(...many(30));
		failing(kind, 'The account may not', details);
		const entries = await run();
		expect(eventsOf(entries)).toEqual(['paused']);
		expect(textsOf(entries)).toEqual([]);
		expect(fake.asked.length).toBeLessThanOrEqual(5);
		expect(new Set(table.statuses)).toEqual(new Set(['scheduled']));
		expect(table.row(1)).toMatchObject({ attempts: 0, claim_token: '' });
		expect(await dispatch()).toMatchObject({
			entries: [],
			idle: {
				why: 'paused',
				reason: 'The account may not',
				until: new Date(String(accounts.row(1).paused_until)).getTime(),
			},
		});
		// Well again: one probe, and then all.
		sends();
		clock.ms += 40 * SECOND;
		const after = await run();
		expect(eventsOf(after)).toEqual(['resumed']);
		expect(textsOf(after)).toHaveLength(30);
	});

	it('is asked for by the health call first, and then by one message', async () => {
		await due(...many(10));
		failing('unauthorized', 'wrong key', { status: 401 });
		await run();
		const before = fake.asked.length;
		fake.health = async () => ({ ready: false, message: 'not logged in' });
		clock.ms += 40 * SECOND;
		expect(await dispatch()).toMatchObject({ idle: { why: 'paused', reason: 'not logged in' } });
		expect(fake.asked).toHaveLength(before);
		fake.health = async () => ({ ready: true, message: 'well' });
		clock.ms += 2 * MINUTE;
		await run();
		expect(fake.asked).toHaveLength(before + 1);
	});

	it('is not asked for while all that is due waits behind the next attempt of another', async () => {
		await due('a');
		failing('unauthorized', 'wrong key', { status: 401 });
		await run();
		clock.ms += MINUTE;
		const next_attempt_at = iso(clock.ms + 5 * MINUTE);
		await table.update([
			{
				where: [{ column: 'id', is: 'eq', value: 1 }],
				values: { attempts: 1, next_attempt_at },
			},
		]);
		const { recipient } = table.row(1);
		await table.insert([rowOf('later', START - SECOND, { recipient })]);
		fake.asked.length = 0;
		fake.send = async () => ({});
		for (let seconds = 0; seconds < 240; seconds += 10) {
			await run();
			clock.ms += 10 * SECOND;
		}
		expect(fake.healthAsked).toBe(0);
		clock.ms += 2 * MINUTE;
		await run();
		expect(fake.healthAsked).toBe(1);
		expect(fake.asked).toEqual(['a', 'later']);
	});

	it('whose gateway asks for no pause is no request for each message', async () => {
		await due(...many(50));
		failing('unauthorized', 'wrong key', { status: 401, retryAfterMs: 0 });
		await run({ maxParallel: 1 });
		expect(fake.asked).toHaveLength(1);
	});

	it('ends the run, though its pause is over before the run is', async () => {
		await due(...many(10));
		const details = { status: 401, retryAfterMs: SECOND };
		fake.send = async ({ text }) => {
			await turn();
			if (text === 'm1') {
				await turn();
				clock.ms += 5 * SECOND;
				return {};
			}
			throw new GatewayError('unauthorized', 'wrong key', details);
		};
		await run({ maxParallel: 2 });
		expect(fake.asked).toEqual(['m0', 'm1']);
		expect(fake.healthAsked).toBe(0);
	});

	it('that lasts leaves the messages to their validity', async () => {
		await due('hello');
		failing('unauthorized', 'wrong key', { status: 401 });
		for (let i = 0; i < 100; i++) {
			await run();
			clock.ms += 16 * MINUTE;
		}
		expect(table.row(1)).toMatchObject({
			status: 'expired',
			failure: expect.stringContaining('wrong key'),
		});
	});

	it('is not made of one message whose recipient is not found', async () => {
		await due('bad', ...many(5));
		fake.send = async ({ text }) => {
			if (text === 'bad') throw new GatewayError('notFound', 'no such chat', { status: 404 });
			return {};
		};
		for (let i = 0; i < 8; i++) {
			await run();
			await table.insert([rowOf(`later ${i}`, clock.ms, { recipient: to(50 + i) })]);
			clock.ms += 5 * MINUTE;
		}
		expect(table.row(1)).toMatchObject({ status: 'failed', failure: 'no such chat' });
		expect(table.statuses.slice(1, 13)).toEqual(Array(12).fill('sent'));
	});

	it('is told from the message’s own by three refusals, each beside one that went out', async () => {
		await due('bad');
		fake.send = async ({ text }) => {
			if (text === 'bad') throw new GatewayError('forbidden', 'not allowed', { status: 403 });
			return {};
		};
		const seen: unknown[] = [];
		for (let i = 0; i < 4; i++) {
			await table.insert([rowOf(`good ${i}`, clock.ms, { recipient: to(50 + i) })]);
			const told = textsOf(await run()).filter((text) => text === 'bad');
			seen.push([table.row(1).status, table.row(1).attempts, told.length]);
			clock.ms += 10 * MINUTE;
		}
		// It is told when it has failed, once, and not while it may still go out.
		expect(seen).toEqual([
			['scheduled', 1, 0],
			['scheduled', 2, 0],
			['failed', 3, 1],
			['failed', 3, 0],
		]);
	});

	it('does not keep others behind one message that is every probe', async () => {
		await due('bad');
		fake.send = async ({ text }) => {
			if (text === 'bad') throw new GatewayError('notFound', 'no such chat', { status: 404 });
			return {};
		};
		for (let i = 0; i < 120; i++) {
			await run();
			clock.ms += MINUTE;
		}
		await table.insert([rowOf('good', clock.ms, { recipient: to(5) })]);
		for (let i = 0; i < 35; i++) {
			await run();
			clock.ms += MINUTE;
		}
		expect(table.row(2).status).toBe('sent');
	});
});

describe('a limit of the rate', () => {
	it('that passes soon is waited for in the same run', async () => {
		await due(...many(6));
		let refused = 0;
		fake.send = async () => {
			if (refused++ < 1) {
				throw new GatewayError('rateLimited', 'slow', { status: 429, retryAfterMs: 3_000 });
			}
			return {};
		};
		const entries = await run({ maxParallel: 1 });
		expect(textsOf(entries)).toHaveLength(6);
		expect(eventsOf(entries)).toEqual([]);
		expect(fake.asked.slice(0, 2)).toEqual(['m0', 'm0']);
		expect(table.row(1)).toMatchObject({ status: 'sent', attempts: 1 });
	});

	it('that lasts longer than the run is one item, and its end another', async () => {
		await due(...many(6));
		failing('rateLimited', 'slow', { status: 429, retryAfterMs: 5 * MINUTE });
		const events: string[] = [];
		for (let i = 0; i < 4; i++) {
			events.push(...eventsOf((await dispatch()).entries));
			clock.ms += MINUTE;
		}
		expect(fake.asked.length).toBeLessThanOrEqual(5);
		sends();
		for (let i = 0; i < 4; i++) {
			events.push(...eventsOf((await dispatch()).entries));
			clock.ms += MINUTE;
		}
		expect(events).toEqual(['paused', 'resumed']);
		expect(new Set(table.statuses)).toEqual(new Set(['sent']));
	});

	it('is waited for with the lease kept', async () => {
		await due(...many(3));
		let refused = 0;
		fake.send = async () => {
			if (refused++ < 1) {
				throw new GatewayError('rateLimited', 'slow', { status: 429, retryAfterMs: 4 * MINUTE });
			}
			return {};
		};
		let isTaken = true;
		const sleep = async (ms: number) => {
			await clock.sleep(ms);
			isTaken &&= (await dispatch()).idle?.why === 'leaseTaken';
		};
		await run({ maxParallel: 1, budgetMs: 10 * MINUTE }, { sleep });
		expect(isTaken).toBe(true);
		expect(fake.asked).toHaveLength(4);
	});
});

describe('an outcome that is unknown', () => {
	it('is left for a person: unconfirmed, with the reason, and never sent again', async () => {
		await due('hello');
		fake.send = async () => {
			throw outcomeUnknown();
		};
		expect(await run()).toMatchObject([{ message: { status: 'unconfirmed' }, attempts: 1 }]);
		clock.ms += 24 * HOUR;
		await run();
		expect(fake.asked).toEqual(['hello']);
		expect(table.row(1)).toMatchObject({
			status: 'unconfirmed',
			failure: 'The connection broke off',
		});
	});

	it('is not of more messages than were in flight and three, however long it lasts', async () => {
		await due(...many(200));
		fake.send = async () => {
			throw outcomeUnknown();
		};
		for (let i = 0; i < 300; i++) {
			await run({ maxParallel: 5 });
			clock.ms += MINUTE;
		}
		expect(fake.asked.length).toBeLessThanOrEqual(5 + 3);
	});

	it('is sent again by choice, less and less often, until it is too late', async () => {
		await table.insert([rowOf('hello', START, { valid_for_minutes: 60 })]);
		fake.send = async () => {
			throw outcomeUnknown();
		};
		const rules = { ifOutcomeUnknown: 'sendAgain' } as const;
		const tries: number[] = [];
		for (let minute = 0; minute < 90; minute++) {
			const before = fake.asked.length;
			// The account's own pauses are not what is looked at.
			await resumeAccount(accounts, [SENDER]);
			await run(rules);
			if (fake.asked.length > before) tries.push(minute);
			clock.ms += MINUTE;
		}
		expect(tries).toEqual([0, 1, 3, 7, 15, 31]);
		expect(table.statuses).toEqual(['expired']);
	});
});

describe('a failure', () => {
	it.each(['rejected', 'unsupported', 'notPending'] as const)(
		'of the message itself (%s) is final',
		async (kind) => {
			await due('hello', 'world');
			fake.send = async ({ text }) => {
				if (text === 'hello') throw new GatewayError(kind, `It is ${kind}`);
				return {};
			};
			const entries = (await run()) as DispatchResult[];
			expect(entries.find(({ message }) => message.text === 'hello')).toMatchObject({
				message: { status: 'failed', failure: { reason: `It is ${kind}` } },
				attempts: 1,
			});
			clock.ms += 24 * HOUR;
			expect(await run()).toEqual([]);
			expect(table.statuses).toEqual(['failed', 'sent']);
		},
	);

	it('by a slip in the code leaves one message in doubt, and keeps no other', async () => {
		await due('a', 'b', 'c');
		fake.send = async ({ text }) => {
			if (text === 'b') throw new TypeError('strange');
			return {};
		};
		await run();
		expect(table.statuses).toEqual(['sent', 'unconfirmed', 'sent']);
	});

	it('does not outlive the message: sent in the end, the reason goes', async () => {
		await due('hello');
		failing('unreachable', 'connection refused', { outcomeUnknown: false });
		await run();
		expect(table.row(1)).toMatchObject({ status: 'scheduled', failure: 'connection refused' });
		sends();
		clock.ms += MINUTE;
		expect(await run()).toMatchObject([{ attempts: 1 }]);
		expect(table.row(1)).toMatchObject({ status: 'sent', failure: null });
	});
});

describe('a crash', () => {
	const crashWhileSending = async () => {
		await due('hello');
		fake.send = never;
		void dispatch();
		await turn();
		sends();
		expect(table.row(1)).toMatchObject({ status: 'sending', send_started_at: iso(START) });
		clock.ms += 95 * SECOND;
	};

	it('leaves the lease for as long as it lasts', async () => {
		await crashWhileSending();
		clock.ms -= 1;
		expect(await dispatch()).toMatchObject({ idle: { why: 'leaseTaken' } });
		expect(table.statuses).toEqual(['sending']);
	});

	it('between request and response leaves a message in doubt', async () => {
		await crashWhileSending();
		expect(await run()).toMatchObject([
			{ message: { status: 'unconfirmed', text: 'hello' }, attempts: 1 },
		]);
		expect(table.row(1).failure).toMatch(
			/^It is unknown whether the message was sent: .* was interrupted/,
		);
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual(['hello']);
	});

	it('between request and response is followed by a second send where the user chose so', async () => {
		await crashWhileSending();
		await run({ ifOutcomeUnknown: 'sendAgain' });
		clock.ms += MINUTE;
		await run({ ifOutcomeUnknown: 'sendAgain' });
		expect(fake.asked).toEqual(['hello', 'hello']);
		expect(table.row(1)).toMatchObject({ status: 'sent', attempts: 2 });
	});

	it('of another account is not ours to judge', async () => {
		await crashWhileSending();
		table.edit(1, { account: 'account-2' });
		expect(await run()).toEqual([]);
		expect(table.statuses).toEqual(['sending']);
	});

	it('is corrected by a run that was only slow', async () => {
		await due('hello');
		let answer: () => void = () => undefined;
		fake.send = async () => await new Promise((resolve) => (answer = () => resolve({})));
		const slow = dispatch();
		await turn();
		clock.ms += 95 * SECOND;
		expect(await run()).toMatchObject([{ message: { status: 'unconfirmed' } }]);
		answer();
		await slow;
		expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'id of hello' });
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
	/** Adopting takes one. */
	const FIRST = 2;

	it('sends nothing when it could not be written that the request begins', async () => {
		await due('hello', 'world');
		failUpdates(FIRST);
		await expect(run({ maxParallel: 1 })).rejects.toThrow('is down');
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['scheduled', 'scheduled']);
		table.before = () => undefined;
		expect(await run()).toHaveLength(2);
	});

	it('puts nothing in doubt that was marked, and whose mark was lost', async () => {
		await due('hello');
		const update = table.update.bind(table);
		let isDown = true;
		table.update = async (changes) => {
			const rows = await update(changes);
			const isStart = changes.some(({ values }) => values.status === 'sending');
			if (isStart && isDown) throw new Error('the database is down');
			return rows;
		};
		await expect(run()).rejects.toThrow('is down');
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['scheduled']);
		isDown = false;
		expect(await run()).toHaveLength(1);
	});

	it('leaves what was sent meanwhile in doubt, never sent again, and gives it out', async () => {
		await due('hello');
		failUpdates(FIRST + 1);
		const { entries, error } = await dispatch();
		expect(error).toMatchObject({ message: 'the database is down' });
		expect(entries).toMatchObject([{ message: { status: 'sent' } }]);
		table.before = () => undefined;
		clock.ms += 20 * MINUTE;
		expect(await run()).toMatchObject([{ message: { status: 'unconfirmed' } }]);
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual(['hello']);
	});

	it('writes what became of a message when the table comes back soon', async () => {
		await due('hello');
		failUpdates(FIRST + 1, 3);
		expect(await run()).toMatchObject([{ message: { status: 'sent' } }]);
		expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'id of hello' });
	});

	it('does not let one row that cannot be written spoil the others', async () => {
		await due('a', 'b', 'c');
		const update = table.update.bind(table);
		table.update = async (changes) => {
			const isSpoilt = changes.some(({ values }) => values.message_id === 'id of b');
			if (isSpoilt) throw new Error('no such value');
			return await update(changes);
		};
		await expect(run()).rejects.toThrow('no such value');
		expect(table.statuses).toEqual(['sent', 'sending', 'sent']);
	});

	it('once, at any access, before or after its effect, neither loses nor repeats a message', async () => {
		for (const how of ['before', 'after'] as const) {
			for (let failsAt = 1; failsAt <= 14; failsAt++) {
				table = new MemoryTable();
				clock = new FakeClock();
				accounts = accountsTable(clock.now);
				fake = new FakeGateway();
				await due('a', 'b', 'c');
				let access = 0;
				const spoil = <A extends unknown[], R>(work: (...args: A) => Promise<R>) => {
					return async (...args: A): Promise<R> => {
						const fails = ++access === failsAt;
						if (fails && how === 'before') throw new Error('down');
						const result = await work(...args);
						if (fails) throw new Error('down');
						return result;
					};
				};
				for (const one of [table, accounts] as MemoryTable<never>[]) {
					one.update = spoil(one.update.bind(one));
					one.select = spoil(one.select.bind(one));
				}
				const told: Array<string | null> = [];
				for (let i = 0; i < 3; i++) {
					const outcome = await dispatch({ maxParallel: 2 }).catch(() => null);
					told.push(...textsOf(outcome?.entries ?? []));
					clock.ms += 2 * MINUTE;
				}
				const which = `${how} ${failsAt}`;
				expect([which, [...fake.asked].sort()]).toEqual([which, ['a', 'b', 'c']]);
				expect([which, table.statuses]).toEqual([which, ['sent', 'sent', 'sent']]);
				expect([which, told.sort()]).toEqual([which, ['a', 'b', 'c']]);
			}
		}
	});
});

describe('an execution that is stopped', () => {
	it('begins nothing new', async () => {
		await due('a', 'b', 'c');
		let isCancelled = false;
		fake.send = async () => {
			isCancelled = true;
			return {};
		};
		const entries = await run({ maxParallel: 1 }, { isCancelled: () => isCancelled });
		expect(textsOf(entries)).toEqual(['a']);
		expect(table.statuses).toEqual(['sent', 'scheduled', 'scheduled']);
	});

	it('gives back what was marked as begun and did not go out', async () => {
		await due('a', 'b', 'c');
		let isCancelled = false;
		const update = table.update.bind(table);
		table.update = async (changes) => {
			isCancelled ||= changes.some(({ values }) => values.status === 'sending');
			return await update(changes);
		};
		expect(await run({}, { isCancelled: () => isCancelled })).toEqual([]);
		expect(fake.asked).toEqual([]);
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			send_started_at: null,
			claim_token: '',
		});
		expect(table.statuses).toEqual(['scheduled', 'scheduled', 'scheduled']);
	});

	it('does not count a request that never went out as a failure', async () => {
		await due('hello');
		let isCancelled = false;
		fake.send = async () => {
			isCancelled = true;
			throw new GatewayError('cancelled', 'The execution was stopped', { outcomeUnknown: false });
		};
		expect(await run({}, { isCancelled: () => isCancelled })).toEqual([]);
		expect(table.row(1)).toMatchObject({ status: 'scheduled', attempts: 0, send_started_at: null });
	});

	it('leaves in doubt what had gone out', async () => {
		await due('hello');
		failing('cancelled', 'The execution was stopped', { outcomeUnknown: true });
		await run();
		expect(table.statuses).toEqual(['unconfirmed']);
	});

	it('gives the lease back', async () => {
		await due('hello');
		await run({}, { isCancelled: () => true });
		expect(fake.asked).toEqual([]);
		expect(await run()).toHaveLength(1);
	});
});

describe('a start that takes long', () => {
	/** Each write that a request begins takes so long. */
	const slowStarts = (ms: number) => {
		const update = table.update.bind(table);
		table.update = async (changes) => {
			if (changes.some(({ values }) => values.status === 'sending')) clock.ms += ms;
			return await update(changes);
		};
	};

	it('is no request that the lease might not outlive', async () => {
		await due('hello');
		slowStarts(55 * SECOND);
		await run({ budgetMs: 10 * MINUTE });
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['scheduled']);
	});

	it('is written again, so that the row says when the request began', async () => {
		await due('hello');
		slowStarts(6 * SECOND);
		let startedAt: unknown;
		fake.send = async () => {
			startedAt = table.row(1).send_started_at;
			return {};
		};
		await run();
		expect(clock.ms - Date.parse(String(startedAt))).toBeLessThan(6.1 * SECOND);
		expect(startedAt).toBe(iso(START + 6 * SECOND));
	});

	it('puts nothing in doubt that was not sent, though another run took it for interrupted', async () => {
		await due('hello');
		const update = table.update.bind(table);
		let marks = 0;
		table.update = async (changes) => {
			if (changes.some(({ values }) => values.status === 'sending') && ++marks <= 2) {
				clock.ms += 6 * SECOND;
				if (marks === 2) {
					// The table stalls until the lease is gone.
					clock.ms += 95 * SECOND;
					expect(await run()).toMatchObject([{ message: { status: 'unconfirmed' } }]);
				}
			}
			return await update(changes);
		};
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['scheduled']);
		await run();
		expect(fake.asked).toEqual(['hello']);
		expect(table.statuses).toEqual(['sent']);
	});
});

describe('a row that is changed between its reading and its request', () => {
	/** Does something right before it is written that the request begins. */
	const beforeStart = (work: () => Promise<void> | void) => {
		const update = table.update.bind(table);
		let isDone = false;
		table.update = async (changes) => {
			const isStart = changes.some(({ values }) => values.status === 'sending');
			if (isStart && !isDone) {
				isDone = true;
				await work();
			}
			return await update(changes);
		};
	};
	/** Does something right after it. */
	const afterStart = (work: () => Promise<void> | void) => {
		const update = table.update.bind(table);
		table.update = async (changes) => {
			const rows = await update(changes);
			if (changes.some(({ values }) => values.status === 'sending')) await work();
			return rows;
		};
	};

	it('is not sent, nor told, where a person cancelled it in the table', async () => {
		await due('hello');
		beforeStart(() => table.edit(1, { status: 'cancelled' }));
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['cancelled']);
	});

	it('is not sent where a person has removed it', async () => {
		await due('hello');
		beforeStart(() => void table.rows.delete(1));
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual([]);
	});

	it('is sent as it then is', async () => {
		await due('hello');
		beforeStart(() => table.edit(1, { text: 'hello, corrected' }));
		await run();
		expect(fake.asked).toEqual(['hello, corrected']);
	});

	it('waits for a new time', async () => {
		await due('hello');
		beforeStart(() => table.edit(1, { send_at: iso(START + MINUTE) }));
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual([]);
		clock.ms += MINUTE;
		await run();
		expect(fake.asked).toEqual(['hello']);
	});

	it('cannot be cancelled by the operation once its request begins', async () => {
		await due('hello');
		const store = createTableStore(table, {
			gateway: fake.gateway,
			senders: [SENDER],
			timezone: 'UTC',
			now: clock.now,
		});
		let result: unknown;
		afterStart(async () => {
			result ??= await store.cancel(String(table.row(1).schedule_id));
		});
		await run();
		expect(result).toMatchObject({ cancelled: false, message: { gatewayStatus: 'sending' } });
		expect(table.statuses).toEqual(['sent']);
	});

	it.each(['cancelled', 'scheduled'])(
		'says that it was sent, though a person made it %s meanwhile',
		async (status) => {
			await due('hello');
			fake.send = async () => {
				table.edit(1, { status });
				return {};
			};
			await run();
			expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'id of hello' });
			clock.ms += HOUR;
			await run();
			expect(fake.asked).toEqual(['hello']);
		},
	);
});

describe('a row that a person has edited', () => {
	it('is sent at the new time, earlier or later', async () => {
		await table.insert([rowOf('sooner', START + HOUR), rowOf('later', START - SECOND)]);
		table.edit(1, { send_at: iso(START) });
		table.edit(2, { send_at: iso(START + HOUR) });
		await run();
		expect(fake.asked).toEqual(['sooner']);
		clock.ms += HOUR;
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
		['window', { sending_window: 'sometimes' }, /"Sending Window" is "sometimes"/],
	])('so that its %s cannot be sent fails with the reason, unsent', async (_, values, reason) => {
		await due('hello', 'world');
		table.edit(1, values);
		const entries = (await run()) as DispatchResult[];
		const failed = entries.find(({ message }) => message.status === 'failed');
		expect(failed?.message.failure?.reason).toMatch(reason);
		expect(fake.asked).toEqual(['world']);
		expect(table.row(1)).toMatchObject({ status: 'failed', attempts: 0 });
	});

	it('so that it has a year long ago spoils nothing', async () => {
		await due('hello', 'world');
		table.edit(1, { send_at: '0026-02-01T12:00:00.000Z' });
		await run();
		expect(table.statuses).toEqual(['expired', 'sent']);
	});

	it('and set back to "scheduled" goes out again', async () => {
		await due('hello');
		await run();
		table.edit(1, { status: 'scheduled' });
		await run();
		expect(fake.asked).toEqual(['hello', 'hello']);
	});

	it.each(['next_attempt_at', 'claim_token'])('so that its %s is empty is sent', async (column) => {
		await due('hello');
		table.edit(1, { [column]: null });
		await run();
		expect(fake.asked).toEqual(['hello']);
	});

	it('is sent as a person has written it by hand, without what is the dispatcher’s', async () => {
		await table.insert([
			{
				status: 'scheduled',
				send_at: iso(START),
				recipient: to(1),
				type: 'text',
				text: 'by hand',
				gateway: SENDER.gateway,
				account: SENDER.account,
			},
		]);
		await run();
		expect(fake.asked).toEqual(['by hand']);
		expect(table.statuses).toEqual(['sent']);
	});
});

describe('a sending window', () => {
	const CLOSED = 'Mon Tue Wed Thu Fri Sat Sun 13:00-18:00 UTC';

	it('holds when a message is sent', async () => {
		await table.insert([rowOf('hello', START, { sending_window: CLOSED })]);
		expect(await run()).toEqual([]);
		clock.ms += HOUR - 1;
		await run();
		expect(fake.asked).toEqual([]);
		clock.ms += 1;
		await run();
		expect(fake.asked).toEqual(['hello']);
	});

	it('that is closed keeps nobody else, however many messages wait for it', async () => {
		await table.insert([
			...many(1_200).map((text) => rowOf(text, START - MINUTE, { sending_window: CLOSED })),
			rowOf('other', START, { recipient: to(1) }),
		]);
		await run();
		expect(fake.asked).toEqual(['other']);
	});
});

describe('turns that do everything together', () => {
	/** As PostgreSQL has them. */
	const wholeQueue = () => {
		const list = new MemoryTable<DoNotContactColumn>(
			DO_NOT_CONTACT_COLUMNS.map(({ name }) => name),
		);
		const whole = transactions(
			{ table, accounts, sender: SENDER, list },
			async (work) => await work(),
		);
		return { ...queueOn(table, [SENDER]), whole };
	};

	it('read the next messages, so that one access of its own is enough for many pages', async () => {
		await due(...many(100));
		const queue = wholeQueue();
		const reads = jest.spyOn(queue, 'due');
		expect(textsOf(await run({}, { queue }))).toEqual(many(100));
		// The first page, and whether there is more in the end.
		expect(reads.mock.calls.length).toBeLessThanOrEqual(2);
	});

	it('renew the lease and tell of a person’s pause, without another access for that', async () => {
		await due(...many(60));
		fake.send = async ({ text }) => {
			clock.ms += 5 * SECOND;
			if (text === 'm20') await pauseAccount(accounts, SENDER, { until: null, note: null, now: 0 });
			return {};
		};
		const context = contextFor(table, accounts, fake, clock);
		const renew = jest.spyOn(context.lease, 'renew');
		const rules = { maxParallel: 1, budgetMs: 10 * MINUTE };
		await run(rules, { queue: wholeQueue(), lease: context.lease });
		expect(renew).not.toHaveBeenCalled();
		expect(fake.asked.length).toBeGreaterThan(20);
		expect(fake.asked.length).toBeLessThanOrEqual(23);
	});

	it('end the run with the lease: what another has taken over is not sent', async () => {
		await due(...many(60));
		fake.send = async ({ text }) => {
			if (text === 'm20') accounts.edit(1, { lease_holder: 'another run' });
			return {};
		};
		await run({ maxParallel: 1 }, { queue: wholeQueue() });
		expect(fake.asked).toEqual(many(21));
		expect(new Set(table.statuses.slice(0, 21))).toEqual(new Set(['sent']));
		expect(new Set(table.statuses.slice(21))).toEqual(new Set(['scheduled']));
	});
});

describe('the end of a run', () => {
	it.each([
		[0, 1, 0],
		[1, 2, 1],
		[2, 3, 4],
		[9, 3, 4],
	])(
		'gives the lease back, in three tries where that fails: %d times, so %d tries in %d s',
		async (failures, tries, seconds) => {
			const context = contextFor(table, accounts, fake, clock);
			let count = 0;
			const release = async (...args: Parameters<typeof context.lease.release>) => {
				if (++count <= failures) throw new Error('the database is down');
				await context.lease.release(...args);
			};
			const report = await dispatch({}, { lease: { ...context.lease, release } });
			expect(report).toEqual({ entries: [], idle: null });
			expect(count).toBe(tries);
			expect(clock.ms - START).toBe(seconds * SECOND);
			// The account's state, too, is known only where one of them went well.
			expect((await dispatch()).idle).toEqual(failures > 2 ? { why: 'leaseTaken' } : null);
		},
	);
});

describe('between the reading of a message and its start', () => {
	/** The first page has some messages only; the next one comes once the test lets it. */
	const slowSecondPage = (first: number) => {
		const queue = queueOn(table, [SENDER]);
		let letGo: () => void = () => undefined;
		const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
		let reads = 0;
		const reading = {
			...queue,
			due: async (now: string, limit: number, from?: string) => {
				const rows = await queue.due(now, limit, from);
				if (++reads === 1) return rows.slice(0, first);
				await isLetGo;
				return rows;
			},
		};
		return { queue: reading, letGo };
	};

	it('a failure of another message leaves it for when that one alone is in flight', async () => {
		await due('a', 'b', 'c');
		const { queue, letGo } = slowSecondPage(2);
		let answer: () => void = () => undefined;
		fake.send = async ({ text }) => {
			if (text === 'a') throw new GatewayError('unreachable', 'refused');
			if (text === 'b') await new Promise<void>((resolve) => (answer = resolve));
			return {};
		};
		const running = run({}, { queue });
		await turn();
		letGo();
		await turn();
		// After a failure, one at a time: "b" is still in flight.
		expect(fake.asked).toEqual(['a', 'b']);
		answer();
		expect(textsOf(await running)).toEqual(['b', 'c']);
	});

	it('an error that ends the run keeps it from being sent', async () => {
		await due('a', 'b');
		const { queue, letGo } = slowSecondPage(1);
		table.before = (access) => {
			if (access === 'update' && fake.asked.length > 0) throw new Error('the database is down');
		};
		const sleep = async (ms: number) => {
			await clock.sleep(ms);
			if (ms === 9 * SECOND) setTimeout(letGo, 1);
		};
		const { error } = await dispatch({}, { queue, sleep });
		expect(error).toMatchObject({ message: 'the database is down' });
		expect(fake.asked).toEqual(['a']);
	});
});

describe('a lease that another run takes over', () => {
	it('ends the run at its next renewal', async () => {
		await due(...many(10));
		fake.send = async () => {
			clock.ms += 4 * SECOND;
			accounts.edit(1, { lease_holder: 'another run' });
			return {};
		};
		const update = jest.spyOn(table, 'update');
		await run({ maxParallel: 1 });
		// It is renewed every ten seconds.
		expect(fake.asked).toEqual(['m0', 'm1', 'm2']);
		// Nothing further is marked as begun, only to be given back.
		const starts = update.mock.calls.flat(2).filter(({ values }) => values.status === 'sending');
		expect(starts).toHaveLength(3);
	});
});

describe('the health of an account that was paused', () => {
	const paused = async () => {
		await due('hello');
		failing('unauthorized', 'wrong key', { status: 401 });
		await run();
		sends();
		fake.asked.length = 0;
		clock.ms += 40 * SECOND;
	};

	it.each([
		['is ready', { ready: true, message: '' }, true],
		['is not ready', { ready: false, message: 'no phone' }, false],
		[
			'is ready, and says that it does not send',
			{ ready: true, sends: false, message: 'x' },
			false,
		],
		['is not ready, and says that it sends', { ready: false, sends: true, message: '' }, true],
	])('decides whether to probe: it %s', async (_, health, goesOn) => {
		await paused();
		fake.health = async () => health;
		const { idle } = await dispatch();
		expect(fake.asked).toEqual(goesOn ? ['hello'] : []);
		if (!goesOn) expect(idle).toMatchObject({ why: 'paused', reason: health.message });
	});

	it('is nothing to go by where the gateway has no call for it: the probe decides', async () => {
		await paused();
		fake.health = async () => {
			throw new GatewayError('notFound', 'no such page', { status: 404 });
		};
		expect(textsOf(await run())).toEqual(['hello']);
	});

	it('that cannot be asked for keeps the account paused, with the reason', async () => {
		await paused();
		fake.health = async () => {
			throw new GatewayError('unreachable', 'no network');
		};
		expect(await dispatch()).toMatchObject({ idle: { why: 'paused', reason: 'no network' } });
		expect(fake.asked).toEqual([]);
	});

	it('is told as paused also where the reason is not known', async () => {
		const { lease } = contextFor(table, accounts, fake, clock);
		const until = START + MINUTE;
		const acquire = async (...args: Parameters<typeof lease.acquire>) => ({
			...(await lease.acquire(...args))!,
			health: { ...HEALTHY, pausedAt: START, pausedUntil: until },
		});
		const { idle } = await dispatch({}, { lease: { ...lease, acquire } });
		expect(idle).toEqual({ why: 'paused', until, reason: '' });
	});

	it('is no reason to ask for ids, but to look for what may have been sent, where nothing is due', async () => {
		await paused();
		table.edit(1, {
			status: 'unconfirmed',
			send_started_at: iso(START),
			next_attempt_at: iso(START),
		});
		const resolveMessageIds = jest.fn(async () => 0);
		fake.findSent = async () => [
			{ messageId: 'm1', queueId: null, status: 'sent', acceptedAt: null, failure: null } as never,
		];
		expect(await run({}, { resolveMessageIds })).toMatchObject([{ message: { messageId: 'm1' } }]);
		expect(fake.healthAsked).toBe(0);
		expect(resolveMessageIds).not.toHaveBeenCalled();
	});
});

it('asks for the ids of messages that the gateway tells on request once in a run', async () => {
	const resolveMessageIds = jest.fn(async () => 0);
	await run({}, { resolveMessageIds });
	expect(resolveMessageIds).toHaveBeenCalledTimes(1);
});

describe('a wait of the run', () => {
	/** The waits of a run, of which gathering takes none. */
	const waits = async (rules: Partial<DispatchRules>) => {
		const all: number[] = [];
		const sleep = async (ms: number) => {
			if (ms > 0) all.push(ms);
			await clock.sleep(ms);
		};
		await run({ maxParallel: 1, ...rules }, { sleep });
		return all;
	};

	it('for its pace is in steps of ten seconds, and ends when it is time', async () => {
		await due('a', 'b');
		expect(await waits({ messagesPerMinute: 2, budgetMs: 50 * SECOND })).toEqual([
			10 * SECOND,
			10 * SECOND,
			10 * SECOND,
		]);
		expect(fake.asked).toEqual(['a', 'b']);
	});

	it('for its pace is made where it ends with the budget, and not where it ends later', async () => {
		await due('a', 'b', 'c');
		await waits({ messagesPerMinute: 2, budgetMs: 30 * SECOND + 1 });
		expect(fake.asked).toEqual(['a', 'b']);
		await waits({ messagesPerMinute: 2, budgetMs: 29 * SECOND });
		expect(fake.asked).toEqual(['a', 'b']);
	});

	it('for a limit of the rate is in steps of ten seconds, and none for a person’s pause', async () => {
		await due('a');
		let refused = 0;
		fake.send = async () => {
			if (refused++ > 0) return {};
			throw new GatewayError('rateLimited', 'slow', { status: 429, retryAfterMs: 20 * SECOND });
		};
		// A twentieth longer than it asks for.
		expect((await waits({})).slice(0, 3)).toEqual([10 * SECOND, 10 * SECOND, SECOND]);
		expect(fake.asked).toEqual(['a', 'a']);
	});

	it('for a limit of the rate is none where it outlasts the budget', async () => {
		await due('a');
		failing('rateLimited', 'slow', { status: 429, retryAfterMs: 60 * SECOND });
		expect(await waits({})).toEqual([]);
		expect(fake.asked).toEqual(['a']);
	});

	it('for a limit of the rate ends with a person’s pause', async () => {
		await due('a');
		fake.send = async () => {
			await pauseAccount(accounts, SENDER, { until: null, note: null, now: 0 });
			clock.ms += 11 * SECOND;
			throw new GatewayError('rateLimited', 'slow', { status: 429, retryAfterMs: 20 * SECOND });
		};
		expect(await waits({})).toEqual([]);
	});
});
