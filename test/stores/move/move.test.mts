import { moveMessages, NO_MOVE } from '../../../stores/move';
import { REASONS } from '../../../stores/move/whyLeft';
import type { Row, Values } from '../../../stores/table/columns';
import { recordStatus } from '../../../stores/table/recordStatus';
import { retryOne } from '../../../stores/table/retry';
import { SENDING } from '../../../stores/table/rows';
import { accountKey } from '../../../stores/table/served';
import { STATUSES, type Status } from '../../../messages/status';
import { FakeGateway, iso, MINUTE, queueOn, rowOf, SENDER, START } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { UniqueTable } from './uniqueTable.mts';

const DAY = 86_400_000;

let source: MemoryTable;
let target: UniqueTable;
beforeEach(() => {
	[source, target] = [new MemoryTable(), new UniqueTable()];
	for (const table of [source, target]) table.now = () => START;
});

const move = async (paused: ReadonlySet<string> = new Set()) =>
	await moveMessages({ source, target, paused, now: START, isOver: () => false });

/** A message of that status, sent where it is one of a sent message. */
const row = (text: string, status: string, more: Values = {}): Values =>
	rowOf(text, START - MINUTE, {
		status,
		status_rank: STATUSES[status as Status]?.rank ?? 10,
		...(['sent', 'delivered', 'read'].includes(status)
			? { message_id: `id of ${text}`, sent_at: iso(START), send_started_at: iso(START) }
			: {}),
		...more,
	});

const there = () => [...target.rows.values()].map(({ text, status }) => `${text} ${status}`);

const statusEvent = (of: Row | Values, status: Status) => ({
	gateway: SENDER.gateway,
	account: SENDER.account,
	messageId: String(of.message_id),
	status,
	failure: null,
	occurredAt: iso(START),
	receivedAt: iso(START),
	recipient: null,
	origin: 'api' as const,
	reference: null,
	text: null,
});

/** Ends the move at its nth access to a table, as a kill does; `of` is that table. */
function killAt(of: MemoryTable, access: 'insert' | 'update', nth = 1): void {
	let count = 0;
	of.before = (kind) => {
		if (kind === access && ++count === nth) throw new Error('killed');
	};
}

const heal = () => void (source.before = target.before = () => undefined);

it('moves what waits and what is over, with every cell, and leaves nothing to be sent twice', async () => {
	const given = await source.insert([
		row('waits', 'scheduled', {
			sending_window: 'x',
			attempts: 2,
			reference: 'r',
			timezone: 'UTC',
		}),
		row('sent', 'sent'),
		row('failed', 'failed', { failure: 'why' }),
		row('cancelled', 'cancelled'),
		row('kept back', 'on hold'),
	]);
	// The file of an uploaded message is as old as its row.
	const createdAt = iso(START - 20 * DAY);
	source.edit(given[0].id, { createdAt } as never);
	Object.assign(given[0], { createdAt });
	expect(await move()).toMatchObject({ moved: 5, duplicates: 0, isMore: false });
	const own = { id: 0, updatedAt: '' };
	expect([...target.rows.values()].map((each) => ({ ...each, ...own }))).toEqual(
		given.map((each) => ({ ...each, ...own })),
	);
	expect(source.statuses).toEqual(Array(5).fill('moved'));
	expect(await queueOn(source).due(iso(START), 9)).toEqual([]);
	expect(await move()).toMatchObject({ moved: 0, isMore: false });
});

it('leaves for now what is in flight, in doubt, without its id, paused, incomplete or shares an id', async () => {
	const [, , , , , , shared] = await source.insert([
		row('sending', SENDING),
		row('unconfirmed', 'unconfirmed'),
		row('queued', 'queued', { queue_id: 'q', sent_at: iso(START - MINUTE) }),
		row('paused', 'scheduled', { account: 'paused one' }),
		row('by hand', 'scheduled', { status_rank: null }),
		row('misspelt', 'Scheduled'),
		row('copied', 'sent'),
	]);
	await source.insert([
		row('copy', 'scheduled', { schedule_id: shared.schedule_id }),
		row('given up', 'queued', { queue_id: 'q', sent_at: iso(START - 3 * DAY) }),
		row('paused and over', 'failed', { account: 'paused one' }),
	]);
	const paused = new Set([accountKey({ gateway: SENDER.gateway, account: 'paused one' })]);
	expect(await move(paused)).toEqual({
		moved: 2,
		duplicates: 0,
		left: { sending: 1, unconfirmed: 1, awaitingId: 1, paused: 1, incomplete: 2, sharedId: 2 },
		isMore: false,
	});
	expect(there()).toEqual(['given up queued', 'paused and over failed']);
});

