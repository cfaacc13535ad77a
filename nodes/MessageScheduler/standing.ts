import type { UnresolvedAttempt } from '../../stores/store';

/**
 * An error of an item that an earlier attempt left unsettled: whatever is wrong now, it first says where
 * the message stands.
 */
export function withStanding(error: unknown, open: UnresolvedAttempt): unknown {
	if (error instanceof Error) error.message = `${standing(open)} ${error.message}`;
	return error;
}

function standing({
	cancelling,
	currentId,
	isRestored,
	message: { scheduledAt },
}: UnresolvedAttempt): string {
	if (isRestored === true) {
		return `The message was not moved and stays scheduled, now with the id "${currentId}". Now:`;
	}
	const what =
		cancelling !== undefined
			? `the scheduled message "${currentId}" is cancelled`
			: currentId !== undefined
				? `the message "${currentId}" was moved`
				: scheduledAt === ''
					? 'the message was sent'
					: `the message for ${scheduledAt} is scheduled`;
	return `It is unknown whether ${what}: an earlier attempt was interrupted. Now:`;
}
