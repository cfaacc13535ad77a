import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { gatewayOf, gateways } from '../gateways/registry';
import { gatewayFields } from './gatewayFields';

/** For these gateways the trigger derives a missing secret from the gateway's key and registers it itself. */
const SELF_REGISTERING = gateways
	.filter(({ capabilities }) => capabilities.webhooks.registration === 'api')
	.map(({ label }) => label);

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
			hint: `Only for the trigger: enter a long random string. ${SELF_REGISTERING.join(' and ')} work without.`,
		},
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
