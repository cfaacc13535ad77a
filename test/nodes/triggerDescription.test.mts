import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
	NodeHelpers,
	Workflow,
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
	type INodeTypes,
} from 'n8n-workflow';
import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { STATUSES, STATUS_NAMES } from '../../messages/status';
import { MessageSchedulerTrigger } from '../../nodes/MessageSchedulerTrigger/MessageSchedulerTrigger.node';

/** What n8n makes of the trigger's description, by n8n's own functions: what a person sees and may choose. */
const trigger = new MessageSchedulerTrigger();
const { description } = trigger;
const { properties } = description;
const root = join(__dirname, '../..');

const nodeTypes: INodeTypes = {
	getByName: () => trigger,
	getByNameAndVersion: () => trigger,
	getKnownTypes: () => ({}),
};

function workflowOf(parameters: INodeParameters = {}) {
	const node: INode = {
		id: 'node-1',
		name: 'Trigger',
		type: 'n8n-nodes-message-scheduler.messageSchedulerTrigger',
		typeVersion: 2,
		position: [0, 0],
		webhookId: 'webhook-1',
		parameters,
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	return { workflow, node: workflow.getNode('Trigger')! };
}

/** The parameters that the editor shows for these values. */
const shown = (node: INode): INodeProperties[] =>
	properties.filter((each) =>
		NodeHelpers.displayParameter(node.parameters, each, node, description),
	);
const property = (name: string) => properties.find((each) => each.name === name)!;
const offered = property('events').options as INodePropertyOptions[];
const options = property('options').options as INodeProperties[];

describe('the node', () => {
	const { workflow, node } = workflowOf();

	it('starts a workflow: a trigger, with one output and no input', () => {
		expect(NodeHelpers.isTriggerNode(description)).toBe(true);
		expect(NodeHelpers.getNodeInputs(workflow, node, description)).toEqual([]);
		expect(NodeHelpers.getNodeOutputs(workflow, node, description)).toEqual(['main']);
	});

	it('stands on the canvas under its own name, with the statuses that start it', () => {
		expect(NodeHelpers.makeNodeName({}, description)).toBe(description.displayName);
		const subtitle = (parameters: INodeParameters) => {
			const { workflow: own, node: chosen } = workflowOf(parameters);
			return own.expression.getSimpleParameterValue(chosen, description.subtitle, 'internal', {});
		};
		expect(subtitle({ events: ['read', 'failed'] })).toBe('read, failed');
		expect(subtitle({})).toBe('sent, delivered, read, failed, expired');
	});

	it('is of the name and the credential by which workflows know it', () => {
		expect(description.name).toBe('messageSchedulerTrigger');
		const { name } = new MessageGatewayApi();
		expect(description.credentials).toEqual([
			{ name, required: true, testedBy: expect.any(String) },
		]);
		const [{ testedBy }] = description.credentials!;
		expect(Object.keys(trigger.methods.credentialTest)).toEqual([testedBy]);
	});

	it('has an icon for each theme', () => {
		const folder = dirname(
			join(root, 'nodes/MessageSchedulerTrigger/MessageSchedulerTrigger.node.ts'),
		);
		const { light, dark } = description.icon as { light: string; dark: string };
		expect(light).not.toBe(dark);
		for (const icon of [light, dark]) {
			expect(icon).toMatch(/^file:.+\.svg$/);
			expect(existsSync(join(folder, icon.slice('file:'.length)))).toBe(true);
		}
	});
});

describe('its webhook', () => {
	it('is one URL, to which gateways post, and the node itself responds', () => {
		// The first one answers a gateway's challenge, at the same URL.
		const [challenge, { name, httpMethod, path, responseMode, responseData }] =
			description.webhooks!;
		expect(description.webhooks).toHaveLength(2);
		expect(challenge).toMatchObject({ httpMethod: 'GET', path, responseMode, responseData });
		// n8n takes the URL to show, and the methods to register it, from the one called "default".
		expect([challenge.name, name]).toEqual(['setup', 'default']);
		const { workflow, node } = workflowOf();
		const resolved = (value: unknown) =>
			workflow.expression.getSimpleParameterValue(node, value as string, 'internal', {});
		expect(resolved(httpMethod)).toBe('POST');
		// Answered as soon as the node has looked at it, not when the workflow has come to its end.
		expect(resolved(responseMode)).toBe('onReceived');
		// `firstEntryJson` or any other text: n8n would answer with that instead of what the node says.
		expect(resolved(responseData)).toBe('');
		expect(
			NodeHelpers.getNodeWebhookUrl('https://n8n.example/webhook', '1', node, path as string),
		).toBe('https://n8n.example/webhook/webhook-1/webhook');
		// n8n looks the three methods up by the name of the webhook.
		expect(Object.keys(trigger.webhookMethods)).toEqual([name]);
		expect(Object.keys(trigger.webhookMethods.default).sort()).toEqual([
			'checkExists',
			'create',
			'delete',
		]);
	});
});

describe('its parameters', () => {
	it('are all in sight, the set-up above the rest, and have the values of a safe start', () => {
		const { node } = workflowOf();
		expect(shown(node).map(({ name, type }) => [name, type])).toEqual([
			['webhookSetUp', 'options'],
			['events', 'multiOptions'],
			['options', 'collection'],
		]);
		// It only shows something, so there is nothing to compute.
		expect(properties[0].noDataExpression).toBe(true);
		expect(
			NodeHelpers.getNodeParameters(properties, {}, true, false, node, description),
		).toMatchObject({
			events: ['sent', 'delivered', 'read', 'failed', 'expired'],
			options: {},
		});
	});

	it('save nothing but what a person has changed', () => {
		const saved = (parameters: INodeParameters) =>
			NodeHelpers.getNodeParameters(
				properties,
				parameters,
				false,
				false,
				workflowOf().node,
				description,
			);
		expect(saved({})).toEqual({});
		expect(saved({ events: ['read'], options: { skipOutOfOrder: false } })).toEqual({
			events: ['read'],
			options: { skipOutOfOrder: false },
		});
	});

	it('the set-up leads to the page, and the place on it, where each gateway takes the URL', () => {
		const { hint: html } = property('webhookSetUp');
		const [, file, place] =
			/href="https:\/\/github\.com\/[^"]+\/blob\/main\/([^"#]+)#([^"]+)"/.exec(html!)!;
		const headings = readFileSync(join(root, file), 'utf8')
			.split('\n')
			.filter((line) => line.startsWith('## '))
			.map((line) => line.slice(3).toLowerCase().replaceAll(' ', '-'));
		expect(headings).toContain(place);
		// Beside the editor, not in its place.
		expect(html).toMatch(/<a [^>]*target="_blank"[^>]*>[^<]+<\/a>/);
	});
});

