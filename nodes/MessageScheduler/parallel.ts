/**
 * Maps a list with at most `limit` concurrent calls, started in the order of the list.
 *
 * @returns the results in the order of the list
 */
export async function mapInParallel<T, R>(
	list: readonly T[],
	limit: number,
	work: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
	const results = new Array<R>(list.length);
	let next = 0;
	const worker = async () => {
		while (next < list.length) {
			const index = next++;
			results[index] = await work(list[index], index);
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, list.length) }, worker));
	return results;
}
