import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { AxiosInstance } from 'axios';

import { parseFlatted } from './flatted.mts';

export type Json = Record<string, unknown>;

/** A node of a workflow, as far as the harness looks into it. */
export interface WorkflowNode {
	id?: string;
	name: string;
	type: string;
	typeVersion?: number;
	position?: [number, number];
	parameters?: Json;
	webhookId?: string;
	/** By credential type: a credential's name, or n8n's own form of it. */
	credentials?: Record<string, string | { id?: string | null; name: string }>;
	[key: string]: unknown;
}

/** A workflow as an export or a test gives it. */
export interface WorkflowJson {
	name?: string;
	nodes: WorkflowNode[];
	connections: Json;
	settings?: Json;
	[key: string]: unknown;
}

/** A workflow as n8n holds it. */
export interface StoredWorkflow extends WorkflowJson {
	id: string;
	name: string;
	versionId: string;
	active: boolean;
	activeVersionId?: string | null;
}

/** What n8n tells about a thing that went wrong in a run. */
export interface RunError {
	message: string;
	description?: string | null;
	name?: string;
	[key: string]: unknown;
}

/** One item of a node's output. */
export interface Item {
	json: Json;
	pairedItem?: unknown;
	error?: RunError;
	[key: string]: unknown;
}

/** One run of one node. */
export interface NodeRun {
	status: string;
	error?: RunError;
	/** The items of each main output. */
	outputs: Item[][];
	/** n8n's own record of the run. */
	raw: Json;
}

/** One execution, its data parsed. */
export interface Execution {
	id: string;
	workflowId: string;
	status: string;
	mode: string;
	startedAt: string;
	stoppedAt: string | null;
	/** What ended the execution, where something did. */
	error?: RunError;
	lastNode?: string;
	/** By node name: its runs. */
	nodes: Record<string, NodeRun[]>;
	/** n8n's own run data. */
	data: Json;
}

/** One line of the executions list. */
export interface ExecutionSummary {
	id: string;
	workflowId: string;
	status: string;
	mode: string;
	startedAt: string;
	stoppedAt: string | null;
}

/** One version of a node as the editor knows it. */
export interface NodeDescription {
	name: string;
	displayName: string;
	version: number | number[];
	webhooks?: Array<{ name: string; path: string; isFullPath?: boolean | string }>;
	properties: Json[];
	[key: string]: unknown;
}

/** One choice of a list in the editor. */
export interface Choice {
	name: string;
	value: string | number | boolean;
	url?: string;
	description?: string;
}

/** What a list of a node's parameter is asked for with. */
export interface ListRequest {
	/** e.g. `n8n-nodes-message-scheduler.messageScheduler` */
	nodeType: string;
	version?: number;
	/** The method's name in the node's `methods.listSearch` or `methods.loadOptions`. */
	method: string;
	/** The parameter that the list belongs to. */
	path?: string;
	parameters?: Json;
	/** By credential type: the credential's name. */
	credentials?: Record<string, string>;
	filter?: string;
	paginationToken?: string;
}

interface Waiting {
	timeoutMs?: number;
}

const stillRunning = new Set(['new', 'running', 'unknown']);

/** What one can do with a running n8n, as its editor does it. */
export type Client = ReturnType<typeof client>;

/**
 * The functions of a logged-in user. `api` stands at n8n's REST root, and its errors carry n8n's own
 * sentence.
 */
