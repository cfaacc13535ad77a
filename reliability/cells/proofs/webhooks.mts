import type { Json } from '../../../harness/client.mts';
import { chain, listening, ACTION } from '../../../test/e2e/environment.mts';
import { readExample } from '../../../harness/examples.mts';
import type { Bench } from '../bench.mts';
import { expectSame, type Proof } from '../proof.mts';
import { postGenuine, whilePublished, whileReporting } from '../published.mts';
import { Refusal } from '../refusal.mts';

/** What gateways report: by the trigger, and by n8n's own Webhook node. */

/** n8n's Webhook node, as the example has it, and the operation behind it. */
function readingWorkflow({ gateway }: Bench) {
	const example = readExample('read-webhook.json');
	const webhook = example.nodes.find(({ type }) => type === 'n8n-nodes-base.webhook')!;
	const read = example.nodes.find(({ type }) => type === ACTION)!;
	return {
		nodes: [
			{ ...webhook, parameters: { ...webhook.parameters, path: `cells-${gateway.id}` } },
			{ ...read, credentials: { messageGatewayApi: gateway.id } },
		],
		connections: chain(webhook.name, read.name),
		names: [webhook.name, read.name],
	};
}

export const readWebhook: Proof = {
	works: async (bench) => {
		const { names, ...workflow } = readingWorkflow(bench);
		const [webhook, read] = names;
		await whilePublished(bench, workflow, webhook, async ({ url, items }) => {
			const name = await postGenuine(bench, url);
			const found = await items(read, () => true);
			expectSame('events', found.length, 1);
			const [{ event, gateway, verified, messageId, scheduleId }] = found;
			expectSame('event', [event, gateway, verified], ['status', bench.gateway.id, true]);
			expectSame('its id', `${String(messageId)} ${String(scheduleId)}`.includes(name), true);
		});
	},
	asks: async (bench) => await readWebhook.works(bench),
};

/** A message that the gateway sends: from its own scheduler, if it has one, since some report no other. */
async function sendByGateway(bench: Bench): Promise<void> {
	const { gateway, id, world, text, recipient } = bench;
	if (gateway.capabilities.scheduling === null) {
		await bench.operate('message.send', { recipient, text });
		return;
	}
	await bench.in('gateway').schedule();
	const held = world.sandbox.look(id, Infinity).held.find(({ message }) => message.text === text);
	world.sandbox.sendNow(id, held!.message.id);
}

export const status: Proof = {
	works: async (bench) => {
		await whileReporting(bench, {}, async (items) => {
			await sendByGateway(bench);
			const isSent = (item: Json) => item.status === 'sent';
			const events = (await items(isSent)).filter(isSent);
			expectSame(
				'events of the status sent',
				events.map(({ gateway, recipient }) => [gateway, recipient]),
				[[bench.gateway.id, bench.recipient]],
			);
		});
	},
	asks: async (bench) => await status.works(bench),
};

const RECEIVED = { events: ['received'] };

export const received: Proof = {
	works: async (bench) => {
		const { id, recipient, text, world } = bench;
		await whileReporting(bench, RECEIVED, async (items) => {
			world.sandbox.receive(id, { from: recipient.slice(1), text });
			expectSame(
				'events',
				(await items(() => true)).map((item) => [item.event, item.from, item.text]),
				[['received', recipient, text]],
			);
		});
	},
	asks: async ({ id, world: { n8n } }) => {
		const workflow = await n8n.createWorkflow(listening(id, RECEIVED));
		try {
			await n8n.activate(workflow);
		} catch (error) {
			// Behind the number of the workflow and the name of the node.
			throw new Refusal((error as Error).message.replace(/^.*?\. \w+: /, ''));
		} finally {
			await n8n.deactivate(workflow).catch(() => {});
		}
	},
};
