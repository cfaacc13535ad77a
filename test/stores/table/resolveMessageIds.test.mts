import { GatewayError } from '../../../gateways/transport/gatewayError';
import { STATUSES } from '../../../messages/status';
import { resolveMessageIds } from '../../../stores/table/resolveMessageIds';
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

const resolve = async () =>
	await resolveMessageIds({
		gateway: fake.gateway,
		connection,
		table,
		senders: [SENDER],
		now: clock.now,
	});
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
