import type { INodeProperties } from 'n8n-workflow';
import { STATUSES, STATUS_NAMES, type Status } from '../../messages/status';
import { statusTitle } from './statusTitle';

/** Lists all gateways: where each takes the address. */
const WHERE_TO_ENTER =
	'https://github.com/message-scheduler/n8n-nodes-message-scheduler/blob/main/docs/credentials.md#webhooks';

/** Few by default: each event that starts a run costs one. */
export const DEFAULT_STATUSES: readonly Status[] = [
	'sent',
	'delivered',
	'read',
	'failed',
	'expired',
];

/**
 * Right for every gateway, and no longer with more of them: *Trigger On* is to stand in sight below it.
 * n8n leaves links of a notice's HTML.
 */
const SET_UP_NOTICE = `If your gateway has an API for webhooks, publishing enters the Production URL there. If not, <a href="${WHERE_TO_ENTER}" target="_blank">enter it by hand</a>.`;

/** All parameters of the trigger. */
export const properties: INodeProperties[] = [
	{
		displayName: SET_UP_NOTICE,
		name: 'setUpNotice',
		type: 'notice',
		default: '',
	},
	{
		// By this label n8n's nodes panel knows the choices, and offers each as a trigger of its own.
		displayName: 'Trigger On',
		name: 'statuses',
		type: 'multiOptions',
		required: true,
		// No gateway reports that an outcome is unknown.
		options: STATUS_NAMES.filter((status) => status !== 'unconfirmed')
			.sort()
			.map((status) => ({
				name: statusTitle(status),
				value: status,
				action: `On message ${status === 'unknown' ? 'status unknown' : status}`,
				description: STATUSES[status].meaning,
			})),
		default: [...DEFAULT_STATUSES],
		description:
			'Which statuses start the workflow. All others are acknowledged and cost no execution.',
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
					'Whether to accept webhooks when the credential has no Webhook Secret. Anyone who knows the URL can then invent statuses.',
			},
			{
				displayName: 'Replace Existing Webhook',
				name: 'replaceExisting',
				type: 'boolean',
				default: false,
				description:
					'Whether to replace the webhook of somebody else where the gateway has room for one only. It is put back when the workflow is taken off again.',
			},
			{
				displayName: 'Skip Duplicates',
				name: 'skipDuplicates',
				type: 'boolean',
				default: true,
				description:
					'Whether to leave out a status that was told before. Gateways repeat webhooks. Where several processes receive them, add a Remove Duplicates node on eventId to be strict.',
			},
			{
				displayName: 'Skip Out-of-Order Statuses',
				name: 'skipOutOfOrder',
				type: 'boolean',
				default: true,
				description:
					'Whether to leave out a status that comes after a later one of the same message, such as sent after read',
			},
		],
	},
];
