import type { ScheduledMessage } from '../messages/scheduledMessage';
import { shorten } from '../messages/text';
import { GatewayError } from './transport/gatewayError';

const PAST: Readonly<Record<string, string>> = {
	cancelled: 'it is already cancelled',
	failed: 'it could not be sent',
	deleted: 'it was deleted',
	expired: 'it expired',
	unconfirmed: 'it may have been sent already: the outcome is unknown',
	unknown: 'its status is unknown',
};

/**
 * The error for a message that can no longer be changed.
 *
 * @param label the gateway's
 * @param verb the requested change
 */
export function notPending(label: string, message: ScheduledMessage, verb: string): GatewayError {
	const { status, scheduleId, gatewayStatus, storedIn } = message;
	const state = Object.hasOwn(PAST, status) ? PAST[status] : 'it is already being sent or was sent';
	const isStored = storedIn === 'n8n';
	const which = isStored ? describe(message) : `scheduled message "${scheduleId}"`;
	const reported =
		gatewayStatus === null
			? ''
			: isStored
				? ` (in the table: "${gatewayStatus}")`
				: ` (${label}: "${gatewayStatus}")`;
	return new GatewayError(
		'notPending',
		`The ${which} can no longer be ${verb}: ${state}${reported}`,
		{
			hint:
				verb === 'cancelled'
					? 'Only messages with the status "scheduled" can be cancelled. To return others unchanged, set "If No Longer Pending" under Options to "Return Unchanged".'
					: 'Only messages with the status "scheduled" can be changed.',
		},
	);
}

/** A message as people recognize it: its recipient and first words. */
function describe({ recipient, text, caption, type, scheduleId }: ScheduledMessage): string {
	const words = text ?? caption ?? type;
	const to = recipient === null ? '' : ` to ${recipient.phone ?? recipient.address}`;
	return `message "${shorten(words, 30)}"${to} ("${scheduleId}")`;
}