it('moves more than one batch takes, also exactly two, in one run', async () => {
	for (const count of [1_000, 3]) {
		await source.insert(Array.from({ length: count }, (_, n) => row(`m${n}`, 'sent')));
		const report = await move();
		expect(report).toMatchObject({ moved: count, isMore: false });
	}
	expect(target.rows.size).toBe(1_003);
});

it('says that there is more where its time is over, and goes on behind what it has moved', async () => {
	await source.insert(Array.from({ length: 1_200 }, (_, n) => row(`m${n}`, 'sent')));
	const stopped = { source, target, paused: new Set<string>(), now: START, isOver: () => true };
	expect(await moveMessages(stopped)).toMatchObject({ moved: 500, isMore: true });
	expect(await moveMessages(stopped)).toMatchObject({ moved: 500, isMore: true });
	expect(await moveMessages(stopped)).toMatchObject({ moved: 200, isMore: false });
	expect(await moveMessages(stopped)).toMatchObject({ moved: 0, isMore: false });
});

it('moves the others where a person empties a cell of one that is claimed', async () => {
	await source.insert([row('first', 'scheduled'), row('second', 'scheduled')]);
	source.before = (access) => {
		if (access === 'update') source.edit(1, { send_at: null });
	};
	expect(await move()).toMatchObject({ moved: 1, left: { incomplete: 1 } });
	heal();
	// It is on its way, so nobody sends it here, and it is told until it is whole again.
	expect((await move()).left).toMatchObject({ incomplete: 1 });
	source.edit(1, { send_at: iso(START) });
	expect(await move()).toMatchObject({ moved: 1, left: { incomplete: 0 } });
	expect(there().sort()).toEqual(['first scheduled', 'second scheduled']);
});

it('has a template sent by one of the two stores only', async () => {
	const replacement_template = '{"name":"reminder","language":"en","variables":{}}';
	const [mine] = await source.insert([row('late', 'sent', { replacement_template })]);
	await move();
	const closed = { ...statusEvent(mine, 'failed' as Status), isWindowClosed: true };
	for (const table of [source, target]) await recordStatus(table, closed, [SENDER]);
	expect(source.statuses).toEqual(['failed']);
	expect(there()).toEqual(['late scheduled']);
	await move();
	expect(there()).toEqual(['late scheduled']);
});

it('does not take a copy of a moved message for the message itself', async () => {
	const [first] = await source.insert([row('first', 'scheduled')]);
	await move();
	await source.insert([row('copy', 'scheduled', { schedule_id: first.schedule_id })]);
	expect((await move()).left).toMatchObject({ sharedId: 1 });
	expect(there()).toEqual(['first scheduled']);
});

describe.each([
	['before it claims', () => killAt(source, 'update', 1)],
	['before it writes', () => killAt(target, 'insert')],
	['before it marks', () => killAt(source, 'update', 3)],
])('killed %s', (_, kill) => {
	it('goes on the next time, whatever was sent meanwhile', async () => {
		await source.insert([row('a', 'scheduled'), row('b', 'sent')]);
		kill();
		await expect(move()).rejects.toThrow('killed');
		heal();
		for (const { id, status } of target.rows.values()) {
			if (status === 'scheduled') target.edit(id, { status: 'sent', message_id: 'm' });
		}
		const wasThere = target.rows.size > 0;
		expect(await queueOn(source).due(iso(START), 9)).toHaveLength(
			source.statuses[0] === 'scheduled' ? 1 : 0,
		);
		await move();
		expect(there()).toEqual([`a ${wasThere ? 'sent' : 'scheduled'}`, 'b sent']);
		expect(source.statuses).toEqual(['moved', 'moved']);
	});
});

it('leaves what a dispatcher claims between the look and the claim', async () => {
	const [{ id }] = await source.insert([row('a', 'scheduled')]);
	source.before = (access) => {
		if (access === 'update') source.edit(id, { status: SENDING });
	};
	expect(await move()).toMatchObject({ moved: 0, isMore: true });
	expect(there()).toEqual([]);
	expect(source.row(id).status).toBe(SENDING);
});

it('moves what was put back to be sent between its look and its claim as it is then', async () => {
	const [failed] = await source.insert([row('a', 'failed')]);
	let isRetried = false;
	source.before = async (access) => {
		if (access !== 'update' || isRetried) return;
		isRetried = true;
		const rules = { mayGoOutTwice: false, validForMinutes: undefined, reassignTo: null };
		const nothing = { assertSendable: () => undefined, assertMovable: () => undefined };
		await retryOne(source, String(failed.schedule_id), { ...rules, ...nothing }, START);
	};
	await move();
	expect(there()).toEqual([]);
	await move();
	expect(there()).toEqual(['a scheduled']);
});

