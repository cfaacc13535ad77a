/** Frequency caps, as a run of the dispatcher keeps them. */
import { GatewayError } from '../../../gateways/transport/gatewayError';
import { dispatchDue, type DispatchEntry, type DispatchRules } from '../../../stores/dispatcher';
import { RecentSends } from '../../../stores/dispatcher/recentSends';
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
const TIMEOUT = 30 * SECOND;
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

const run = async (rules: Partial<DispatchRules> = {}): Promise<readonly DispatchEntry[]> => {
	const report = await dispatchDue(contextFor(table, accounts, fake, clock, { rules }));
	if (report.error !== undefined) throw report.error;
	return report.entries;
};
const due = (text: string, more: Values = {}) => rowOf(text, START - MINUTE, more);
/** A message that was sent so long ago. */
const sentBefore = (ms: number, more: Values = {}) =>
	rowOf('before', START - ms, {
		status: 'sent',
		sent_at: iso(START - ms),
		send_started_at: iso(START - ms),
		...more,
	});
const ONE_A_DAY = '1 in 24 h, hold';

it('holds the second of two to one recipient in one run, until the first is older than the period', async () => {
	await table.insert([
		due('first', { frequency_cap: '1 in 3 h, hold' }),
		due('second', { frequency_cap: '1 in 3 h, hold' }),
		due('other', { frequency_cap: '1 in 3 h, hold', recipient: '+919988000001' }),
	]);
	await run();
	expect([...fake.asked].sort()).toEqual(['first', 'other']);
	expect(table.row(2)).toMatchObject({
		status: 'scheduled',
		attempts: 0,
		failure: 'Held by its frequency cap (1 in 3 h).',
	});
	const until = Date.parse(String(table.row(2).next_attempt_at));
	expect(until).toBe(Date.parse(String(table.row(1).sent_at)) + 3 * HOUR);
	clock.ms = until - 1;
	expect(await run()).toEqual([]);
	clock.ms = until;
	expect(await run()).toMatchObject([{ message: { text: 'second', status: 'sent' }, attempts: 1 }]);
	expect(table.row(2).failure).toBeNull();
});

it('skips with the status expired, and says why', async () => {
	await table.insert([sentBefore(HOUR), due('one too many', { frequency_cap: '1 in 24 h, skip' })]);
	expect(await run()).toMatchObject([
		{
			message: {
				status: 'expired',
				failure: { reason: 'Not sent: over its frequency cap (1 in 24 h).' },
			},
		},
	]);
	expect(fake.asked).toEqual([]);
});

it.each<[string, Values, boolean]>([
	['sent', {}, true],
	['read', { status: 'read' }, true],
	['deleted after it was sent', { status: 'deleted' }, true],
	['queued at the gateway', { status: 'queued' }, true],
	['of unknown outcome', { status: 'unconfirmed', sent_at: null }, true],
	['failed', { status: 'failed' }, false],
	['expired', { status: 'expired' }, false],
	['cancelled', { status: 'cancelled' }, false],
	['not counted', { frequency_cap: 'not counted' }, false],
	['to somebody else', { recipient: '+919988000001' }, false],
	['of another account', { account: 'account-2' }, false],
	['of another gateway', { gateway: 'whapi' }, false],
	[
		'older than the period',
		{ sent_at: iso(START - 25 * HOUR), send_started_at: iso(START - 25 * HOUR) },
		false,
	],
])('one before that is %s counts: %s', async (_, more, counts) => {
	await table.insert([sentBefore(HOUR, more), due('now', { frequency_cap: ONE_A_DAY })]);
	await run();
	expect(fake.asked).toEqual(counts ? [] : ['now']);
});

it('counts what went to the same number, however a person has written it', async () => {
	await table.insert([
		sentBefore(HOUR),
		due('now', { frequency_cap: ONE_A_DAY, recipient: '0091 99880-66776' }),
	]);
	await run();
	expect(fake.asked).toEqual([]);
});

it.each(['919988066776', '0091 99880-66776', '919988066776@c.us', '+91 (99880) 66776'])(
	'counts what went out to a recipient whom a person has entered as %s',
	async (recipient) => {
		const cap = { frequency_cap: ONE_A_DAY };
		await table.insert([due('first', { ...cap, recipient })]);
		await run();
		expect(table.row(1)).toMatchObject({ status: 'sent', recipient: '+919988066776' });
		clock.ms += MINUTE;
		await table.insert([due('second', cap)]);
		await run();
		expect(fake.asked).toEqual(['first']);
	},
);

