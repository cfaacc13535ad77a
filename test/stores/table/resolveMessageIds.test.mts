import { GatewayError } from '../../../gateways/transport/gatewayError';
import { STATUSES } from '../../../messages/status';
import {
	claim,
	lookUpOldest,
	lookUpRows,
	resolveMessageIds,
	type ResolveContext,
} from '../../../stores/table/resolveMessageIds';
import { connection, FakeClock, FakeGateway, iso, rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

let table: MemoryTable;
let clock: FakeClock;
let fake: FakeGateway;

beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	fake = new FakeGateway();
	fake.lookup = async (_connection, queueId) =>
		({ messageId: `named ${queueId}`, status: 'queued', failure: null }) as never;
});

const context = (): ResolveContext => ({
	gateway: fake.gateway,
	connection,
	table,
	senders: [SENDER],
	now: clock.now,
});
const resolve = async () => await resolveMessageIds(context());
const queued = (queueId: string, more = {}) =>
	rowOf(queueId, START, { status: 'queued', queue_id: queueId, sent_at: iso(START), ...more });

it('finds the ids of messages that wait in the gateway’s queue, and leaves their status', async () => {
	await table.insert([queued('q1'), queued('q2', { message_id: 'known' }), rowOf('other', START)]);
	expect(await resolve()).toBe(1);
	expect(table.row(1)).toMatchObject({ message_id: 'named q1', status: 'queued' });
	expect(table.row(2).message_id).toBe('known');
	expect(await resolve()).toBe(0);
});

it('records that one failed in the queue, and asks again for one that is still there', async () => {
	fake.lookup = async (_connection, queueId) => {
		if (queueId === 'q3') throw new GatewayError('unavailable', 'not now');
		const failure = queueId === 'q1' ? { code: null, reason: 'not on WhatsApp' } : null;
		return { messageId: null, status: failure ? 'failed' : 'queued', failure } as never;
	};
	await table.insert([queued('q1'), queued('q2'), queued('q3')]);
	expect(await resolve()).toBe(1);
	expect(table.row(1)).toMatchObject({ status: 'failed', failure: 'not on WhatsApp' });
	expect(table.statuses).toEqual(['failed', 'queued', 'queued']);
});

it('asks for one whose next time a person has emptied, and for none whose time is not there', async () => {
	await table.insert([
		queued('q1', { next_attempt_at: null }),
		queued('q2', { next_attempt_at: '' }),
		queued('q3', { next_attempt_at: iso(START + 1) }),
	]);
	expect(await resolve()).toBe(2);
	const ids = [...table.rows.values()].map(({ message_id: id }) => id);
	expect(ids).toEqual(['named q1', 'named q2', null]);
});

it('does nothing for a gateway that tells the id at once', async () => {
	await table.insert([queued('q1')]);
	fake.lookup = undefined;
	expect(await resolve()).toBe(0);
	expect(table.accesses).toEqual(['insert']);
});

it('takes over how far the message has come, where the gateway says it', async () => {
	fake.lookup = async () => ({ messageId: 'm1', status: 'delivered', failure: null }) as never;
	await table.insert([queued('q1')]);
	await resolve();
	const { rank } = STATUSES.delivered;
	expect(table.row(1)).toMatchObject({ status: 'delivered', status_rank: rank });
});

it('asks oldest first, and not behind one that still waits in the queue', async () => {
	const asked: string[] = [];
	const named = fake.lookup!;
	fake.lookup = async (link, queueId, recipient) => {
		asked.push(queueId);
		if (queueId === 'q6') return { messageId: null, status: 'queued', failure: null } as never;
		return await named(link, queueId, recipient);
	};
	// The youngest stands first in the table.
	await table.insert(
		Array.from({ length: 20 }, (_, index) =>
			queued(`q${20 - index}`, { sent_at: iso(START - index * 1_000) }),
		),
	);
	await resolve();
	expect(asked).toEqual(['q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7', 'q8', 'q9', 'q10']);
});

it('asks at most 50 times, and two runs at once not for the same', async () => {
	const asked: string[] = [];
	const named = fake.lookup!;
	fake.lookup = async (link, queueId, recipient) => {
		asked.push(queueId);
		return await named(link, queueId, recipient);
	};
	await table.insert(Array.from({ length: 120 }, (_, index) => queued(`q${index}`)));
	await Promise.all([resolve(), resolve()]);
	expect(new Set(asked).size).toBe(asked.length);
	expect(asked.length).toBe(50);
});

it('stops where the gateway cannot be asked, and asks at once when it can again', async () => {
	let requests = 0;
	const named = fake.lookup!;
	fake.lookup = async () => {
		requests++;
		throw new GatewayError('unavailable', 'down');
	};
	await table.insert(Array.from({ length: 50 }, (_, index) => queued(`q${index}`)));
	await resolve();
	expect(requests).toBe(5);
	fake.lookup = named;
	clock.ms += 6_000;
	expect(await resolve()).toBe(50);
});

it('never gives a row a second id', async () => {
	await table.insert([queued('q1')]);
	const named = fake.lookup!;
	fake.lookup = async (link, queueId, recipient) => {
		table.edit(1, { message_id: 'first', status: 'sent' });
		return await named(link, queueId, recipient);
	};
	expect(await resolve()).toBe(0);
	expect(table.row(1)).toMatchObject({ message_id: 'first', status: 'sent' });
});

