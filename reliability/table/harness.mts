import type { Json } from '../../harness/client.mts';
import { output } from '../../harness/client.mts';
import { credentialFor } from '../../harness/credential.mts';
import { startN8n, type N8n, type StartOptions } from '../../harness/n8n.mts';
import { buildPackage } from '../../harness/package.mts';
import { insertRows } from '../../harness/tables.mts';
import type { Sandbox } from '../../sandbox/index.mts';
import { oneNode, SECRET } from '../../test/e2e/environment.mts';
import { runLarge } from '../executions.mts';

/** The gateway of these proofs: it has no scheduler of its own, and takes a message at once. */
export const GATEWAY = 'whapi';

/** The credential's name: that of the examples. */
export const CREDENTIAL = 'Message Gateway account';

export const IN_TABLE = { storeIn: 'dataTable' };

/** A real n8n with the package, which keeps little of its executions. */
export const raise = async (options: StartOptions = {}): Promise<N8n> =>
	await startN8n({ tarball: await buildPackage(), ...options });

export const addCredential = async (n8n: N8n, sandbox: Sandbox): Promise<string> =>
	await n8n.createCredential(
		CREDENTIAL,
		'messageGatewayApi',
		credentialFor(sandbox, GATEWAY, SECRET),
	);

/** A workflow of one operation. */
export const operation = (name: string, parameters: Json = {}, items?: Json[]) =>
	oneNode(CREDENTIAL, { operation: name, ...parameters }, { items });

/** Runs one operation to its end and gives its items. */
export async function operate(
	n8n: N8n,
	name: string,
	parameters: Json = {},
	items?: Json[],
): Promise<Json[]> {
	const workflow = operation(name, parameters, items);
	// A busy n8n may close a connection that is just used again: nothing has begun then.
	const id = await n8n
		.createWorkflow(workflow)
		.catch(async () => await n8n.createWorkflow(workflow));
	return await runTo(n8n, id);
}

/** Runs a workflow to its end and gives the items of the node. */
export const runTo = async (n8n: N8n, workflowId: string): Promise<Json[]> =>
	(await runTimed(n8n, workflowId)).items;

/** The same, with how long the execution took by n8n's own clock. */
export async function runTimed(
	n8n: N8n,
	workflowId: string,
): Promise<{ readonly items: Json[]; readonly ms: number }> {
	const execution = await runLarge(n8n, workflowId, 1_800_000);
	if (execution.status !== 'success') {
		throw new Error(`${execution.status}: ${execution.error?.message ?? 'no reason given'}`);
	}
	const { startedAt, stoppedAt } = execution;
	return {
		items: output(execution, 'Message Scheduler'),
		ms: Date.parse(String(stoppedAt)) - Date.parse(startedAt),
	};
}

/** Starts a workflow by hand and does not wait. */
export async function start(n8n: N8n, workflowId: string): Promise<void> {
	const workflowData = await n8n.workflow(workflowId);
	await n8n.request('POST', `/workflows/${workflowId}/run`, {
		workflowData,
		triggerToStartFrom: { name: 'Start' },
	});
}

/** Parameters that schedule one message for each item. */
export const FROM_ITEM = {
	...IN_TABLE,
	recipient: '={{ $json.to }}',
	text: '={{ $json.text }}',
	sendAt: '={{ $json.at }}',
};

/**
 * Somebody of their own for each text, the same each time: the messages of one recipient go out in the
 * order of their times, one after the other, which is not what these proofs are about.
 */
const recipientOf = (text: string): string => {
	let hash = 7;
	for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) % 89_999;
	const number = 10_000 + hash;
	// At some gateways of the sandbox, numbers that end like this are of nobody.
	return `+9199880${number % 10_000 === 0 ? number + 1 : number}`;
};

/** How long a dispatcher that was killed keeps others from its account, and a little more. */
export const LEASE_MS = 95_000;

export const item = (text: string, at: number | string): Json => ({
	to: recipientOf(text),
	text,
	at: typeof at === 'number' ? new Date(at).toISOString() : at,
});

/** Writes rows straight into the table, as nobody but a proof does: fast. */
export async function fill(n8n: N8n, rows: readonly Json[], chunk = 2_000): Promise<void> {
	for (let from = 0; from < rows.length; from += chunk) {
		await insertRows(n8n, rows.slice(from, from + chunk));
	}
}

/** A row as it stands in the table of an account, with what a proof says of it. */
export const row = (account: string, text: string, at: number, more: Json = {}): Json => {
	const iso = new Date(at).toISOString();
	return {
		schedule_id: crypto.randomUUID(),
		status: 'scheduled',
		send_at: iso,
		next_attempt_at: iso,
		recipient: recipientOf(text),
		type: 'text',
		text,
		timezone: 'UTC',
		gateway: GATEWAY,
		account,
		credential: CREDENTIAL,
		attempts: 0,
		claim_token: '',
		status_rank: 10,
		...more,
	};
};

export const wait = async (ms: number): Promise<void> =>
	await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
