import { randomUUID } from 'node:crypto';
import { OPTED_OUT, personOf } from '../../messages/doNotContact';
import {
	MESSAGE_TYPES,
	parseContent,
	NO_CONTENT,
	type MessageContent,
	type MessageToSchedule,
	type OutgoingMessage,
} from '../../messages/message';
import { formatFrequencyCap } from '../../messages/frequencyCap';
import { describeAddress, parseRecipient, type Recipient } from '../../messages/recipient';
import { TIMEZONE_SOURCES } from '../../messages/recipientTime/source';
import { formatWindow } from '../../messages/sendTime';
import type { Failure } from '../../messages/failure';
import type { StoredMessage } from '../../messages/scheduledMessage';
import { settleSync } from '../../messages/settle';
import { isStatus, STATUSES, type Status } from '../../messages/status';
import { formatTemplate, parseTemplate, type TemplateContent } from '../../messages/template';
import type { Cell, Row, Values } from './columns';
import { idempotencyKeyOf, isReplaced, replacementOf } from './replacement';

/** Default validity of a message after its time: a day. */
export const DEFAULT_VALID_FOR_MINUTES = 1_440;

/** Between claim and response; the only state of a row that is not a status of the vocabulary. */
export const SENDING = 'sending';

/** The account that a dispatcher sends for. */
export interface SendingAccount {
	readonly gateway: string;
	readonly account: string;
	/** The credential's name, for people. */
	readonly credential: string;
}

/** A new row for a message; `now` in milliseconds since 1970. */
export function toRow(
	message: MessageToSchedule,
	sender: SendingAccount,
	timezone: string,
	now: number,
): Values {
	const { recipient, type, text, mediaUrl, mediaId, caption, fileName, template } = message;
	const {
		reference,
		group,
		scheduledAt,
		requestedAt,
		sendingWindow,
		frequencyCap,
		validForMinutes,
		deduplicationKey,
	} = message;
	return {
		schedule_id: message.idempotencyKey,
		status: 'scheduled',
		send_at: scheduledAt,
		next_attempt_at: new Date(now).toISOString(),
		recipient: recipient.address,
		type,
		text,
		media_url: mediaUrl,
		media_id: mediaId ?? null,
		caption,
		file_name: fileName,
		template: formatTemplate(template),
		replacement_template: formatTemplate(message.replacement ?? null),
		replaced_at: null,
		timezone: message.timezone ?? timezone,
		timezone_source: message.timezoneSource ?? null,
		gateway: sender.gateway,
		account: sender.account,
		credential: sender.credential,
		reference,
		group_name: group ?? null,
		deduplication_key: deduplicationKey ?? null,
		requested_at: requestedAt ?? scheduledAt,
		sending_window: sendingWindow ? formatWindow(sendingWindow) : null,
		frequency_cap: frequencyCap ? formatFrequencyCap(frequencyCap) : null,
		valid_for_minutes: validForMinutes ?? DEFAULT_VALID_FOR_MINUTES,
		do_not_contact: message.ignoresDoNotContact === true ? IGNORE : null,
		attempts: 0,
		// Empty text, not null: n8n does not compare empty cells with a text.
		claim_token: '',
		status_rank: STATUSES.scheduled.rank,
	};
}

/** A row as a scheduled message. */
export function toScheduledMessage(row: Row): StoredMessage {
	return {
		scheduleId: textOf(row.schedule_id) ?? '',
		gateway: textOf(row.gateway) ?? '',
		storedIn: 'n8n',
		account: textOf(row.account) ?? '',
		recipient: recipientOf(row),
		...contentOf(row),
		replacement: replacementOf(row),
		scheduledAt: isoOf(row.send_at) ?? '',
		sentAt: isoOf(row.sent_at),
		...recipientsTimezone(row),
		status: statusOf(row),
		gatewayStatus: textOf(row.status),
		createdAt: isoOf(row.createdAt),
		messageId: textOf(row.message_id),
		reference: textOf(row.reference),
		group: textOf(row.group_name),
		failure: failureOf(row),
		raw: row,
	};
}

/**
 * The message to send for a row.
 *
 * @throws InvalidParameterError if a person's change makes it impossible to send
 */