it.each([
	['before', 0],
	['after it was claimed', 1],
	['after it was written', 2],
	['after it was marked', 3],
])('a status that reaches the source %s finds its message', async (_, when) => {
	const [sent] = await source.insert([row('a', 'sent')]);
	const deliver = async () => await recordStatus(source, statusEvent(sent, 'read'), [SENDER]);
	let updates = 0;
	target.before = async (access) => {
		if (access === 'insert' && when === 1) await deliver();
	};
	source.before = async (access) => {
		if (access !== 'update' || when === 1) return;
		updates += 1;
		const isDue = (when === 0 && updates === 1) || (when === 2 && updates === 2);
		if (isDue) await deliver();
	};
	await move();
	if (when === 3) await deliver();
	heal();
	await move();
	expect(there()).toEqual(['a read']);
	expect(source.statuses).toEqual(['moved']);
});

it('does not set back a status that the target has learnt of', async () => {
	const [sent] = await source.insert([row('a', 'sent')]);
	killAt(source, 'update', 2);
	await expect(move()).rejects.toThrow('killed');
	heal();
	await recordStatus(target, statusEvent(sent, 'read'), [SENDER]);
	await move();
	expect(there()).toEqual(['a read']);
});

describe('a deduplication key that another message of the target has', () => {
	const key = { deduplication_key: 'k' };

	it.each([
		// of the moved one, of the target's, then: of both
		['scheduled', 'scheduled', 'cancelled', 'scheduled', 1],
		['scheduled', 'sent', 'cancelled', 'sent', 1],
		['scheduled', 'cancelled', 'scheduled', 'cancelled', 0],
		['sent', 'scheduled', 'sent', 'cancelled', 1],
		['sent', 'sent', 'sent', 'sent', 0],
		['failed', 'scheduled', 'failed', 'scheduled', 0],
	] as const)('%s and %s: %s and %s', async (mine, theirs, mineThen, theirsThen, duplicates) => {
		await target.insert([row('theirs', theirs, key)]);
		await source.insert([row('mine', mine, key)]);
		expect(await move()).toMatchObject({ moved: 1, duplicates });
		expect(there()).toEqual([`theirs ${theirsThen}`, `mine ${mineThen}`]);
		// A second time nothing changes.
		source.edit(1, { status: `moving ${mine}` });
		await move();
		expect(there()).toEqual([`theirs ${theirsThen}`, `mine ${mineThen}`]);
	});

	it('of two in the source goes once, also where one is moved before the other', async () => {
		await source.insert([row('a', 'scheduled', key)]);
		await move();
		await source.insert([row('b', 'scheduled', key)]);
		const queue = queueOn(source, [SENDER], undefined, new FakeGateway().gateway);
		const [due] = await queue.due(iso(START), 9);
		expect(await queue.duplicates([due])).toEqual(new Set([due.id]));
		await move();
		expect(there()).toEqual(['a scheduled', 'b cancelled']);
	});
});

it('counts nothing that it left where nothing was done', () => {
	const left = Object.fromEntries(REASONS.map((reason) => [reason, 0]));
	expect(NO_MOVE).toEqual({ moved: 0, duplicates: 0, left, isMore: false });
});

it('tells a row that shares no id because it has none as incomplete, and moves the others', async () => {
	await source.insert([
		row('one', 'sent', { schedule_id: null }),
		row('two', 'sent', { schedule_id: null }),
		row('blank', 'sent', { schedule_id: '' }),
		row('moves', 'sent'),
	]);
	const asked = jest.spyOn(source, 'selectAny');
	expect(await move()).toMatchObject({ moved: 1, left: { incomplete: 3, sharedId: 0 } });
	expect(asked).toHaveBeenCalledWith('schedule_id', [String(source.row(4).schedule_id)]);
});

describe('a message that the target has already', () => {
	/** Both have it: the source is about to move it, as after a crash. */
	const both = async (mine: Values, theirs: Values) => {
		const values = row('a', 'sent');
		await target.insert([{ ...values, ...theirs }]);
		await source.insert([{ ...values, ...mine, status: `moving ${String(mine.status)}` }]);
		const update = jest.spyOn(target, 'update');
		expect(await move()).toMatchObject({ moved: 1, duplicates: 0 });
		return { ...target.row(1), updates: update.mock.calls.length };
	};
	const READ = { status: 'read', status_rank: STATUSES.read.rank };
	const SENT = { status: 'sent', status_rank: STATUSES.sent.rank };
	const FAILED = { status: 'failed', status_rank: STATUSES.failed.rank, failure: 'why' };

	it('gets the status that the source alone has learnt of, with its reason and time', async () => {
		expect(await both({ ...FAILED, sent_at: iso(START + 1) }, SENT)).toMatchObject({
			...FAILED,
			sent_at: iso(START + 1),
			updates: 1,
		});
	});

	it.each([
		['has learnt of more', { ...SENT }, READ],
		['has learnt of as much', { ...READ, failure: 'other words' }, READ],
		['has sent it anew', { ...READ, message_id: 'an earlier one' }, SENT],
		[
			'knows no id of it, nor does the source',
			{ ...READ, message_id: null },
			{ ...SENT, message_id: null },
		],
		['knows it, and the source has a person’s word', { status: 'on hold', status_rank: 99 }, SENT],
	])('stays as it is, unasked, where the target %s', async (_, mine, theirs) => {
		expect(await both(mine, theirs)).toMatchObject({ ...theirs, updates: 0 });
	});

	it.each(['scheduled', SENDING])(
		'stays as it is where the target is about to send it again: %s',
		async (status) => {
			expect(await both(READ, { status, status_rank: 0 })).toMatchObject({ status });
		},
	);

	it('is not set back where the target learns of more right before the write', async () => {
		const values = row('a', 'sent');
		await target.insert([values]);
		await source.insert([
			{ ...values, status: 'moving delivered', status_rank: STATUSES.delivered.rank },
		]);
		target.before = (access) => {
			if (access === 'update') target.edit(1, READ);
		};
		await move();
		expect(there()).toEqual(['a read']);
	});
});

