import type { OutgoingMessage } from '../../../../messages/message';
import type { Failure } from '../../../../messages/failure';
import { createSentMessage, type SentMessage } from '../../../../messages/sentMessage';
import { assertSendable } from '../../../../gateways/capabilityChecks';
import { GatewayError, isOutcomeUnknown } from '../../../../gateways/transport/gatewayError';
import { sendByKey } from '../../../../stores/deduplication/sendByKey';
import { settle } from '../../../../messages/settle';
import type { InputFile } from '../../../shared/inputFile';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import {
	deduplicationKeyOption,
	deduplicationTableOption,
	ifAlreadySentOption,
	readDeduplicationKey,
	readIfSent,
} from '../../fields/deduplication';
import { contactFields, ifListedOption, readContactRule } from '../../fields/contactCheck';
import { messageFields, readMessage } from '../../fields/message';
import { readGroup, sentGroupOption } from '../../fields/group';
import { ifNumberLengthOption, numberWarnings } from '../../fields/numberLength';
import { readReference, referenceOption } from '../../fields/reference';
import { checkContact, expectContact, type ContactRule } from '../../doNotContact';
import { noteMessage } from '../../hints';
import type { Operation, Plan } from '../../operation';
import { sentItem } from '../../output';
import type { Run } from '../../run';

interface SendPlan extends Plan {
	readonly message: Omit<OutgoingMessage, 'idempotencyKey'>;
	readonly file: InputFile | null;
	/** The deduplication key, or null. */
	readonly key: string | null;
	readonly ifExists: 'return' | 'reject';
	/** The number before *Default Country* changed it; null if it did not. */
	readonly recipientAsGiven: string | null;
	readonly group: string | null;
	/** Null if nobody looks whether the recipient is on Do Not Contact. */
	readonly contact: ContactRule | null;
	readonly simplify: boolean;
	/** What the user should know before the message is delivered. */
	readonly warnings: readonly string[];
}

/** Sends a message immediately. */
export const send: Operation<SendPlan> = {
	option: {
		name: 'Send',
		value: 'send',
		description: 'Send a message immediately',
		action: 'Send message',
	},
	description: [
		...messageFields,
		...contactFields(),
		simplifyField,
		optionsField([
			deduplicationKeyOption,
			deduplicationTableOption,
			defaultCountryOption,
			ifNumberLengthOption,
			ifAlreadySentOption,
			ifListedOption,
			referenceOption,
			sentGroupOption,
		]),
	],

	prepare(context, index, run) {
		const { content, recipientAsGiven, file } = readMessage(context, index);
		const message = { ...content, reference: readReference(context, index) };
		assertSendable(run.gateway, { ...message, idempotencyKey: '', file: file ?? undefined });
		const { rule } = readContactRule(context, index, message.recipient, null);
		expectContact(run, rule);
		noteMessage(context, run, 'sent');
		return {
			fingerprint: ['send', message.recipient.address, message.type],
			message,
			file,
			key: readDeduplicationKey(context, index),
			ifExists: readIfSent(context, index),
			recipientAsGiven,
			group: readGroup(context, index),
			contact: rule,
			simplify: readSimplify(context, index),
			warnings: numberWarnings(context, index, content.recipient),
		};
	},

	async verify(plan, run) {
		const { template, type } = plan.message;
		const { file } = plan;
		await checkContact(run, plan.contact);
		await run.uploads.verify(type, file);
		const warning = template === null ? null : await run.checkTemplate(template, { file });
		return warning === null ? plan : { ...plan, warnings: [...plan.warnings, warning] };
	},

	async perform(
		{ message, file, key, ifExists, recipientAsGiven, group, contact, simplify, warnings },
		run,
		entry,
	) {
		const { gateway, connection, now, sleep, keys, uploads } = run;
		const { idempotencyKey, unresolved } = entry;
		if (unresolved !== null) throw notRepeated(gateway.label);
		const outgoing = { ...message, idempotencyKey };
		const toItem = (sent: SentMessage) =>
			sentItem(sent, { simplify, recipientAsGiven, group, warnings });
		// Once more: the items before it may have taken long.
		const skipped = await checkContact(run, contact);
		if (skipped !== null) return [toItem(notSent(outgoing, skipped, run))];
		const attempt = { since: now(), message: { ...outgoing, scheduledAt: '' } };
		const sendReady = async (ready: OutgoingMessage): Promise<SentMessage> => {
			// And again: the file, or another execution with the key, may have taken minutes.
			const listed = await checkContact(run, contact);
			if (listed !== null) throw new Skipped(listed);
			entry.begin(attempt);
			const outcome = await settle(gateway.send(connection, ready));
			if (outcome.ok) return outcome.value;
			const { error } = outcome;
			if (isOutcomeUnknown(error)) throw outcomeUnknownError(error);
			entry.clear();
			throw error;
		};
		const deliver = async (): Promise<SentMessage> => {
			if (key === null) return await uploads.ready(outgoing, file, sendReady);
			const by = { owner: idempotencyKey, ifExists, attempt, now, sleep, staleMs: keys.staleMs };
			const ledger = await keys.ledger().catch(needsTables);
			// The file first: a run that ends while it is uploaded has not begun to send.
			return await uploads.ready(
				outgoing,
				file,
				async (ready) =>
					await sendByKey(key, { ...by, ledger, send: async () => await sendReady(ready) }),
			);
		};
		const delivered = await settle(deliver());
		if (delivered.ok) return [toItem(delivered.value)];
		if (!(delivered.error instanceof Skipped)) throw delivered.error;
		return [toItem(notSent(outgoing, delivered.error.failure, run))];
	},
};

/** The recipient has come onto Do Not Contact meanwhile. An error, so that it frees the deduplication key. */
class Skipped extends Error {
	constructor(readonly failure: Failure) {
		super(failure.reason);
	}
}

/** A message that is skipped, since its recipient is on Do Not Contact. */
const notSent = (
	message: OutgoingMessage,
	failure: Failure,
	{ sender: { gateway, account } }: Run,
): SentMessage =>
	createSentMessage(message, { gateway, account, status: 'cancelled', failure, raw: null });

/** Adds why a table is needed. */
const needsTables = (error: unknown): never => {
	if (!(error instanceof GatewayError) || error.kind !== 'unsupported') throw error;
	throw new GatewayError(
		error.kind,
		`"Deduplication Key" requires n8n Data Tables, which record what was sent. ${error.message}`,
		{ hint: 'Update n8n to 2.3 or newer, or leave "Deduplication Key" empty.' },
	);
};

/** Replaces the gateway's hint, since its advice to retry would send the message twice. */
const outcomeUnknownError = ({ kind, message, details }: GatewayError) =>
	new GatewayError(kind, `It is unknown whether the message was sent: ${message}`, {
		...details,
		hint: 'The node did not send it again, to avoid a duplicate. Check with the recipient or at the gateway, and run the workflow again only if it was not sent.',
	});

/** A message that may have been sent is never sent again automatically. */
const notRepeated = (label: string) =>
	new GatewayError(
		'unavailable',
		`The message was not sent again: the outcome of an earlier attempt at ${label} is unknown, so it may already have been sent`,
		{
			hint: 'Check with the recipient or at the gateway, and run the workflow again only if it was not sent.',
			outcomeUnknown: true,
		},
	);
