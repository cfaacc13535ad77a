import type { Step } from '../../../stores/dispatcher/queue';
import { accepted, released, started } from '../../../stores/dispatcher/transitions';
import { Turns } from '../../../stores/dispatcher/turns';
import type { SentMessage } from '../../../messages/sentMessage';
import { FakeClock, rowOf, SENDER, START, queueOn } from '../table/fakes.mts';
import { VirtualTime } from './virtualTime.mts';
import { MemoryTable } from '../table/memoryTable.mts';

const TOKEN = 'token-1';
let table: MemoryTable;
let clock: FakeClock;
let turns: Turns;
let accesses: number;
/** Whether an access fails, by its number from 1, before or after its effect. */
let failing: (access: number, steps: readonly Step[]) => 'before' | 'after' | null;

beforeEach(async () => {
	table = new MemoryTable();
	clock = new FakeClock();
	accesses = 0;
	failing = () => null;
	const queue = queueOn(table, [SENDER]);
	turns = new Turns({
		queue: {
			...queue,
			turn: async (steps) => {
				const how = failing(++accesses, steps);
				if (how === 'before') throw new Error('before');
				const rows = await queue.turn(steps);
				if (how === 'after') throw new Error('after');
				return rows;
			},
		},
		sleep: async (ms) => {
			await clock.sleep(ms);
			await new Promise((resolve) => setImmediate(resolve));
		},
		now: () => clock.now(),
	});
	await table.insert(['a', 'b', 'c'].map((text) => rowOf(text, START)));
});

const start = (id: number): Step => ({
	id,
	ifStatus: 'scheduled',
	ifToken: '',
	values: started(TOKEN, START),
});
const sent = (id: number): Step => ({
	id,
	ifStatus: 'sending',
	ifToken: TOKEN,
	values: accepted(
		{ messageId: `m${id}`, queueId: null, status: 'sent', acceptedAt: null } as SentMessage,
		1,
		START,
	),
});

it('makes steps that come together in one access, in their order', async () => {
	await turns.step(start(1));
	accesses = 0;
	turns.result(sent(1), []);
	const [b, c] = await Promise.all([turns.step(start(2)), turns.step(start(3))]);
	expect([b?.status, c?.status]).toEqual(['sending', 'sending']);
	expect(table.statuses).toEqual(['sent', 'sending', 'sending']);
	expect(accesses).toBeLessThanOrEqual(2);
});

it('gives null for a row that is in another state, or another’s', async () => {
	expect(await turns.step({ ...start(1), ifToken: 'other' })).toBeNull();
	table.edit(1, { status: 'cancelled' });
	expect(await turns.step(start(1))).toBeNull();
});

describe.each(['before', 'after'] as const)('an access that fails %s its effect', (how) => {
	it('is made again alone, and a start counts as made once', async () => {
		failing = (access) => (access === 1 ? how : null);
		expect(await turns.step(start(1))).toMatchObject({ status: 'sending', claim_token: TOKEN });
		expect(table.row(1)).toMatchObject({ status: 'sending', claim_token: TOKEN });
	});

	it('does not hide a step that ended a row', async () => {
		failing = (access) => (access === 1 ? how : null);
		const values = { status: 'expired', claim_token: '', failure: 'too late' };
		const step = { id: 1, ifStatus: 'scheduled', ifToken: '', values };
		expect(await turns.step(step)).toMatchObject({ status: 'expired' });
	});

	it('does not lose what became of a message', async () => {
		await turns.step(start(1));
		accesses = 0;
		failing = (access) => (access <= 4 ? how : null);
		turns.result(sent(1), []);
		await turns.flush();
		expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'm1' });
		expect(clock.ms - START).toBeLessThanOrEqual(13_000);
	});
});

it('starts nothing while what became of an earlier one is not written', async () => {
	await turns.step(start(1));
	let isDown = true;
	failing = (_, steps) => (isDown && steps.some(({ id }) => id === 1) ? 'before' : null);
	turns.result(sent(1), []);
	// Until it has failed, and waits for its next try.
	while (clock.ms === START) await new Promise((resolve) => setImmediate(resolve));
	const next = turns.step(start(2));
	await Promise.resolve();
	expect(table.statuses).toEqual(['sending', 'scheduled', 'scheduled']);
	isDown = false;
	await next;
	expect(table.statuses).toEqual(['sent', 'sending', 'scheduled']);
});

