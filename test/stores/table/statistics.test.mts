import fc from 'fast-check';
import { HEALTHY } from '../../../stores/dispatcher/accountHealth';
import { STATUS_NAMES } from '../../../messages/status';
import { createLeaseStore, pauseAccount, type AccountColumn } from '../../../stores/table/accounts';
import type { Values } from '../../../stores/table/columns';
import { SENDING } from '../../../stores/table/rows';
import { findUnserved } from '../../../stores/table/served';
import { partsBehindWaiting, statistics } from '../../../stores/table/statistics';
import { selectAll } from '../../../stores/table/table';
import { accountsTable, FakeClock, iso, MINUTE, rowOf, SECOND, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DEAD = { gateway: 'fake', account: 'gone', credential: 'Old Gateway' };

let table: MemoryTable;
let accounts: MemoryTable<AccountColumn>;
let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
	table = new MemoryTable();
	table.now = clock.now;
	accounts = accountsTable(clock.now);
});

const count = async (timezone = 'UTC', days = 1) =>
	await statistics(table, accounts, {
		now: clock.ms,
		since: clock.ms - days * DAY,
		timezone,
	});
const insert = async (...rows: Values[]) => await table.insert(rows);
/** A run has taken the account's lease then, and given it back. */
const runAt = async (at: number, sender = SENDER, health = HEALTHY) => {
	const lease = createLeaseStore(accounts, [sender]);
	const { pace } = (await lease.acquire('a run', at, at + 90 * SECOND))!;
	await lease.release('a run', { health, pace });
};
/** A message that was sent so many seconds late. */
const sent = (lateSeconds: number, status = 'sent', more: Values = {}): Values =>
	rowOf('sent', START - HOUR, {
		status,
		message_id: 'm',
		send_started_at: iso(START - HOUR + lateSeconds * SECOND),
		sent_at: iso(START),
		...more,
	});

it('tells of an empty table', async () => {
	const empty = await count();
	expect(empty).toMatchObject({
		at: iso(START),
		since: iso(START - DAY),
		total: 0,
		due: 0,
		overdue: 0,
		oldestOverdueSeconds: null,
		deliveredShare: null,
		readShare: null,
		latenessMedianSeconds: null,
		lateness99Seconds: null,
		paused: [],
		unserved: [],
		byGateway: [],
		byAccount: [],
	});
	expect(Object.values(empty.byStatus)).toEqual(STATUS_NAMES.map(() => 0));
});

it('counts by status, gateway and account', async () => {
	await insert(
		rowOf('a', START + HOUR),
		rowOf('b', START - HOUR, { status: 'failed' }),
		rowOf('c', START - HOUR, { status: SENDING }),
		rowOf('d', START - HOUR, { status: 'unconfirmed', account: 'second' }),
		rowOf('e', START - HOUR, { status: 'a word of a person', gateway: 'other' }),
	);
	const counted = await count();
	expect(counted).toMatchObject({
		total: 5,
		sending: 1,
		unconfirmed: 1,
		byStatus: { scheduled: 1, failed: 1, queued: 1, unconfirmed: 1, unknown: 1, sent: 0 },
		byGateway: [
			{ gateway: 'fake', total: 4, byStatus: { scheduled: 1, unconfirmed: 1 } },
			{ gateway: 'other', total: 1, byStatus: { unknown: 1 } },
		],
	});
	expect(
		counted.byAccount.map(({ gateway, account, credential, total }) => [
			gateway,
			account,
			credential,
			total,
		]),
	).toEqual([
		['fake', 'account-1', 'My Gateway', 3],
		['fake', 'second', 'My Gateway', 1],
		['other', 'account-1', 'My Gateway', 1],
	]);
});

