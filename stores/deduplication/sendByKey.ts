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
	/** Tells one item from all others, on each of its attempts. */
	readonly owner: string;
	readonly ifExists: 'return' | 'reject';
	/** What is noted right before the request. */
	readonly attempt: UnresolvedAttempt;
	/** Sends it. @throws GatewayError; with `outcomeUnknown` where it may have gone out */
	send(): Promise<SentMessage>;
}

/**
 * Sends a message once for its deduplication key. A request whose outcome is unknown is never repeated,
 * by no execution: a gateway that has just sent cannot be asked for it.
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
