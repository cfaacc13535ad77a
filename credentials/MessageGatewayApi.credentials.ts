import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { gatewayOf, gateways } from '../gateways/registry';
import { gatewayFields } from './gatewayFields';

/** Where it is missing, the trigger derives a secret from the gateway's key and enters it itself. */
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
				'A long random text that the gateway sends along with each webhook, so that the Message Scheduler Trigger knows that it is genuine. Enter the same at the gateway.',
			hint: `Only for the trigger: make up a long random text. ${SELF_REGISTERING.join(' and ')} work without.`,
		},
	];

	/**
	 * Puts base address and key onto a request. As a function, since each gateway has its own way;
	 * the node itself never touches a key.
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
