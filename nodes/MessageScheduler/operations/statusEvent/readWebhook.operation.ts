import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isOfAccount } from '../../../../gateways/account';
import { parseEvents } from '../../../../gateways/parseEvents';
import { GatewayError } from '../../../../gateways/transport/gatewayError';
import { webhookKeyLabel } from '../../../../gateways/webhookSecret';
import { isTimezone } from '../../../../messages/sendTime';
import { toEventItem } from '../../../../messages/webhookEvent';
import {
	assertReceivedOptions,
	leftOutBy,
	receivedOptions,
	withOptOut,
} from '../../../shared/receivedOptions';
import { optionsField } from '../../fields/common';
import { GATHERED_CONCURRENCY, type Operation, type Plan } from '../../operation';
import { toDelivery, type PassedOnWebhook } from '../../passedOnWebhook';

interface ReadWebhookPlan extends Plan {
	readonly webhook: Omit<PassedOnWebhook, 'rawBody'>;
	/** Reads the bytes; null if the item has none. */
	readBytes(): Promise<Uint8Array | null>;
	readonly rejectUnverified: boolean;
	readonly kinds: readonly unknown[];
	readonly options: Readonly<Record<string, unknown>>;
}

const fields: INodeProperties[] = [
	{
		displayName: 'Body',
		name: 'webhookBody',
		type: 'json',
		required: true,
		default: '={{ $json.body ?? $json }}',
		description:
			'Body of the webhook, as an object or as the text that came. By default that of n8n’s Webhook node, or else the whole item.',
	},
	{
		displayName: 'Headers',
		name: 'webhookHeaders',
		type: 'json',
		default: '={{ $json.headers ?? {} }}',
		description: 'Headers of the webhook, by which it is verified. Without them it is not.',
	},
	{
		displayName: 'Raw Body Field',
		name: 'rawBodyField',
		type: 'string',
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the input field containing the binary file data to be processed',
		description:
			'Binary field with the bytes of the body, which gateways that sign their webhooks are verified by. n8n’s Webhook node adds it with its option Raw Body.',
	},
	{
		displayName: 'Events',
		name: 'eventKinds',
		type: 'multiOptions',
		options: [
			{
				name: 'Message Received',
				value: 'received',
				description: 'Somebody wrote to the account, or chose a button',
			},
			{
				name: 'Preference Changed',
				value: 'preference',
				description:
					'Somebody chose at the gateway to get no more marketing messages, or to get them again',
			},
			{ name: 'Status', value: 'status', description: 'A status of a message that was sent' },
		],
		default: ['status'],
		description: 'What to return of the webhook. The field event tells them apart.',
	},
];

/** Reads a webhook that another node received: its events, as the trigger emits them. */
export const readWebhook: Operation<ReadWebhookPlan> = {
	option: {
		name: 'Read Webhook',
		value: 'readWebhook',
		description: 'Read the statuses and messages of a webhook that another node received',
		action: 'Read webhook',
	},
	description: [
		...fields,
		optionsField([
			...receivedOptions({ '/eventKinds': ['received'] }),
			{
				displayName: 'Reject Unverified',
				name: 'rejectUnverified',
				type: 'boolean',
				default: false,
				description:
					'Whether to stop at a webhook that cannot be verified, instead of returning its events with verified false',
			},
		]),
	],

	concurrency: () => GATHERED_CONCURRENCY,

	prepare(context, index) {
		const { query, webhookUrl } = context.getInputData()[index].json;
		const field = String(context.getNodeParameter('rawBodyField', index, '') ?? '').trim();
		const kinds = context.getNodeParameter('eventKinds', index, ['status']);
		const options = context.getNodeParameter('options', index, {}) as Record<string, unknown>;
		assertReceivedOptions(options);
		return {
			fingerprint: ['readWebhook'],
			webhook: {
				body: context.getNodeParameter('webhookBody', index),
				headers: parsed(context.getNodeParameter('webhookHeaders', index, {})),
				query,
				url: webhookUrl,
			},
			readBytes: async () => await readBytes(context, index, field),
			rejectUnverified: options.rejectUnverified === true,
			kinds: Array.isArray(kinds) ? kinds : [],
			options,
		};
	},

	async perform({ webhook, readBytes: read, rejectUnverified, kinds, options }, run) {
		const { gateway, connection } = run;
		const whole = gateway.wholeWebhook?.(webhook.body) ?? webhook.body;
		const delivery = toDelivery({ ...webhook, body: whole, rawBody: await read() }, gateway);
		const { body, query } = delivery;
		const verdict = gateway.verifyWebhook(connection.credential, delivery);
		if (!verdict.verified && rejectUnverified) {
			throw new GatewayError('rejected', `The webhook was not verified: ${verdict.reason}`, {
				hint: `Compare "${webhookKeyLabel(gateway)}" in the credential with the settings at the gateway, and check that "Headers" and "Raw Body Field" have what came.`,
			});
		}
		// As the trigger: of a message that somebody else wrote, a status is none of ours.
		const received = new Set(gateway.receivedIds?.(body));
		const receivedAt = new Date(run.now()).toISOString();
		const timezone = isTimezone(run.timezone) ? run.timezone : 'UTC';
		const isLeftOut = leftOutBy(options);
		const marked = withOptOut(options);
		return (
			parseEvents(gateway, body, { receivedAt, query })
				// One webhook may tell of several accounts.
				.filter(({ account }) => isOfAccount(gateway, connection.credential, account))
				.filter((event) =>
					event.event === 'status'
						? event.messageId === null || !received.has(event.messageId)
						: event.event === 'preference' || isLeftOut(event) === null,
				)
				.filter(({ event }) => kinds.includes(event))
				.map((event): IDataObject => {
					const shown = event.event === 'received' ? marked(event) : event;
					const item = toEventItem(shown, timezone) as unknown as IDataObject;
					return { ...item, verified: verdict.verified };
				})
		);
	},
};

/** The bytes of a binary field; null without one. Those of an empty body are none. */
async function readBytes(
	context: IExecuteFunctions,
	index: number,
	field: string,
): Promise<Uint8Array | null> {
	const { binary = {} } = context.getInputData()[index];
	if (field === '' || !Object.hasOwn(binary, field)) return null;
	const bytes = await context.helpers.getBinaryDataBuffer(index, field);
	return bytes.length === 0 ? null : bytes;
}

/** A JSON field that the user has filled in by hand is text. */
function parsed(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	try {
		return JSON.parse(value);
	} catch {
		return {};
	}
}
