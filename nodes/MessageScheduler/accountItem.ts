import type { IDataObject } from 'n8n-workflow';
import { toLocalTime } from '../../messages/sendTime';
import type { AccountRecord } from '../../stores/dispatcher/queue';
import { pauseEnd } from '../../stores/table/accounts';
import { isSending } from '../../stores/table/pause';
import type { SendingAccount } from '../../stores/table/rows';

/** The account of a credential as an item, with times in `timezone`. `now`: milliseconds since 1970. */
export function accountItem(
	record: AccountRecord,
	sender: SendingAccount,
	{ now, timezone }: { readonly now: number; readonly timezone: string },
): IDataObject {
	const { manualPause, leaseUntil } = record;
	const paused = manualPause !== null && manualPause.until > now;
	const isBusy = isSending(record, now);
	const pausedUntil = paused ? pauseEnd(manualPause.until) : null;
	const { local, timezone: zone } = toLocalTime(pausedUntil, timezone);
	return {
		paused,
		pausedUntilLocal: local,
		note: paused ? manualPause.note : null,
		isSending: isBusy,
		credential: sender.credential,
		timezone: zone,
		pausedUntil,
		leaseUntil: isBusy ? new Date(leaseUntil).toISOString() : null,
		gateway: sender.gateway,
		account: sender.account || null,
	};
}
