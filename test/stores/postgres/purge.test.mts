import type { Database } from '../../../stores/postgres/database';
import { purgeMessages } from '../../../stores/postgres/purge';
import { storeTables } from '../../../stores/postgres/schema';
import type { Statement } from '../../../stores/postgres/statement';

const { messages } = storeTables({ schema: 'public', table: 'messages' });

/** A server whose batches take as long as is told; each says what it removed and where it ended. */
function server(
	batches: ReadonlyArray<readonly [tookMs: number, removed: number, last: number | null]>,
) {
	let now = 0;
	const accesses: Array<readonly Statement[]> = [];
	const database: Database = {
		run: async () => await Promise.reject(new Error('not asked for')),
		runAll: async (statements) => {
			const [tookMs, removed, last] = batches[accesses.length];
			accesses.push(statements);
			now += Number(statements[0].values[0]) * 1_000 + tookMs;
			return [null, { removed, last }];
		},
		now: () => now,
	};
	return { database, accesses };
}

it('goes on behind the last row of each batch, until there is none', async () => {
	const { database, accesses } = server([
		[100, 20_000, 20_000],
		[100, 0, 41_000],
		[100, 7, 41_007],
		[1, 0, null],
	]);
	expect(await purgeMessages(database, messages, '2026-01-01T00:00:00.000Z')).toBe(20_007);
	expect(accesses.map(([, { values }]) => values[0])).toEqual([0, 20_000, 41_000, 41_007]);
	for (const [, { values }] of accesses) expect(values[1]).toBe('2026-01-01T00:00:00.000Z');
});

it('rests for four times as long as a batch took, at most five seconds, and before none', async () => {
	const { database, accesses } = server([
		[100, 1, 1],
		[300, 1, 2],
		[2_000, 1, 3],
		[50, 1, 4],
		[0, 0, null],
	]);
	await purgeMessages(database, messages, '2026-01-01T00:00:00.000Z');
	expect(accesses.map(([{ values }]) => values[0])).toEqual([0, 0.4, 1.2, 5, 0.2]);
});

it('rests not at all where the clock went back', async () => {
	const { database, accesses } = server([
		[-5_000, 1, 1],
		[0, 0, null],
	]);
	await purgeMessages(database, messages, '2026-01-01T00:00:00.000Z');
	expect(accesses.map(([{ values }]) => values[0])).toEqual([0, 0]);
});
