import { GatewayError } from '../../../gateways/transport/gatewayError';
import { nameQueued } from '../../../stores/table/queued';
import { connection, FakeClock, FakeGateway, iso, rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

let table: MemoryTable;
let clock: FakeClock;
let fake: FakeGateway;

beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	fake = new FakeGateway();
	fake.lookUp = async (_connection, queueId) =>
		({ messageId: `named ${queueId}`, status: 'sent', failure: null }) as never;
});

const name = async () =>
	await nameQueued({ gateway: fake.gateway, connection, table, sender: SENDER, now: clock.now });
const queued = (queueId: string, more = {}) =>
	rowOf(queueId, START, { status: 'queued', queue_id: queueId, sent_at: iso(START), ...more });

it('finds the ids of messages that wait in the gateway’s queue, and leaves their status', async () => {
	await table.insert([queued('q1'), queued('q2', { message_id: 'known' }), rowOf('other', START)]);
	expect(await name()).toBe(1);
	expect(table.row(1)).toMatchObject({ message_id: 'named q1', status: 'queued' });
	expect(table.row(2).message_id).toBe('known');
	expect(await name()).toBe(0);
});

it('records that one failed in the queue, and asks again for one that is still there', async () => {
	fake.lookUp = async (_connection, queueId) => {
		if (queueId === 'q3') throw new GatewayError('unavailable', 'not now');
		const failure = queueId === 'q1' ? { code: null, reason: 'not on WhatsApp' } : null;
		return { messageId: null, status: failure ? 'failed' : 'queued', failure } as never;
	};
	await table.insert([queued('q1'), queued('q2'), queued('q3')]);
	expect(await name()).toBe(1);
	expect(table.row(1)).toMatchObject({ status: 'failed', failure: 'not on WhatsApp' });
	expect(table.statuses).toEqual(['failed', 'queued', 'queued']);
});

it('does nothing for a gateway that tells the id at once', async () => {
	await table.insert([queued('q1')]);
	fake.lookUp = undefined;
	expect(await name()).toBe(0);
	expect(table.accesses).toEqual(['insert']);
});

it('is not held up by some that the gateway never names', async () => {
	const named = fake.lookUp!;
	fake.lookUp = async (link, queueId, recipient) => {
		if (queueId.startsWith('lost')) throw new GatewayError('notFound', 'no such request');
		return await named(link, queueId, recipient);
	};
	await table.insert(Array.from({ length: 120 }, (_, index) => queued(`lost ${index}`)));
	await table.insert([queued('q1')]);
	for (let minute = 1; minute <= 200 && table.row(121).message_id === null; minute++) {
		clock.ms += 60_000 + (minute % 37);
		await name();
	}
	expect(table.row(121).message_id).toBe('named q1');
});

it('stops asking after two days', async () => {
	await table.insert([queued('q1')]);
	clock.ms += 3 * 86_400_000;
	expect(await name()).toBe(0);
});
