/**
 * Reads the form in which n8n's REST interface gives execution data: an array whose first element
 * is the root, and in which every string inside an object is the index of the value that it stands for.
 */
export function parseFlatted(text: string): unknown {
	const entries = JSON.parse(text) as unknown[];
	const revived = new Map<number, unknown>();
	const resolve = (reference: unknown): unknown =>
		typeof reference === 'string' ? revive(Number(reference)) : reference;
	function revive(index: number): unknown {
		if (revived.has(index)) return revived.get(index);
		const entry = entries[index];
		if (typeof entry !== 'object' || entry === null) return entry;
		const value: Record<string, unknown> | unknown[] = Array.isArray(entry) ? [] : {};
		// Before its content: the content may point back to it.
		revived.set(index, value);
		for (const [key, reference] of Object.entries(entry)) {
			(value as Record<string, unknown>)[key] = resolve(reference);
		}
		return value;
	}
	return revive(0);
}