it('is not held up by some that the gateway never names', async () => {
	const named = fake.lookup!;
	fake.lookup = async (link, queueId, recipient) => {
		if (queueId.startsWith('lost')) throw new GatewayError('notFound', 'no such request');
		return await named(link, queueId, recipient);
	};
	await table.insert(Array.from({ length: 120 }, (_, index) => queued(`lost ${index}`)));
	await table.insert([queued('q1')]);
	for (let minute = 1; minute <= 200 && table.row(121).message_id === null; minute++) {
		clock.ms += 60_000 + (minute % 37);
		await resolve();
	}
	expect(table.row(121).message_id).toBe('named q1');
});

it('stops asking after two days', async () => {
	await table.insert([queued('q1')]);
	clock.ms += 3 * 86_400_000;
	expect(await resolve()).toBe(0);
});

it('asks for two days to the millisecond, and for none of another account or without a queue id', async () => {
	const DAY = 86_400_000;
	await table.insert([
		queued('q1', { sent_at: iso(START - 2 * DAY) }),
		queued('q2', { sent_at: iso(START - 2 * DAY - 1) }),
		queued('q3', { account: 'account-2' }),
		queued('q4', { gateway: 'another' }),
		queued('', {}),
		queued('q6', { status: 'sent' }),
	]);
	expect(await resolve()).toBe(1);
	expect([...table.rows.values()].map(({ message_id: id }) => id)).toEqual([
		'named q1',
		...[null, null, null, null, null],
	]);
});

it('writes of one that failed without a reason that there is none', async () => {
	fake.lookup = async () => ({ messageId: 'm1', status: 'failed', failure: null }) as never;
	await table.insert([queued('q1', { failure: 'of the try before' })]);
	expect(await resolve()).toBe(1);
	expect(table.row(1)).toMatchObject({
		status: 'failed',
		status_rank: STATUSES.failed.rank,
		failure: null,
	});
});

it.each(['queued', 'scheduled', 'unknown'] as const)(
	'leaves one in the queue that the gateway says is %s, but for its id',
	async (status) => {
		fake.lookup = async () => ({ messageId: 'm1', status, failure: null }) as never;
		await table.insert([queued('q1', { status_rank: 20 })]);
		expect(await resolve()).toBe(1);
		expect(table.row(1)).toMatchObject({ message_id: 'm1', status: 'queued', status_rank: 20 });
	},
);

describe('one that the gateway does not name yet', () => {
	const SECOND = 1_000;
	const HOUR = 3_600 * SECOND;

	it.each([
		[4 * SECOND, 5 * SECOND],
		[10 * SECOND, 5 * SECOND],
		[20 * SECOND, 10 * SECOND],
		[HOUR, HOUR / 2],
		[2 * HOUR, HOUR],
		[3 * HOUR, HOUR],
	])('for %i ms is asked for again after %i ms', async (age, delay) => {
		fake.lookup = async () => ({ messageId: null, status: 'queued', failure: null }) as never;
		await table.insert([queued('q1', { sent_at: iso(START - age) })]);
		expect(await resolve()).toBe(0);
		expect(table.row(1).next_attempt_at).toBe(iso(START + delay));
	});

	it('is left as it was where the gateway cannot be asked', async () => {
		fake.lookup = async () => {
			throw new GatewayError('unauthorized', 'wrong key');
		};
		const [row] = await table.insert([queued('q1')]);
		const { changed, messageIds } = await lookUpRows(context(), [row], null);
		expect({ changed, messageIds }).toEqual({ changed: 0, messageIds: [] });
		expect(table.row(1)).toEqual(row);
	});
});

describe('executions at the same moment', () => {
	it('claim each row once, for five seconds', async () => {
		const rows = await table.insert([
			queued('q1', { next_attempt_at: iso(START) }),
			queued('q2', { next_attempt_at: iso(START + 1) }),
			queued('q3', { next_attempt_at: '' }),
			queued('q4', { message_id: 'named' }),
		]);
		expect((await claim(context(), rows)).map(({ id }) => id)).toEqual([1, 3]);
		expect(table.row(1).next_attempt_at).toBe(iso(START + 5_000));
		const now = async () =>
			await claim(
				context(),
				[1, 3].map((id) => table.row(id)),
			);
		expect(await now()).toEqual([]);
		clock.ms += 5_000;
		expect(await now()).toHaveLength(2);
	});

	it('write nothing where there is nothing to claim', async () => {
		expect(await claim(context(), [])).toEqual([]);
		expect(table.accesses).toEqual([]);
	});
});

it('stops as soon as the wanted message is found, and tells the ids that it has learnt', async () => {
	await table.insert(Array.from({ length: 20 }, (_, index) => queued(`q${index}`)));
	const found = await lookUpOldest(context(), 20, 'named q6');
	expect(found.messageIds).toEqual(Array.from({ length: 10 }, (_, n) => `named q${n}`));
	expect(found.changed).toBe(10);
	// Those behind were claimed, too.
	clock.ms += 5_000;
	expect((await lookUpOldest(context(), 3)).messageIds).toEqual([
		'named q10',
		'named q11',
		'named q12',
	]);
});
