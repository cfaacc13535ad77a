import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { ScheduledMessage } from '../../messages/scheduledMessage';

/** Says that a key has its message already, and what became of that one. */
export const keyIsUsed = (
	key: string,
	{ status, scheduledAt }: Pick<ScheduledMessage, 'status' | 'scheduledAt'>,
) =>
	new InvalidParameterError(
		'Deduplication Key',
		`"Deduplication Key" is "${key.slice(0, 80)}", which has a message already: ${status}${scheduledAt === '' ? '' : `, for ${scheduledAt}`}. No other was made.`,
		'To have that message returned, change "If Already Scheduled" or "If Already Sent" under Options. For another message, enter another key.',
	);
