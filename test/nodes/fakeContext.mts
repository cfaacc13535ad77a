/**
 * The two nodes on n8n-core's own contexts and its own engine, without a server or a database.
 *
 * Real: `Workflow`, expressions, parameters and their defaults, paired items, the request helper, the
 * engine's retry loop. Ours: where credentials come from, and the workflow around the node.
 */
import { EventEmitter } from 'node:events';
import {
	CredentialTestContext,
	ExecuteContext,
	ExecutionLifecycleHooks,
	HookContext,
	LoadOptionsContext,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	createRunExecutionData,
	ICredentialsHelper,
	Workflow,
	type IDataObject,
	type IExecuteData,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IRunExecutionData,
	type IWebhookData,
	type IWebhookResponseData,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	type NodeApiError,
	type NodeOperationError,
	type WorkflowActivateMode,
} from 'n8n-workflow';
import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { MessageSchedulerTrigger } from '../../nodes/MessageSchedulerTrigger/MessageSchedulerTrigger.node';
import { credentialFor as sandboxCredential } from '../../harness/credential.mts';
import type { Sandbox } from '../../sandbox/index.mts';
import type { DataTables } from './dataTables.mts';

// n8n-core logs to the console.
process.env.N8N_LOG_LEVEL = 'silent';
// Its SSH manager looks after connections for ever, which would keep the tests from ending.
const { setInterval: begin } = globalThis;
globalThis.setInterval = ((...args: Parameters<typeof begin>) =>
	begin(...args).unref()) as typeof begin;

export type Json = IDataObject;
type NodeError = NodeApiError | NodeOperationError;

/** The webhook secret of the credential below. */
export const SECRET = 'a-secret-that-only-the-gateway-knows';

/** A credential for the sandbox's account at a gateway, as a user would enter it. */
export const credentialFor = (
	sandbox: Sandbox,
	changes: Json = {},
	gateway = 'chatWhatsApp',
): Json => ({
	...(sandboxCredential(sandbox, gateway, SECRET) as Json),
	...changes,
});

/** n8n's credentials without a database: one set of data, applied by our own credential class. */
class Credentials extends ICredentialsHelper {
	constructor(private readonly setting: Pick<Setting, 'credential' | 'onRequest'>) {
		super();
	}

	getParentTypes = () => [];
	getDecrypted = async () => structuredClone(this.setting.credential) as never;
	authenticate: ICredentialsHelper['authenticate'] = async (data, _type, options) => {
		const authenticated = await new MessageGatewayApi().authenticate(data, options as never);
		await this.setting.onRequest?.(authenticated);
		return authenticated;
	};
	preAuthentication = async () => undefined;
	getCredentials = () => this.unused();
	updateCredentials = () => this.unused();
	updateCredentialsOauthTokenData = () => this.unused();
	getCredentialsProperties = () => new MessageGatewayApi().properties;

	private unused(): never {
		throw new Error('The nodes do not need this');
	}
}

const START = 'test.start';
export const ACTION = 'n8n-nodes-message-scheduler.messageScheduler';
export const TRIGGER = 'n8n-nodes-message-scheduler.messageSchedulerTrigger';

/** Gives out what it gets: where the items of a workflow come from. */
const start: INodeType = {
	description: {
		displayName: 'Start',
		name: 'start',
		group: ['input'],
		version: 1,
		description: '',
		defaults: {},
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	},
	async execute() {
		return [this.getInputData()];
	},
};

const types: Record<string, INodeType> = {
	[START]: start,
	[ACTION]: new MessageScheduler(),
	[`${ACTION}Tool`]: new MessageScheduler(),
	[TRIGGER]: new MessageSchedulerTrigger(),
};

const nodeTypes: INodeTypes = {
	getByName: (name) => types[name],
	getByNameAndVersion: (name) => types[name],
	getKnownTypes: () => ({}),
};

