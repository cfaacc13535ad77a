import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { isOfAccount } from '../../../../gateways/account';
import { isWindowClosed } from '../../../../gateways/capabilityChecks';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { isStatus } from '../../../../messages/status';
import { parseEventFields } from '../../../../messages/statusEventItem';
import { recordEvent } from '../../../../stores/table/recordEvent';
import { withReportedAccount, type RecordableStatus } from '../../../../stores/table/recordStatus';
import { isoOf } from '../../../../stores/table/rows';
import { optionsField, readOption } from '../../fields/common';
import { addOptOutsOption, readAddOptOuts } from '../../fields/doNotContact';
import { readBackend, backendFields } from '../../fields/storage';
import type { BackendRef } from '../../../shared/backendRef';
import { GATHERED_CONCURRENCY, type Operation, type Plan } from '../../operation';
import {
	addRefusedRecipient,
	lastWishes,
	recordWish,
	wishOf,
	type Wish,
} from '../../recordedOptOuts';

interface RecordStatusPlan extends Plan {
	readonly store: BackendRef;
	/** Null for what a person wrote or chose, which has no row. */
	readonly event: RecordableStatus | null;
	readonly addsOptOuts: boolean;
	/** What that asks for, of people who ask for nothing else later in the run. */
	readonly wish: Wish | null;
	readonly item: IDataObject;
}

const acceptUnverifiedOption: INodeProperties = {
	displayName: 'Accept Unverified',
	name: 'acceptUnverified',
	type: 'boolean',
	default: false,
	description:
		'Whether to record events that "Read Webhook" could not verify. Whoever knows the URL of that webhook can then change the statuses of messages, and Do Not Contact.',
};

/** Writes a status event of the trigger into the row of its message. */
export const recordStatus: Operation<RecordStatusPlan> = {
	option: {
		name: 'Record Status',
		value: 'recordStatus',
		description: 'Write a status event into the row of its message in a Data Table or PostgreSQL',
		action: 'Record status of scheduled message',
	},
	description: [...backendFields, optionsField([acceptUnverifiedOption, addOptOutsOption])],

	concurrency: (plans, run) =>
		plans.every((plan) => plan === null || plan.store.in === 'postgres')
			? GATHERED_CONCURRENCY
			: run.maxParallel,

	prepare(context, index, run) {
		const item = context.getInputData()[index].json;
		const isReceived = isOfPerson(item);
		const addsOptOuts = readAddOptOuts(context, index);
		const event = isReceived ? null : readEvent(item);
		const wish = isReceived && addsOptOuts ? wishOf(run, item) : null;
		if (!isReceived || wish !== null) {
			assertVerified(item, readOption(context, index, 'acceptUnverified') === true);
		}
		return {
			fingerprint: ['recordStatus', String(item.eventId)],
			store: readBackend(context, index),
			event,
			addsOptOuts,
			wish,
			item,
		};
	},

	arrange(plans) {
		const arranged = [...plans];
		const storeOf = (plan: RecordStatusPlan | null) => JSON.stringify(plan?.store);
		for (const store of new Set(plans.map(storeOf))) {
			const last = lastWishes(plans.map((plan) => (storeOf(plan) === store ? plan!.wish : null)));
			plans.forEach((plan, index) => {
				if (plan !== null && storeOf(plan) === store)
					arranged[index] = { ...plan, wish: last[index] };
			});
		}
		return arranged;
	},

	async perform({ store, event, addsOptOuts, wish, item }, run) {
		// The trigger emits all kinds, and what comes after this operation may want this one.
		if (event === null) {
			const addedToDoNotContact = wish !== null && (await recordWish(run, store, wish));
			return [{ recorded: false, kept: false, addedToDoNotContact, ...item }];
		}
		const { gateway, connection } = run;
		const isOfGateway = event.gateway === gateway.id;
		const { messages, now } = await run.backend(store);
		const isOfSender = isOfGateway && isOfAccount(gateway, connection.credential, event.account);
		const senders = withReportedAccount(run.senders, event.account, isOfSender);
		const result = await recordEvent(
			{ ...run, senders, table: messages, now },
			isOfGateway
				? {
						...event,
						text: gateway.eventText?.(item.raw) ?? null,
						isWindowClosed: isWindowClosed(gateway, event.failure?.code),
					}
				: event,
		);
		const addedToDoNotContact = addsOptOuts && (await addRefusedRecipient(run, store, event));
		const outcome = { ...result, addedToDoNotContact };
		// The result comes first, even if the item has been recorded before.
		return [{ ...outcome, ...item, ...outcome }];
	},
};

/** A received message, or a preference. */
const isOfPerson = ({ event, eventId }: IDataObject): boolean =>
	(event === 'received' || event === 'preference') && typeof eventId === 'string';

/** What *Read Webhook* could not verify changes nothing; the trigger lets no such event through. */
function assertVerified({ verified }: IDataObject, acceptUnverified: boolean): void {
	if (verified !== false || acceptUnverified) return;
	throw new InvalidParameterError(
		'Input',
		'The event of the "Input" item was not verified, so anybody may have sent it',
		'Turn on "Reject Unverified" in "Read Webhook", or "Accept Unverified" here if nobody else reaches that webhook.',
	);
}

/** The input item must be a status event as the trigger emits it. */
function readEvent(item: IDataObject): RecordableStatus {
	const { gateway, messageId, status, origin } = item;
	if (!isStatus(status) || typeof gateway !== 'string' || !('messageId' in item)) {
		// The text that *Listen for test event* emits for a webhook without a status.
		const ignored = textOf(item.ignored);
		throw new InvalidParameterError(
			'Input',
			'The "Input" item is not a status event',
			ignored ??
				'Connect this operation after the Message Scheduler Trigger, and pass its items on unchanged.',
		);
	}
	return {
		gateway,
		account: textOf(item.account),
		messageId: textOf(messageId),
		status,
		occurredAt: isoOf(textOf(item.occurredAt)),
		receivedAt: isoOf(textOf(item.receivedAt)) ?? new Date().toISOString(),
		...parseEventFields(item),
		origin: origin === 'api' || origin === 'phone' ? origin : null,
		reference: textOf(item.reference),
		text: null,
	};
}

const textOf = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value : null;
