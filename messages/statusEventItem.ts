import { describeAddress, type RecipientKind } from './recipient';
import type { Failure } from './failure';
import { toLocalTime } from './sendTime';
import type { StatusEvent } from './statusEvent';

/**
 * A status event as people and workflows get it: flat, in the order in which people read a table, the
 * ids last. Every key is always there; what is not known is null.
 */
export interface StatusEventItem
	extends Omit<StatusEvent, 'recipient' | 'failure'>,
		RecipientFields,
		FailureFields {
	/** When it happened, as {@link formatLocalTime} writes it. */
	readonly occurredAtLocal: string | null;
	/** The zone of {@link occurredAtLocal}. */
	readonly timezone: string;
}

/** A recipient as an item has it. */
export interface RecipientFields {
	/** The phone number, `+919988066776`; for whoever has none, the address. */
	readonly recipient: string | null;
	readonly recipientKind: RecipientKind | null;
	/** As the gateway has it: `919988066776@s.whatsapp.net`. */
	readonly recipientAddress: string | null;
}

/** Why a message did not arrive, as an item has it. */
export interface FailureFields {
	readonly failure: string | null;
	/** The gateway's code, if it gives one. */
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
		// The address tells a group or a hidden id, too; of items that lack it, the number still does.
		recipient: describeAddress(recipientAddress) ?? describeAddress(recipient),
		failure: parseFailure(failure, failureCode),
	};
}

const parseFailure = (reason: unknown, code: unknown): Failure | null =>
	typeof reason === 'string' && reason !== ''
		? { code: typeof code === 'string' && code !== '' ? code : null, reason }
		: null;
