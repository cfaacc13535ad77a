import type { OutgoingMessage } from '../../messages/message';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import type { TemplateContent } from '../../messages/template';
import { shorten } from '../../messages/text';
import type { Connection, Credential } from '../gateway';
import { statusUrlOf } from '../statusUrl';
import { GatewayError, unsupported } from '../transport/gatewayError';
import type { GatewayRequest } from '../transport/request';
import { account, messagesPath, senderOf, type Sender } from './credential';
import { toAddress } from './recipient';
import { readRecord, toSentMessage } from './records';

type Form = NonNullable<GatewayRequest['form']>;

/** Error 21617. */
const MAX_TEXT_LENGTH = 1_600;

/**
 * Sends immediately (twilio.com/docs/messaging/api/message-resource). Twilio documents no idempotency key for
 * creating a message.
 */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const { credential } = connection;
	const response = await connection.request({
		method: 'POST',
		path: messagesPath(credential),
		form: sendForm(credential, message),
		idempotent: false,
	});
	const record = readRecord(response.body);
	const sent = record === null ? null : toSentMessage(record, account(credential));
	if (record === null) throw connection.unexpected(response, '"sid"', true);
	const { acceptedAt = null, status = 'queued', gatewayStatus = null, failure = null } = sent ?? {};
	return createSentMessage(message, {
		gateway: 'twilio',
		account: account(credential),
		messageId: record.sid,
		status,
		gatewayStatus,
		acceptedAt,
		failure,
		raw: response.body,
	});
}

/** twilio.com/docs/api/errors/21609. */
const MAX_STATUS_URL = 4_000;

/**
 * The form that creates a message: sender, recipient, content, and where its statuses are to go.
 *
 * @throws InvalidParameterError or GatewayError of kind `unsupported`
 */
export function sendForm(credential: Credential, message: OutgoingMessage): Form {
	const sender = senderOf(credential);
	const { from, service, channel } = sender;
	assertSendableBy(sender, message);
	const statusUrl = statusUrlOf(credential, message.reference);
	if (statusUrl !== null && statusUrl.length > MAX_STATUS_URL) {
		throw new InvalidParameterError(
			'Reference',
			`"Reference" is too long: with it, the status URL has ${statusUrl.length} characters, and Twilio takes ${MAX_STATUS_URL}. Shorten it.`,
		);
	}
	return {
		To: toAddress(message.recipient, channel),
		...(from === null ? {} : { From: from }),
		...(service === null ? {} : { MessagingServiceSid: service }),
		...contentForm(message),
		...(statusUrl === null ? {} : { StatusCallback: statusUrl }),
	};
}

/** Refuses what cannot be sent by any sender. */
export function assertSendable(message: OutgoingMessage): void {
	toAddress(message.recipient, 'sms');
	contentForm(message);
}

/** What of the content depends on the sender. */
function assertSendableBy(
	{ from, service, channel }: Sender,
	{ type, caption }: OutgoingMessage,
): void {
	if (from === null && service === null) {
		throw new GatewayError('rejected', 'Twilio does not know by what to send', {
			fault: 'account',
			hint: 'Enter "Sender" or "Messaging Service SID" in the Message Gateway API credential.',
		});
	}
	// WhatsApp drops it (twilio.com/docs/whatsapp/api).
	if (channel === 'whatsapp' && caption !== null && type !== 'image') {
		throw unsupported(
			`"Caption" is set, but Twilio sends no caption with ${type} on WhatsApp`,
			'Leave "Caption" empty, or send it as a separate message.',
		);
	}
}

/** `ContentSid` and, as JSON, what fills the gaps. A template has a text of its own (error 35127). */
function templateForm({ name, variables }: TemplateContent): Form {
	if (!/^HX[\da-f]{32}$/i.test(name)) {
		throw new InvalidParameterError(
			'Template',
			`"Template" is "${shorten(name, 80)}", which is not the SID of a Twilio template`,
			'Choose the template from the list, or enter its SID, which begins with HX.',
		);
	}
	const isFilled = Object.keys(variables).length > 0;
	return {
		ContentSid: name,
		...(isFilled ? { ContentVariables: JSON.stringify(variables) } : {}),
	};
}

/** `Body` for text, `MediaUrl` for a file, with the caption as `Body`. */
function contentForm(message: OutgoingMessage): Form {
	const { type, text, mediaUrl, caption, fileName, template } = message;
	if (template !== null) return templateForm(template);
	if (fileName !== null) {
		throw unsupported(
			'"File Name" is set, but Twilio does not accept a file name',
			'Leave "File Name" empty: the name in "Media URL" is used.',
		);
	}
	if (type === 'voice') {
		throw unsupported(
			'Twilio documents no way to send a voice note',
			'Choose audio as "Message Type".',
		);
	}
	const words = type === 'text' ? text : caption;
	const length = [...(words ?? '')].length;
	if (length > MAX_TEXT_LENGTH) {
		throw unsupported(
			`"${type === 'text' ? 'Text' : 'Caption'}" has ${length} characters, but Twilio accepts at most ${MAX_TEXT_LENGTH}`,
			'Shorten it, or send it as several messages.',
		);
	}
	return {
		...(words === null ? {} : { Body: words }),
		...(mediaUrl === null ? {} : { MediaUrl: mediaUrl }),
	};
}