describe('what is counted', () => {
	it('is what is open whenever that is, and else what has its time or a change in the period', async () => {
		clock.ms = START - 10 * DAY;
		const rows = await insert(
			rowOf('scheduled for next year', START + 300 * DAY),
			rowOf('unconfirmed long ago', START - 10 * DAY, { status: 'unconfirmed' }),
			rowOf('sending since long ago', START - 10 * DAY, { status: SENDING }),
			rowOf('cancelled for later', START + DAY, { status: 'cancelled' }),
			rowOf('sent long ago', START - 10 * DAY, { status: 'sent' }),
			rowOf('read today', START - 10 * DAY, { status: 'sent' }),
		);
		clock.ms = START;
		await table.update([
			{
				where: [{ column: 'id', is: 'eq', value: rows[5].id }],
				values: { status: 'read' },
			},
		]);
		const counted = await count();
		expect(counted.total).toBe(5);
		expect(counted.byStatus).toMatchObject({ sent: 0, read: 1, cancelled: 1, unconfirmed: 1 });
		expect((await count('UTC', 11)).total).toBe(6);
	});

	it('costs a page for each thousand rows, and none for what is older', async () => {
		clock.ms = START - 10 * DAY;
		await insert(
			...Array.from({ length: 5_000 }, () => rowOf('old', clock.ms, { status: 'read' })),
		);
		clock.ms = START;
		await insert(...Array.from({ length: 1_500 }, () => sent(1)));
		expect((await count()).total).toBe(1_500);
		expect(table.accesses.filter((access) => access === 'select')).toHaveLength(6);
	});

	it('counts a message once that is sent while it is counted', async () => {
		const [row] = await insert(rowOf('a', START - MINUTE));
		let reads = 0;
		table.before = (access) => {
			if (access === 'select' && ++reads === 2) table.edit(row.id, { status: 'sent' });
		};
		expect(await count()).toMatchObject({ total: 1, byAccount: [{ total: 1 }] });
	});

	it('adds up, whatever a person has typed into the table', async () => {
		const cell = fc.oneof(
			fc.constantFrom(null, '', 'garbage', '0026-02-01T12:00:00.000Z', iso(START - HOUR)),
			fc.string(),
		);
		const rows = fc.array(
			fc.record({
				status: fc.constantFrom<string | null>(...STATUS_NAMES, SENDING, 'pigeon', '', null),
				send_at: cell,
				sent_at: cell,
				send_started_at: cell,
				next_attempt_at: cell,
				recipient: cell,
				type: cell,
				gateway: fc.constantFrom(null, '', 'fake', 'constructor'),
				account: fc.constantFrom(null, '__proto__', 'account-1'),
				failure: cell,
			}),
			{ maxLength: 20 },
		);
		await fc.assert(
			fc.asyncProperty(rows, async (values) => {
				table.rows.clear();
				await insert(...values.map((value) => rowOf('x', START, value)));
				const counted = await count();
				const sum = (each: readonly number[]) => each.reduce((a, b) => a + b, 0);
				expect(counted.total).toBe(values.length);
				expect(sum(Object.values(counted.byStatus))).toBe(values.length);
				expect(sum(counted.byGateway.map(({ total }) => total))).toBe(values.length);
				expect(sum(counted.byAccount.map(({ total }) => total))).toBe(values.length);
				expect(JSON.stringify(counted)).not.toContain('"error":');
			}),
			{ numRuns: 100 },
		);
	});
});

describe('what is due', () => {
	it('is what may be sent now, and overdue after two minutes', async () => {
		await insert(
			rowOf('later', START + SECOND),
			rowOf('just due', START - 2 * MINUTE),
			rowOf('late', START - 2 * MINUTE - 1),
			rowOf('latest', START - 7 * MINUTE),
			rowOf('waits for its window', START - HOUR, { next_attempt_at: iso(START + HOUR) }),
			rowOf('its window has just opened', START - HOUR, { next_attempt_at: iso(START - SECOND) }),
			rowOf('added by a person', START - 3 * MINUTE, { next_attempt_at: null }),
		);
		expect(await count()).toMatchObject({
			due: 5,
			waiting: 1,
			overdue: 3,
			oldestOverdueSeconds: 420,
			unreadable: 0,
		});
	});

	it('is not overdue where the account is paused', async () => {
		await insert(rowOf('late', START - HOUR));
		await pauseAccount(accounts, SENDER, { until: null, note: null, now: START });
		const counted = await count();
		expect(counted).toMatchObject({ due: 1, overdue: 0, oldestOverdueSeconds: null });
		expect(counted.byAccount).toMatchObject([
			{ due: 1, overdue: 0, oldestOverdueSeconds: null, isPaused: true },
		]);
	});

	it('has no time of two thousand years ago, nor an empty one: they are unreadable', async () => {
		await insert(
			rowOf('typed', START, { send_at: '0026-02-01T12:00:00.000Z' }),
			rowOf('emptied', START, { send_at: null }),
			rowOf('late', START - 3 * MINUTE),
			sent(1, 'sent', { send_at: '0026-02-01T12:00:00.000Z' }),
		);
		expect(await count()).toMatchObject({
			unreadable: 2,
			due: 1,
			oldestOverdueSeconds: 180,
			lateness99Seconds: null,
		});
	});
});

