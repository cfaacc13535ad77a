import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { gatewayOf, gateways } from '../gateways/registry';
import { STATUS_URL_FIELD } from '../gateways/statusUrl';
import { gatewayFields } from './gatewayFields';

/** Gateways that sign webhooks with a key of their own need no secret of ours. */
const SIGNING = gateways
	.filter(({ signingKeyField }) => signingKeyField !== undefined)
	.map(({ id }) => id);

/** Gateways that get the trigger's URL with each message. */
const PER_MESSAGE = gateways
	.filter(({ capabilities }) => capabilities.webhooks.registration === 'perMessage')
	.map(({ id }) => id);

const statusUrlField: INodeProperties = {
	displayName: 'Status URL',
	name: STATUS_URL_FIELD,
	type: 'string',
	default: '',
	placeholder: 'e.g. https://n8n.example.com/webhook/…/webhook',
	description:
		'The Production URL of the Message Scheduler Trigger. It is sent with each message, so that the gateway reports its statuses there.',
	displayOptions: { show: { gateway: PER_MESSAGE } },
};

/** The one credential of both nodes: which gateway, that gateway's fields, and the webhook secret. */
export class MessageGatewayApi implements ICredentialType {
	name = 'messageGatewayApi';

	displayName = 'Message Gateway API';

	icon: Icon = {
		light: 'file:../icons/messageScheduler.svg',
		dark: 'file:../icons/messageScheduler.dark.svg',
	};

	documentationUrl =
		'https://github.com/message-scheduler/n8n-nodes-message-scheduler/blob/main/docs/credentials.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Gateway',
			name: 'gateway',
			type: 'options',
			options: gateways.map(({ id, label }) => ({ name: label, value: id })),
			default: gateways[0].id,
			description: 'The service that carries the messages',
		},
		...gateways.flatMap(gatewayFields),
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'A long random string that the gateway includes in each webhook, so that the Message Scheduler Trigger can verify it. Enter the same value at the gateway.',
			hint: 'Only for the trigger: enter a long random string. Not needed if the trigger registers itself at the gateway.',
			...(SIGNING.length === 0 ? {} : { displayOptions: { hide: { gateway: SIGNING } } }),
		},
		...(PER_MESSAGE.length === 0 ? [] : [statusUrlField]),
	];

	/**
	 * Adds base URL and key to a request. A function, since gateways differ in how they authenticate; the
	 * node itself never handles a key.
	 */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { url, headers, query } = gatewayOf(credentials).authenticate(credentials, {
			method: 'GET',
			url: requestOptions.url,
			headers: {},
			query: {},
		});
		return {
			...requestOptions,
			url,
			headers: { ...requestOptions.headers, ...headers },
			qs: { ...requestOptions.qs, ...query },
		};
	}
}
