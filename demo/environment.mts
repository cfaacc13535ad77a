import type { Json, WorkflowJson } from '../harness/client.mts';
import { CREDENTIAL_TYPE, credentialFor } from '../harness/credential.mts';
import { guides } from '../harness/credentialForm.mts';
import { readExample } from '../harness/examples.mts';
import { ensureN8n } from '../harness/install.mts';
import { startN8n, type N8n } from '../harness/n8n.mts';
import { setUpStore } from '../harness/postgresStore.mts';
import { buildPackage } from '../harness/package.mts';
import { printProgress, withProgress } from '../harness/progress.mts';
import { defaultRelease } from '../harness/releases.mts';
import { startSandbox, type Sandbox } from '../sandbox/index.mts';
import { startDatabase, withPostgres } from './postgres.mts';
import { enterWebhook, WEBHOOK_SECRET, type GatewayToShow } from './gateways.mts';

/** The name of the credential that the examples ask for. */
const CREDENTIAL = 'Message Gateway account';

/** A minute passes in a second. */
export const CLOCK_FACTOR = 60;

/** Between the statuses of a message, in the sandbox's time: slow enough to be watched. */
const STATUS_DELAY_MS = 30_000;

/** What is up and running, and the ids of the workflows in it, by their example's name. */
export interface Environment {
	readonly n8n: N8n;
	readonly sandbox: Sandbox;
	readonly workflows: Record<ExampleName, string>;
	/** The published workflow that sends what is due; null where the gateway itself does. */
	readonly sendDue: string | null;
}

const exampleNames = [
	'schedule-a-message',
	'list-reschedule-cancel',
	'send-a-message',
	'follow-statuses',
] as const;

export type ExampleName = (typeof exampleNames)[number];

/** Takes note of how to end something that was started. */
export type OnStarted = (end: () => Promise<void>) => void;

/** Sets everything up, step by step, telling `onStarted` how to end what it starts. */
export async function startEnvironment(
	shown: GatewayToShow,
	onStarted: OnStarted,
): Promise<Environment> {
	const onProgress = printProgress(process.stdout);
	const step = async <T,>(what: string, work: () => Promise<T>) =>
		await withProgress(what, onProgress, work);

	await ensureN8n(defaultRelease, { onProgress });
	const tarball = await step('building and packing the package', () => buildPackage());
	const sandbox = await step('starting the sandbox gateway', () =>
		startSandbox({
			clockFactor: CLOCK_FACTOR,
			statusDelayMs: STATUS_DELAY_MS,
			guides: guides(WEBHOOK_SECRET),
		}),
	);
	onStarted(async () => await sandbox.close());
	const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	const n8n = await step(
		`starting n8n ${defaultRelease} with the package installed in a fresh user folder`,
		() => startN8n({ tarball, timezone }),
	);
	onStarted(async () => await n8n.stop());
	await step(`creating and testing the credential for ${shown.gateway.label}`, () =>
		makeCredential(n8n, sandbox, shown),
	);
	const place =
		shown.store === 'gateway'
			? null
			: await step('starting PostgreSQL and publishing the workflow that reaches it', async () => {
					const port = await startDatabase(onStarted);
					return (await setUpStore(n8n, port)).place;
				});
	const { workflows, sendDue } = await step(
		'importing the examples and activating the trigger',
		async () => {
			const ids = await importExamples(n8n, shown, place);
			await n8n.activate(ids['follow-statuses']);
			const sendDueId = place === null ? null : await publishSendDue(n8n, place);
			const url = await n8n.productionWebhookUrl(ids['follow-statuses'], 'Message Status');
			await enterWebhook(sandbox, shown, url);
			return { workflows: ids, sendDue: sendDueId };
		},
	);
	return { n8n, sandbox, workflows, sendDue };
}

async function makeCredential(n8n: N8n, sandbox: Sandbox, { id }: GatewayToShow) {
	const data = credentialFor(sandbox, id, WEBHOOK_SECRET);
	const { status, message } = await n8n.testCredential(CREDENTIAL_TYPE, data);
	if (status !== 'OK') throw new Error(`The credential's test says: ${message}`);
	await n8n.createCredential(CREDENTIAL, CREDENTIAL_TYPE, data);
}

/** The second workflow that messages in PostgreSQL need. */
async function publishSendDue(n8n: N8n, place: Json) {
	const workflow = withPostgres(readExample('send-due-messages.json'), place);
	const id = await n8n.createWorkflow(workflow);
	await n8n.activate(id);
	return id;
}

async function importExamples(n8n: N8n, shown: GatewayToShow, place: Json | null) {
	const ids = {} as Record<ExampleName, string>;
	for (const name of exampleNames) {
		const example = suitedTo(shown, readExample(`${name}.json`));
		ids[name] = await n8n.createWorkflow(place === null ? example : withPostgres(example, place));
	}
	return ids;
}

/**
 * The example as this gateway can run it: without messages of a type that it does not take, with
 * *Allow Deletion* where it documents no other way to cancel, and without *Record Status*, since no
 * message waits in a Data Table or PostgreSQL.
 */
function suitedTo({ gateway, store }: GatewayToShow, example: WorkflowJson): WorkflowJson {
	const { scheduling, messageTypes } = gateway.capabilities;
	const taken = (node: WorkflowJson['nodes'][number]) => {
		const { messageType, resource } = node.parameters ?? {};
		if (messageType === undefined) return true;
		const types =
			resource === 'message' || store === 'postgres' ? messageTypes : (scheduling?.types ?? []);
		return types.some((type) => type === messageType);
	};
	const nodes = example.nodes.filter(taken).map((node) => {
		const operation = node.parameters?.operation;
		if (operation === 'recordStatus' && store === 'gateway') return { ...node, disabled: true };
		const changes = ['cancel', 'reschedule'].includes(String(operation));
		if (!changes || store === 'postgres' || scheduling?.cancelsBy !== 'delete') return node;
		return { ...node, parameters: { ...node.parameters, options: { allowDeletion: true } } };
	});
	const there = new Set(nodes.map(({ name }) => name));
	const connections = Object.fromEntries(
		Object.entries(example.connections as Connections).map(([from, { main }]) => [
			from,
			{ main: main.map((targets) => targets.filter(({ node }) => there.has(node))) },
		]),
	);
	return { ...example, nodes, connections };
}

type Connections = Record<string, { main: Array<Array<{ node: string }>> }>;
