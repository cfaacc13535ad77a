import type { OutgoingMessage } from '../../../../messages/message';
import { assertSendable } from '../../../../gateways/refusals';
import { GatewayError } from '../../../../gateways/transport/gatewayError';
import { settle } from '../../../../stores/settle';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { messageFields, readMessage } from '../../fields/message';
import { readReference, referenceOption } from '../../fields/reference';
import type { Operation, Plan } from '../../operation';
import { sentItem } from '../../output';

interface SendPlan extends Plan {
	readonly message: Omit<OutgoingMessage, 'idempotencyKey'>;
	readonly simplify: boolean;
}

/** Sends a message at once. */
export const send: Operation<SendPlan> = {
	description: [...messageFields, simplifyField, optionsField([referenceOption])],

	prepare(context, index, run) {
		const message = { ...readMessage(context, index), reference: readReference(context, index) };
		assertSendable(run.gateway, { ...message, idempotencyKey: '' });
		return {
			identity: ['send', message.recipient.address, message.type],
			message,
			simplify: readSimplify(context, index),
		};
	},

	async perform({ message, simplify }, { gateway, connection, now }, entry) {
		const { idempotencyKey, earlier } = entry;
		if (earlier !== null) throw notRepeated(gateway.label);
		const outgoing = { ...message, idempotencyKey };
		entry.begin({ since: now(), message: { ...outgoing, scheduledAt: '' } });
		const outcome = await settle(gateway.send(connection, outgoing));
		if (outcome.ok) return [sentItem(outcome.value, simplify)];
		const { error } = outcome;
		if (!isOpenEnded(error)) entry.abandon();
		throw error instanceof GatewayError && isOpenEnded(error) ? leftOpen(error) : error;
	},
};

const isOpenEnded = (error: unknown) =>
	error instanceof GatewayError && error.details.openEnded === true;

/** The gateway's own advice to try again would send it twice. */
const leftOpen = ({ kind, message, details }: GatewayError) =>
	new GatewayError(kind, `Nobody knows whether the message was sent: ${message}`, {
		...details,
		hint: 'It was not sent again, so that it does not go out twice. Check with the recipient or at the gateway. To send it in any case, run the workflow anew.',
	});

/** A message that may have gone out is never sent again by itself. */
const notRepeated = (label: string) =>
	new GatewayError(
		'unavailable',
		`The message was not sent again: an earlier try got no clear answer from ${label}, so it may have gone out already`,
		{
			hint: 'Check with the recipient or at the gateway. To send it in any case, run the workflow anew.',
			openEnded: true,
		},
	);
