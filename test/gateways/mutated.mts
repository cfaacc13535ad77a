import fc from 'fast-check';

/** Samples in which any values, at any depth, were replaced by others. */
export function mutated(samples: readonly unknown[]): fc.Arbitrary<unknown> {
	const change = fc.record({
		step: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
		value: fc.oneof(
			fc.jsonValue(),
			fc.constantFrom(
				'__proto__',
				'constructor',
				'',
				'_',
				'true_@_',
				-1,
				1e21,
				'2025-13-45 99:99:99',
			),
		),
	});
	return fc
		.tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 5 }))
		.map(([sample, changes]) => {
			const copy = structuredClone(sample);
			for (const { step, value } of changes) replace(copy, step, value);
			return copy;
		});
}

/** Goes down as far as the steps lead, and replaces what is there. */
function replace(target: unknown, [index, ...rest]: number[], value: unknown): void {
	if (typeof target !== 'object' || target === null) return;
	const keys = Object.keys(target);
	if (keys.length === 0) return;
	const key = keys[index % keys.length];
	const object = target as Record<string, unknown>;
	if (rest.length === 0 || typeof object[key] !== 'object') object[key] = value;
	else replace(object[key], rest, value);
}
