import { Agent } from 'node:http';
import axios from 'axios';
import type { Json } from '../../harness/client.mts';
import { credentialFor } from '../../harness/credential.mts';
import type { N8n } from '../../harness/n8n.mts';
import type { Sandbox } from '../../sandbox/index.mts';
import { seededRandom } from '../../sandbox/random.mts';
import { listening, SECRET } from '../../test/e2e/environment.mts';
import { countExecutions, triggered } from '../executions.mts';
import { mapInParallel } from '../../nodes/MessageScheduler/parallel.ts';
import { compare, count, holds, type Difference } from '../figures.mts';

export interface WebhookRun {
	readonly n8n: N8n;
	readonly sandbox: Sandbox;
	/** Deliveries in all: genuine, repeated, late and forged. */
	readonly count: number;
	readonly seed: number;
	/** Deliveries under way at once. */
	readonly parallel: number;
}

export interface WebhookResult {
	readonly deliveries: number;
	readonly repeated: number;
	readonly late: number;
	readonly forged: number;
	/** How n8n answered the trusted ones, and the forged ones. */
	readonly answers: Readonly<Record<string, number>>;
	readonly forgedAnswers: Readonly<Record<string, number>>;
	/** The statuses told against those that ought to be. */
	readonly told: Difference;
	readonly expected: number;
	readonly executions: number;
	readonly failedExecutions: number;
	readonly ms: number;
}

const STATUSES = ['sent', 'delivered', 'read'] as const;
/** How often a delivery is repeated, comes out of its order, or is forged. */
const SHARES = { repeated: 0.2, late: 0.1, forged: 0.05 };
const SETTLE_MS = 300_000;

/** A trigger that listens to Whapi on a real n8n, and a way to call it. */
export interface Target {
	readonly workflow: string;
	/** Delivers a body; gives n8n's answer. */
	readonly post: (body: unknown, headers?: Json) => Promise<{ status: number; data: unknown }>;
	readonly channel: string;
	/** The body of one status of one message. */
	readonly body: (id: string, status: string, channel?: string) => Json;
	/** Statuses that the trigger has told: `message status`. */
	readonly told: () => Promise<{ keys: string[]; executions: number; failed: number }>;
	readonly count: () => Promise<number>;
}

export const TRUSTED = { 'x-webhook-secret': SECRET };

export async function raiseTarget(n8n: N8n, sandbox: Sandbox, name: string): Promise<Target> {
	const credential = credentialFor(sandbox, 'whapi', SECRET);
	await n8n.createCredential(name, 'messageGatewayApi', credential);
	const workflow = await n8n.createWorkflow(listening(name, { events: [...STATUSES] }));
	await n8n.activate(workflow);
	const url = await n8n.productionWebhookUrl(workflow, 'Status');
	const { channelId: channel } = sandbox.accounts.whapi;
	const client = axios.create({
		// A connection each: a kept one may close just when the next webhook goes out on it.
		httpAgent: new Agent(),
		proxy: false,
		timeout: 120_000,
		validateStatus: () => true,
	});
	return {
		workflow,
		channel,
		post: async (body, headers = TRUSTED) => {
			const { status, data } = await client.post<unknown>(url, body, { headers: headers as never });
			return { status, data };
		},
		body: (id, status, from = channel) => ({
			statuses: [
				{
					id,
					code: 2,
					status,
					recipient_id: '919988066776@s.whatsapp.net',
					timestamp: '1712995378',
				},
			],
			event: { type: 'statuses', event: 'post' },
			channel_id: from,
		}),
		told: async () => {
			const { items, failed, executions } = await triggered(n8n, workflow, 'Status');
			const keys = items.map(({ messageId, status }) => `${messageId} ${status}`);
			return { keys, executions, failed: failed.length };
		},
		count: async () => await countExecutions(n8n, workflow),
	};
}

/** One delivery, and whatever has to be answered before it goes out. */
interface Delivery {
	readonly kind: 'genuine' | 'repeated' | 'forged';
	readonly id: string;
	readonly status: string;
}

/**
 * Delivers many webhooks at once. Those of one message go one after the other, so that it is certain
 * which of them are late; repetitions go together with what they repeat.
 */
