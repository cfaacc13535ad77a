import { InvalidParameterError } from '../messages/invalidParameterError';
import type { MessageToSchedule } from '../messages/message';
import { settleSync } from '../messages/settle';
import type { AttemptLog, Renew } from './store';

/**
 * The message to create now: the current one, or, after an earlier attempt that certainly created none,
 * that attempt's, as long as its time is still possible.
 *
 * @throws InvalidParameterError that first reports that nothing is scheduled
 */
export function renewed(
	message: MessageToSchedule,
	attempt: AttemptLog,
	renew: Renew = (earlier) => earlier,
): MessageToSchedule {
	const { unresolved } = attempt;
	if (unresolved === null) return message;
	const made = settleSync(() => renew(unresolved.message));
	if (made.ok) return made.value;
	const { error } = made;
	attempt.clear();
	throw error instanceof InvalidParameterError
		? new InvalidParameterError(
				error.parameter,
				`The message is not scheduled: an earlier attempt for ${unresolved.message.scheduledAt} did not succeed. ${error.message}`,
				error.hint,
			)
		: error;
}
