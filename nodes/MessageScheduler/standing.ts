import type { OpenTry } from '../../stores/store';

/**
 * An error of an item that an earlier attempt left unsettled: whatever is wrong now, it first says where
 * the message stands.
 */
export function withStanding(error: unknown, open: OpenTry): unknown {
	if (error instanceof Error) error.message = `${standing(open)} ${error.message}`;
	return error;
}

function standing({ cancelling, heldAs, isBack, message: { scheduledAt } }: OpenTry): string {
	if (isBack === true) {
		return `The message was not moved and stays scheduled, now with the id "${heldAs}". Now:`;
	}
	const what =
		cancelling !== undefined
			? `the scheduled message "${heldAs}" is cancelled`
			: heldAs !== undefined
				? `the message "${heldAs}" was moved`
				: scheduledAt === ''
					? 'the message was sent'
					: `the message for ${scheduledAt} is scheduled`;
	return `It is unknown whether ${what}: an earlier attempt was interrupted. Now:`;
}
