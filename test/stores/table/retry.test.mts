import { dispatchDue } from '../../../stores/dispatcher';
import { DuplicateKeyError } from '../../../stores/duplicateKey';
import type { Row, Values } from '../../../stores/table/columns';
import {
	retryMatching,
	retryOne,
	type RetryFilter,
	type RetryRules,
} from '../../../stores/table/retry';
import { SENDING, type SendingAccount } from '../../../stores/table/rows';
import { parseRecipient } from '../../../messages/recipient';
import { STATUS_NAMES } from '../../../messages/status';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SENDER,
	START,
} from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const RULES: RetryRules = {
	mayGoOutTwice: false,
	validForMinutes: undefined,
	reassignTo: null,
	assertSendable: () => undefined,
	assertMovable: () => undefined,
};
const FILTER: RetryFilter = {
	statuses: ['failed', 'expired', 'unconfirmed'],
	senders: [SENDER],
	account: undefined,
	recipient: undefined,
	scheduledAfter: undefined,
	scheduledBefore: undefined,
	failureContains: undefined,
	limit: 50,
};
const UUID = '0b6c1c5e-3f0e-4a53-9d53-6f4f3a1f9a55';
const OTHER: SendingAccount = { gateway: 'other', account: 'account-2', credential: 'New Gateway' };

let table: MemoryTable;
let clock: FakeClock;
beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	table.now = clock.now;
});

/** A message that was tried and came to that status. */
const past = (text: string, status: string, more: Values = {}): Values =>
	rowOf(text, START - 60 * MINUTE, {
		status,
		status_rank: 90,
		attempts: 3,
		failure: `why ${text} ${status}`,
		claim_token: 'a run',
		message_id: 'm1',
		queue_id: 'q1',
		sent_at: iso(START - 50 * MINUTE),
		send_started_at: iso(START - 50 * MINUTE),
		next_attempt_at: null,
		...more,
	});
const insert = async (...rows: Values[]) => await table.insert(rows);
const idOf = (row: Row) => String(row.schedule_id);
const texts = (rows: readonly Row[]) => rows.map(({ text }) => text);

describe('one message', () => {
	it.each(['failed', 'expired'])('that is %s begins anew', async (status) => {
		const [row] = await insert(past('a', status));
		const requested = row.requested_at;
		const after = await retryOne(table, idOf(row), RULES, START);
		expect(after).toMatchObject({
			status: 'scheduled',
			status_rank: 10,
			send_at: iso(START),
			next_attempt_at: iso(START),
			requested_at: requested,
			attempts: 0,
			claim_token: '',
			send_started_at: null,
			sent_at: null,
			message_id: null,
			queue_id: null,
			valid_for_minutes: row.valid_for_minutes,
			failure: `Retried. Before: why a ${status}`,
		});
	});

	it('tells the last failure only, and the status where there was none', async () => {
		const [a, b] = await insert(
			past('a', 'failed', { failure: 'Retried. Before: first' }),
			past('b', 'failed', { failure: null }),
		);
		expect((await retryOne(table, idOf(a), RULES, START)).failure).toBe('Retried. Before: first');
		expect((await retryOne(table, idOf(b), RULES, START)).failure).toBe('Retried. Before: failed');
	});

	it('takes a new validity', async () => {
		const [row] = await insert(past('a', 'expired'));
		const after = await retryOne(table, idOf(row), { ...RULES, validForMinutes: 5 }, START);
		expect(after.valid_for_minutes).toBe(5);
	});

	it('that may have been sent is put back only where it may go out twice', async () => {
		const [row] = await insert(past('a', 'unconfirmed'));
		await expect(retryOne(table, idOf(row), RULES, START)).rejects.toMatchObject({
			parameter: 'May Go Out Twice',
			message: expect.stringMatching(/may already have been sent, so it was not retried/),
		});
		expect(table.row(row.id)).toEqual(row);
		const after = await retryOne(table, idOf(row), { ...RULES, mayGoOutTwice: true }, START);
		expect(after.status).toBe('scheduled');
	});

	it.each(
		[...STATUS_NAMES, SENDING].filter(
			(status) => !['failed', 'expired', 'unconfirmed'].includes(status),
		),
	)('that is %s stays as it is', async (status) => {
		const [row] = await insert(past('a', status));
		await expect(
			retryOne(table, idOf(row), { ...RULES, mayGoOutTwice: true }, START),
		).rejects.toThrow(/cannot be retried: its status is/);
		expect(table.row(row.id)).toEqual(row);
	});

	it('stays as it is where another changes it meanwhile', async () => {
		const [row] = await insert(past('a', 'unconfirmed'));
		table.before = (access) => {
			// A look at the gateway has found it.
			if (access === 'update') table.edit(row.id, { status: 'sent' });
		};
		await expect(
			retryOne(table, idOf(row), { ...RULES, mayGoOutTwice: true }, START),
		).rejects.toThrow(/its status is "sent"/);
		expect(table.row(row.id)).toMatchObject({ status: 'sent', message_id: 'm1' });
	});

	it('is done once where the answer to it was lost', async () => {
		const [row] = await insert(past('a', 'failed'));
		const first = await retryOne(table, idOf(row), RULES, START);
		expect(await retryOne(table, idOf(row), RULES, START + MINUTE)).toEqual(first);
	});

	it('that the gateway cannot send is refused with its words', async () => {
		const [row] = await insert(past('a', 'failed'));
		const assertSendable = () => {
			throw new Error('no voice here');
		};
		await expect(retryOne(table, idOf(row), { ...RULES, assertSendable }, START)).rejects.toThrow(
			'no voice here',
		);
		expect(table.row(row.id).status).toBe('failed');
	});

	it.each([
		[
			'sched_abc',
			/^"Scheduled Message" is "sched_abc", which is not the id of a message in a Data/,
		],
		[UUID, /^No Data Table of this project stores a message with the schedule id/],
	])('%s is not in the table', async (id, said) => {
		await insert(past('a', 'failed'));
		await expect(retryOne(table, id, RULES, START)).rejects.toThrow(said);
	});
});