it('leaves a recipient alone that a person has entered while the message was being sent', async () => {
	await table.insert([due('first', { recipient: '919988066776' })]);
	fake.send = async () => {
		throw new GatewayError('rejected', 'No');
	};
	await run();
	expect(table.row(1)).toMatchObject({ status: 'failed', recipient: '919988066776' });
});

it('counts one of unknown outcome until its request was over for certain', async () => {
	await table.insert([
		sentBefore(HOUR, { status: 'unconfirmed', sent_at: null }),
		due('now', { frequency_cap: '1 in 3 h, hold' }),
	]);
	await run();
	expect(table.row(2).next_attempt_at).toBe(iso(START - HOUR + TIMEOUT + 3 * HOUR));
});

it('counts what the run itself has in doubt', async () => {
	fake.send = async () => {
		throw new GatewayError('unreachable', 'The connection broke off', { outcomeUnknown: true });
	};
	await table.insert([due('first'), due('second', { frequency_cap: '1 in 3 h, skip' })]);
	await run();
	expect(fake.asked).toEqual(['first']);
	expect(table.statuses).toEqual(['unconfirmed', 'expired']);
});

it('does not count what certainly was not sent', async () => {
	fake.send = async ({ text }) => {
		if (text === 'first') throw new GatewayError('rejected', 'no such content');
		return {};
	};
	await table.insert([
		due('first', { frequency_cap: ONE_A_DAY }),
		due('second', { frequency_cap: ONE_A_DAY }),
	]);
	await run();
	expect(fake.asked).toEqual(['first', 'second']);
	expect(table.statuses).toEqual(['failed', 'sent']);
});

it('lets what has no cap go, and counts it', async () => {
	await table.insert([
		due('a code'),
		due('an offer', { frequency_cap: ONE_A_DAY }),
		due('another code'),
	]);
	await run();
	expect(fake.asked).toEqual(['a code', 'another code']);
});

it('holds until the window is open, too', async () => {
	await table.insert([
		sentBefore(2 * HOUR),
		due('offer', {
			frequency_cap: '1 in 12 h, hold',
			sending_window: 'Mon Tue Wed Thu Fri Sat Sun 09:00-18:00 UTC',
			valid_for_minutes: 2_880,
		}),
	]);
	await run();
	// The other one is older than the period at ten in the evening.
	expect(table.row(2).next_attempt_at).toBe('2026-02-02T09:00:00.000Z');
});

it('expires what the cap keeps for longer than it is valid, and says so', async () => {
	await table.insert([
		sentBefore(HOUR),
		due('offer', { frequency_cap: '1 in 7 d, hold', valid_for_minutes: 120 }),
		due('held before', {
			frequency_cap: '1 in 2 h, hold',
			valid_for_minutes: 90,
			recipient: '+919988000001',
		}),
		sentBefore(HOUR, { recipient: '+919988000001' }),
	]);
	await run();
	expect(table.row(2)).toMatchObject({
		status: 'expired',
		failure:
			'It was not sent within 2 h after its time ("Valid For"). Held by its frequency cap (1 in 7 d) until after that.',
	});
	// No run came in time.
	clock.ms += 90 * MINUTE;
	await run();
	expect(table.row(3)).toMatchObject({
		status: 'expired',
		failure:
			'It was not sent within 90 min after its time ("Valid For"). Held by its frequency cap (1 in 2 h).',
	});
});

it('asks for all recipients of a page by one access, and for nobody where no message has a cap', async () => {
	await table.insert(
		Array.from({ length: 150 }, (_, n) =>
			due(`m${n}`, { recipient: `+9199880${10_000 + n}`, frequency_cap: ONE_A_DAY }),
		),
	);
	const accesses: number[] = [];
	const { selectAny } = table;
	table.selectAny = async (column, values) => {
		if (column === 'recipient') accesses.push(values.length);
		return await selectAny.call(table, column, values);
	};
	await run({ maxParallel: 20 });
	expect(fake.asked).toHaveLength(150);
	expect(accesses).toEqual([150]);
	await table.insert([due('no cap', { recipient: '+919988000001' })]);
	await run();
	expect(accesses).toHaveLength(1);
});