describe('"Trigger On"', () => {
	const issues = (events: string[]) =>
		NodeHelpers.getNodeParametersIssues(properties, workflowOf({ events }).node, description)
			?.parameters;

	const statuses = offered.filter(({ value }) => value !== 'received' && value !== 'preference');

	it('offers every status that a gateway may report, and messages, in the order of the alphabet', () => {
		const reported = STATUS_NAMES.filter((status) => status !== 'unconfirmed');
		expect(statuses.map(({ value }) => value)).toEqual([...reported].sort());
		const names = offered.map(({ name }) => name);
		expect(names).toEqual([...names].sort());
	});

	it.each([
		['received', { name: 'Message Received', action: 'On message received' }],
		['preference', { name: 'Preference Changed', action: 'On preference changed' }],
	])('offers %s, as a trigger of its own, and leaves it out unless chosen', (event, choice) => {
		expect(offered.filter(({ value }) => value === event)).toMatchObject([choice]);
		expect(property('events').default).not.toContain(event);
	});

	it.each(statuses.map((each) => [each.value as keyof typeof STATUSES, each] as const))(
		'%s: by its name, as a trigger of its own, and with what it means',
		(status, { name, action, description: meaning }) => {
			expect(name.toLowerCase()).toBe(status);
			expect(name).toMatch(/^[A-Z]/);
			expect(action).toBe(
				status === 'unknown' ? 'On message status unknown' : `On message ${status}`,
			);
			expect(meaning).toBe(STATUSES[status].meaning);
		},
	);

	it('must not be empty', () => {
		expect(issues(['sent'])).toBeUndefined();
		expect(issues([])).toEqual({ events: ['Parameter "Trigger On" is required.'] });
	});
});

describe('"Options"', () => {
	const ofReceived = [
		'optOutLists',
		'ignoreOlderThanMinutes',
		'includeGroups',
		'includeTypes',
		'ownOptOutWords',
	];

	it('are sorted by their names, have titles, and can be added one by one', () => {
		expect(options.map(({ name, type, default: value }) => [name, type, value])).toEqual([
			['acceptUnauthenticated', 'boolean', false],
			['optOutLists', 'multiOptions', ['english', 'french']],
			['ignoreOlderThanMinutes', 'number', 0],
			['includeGroups', 'boolean', false],
			['includeTypes', 'multiOptions', []],
			['ownOptOutWords', 'string', ''],
			['replaceExisting', 'boolean', false],
			['skipDuplicates', 'boolean', true],
			['skipOutOfOrder', 'boolean', true],
		]);
		const titles = options.map(({ displayName }) => displayName);
		expect(titles).toEqual([...titles].sort());
		for (const { displayName, description: text, type } of options) {
			expect(displayName).toMatch(/^[A-Z][\w-]+,?( ([A-Z][\w-]+,?|and))+$/);
			if (type === 'boolean') expect(text).toMatch(/^Whether to /);
		}
		expect(property('options').placeholder).toBeTruthy();
	});

	it.each([
		[['sent'], false],
		[['sent', 'received'], true],
	])('show those of received messages with %j: %s', (events, isShown) => {
		const { node } = workflowOf({ events });
		for (const option of options) {
			const shownNow = NodeHelpers.displayParameter({}, option, node, description, node.parameters);
			expect([option.name, shownNow]).toEqual([
				option.name,
				isShown || !ofReceived.includes(option.name),
			]);
		}
	});
});

describe('the panel for a test event', () => {
	it('says what will come, in words of its own, before and after publishing', () => {
		const panel = description.triggerPanel as unknown as IDataObject;
		const help = panel.executionsHelp as { active: string; inactive: string };
		const texts = [
			panel.header,
			panel.activationHint,
			help.active,
			help.inactive,
			description.eventTriggerDescription,
			description.activationMessage,
		];
		for (const text of texts) expect(text).toMatch(/status|message/i);
		// What to do with the address, and where the runs are then: n8n makes a link of `data-key`.
		for (const text of [help.active, help.inactive]) {
			expect(text).toMatch(/^<b>While building your workflow<\/b>.*Test URL.*Production URL/);
			expect(text).toContain('<a data-key="executions">');
		}
		expect(help.inactive).toContain('publish it');
		expect(help.active).toContain('is published');
	});
});