export const toOutgoing = (row: Row): OutgoingMessage => ({
	recipient: parseRecipient(textOf(row.recipient) ?? ''),
	...parseContent(
		isReplaced(row)
			? { type: 'template', template: row.replacement_template }
			: {
					type: row.type,
					text: row.text,
					mediaUrl: row.media_url,
					mediaId: row.media_id,
					caption: row.caption,
					fileName: row.file_name,
					template: row.template,
				},
	),
	reference: textOf(row.reference),
	idempotencyKey: idempotencyKeyOf(row) ?? randomUUID(),
});

const contentOf = (row: Row): MessageContent =>
	isReplaced(row)
		? { ...NO_CONTENT, type: 'template', template: replacementOf(row) }
		: {
				type: MESSAGE_TYPES.find((type) => type === row.type) ?? 'text',
				text: textOf(row.text),
				mediaUrl: textOf(row.media_url),
				mediaId: textOf(row.media_id),
				caption: textOf(row.caption),
				fileName: textOf(row.file_name),
				template: templateOf(row),
			};

/** A person may have edited the table: an invalid template is not shown, but as the row has it. */
export function templateOf({ template }: Row): TemplateContent | null {
	const outcome = settleSync(() => (textOf(template) === null ? null : parseTemplate(template)));
	return outcome.ok ? outcome.value : null;
}

/** A person may have edited the table: an invalid recipient is shown unchanged. */
function recipientOf(row: Row): Recipient {
	const address = textOf(row.recipient) ?? '';
	try {
		return parseRecipient(address);
	} catch {
		return describeAddress(address) ?? { address, phone: null, kind: 'unknown' };
	}
}

/** The status as the node or a person has written it, in lower case and trimmed. */
export const statusWord = ({ status }: Pick<Row, 'status'>): string =>
	(textOf(status) ?? '').trim().toLowerCase();

function statusOf(row: Row): Status {
	const word = statusWord(row);
	if (isStatus(word)) return word;
	if (word === SENDING) return 'queued';
	return word === '' && !mayHaveBeenSent(row) ? 'scheduled' : 'unknown';
}

/** Whether the row shows that a request to send it began. */
export const mayHaveBeenSent = (row: Row): boolean =>
	[row.sent_at, row.message_id, row.queue_id, row.send_started_at].some(
		(cell) => textOf(cell) !== null,
	);

/** What stands in the column `failure` of a message that was not sent to somebody on Do Not Contact. */
export const OPTED_OUT_FAILURE = `${OPTED_OUT}: The recipient is on Do Not Contact`;

const failureOf = (row: Row): Failure | null => {
	const reason = textOf(row.failure);
	if (reason === null) return null;
	const code = reason.startsWith(`${OPTED_OUT}: `) ? OPTED_OUT : null;
	return { code, reason: code === null ? reason : reason.slice(`${code}: `.length) };
};

/** Without a source, the timezone is not the recipient's. A person may have edited either. */
function recipientsTimezone(row: Row): Pick<StoredMessage, 'timezone' | 'timezoneSource'> {
	const timezone = textOf(row.timezone);
	const timezoneSource = TIMEZONE_SOURCES.find((source) => source === row.timezone_source);
	return timezone === null || timezoneSource === undefined ? {} : { timezone, timezoneSource };
}

/** The entry of the column `do_not_contact` for a message that is sent all the same. */
const IGNORE = 'ignore';

/**
 * Whom Do Not Contact is asked for before a row is sent; null if it goes to anybody, or to nobody whom a
 * message could reach.
 */
export function personOfRow(row: Row): string | null {
	if (textOf(row.do_not_contact)?.trim().toLowerCase() === IGNORE) return null;
	const parsed = settleSync(() => parseRecipient(textOf(row.recipient) ?? ''));
	return parsed.ok ? personOf(parsed.value) : null;
}

/** A cell's text; null if it is empty. */
export const textOf = (cell: Cell): string | null =>
	cell === null || cell === undefined || cell === '' ? null : String(cell);

/** Databases differ in how they write an instant. */
export const isoOf = (cell: Cell): string | null => {
	const ms = cell === null || cell === undefined ? Number.NaN : new Date(cell as string).getTime();
	return Number.isNaN(ms) ? null : new Date(ms).toISOString();
};
