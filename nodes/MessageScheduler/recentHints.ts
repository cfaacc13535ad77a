/** So long a hint is given again as it was found. */
const GIVEN_FOR_MS = 5 * 60_000;
const MAX_KEPT = 1_000;

interface Found {
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly messages: readonly string[];
}

const found = new Map<string, Found>();

/**
 * Gives hints whose look costs an access to a table, of a node that runs every few seconds: one process
 * looks once in five minutes, and in between gives what it has found.
 *
 * @param key what the hints are about
 * @param now milliseconds since 1970
 * @param look finds the hints and gives each to its argument
 */
export async function giveRecent(
	key: string,
	now: number,
	look: (hint: (message: string) => void) => Promise<void>,
	hint: (message: string) => void,
): Promise<void> {
	const known = found.get(key);
	if (known === undefined || now - known.at >= GIVEN_FOR_MS) {
		const messages: string[] = [];
		await look((message) => messages.push(message));
		if (found.size >= MAX_KEPT) found.clear();
		found.set(key, { at: now, messages });
	}
	for (const message of found.get(key)!.messages) hint(message);
}