describe('paused accounts', () => {
	it('have the reason, and since and until when', async () => {
		const [since, until] = [START - MINUTE, START + MINUTE];
		await runAt(START - HOUR, SENDER, {
			...HEALTHY,
			pausedAt: since,
			pausedUntil: until,
			pauseReason: 'Logged out',
			pauseCount: 1,
		});
		const { paused } = await count();
		expect(paused).toEqual([
			{
				...SENDER,
				pausedBy: 'gateway',
				reason: 'Logged out',
				since: iso(since),
				until: iso(until),
			},
		]);
		clock.ms = until;
		expect((await count()).paused).toEqual([]);
	});

	it('have the note of whoever paused them', async () => {
		const pause = { note: 'deploy', now: START - HOUR };
		await pauseAccount(accounts, SENDER, { ...pause, until: null });
		await pauseAccount(accounts, DEAD, { ...pause, until: START + HOUR });
		expect((await count()).paused).toEqual([
			{
				...SENDER,
				pausedBy: 'operation',
				reason: 'deploy',
				since: iso(START - HOUR),
				until: null,
			},
			{
				...DEAD,
				pausedBy: 'operation',
				reason: 'deploy',
				since: iso(START - HOUR),
				until: iso(START + HOUR),
			},
		]);
		clock.ms = START + 2 * HOUR;
		expect((await count()).paused).toHaveLength(1);
	});
});

describe('what was sent in the period', () => {
	it('has its lateness as median and 99 %', async () => {
		await insert(...Array.from({ length: 200 }, (_, index) => sent(index + 1)));
		await insert(
			rowOf('not sent', START - HOUR, { status: 'failed', send_started_at: iso(START) }),
			sent(9_999, 'unconfirmed'),
			sent(9_999, SENDING),
		);
		expect(await count()).toMatchObject({
			sent: 200,
			latenessMedianSeconds: 100,
			lateness99Seconds: 198,
		});
	});

	it('is measured by the gateway’s time where there is no other, and is never early', async () => {
		await insert(
			sent(0, 'sent', { send_started_at: null, sent_at: iso(START - HOUR + 4_250) }),
			sent(0, 'sent', { send_started_at: null, sent_at: iso(START - HOUR - MINUTE) }),
		);
		expect(await count()).toMatchObject({ latenessMedianSeconds: 0, lateness99Seconds: 4.3 });
	});

	it('has the shares of what was delivered and read', async () => {
		await insert(
			sent(1, 'queued'),
			sent(1, 'sent'),
			sent(1, 'delivered'),
			sent(1, 'read'),
			sent(1, 'played'),
			sent(1, 'failed'),
			sent(1, 'failed', { message_id: null, queue_id: null }),
			// At the gateway, which had it; and here, where nothing was sent.
			sent(1, 'expired'),
			sent(1, 'expired', { message_id: null, queue_id: null }),
			sent(1, 'read', { send_started_at: iso(START - 2 * DAY) }),
		);
		expect(await count()).toMatchObject({
			sent: 7,
			delivered: 3,
			read: 2,
			deliveredShare: 0.429,
			readShare: 0.286,
		});
	});
});

