/** The form of a value: keys in their order, and types. `[text]` is a list of texts. */
export const shapeOf = (value: unknown): unknown => {
	if (value === null) return 'null';
	if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
	if (typeof value !== 'object') return typeof value;
	// As pairs, because the order of the keys counts.
	return Object.entries(value).map(([key, each]) => [key, shapeOf(each)]);
};

/** Fails unless both have the same keys, in the same order, with the same types. */
export const expectSameShape = (actual: unknown, sample: unknown) =>
	expect(shapeOf(actual)).toEqual(shapeOf(sample));

/** An instant so many milliseconds from now, as ISO 8601 in UTC. */
export const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