/** What a test says beside the node's parameters. */
export interface Setting {
	readonly credential: Json;
	/** Default: one empty item. */
	readonly items?: readonly Json[];
	/** The binary fields of each item, in their order. */
	readonly binary?: ReadonlyArray<INodeExecutionData['binary']>;
	/** Settings of the node, e.g. `{ retryOnFail: true, onError: 'continueRegularOutput' }`. */
	readonly node?: Partial<INode>;
	readonly settings?: IWorkflowSettings;
	readonly signal?: AbortSignal;
	/** Told of each request right before it goes out, which waits for what this returns. */
	readonly onRequest?: (request: IHttpRequestOptions) => void | Promise<void>;
	/** Kept over several runs of one execution; a new one by default. */
	readonly runData?: IRunExecutionData;
	/** n8n's Data Tables; an n8n without them by default. */
	readonly tables?: DataTables;
	/** The trigger's static data. */
	readonly staticData?: Json;
}

const NAME = 'Message Scheduler';

/** A workflow `Start → Message Scheduler`, or of the trigger alone. */
export function workflowOf(type: string, parameters: Json, setting: Setting) {
	const node: INode = {
		id: 'node-1',
		name: NAME,
		type,
		typeVersion: type === TRIGGER ? 2 : 1,
		position: [200, 0],
		webhookId: 'webhook-1',
		parameters: parameters as INodeParameters,
		credentials: { messageGatewayApi: { id: '1', name: 'Gateway' } },
		...setting.node,
	};
	const first: INode = {
		id: 'node-0',
		name: 'Start',
		type: START,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const workflow = new Workflow({
		id: 'workflow-1',
		name: 'Test',
		nodes: type === ACTION ? [first, node] : [node],
		connections:
			type === ACTION ? { Start: { main: [[{ node: NAME, type: 'main', index: 0 }]] } } : {},
		active: false,
		nodeTypes,
		settings: setting.settings,
		staticData: setting.staticData,
	});
	return { workflow, node: workflow.getNode(NAME)!, start: first };
}

export const additionalData = (
	setting: Setting,
	more: Partial<IWorkflowExecuteAdditionalData> = {},
): IWorkflowExecuteAdditionalData =>
	({
		credentialsHelper: new Credentials(setting),
		executionId: 'execution-1',
		currentNodeExecutionIndex: 0,
		restApiUrl: 'https://n8n.example/rest',
		instanceBaseUrl: 'https://n8n.example/',
		webhookBaseUrl: 'https://n8n.example/webhook',
		webhookTestBaseUrl: 'https://n8n.example/webhook-test',
		webhookWaitingBaseUrl: 'https://n8n.example/webhook-waiting',
		formWaitingBaseUrl: 'https://n8n.example/form-waiting',
		variables: {},
		executeWorkflow:
			setting.tables?.executeWorkflow ??
			(async () => {
				throw new Error('Unrecognized node type: n8n-nodes-base.dataTable');
			}),
		...more,
	}) as unknown as IWorkflowExecuteAdditionalData;

const toItems = ({ items = [{}], binary = [] }: Setting): INodeExecutionData[] =>
	items.map((json, index) => ({
		json: structuredClone(json),
		...(binary[index] === undefined ? {} : { binary: binary[index] }),
	}));

/** An `ExecuteContext` of the action node: what the engine hands to `execute`. */
export function executeContext(parameters: Json, setting: Setting): ExecuteContext {
	const { workflow, node } = workflowOf(ACTION, parameters, setting);
	const input = toItems(setting);
	const data = { main: [input] };
	const executeData: IExecuteData = {
		node,
		data,
		source: { main: [{ previousNode: 'Start' }] },
	};
	return new ExecuteContext(
		workflow,
		node,
		additionalData(setting),
		'manual',
		setting.runData ?? createRunExecutionData(),
		0,
		input,
		data,
		executeData,
		[],
		setting.signal,
	);
}

/** Runs the action node once, by its own `execute`. */
export async function execute(parameters: Json, setting: Setting): Promise<INodeExecutionData[]> {
	const context = executeContext(parameters, setting);
	const [items] = await new MessageScheduler().execute.call(context);
	return items;
}

/** Runs the action node once, for its output. */
export const outputOf = async (parameters: Json, setting: Setting): Promise<Json[]> =>
	(await execute(parameters, setting)).map(({ json }) => json);

/** Runs the action node once, for what it throws. */
export async function errorOf(parameters: Json, setting: Setting): Promise<NodeError> {
	try {
		await execute(parameters, setting);
	} catch (error) {
		return error as NodeError;
	}
	throw new Error('The node did not throw');
}

/** What came of an execution by n8n's engine. */
export interface Ran {
	readonly run: IRun;
	/** The status that n8n would save. */
	readonly saved: string;
	/** What the node gave to each of its outputs in its last run. */
	readonly outputs: INodeExecutionData[][];
	readonly items: Json[];
	readonly error: NodeError | undefined;
	/** The node's context as the engine saves it: the ledger lives here. */
	readonly context: Json;
}

/** Runs `Start → Message Scheduler` by n8n's own engine: tries, waits, error output and all. */
export async function runByEngine(parameters: Json, setting: Setting): Promise<Ran> {
	const { workflow, start: first } = workflowOf(ACTION, parameters, {
		...setting,
		node: { waitBetweenTries: 1, ...setting.node },
	});
	const runData = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node: first, data: { main: [toItems(setting)] }, source: null }],
		},
	});
	const { id, name, settings } = workflow;
	const hooks = new ExecutionLifecycleHooks('manual', 'execution-1', {
		id,
		name,
		settings,
	} as never);
	let saved: string = 'nothing';
	hooks.addHandler('workflowExecuteAfter', ({ status }) => void (saved = status));
	const engine = new WorkflowExecute(additionalData(setting, { hooks }), 'manual', runData);
	const running = engine.processRunExecutionData(workflow);
	setting.signal?.addEventListener('abort', () => running.cancel());
	const run = await running;
	const task = run.data.resultData.runData[NAME]?.at(-1);
	const outputs = (task?.data?.main ?? []).map((items) => items ?? []);
	return {
		run,
		saved,
		outputs,
		items: (outputs[0] ?? []).map(({ json }) => json),
		error: task?.error as NodeError | undefined,
		context: { ...run.data.executionData?.contextData[`node:${NAME}`] } as Json,
	};
}

