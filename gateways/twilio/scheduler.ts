import type { MessageToSchedule } from '../../messages/message';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { SentMessage } from '../../messages/sentMessage';
import { hasSameContent } from '../sentBefore';
import type { Credential, NativeScheduler } from '../gateway';
import { isObject } from '../json';
import { GatewayError, unsupported } from '../transport/gatewayError';
import type { GatewayRequest } from '../transport/request';
import { account, messagePath, messagesPath, senderOf } from './credential';
import { noneOf, readSent } from './findSent';
import { fetchMessage } from './lookup';
import { readMessages } from './pages';
import { toAddress } from './recipient';
import { isInbound, isOfSender, readRecord, toScheduledMessage } from './records';
import { sendForm } from './send';

/** The most seconds that a message may wait in Twilio's queue, and unless told otherwise does. */
const MAX_VALIDITY_S = 36_000;

/**
 * `ScheduleType` and `SendAt` of a new message (twilio.com/docs/messaging/features/message-scheduling). Twilio
 * tells of a scheduled message neither its time nor a reference, and its list has no filter by status.
 */
export const scheduler: Required<NativeScheduler> = {
	async schedule(connection, message) {
		const { credential } = connection;
		const scheduledAt = wholeSecond(message.scheduledAt);
		const response = await connection.request({
			method: 'POST',
			path: messagesPath(credential),
			form: scheduleForm(credential, message),
			idempotent: false,
		});
		const record = readRecord(response.body);
		if (record === null) throw connection.unexpected(response, '"sid"', true);
		// The status is told as it is: Twilio's own samples of scheduled messages differ in it.
		const { recipient, type, text, mediaUrl, caption, template, reference } = message;
		return {
			...toScheduledMessage(record, account(credential)),
			recipient,
			type,
			text,
			mediaUrl,
			caption,
			template,
			reference,
			scheduledAt,
		};
	},

	async get(connection, scheduleId) {
		const record = await fetchMessage(connection, scheduleId);
		return toScheduledMessage(record, account(connection.credential));
	},

	/** Those that wait or were cancelled: of one that was sent, Twilio does not tell that it had waited. */
	async list(connection, { status, recipient }) {
		const { credential } = connection;
		if (status !== undefined && status !== 'scheduled' && status !== 'cancelled') return [];
		if (recipient !== undefined && recipient.phone === null) return [];
		const { channel } = senderOf(credential);
		const records = await readMessages(
			connection,
			recipient === undefined ? {} : { To: toAddress(recipient, channel) },
		);
		const own = account(credential);
		return records
			.filter((record) => !isInbound(record) && isOfSender(record, credential))
			.map((record) => toScheduledMessage(record, own))
			.filter((message) => message.status === 'scheduled' || message.status === 'cancelled');
	},

	/**
	 * By recipient, content and when it was made. Two messages that differ in their time alone look alike, so
	 * an equal one that waits cannot be told from another of the same text.
	 */
	async find(connection, message, { byContent = false } = {}) {
		if (byContent) throw looksAlike();
		const sent = await readSent(connection, message);
		if (message.type === 'template') {
			return noneOf(sent.filter(({ status }) => status !== 'cancelled'));
		}
		return sent.filter((one) => hasSameContent(message, one)).map(asScheduled);
	},

	async cancel(connection, scheduleId) {
		const response = await connection.request({
			method: 'POST',
			path: messagePath(connection.credential, scheduleId),
			form: { Status: 'canceled' },
			// A second one is refused (30409), and then the message itself says what it is.
			idempotent: true,
		});
		if (!isObject(response.body) || response.body.status !== 'canceled') {
			throw connection.unexpected(response, '"status": "canceled"', false);
		}
	},
};

const asScheduled = ({ acceptedAt, ...sent }: SentMessage): ScheduledMessage => ({
	...sent,
	scheduleId: String(sent.messageId),
	storedIn: 'gateway',
	scheduledAt: null,
	createdAt: acceptedAt,
});

/**
 * The form of a message with a time: never without a Messaging Service, since Twilio may send it at once.
 *
 * @throws GatewayError of kind `unsupported` without one
 */
export function scheduleForm(
	credential: Credential,
	message: MessageToSchedule,
): NonNullable<GatewayRequest['form']> {
	if (senderOf(credential).service === null) {
		throw unsupported(
			'Twilio schedules messages only with a Messaging Service',
			'Enter "Messaging Service SID" in the credential, or set "Store Messages In" to "n8n Data Table".',
		);
	}
	const { validForMinutes } = message;
	const validity = validForMinutes === undefined ? MAX_VALIDITY_S : validForMinutes * 60;
	return {
		...sendForm(credential, message),
		ScheduleType: 'fixed',
		SendAt: wholeSecond(message.scheduledAt).replace('.000Z', 'Z'),
		...(validity < MAX_VALIDITY_S ? { ValidityPeriod: String(validity) } : {}),
	};
}

/** `SendAt` has no fractions: an earlier second is nearer to what was asked for than a later one. */
const wholeSecond = (instant: string): string =>
	new Date(Math.floor(Date.parse(instant) / 1000) * 1000).toISOString();

const looksAlike = (): GatewayError =>
	unsupported(
		'Twilio does not tell when a scheduled message is due, so an equal message cannot be recognized',
		'Use "Deduplication Key", or set "Store Messages In" to "n8n Data Table".',
	);