describe('hours', () => {
	it('are those of the zone, from a day back to a day ahead', async () => {
		await insert(
			rowOf('a', START + 20 * MINUTE),
			rowOf('b', START + 29 * MINUTE + 59_999),
			rowOf('c', START + 30 * MINUTE),
			rowOf('d', START - 23 * HOUR, { status: 'read' }),
			rowOf('e', START - 23 * HOUR, { status: 'expired' }),
			rowOf('f', START - 23 * HOUR, { status: 'unconfirmed' }),
			rowOf('g', START - 23 * HOUR, { status: 'cancelled' }),
			rowOf('too far', START + 25 * HOUR),
		);
		const { byHour } = await count('Asia/Kolkata');
		expect(byHour).toHaveLength(49);
		expect(byHour[0].hour).toBe('2026-01-31T17:00:00.000+05:30');
		expect(byHour[48].hour).toBe('2026-02-02T17:00:00.000+05:30');
		const none = { scheduled: 0, sent: 0, unconfirmed: 0, failed: 0 };
		expect(byHour.filter(({ total }) => total > 0)).toEqual([
			{
				hour: '2026-01-31T18:00:00.000+05:30',
				...none,
				total: 4,
				sent: 1,
				unconfirmed: 1,
				failed: 1,
			},
			{ hour: '2026-02-01T17:00:00.000+05:30', ...none, total: 2, scheduled: 2 },
			{ hour: '2026-02-01T18:00:00.000+05:30', ...none, total: 1, scheduled: 1 },
		]);
	});

	it('are one more where clocks go back', async () => {
		clock.ms = Date.parse('2026-10-25T12:00:00.000Z');
		const { byHour } = await count('Europe/Berlin');
		const twice = byHour.map(({ hour }) => hour).filter((hour) => hour.includes('25T02:00'));
		expect(twice).toEqual(['2026-10-25T02:00:00.000+02:00', '2026-10-25T02:00:00.000+01:00']);
	});
});

describe('accounts that nobody serves', () => {
	const unserved = async () =>
		(await count()).unserved.map(({ account, messages, due }) => [account, messages, due]);
	const found = async () => {
		const open = async () => accounts;
		const all = await findUnserved(table, open, [SENDER], clock.ms);
		return all.map(({ gateway, account, overdue }) => [gateway, account, overdue]);
	};

	it('have overdue messages and no run of their own ever', async () => {
		await insert(
			rowOf('own', START - HOUR),
			rowOf('a', START - HOUR, { account: 'gone' }),
			rowOf('b', START + HOUR, { account: 'gone' }),
			rowOf('c', START - MINUTE, { account: 'new' }),
			rowOf('d', START - HOUR, { account: 'done', status: 'failed' }),
		);
		await runAt(START - HOUR);
		expect(await unserved()).toEqual([['gone', 2, 1]]);
		expect(await found()).toEqual([['fake', 'gone', 1]]);
	});

	it.each([
		[23, false],
		[25, true],
	])('or none for a day: the last was %i hours ago', async (hours, isReported) => {
		await insert(rowOf('a', START - HOUR, { account: 'gone' }));
		await runAt(START - hours * HOUR, DEAD);
		const counted = await count();
		expect(counted.unserved).toEqual(
			isReported ? [{ ...DEAD, messages: 1, due: 1, lastRunAt: iso(START - hours * HOUR) }] : [],
		);
		expect(counted.byAccount).toMatchObject([
			{ account: 'gone', isServed: !isReported, lastRunAt: iso(START - hours * HOUR) },
		]);
		expect(await found()).toEqual(isReported ? [['fake', 'gone', 1]] : []);
	});

	it('are not asked for where there is nothing to tell', async () => {
		await insert(rowOf('own', START - HOUR), rowOf('a', START + HOUR, { account: 'gone' }));
		const open = async (): Promise<never> => {
			throw new Error('The table of accounts is not needed');
		};
		expect(await findUnserved(table, open, [SENDER], START)).toEqual([]);
	});

	it('may have a message that was just being sent', async () => {
		await insert(rowOf('a', START - DAY, { account: 'gone', status: SENDING }));
		expect(await unserved()).toEqual([['gone', 1, 0]]);
	});
});

