import type { IDataObject } from 'n8n-workflow';
import type { RecipientTime, TimezoneSource } from '../../messages/recipientTime';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { SentMessage } from '../../messages/sentMessage';
import { toLocalTime, type Adjustment } from '../../messages/sendTime';

export interface OutputOptions {
	/** Omits the gateway's own record. */
	readonly simplify: boolean;
	/** Zone in which `scheduledAtLocal` is shown; or the one for each message. */
	readonly timezone: string | ((message: ScheduledMessage) => string);
	/** Whose timezone it is, and which ones were possible; only given if the time was chosen in it. */
	readonly recipientTime?: Pick<RecipientTime, 'possible'> & {
		readonly source: TimezoneSource | null;
	};
	/** How the requested time was moved. */
	readonly adjusted?: readonly Adjustment[];
	/** The user's number if *Default Country* changed it; undefined for operations without recipient. */
	readonly recipientAsGiven?: string | null;
	/** What a sent message belongs to, which nothing keeps; undefined for other operations. */
	readonly group?: string | null;
	/** What the user should know before the message is delivered; not given for other operations. */
	readonly warnings?: readonly string[];
	/** Further fields of an operation, shown above the ids. */
	readonly more?: IDataObject;
}

/**
 * A scheduled message as an item. Every field is always present; unknown ones are null. n8n's table shows
 * the first fields only, so those for people come first, and the ids last.
 */
export function scheduledItem(
	message: ScheduledMessage,
	{
		simplify,
		timezone,
		recipientTime,
		adjusted,
		recipientAsGiven,
		warnings,
		more = {},
	}: OutputOptions,
): IDataObject {
	// Null if the gateway does not tell the time, or a person has emptied it in a table.
	const wanted = typeof timezone === 'string' ? timezone : timezone(message);
	const { local, timezone: zone } = toLocalTime(message.scheduledAt, wanted);
	return {
		status: message.status,
		scheduledAtLocal: local,
		...recipientAndText(message),
		timezone: zone,
		...(recipientTime === undefined
			? {}
			: {
					timezoneSource: recipientTime.source,
					possibleTimezones: [...recipientTime.possible],
				}),
		scheduledAt: message.scheduledAt,
		...content(message),
		group: message.group ?? null,
		...(recipientAsGiven === undefined ? {} : { recipientAsGiven }),
		...(adjusted === undefined ? {} : { adjusted: adjusted.map((step) => ({ ...step })) }),
		...(warnings === undefined ? {} : { warnings: [...warnings] }),
		failureCode: message.failure?.code ?? null,
		gateway: message.gateway,
		account: message.account || null,
		storedIn: message.storedIn,
		gatewayStatus: message.gatewayStatus,
		createdAt: message.createdAt,
		...more,
		...address(message),
		messageId: message.messageId,
		scheduleId: message.scheduleId,
		...(simplify ? {} : { raw: message.raw as IDataObject }),
	};
}

/** A sent message as an item. Every field is always present; unknown ones are null. */
export const sentItem = (
	message: SentMessage,
	{
		simplify,
		recipientAsGiven,
		group,
		warnings,
	}: Pick<OutputOptions, 'simplify' | 'recipientAsGiven' | 'group' | 'warnings'>,
): IDataObject => ({
	status: message.status,
	...recipientAndText(message),
	...content(message),
	...(group === undefined ? {} : { group }),
	...(recipientAsGiven === undefined ? {} : { recipientAsGiven }),
	...(warnings === undefined ? {} : { warnings: [...warnings] }),
	failureCode: message.failure?.code ?? null,
	gateway: message.gateway,
	account: message.account || null,
	gatewayStatus: message.gatewayStatus,
	acceptedAt: message.acceptedAt,
	...address(message),
	messageId: message.messageId,
	queueId: message.queueId,
	...(simplify ? {} : { raw: message.raw as IDataObject }),
});

type AnyMessage = ScheduledMessage | SentMessage;

const recipientAndText = ({ recipient, text, failure }: AnyMessage) => ({
	recipient: recipient?.phone ?? recipient?.address ?? null,
	text,
	failure: failure?.reason ?? null,
});

const content = ({
	type,
	mediaUrl,
	mediaId,
	caption,
	fileName,
	template,
	reference,
}: AnyMessage) => ({
	type,
	mediaUrl,
	mediaId: mediaId ?? null,
	caption,
	fileName,
	template: template as IDataObject | null,
	reference,
});

const address = ({ recipient }: AnyMessage) => ({
	recipientKind: recipient?.kind ?? null,
	recipientAddress: recipient?.address ?? null,
});