it('sends nothing by a cap that a person has entered after the page was read, before it is known who got what', async () => {
	await table.insert([sentBefore(HOUR), due('now')]);
	table.before = (access) => {
		if (access === 'update' && table.row(2).status === 'scheduled')
			table.edit(2, { frequency_cap: ONE_A_DAY });
	};
	await run();
	expect(fake.asked).toEqual([]);
	expect(table.row(2)).toMatchObject({ status: 'scheduled', attempts: 0 });
	clock.ms += MINUTE;
	await run();
	expect(fake.asked).toEqual([]);
	expect(table.row(2).failure).toBe('Held by its frequency cap (1 in 24 h).');
});

it.each([
	['often', /"Frequency Cap" is "often"/],
	['0 in 24 h, hold', /has "0" as "Messages"/],
	['1 in 40 d, hold', /has a period of "960" hours/],
])('fails a message whose cap a person has made unreadable: %s', async (cap, reason) => {
	await table.insert([due('now', { frequency_cap: cap })]);
	await run();
	expect(table.row(1)).toMatchObject({ status: 'failed', failure: expect.stringMatching(reason) });
	expect(fake.asked).toEqual([]);
});

it('ends: of many to one person, each goes out in its turn', async () => {
	await table.insert(
		Array.from({ length: 5 }, (_, n) =>
			rowOf(`m${n}`, START - 10 * MINUTE + n * MINUTE, {
				frequency_cap: '2 in 1 h, hold',
				valid_for_minutes: 600,
			}),
		),
	);
	const sentAt: number[] = [];
	fake.send = async () => {
		sentAt.push(clock.ms);
		return {};
	};
	for (let minutes = 0; minutes < 180; minutes++) {
		await run();
		clock.ms = START + minutes * MINUTE;
	}
	expect(fake.asked).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
	sentAt.forEach((at, n) => {
		if (n >= 2) expect(at - sentAt[n - 2]).toBeGreaterThanOrEqual(HOUR);
	});
});

describe('what is in flight to the same person, under another form of the number', () => {
	const [LONG, SHORT] = ['+5215512345678', '+525512345678'];
	const limit = { messages: 1, periodMs: 24 * HOUR, over: 'skip' } as const;

	/** A run that knows two messages to one person, of which the first is in flight. */
	async function inFlight() {
		const [first, second] = await table.insert(
			[LONG, SHORT].map((recipient) =>
				due('m', { recipient, frequency_cap: '1 in 24 h, skip', send_started_at: null }),
			),
		);
		const sends = new RecentSends({ recent: async () => [] }, TIMEOUT);
		expect(sends.allowedFrom(second, limit, START)).toBeNull();
		await sends.read([first, second], START);
		expect(sends.allowedFrom(second, limit, START)).toBe(START);
		const begun = { status: 'sending', send_started_at: iso(START) };
		sends.note(first, begun);
		const allowed = (more = {}) => sends.allowedFrom(second, { ...limit, ...more }, START);
		return { sends, first: { ...first, ...begun }, allowed };
	}

	it('neither holds nor skips it: it is not known yet', async () => {
		const { allowed } = await inFlight();
		expect(allowed()).toBeNull();
		// With room for both it does not matter what becomes of the first.
		expect(allowed({ messages: 2 })).toBe(START);
	});

	it.each([
		['sent', { status: 'sent', sent_at: iso(START + SECOND) }, START + SECOND + 24 * HOUR],
		['in doubt', { status: 'unconfirmed' }, START + TIMEOUT + 24 * HOUR],
		['failed', { status: 'failed' }, START],
		['given back', { status: 'scheduled', send_started_at: null }, START],
	])('counts once it is %s', async (_, values, from) => {
		const { sends, first, allowed } = await inFlight();
		sends.note(first, values);
		expect(allowed()).toBe(from);
	});

	it('is no reason to hold a message of its own', async () => {
		const { sends, first } = await inFlight();
		expect(sends.allowedFrom(first, limit, START)).toBe(START);
	});
});