/** A webhook as n8n's server hands it over. */
export interface Call {
	/** POST unless given. */
	readonly method?: string;
	/** What n8n made of the bytes. */
	readonly body?: unknown;
	/** The bytes, where n8n has read them. */
	readonly rawBody?: Buffer;
	/** How n8n reads them, where it has not yet. */
	readonly readRawBody?: () => Promise<void>;
	/** The path and the query as n8n's server got them. */
	readonly originalUrl?: string;
	readonly headers?: Record<string, unknown>;
	readonly query?: Record<string, unknown>;
	/** n8n could not store the execution, and answers 500. */
	readonly broken?: boolean;
	/** A person listens for a test event. */
	readonly isTest?: boolean;
}

/** What the trigger did with a webhook. */
export interface Received {
	readonly result: IWebhookResponseData;
	/** What was sent on the response object, if anything. */
	readonly sent: Array<{ status: number; body: unknown; type?: string }>;
	/** The content type that stands on the response, whoever sends it. */
	readonly contentType: string | undefined;
	/** The trigger's items. */
	readonly events: Json[];
	readonly log: string[];
}

/** Delivers a webhook to the trigger on a `WebhookContext`. */
export async function receive(call: Call, parameters: Json, setting: Setting): Promise<Received> {
	const { workflow, node } = workflowOf(TRIGGER, parameters, setting);
	const sent: Received['sent'] = [];
	let contentType: string | undefined;
	const response = Object.assign(new EventEmitter(), {
		statusCode: 200,
		writableFinished: false,
		type(name: string) {
			contentType = name;
			return response;
		},
		status(code: number) {
			response.statusCode = code;
			return response;
		},
		send(body: unknown) {
			const type = contentType === undefined ? {} : { type: contentType };
			sent.push({ status: response.statusCode, body, ...type });
			return response;
		},
	});
	const { body = {}, headers = {}, query = {}, isTest = false, ...request } = call;
	const context = new WebhookContext(
		workflow,
		node,
		additionalData(setting, {
			httpRequest: { method: 'POST', ...request, body, headers, query, params: {} } as never,
			httpResponse: response as never,
		}),
		isTest ? 'manual' : 'webhook',
		{} as IWebhookData,
		[],
		null,
	);
	const log: string[] = [];
	const note = (...words: unknown[]) => void log.push(JSON.stringify(words));
	const logger = { debug: note, info: note, warn: note, error: note };
	Object.defineProperty(context, 'logger', { value: logger });
	const result = await new MessageSchedulerTrigger().webhook.call(context);
	// What n8n does when the execution is stored, or could not be stored.
	if (sent.length === 0 && call.broken) response.status(500);
	response.writableFinished = true;
	response.emit('close');
	const events = (result.workflowData ?? []).flat().map(({ json }) => json);
	return { result, sent, contentType, events, log };
}

