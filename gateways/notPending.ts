import type { ScheduledMessage } from '../messages/scheduledMessage';
import { shorten } from '../messages/text';
import { GatewayError } from './transport/gatewayError';

const PAST: Readonly<Record<string, string>> = {
	cancelled: 'it is already cancelled',
	failed: 'it could not be sent',
	deleted: 'it was deleted',
	expired: 'it expired',
	unconfirmed: 'it may have been sent already: the outcome is unknown',
	unknown: 'its status is not known',
};

/**
 * Says why a message can no longer be changed.
 *
 * @param label the gateway's
 * @param verb what was to be done with it
 */
export function notPending(label: string, message: ScheduledMessage, verb: string): GatewayError {
	const { status, scheduleId, gatewayStatus, storedIn } = message;
	const state = Object.hasOwn(PAST, status) ? PAST[status] : 'it is already on its way or sent';
	const isStored = storedIn === 'n8n';
	const which = isStored ? describe(message) : `scheduled message "${scheduleId}"`;
	const told =
		gatewayStatus === null
			? ''
			: isStored
				? ` (the Data Table of n8n says "${gatewayStatus}")`
				: ` (${label}: "${gatewayStatus}")`;
	return new GatewayError('notPending', `The ${which} can no longer be ${verb}: ${state}${told}`, {
		hint:
			verb === 'cancelled'
				? 'Only messages with the status "scheduled" can be cancelled. To get the others back as they are, set "If No Longer Pending" under Options to "Return It as It Is".'
				: 'Only messages with the status "scheduled" can be changed.',
	});
}

/** A message as people know it: whom it is for, and how it begins. */
function describe({ recipient, text, caption, type, scheduleId }: ScheduledMessage): string {
	const words = text ?? caption ?? type;
	return `message "${shorten(words, 30)}" to ${recipient.phone ?? recipient.address} ("${scheduleId}")`;
}
