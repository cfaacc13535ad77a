import type { Json, SandboxMessage } from '../../sandbox/types.mts';

/** What of a message Twilio knows, beside what every sandbox keeps. */
export interface TwilioMessage extends SandboxMessage {
	/** Null while the Messaging Service has not chosen one. */
	from: string | null;
	service: string | null;
	statusCallback: string | null;
	mediaCount: number;
	errorCode: number | null;
	createdAt: Date;
	updatedAt: Date;
}

/** `Thu, 24 Aug 2023 05:01:45 +0000` */
const rfc2822 = (date: Date) => date.toUTCString().replace('GMT', '+0000');

/** Texts of the error dictionary, for the codes that scripts use. */
const errorTexts: Record<number, string> = {
	30003: 'Unreachable destination handset',
	30007: 'Carrier violation',
	30008: 'Unknown error',
	30036: 'Validity Period Expired',
	63016: 'Failed to send freeform message because you are outside the allowed window',
};

/** A message as the API shows it: neither its time nor its callback is in it. */
export function messageRecord(message: TwilioMessage, accountSid: string): Json {
	const { id, from, to, service, status, sentAt, errorCode } = message;
	const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${id}`;
	const isWaiting = ['scheduled', 'canceled', 'accepted'].includes(status);
	return {
		account_sid: accountSid,
		api_version: '2010-04-01',
		body: message.text ?? message.caption ?? '',
		date_created: rfc2822(message.createdAt),
		date_sent: sentAt === undefined ? null : rfc2822(new Date(sentAt)),
		date_updated: rfc2822(message.updatedAt),
		direction: 'outbound-api',
		error_code: errorCode,
		error_message: errorCode === null ? null : (errorTexts[errorCode] ?? null),
		from,
		messaging_service_sid: service,
		num_media: String(isWaiting ? 0 : message.mediaCount),
		num_segments: isWaiting ? '0' : '1',
		price: null,
		price_unit: null,
		sid: id,
		status,
		subresource_uris: { media: `${uri}/Media.json` },
		to,
		uri: `${uri}.json`,
	};
}

/** The fields of a status callback, in the order of the samples. */
export function callbackFields(message: TwilioMessage, accountSid: string): Record<string, string> {
	const { id, to, from, service, status, errorCode } = message;
	const isWhatsApp = to.startsWith('whatsapp:');
	const isReceipt = status === 'delivered' || status === 'read';
	return {
		...(isWhatsApp && isReceipt && { EventType: status.toUpperCase() }),
		...(errorCode !== null && { ErrorCode: String(errorCode) }),
		...(!isWhatsApp && status === 'delivered' && { RawDlrDoneDate: '2608102223' }),
		SmsSid: id,
		SmsStatus: status,
		MessageStatus: status,
		...(isWhatsApp && { ChannelToAddress: `${to.replace('whatsapp:', '').slice(0, -4)}XXXX` }),
		To: to,
		...(isWhatsApp && { ChannelPrefix: 'whatsapp' }),
		...(service !== null && { MessagingServiceSid: service }),
		MessageSid: id,
		AccountSid: accountSid,
		...(from !== null && { From: from }),
		ApiVersion: '2010-04-01',
	};
}

/** Twilio looks at the type of a file; here its name has to do. */
export function typeOfFile(url: string | undefined): string {
	if (url === undefined) return 'text';
	const name = new URL(url).pathname;
	if (/\.(jpe?g|png|gif|webp)$/i.test(name)) return 'image';
	if (/\.(mp4|mov|3gp)$/i.test(name)) return 'video';
	return /\.(mp3|ogg|m4a|wav|amr)$/i.test(name) ? 'audio' : 'document';
}
