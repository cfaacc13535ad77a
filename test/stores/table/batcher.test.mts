import { Batcher } from '../../../stores/table/batcher';

const later = async () => await new Promise<void>((resolve) => setTimeout(resolve, 1));

it('writes what is wished for in one turn together, and answers each wish with its own result', async () => {
	const batches: number[][] = [];
	const batcher = new Batcher<number, string>(async (wishes) => {
		batches.push(wishes);
		return wishes.map((wish) => `result ${wish}`);
	}, 10);
	const results = await Promise.all([1, 2, 3].map(async (wish) => await batcher.add(wish)));
	expect(results).toEqual(['result 1', 'result 2', 'result 3']);
	expect(batches).toEqual([[1, 2, 3]]);
});

it('gathers the next batch while one is written, never two at once, none too large, all in order', async () => {
	const batches: number[][] = [];
	let writing = 0;
	const batcher = new Batcher<number, number>(async (wishes) => {
		expect(++writing).toBe(1);
		batches.push(wishes);
		await later();
		writing--;
		return wishes;
	}, 3);
	const first = batcher.add(0);
	await Promise.resolve();
	await Promise.resolve();
	const rest = [1, 2, 3, 4, 5, 6, 7].map(async (wish) => await batcher.add(wish));
	expect(await Promise.all([first, ...rest])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	expect(batches).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]]);
});

it('tells a failure to those of that batch only, and goes on', async () => {
	const batcher = new Batcher<number, number>(async (wishes) => {
		await later();
		if (wishes.includes(2)) throw new Error('no');
		return wishes;
	}, 2);
	const outcomes = await Promise.allSettled(
		[1, 2, 3, 4, 5].map(async (wish) => await batcher.add(wish)),
	);
	expect(outcomes.map(({ status }) => status)).toEqual([
		'rejected',
		'rejected',
		'fulfilled',
		'fulfilled',
		'fulfilled',
	]);
	await expect(batcher.add(6)).resolves.toBe(6);
});

it('begins anew after it has been idle', async () => {
	const batcher = new Batcher<number, number>(async (wishes) => wishes, 2);
	expect(await batcher.add(1)).toBe(1);
	await later();
	expect(await batcher.add(2)).toBe(2);
});
