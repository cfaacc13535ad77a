import { settle } from '../../messages/settle';

/** Milliseconds between attempts to record a created message. */
const DELAYS_MS = [200, 1_000, 3_000];

/**
 * Records a created message, with retries. Never throws: the message exists, and an unreachable table must
 * not make it look otherwise; whoever finds the row unfinished checks for the message.
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
