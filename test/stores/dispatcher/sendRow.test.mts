/** One message of a run: from its start to its result, and what others do to its row meanwhile. */
import { GatewayError } from '../../../gateways/transport/gatewayError';
import {
	dispatchDue,
	type DispatchContext,
	type DispatchReport,
	type DispatchResult,
	type DispatchRules,
} from '../../../stores/dispatcher';
import type { AccountColumn } from '../../../stores/table/accounts';
import type { Values } from '../../../stores/table/columns';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SECOND,
	START,
} from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';

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
const dispatch = async (
	rules: Partial<DispatchRules> = {},
	more: More = {},
): Promise<DispatchReport> =>
	await dispatchDue(contextFor(table, accounts, fake, clock, { rules, ...more }));
/** What is told of messages. */
const told = async (...args: Parameters<typeof dispatch>): Promise<DispatchResult[]> => {
	const { entries, error } = await dispatch(...args);
	if (error !== undefined) throw error;
	return entries.flatMap((entry) => ('event' in entry ? [] : [entry]));
};
const to = (index: number) => `+9199880${String(10_000 + index)}`;
const due = async (text: string, more: Values = {}) =>
	await table.insert([rowOf(text, START - MINUTE, { recipient: to(1), ...more })]);
const failing = (...args: ConstructorParameters<typeof GatewayError>) => {
	fake.send = async () => {
		throw new GatewayError(...args);
	};
};
/** Does something right before, or right after, it is written that a request begins. */
const atStart = (when: 'before' | 'after', work: (nth: number) => void) => {
	const update = table.update.bind(table);
	let nth = 0;
	table.update = async (changes) => {
		const isStart = changes.some(({ values }) => values.status === 'sending');
		if (isStart) nth++;
		if (isStart && when === 'before') work(nth);
		const rows = await update(changes);
		if (isStart && when === 'after') work(nth);
		return rows;
	};
};

describe('a message that the gateway rejects since its window is closed', () => {
	const TEMPLATE = '{"name":"reminder","language":"en","variables":{}}';
	const CLOSED = { code: '4711', status: 400 };
	/** The text is rejected, and the template goes out. */
	const rejecting = (details: ConstructorParameters<typeof GatewayError>[2] = CLOSED) => {
		fake.windowClosedCode = '4711';
		fake.send = async ({ type }) => {
			if (type !== 'template') throw new GatewayError('rejected', 'too late', details);
			return { messageId: 'id of the template' };
		};
	};

	it('goes out as its template in the same run, and before later ones to its recipient', async () => {
		await due('hello', { replacement_template: TEMPLATE, next_attempt_at: iso(START - HOUR) });
		await due('later', { send_at: iso(START) });
		rejecting();
		const types: string[] = [];
		const { send } = fake;
		fake.send = async (message) => {
			types.push(`${message.type} ${String(message.text)}`);
			return await send(message);
		};
		const results = await told();
		expect(types).toEqual(['text hello', 'template null', 'text later']);
		expect(results[0]).toMatchObject({
			message: { status: 'sent', messageId: 'id of the template' },
			attempts: 1,
		});
		expect(table.row(1)).toMatchObject({
			status: 'sent',
			replaced_at: iso(START),
			failure: null,
			attempts: 1,
		});
	});

	it('says until then why it is to be replaced', async () => {
		await due('hello', { replacement_template: TEMPLATE });
		rejecting();
		await told({}, { isCancelled: () => fake.asked.length > 0 });
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			failure: 'To be replaced by its template: too late',
			claim_token: '',
		});
	});

	it.each([
		['it may have been sent', { ...CLOSED, outcomeUnknown: true }, TEMPLATE, 'unconfirmed'],
		['it was rejected for another reason', { code: '4712' }, TEMPLATE, 'failed'],
		['it has no template', CLOSED, null, 'failed'],
	])('stays as it is where %s', async (_, details, template, status) => {
		await due('hello', { replacement_template: template });
		rejecting(details);
		await told();
		expect(fake.asked).toEqual(['hello']);
		expect(table.row(1)).toMatchObject({ status, replaced_at: null, failure: 'too late' });
	});

	it('stays cancelled where a person cancels it meanwhile', async () => {
		await due('hello', { replacement_template: TEMPLATE });
		rejecting();
		const { send } = fake;
		fake.send = async (message) => {
			table.edit(1, { status: 'cancelled' });
			return await send(message);
		};
		expect(await told()).toEqual([]);
		expect(fake.asked).toEqual(['hello']);
		expect(table.row(1)).toMatchObject({ status: 'cancelled', replaced_at: null });
	});
});

