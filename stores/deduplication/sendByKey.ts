import { isOutcomeUnknown } from '../../gateways/transport/gatewayError';
import type { SentMessage } from '../../messages/sentMessage';
import { settle } from '../../messages/settle';
import type { UnresolvedAttempt } from '../store';
import { acquire, begin, type Waiting } from './acquire';
import { keyIsUsed } from './keyIsUsed';
import type { KeyLedger } from './keyTable';
import { surely } from './surely';

export interface SendByKey extends Waiting {
	readonly ledger: KeyLedger;
	/** Identifies one item, on each of its attempts. */
	readonly owner: string;
	readonly ifExists: 'return' | 'reject';
	/** What is recorded right before the request. */
	readonly attempt: UnresolvedAttempt;
	/** Sends it. @throws GatewayError; with `outcomeUnknown` if it may have been sent */
	send(): Promise<SentMessage>;
}

/**
 * Sends a message at most once for its deduplication key. No execution repeats a request whose outcome is
 * unknown, since a gateway cannot be asked for a message that it has just sent.
 */
export async function sendByKey(key: string, by: SendByKey): Promise<SentMessage> {
	const { ledger, owner, ifExists, attempt, send, sleep } = by;
	for (;;) {
		const { is, record } = await acquire(ledger, key, owner, by, { shouldRetry: false });
		if (is === 'done') {
			const result = { ...(record.result as SentMessage), raw: null };
			if (ifExists === 'reject' && record.owner !== owner) {
				throw keyIsUsed(key, { status: result.status, scheduledAt: '' });
			}
			return result;
		}
		const row = await begin(ledger, record, owner, attempt);
		if (row === null) continue;
		const outcome = await settle(send());
		if (outcome.ok) {
			await surely(async () => await ledger.finish(row, outcome.value), sleep);
			return outcome.value;
		}
		const { error } = outcome;
		const isOpen = isOutcomeUnknown(error);
		if (!isOpen) await surely(async () => await ledger.remove(row), sleep);
		throw error;
	}
}
