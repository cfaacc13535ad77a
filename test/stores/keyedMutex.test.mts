import fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import { KeyedMutex } from '../../stores/keyedMutex';

describe('work of one key', () => {
	const pending = (mutex: KeyedMutex) =>
		(mutex as unknown as { queues: Map<string, unknown> }).queues;

	it('goes one after the other in the order of the calls, other keys beside it', async () => {
		const mutex = new KeyedMutex();
		const log: string[] = [];
		const work = async (key: string, name: string, turns: number) =>
			await mutex.runExclusive(key, async () => {
				log.push(`${name} begins`);
				for (let turn = 0; turn < turns; turn++) await setImmediate();
				log.push(`${name} ends`);
				return name;
			});
		const results = await Promise.all([
			work('x', 'x1', 9),
			work('x', 'x2', 1),
			work('y', 'y1', 1),
			work('x', 'x3', 1),
		]);
		expect(results).toEqual(['x1', 'x2', 'y1', 'x3']);
		expect(log.filter((line) => line.startsWith('x'))).toEqual([
			'x1 begins',
			'x1 ends',
			'x2 begins',
			'x2 ends',
			'x3 begins',
			'x3 ends',
		]);
		expect(log.indexOf('y1 ends')).toBeLessThan(log.indexOf('x1 ends'));
	});

	it('goes on after work that rejects or throws, and tells the failure to its caller only', async () => {
		const mutex = new KeyedMutex();
		const unhandled = jest.fn();
		process.on('unhandledRejection', unhandled);
		const outcomes = await Promise.allSettled([
			mutex.runExclusive('x', async () => await Promise.reject(new Error('first'))),
			mutex.runExclusive('x', () => {
				throw new Error('second');
			}),
			mutex.runExclusive('x', async () => 'third'),
		]);
		await setImmediate();
		process.off('unhandledRejection', unhandled);
		expect(outcomes).toEqual([
			{ status: 'rejected', reason: new Error('first') },
			{ status: 'rejected', reason: new Error('second') },
			{ status: 'fulfilled', value: 'third' },
		]);
		expect(unhandled).not.toHaveBeenCalled();
	});

	it('leaves nothing behind, and never overlaps, in any course of things', async () => {
		const job = fc.record({
			key: fc.constantFrom('x', 'y', 'z'),
			turns: fc.nat(3),
			fails: fc.boolean(),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(job, { maxLength: 12 }), async (jobs) => {
				const mutex = new KeyedMutex();
				const busy = new Set<string>();
				const done: number[] = [];
				const work = jobs.map(
					async ({ key, turns, fails }, index) =>
						await mutex.runExclusive(key, async () => {
							expect(busy.has(key)).toBe(false);
							busy.add(key);
							for (let turn = 0; turn < turns; turn++) await setImmediate();
							busy.delete(key);
							done.push(index);
							if (fails) throw new Error('no');
							return index;
						}),
				);
				const outcomes = await Promise.allSettled(work);
				expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(
					jobs.map(({ fails }) => fails),
				);
				for (const key of ['x', 'y', 'z']) {
					const mine = done.filter((index) => jobs[index].key === key);
					expect(mine).toEqual([...mine].sort((a, b) => a - b));
				}
				expect(pending(mutex).size).toBe(0);
			}),
		);
	});
});