/** Calls one of the trigger's three webhook methods on a `HookContext`. */
export async function hook(
	method: 'checkExists' | 'create' | 'delete',
	parameters: Json,
	setting: Setting,
	activation: WorkflowActivateMode = 'activate',
): Promise<boolean> {
	const { workflow, node } = workflowOf(TRIGGER, parameters, setting);
	const context = new HookContext(workflow, node, additionalData(setting), 'trigger', activation);
	return await new MessageSchedulerTrigger().webhookMethods.default[method].call(context);
}

/** Tests a credential as n8n's *Test* button does. */
export const testCredential = async (data: Json) =>
	await new MessageScheduler().methods.credentialTest.messageGatewayApiTest.call(
		new CredentialTestContext(),
		{ id: '1', name: 'Gateway', type: 'messageGatewayApi', data: data as never },
	);

/** Asks for the *From List* entries of the resource locator. */
export async function searchList(setting: Setting, filter?: string) {
	const { workflow, node } = workflowOf(ACTION, { operation: 'get' }, setting);
	const context = new LoadOptionsContext(workflow, node, additionalData(setting), '');
	return await new MessageScheduler().methods.listSearch.searchScheduledMessages.call(
		context,
		filter,
	);
}

/** Asks for the entry of the trigger's *Webhook Set-Up*. */
export async function webhookSetUpOf(setting: Setting) {
	const { workflow, node } = workflowOf(TRIGGER, {}, setting);
	const context = new LoadOptionsContext(workflow, node, additionalData(setting), '');
	return await new MessageSchedulerTrigger().methods.loadOptions.webhookSetUp.call(context);
}

/** Checks that no secret of a credential stands anywhere in an error. */
export function expectNoToken(error: unknown, credential: Json): void {
	const everything = everythingIn(error);
	const secrets = Object.entries(credential)
		.filter(([name]) => /key|token$|secret/i.test(name))
		.map(([, value]) => String(value).trim())
		.filter((value) => value !== '');
	expect(secrets).not.toEqual([]);
	for (const secret of secrets.flatMap((value) => [value, encodeURIComponent(value)])) {
		expect(everything).not.toContain(secret);
	}
}

/** Everything that an error holds, as text: where a token could stand. */
function everythingIn(error: unknown): string {
	const seen = new Set<unknown>();
	const walk = (value: unknown): string => {
		if (typeof value !== 'object' || value === null) return String(value);
		if (seen.has(value)) return '';
		seen.add(value);
		return Reflect.ownKeys(value)
			.map((key) => `${String(key)}=${walk((value as Record<PropertyKey, unknown>)[key])}`)
			.join('\n');
	};
	return [walk(error), JSON.stringify(error), String(error)].join('\n');
}

/** How long the stores wait before they look for a message again. */
const RECHECK_DELAY_MS = 2_000;

/** Until `jest.restoreAllMocks()`: no pauses between tries, and hardly one before looking again. */
export function hurry(): void {
	jest.spyOn(Math, 'random').mockReturnValue(0);
	const { setTimeout: wait } = globalThis;
	const shorter = (task: () => void, ms?: number, ...rest: []) =>
		wait(task, ms === RECHECK_DELAY_MS ? 20 : ms, ...rest);
	jest.spyOn(globalThis, 'setTimeout').mockImplementation(shorter as typeof wait);
}

/** Seconds from now as ISO 8601 in UTC, on the whole second. */
export const inSeconds = (seconds: number): string =>
	new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString();

/** The value of a resource locator *By ID*. */
export const byId = (value: unknown): Json => ({
	scheduleId: { __rl: true, mode: 'id', value } as never,
});