it('tells which accounts are sending now, and when they last ran', async () => {
	await insert(rowOf('a', START + HOUR));
	await createLeaseStore(accounts, [SENDER]).acquire('a run', START - SECOND, START + MINUTE);
	expect((await count()).byAccount).toMatchObject([
		{ ...SENDER, isSending: true, isServed: true, lastRunAt: iso(START - SECOND) },
	]);
});

it('tells all there is of an account, under a name for each cell that is not filled in', async () => {
	const { byStatus } = await count();
	await insert(
		rowOf('a', START + HOUR, { gateway: null, account: null, credential: null }),
		rowOf('b', START + HOUR, { gateway: '', account: '', credential: '' }),
	);
	const counted = await count();
	const own = { total: 2, byStatus: { ...byStatus, scheduled: 2 } };
	expect(counted.byGateway).toEqual([{ gateway: '', ...own }]);
	expect(counted.byAccount).toEqual([
		{
			gateway: '',
			account: '',
			credential: '',
			...own,
			due: 0,
			overdue: 0,
			oldestOverdueSeconds: null,
			sending: 0,
			isPaused: false,
			isSending: false,
			isServed: false,
			lastRunAt: null,
		},
	]);
});

it('tells all there is of a table with one message that is late', async () => {
	const none = await count();
	await insert(rowOf('a', START - 3 * MINUTE, { next_attempt_at: iso(START - 3 * MINUTE) }));
	const { byStatus, byGateway, byAccount, byHour, unserved, ...figures } = await count();
	expect(figures).toEqual({
		...Object.fromEntries(Object.keys(figures).map((name) => [name, none[name as 'total']])),
		total: 1,
		due: 1,
		overdue: 1,
		oldestOverdueSeconds: 180,
	});
	expect(byStatus).toEqual({ ...none.byStatus, scheduled: 1 });
	expect([byGateway, byAccount, unserved].map(({ length }) => length)).toEqual([1, 1, 1]);
	expect(byHour.filter(({ total }) => total > 0)).toEqual([
		{
			hour: '2026-02-01T11:00:00.000+00:00',
			total: 1,
			scheduled: 1,
			sent: 0,
			unconfirmed: 0,
			failed: 0,
		},
	]);
	expect(none).toMatchObject({ waiting: 0, sending: 0, unreadable: 0, sent: 0, unconfirmed: 0 });
});

describe('the reads behind those of waiting messages', () => {
	it('have each message that matters once, and no other', async () => {
		const since = START - DAY;
		const moment = fc.constantFrom(since - 1, since, since + 1, START + DAY);
		const messages = fc.array(
			fc.tuple(fc.constantFrom(...STATUS_NAMES, SENDING), moment, moment, fc.boolean()),
			{ maxLength: 12 },
		);
		await fc.assert(
			fc.asyncProperty(messages, async (wanted) => {
				table.rows.clear();
				for (const [status, sendAt, changedAt, isUntimed] of wanted) {
					clock.ms = changedAt;
					const time = isUntimed && changedAt >= since ? { send_at: null } : {};
					await insert(rowOf(status, sendAt, { status, ...time }));
				}
				const read: number[] = [];
				for (const part of partsBehindWaiting(iso(since))) {
					read.push(...(await selectAll(table, part)).map(({ id }) => id));
				}
				const matters = [...table.rows.values()].filter(
					({ status, send_at: at, updatedAt }) =>
						status !== 'scheduled' &&
						([SENDING, 'unconfirmed'].includes(String(status)) ||
							updatedAt >= iso(since) ||
							String(at) >= iso(since)),
				);
				expect(read.sort((a, b) => a - b)).toEqual(matters.map(({ id }) => id));
			}),
		);
	});

	it('do not read those again', async () => {
		await insert(...Array.from({ length: 1_500 }, () => rowOf('waits', START + DAY)));
		expect((await count()).total).toBe(1_500);
		expect(table.accesses.filter((access) => access === 'select')).toHaveLength(6);
	});
});

