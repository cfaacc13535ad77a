import type { Recipient } from './recipient';

/** For whom an entry holds: one account, all accounts of a channel, or all. */
export const SCOPES = ['account', 'whatsapp', 'sms', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * How a person came onto the list: they asked in a message (`reply`), the gateway says so (`gateway`),
 * somebody entered them (`manual`), or another list had them (`import`).
 */
export const SOURCES = ['reply', 'gateway', 'manual', 'import'] as const;
export type Source = (typeof SOURCES)[number];

/** A person who is not to be written to. */
export interface DoNotContactEntry {
	/** As {@link personOf} names them. */
	readonly person: string;
	readonly scope: Scope;
	/** Of the scope `account`; null for others. */
	readonly gateway: string | null;
	readonly account: string | null;
	readonly reason: string | null;
	readonly source: Source | null;
	/** ISO 8601, UTC; null if a person has emptied it. */
	readonly addedAt: string | null;
}

/**
 * WhatsApp's id of a person without that of their device: `212738495827364:12@lid` writes for
 * `212738495827364@lid`, and `14155238886:3@s.whatsapp.net` for that number. Anything else stays.
 */
export const withoutDevice = (address: string): string =>
	address
		.replace(/^(\d+)(?::\d+)?@lid$/i, '$1@lid')
		.replace(/^(\d+):\d+@(?=(?:s\.whatsapp\.net|c\.us)$)/i, '$1@');

/** By what the list knows a person: the phone number, or the address of whom no number is known. */
export const personOf = ({ phone, address }: Pick<Recipient, 'phone' | 'address'>): string =>
	phone ?? withoutDevice(address);

/** The failure code of a message to somebody on the list. */
export const OPTED_OUT = 'optedOut';
