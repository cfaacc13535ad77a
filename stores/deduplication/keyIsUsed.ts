import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { shorten } from '../../messages/text';

/** The error for a key that already has a message, with that message's status. */
export const keyIsUsed = (
	key: string,
	{ status, scheduledAt }: Pick<ScheduledMessage, 'status' | 'scheduledAt'>,
) =>
	new InvalidParameterError(
		'Deduplication Key',
		`"Deduplication Key" is "${shorten(key, 80)}", which already has a message: ${status}${(scheduledAt ?? '') === '' ? '' : `, for ${scheduledAt}`}. No other message was created.`,
		'To return that message, change "If Already Scheduled" or "If Already Sent" under Options. For another message, enter another key.',
	);