describe('a status that somebody writes while the request is in flight', () => {
	const WORDS = ['unconfirmed', 'scheduled', 'cancelled', 'on hold'];
	const AMBIGUOUS = new GatewayError('unreachable', 'broke off', { outcomeUnknown: true });
	const REJECTED = new GatewayError('rejected', 'no such number');

	it.each([
		['gives way to what was sent', null, ['sent', 'sent', 'sent', 'sent']],
		[
			'gives way to what may have been, where no store writes it',
			AMBIGUOUS,
			['unconfirmed', 'scheduled', 'cancelled', 'unconfirmed'],
		],
		[
			'stays where nothing was sent, but for a doubt',
			REJECTED,
			['failed', 'scheduled', 'cancelled', 'on hold'],
		],
	])('%s', async (_, error, then) => {
		const statuses: unknown[] = [];
		for (const status of WORDS) {
			table = new MemoryTable();
			accounts = accountsTable(clock.now);
			await due('hello');
			fake.send = async () => {
				table.edit(1, { status });
				if (error !== null) throw error;
				return {};
			};
			await dispatch();
			statuses.push(table.row(1).status);
		}
		expect(statuses).toEqual(then);
	});
});

describe('a message of unknown outcome', () => {
	beforeEach(async () => {
		await due('hello');
		failing('unreachable', 'broke off', { outcomeUnknown: true });
	});

	it.each(['markUnconfirmed', 'sendAgain'] as const)(
		'is looked for after 20 seconds where the gateway has a list (%s)',
		async (ifOutcomeUnknown) => {
			fake.findSent = async () => [];
			expect(await told({ ifOutcomeUnknown })).toMatchObject([
				{ message: { status: 'unconfirmed' }, attempts: 1 },
			]);
			expect(table.row(1)).toMatchObject({
				status: 'unconfirmed',
				next_attempt_at: iso(START + 20 * SECOND),
				attempts: 1,
				failure: 'broke off',
			});
		},
	);

	it('is not looked for where it has none', async () => {
		await told();
		expect(table.row(1)).toMatchObject({ status: 'unconfirmed', next_attempt_at: null });
	});

	it('waits a minute where the user chose to send again, and nothing can be looked for', async () => {
		await told({ ifOutcomeUnknown: 'sendAgain' });
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			next_attempt_at: iso(START + MINUTE),
			attempts: 1,
			failure: 'broke off',
		});
	});
});

describe('a message that was not sent', () => {
	it('keeps later ones to its recipient for the next run, and no others', async () => {
		await due('first');
		await due('second');
		await due('other', { recipient: to(2) });
		fake.send = async ({ text }) => {
			if (text === 'first') throw new GatewayError('unreachable', 'refused');
			return {};
		};
		expect((await told()).map(({ message }) => message.text)).toEqual(['other']);
		expect(fake.asked).toEqual(['first', 'other']);
		expect(table.statuses).toEqual(['scheduled', 'scheduled', 'sent']);
	});

	it('has no reason where the execution was stopped before its request', async () => {
		await due('hello');
		failing('cancelled', 'The execution was stopped', { outcomeUnknown: false });
		expect(await told()).toEqual([]);
		expect(table.row(1)).toMatchObject({ status: 'scheduled', failure: null, attempts: 0 });
	});
});

describe('the number of attempts', () => {
	it('of a copy that is not sent stays as it was', async () => {
		await due('first');
		const { schedule_id } = table.row(1);
		await due('copy', { schedule_id, attempts: 2, recipient: to(2) });
		await due('another copy', { schedule_id, attempts: null, recipient: to(3) });
		const results = await told();
		const attempts = results.map(({ message, attempts: count }) => [message.text, count]);
		expect(attempts.sort()).toEqual([
			['another copy', 0],
			['copy', 2],
			['first', 1],
		]);
		expect(table.row(2)).toMatchObject({
			status: 'failed',
			attempts: 2,
			failure: expect.stringMatching(/row \(2\) has the same "schedule_id" as row 1/),
		});
		expect(table.row(3)).toMatchObject({ status: 'failed', attempts: 0 });
		expect(fake.asked).toEqual(['first']);
	});

	it('that a person has emptied counts from one where the message is sent', async () => {
		await due('hello', { attempts: null });
		expect(await told()).toMatchObject([{ attempts: 1 }]);
	});

	it('that a person has emptied is told as none where it is not', async () => {
		await due('one', { deduplication_key: 'k' });
		await due('two', { deduplication_key: 'k', attempts: null, recipient: to(2) });
		const results = await told();
		expect(results.find(({ message }) => message.text === 'two')).toMatchObject({
			message: { status: 'cancelled' },
			attempts: 0,
		});
	});
});