it('gives up after a while, says so, and starts nothing any more', async () => {
	await turns.step(start(1));
	failing = (_, steps) => (steps.some(({ id }) => id === 1) ? 'before' : null);
	turns.result(sent(1), []);
	await expect(turns.flush()).rejects.toThrow('before');
	await expect(turns.step(start(2))).rejects.toThrow('before');
	expect(table.statuses).toEqual(['sending', 'scheduled', 'scheduled']);
});

it.each(['unconfirmed', 'cancelled', 'scheduled'])(
	'writes over %s what it knows to be so, while the token is its own',
	async (status) => {
		const states = ['unconfirmed', 'scheduled', 'cancelled'];
		await turns.step(start(1));
		await turns.step(start(2));
		table.edit(1, { status });
		table.edit(2, { status, claim_token: 'another run' });
		turns.result(sent(1), states);
		turns.result(sent(2), states);
		await turns.flush();
		expect(table.statuses.slice(0, 2)).toEqual(['sent', status]);
	},
);

it('writes in its order also what is given back and started again at once', async () => {
	await turns.step(start(1));
	turns.result({ id: 1, ifStatus: 'sending', ifToken: TOKEN, values: released() }, []);
	expect(await turns.step(start(1))).toMatchObject({ status: 'sending' });
});

describe('what is gathered', () => {
	/** Accesses of 100 ms each, and requests that take so long. */
	const rig = () => {
		const time = new VirtualTime(START);
		const { now, sleep } = time;
		const batches: string[][] = [];
		const queue = queueOn(table);
		const turns = new Turns({
			queue: {
				...queue,
				turn: async (steps) => {
					batches.push(steps.map(({ id, values }) => `${String(values.status)} ${id}`));
					await sleep(100);
					return await queue.turn(steps);
				},
			},
			now,
			sleep,
		});
		return { time, sleep, batches, turns };
	};

	it('is the results of the requests in flight, then the next starts, as one change of the table', async () => {
		const { time, sleep, batches, turns } = rig();
		const changes: number[] = [];
		const update = table.update.bind(table);
		table.update = async (all) => {
			changes.push(all.length);
			return await update(all);
		};
		await table.insert(['d'].map((text) => rowOf(text, START)));
		const send = async (id: number, ms: number, next?: number) => {
			await turns.step(start(id));
			await sleep(ms);
			turns.result(sent(id), []);
			// The place that has come free is taken, at another moment.
			if (next !== undefined)
				await turns.step({ ...start(next), values: started(TOKEN, time.now()) });
		};
		const running = Promise.all([send(1, 20, 4), send(2, 45, 3)]);
		await time.runUntil(START + 10_000);
		await running;
		expect(batches).toEqual([
			['sending 1', 'sending 2'],
			['sent 1', 'sent 2', 'sending 3', 'sending 4'],
		]);
		expect(changes).toEqual([1, 3]);
		expect(table.row(3).send_started_at).toBe(table.row(4).send_started_at);
	});

	it('does not wait long for a request that takes its time', async () => {
		const { time, sleep, batches, turns } = rig();
		const send = async (id: number, ms: number) => {
			await turns.step(start(id));
			await sleep(ms);
			turns.result(sent(id), []);
		};
		const running = Promise.all([send(1, 20), send(2, 5_000)]);
		await time.runUntil(START + 100 + 20 + 50 + 100);
		expect(table.row(1).status).toBe('sent');
		await time.runUntil(START + 10_000);
		await running;
		expect(batches).toEqual([['sending 1', 'sending 2'], ['sent 1'], ['sent 2']]);
	});

	it('does not wait for the result of a row whose own step is here', async () => {
		const { time, turns } = rig();
		const again = async () => {
			await turns.step(start(1));
			await turns.step({
				id: 1,
				ifStatus: 'sending',
				ifToken: TOKEN,
				values: started(TOKEN, START),
			});
			return time.now();
		};
		const running = again();
		await time.runUntil(START + 10_000);
		expect((await running) - START).toBeLessThan(205);
	});
});
