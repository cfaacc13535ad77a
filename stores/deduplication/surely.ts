import { settle } from '../../messages/settle';

/** Milliseconds between attempts to note what was made. */
const DELAYS_MS = [200, 1_000, 3_000];

/**
 * Notes what was made, with retries. Never throws: the message is there, and a table that cannot be
 * reached must not make it look as if it were not; who finds the row unfinished looks for the message.
 */
export async function surely(
	write: () => Promise<void>,
	sleep: (ms: number) => Promise<void>,
): Promise<void> {
	for (const delay of [...DELAYS_MS, null]) {
		const outcome = await settle(write());
		if (outcome.ok || delay === null) return;
		await sleep(delay);
	}
}
