import type { BoardMessage, MessageDetails } from '../../../board';
import { gateways } from '../../../gateways/registry';
import { MINUTE_MS } from '../../../messages/duration';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import { formatTemplate } from '../../../messages/template';
import type { Row } from '../../../stores/table/columns';
import {
	DEFAULT_VALID_FOR_MINUTES,
	isoOf,
	SENDING,
	statusWord,
	textOf,
	toScheduledMessage,
} from '../../../stores/table/rows';

/** The gateway's name for people; of one that this version does not know, its id. */
export const gatewayLabel = (id: string): string =>
	gateways.find((gateway) => gateway.id === id)?.label ?? id;

/** What a gateway reports of a message. */
export const fromGateway = (message: ScheduledMessage): BoardMessage => ({
	id: message.scheduleId || null,
	status: message.status,
	isSending: false,
	recipient: message.recipient?.phone ?? message.recipient?.address ?? null,
	text: message.text ?? message.caption,
	type: message.type,
	reference: message.reference,
	group: null,
	failure: message.failure?.reason ?? null,
	gateway: gatewayLabel(message.gateway),
	account: message.account || null,
	credential: null,
	scheduledAt: message.scheduledAt || null,
	changedAt: null,
});

export const fromRow = (row: Row): BoardMessage => ({
	...fromGateway(toScheduledMessage(row)),
	isSending: statusWord(row) === SENDING,
	group: textOf(row.group_name),
	credential: textOf(row.credential),
	changedAt: isoOf(row.updatedAt),
});

/** The same with its way, as far as the gateway reports it. */
export const detailsFromGateway = (message: ScheduledMessage): MessageDetails => ({
	...fromGateway(message),
	storedAt: message.createdAt,
	requestedAt: null,
	notBefore: null,
	startedAt: null,
	sentAt: null,
	replacedAt: null,
	expiresAt: null,
	attempts: null,
	sendingWindow: null,
	timezone: null,
	mediaUrl: message.mediaUrl,
	fileName: message.fileName,
	template: formatTemplate(message.template),
	gatewayStatus: message.gatewayStatus,
	messageId: message.messageId,
});

export const detailsFromRow = (row: Row): MessageDetails => ({
	...detailsFromGateway(toScheduledMessage(row)),
	...fromRow(row),
	requestedAt: isoOf(row.requested_at),
	notBefore: isoOf(row.next_attempt_at),
	startedAt: isoOf(row.send_started_at),
	sentAt: isoOf(row.sent_at),
	replacedAt: isoOf(row.replaced_at),
	expiresAt: expiryOf(row),
	attempts: typeof row.attempts === 'number' ? row.attempts : null,
	sendingWindow: textOf(row.sending_window),
	timezone: textOf(row.timezone),
	// The row has the word of this package, not the gateway's.
	gatewayStatus: null,
});

function expiryOf({ send_at: sendAt, valid_for_minutes: minutes }: Row): string | null {
	const time = isoOf(sendAt);
	if (time === null) return null;
	const valid = typeof minutes === 'number' ? minutes : DEFAULT_VALID_FOR_MINUTES;
	return isoOf(new Date(Date.parse(time) + valid * MINUTE_MS).toISOString());
}
