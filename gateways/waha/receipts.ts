import { describeAddress } from '../../messages/recipient';
import type { Status } from '../../messages/status';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';

/** One person's receipt of a message in a group. */
export interface Receipt {
	readonly status: Status;
	readonly viewer: string | null;
	readonly occurredAt: string | null;
}

/** The times of a receipt (Baileys' `MessageUserReceipt`, in seconds), the latest stage first. */
const STAGES: ReadonlyArray<readonly [key: string, status: Status]> = [
	['playedTimestamp', 'played'],
	['readTimestamp', 'read'],
	// The payload calls it SERVER; the vendor's page on NOWEB, "User receipt", calls it delivered.
	['receiptTimestamp', 'delivered'],
];

/** The receipt in an acknowledgement of NOWEB (`_data.receipt`); null where there is none. */
export function receiptOf(payload: JsonObject): Receipt | null {
	const receipt = objectAt(objectAt(payload, '_data'), 'receipt');
	if (!isObject(receipt)) return null;
	for (const [key, status] of STAGES) {
		const occurredAt = unixInstantAt(receipt, key);
		if (occurredAt === null) continue;
		const viewer = textAt(receipt, 'userJid');
		return { status, viewer: viewer === null ? null : asChatId(viewer), occurredAt };
	}
	return null;
}

/** `…@s.whatsapp.net` is internal; WAHA itself shows it as `…@c.us`. */
const asChatId = (jid: string): string => {
	const phone = describeAddress(jid)?.phone ?? null;
	return phone === null ? jid : `${phone.slice(1)}@c.us`;
};
