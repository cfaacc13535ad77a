/**
 * The Levenshtein distance of two words.
 *
 * @param most `Infinity` is returned if the lengths alone show a larger distance
 */
export function distanceWithin(a: string, b: string, most: number): number {
	if (Math.abs(a.length - b.length) > most) return Infinity;

	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
			row.push(Math.min(substitution, previous[j] + 1, row[j - 1] + 1));
		}
		previous = row;
	}
	return previous[b.length];
}

/** Letters of a name that may differ, beside one in five of a long one. */
const FEW = 2;

/**
 * The name that was probably meant, in any case, with spaces, dots or hyphens for `_`.
 *
 * @returns undefined if none is near, or if too few letters are left to compare
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
	const plain = (name: string) => name.toLowerCase().replace(/[\s.-]+/g, '_');
	const wanted = plain(given);
	const most = Math.max(FEW, Math.floor(wanted.length / 5));
	const near = names
		.map((name) => ({ name, distance: distanceWithin(wanted, plain(name), most) }))
		.filter(({ distance }) => distance <= Math.min(most, Math.floor(wanted.length / 2)))
		.sort((one, other) => one.distance - other.distance);
	return near[0]?.name;
}
