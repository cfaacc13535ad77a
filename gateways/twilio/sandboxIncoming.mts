import type { IncomingMessage } from '../../sandbox/types.mts';

/** The account, and its senders. */
interface Receiver {
	readonly accountSid: string;
	readonly serviceSid: string;
	readonly phoneNumber: string;
	readonly whatsAppSender: string;
}

/**
 * The fields of an incoming message, in the order of the samples. Names, buttons and what is answered exist on
 * WhatsApp only: who has one of these writes there, everybody else an SMS.
 *
 * @throws RangeError for a group, which Twilio has none of
 */
export function incomingFields(
	message: IncomingMessage,
	sid: string,
	receiver: Receiver,
): Record<string, string> {
	const { from, group, name, replyTo, buttonId } = message;
	if (group !== undefined) throw new RangeError('Twilio has no groups');
	const digits = from.replace(/\D/g, '');
	const isWhatsApp = [name, replyTo, buttonId].some((each) => each !== undefined);
	return isWhatsApp
		? whatsAppFields(message, { sid, digits }, receiver)
		: smsFields(message, { sid, digits }, receiver);
}

type Ids = Readonly<Record<'sid' | 'digits', string>>;

const smsFields = (
	{ text }: IncomingMessage,
	{ sid, digits }: Ids,
	{ accountSid, serviceSid, phoneNumber }: Receiver,
) => ({
	ToCountry: 'US',
	ToState: '',
	SmsMessageSid: sid,
	NumMedia: '0',
	ToCity: '',
	FromZip: '',
	SmsSid: sid,
	FromState: '',
	SmsStatus: 'received',
	FromCity: '',
	Body: text,
	FromCountry: 'US',
	To: phoneNumber,
	MessagingServiceSid: serviceSid,
	ToZip: '',
	NumSegments: '1',
	MessageSid: sid,
	AccountSid: accountSid,
	From: `+${digits}`,
	ApiVersion: '2010-04-01',
});

function whatsAppFields(
	{ text, name, replyTo, buttonId }: IncomingMessage,
	{ sid, digits }: Ids,
	{ accountSid, whatsAppSender }: Receiver,
): Record<string, string> {
	const isAnswer = replyTo !== undefined;
	return {
		...(isAnswer && { OriginalRepliedMessageSender: whatsAppSender }),
		SmsMessageSid: sid,
		NumMedia: '0',
		ProfileName: name ?? 'Anna',
		MessageType: buttonId === undefined ? 'text' : 'interactive',
		SmsSid: sid,
		WaId: digits,
		SmsStatus: 'received',
		Body: text,
		...(buttonId !== undefined && { ButtonText: text }),
		To: whatsAppSender,
		...(buttonId !== undefined && { ButtonPayload: buttonId }),
		NumSegments: '1',
		ReferralNumMedia: '0',
		MessageSid: sid,
		AccountSid: accountSid,
		...(isAnswer && { OriginalRepliedMessageSid: replyTo }),
		From: `whatsapp:+${digits}`,
		ApiVersion: '2010-04-01',
	};
}