export function client(api: AxiosInstance, url: string) {
	let described: NodeDescription[] | undefined;

	async function request<T>(method: string, path: string, data?: unknown, params?: Json) {
		const response = await api.request<{ data: T }>({ method, url: path, data, params });
		return response.data.data;
	}

	/** Makes a credential and gives its id. */
	async function createCredential(name: string, type: string, data: Json): Promise<string> {
		return (await request<{ id: string }>('POST', '/credentials', { name, type, data })).id;
	}

	/** What the editor says when the user saves this credential: `OK` or `Error`, and why. */
	async function testCredential(
		type: string,
		data: Json,
	): Promise<{ status: string; message: string }> {
		// A stored one, as in the editor: n8n tests no credential that it does not hold.
		const name = `test of ${type} ${randomUUID()}`;
		const id = await createCredential(name, type, data);
		try {
			return await request('POST', '/credentials/test', { credentials: { id, name, type, data } });
		} finally {
			await request('DELETE', `/credentials/${id}`);
		}
	}

	async function credentialIds() {
		const all = await request<Array<{ id: string; name: string; type: string }>>(
			'GET',
			'/credentials',
		);
		return (type: string, name: string) =>
			all.find((candidate) => candidate.type === type && candidate.name === name)?.id;
	}

	/** Puts the ids of this n8n's credentials in, by type and name. */
	async function withCredentials(
		type: string,
		given: string | { id?: string | null; name: string },
	) {
		const name = typeof given === 'string' ? given : given.name;
		const id = (await credentialIds())(type, name);
		if (!id) throw new Error(`This n8n has no credential "${name}" of the type ${type}.`);
		return { id, name };
	}

	/** Every node version that this n8n offers in its editor. */
	async function nodeTypes(): Promise<NodeDescription[]> {
		described ??= await listOfNodes();
		return described;
	}

	/** n8n 1.123 and 2.4 go on while they write this list, and half of it is text, not JSON. */
	async function listOfNodes({ timeoutMs = 30_000 }: Waiting = {}): Promise<NodeDescription[]> {
		const until = Date.now() + timeoutMs;
		for (;;) {
			const { data } = await api.get<NodeDescription[] | string>(`${url}types/nodes.json`, {
				baseURL: '',
			});
			if (typeof data !== 'string') return data;
			if (Date.now() > until) throw new Error('n8n still writes its list of nodes.');
			await sleep(50);
		}
	}

	/** The same, asked anew: after a package was installed, upgraded or removed. */
	async function freshNodeTypes(): Promise<NodeDescription[]> {
		described = undefined;
		return await nodeTypes();
	}

	async function describe(type: string, version = 1): Promise<NodeDescription> {
		const found = (await nodeTypes()).find(
			(node) => node.name === type && [node.version].flat().includes(version),
		);
		if (!found) throw new Error(`This n8n has no node ${type} in version ${version}.`);
		return found;
	}

	/** The first of a node's versions: what a workflow means that names none. */
	async function oldestVersion(type: string): Promise<number> {
		const versions = (await nodeTypes())
			.filter(({ name }) => name === type)
			.flatMap(({ version }) => version);
		return versions.length > 0 ? Math.min(...versions) : 1;
	}

	async function completeNode(node: WorkflowNode, index: number): Promise<WorkflowNode> {
		const credentials = await Promise.all(
			Object.entries(node.credentials ?? {}).map(
				async ([type, given]) => [type, await withCredentials(type, given)] as const,
			),
		);
		const hasWebhook = (await nodeTypes()).some(
			(description) => description.name === node.type && description.webhooks?.length,
		);
		return {
			id: randomUUID(),
			typeVersion: await oldestVersion(node.type),
			position: [index * 220, 0],
			parameters: {},
			...(hasWebhook ? { webhookId: randomUUID() } : {}),
			...node,
			...(credentials.length ? { credentials: Object.fromEntries(credentials) } : {}),
		};
	}

	/**
	 * Makes a workflow and gives its id. What an editor fills in may be missing (ids, positions,
	 * webhook ids), and credentials need only their names.
	 */
	async function createWorkflow(workflow: WorkflowJson): Promise<string> {
		// An imported file must not claim the id or the state of a workflow somewhere else.
		const { name, nodes, connections, settings, pinData, meta } = workflow;
		const created = await request<StoredWorkflow>('POST', '/workflows', {
			name: name ?? `Workflow ${randomUUID()}`,
			nodes: await Promise.all(nodes.map(completeNode)),
			connections,
			settings: { executionOrder: 'v1', ...settings },
			...(pinData ? { pinData } : {}),
			...(meta ? { meta } : {}),
			active: false,
		});
		return created.id;
	}

	/** The workflow as n8n holds it now. */
	async function workflow(id: string): Promise<StoredWorkflow> {
		return await request('GET', `/workflows/${id}`);
	}

	/** Saves changes to a workflow; one that is active must be activated again to run them. */
	async function updateWorkflow(
		id: string,
		changes: Partial<WorkflowJson>,
	): Promise<StoredWorkflow> {
		const nodes = changes.nodes && (await Promise.all(changes.nodes.map(completeNode)));
		const { versionId } = await workflow(id);
		return await request('PATCH', `/workflows/${id}`, {
			...changes,
			...(nodes ? { nodes } : {}),
			versionId,
		});
	}

	/** Where the newer releases publish in the background: what became of it, once it is settled. */
	async function settled(id: string, { timeoutMs = 60_000 }: Waiting = {}) {
		const until = Date.now() + timeoutMs;
		for (;;) {
			const publication = await publicationStatus(id);
			if (publication?.status !== 'in_progress') return publication;
			if (Date.now() > until) throw new Error(`n8n still publishes workflow ${id}.`);
			await sleep(50);
		}
	}

	async function publicationStatus(id: string) {
		try {
			return await request<{
				status: 'in_progress' | 'published' | 'partial' | 'failed' | 'not_published';
				triggers: Array<{ nodeId: string; status: string; errorMessage: string | null }>;
			}>('GET', `/workflows/${id}/publication-status`);
		} catch (error) {
			// Older releases publish within the request and have no such address.
			if ((error as { status?: number }).status === 404) return undefined;
			throw error;
		}
	}

	/**
	 * Activates (publishes) the workflow and waits until it is live. Where a node refuses, the error
	 * carries that node's message.
	 */
	async function activate(id: string, waiting?: Waiting) {
		const { versionId, nodes } = await workflow(id);
		await request('POST', `/workflows/${id}/activate`, { versionId });
		const publication = await settled(id, waiting);
		const failed = publication?.triggers.filter((trigger) => trigger.status === 'failed') ?? [];
		if (failed.length) {
			const reasons = failed.map(({ nodeId, errorMessage }) => {
				const name = nodes.find((node) => node.id === nodeId)?.name ?? nodeId;
				return `${name}: ${errorMessage}`;
			});
			throw new Error(`n8n did not activate workflow ${id}. ${reasons.join('; ')}`);
		}
	}

	/** Takes the workflow out of service and waits until its triggers are gone. */
	async function deactivate(id: string, waiting?: Waiting) {
		await request('POST', `/workflows/${id}/deactivate`, {});
		await settled(id, waiting);
	}

	async function startManually(id: string, triggerName?: string) {
		const workflowData = await workflow(id);
		const trigger = triggerName
			? workflowData.nodes.find((node) => node.name === triggerName)
			: (workflowData.nodes.find((node) => node.type === 'n8n-nodes-base.manualTrigger') ??
				workflowData.nodes.find((node) => /trigger|webhook/i.test(node.type)));
		if (!trigger) throw new Error(`Workflow ${id} has no node ${triggerName ?? 'to start from'}.`);
		const result = await request<{ executionId?: string; waitingForWebhook?: boolean }>(
			'POST',
			`/workflows/${id}/run`,
			// Releases before 2.10 or so want the whole workflow, later ones look it up.
			{ workflowData, triggerToStartFrom: { name: trigger.name } },
		);
		return { ...result, trigger };
	}

	/** Runs the workflow as the editor's button does, from its manual trigger or the one named. */
	async function runManually(
		id: string,
		{ trigger, ...waiting }: { trigger?: string } & Waiting = {},
	): Promise<Execution> {
		const started = await startManually(id, trigger);
		if (started.executionId === undefined) {
			throw new Error(
				`Workflow ${id} waits for a test event at "${started.trigger.name}": use listenForTestEvent().`,
			);
		}
		return await waitForExecution(started.executionId, waiting);
	}

	/** "Listen for test event" on a webhook node; gives the test address. */
	async function listenForTestEvent(id: string, triggerName: string): Promise<string> {
		const { waitingForWebhook } = await startManually(id, triggerName);
		if (!waitingForWebhook) throw new Error(`"${triggerName}" does not wait for a test event.`);
		return await webhookUrl(id, triggerName, 'webhook-test');
	}

	/** The executions of a workflow that n8n keeps, newest first. */
	async function executions(workflowId: string, limit = 100): Promise<ExecutionSummary[]> {
		const page = await request<{ results: ExecutionSummary[] }>('GET', '/executions', undefined, {
			filter: JSON.stringify({ workflowId }),
			limit,
		});
		return page.results;
	}

	/** One execution with the data of every node. */
	async function execution(id: string): Promise<Execution> {
		const stored = await request<ExecutionSummary & { data: string }>('GET', `/executions/${id}`);
		// One that has only begun has an empty list for its data.
		const data = (parseFlatted(stored.data) ?? {}) as {
			resultData?: {
				runData?: Record<string, Json[]>;
				error?: RunError;
				lastNodeExecuted?: string;
			};
		};
		const { runData = {}, error, lastNodeExecuted } = data.resultData ?? {};
		return {
			id: stored.id,
			workflowId: stored.workflowId,
			status: stored.status,
			mode: stored.mode,
			startedAt: stored.startedAt,
			stoppedAt: stored.stoppedAt,
			error,
			lastNode: lastNodeExecuted,
			nodes: Object.fromEntries(
				Object.entries(runData).map(([name, runs]) => [name, runs.map(nodeRun)]),
			),
			data: data as Json,
		};
	}

	/** The execution once it has ended (or waits for something). */
	async function waitForExecution(
		id: string,
		{ timeoutMs = 30_000 }: Waiting = {},
	): Promise<Execution> {
		const until = Date.now() + timeoutMs;
		for (;;) {
			const found = await execution(id);
			if (!stillRunning.has(found.status)) return found;
			if (Date.now() > until) {
				throw new Error(`Execution ${id} is still ${found.status} after ${timeoutMs / 1000} s.`);
			}
			await sleep(50);
		}
	}

	/** Waits until the workflow has that many ended executions; gives all of them, oldest first. */
	async function waitForExecutions(
		workflowId: string,
		count: number,
		{ timeoutMs = 30_000 }: Waiting = {},
	): Promise<Execution[]> {
		const until = Date.now() + timeoutMs;
		for (;;) {
			const ended = (await executions(workflowId)).filter(
				({ status }) => !stillRunning.has(status),
			);
			if (ended.length >= count) {
				return await Promise.all(ended.reverse().map(async ({ id }) => await execution(id)));
			}
			if (Date.now() > until) {
				throw new Error(
					`Workflow ${workflowId} has ${ended.length} ended executions instead of ${count} after ${timeoutMs / 1000} s.`,
				);
			}
			await sleep(50);
		}
	}

	async function webhookUrl(workflowId: string, nodeName: string, base: string) {
		const { nodes } = await workflow(workflowId);
		const node = nodes.find(({ name }) => name === nodeName);
		if (!node) throw new Error(`Workflow ${workflowId} has no node "${nodeName}".`);
		const { webhooks } = await describe(node.type, node.typeVersion);
		const webhook = webhooks?.find(({ name }) => name === 'default') ?? webhooks?.[0];
		if (!webhook) throw new Error(`"${nodeName}" has no webhook.`);
		const path = evaluated(webhook.path, node);
		if (isTrue(webhook.isFullPath)) return `${url}${base}/${path || node.webhookId}`;
		return `${url}${base}/${[node.webhookId, path].filter(Boolean).join('/')}`;
	}

	/** The address at which an active workflow's trigger or webhook node listens. */
	async function productionWebhookUrl(workflowId: string, nodeName: string): Promise<string> {
		return await webhookUrl(workflowId, nodeName, 'webhook');
	}

	async function listBody({ nodeType, version = 1, method, path, ...rest }: ListRequest) {
		const credentials = await Promise.all(
			Object.entries(rest.credentials ?? {}).map(
				async ([type, name]) => [type, await withCredentials(type, name)] as const,
			),
		);
		return {
			nodeTypeAndVersion: { name: nodeType, version },
			methodName: method,
			path: `parameters.${path ?? method}`,
			currentNodeParameters: rest.parameters ?? {},
			credentials: Object.fromEntries(credentials),
			filter: rest.filter,
			paginationToken: rest.paginationToken,
		};
	}

	/** The choices of a resource locator's list, as the editor asks for them. */
	async function listSearch(
		wanted: ListRequest,
	): Promise<{ results: Choice[]; paginationToken?: string }> {
		const body = await listBody(wanted);
		return await request('POST', '/dynamic-node-parameters/resource-locator-results', body);
	}

	/** The choices of a dynamic options parameter. */
	async function options(wanted: ListRequest): Promise<Choice[]> {
		return await request('POST', '/dynamic-node-parameters/options', await listBody(wanted));
	}

	return {
		request,
		createCredential,
		testCredential,
		createWorkflow,
		workflow,
		updateWorkflow,
		activate,
		deactivate,
		runManually,
		listenForTestEvent,
		executions,
		execution,
		waitForExecution,
		waitForExecutions,
		productionWebhookUrl,
		listSearch,
		options,
		nodeTypes,
		freshNodeTypes,
	};
}

