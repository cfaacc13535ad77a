import type { IDataObject } from 'n8n-workflow';
import type { ScheduledMessage, SentMessage } from '../../messages/scheduledMessage';
import { showInstant, type Adjustment } from '../../messages/sendTime';

export interface OutputOptions {
	/** Leaves the gateway's own record out. */
	readonly simplify: boolean;
	/** Zone in which `scheduledAtLocal` is shown. */
	readonly timezone: string;
	/** How the time that was asked for was moved. */
	readonly adjusted?: readonly Adjustment[];
	/** What the user gave, where *Default Country* made another number of it; undefined where nobody gives one. */
	readonly recipientAsGiven?: string | null;
}

/**
 * A scheduled message as an item. Every key is always there; what is not known is null. n8n's table
 * shows the first keys only, so what a person looks for comes first.
 */
export function scheduledItem(
	message: ScheduledMessage,
	{ simplify, timezone, adjusted, recipientAsGiven }: OutputOptions,
): IDataObject {
	return {
		scheduleId: message.scheduleId,
		status: message.status,
		scheduledAt: message.scheduledAt,
		// Null where a person has emptied the time in a table.
		scheduledAtLocal: showInstant(message.scheduledAt, timezone),
		recipient: { ...message.recipient },
		type: message.type,
		text: message.text,
		mediaUrl: message.mediaUrl,
		caption: message.caption,
		fileName: message.fileName,
		reference: message.reference,
		...(recipientAsGiven === undefined ? {} : { recipientAsGiven }),
		messageId: message.messageId,
		failure: message.failure === null ? null : { ...message.failure },
		...(adjusted === undefined ? {} : { adjusted: adjusted.map((step) => ({ ...step })) }),
		gateway: message.gateway,
		account: message.account,
		heldBy: message.heldBy,
		gatewayStatus: message.gatewayStatus,
		createdAt: message.createdAt,
		...(simplify ? {} : { raw: message.raw as IDataObject }),
	};
}

/** A sent message as an item. Every key is always there; what is not known is null. */
export const sentItem = (
	message: SentMessage,
	simplify: boolean,
	recipientAsGiven?: string | null,
): IDataObject => ({
	messageId: message.messageId,
	queueId: message.queueId,
	status: message.status,
	recipient: { ...message.recipient },
	type: message.type,
	text: message.text,
	mediaUrl: message.mediaUrl,
	caption: message.caption,
	fileName: message.fileName,
	reference: message.reference,
	...(recipientAsGiven === undefined ? {} : { recipientAsGiven }),
	failure: message.failure === null ? null : { ...message.failure },
	gateway: message.gateway,
	account: message.account,
	gatewayStatus: message.gatewayStatus,
	acceptedAt: message.acceptedAt,
	...(simplify ? {} : { raw: message.raw as IDataObject }),
});
