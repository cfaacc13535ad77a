import { createDatabase, type RunSql } from '../../../stores/postgres/database';
import { SqlError } from '../../../stores/postgres/errors';
import type { Statement } from '../../../stores/postgres/statement';

/** Time that only a test moves. */
let now = 1_000;
let slept: number[] = [];
const options = {
	now: () => now,
	sleep: async (ms: number) => void slept.push(ms),
	random: () => 0.5,
};
beforeEach(() => void (slept = []));
/** A statement that returns its own text. */
const say = (text: string): Statement => ({ text, values: [] });

interface ServerOptions {
	readonly aheadMs?: number;
	before?(texts: readonly string[]): Promise<void>;
}

/** A server whose clock is `aheadMs` ahead; it keeps what it was sent. */
function server({ aheadMs = 0, before }: ServerOptions = {}) {
	const accesses: string[][] = [];
	const runSql: RunSql = async ({ text }) => {
		const texts = text.split(';\n');
		accesses.push(texts.slice(0, -1));
		await before?.(texts.slice(0, -1));
		return [...texts.slice(0, -1).map((each) => JSON.stringify(each)), String(now + aheadMs)];
	};
	return { runSql, accesses };
}

it('gathers what concurrent callers need into one access, and gives each its own', async () => {
	const { runSql, accesses } = server();
	const database = createDatabase(runSql, options);
	const results = await Promise.all([
		database.run(say('a')),
		database.runAll([say('b'), say('c')]),
		database.run(say('d')),
	]);
	expect(results).toEqual(['a', ['b', 'c'], 'd']);
	expect(accesses).toEqual([['a', 'b', 'c', 'd']]);
	expect(await database.runAll([])).toEqual([]);
});

it('keeps the fault of one caller from the others', async () => {
	const { runSql, accesses } = server({
		before: async (texts) => {
			if (texts.includes('bad')) throw new SqlError('23505', 'duplicate');
		},
	});
	const database = createDatabase(runSql, options);
	const outcomes = await Promise.allSettled(
		['a', 'bad', 'b'].map((text) => database.run(say(text))),
	);
	expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
	expect(accesses).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
});

it('runs nothing again of which nobody knows whether it was done', async () => {
	const { runSql, accesses } = server({
		before: async () => {
			throw new SqlError(null, 'Connection terminated unexpectedly');
		},
	});
	const database = createDatabase(runSql, options);
	const outcomes = await Promise.allSettled(['a', 'b'].map((text) => database.run(say(text))));
	expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
	expect(accesses).toHaveLength(1);
});

it('runs again what a deadlock undid, and gives up after some', async () => {
	let deadlocks = 3;
	const { runSql, accesses } = server({
		before: async () => {
			if (deadlocks-- > 0) throw new SqlError('40P01', 'deadlock detected');
		},
	});
	const database = createDatabase(runSql, options);
	expect(await database.run(say('a'))).toBe('a');
	expect(accesses).toHaveLength(4);
	// Each time twice as long as before.
	expect(slept).toEqual([40, 80, 160]);
	deadlocks = Infinity;
	await expect(database.run(say('b'))).rejects.toThrow('deadlock detected');
	expect(accesses).toHaveLength(9);
});

it('sends large gatherings in parts, and never part of a caller’s', async () => {
	const { runSql, accesses } = server();
	const database = createDatabase(runSql, options);
	const callers = Array.from({ length: 7 }, (_, caller) =>
		database.runAll(Array.from({ length: 200 }, (_, index) => say(`${caller}/${index}`))),
	);
	const results = await Promise.all(callers);
	expect(results.map((own) => [own.length, own[199]])).toEqual(
		results.map((_, caller) => [200, `${caller}/199`]),
	);
	expect(accesses.map(({ length }) => length)).toEqual([600, 600, 200]);
});

it('has three accesses in flight at most, and takes what came meanwhile together', async () => {
	let [inFlight, most] = [0, 0];
	const gates: Array<() => void> = [];
	const { runSql, accesses } = server({
		before: async () => {
			most = Math.max(most, ++inFlight);
			await new Promise<void>((resolve) => gates.push(resolve));
			inFlight--;
		},
	});
	const database = createDatabase(runSql, options);
	const turns = async () => await new Promise((resolve) => setImmediate(resolve));
	const all = [];
	for (const text of ['a', 'b', 'c', 'd', 'e']) {
		all.push(database.run(say(text)));
		await turns();
	}
	expect(accesses).toEqual([['a'], ['b'], ['c']]);
	while (gates.length > 0) {
		gates.shift()!();
		await turns();
	}
	expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
	expect(accesses.slice(3)).toEqual([['d', 'e']]);
	expect(most).toBe(3);
	// None of the places is lost.
	for (let n = 0; n < 5; n++) {
		const asked = database.run(say(String(n)));
		await turns();
		gates.shift()!();
		expect(await asked).toBe(String(n));
	}
});

it('goes by the server’s clock, as exactly as the quickest access has shown it', async () => {
	let tookMs = 40;
	const { runSql } = server({ aheadMs: 300_000, before: async () => void (now += tookMs / 2) });
	const database = createDatabase(async (statement) => {
		const results = await runSql(statement);
		now += tookMs / 2;
		return results;
	}, options);
	expect(database.now()).toBe(now);
	await database.run(say('a'));
	expect(database.now()).toBe(now + 300_000);
	// A slow access says less than the quick one before it.
	tookMs = 10_000;
	await database.run(say('b'));
	expect(database.now()).toBe(now + 300_000);
});

it('believes a slow access again once the quick one is long ago', async () => {
	let [aheadMs, tookMs] = [300_000, 40];
	const database = createDatabase(async () => {
		now += tookMs / 2;
		const said = String(now + aheadMs);
		now += tookMs / 2;
		return ['null', said];
	}, options);
	await database.run(say('a'));
	expect(database.now()).toBe(now + 300_000);
	// Our own clock was set an hour ahead meanwhile.
	aheadMs = -3_300_000;
	tookMs = 10_000;
	now += 1_000_000;
	await database.run(say('b'));
	expect(database.now()).toBe(now + 300_000);
	now += 10_000_000;
	await database.run(say('b'));
	expect(database.now()).toBe(now - 3_300_000);
});