describe('by filters', () => {
	it('puts back what failed or expired, leaves and counts what may have been sent', async () => {
		await insert(
			past('failed', 'failed'),
			past('expired', 'expired'),
			past('unconfirmed', 'unconfirmed'),
			past('sent', 'sent'),
			past('cancelled', 'cancelled'),
			past('another', 'failed', { account: 'account-2' }),
		);
		const report = await retryMatching(table, FILTER, RULES, START);
		expect(texts(report.rows)).toEqual(['failed', 'expired']);
		expect(report).toMatchObject({ unconfirmed: 1, rejected: [], changed: 0, isMore: false });
		expect(table.statuses).toEqual([
			'scheduled',
			'scheduled',
			'unconfirmed',
			'sent',
			'cancelled',
			'failed',
		]);
		const twice = await retryMatching(table, FILTER, { ...RULES, mayGoOutTwice: true }, START);
		expect(texts(twice.rows)).toEqual(['unconfirmed']);
		expect(twice.unconfirmed).toBe(0);
	});

	it.each<[string, Partial<RetryFilter>, string[]]>([
		['statuses', { statuses: ['expired'] }, ['b']],
		['recipient', { recipient: parseRecipient('0012025550101') }, ['a']],
		['after', { scheduledAfter: iso(START - 30 * MINUTE) }, ['c']],
		['before', { scheduledBefore: iso(START - 50 * MINUTE) }, ['b', 'a']],
		['failure', { failureContains: 'TIMED out' }, ['a']],
		['account', { account: 'account-2' }, ['d']],
	])('%s', async (_, filter, found) => {
		await insert(
			past('a', 'failed', { recipient: '+12025550101', failure: 'It timed out.' }),
			past('b', 'expired', { send_at: iso(START - 90 * MINUTE) }),
			past('c', 'failed', { send_at: iso(START - 10 * MINUTE) }),
			past('d', 'failed', { account: 'account-2', send_at: iso(START - 30 * MINUTE - 1) }),
		);
		const { rows } = await retryMatching(table, { ...FILTER, ...filter }, RULES, START);
		expect(texts(rows)).toEqual(found);
	});

	it('takes those with the earliest times first, up to the limit, in that order', async () => {
		await insert(
			...[30, 50, 10, 40].map((minutes) =>
				past(`${minutes}`, 'failed', { send_at: iso(START - minutes * MINUTE) }),
			),
		);
		const report = await retryMatching(table, { ...FILTER, limit: 3 }, RULES, START);
		expect(texts(report.rows)).toEqual(['50', '40', '30']);
		expect(report.isMore).toBe(true);
		const times = report.rows.map(({ send_at: at }) => Date.parse(String(at)));
		expect(times).toEqual([START - 2, START - 1, START]);
	});

	it('takes thousands in a few accesses', async () => {
		await insert(...Array.from({ length: 2_500 }, (_, index) => past(`m${index}`, 'failed')));
		const before = table.accesses.length;
		const filter: RetryFilter = { ...FILTER, statuses: ['failed'], limit: 1_200 };
		const { rows } = await retryMatching(table, filter, RULES, START);
		expect(rows).toHaveLength(1_200);
		expect(table.accesses.slice(before).filter((access) => access === 'select')).toHaveLength(2);
	});

	it('is not spoiled by rows that cannot be read, nor by one that cannot be sent', async () => {
		await insert(
			past('year', 'failed', { send_at: '0026-02-01T12:00:00.000Z' }),
			past('no time', 'failed', { send_at: null }),
			past('garbage', 'failed', { recipient: 'nobody', type: 'pigeon' }),
			past('fine', 'failed'),
		);
		const assertSendable = ({ text }: Row) => {
			if (text === 'garbage') throw new Error('"Recipient" is "nobody"');
		};
		const report = await retryMatching(table, FILTER, { ...RULES, assertSendable }, START);
		expect(texts(report.rows).sort()).toEqual(['fine', 'no time', 'year']);
		expect(report.rejected).toMatchObject([{ reason: '"Recipient" is "nobody"' }]);
		expect(table.row(3).status).toBe('failed');
	});

	it('leaves out only the one whose key another execution has just used', async () => {
		await insert(past('a', 'failed'), past('b', 'failed'), past('c', 'failed'));
		const { update } = table;
		const taken = new DuplicateKeyError('The key is used.');
		table.update = async (changes) => {
			const isRefused = changes.some(({ where }) => where.some(({ value }) => value === 2));
			if (isRefused) throw taken;
			return await update.call(table, changes);
		};
		const { rows, rejected } = await retryMatching(table, FILTER, RULES, START);
		expect(texts(rows)).toEqual(['a', 'c']);
		expect(rejected).toMatchObject([{ scheduleId: table.row(2).schedule_id }]);
		expect(rejected[0].reason).toMatch(/^The key is used\. That message stands for this one/);
		expect(table.statuses).toEqual(['scheduled', 'failed', 'scheduled']);
	});

	it('leaves out what changes meanwhile, and says how many', async () => {
		const [row] = await insert(past('a', 'failed'), past('b', 'failed'));
		let isFirst = true;
		table.before = (access) => {
			if (access === 'update' && isFirst) table.edit(row.id, { status: 'delivered' });
			if (access === 'update') isFirst = false;
		};
		const report = await retryMatching(table, FILTER, RULES, START);
		expect(texts(report.rows)).toEqual(['b']);
		expect(report.changed).toBe(1);
		expect(table.row(row.id).status).toBe('delivered');
	});
});

