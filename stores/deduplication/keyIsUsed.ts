import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { shorten } from '../../messages/text';

/** Says that a key has its message already, and what became of that one. */
export const keyIsUsed = (
	key: string,
	{ status, scheduledAt }: Pick<ScheduledMessage, 'status' | 'scheduledAt'>,
) =>
	new InvalidParameterError(
		'Deduplication Key',
		`"Deduplication Key" is "${shorten(key, 80)}", which has a message already: ${status}${scheduledAt === '' ? '' : `, for ${scheduledAt}`}. No other was made.`,
		'To have that message returned, change "If Already Scheduled" or "If Already Sent" under Options. For another message, enter another key.',
	);
