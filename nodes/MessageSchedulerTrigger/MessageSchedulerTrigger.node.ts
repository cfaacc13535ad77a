import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { messageGatewayApiTest } from '../shared/credentialTest';
import { properties } from './fields';
import { triggerPanel } from './panel';
import { check, register, remove } from './lifecycle';
import { receive } from './receive';
import { webhookSetUp } from './webhookSetUp';

/** The trigger node: receives the gateways' webhooks and emits one item for each event. */
export class MessageSchedulerTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Message Scheduler Trigger',
		name: 'messageSchedulerTrigger',
		icon: {
			light: 'file:../../icons/messageScheduler.svg',
			dark: 'file:../../icons/messageScheduler.dark.svg',
		},
		group: ['trigger'],
		// Both behave the same; 1 is for workflows of the first release. New nodes get 2: for each webhook of
		// a node with version 1, n8n 2.41.1 evaluates an internal expression (webhook-helpers,
		// `parseRequestBody`), and builds an isolate for it: 40 ms of processor time.
		version: [1, 2],
		defaultVersion: 2,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		// The action node's, word for word: n8n's nodes panel has one entry for both, with the action node's name
		// and aliases and the trigger's description (editor-ui, `generateMergedNodesAndActions`).
		description:
			'Schedule WhatsApp and SMS messages, and start workflows when they are sent, delivered, read or have failed',
		eventTriggerDescription: 'Send a message through a gateway that has the Test URL',
		triggerPanel,
		activationMessage:
			'Your workflow now starts on each status or message that your gateway reports to the Production URL.',
		defaults: { name: 'Message Scheduler Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'messageGatewayApi', required: true, testedBy: 'messageGatewayApiTest' }],
		webhooks: [
			{
				// The first, so that n8n answers it before `create` of the other one runs: some gateways try an
				// address out while it is being registered.
				name: 'setup',
				httpMethod: 'GET',
				responseMode: 'onReceived',
				responseData: '',
				path: 'webhook',
				ndvHideUrl: true,
			},
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				// Empty: otherwise n8n responds with the literal text `firstEntryJson` instead of the node's response.
				responseData: '',
				path: 'webhook',
			},
		],
		properties,
	};

	methods = { credentialTest: { messageGatewayApiTest }, loadOptions: { webhookSetUp } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await check(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await register(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await remove(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}
}