describe('reassigning', () => {
	const rules: RetryRules = { ...RULES, reassignTo: OTHER };
	const filter: RetryFilter = { ...FILTER, senders: [OTHER], account: SENDER.account };

	it('moves what waits as it is, and puts back what failed', async () => {
		const [waiting, sending, failed, sent, unconfirmed] = await insert(
			rowOf('waiting', START + MINUTE),
			past('sending', SENDING),
			past('failed', 'failed'),
			past('sent', 'sent'),
			past('unconfirmed', 'unconfirmed'),
		);
		const report = await retryMatching(table, filter, rules, START);
		expect(texts(report.rows).sort()).toEqual(['failed', 'sending', 'waiting']);
		const own = { ...OTHER };
		expect(table.row(waiting.id)).toEqual({ ...waiting, ...own, updatedAt: expect.anything() });
		// The next run of its new account finds out what became of it.
		expect(table.row(sending.id)).toEqual({ ...sending, ...own, updatedAt: expect.anything() });
		expect(table.row(failed.id)).toMatchObject({ ...own, status: 'scheduled' });
		expect(table.row(sent.id)).toEqual(sent);
		expect(table.row(unconfirmed.id)).toEqual(unconfirmed);
		expect(report.unconfirmed).toBe(1);
	});

	it('asks whether its new gateway can send it, with the new account', async () => {
		const [row] = await insert(rowOf('a', START));
		const asked: unknown[] = [];
		const assertSendable = ({ gateway, account }: Row) => {
			asked.push([gateway, account]);
			throw new Error('no');
		};
		await expect(retryOne(table, idOf(row), { ...rules, assertSendable }, START)).rejects.toThrow(
			'no',
		);
		expect(asked).toEqual([[OTHER.gateway, OTHER.account]]);
		expect(table.row(row.id)).toEqual(row);
	});

	it('leaves an account alone from which messages must not be taken', async () => {
		const [row] = await insert(rowOf('a', START));
		const assertMovable = ({ account }: Row) => {
			throw new Error(`${String(account)} is in use`);
		};
		await expect(retryOne(table, idOf(row), { ...rules, assertMovable }, START)).rejects.toThrow(
			'account-1 is in use',
		);
		expect(table.row(row.id)).toEqual(row);
	});
});

it('sends what was put back, once, and forgets the failure then', async () => {
	const fake = new FakeGateway();
	const accounts = accountsTable(clock.now);
	const run = async () => await dispatchDue(contextFor(table, accounts, fake, clock));
	await insert(past('a', 'failed'), past('b', 'expired', { valid_for_minutes: 1 }));
	expect((await run()).entries).toEqual([]);
	await retryMatching(table, FILTER, RULES, clock.now());
	await run();
	clock.ms += MINUTE;
	await run();
	expect(fake.asked).toEqual(['a', 'b']);
	expect(table.statuses).toEqual(['sent', 'sent']);
	expect(table.row(1)).toMatchObject({ failure: null, attempts: 1, message_id: 'id of a' });
});