describe('to the millisecond', () => {
	it.each([
		['is due at its time', { send_at: iso(START) }, { due: 1, waiting: 0 }],
		['is not due before', { send_at: iso(START + 1) }, { due: 0, waiting: 0 }],
		[
			'no longer waits at its next attempt',
			{ next_attempt_at: iso(START) },
			{ due: 1, waiting: 0 },
		],
		['waits until then', { next_attempt_at: iso(START + 1) }, { due: 0, waiting: 1 }],
		['is unreadable before 2000', { send_at: '1999-12-31T23:59:59.999Z' }, { unreadable: 1 }],
		['is late since 2000', { send_at: '2000-01-01T00:00:00.000Z' }, { unreadable: 0, overdue: 1 }],
		['is unreadable without a time', { send_at: '' }, { unreadable: 1, due: 0, waiting: 0 }],
	])('a message %s', async (_, cells, counts) => {
		await insert(rowOf('a', START - HOUR, cells));
		expect(await count()).toMatchObject(counts);
	});

	it.each([
		['with the period', START - DAY, 1],
		['right before the period', START - DAY - 1, 0],
	])('what began to be sent %s counts as sent in it, or not', async (_, startedAt, expected) => {
		await insert(sent(0, 'sent', { send_started_at: iso(startedAt) }));
		expect(await count()).toMatchObject({ sent: expected, total: 1 });
	});

	it('an account is paused until its pause ends, and sends until its lease ends', async () => {
		await insert(rowOf('a', START + HOUR));
		await pauseAccount(accounts, SENDER, { until: START, note: null, now: START - HOUR });
		await createLeaseStore(accounts, [SENDER]).acquire('a run', START - SECOND, START);
		const states = async () => {
			const { byAccount, paused } = await count();
			return [byAccount[0].isPaused, byAccount[0].isSending, paused.length];
		};
		expect(await states()).toEqual([false, false, 0]);
		clock.ms -= 1;
		expect(await states()).toEqual([true, true, 1]);
	});

	it('an account is paused by the gateway until that ends', async () => {
		await insert(rowOf('a', START - HOUR));
		await runAt(START - HOUR, SENDER, { ...HEALTHY, pausedUntil: START });
		expect((await count()).byAccount).toMatchObject([{ isPaused: false, overdue: 1 }]);
		clock.ms -= 1;
		expect((await count()).byAccount).toMatchObject([{ isPaused: true, overdue: 0 }]);
	});

	it('hours have what is a day back and a day ahead, and nothing beyond', async () => {
		const inHours = async (sendAt: number) => {
			table.rows.clear();
			await insert(rowOf('a', sendAt));
			const hours = (await count()).byHour.filter(({ total }) => total > 0);
			return hours.map(({ hour }) => hour);
		};
		for (const minutes of [0, 7]) {
			clock.ms = START + minutes * MINUTE;
			expect(await inHours(clock.ms - DAY)).toEqual(['2026-01-31T12:00:00.000+00:00']);
			expect(await inHours(clock.ms + DAY)).toEqual(['2026-02-02T12:00:00.000+00:00']);
			expect(await inHours(clock.ms - DAY - 1)).toEqual([]);
			expect(await inHours(clock.ms + DAY + 1)).toEqual([]);
		}
	});
});

it('tells the latest of several accounts and messages as the oldest, and adds what is overdue up', async () => {
	await insert(
		rowOf('a', START - 4 * MINUTE),
		rowOf('b', START - 9 * MINUTE),
		rowOf('c', START - 5 * MINUTE),
		rowOf('d', START - 6 * MINUTE, { account: 'second' }),
		rowOf('e', START - MINUTE, { account: 'third' }),
	);
	const counted = await count();
	expect(counted).toMatchObject({ due: 5, overdue: 4, oldestOverdueSeconds: 540 });
	expect(
		counted.byAccount.map(({ due, overdue, oldestOverdueSeconds }) => [
			due,
			overdue,
			oldestOverdueSeconds,
		]),
	).toEqual([
		[3, 3, 540],
		[1, 1, 360],
		[1, 0, null],
	]);
});