describe('a conflict of deduplication keys', () => {
	const key = { deduplication_key: 'k' };

	it('is told in the message that is cancelled for the other, and leaves the key to that', async () => {
		const [theirs] = await target.insert([row('theirs', 'scheduled', key)]);
		await source.insert([row('mine', 'scheduled', key)]);
		await move();
		expect(target.row(2)).toMatchObject({
			status: 'cancelled',
			status_rank: STATUSES.cancelled.rank,
			deduplication_key: null,
			failure: `Another message has its deduplication key: ${String(theirs.schedule_id)}`,
		});
		expect(target.row(1)).toMatchObject({ ...key, failure: null });
	});

	it('cancels the one that waits in the target for one that was sent, and says for which', async () => {
		await target.insert([row('theirs', 'scheduled', key)]);
		const [mine] = await source.insert([row('mine', 'sent', key)]);
		await move();
		expect(target.row(1)).toMatchObject({
			status: 'cancelled',
			status_rank: STATUSES.cancelled.rank,
			failure: `Another message has its deduplication key: ${String(mine.schedule_id)}`,
		});
		expect(target.row(2)).toMatchObject({ status: 'sent', failure: null });
	});

	it.each(['sent', 'failed'])(
		'cancels none that the target has as %s, though the source’s was sent',
		async (status) => {
			await target.insert([row('theirs', status, key)]);
			await source.insert([row('mine', 'sent', key)]);
			expect((await move()).duplicates).toBe(0);
			expect(there()).toEqual([`theirs ${status}`, 'mine sent']);
		},
	);

	it('counts each of several messages that are cancelled', async () => {
		await target.insert([
			row('a', 'scheduled', key),
			row('b', 'scheduled', { deduplication_key: 'l' }),
			row('c', 'scheduled', { deduplication_key: 'm' }),
		]);
		await source.insert([
			row('A', 'scheduled', key),
			row('B', 'sent', { deduplication_key: 'l' }),
			row('C', 'scheduled', { deduplication_key: 'm' }),
			row('D', 'scheduled', { deduplication_key: 'n' }),
		]);
		expect(await move()).toMatchObject({ moved: 4, duplicates: 3 });
		expect(there()).toEqual([
			'a scheduled',
			'b cancelled',
			'c scheduled',
			'D scheduled',
			'A cancelled',
			'B sent',
			'C cancelled',
		]);
	});
});

it('asks the target for nothing that it need not', async () => {
	const [insert, update] = [jest.spyOn(target, 'insert'), jest.spyOn(target, 'update')];
	await source.insert([row('by hand', 'Scheduled')]);
	await move();
	expect(insert).not.toHaveBeenCalled();
	await source.insert([row('moves', 'sent')]);
	await move();
	expect(insert).toHaveBeenCalledTimes(1);
	expect(update).not.toHaveBeenCalled();
});

it('tells that there is more where others have changed what it was about to move', async () => {
	await source.insert([row('a', 'scheduled'), row('b', 'scheduled')]);
	source.before = (access) => {
		if (access === 'update') source.edit(1, { status: 'cancelled' });
	};
	expect(await move()).toMatchObject({ moved: 1, isMore: true });
	heal();
	expect(await move()).toMatchObject({ moved: 1, isMore: false });
	expect(there()).toEqual(['b scheduled', 'a cancelled']);
});

it('ends behind what it has moved where a table has exactly one batch', async () => {
	await source.insert(Array.from({ length: 500 }, (_, n) => row(`m${n}`, 'sent')));
	let asked = 0;
	const report = await moveMessages({
		source,
		target,
		paused: new Set(),
		now: START,
		isOver: () => ++asked > 1,
	});
	expect(report).toMatchObject({ moved: 500, isMore: false });
});