function nodeRun(raw: Json): NodeRun {
	const { executionStatus, error, data } = raw as {
		executionStatus?: string;
		error?: RunError;
		data?: { main?: Array<Item[] | null> };
	};
	return {
		status: executionStatus ?? (error ? 'error' : 'success'),
		error,
		outputs: (data?.main ?? []).map((items) => items ?? []),
		raw,
	};
}

/** The JSON of all items that a node gave at one of its outputs, in one of its runs. */
export function output(
	execution: Execution,
	nodeName: string,
	{ index = 0, run = 0 } = {},
): Json[] {
	const runs = execution.nodes[nodeName];
	if (!runs) {
		throw new Error(
			`"${nodeName}" did not run in execution ${execution.id} (${execution.status}); these did: ` +
				`${Object.keys(execution.nodes).join(', ') || 'none'}. ${execution.error?.message ?? ''}`,
		);
	}
	return (runs[run]?.outputs[index] ?? []).map(({ json }) => json);
}

/** n8n's descriptions may read a parameter by an expression; this is the form that is in use. */
function evaluated(text: string, node: WorkflowNode): string {
	const parameter = /^=\{\{\s*\$parameter(?:\["(\w+)"\]|\.(\w+))\s*\}\}$/.exec(text);
	if (!parameter) return text.replace(/^\//, '');
	return String(node.parameters?.[parameter[1] ?? parameter[2]] ?? '').replace(/^\//, '');
}

function isTrue(value: boolean | string | undefined): boolean {
	return value === true || value === 'true';
}
