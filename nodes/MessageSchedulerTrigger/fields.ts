import type { INodeProperties } from 'n8n-workflow';
import { STATUSES, STATUS_NAMES, type Status } from '../../messages/status';
import { receivedOptions } from '../shared/receivedOptions';
import { eventTitle } from './eventTitle';
import { PREFERENCE, RECEIVED } from './options';
import { TRIGGER_ON } from './wanted';
import { SET_UP } from './webhookSetUp';

/** Says for each gateway where to enter the webhook URL. */
const WHERE_TO_ENTER =
	'https://github.com/message-scheduler/n8n-nodes-message-scheduler/blob/main/docs/credentials.md#webhooks';

/** Few by default, since each event costs an execution. */
export const DEFAULT_STATUSES: readonly Status[] = [
	'sent',
	'delivered',
	'read',
	'failed',
	'expired',
];

/** The editor loads it, and again if the credential or the events change. It is nothing to choose from. */
const setUpOptions = { loadOptionsMethod: 'webhookSetUp', loadOptionsDependsOn: ['events'] };

/** No gateway reports that an outcome is unknown. */
const statusChoices = STATUS_NAMES.filter((status) => status !== 'unconfirmed').map((status) => ({
	name: eventTitle(status),
	value: status as string,
	action: `On message ${status === 'unknown' ? 'status unknown' : status}`,
	description: STATUSES[status].meaning,
}));

const receivedChoice = {
	name: eventTitle(RECEIVED),
	value: RECEIVED,
	action: 'On message received',
	description: 'Somebody wrote to the account, or chose a button',
};

const preferenceChoice = {
	name: eventTitle(PREFERENCE),
	value: PREFERENCE,
	action: 'On preference changed',
	description:
		'Somebody chose at the gateway to get no more marketing messages, or to get them again. It is no answer.',
};

/** All parameters of the trigger. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Webhook Set-Up',
		name: 'webhookSetUp',
		type: 'options',
		typeOptions: setUpOptions,
		noDataExpression: true,
		options: [],
		default: SET_UP,
		description: 'How the gateway of the credential gets the Production URL',
		hint: `<a href="${WHERE_TO_ENTER}" target="_blank">The set-up of each gateway</a>`,
	},
	{
		// n8n's nodes panel recognizes the choices by this label, and offers each as a separate trigger.
		displayName: TRIGGER_ON,
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: [...statusChoices, receivedChoice, preferenceChoice].sort((a, b) =>
			a.name.localeCompare(b.name),
		),
		default: [...DEFAULT_STATUSES],
		description:
			'Which statuses of your messages, and whether messages from people or changes of their preferences, start the workflow. All others are acknowledged and cost no execution.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Accept Unauthenticated Webhooks',
				name: 'acceptUnauthenticated',
				type: 'boolean',
				default: false,
				description:
					'Whether to accept webhooks if the credential has no Webhook Secret. Anyone who knows the URL can then forge statuses and messages.',
			},
			...receivedOptions({ '/events': [RECEIVED] }),
			{
				displayName: 'Replace Existing Webhook',
				name: 'replaceExisting',
				type: 'boolean',
				default: false,
				description:
					"Whether to replace another application's webhook if the gateway supports only one. It is restored when the workflow is unpublished.",
			},
			{
				displayName: 'Skip Duplicates',
				name: 'skipDuplicates',
				type: 'boolean',
				default: true,
				description:
					'Whether to skip a status or message that was already emitted, since gateways resend webhooks. With several webhook processors, route each URL to one of them.',
			},
			{
				displayName: 'Skip Out-of-Order Statuses',
				name: 'skipOutOfOrder',
				type: 'boolean',
				default: true,
				description:
					'Whether to skip a status that arrives after a later one of the same message, such as sent after read',
			},
		],
	},
];
