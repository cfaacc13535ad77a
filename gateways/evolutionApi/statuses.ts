import type { Failure } from '../../messages/failure';
import type { Status } from '../../messages/status';

/** Baileys' words, and Meta's in the channel *WHATSAPP-BUSINESS* (src/api/integrations/channel). */
export const STATUS_WORDS: Readonly<Record<string, Status>> = {
	PENDING: 'queued',
	SERVER_ACK: 'sent',
	DELIVERY_ACK: 'delivered',
	READ: 'read',
	PLAYED: 'played',
	ERROR: 'failed',
	SENT: 'sent',
	DELIVERED: 'delivered',
	FAILED: 'failed',
};

/**
 * Words that updates of no status have: an edit comes as `DELETED` up to 2.3.6
 * (github.com/EvolutionAPI/evolution-api/issues/2010). What is really deleted has an event of its own.
 */
export const NO_STATUS: readonly string[] = ['DELETED', 'EDITED'];

/** From the least to the most; `ERROR` counts only where the network never had the message. */
const ORDER = [
	...['PENDING', 'ERROR', 'FAILED', 'SERVER_ACK', 'SENT'],
	...['DELIVERY_ACK', 'DELIVERED', 'READ', 'PLAYED'],
];

/**
 * The word that says how far a message has come: the server tells all that it had, in no order and without
 * times. Null where it had none.
 */
export const furthest = (words: readonly string[]): string | null =>
	words
		.filter((word) => !NO_STATUS.includes(word))
		.reduce<
			string | null
		>((best, word) => (best === null || ORDER.indexOf(word) > ORDER.indexOf(best) ? word : best), null);

/** The server drops WhatsApp's and Meta's reason (github.com/EvolutionAPI/evolution-api/issues/2642). */
const REASON =
	'WhatsApp did not accept the message; Evolution API reports no reason. WhatsApp limits messages to people who never wrote to the number';

/** The failure that a word means; null if it means none. */
export const failureOf = (word: string | null): Failure | null =>
	word === 'ERROR' || word === 'FAILED' ? { code: word, reason: REASON } : null;
