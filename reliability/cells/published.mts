import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { output, type Json, type WorkflowJson } from '../../harness/client.mts';
import { credentialFor } from '../../harness/credential.mts';
import { senderOf } from '../../test/e2e/hostileSender.mts';
import type { WebhookTarget } from '../../sandbox/index.mts';
import { listening, SECRET } from '../../test/e2e/environment.mts';
import type { Bench } from './bench.mts';
import { expectSame } from './proof.mts';

/** A workflow that webhooks start, and what it is told. */
export interface Published {
	readonly url: string;
	/** The items of a node in all executions, once some satisfy the condition. */
	items(node: string, isThere: (item: Json) => boolean): Promise<Json[]>;
}

const MAX_MS = 30_000;
const POLL_MS = 100;

/** Publishes a workflow while the work goes on. @throws Error in the node's words if it cannot be published */
export async function whilePublished<T>(
	{ world: { n8n } }: Bench,
	workflow: WorkflowJson,
	trigger: string,
	work: (published: Published) => Promise<T>,
): Promise<T> {
	const id = await n8n.createWorkflow(workflow);
	try {
		await n8n.activate(id);
		return await work({
			url: await n8n.productionWebhookUrl(id, trigger),
			items: async (node, isThere) => {
				for (const until = Date.now() + MAX_MS; ; await sleep(POLL_MS)) {
					const ended = (await n8n.executions(id)).filter(({ stoppedAt }) => stoppedAt !== null);
					const runs = await Promise.all(
						ended.map(async (execution) => await n8n.execution(execution.id)),
					);
					const failed = runs.find(({ error }) => error !== undefined);
					if (failed !== undefined) throw new Error(String(failed.error?.message));
					const items = runs.flatMap((execution) => output(execution, node));
					if (items.some(isThere)) return items;
					if (Date.now() > until) {
						throw new Error(`Of ${items.length} items none is it: ${JSON.stringify(items)}`);
					}
				}
			},
		});
	} finally {
		await n8n.deactivate(id).catch(() => {});
	}
}

/** Posts a genuine status to a URL, as the vendor's documents say, and gives its id. */
export async function postGenuine({ id, row, world }: Bench, url: string): Promise<string> {
	const { sandbox } = world;
	const sender = await senderOf(id);
	const name = row.id.replace(/\W/g, '');
	const body = sender.genuine(sandbox, name, '');
	const { headers, query } = sender.sign(sandbox, url, body);
	const { status } = await axios.post(`${url}${query}`, body, {
		headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
		transformRequest: [(text: string) => text],
		validateStatus: () => true,
		proxy: false,
	});
	expectSame('answer to the webhook', status, 200);
	return name;
}

const NODE = 'Status';

/**
 * Publishes the trigger while the work goes on, and enters its URL at the gateway where that is done by hand.
 *
 * @param work gets what gives all items of the trigger, once some satisfy a condition
 */
export async function whileReporting(
	bench: Bench,
	parameters: { readonly events?: string[] },
	work: (items: (isThere: (item: Json) => boolean) => Promise<Json[]>) => Promise<void>,
): Promise<void> {
	const { id, world } = bench;
	const { sandbox } = world;
	await whilePublished(bench, listening(id, parameters), NODE, async ({ url, items }) => {
		const target = targetByHand(bench, url, parameters.events?.includes('received') === true);
		if (target !== null) sandbox.setWebhook(id, target);
		try {
			// A gateway may take minutes to apply it.
			await sandbox.idle({ ignoreScheduled: true });
			await work(async (isThere) => await items(NODE, isThere));
			await sandbox.idle({ ignoreScheduled: true });
		} finally {
			if (target !== null) sandbox.setWebhook(id, null);
		}
	});
}

/** What a user enters at the gateway; null where the trigger does that. */
function targetByHand(
	{ gateway, id, world: { sandbox } }: Bench,
	url: string,
	received: boolean,
): WebhookTarget | null {
	const { registration, received: way, sendsSecretHeader } = gateway.capabilities.webhooks;
	if (registration !== 'manual' && !(received && way === 'separateUrl')) return null;
	const secret = String(credentialFor(sandbox, id, SECRET).webhookSecret);
	const isInUrl = !sendsSecretHeader && gateway.signingKeyField === undefined;
	return isInUrl
		? { url: `${url}?secret=${encodeURIComponent(secret)}`, received }
		: { url, secret, received };
}