describe('what the run knows of recipients', () => {
	const limit = { messages: 1, periodMs: 24 * HOUR, over: 'hold' } as const;
	const SENDING_NOW = { status: 'sending', send_started_at: iso(START) };
	const rowsOf = async (...values: Values[]) => await table.insert(values);

	it('is asked for by every form of their numbers and as a person has written them, for the longest period', async () => {
		const asked: unknown[] = [];
		const sends = new RecentSends(
			{
				recent: async (recipients, since) => {
					asked.push([[...recipients].sort(), since]);
					return [];
				},
			},
			TIMEOUT,
		);
		await sends.read(
			await rowsOf(
				due('a', { frequency_cap: ONE_A_DAY, recipient: '0052 1 55 1234 5678' }),
				due('b', { frequency_cap: '2 in 7 d, skip', recipient: '+919988000001' }),
				due('c', { frequency_cap: ONE_A_DAY, recipient: '+919988000001' }),
				due('no cap', { recipient: '+919988000002' }),
				due('unreadable', { frequency_cap: 'seldom', recipient: '+919988000003' }),
			),
			START,
		);
		expect(asked).toEqual([
			[
				['+5215512345678', '+525512345678', '+919988000001', '0052 1 55 1234 5678'].sort(),
				iso(START - 7 * 24 * HOUR - TIMEOUT),
			],
		]);
	});

	it('is nothing, and nothing is asked for, where no message has a cap', async () => {
		const recent = jest.fn(async () => []);
		const sends = new RecentSends({ recent }, TIMEOUT);
		await sends.read(await rowsOf(due('a'), due('b', { frequency_cap: 'not counted' })), START);
		expect(recent).not.toHaveBeenCalled();
	});

	it('is more than the table of its own messages, to which results are written later', async () => {
		const [own, next] = await rowsOf(due('own'), due('next', { frequency_cap: ONE_A_DAY }));
		const sends = new RecentSends({ recent: async () => [{ ...own, ...SENDING_NOW }] }, TIMEOUT);
		sends.note(own, SENDING_NOW);
		sends.note(own, { status: 'failed', send_started_at: iso(START) });
		await sends.read([next], START);
		expect(sends.allowedFrom(next, limit, START)).toBe(START);
	});

	it.each<[string, Values, number]>([
		['its time, where that is after its request', { sent_at: iso(START - HOUR) }, 23 * HOUR],
		[
			'its request, where that is after its time',
			{ sent_at: iso(START - 3 * HOUR), send_started_at: iso(START - HOUR) },
			23 * HOUR,
		],
		[
			'its request, where its time is empty',
			{ sent_at: '', send_started_at: iso(START - HOUR) },
			23 * HOUR,
		],
		[
			'its request, where its time is unreadable',
			{ sent_at: 'soon', send_started_at: iso(START - HOUR) },
			23 * HOUR,
		],
		['never, where neither is known', { sent_at: null, send_started_at: null }, 0],
		[
			'its time, though in doubt, where no request is known',
			{ status: 'unconfirmed', sent_at: iso(START - HOUR), send_started_at: null },
			23 * HOUR,
		],
		[
			'never, in doubt of a request that is not known',
			{ status: 'unconfirmed', sent_at: null, send_started_at: null },
			0,
		],
		[
			'its request and the time-out, while it is sent by another',
			{ status: 'sending', sent_at: null, send_started_at: iso(START - HOUR) },
			23 * HOUR + TIMEOUT,
		],
		[
			'its time, whatever its cap, which nobody can read',
			{ frequency_cap: 'seldom', sent_at: iso(START - HOUR) },
			23 * HOUR,
		],
		[
			'its time, where a person has written its status otherwise',
			{ status: ' Sent ', sent_at: iso(START - HOUR) },
			23 * HOUR,
		],
	])('counts a message from %s', async (_, more, waitMs) => {
		const [before, next] = await rowsOf(
			sentBefore(3 * HOUR, { send_started_at: null, ...more }),
			due('next', { frequency_cap: ONE_A_DAY }),
		);
		const sends = new RecentSends({ recent: async () => [before] }, TIMEOUT);
		await sends.read([next], START);
		expect(sends.allowedFrom(next, limit, START)).toBe(START + waitMs);
	});

	it('is kept for recipients whom nobody can reach, each by what the cell says', async () => {
		const cap = { frequency_cap: ONE_A_DAY };
		const [maria, mario, none, blank] = await rowsOf(
			due('a', { ...cap, recipient: 'Maria' }),
			due('b', { ...cap, recipient: 'Mario' }),
			due('c', { ...cap, recipient: null }),
			due('d', { ...cap, recipient: '' }),
		);
		const sends = new RecentSends({ recent: async () => [] }, TIMEOUT);
		await sends.read([maria, none], START);
		expect([maria, mario, none, blank].map((row) => sends.allowedFrom(row, limit, START))).toEqual([
			START,
			null,
			START,
			START,
		]);
	});
});
