import type { Gateway } from '../gateways/gateway';
import { GatewayError } from '../gateways/transport/gatewayError';
import type { ScheduledMessage } from '../messages/scheduledMessage';

const PAST: Readonly<Record<string, string>> = {
	cancelled: 'it is already cancelled',
	failed: 'it could not be sent',
	deleted: 'it was deleted',
	expired: 'it expired',
	unconfirmed: 'it may have been sent already: the outcome is unknown',
	unknown: 'its status is not known',
};

/** Says why a message can no longer be changed. */
export function notPending(
	{ label }: Gateway,
	message: ScheduledMessage,
	verb: string,
): GatewayError {
	const { status, scheduleId, gatewayStatus } = message;
	const state = Object.hasOwn(PAST, status) ? PAST[status] : 'it is already on its way or sent';
	return new GatewayError(
		'notPending',
		`The scheduled message "${scheduleId}" can no longer be ${verb}: ${state}${gatewayStatus === null ? '' : ` (${label}: "${gatewayStatus}")`}`,
		{ hint: 'Only messages with the status "scheduled" can be changed.' },
	);
}
