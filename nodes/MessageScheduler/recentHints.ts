/** How long cached hints are shown again. */
const CACHE_TTL_MS = 5 * 60_000;
const MAX_CACHED = 1_000;

interface Found {
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly messages: readonly string[];
}

const found = new Map<string, Found>();

/**
 * Shows hints that cost an access to a table. Since the node may run every few seconds, each process
 * looks once in five minutes, and shows the cached hints in between.
 *
 * @param key what the hints are about
 * @param now milliseconds since 1970
 * @param look finds the hints and passes each to its argument
 */
export async function giveRecent(
	key: string,
	now: number,
	look: (hint: (message: string) => void) => Promise<void>,
	hint: (message: string) => void,
): Promise<void> {
	const known = found.get(key);
	if (known === undefined || now - known.at >= CACHE_TTL_MS) {
		const messages: string[] = [];
		await look((message) => messages.push(message));
		if (found.size >= MAX_CACHED) found.clear();
		found.set(key, { at: now, messages });
	}
	for (const message of found.get(key)!.messages) hint(message);
}
