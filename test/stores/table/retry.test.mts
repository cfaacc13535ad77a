import { dispatchDue } from '../../../stores/dispatcher';
import { GatewayError } from '../../../gateways/transport/gatewayError';
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

	it.each(['sent', 'cancelled'])(
		'that was retried and is %s by now is not taken for one just retried',
		async (status) => {
			const [row] = await insert(past('a', status, { failure: 'Retried. Before: x' }));
			await expect(retryOne(table, idOf(row), RULES, START)).rejects.toMatchObject({
				kind: 'notPending',
				details: { hint: expect.stringMatching(/failed, expired, unconfirmed/) },
			});
		},
	);

	it('has whatever id a person has given it, unless a copy has it, too', async () => {
		await insert(past('a', 'failed', { schedule_id: 'mine' }));
		expect((await retryOne(table, 'mine', RULES, START)).status).toBe('scheduled');
		const copy = past('b', 'failed', { schedule_id: 'copied' });
		await insert(copy, copy);
		await expect(retryOne(table, 'copied', RULES, START)).rejects.toThrow(
			/^The rows 2 and 3 .* have the same schedule id "copied"/,
		);
	});

	it('that is nowhere is told in the words of its caller, before and after a change', async () => {
		const notFound = (id: string) => new GatewayError('notFound', `nowhere: ${id}`);
		const rules = { ...RULES, notFound };
		await expect(retryOne(table, UUID, rules, START)).rejects.toThrow(`nowhere: ${UUID}`);
		const [row] = await insert(past('a', 'failed'));
		table.before = (access) => {
			if (access === 'update') table.rows.clear();
		};
		await expect(retryOne(table, idOf(row), rules, START)).rejects.toThrow('nowhere: ');
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
		['a failure that was not told', { failureContains: 'u' }, ['a', 'c']],
		['account', { account: 'account-2' }, ['d']],
		['account, of any gateway', { account: 'account-3' }, ['e']],
		['reference', { reference: 'order-1' }, ['c']],
		['group', { group: 'campaign' }, ['a']],
		['after, that moment included', { scheduledAfter: iso(START - 10 * MINUTE) }, ['c']],
		['before, that moment included', { scheduledBefore: iso(START - 90 * MINUTE) }, ['b']],
	])('%s', async (_, filter, found) => {
		const group_name = 'campaign';
		await insert(
			past('a', 'failed', { recipient: '+12025550101', failure: 'It timed out.', group_name }),
			past('b', 'expired', { send_at: iso(START - 90 * MINUTE), failure: null }),
			past('c', 'failed', {
				send_at: iso(START - 10 * MINUTE),
				failure: 'Unknown',
				reference: 'order-1',
			}),
			past('d', 'failed', { account: 'account-2', send_at: iso(START - 30 * MINUTE - 1) }),
			past('e', 'failed', { account: 'account-3', gateway: 'another' }),
			past('f', 'failed', { gateway: 'another', reference: 'order-1', group_name }),
		);
		const { rows } = await retryMatching(table, { ...FILTER, ...filter }, RULES, START);
		expect(texts(rows)).toEqual(found);
	});

	it('counts as left what it would take, and nothing else', async () => {
		await insert(past('a', 'unconfirmed'), past('b', 'failed'), past('c', 'failed'));
		const report = async (filter: Partial<RetryFilter>) =>
			await retryMatching(table, { ...FILTER, ...filter }, RULES, START);
		expect(await report({ statuses: ['expired'] })).toMatchObject({ rows: [], unconfirmed: 0 });
		expect(await report({ failureContains: 'nothing' })).toMatchObject({ unconfirmed: 0 });
		// As many as the limit are not more.
		expect(await report({ limit: 2 })).toMatchObject({ unconfirmed: 1, isMore: false });
	});

	it('takes first what stands first, of equal times', async () => {
		await insert(past('expired', 'expired'), past('failed', 'failed'), past('more', 'expired'));
		const statuses = ['failed', 'expired'] as const;
		const { rows } = await retryMatching(table, { ...FILTER, statuses, limit: 2 }, RULES, START);
		expect(texts(rows)).toEqual(['expired', 'failed']);
	});

	it('changes a thousand in one access', async () => {
		await insert(...Array.from({ length: 1_001 }, (_, index) => past(`m${index}`, 'failed')));
		const update = jest.spyOn(table, 'update');
		const { rows } = await retryMatching(table, { ...FILTER, limit: 1_001 }, RULES, START);
		expect(rows).toHaveLength(1_001);
		expect(update.mock.calls.map(([changes]) => changes.length)).toEqual([1_000, 1]);
	});

	it('leaves out those whose recipients are on Do Not Contact, and says so', async () => {
		const [a, b] = await insert(past('a', 'failed'), past('b', 'failed'));
		const refusals = jest.fn(async () => new Map([[a.id, new Error('on Do Not Contact')]]));
		const report = await retryMatching(table, FILTER, { ...RULES, refusals }, START);
		expect(texts(report.rows)).toEqual(['b']);
		expect(report).toMatchObject({
			rejected: [{ scheduleId: idOf(a), reason: 'on Do Not Contact' }],
			changed: 0,
		});
		expect(refusals).toHaveBeenCalledTimes(1);
		expect(refusals).toHaveBeenCalledWith([a, b]);
		await expect(retryOne(table, idOf(a), { ...RULES, refusals }, START)).rejects.toThrow(
			'on Do Not Contact',
		);
		expect(table.row(a.id).status).toBe('failed');
	});

	it.each([1, 2])('tells a fault of the table, though it comes at change %i only', async (at) => {
		await insert(past('a', 'failed'), past('b', 'failed'));
		const { update } = table;
		let calls = 0;
		table.update = async (changes) => {
			if (++calls === at) throw new Error('the database went away');
			if (changes.length > 1) throw new DuplicateKeyError('The key is used.');
			return await update.call(table, changes);
		};
		await expect(retryMatching(table, FILTER, RULES, START)).rejects.toThrow('went away');
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

	it.each(['scheduled', SENDING])('moves one message that is %s, as it is', async (status) => {
		// Retried before, for an account that has no run.
		const [row] = await insert(past('a', status, { failure: 'Retried. Before: x' }));
		const after = await retryOne(table, idOf(row), rules, START);
		expect(after).toEqual({ ...row, ...OTHER, updatedAt: expect.anything() });
		const at = { ...rules, reassignTo: null };
		if (status === SENDING) {
			await expect(retryOne(table, idOf(row), at, START)).rejects.toThrow(/cannot be retried/);
		}
	});

	it.each(['sent', 'cancelled'])('does not move one that is %s', async (status) => {
		const [row] = await insert(past('a', status));
		await expect(retryOne(table, idOf(row), rules, START)).rejects.toThrow(/cannot be retried/);
		expect(table.row(row.id)).toEqual(row);
	});

	it('asks whether an account may be left only where messages leave it', async () => {
		const [row] = await insert(past('a', 'failed'));
		const assertMovable = jest.fn();
		await retryOne(table, idOf(row), { ...RULES, assertMovable }, START);
		expect(assertMovable).not.toHaveBeenCalled();
	});

	it('leaves a message with the account that has its file', async () => {
		const [row] = await insert(past('a', 'failed', { type: 'image', media_id: 'file-1' }));
		await expect(retryOne(table, idOf(row), rules, START)).rejects.toMatchObject({
			kind: 'unsupported',
		});
		expect(table.row(row.id)).toEqual(row);
		expect((await retryOne(table, idOf(row), RULES, START)).status).toBe('scheduled');
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
