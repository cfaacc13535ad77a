import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { messageGatewayApiTest } from '../shared/credentialTest';
import { properties } from './fields';
import { withHints } from './hints';
import { MESSAGE_TEMPLATE, REPLACEMENT } from './fields/template';
import { searchScheduledMessages } from './methods/searchScheduledMessages';
import { searchTemplates } from './methods/searchTemplates';
import { templateVariables } from './methods/templateVariables';
import { router } from './router';

/** The action node: schedules, lists, reschedules, cancels and sends messages. */
export class MessageScheduler implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Message Scheduler',
		name: 'messageScheduler',
		icon: {
			light: 'file:../../icons/messageScheduler.svg',
			dark: 'file:../../icons/messageScheduler.dark.svg',
		},
		group: ['output'],
		version: 1,
		// Short: n8n's canvas cuts "reschedule: scheduled message" off.
		subtitle:
			'={{ $parameter["operation"].replace("getAll", "getMany").replace(/([A-Z])/g, " $1").toLowerCase() + ($parameter["resource"] === "message" ? ": message" : "") }}',
		// The trigger's, word for word: see there.
		description:
			'Schedule WhatsApp and SMS messages, and start workflows when they are sent, delivered, read or have failed',
		defaults: { name: 'Message Scheduler' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'messageGatewayApi', required: true, testedBy: 'messageGatewayApiTest' }],
		properties,
	};

	methods = {
		listSearch: { searchScheduledMessages, searchTemplates },
		resourceMapping: {
			templateVariables: templateVariables(MESSAGE_TEMPLATE),
			replacementVariables: templateVariables(REPLACEMENT),
		},
		credentialTest: { messageGatewayApiTest },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withHints(this, async () => await router(this));
	}
}
