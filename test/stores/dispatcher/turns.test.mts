import type {
	AccountState,
	Beside,
	DispatchQueue,
	Step,
	TurnOutcome,
	WholeTurns,
} from '../../../stores/dispatcher/queue';
import type { Values } from '../../../stores/table/columns';
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

	it.each<Values>([
		{ status: 'expired', failure: 'too late' },
		{ claim_token: 'moved', failure: 'moved' },
		{ failure: 'a note' },
	])('does not hide a step that leaves status or token as they are: %j', async (values) => {
		failing = (access) => (access === 1 ? how : null);
		const step = { id: 1, ifStatus: 'scheduled', ifToken: '', values };
		expect(await turns.step(step)).toMatchObject(values);
		expect(accesses).toBeLessThanOrEqual(3);
	});

	it('does not make a step seem done that never was', async () => {
		failing = (access) => (access === 1 ? how : null);
		table.edit(1, { status: 'cancelled' });
		expect(await turns.step(start(1))).toBeNull();
		expect(table.statuses).toEqual(['cancelled', 'scheduled', 'scheduled']);
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
	const rig = ({ accessMs = 100 } = {}) => {
		const time = new VirtualTime(START);
		const { now, sleep } = time;
		const batches: string[][] = [];
		const queue = queueOn(table);
		const turns = new Turns({
			queue: {
				...queue,
				turn: async (steps) => {
					batches.push(steps.map(({ id, values }) => `${String(values.status)} ${id}`));
					await sleep(accessMs);
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

	it.each([
		['half as long as the last access took', 100, 50],
		['and no longer than a quarter of a second', 4_000, 250],
	])('waits %s', async (_, accessMs, waitMs) => {
		const { time, sleep, turns } = rig({ accessMs });
		void turns.step(start(1));
		void turns.step(start(2));
		await time.runUntil(START + accessMs);
		let writtenAt = 0;
		void sleep(10).then(async () => {
			await turns.step(start(3));
			writtenAt = time.now();
		});
		await time.runUntil(START + 10 * accessMs);
		expect(writtenAt - START).toBe(accessMs + 10 + waitMs + accessMs);
	});

	it('is a hundred steps at most', async () => {
		const { time, batches, turns } = rig();
		await table.insert(Array.from({ length: 250 }, (_, i) => rowOf(`m${i}`, START)));
		const all = Promise.all(Array.from({ length: 250 }, (_, i) => turns.step(start(4 + i))));
		await time.runUntil(START + 10_000);
		expect((await all).every((row) => row?.status === 'sending')).toBe(true);
		expect(Math.max(...batches.map(({ length }) => length))).toBe(100);
		expect(batches.length).toBeLessThanOrEqual(4);
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

it('writes a result that was not written again after one second, three and nine', async () => {
	await turns.step(start(1));
	const tries: number[] = [];
	failing = () => {
		tries.push((clock.ms - START) / 1_000);
		return 'before';
	};
	turns.result(sent(1), []);
	await expect(turns.flush()).rejects.toThrow('before');
	// Each together with others first, and then alone.
	expect([...new Set(tries)]).toEqual([0, 1, 4, 13]);
});

it('keeps the first error, and starts nothing after it', async () => {
	await turns.step(start(1));
	await turns.step(start(2));
	let down = 'the first';
	const failingTurns = new Turns({
		queue: { ...queueOn(table, [SENDER]), turn: async () => await Promise.reject(new Error(down)) },
		sleep: clock.sleep,
		now: clock.now,
	});
	failingTurns.result(sent(1), []);
	await expect(failingTurns.flush()).rejects.toThrow('the first');
	down = 'the second';
	failingTurns.result(sent(2), []);
	await expect(failingTurns.flush()).rejects.toThrow('the first');
	await expect(failingTurns.step(start(3))).rejects.toThrow('the first');
});

it('tries the states of a row one after the other, until it is in one of them', async () => {
	await turns.step(start(1));
	table.edit(1, { status: 'cancelled' });
	accesses = 0;
	turns.result(sent(1), ['unconfirmed', 'cancelled', 'scheduled']);
	await turns.flush();
	expect(table.row(1).status).toBe('sent');
	expect(accesses).toBe(3);
});

describe('Do Not Contact', () => {
	const listed = jest.fn(
		async (people: readonly string[]): Promise<ReadonlySet<string>> =>
			new Set(people.filter((person) => person === '+1')),
	);
	const turnsWith = (more: Partial<DispatchQueue>) =>
		new Turns({ queue: { ...queueOn(table, [SENDER]), ...more }, ...time() });
	const time = () => ({ sleep: clock.sleep, now: clock.now });
	beforeEach(() => void listed.mockClear());

	it('is asked about who gets what starts, and knows it until there is a result', async () => {
		const asking = turnsWith({ listed });
		await Promise.all([
			asking.step({ ...start(1), person: '+1' }),
			asking.step({ ...start(2), person: '+2' }),
			asking.step({ ...start(3), person: null }),
		]);
		expect(listed.mock.calls).toEqual([[['+1', '+2']]]);
		expect([1, 2, 3].map((id) => asking.isOptedOut(id))).toEqual([true, false, false]);
		asking.result(sent(1), []);
		expect(asking.isOptedOut(1)).toBe(false);
		await asking.flush();
	});

	it('is not asked where nobody is named', async () => {
		const asking = turnsWith({ listed });
		await asking.step({ ...start(1), person: null });
		await asking.step(start(2));
		expect(listed).not.toHaveBeenCalled();
	});

	it('names nobody where there is none', async () => {
		const asking = turnsWith({ listed: undefined });
		await asking.step({ ...start(1), person: '+1' });
		expect(asking.isOptedOut(1)).toBe(false);
		expect(table.row(1).status).toBe('sending');
	});

	it('that cannot be read is an error of the step', async () => {
		const asking = turnsWith({
			listed: async () => await Promise.reject(new Error('cannot be read')),
		});
		await expect(asking.step({ ...start(1), person: '+1' })).rejects.toThrow('cannot be read');
	});
});

describe('turns that do everything together', () => {
	const asked: Beside = {
		lease: { holder: TOKEN, until: START + 90_000, state: {} as AccountState },
		due: null,
	};
	/** Accesses of 100 ms that take three messages each. */
	const rig = () => {
		const time = new VirtualTime(START);
		const { now, sleep } = time;
		const batches: string[][] = [];
		const taken: TurnOutcome[] = [];
		const queue = queueOn(table);
		const whole: WholeTurns = {
			maxMessages: 3,
			turn: async (steps, beside) => {
				expect(beside).toBe(asked);
				batches.push(steps.map(({ id, values }) => `${String(values.status)} ${id}`));
				await sleep(100);
				const rows = await queue.turn(steps);
				return { rows, record: null, due: [], listed: new Set(['+1']) };
			},
		};
		const turns = new Turns(
			{ queue: { ...queue, whole }, now, sleep },
			{
				ask: () => asked,
				take: (of, outcome) => {
					expect(of).toBe(asked);
					taken.push(outcome);
				},
			},
		);
		return { time, now, sleep, batches, taken, turns };
	};

	it('hand on what came of them, and know who is on Do Not Contact', async () => {
		const { taken, turns, time } = rig();
		const started = turns.step({ ...start(1), person: '+1' });
		await time.runUntil(START + 1_000);
		expect(await started).toMatchObject({ status: 'sending' });
		expect(taken).toHaveLength(1);
		expect(taken[0].rows).toMatchObject([{ id: 1, status: 'sending' }]);
		expect([turns.isOptedOut(1), turns.isOptedOut(2)]).toEqual([true, false]);
	});

	it('take the results and the starts of as many messages as they say', async () => {
		const { batches, turns, time } = rig();
		await table.insert(Array.from({ length: 10 }, (_, i) => rowOf(`m${i}`, START)));
		const all = Promise.all(Array.from({ length: 10 }, (_, i) => turns.step(start(4 + i))));
		await time.runUntil(START + 10_000);
		await all;
		expect(Math.max(...batches.map(({ length }) => length))).toBe(6);
	});

	it('wait for results as long as an access takes', async () => {
		const { now, sleep, turns, time } = rig();
		void turns.step(start(1));
		void turns.step(start(2));
		await time.runUntil(START + 100);
		let writtenAt = 0;
		void sleep(10).then(async () => {
			await turns.step(start(3));
			writtenAt = now();
		});
		await time.runUntil(START + 10_000);
		expect(writtenAt - START).toBe(100 + 10 + 100 + 100);
	});
});