describe('a row that is changed right before its start', () => {
	it.each<[string, Values, string, number]>([
		['is too late by its new time', { send_at: iso(START - 30 * HOUR) }, 'expired', 1],
		['cannot be sent any more', { type: 'fax' }, 'failed', 1],
		[
			'waits for its window',
			{ sending_window: 'Mon Tue Wed Thu Fri Sat Sun 13:00-18:00 UTC' },
			'scheduled',
			0,
		],
		['has no time any more', { send_at: null }, 'scheduled', 0],
	])('%s: it is not sent', async (_, values, status, items) => {
		await due('hello');
		atStart('before', (nth) => {
			if (nth === 1) table.edit(1, values);
		});
		const results = await told();
		expect(fake.asked).toEqual([]);
		expect(table.row(1)).toMatchObject({ status, claim_token: '' });
		expect(results.map(({ message }) => message.status)).toEqual(Array(items).fill(status));
	});

	it('does not count toward the cap of its recipient once a person has cancelled it', async () => {
		const frequency_cap = '1 in 24 h, skip';
		await due('first', { frequency_cap });
		await due('second', { frequency_cap });
		atStart('before', (nth) => {
			if (nth === 1) table.edit(1, { status: 'cancelled' });
		});
		await told();
		expect(fake.asked).toEqual(['second']);
	});
});

describe('a start that takes long', () => {
	/** How often a start is written, if that takes so long. */
	const starts = async (ms: number) => {
		await due('hello');
		let count = 0;
		atStart('after', () => {
			count++;
			clock.ms += ms;
		});
		await told();
		expect(fake.asked).toEqual(['hello']);
		return count;
	};

	it.each([
		[5 * SECOND, 1],
		[5 * SECOND + 1, 2],
	])('(%d ms) is written so often: %d', async (ms, count) => {
		expect(await starts(ms)).toBe(count);
	});

	it('and cannot be written again gives the message back, and says why', async () => {
		await due('hello');
		let isDown = false;
		atStart('after', () => {
			clock.ms += 6 * SECOND;
			isDown = true;
		});
		table.before = (access) => {
			if (access === 'update' && isDown) throw new Error('the database is down');
		};
		const running = dispatch(
			{},
			{
				sleep: async (ms) => {
					await clock.sleep(ms);
					// It comes back while the results of the run are written again.
					if (ms >= SECOND) isDown = false;
				},
			},
		);
		expect(await running).toMatchObject({
			error: { message: 'the database is down' },
			entries: [],
		});
		expect(fake.asked).toEqual([]);
		expect(table.row(1)).toMatchObject({ status: 'scheduled', send_started_at: null });
	});

	it('sends nothing where a person cancels the message meanwhile', async () => {
		await due('hello');
		atStart('after', (nth) => {
			if (nth > 1) return;
			clock.ms += 6 * SECOND;
			table.edit(1, { status: 'cancelled' });
		});
		expect(await told()).toEqual([]);
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['cancelled']);
	});
});

it.each([
	['rateLimited', 42],
	['rejected', null],
	['unreachable', null],
] as const)('lowers the pace for a limit of the rate alone: %s', async (kind, perMinute) => {
	await due('hello');
	failing(kind, 'no', { retryAfterMs: 5 * MINUTE });
	await dispatch();
	const { lease } = contextFor(table, accounts, fake, clock);
	const record = await lease.acquire('another', clock.ms, clock.ms + MINUTE);
	// One message in a second was sixty a minute.
	expect(record?.pace.learnedPerMinute).toBe(perMinute);
});

it('counts an attempt of one that is refused after another that began with it was sent', async () => {
	await due('bad');
	await due('good', { recipient: to(2) });
	let go: () => void = () => undefined;
	const isSent = new Promise<void>((resolve) => (go = resolve));
	fake.send = async ({ text }) => {
		if (text === 'good') {
			setTimeout(go, 5);
			return {};
		}
		await isSent;
		throw new GatewayError('forbidden', 'not allowed', { status: 403 });
	};
	await told();
	expect(table.row(1)).toMatchObject({ status: 'scheduled', attempts: 1, failure: 'not allowed' });
});

it('counts none of one that is refused where no other was sent', async () => {
	await due('bad');
	failing('forbidden', 'not allowed', { status: 403 });
	expect(await told()).toEqual([]);
	expect(table.row(1)).toMatchObject({ attempts: 0, next_attempt_at: iso(START + MINUTE) });
});

it('tells nothing of a row that a person removes before it is cancelled as a duplicate', async () => {
	await due('one', { deduplication_key: 'k', status: 'sent' });
	await due('two', { deduplication_key: 'k', recipient: to(2) });
	const { selectAny } = table;
	table.selectAny = async (...args) => {
		const rows = await selectAny.apply(table, args);
		table.rows.delete(2);
		return rows;
	};
	expect(await told()).toEqual([]);
});
