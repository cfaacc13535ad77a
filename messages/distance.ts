/**
 * How many letters have to be changed, added or taken away to make one word of the other (Levenshtein).
 *
 * @param most what is farther is `Infinity`, where the lengths alone tell it
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

/** So many letters of a name may differ, beside one in five of a long one. */
const FEW = 2;

/**
 * The name that was probably meant, in whatever case, with spaces, dots or hyphens for `_`.
 *
 * @returns undefined where none is near, or where too few letters would be left to compare
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
