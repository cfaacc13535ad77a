import { describeAddress, type RecipientKind } from './recipient';
import type { Failure } from './failure';
import { toLocalTime } from './sendTime';
import type { StatusEvent } from './statusEvent';

/**
 * A status event as an item: flat, in the order in which people read a table, the ids last. Every field is
 * always present; unknown ones are null.
 */
export interface StatusEventItem
	extends Omit<StatusEvent, 'recipient' | 'failure'>,
		RecipientFields,
		FailureFields {
	/** When it occurred, as {@link formatLocalTime} formats it. */
	readonly occurredAtLocal: string | null;
	/** The zone of {@link occurredAtLocal}. */
	readonly timezone: string;
}

/** A recipient as an item has it. */
export interface RecipientFields {
	/** The phone number, `+919988066776`; the address if there is none. */
	readonly recipient: string | null;
	readonly recipientKind: RecipientKind | null;
	/** As the gateway has it: `919988066776@s.whatsapp.net`. */
	readonly recipientAddress: string | null;
}

/** Why a message did not arrive, as an item has it. */
export interface FailureFields {
	readonly failure: string | null;
	/** The gateway's code, if it has one. */
	readonly failureCode: string | null;
}

/**
 * @param timezone the zone of `occurredAtLocal`
 * @throws InvalidParameterError for an unknown timezone
 */
export function toStatusEventItem(event: StatusEvent, timezone: string): StatusEventItem {
	const { local, timezone: zone } = toLocalTime(event.occurredAt, timezone);
	const { recipient, failure } = event;
	return {
		event: event.event,
		status: event.status,
		occurredAtLocal: local,
		recipient: recipient?.phone ?? recipient?.address ?? null,
		failure: failure?.reason ?? null,
		timezone: zone,
		occurredAt: event.occurredAt,
		receivedAt: event.receivedAt,
		isFinal: event.isFinal,
		statusRank: event.statusRank,
		gatewayStatus: event.gatewayStatus,
		failureCode: failure?.code ?? null,
		viewer: event.viewer,
		origin: event.origin,
		reference: event.reference,
		gateway: event.gateway,
		channel: event.channel,
		account: event.account || null,
		recipientKind: recipient?.kind ?? null,
		recipientAddress: recipient?.address ?? null,
		messageId: event.messageId,
		scheduleId: event.scheduleId,
		eventId: event.eventId,
		raw: event.raw,
	};
}

/** The recipient and the failure of an item, as {@link toStatusEventItem} wrote it. */
export function parseEventFields(
	item: Readonly<Record<string, unknown>>,
): Pick<StatusEvent, 'recipient' | 'failure'> {
	const { recipient, recipientAddress, failure, failureCode } = item;
	return {
		// The address also identifies a group or a hidden id; items without it still have the number.
		recipient: describeAddress(recipientAddress) ?? describeAddress(recipient),
		failure: parseFailure(failure, failureCode),
	};
}

const parseFailure = (reason: unknown, code: unknown): Failure | null =>
	typeof reason === 'string' && reason !== ''
		? { code: typeof code === 'string' && code !== '' ? code : null, reason }
		: null;
