import { describeAddress, type Recipient } from '../../messages/recipient';

/** Channels, the status of the day, and broadcast lists: not written to the account. */
const NOBODY = /@(newsletter|broadcast)$/;

/** Whether a chat is one in which persons write to the account. */
export const isChat = (address: string | null): boolean =>
	address === null || !NOBODY.test(address);

/**
 * The person behind several addresses: by the phone number where one of them has it, since WhatsApp may name a
 * person by a LID.
 *
 * @param addresses those that the gateway tells of the person, the usual one first
 */
export function personOf(...addresses: ReadonlyArray<string | null>): {
	readonly from: Recipient | null;
	readonly fromLid: string | null;
} {
	const told = addresses.map((each) => describeAddress(each)).filter((each) => each !== null);
	return {
		from: told.find(({ phone }) => phone !== null) ?? told[0] ?? null,
		fromLid: told.find(({ kind }) => kind === 'lid')?.address ?? null,
	};
}
