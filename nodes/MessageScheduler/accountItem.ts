import type { IDataObject } from 'n8n-workflow';
import type { AccountRecord } from '../../stores/dispatcher/queue';
import { pauseEnd } from '../../stores/table/accounts';
import { isSending } from '../../stores/table/pause';
import type { Sender } from '../../stores/table/rows';

/** The account of a credential as an item. `now`: milliseconds since 1970. */
export function accountItem(record: AccountRecord, sender: Sender, now: number): IDataObject {
	const { manualPause, leaseUntil } = record;
	const paused = manualPause !== null && manualPause.until > now;
	const isBusy = isSending(record, now);
	return {
		gateway: sender.gateway,
		account: sender.account,
		credential: sender.credential,
		paused,
		pausedUntil: paused ? pauseEnd(manualPause.until) : null,
		note: paused ? manualPause.note : null,
		isSending: isBusy,
		leaseUntil: isBusy ? new Date(leaseUntil).toISOString() : null,
	};
}