it('counts since its next attempt how late a message is', async () => {
	await insert(rowOf('a', START - HOUR, { next_attempt_at: iso(START - 5 * MINUTE) }));
	expect(await count()).toMatchObject({ overdue: 1, oldestOverdueSeconds: 300 });
});

it.each([
	[[3, 1, 2], 2, 3],
	[[10, 9], 9, 10],
	[[20, 100, 3], 20, 100],
])('tells of messages %j seconds late the nearest ranks', async (late, median, of99) => {
	await insert(...late.map((seconds) => sent(seconds)));
	expect(await count()).toMatchObject({ latenessMedianSeconds: median, lateness99Seconds: of99 });
});

it('counts in all what the gateway took, and by the hour what became of each message', async () => {
	const told: Record<string, [number, number, number, string[]]> = {};
	for (const status of STATUS_NAMES) {
		table.rows.clear();
		await insert(sent(1, status));
		const { sent: all, delivered, read, byHour } = await count();
		const { hour, total, ...counts } = byHour.find((each) => each.total > 0)!;
		expect([hour, total]).toEqual(['2026-02-01T11:00:00.000+00:00', 1]);
		const counted = Object.entries(counts).filter(([, of]) => of > 0);
		told[status] = [all, delivered, read, counted.map(([name]) => name)];
	}
	expect(told).toEqual({
		unknown: [0, 0, 0, []],
		scheduled: [0, 0, 0, ['scheduled']],
		unconfirmed: [0, 0, 0, ['unconfirmed']],
		queued: [1, 0, 0, ['sent']],
		suspended: [1, 0, 0, ['sent']],
		sent: [1, 0, 0, ['sent']],
		failed: [1, 0, 0, ['failed']],
		delivered: [1, 1, 0, ['sent']],
		read: [1, 1, 1, ['sent']],
		played: [1, 1, 1, ['sent']],
		expired: [1, 0, 0, ['failed']],
		cancelled: [0, 0, 0, []],
		deleted: [1, 0, 0, ['sent']],
	});
});

it.each([
	['a message id', { message_id: 'm', queue_id: null }, 1],
	['a queue id', { message_id: '', queue_id: 'q' }, 1],
	['neither', { message_id: '', queue_id: '' }, 0],
])('counts a failure with %s as what the gateway took, or not', async (_, ids, expected) => {
	await insert(sent(1, 'failed', ids));
	expect(await count()).toMatchObject({ sent: expected, byStatus: { failed: 1 } });
});

it('counts what is just being sent as still to be sent in its hour', async () => {
	await insert(rowOf('a', START - 30 * MINUTE, { status: SENDING }));
	const counted = await count();
	expect(counted).toMatchObject({ sending: 1, sent: 0, byAccount: [{ sending: 1 }] });
	expect(counted.byHour.filter(({ total }) => total > 0)).toMatchObject([
		{ scheduled: 1, sent: 0 },
	]);
});

it('reads a table that has no column of groups yet', async () => {
	await insert(rowOf('a', START + HOUR, { group_name: undefined }));
	expect(await count()).toMatchObject({ total: 1, byGroup: [], otherGroups: { groups: 0 } });
});

it('tells what nobody serves: all that is to be sent, though little of it is late', async () => {
	await insert(
		rowOf('late', START - HOUR, { ...DEAD }),
		rowOf('later', START + HOUR, { ...DEAD }),
		rowOf('in flight', START - HOUR, { ...DEAD, status: SENDING }),
		rowOf('over', START - HOUR, { ...DEAD, status: 'failed' }),
	);
	const unserved = [{ ...DEAD, messages: 3, due: 1, lastRunAt: null }];
	expect((await count()).unserved).toEqual(unserved);
	await pauseAccount(accounts, DEAD, { until: null, note: null, now: START });
	expect((await count()).unserved).toEqual(unserved);
});
