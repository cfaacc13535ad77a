import type { OutgoingMessage } from '../../../../messages/message';
import type { SentMessage } from '../../../../messages/scheduledMessage';
import { assertSendable } from '../../../../gateways/capabilityChecks';
import { GatewayError, isOutcomeUnknown } from '../../../../gateways/transport/gatewayError';
import { sendByKey } from '../../../../stores/deduplication/sendByKey';
import { settle } from '../../../../stores/settle';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import {
	deduplicationKeyOption,
	deduplicationTableOption,
	ifAlreadySentOption,
	readDeduplicationKey,
	readIfSent,
} from '../../fields/deduplication';
import { messageFields, readMessage } from '../../fields/message';
import { readReference, referenceOption } from '../../fields/reference';
import { noteMessage } from '../../hints';
import type { Operation, Plan } from '../../operation';
import { sentItem } from '../../output';

interface SendPlan extends Plan {
	readonly message: Omit<OutgoingMessage, 'idempotencyKey'>;
	/** Null without one. */
	readonly key: string | null;
	readonly ifExists: 'return' | 'reject';
	/** What *Default Country* made another number of; null if it did not. */
	readonly recipientAsGiven: string | null;
	readonly simplify: boolean;
}

/** Sends a message at once. */
export const send: Operation<SendPlan> = {
	description: [
		...messageFields,
		simplifyField,
		optionsField([
			deduplicationKeyOption,
			deduplicationTableOption,
			defaultCountryOption,
			ifAlreadySentOption,
			referenceOption,
		]),
	],

	prepare(context, index, run) {
		const { content, recipientAsGiven } = readMessage(context, index);
		const message = { ...content, reference: readReference(context, index) };
		assertSendable(run.gateway, { ...message, idempotencyKey: '' });
		noteMessage(context, run, 'sent');
		return {
			fingerprint: ['send', message.recipient.address, message.type],
			message,
			key: readDeduplicationKey(context, index),
			ifExists: readIfSent(context, index),
			recipientAsGiven,
			simplify: readSimplify(context, index),
		};
	},

	async perform({ message, key, ifExists, recipientAsGiven, simplify }, run, entry) {
		const { gateway, connection, now, sleep, keys } = run;
		const { idempotencyKey, unresolved } = entry;
		if (unresolved !== null) throw notRepeated(gateway.label);
		const outgoing = { ...message, idempotencyKey };
		const attempt = { since: now(), message: { ...outgoing, scheduledAt: '' } };
		const once = async (): Promise<SentMessage> => {
			entry.begin(attempt);
			const outcome = await settle(gateway.send(connection, outgoing));
			if (outcome.ok) return outcome.value;
			const { error } = outcome;
			if (isOutcomeUnknown(error)) throw outcomeUnknownError(error);
			entry.clear();
			throw error;
		};
		const toItem = (sent: SentMessage) => sentItem(sent, simplify, recipientAsGiven);
		if (key === null) return [toItem(await once())];
		const by = { owner: idempotencyKey, ifExists, attempt, send: once, now, sleep };
		const ledger = await keys.ledger().catch(needsTables);
		return [toItem(await sendByKey(key, { ...by, ledger, staleMs: keys.staleMs }))];
	},
};

/** Says why the table is needed at all. */
const needsTables = (error: unknown): never => {
	if (!(error instanceof GatewayError) || error.kind !== 'unsupported') throw error;
	throw new GatewayError(
		error.kind,
		`"Deduplication Key" needs the Data Tables of n8n, which know what was sent. ${error.message}`,
		{ hint: 'Update n8n to 2.3 or newer, or leave "Deduplication Key" empty.' },
	);
};

/** The gateway's own advice to try again would send it twice. */
const outcomeUnknownError = ({ kind, message, details }: GatewayError) =>
	new GatewayError(kind, `It is unknown whether the message was sent: ${message}`, {
		...details,
		hint: 'It was not sent again, so that it does not go out twice. Check first, with the recipient or at the gateway, and run the workflow again only if it was not sent.',
	});

/** A message that may have gone out is never sent again by itself. */
const notRepeated = (label: string) =>
	new GatewayError(
		'unavailable',
		`The message was not sent again: the outcome of an earlier attempt at ${label} is unknown, so it may already have been sent`,
		{
			hint: 'Check first, with the recipient or at the gateway, and run the workflow again only if it was not sent.',
			outcomeUnknown: true,
		},
	);