export async function runWebhooks(run: WebhookRun): Promise<WebhookResult> {
	const { n8n, sandbox, seed, parallel } = run;
	const target = await raiseTarget(n8n, sandbox, `webhooks ${seed}`);
	const { ways, deliveries, repeated, late, forged } = plan(run);
	const answers: number[] = [];
	const forgedAnswers: number[] = [];
	const forge = forgeries(target);
	const deliver = async ({ kind, id, status }: Delivery, index: number) => {
		if (kind === 'forged') forgedAnswers.push(await forge[index % forge.length](id, status));
		else answers.push((await target.post(target.body(id, status))).status);
	};
	const began = Date.now();
	await mapInParallel(ways, Math.max(1, Math.floor(parallel / 2)), async (way, number) => {
		for (const step of way) {
			await Promise.all(step.map(async (each, index) => await deliver(each, number + index)));
		}
	});
	const ms = Date.now() - began;
	const expected = ways.flatMap(expectedOf);
	await holds(async () => (await target.count()) >= expected.length, SETTLE_MS);
	const { keys, executions, failed } = await target.told();
	await n8n.deactivate(target.workflow);
	return {
		deliveries,
		repeated,
		late,
		forged,
		answers: Object.fromEntries(count(answers.map(String))),
		forgedAnswers: Object.fromEntries(count(forgedAnswers.map(String))),
		told: compare(expected, keys),
		expected: expected.length,
		executions,
		failedExecutions: failed,
		ms,
	};
}

/** By message: steps, each of deliveries that go out together. */
function plan({ count: wanted, seed }: WebhookRun) {
	const random = seededRandom(seed);
	const ways: Delivery[][][] = [];
	const numbers = { deliveries: 0, repeated: 0, late: 0, forged: 0 };
	const room = () => numbers.deliveries < wanted;
	const add = (step: Delivery[], delivery: Delivery) => {
		if (!room()) return false;
		step.push(delivery);
		numbers.deliveries++;
		return true;
	};
	for (let message = 0; room(); message++) {
		const id = `message-${seed}-${message}`;
		const statuses: string[] = [...STATUSES];
		// Two neighbours change places: the one that comes second is late.
		if (random() < SHARES.late * STATUSES.length) {
			const at = random() < 0.5 ? 0 : 1;
			[statuses[at], statuses[at + 1]] = [statuses[at + 1], statuses[at]];
			numbers.late++;
		}
		const way: Delivery[][] = [];
		for (const status of statuses) {
			const step: Delivery[] = [];
			const later: Delivery[] = [];
			if (!add(step, { kind: 'genuine', id, status })) break;
			if (random() < SHARES.repeated / (1 - SHARES.repeated - SHARES.forged)) {
				// In the same moment, or after the answer.
				const place = random() < 0.5 ? step : later;
				if (add(place, { kind: 'repeated', id, status })) numbers.repeated++;
			}
			if (random() < SHARES.forged / (1 - SHARES.repeated - SHARES.forged)) {
				const forgery = { kind: 'forged', id: `forged-${id}`, status } as const;
				if (add(step, forgery)) numbers.forged++;
			}
			way.push(step, ...(later.length > 0 ? [later] : []));
		}
		ways.push(way);
	}
	return { ways, ...numbers };
}

/** What a trigger must tell of a message: each status once, and none below one that was told. */
function expectedOf(way: readonly Delivery[][]): string[] {
	const told = new Map<string, number>();
	for (const { kind, id, status } of way.flat()) {
		const rank = STATUSES.indexOf(status as never);
		if (kind === 'forged' || rank < Math.max(-1, ...told.values())) continue;
		told.set(`${id} ${status}`, rank);
	}
	return [...told.keys()];
}

/** Ways to pretend to be the gateway; each gives n8n's answer. */
function forgeries(target: Target): Array<(id: string, status: string) => Promise<number>> {
	const withHeaders = (headers: Json) => async (id: string, status: string) =>
		(await target.post(target.body(id, status), headers)).status;
	return [
		withHeaders({}),
		withHeaders({ 'x-webhook-secret': '' }),
		withHeaders({ 'x-webhook-secret': `${SECRET}x` }),
		withHeaders({ 'x-webhook-secret': SECRET.slice(0, -1) }),
		withHeaders({ authorization: `Bearer ${SECRET.toUpperCase()}` }),
		withHeaders({ 'x-secret': SECRET }),
		async (id, status) => (await target.post(target.body(id, status, 'another channel'))).status,
	];
}
