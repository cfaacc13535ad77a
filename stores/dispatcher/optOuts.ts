import { isOptOut } from '../../gateways/capabilityChecks';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { personOf } from '../../messages/doNotContact';
import type { Failure } from '../../messages/failure';
import type { SentMessage } from '../../messages/sentMessage';
import type { Settled } from '../../messages/settle';
import type { Row } from '../table/columns';
import { toScheduledMessage } from '../table/rows';
import type { DispatchContext } from './rules';

/**
 * Enters a recipient into Do Not Contact whom the gateway reports as opted out: it would refuse the next
 * messages as well.
 */
export async function noteOptOut(
	{ gateway, addOptOut }: Pick<DispatchContext, 'gateway' | 'addOptOut'>,
	row: Row,
	sent: Settled<SentMessage>,
): Promise<void> {
	const failure = sent.ok ? sent.value.failure : failureOf(sent.error);
	if (addOptOut === undefined || failure === null || !isOptOut(gateway, failure.code)) return;
	await addOptOut(personOf(toScheduledMessage(row).recipient), failure.reason);
}

const failureOf = (error: unknown): Failure | null =>
	error instanceof GatewayError
		? { code: error.details.code ?? null, reason: error.message }
		: null;
