import type { IncomingMessage, Json } from '../../sandbox/types.mts';
import { account } from './sandboxAccount.mts';
import { newSms, smsRecord, utcTime } from './sandboxRecord.mts';

/** An SMS that the phone got, with the fields of the sample in the vendor's SDK. An SMS answers to nothing. */
export function incomingSms(
	ids: { readonly id: string; readonly threadId: string; readonly requestId: string },
	{ from, text }: IncomingMessage,
	at: Date,
	{ zone, phone }: { zone: string; phone: Json },
): Json {
	const number = from.startsWith('+') ? from : `+${from}`;
	const sms = newSms({ ...ids, to: number, content: text, scheduleSendAt: null }, at, {});
	return {
		...smsRecord({ ...sms, lastAttemptedAt: null }, zone, { phone }),
		from_phone_number: number,
		to_phone_number: account.phoneNumber,
		received_at: utcTime(at),
		status: 'received',
		type: 'received_from_mobile',
	};
}
