import type { UnresolvedAttempt } from '../../stores/store';

/**
 * The error of an item with an unresolved attempt: it first reports the state of the message, whatever is
 * wrong now.
 */
export function withStanding(error: unknown, attempt: UnresolvedAttempt): unknown {
	if (error instanceof Error) error.message = `${standing(attempt)} ${error.message}`;
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
			? `the scheduled message "${currentId}" was cancelled`
			: currentId !== undefined
				? `the message "${currentId}" was moved`
				: scheduledAt === ''
					? 'the message was sent'
					: `the message for ${scheduledAt} was scheduled`;
	return `It is unknown whether ${what}: an earlier attempt was interrupted. Now:`;
}
