import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import axios from 'axios';
import { gatewayById, gateways } from '../../gateways/registry';
import { output, type Json } from '../../harness/client.mts';
import type { Status } from '../../messages/status';
import { definitionOf, type GatewayId } from '../../sandbox/registry.mts';
import {
	credentialFor,
	inSeconds,
	listening,
	oneNode,
	startEnvironment,
	until,
	type Environment,
} from './environment.mts';

/** Each gateway of the registry: a new one is tested by being there. */
const GATEWAYS = gateways.map(({ id }) => id as GatewayId);
const capabilitiesOf = (id: string) => gatewayById(id).capabilities;
const WITHOUT_SCHEDULER = GATEWAYS.filter((id) => capabilitiesOf(id).scheduling === null);

/** The way of a message, as far as the sandbox takes it and the vendor reports it. */
function wayOf(gateway: GatewayId): Status[] {
	const way: Status[] = ['scheduled', 'sent', 'delivered', 'read'];
	const { scheduling, webhooks } = capabilitiesOf(gateway);
	const last = way.indexOf(definitionOf(gateway).lastStatus as Status);
	return way
		.slice(scheduling === null ? 1 : 0, last + 1)
		.filter((status) => webhooks.statuses.includes(status));
}

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment({}, { clockFactor: 600 });
	for (const gateway of GATEWAYS) {
		await environment.n8n.createCredential(
			gateway,
			'messageGatewayApi',
			credentialFor(environment.sandbox, gateway),
		);
	}
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

const run = async (...args: Parameters<typeof oneNode>) => {
	const id = await environment.n8n.createWorkflow(oneNode(...args));
	return await environment.n8n.runManually(id);
};

/** A credential without a secret where the trigger makes its own; the user enters it elsewhere. */
async function activateTrigger(gateway: GatewayId, parameters: Json = {}) {
	const { n8n, sandbox } = environment;
	const id = await n8n.createWorkflow(
		listening(gateway, {
			statuses: ['scheduled', 'sent', 'delivered', 'read', 'failed'],
			...parameters,
		}),
	);
	await n8n.activate(id);
	const { registration, sendsSecretHeader } = capabilitiesOf(gateway).webhooks;
	if (registration === 'manual') {
		const url = await n8n.productionWebhookUrl(id, 'Status');
		const secret = credentialFor(sandbox, gateway).webhookSecret as string;
		sandbox.setWebhook(
			gateway,
			sendsSecretHeader ? { url, secret } : { url: `${url}?secret=${encodeURIComponent(secret)}` },
		);
	}
	return id;
}

const statusesOf = async (workflowId: string) => {
	const ended = (await environment.n8n.executions(workflowId)).filter(
		({ status }) => status === 'success',
	);
	const runs = await Promise.all(ended.map(async ({ id }) => await environment.n8n.execution(id)));
	return runs.flatMap((execution) => output(execution, 'Status'));
};

describe.each(GATEWAYS)('%s', (gateway) => {
	it('carries a message and tells its way, each status once', async () => {
		const { n8n, sandbox } = environment;
		const workflow = await activateTrigger(gateway);
		await sandbox.idle({ ignoreScheduled: true });
		const message = { recipient: '+919988066776', text: `by ${gateway}` };
		const { scheduling } = capabilitiesOf(gateway);
		const execution = await run(
			gateway,
			scheduling === null
				? { ...message, resource: 'message', operation: 'send' }
				: { ...message, sendAt: inSeconds(10 + (scheduling.minLeadMs ?? 0) / 1_000) },
		);
		const [given] = output(execution, 'Message Scheduler');
		expect(given).toMatchObject({ gateway, recipient: '+919988066776' });
		const expected = wayOf(gateway);
		expect(expected).toContain('sent');
		const events = await until(
			async () => await statusesOf(workflow),
			(found) => expected.every((status) => found.some((event) => event.status === status)),
			30_000,
		);
		const ids = events.map(({ eventId }) => eventId);
		expect(new Set(ids).size).toBe(ids.length);
		for (const event of events) {
			expect(event).toMatchObject({ gateway, account: expect.any(String) });
			expect(['sms', 'whatsapp']).toContain(event.channel);
			if (given.messageId !== null) expect(event.messageId).toBe(given.messageId);
		}
		await n8n.deactivate(workflow);
	}, 90_000);
});

/** Data Table and PostgreSQL: `expectAllOperations`, in their own test files. */
describe.each(GATEWAYS.filter((id) => capabilitiesOf(id).scheduling !== null))(
	'the scheduler of %s',
	(gateway) => {
		const byId = (value: unknown): Json => ({ scheduleId: { __rl: true, mode: 'id', value } });
		const operate = async (operation: string, parameters: Json) => {
			const execution = await run(gateway, { operation, ...parameters });
			if (execution.error) throw new Error(`${operation}: ${execution.error.message}`);
			return output(execution, 'Message Scheduler');
		};

		it('schedules, lists, reads, moves and cancels, and sends none of it', async () => {
			const { scheduling } = capabilitiesOf(gateway);
			const options = scheduling?.cancelsBy === 'delete' ? { allowDeletion: true } : {};
			// Not every gateway takes fractions of a second.
			const [first, later] = [3_600, 7_200].map((seconds) =>
				inSeconds(seconds).replace(/\.\d+Z$/, '.000Z'),
			);
			const sent = () =>
				environment.sandbox.messages(gateway).filter(({ sentAt }) => sentAt !== undefined).length;
			const sentBefore = sent();
			const [scheduled] = await operate('schedule', {
				recipient: '+919988066776',
				text: `kept by ${gateway}`,
				sendAt: first,
			});
			expect(scheduled).toMatchObject({
				gateway,
				storedIn: 'gateway',
				status: 'scheduled',
				scheduledAt: first,
			});
			const [read] = await operate('get', byId(scheduled.scheduleId));
			expect(read).toMatchObject({ scheduleId: scheduled.scheduleId, status: 'scheduled' });
			const listed = await operate('getAll', { returnAll: true });
			expect(listed.map(({ scheduleId }) => scheduleId)).toContain(scheduled.scheduleId);

			const [moved] = await operate('reschedule', {
				...byId(scheduled.scheduleId),
				sendAt: later,
				options,
			});
			expect(moved).toMatchObject({ status: 'scheduled', scheduledAt: later });
			const [cancelled] = await operate('cancel', { ...byId(moved.scheduleId), options });
			expect(cancelled).toMatchObject({ scheduleId: moved.scheduleId, status: 'cancelled' });
			const again = await run(gateway, { operation: 'cancel', ...byId(moved.scheduleId), options });
			expect(again.error?.message).toMatch(/already cancelled|no longer|no scheduled message/);
			expect(sent()).toBe(sentBefore);
		}, 90_000);
	},
);

it.each(GATEWAYS.filter((id) => capabilitiesOf(id).lookup !== null))(
	'looks up with %s what it sent',
	async (gateway) => {
		const recipient = '+919988066776';
		const resource = 'message';
		const send = { resource, operation: 'send', recipient, text: 'where is it?' };
		const [sent] = output(await run(gateway, send), 'Message Scheduler');
		const by = capabilitiesOf(gateway).lookup!.by;
		const get = { resource, operation: 'get', messageId: sent[by], options: { recipient } };
		const [found] = output(await run(gateway, get), 'Message Scheduler');
		expect(found).toMatchObject({ gateway, [by]: sent[by] });
		expect(wayOf(gateway).concat('queued')).toContain(found.status);
	},
	60_000,
);

it.each(WITHOUT_SCHEDULER)(
	'refuses to schedule with %s before any request',
	async (gateway) => {
		environment.sandbox.clearRequests();
		const execution = await run(gateway, {
			recipient: '+919988066776',
			text: 'x',
			sendAt: inSeconds(3600),
		});
		expect(execution.error?.message).toMatch(/has no scheduler of its own/);
		expect(environment.sandbox.requests(gateway)).toEqual([]);
	},
	30_000,
);

it('registers at Whapi beside a neighbour and takes away only its own', async () => {
	const { n8n, sandbox } = environment;
	const { baseUrl, apiToken } = sandbox.accounts.whapi;
	const api = axios.create({ baseURL: baseUrl, headers: { Authorization: `Bearer ${apiToken}` } });
	const neighbour = {
		url: 'https://neighbour.example/hook',
		mode: 'body',
		events: [{ type: 'messages', method: 'post' }],
	};
	await api.patch('/settings', { webhooks: [neighbour] });
	const urls = async () => {
		const { data } = await api.get<{ webhooks: Array<{ url: string }> }>('/settings');
		return data.webhooks.map(({ url }) => url);
	};
	const workflow = await activateTrigger('whapi');
	const ours = await n8n.productionWebhookUrl(workflow, 'Status');
	expect(await urls()).toEqual([neighbour.url, ours]);

	await n8n.restart();
	expect(await urls()).toEqual([neighbour.url, ours]);
	await n8n.deactivate(workflow);
	expect(await urls()).toEqual([neighbour.url]);
	await api.patch('/settings', { webhooks: [] });
}, 120_000);

it('leaves another’s webhook at GREEN-API alone, or replaces it and puts it back', async () => {
	const { n8n, sandbox } = environment;
	const { baseUrl, idInstance, apiTokenInstance } = sandbox.accounts.greenApi;
	const call = async (method: string, body?: object) => {
		const url = `${baseUrl}/waInstance${idInstance}/${method}/${apiTokenInstance}`;
		for (;;) {
			const answer = await axios.request({
				url,
				method: body ? 'POST' : 'GET',
				data: body,
				validateStatus: () => true,
			});
			if (answer.status !== 429) return answer.data as Record<string, string>;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	};
	const urlAfter = async (expected: string) =>
		await until(
			// Behind ours stands what it has replaced.
			async () => (await call('getSettings')).webhookUrl.replace(/[?&]former=.*$/, ''),
			(url) => url === expected,
		);
	const theirs = 'https://neighbour.example/green';
	await call('setSettings', { webhookUrl: theirs, webhookUrlToken: 'theirs' });
	await urlAfter(theirs);

	const refused = await n8n.createWorkflow(listening('greenApi'));
	await expect(n8n.activate(refused)).rejects.toThrow(/Replace Existing Webhook/);
	await n8n.deactivate(refused).catch(() => {});
	expect((await call('getSettings')).webhookUrl).toBe(theirs);

	const replacing = await n8n.createWorkflow(
		listening('greenApi', { options: { replaceExisting: true } }),
	);
	await n8n.activate(replacing);
	await urlAfter(await n8n.productionWebhookUrl(replacing, 'Status'));
	await n8n.deactivate(replacing);
	await urlAfter(theirs);
	expect((await call('getSettings')).webhookUrlToken).toBe('theirs');
	await call('setSettings', { webhookUrl: '', webhookUrlToken: '' });
	await urlAfter('');
}, 120_000);

it('never lets GREEN-API’s token out, whatever goes wrong', async () => {
	const { n8n, sandbox } = environment;
	const { apiTokenInstance } = sandbox.accounts.greenApi;
	const text = 'this text shows that the search looks in the right place';
	const send = { resource: 'message', operation: 'send', recipient: '+919988066776', text };
	const executions = [];
	const faults = [
		{ kind: 'status', status: 404, body: { message: `no /sendMessage/${apiTokenInstance}` } },
		{ kind: 'quota' },
		{ kind: 'hang' },
		{ kind: 'reset' },
		{ kind: 'html' },
	];
	for (const fault of faults) {
		sandbox.faults.add({ gateway: 'greenApi', ...fault } as never);
		executions.push(await run('greenApi', { ...send, options: { timeout: 1 } }));
		sandbox.faults.clear();
	}
	await n8n.createCredential('Nobody there', 'messageGatewayApi', {
		...credentialFor(sandbox, 'greenApi'),
		greenApiUrl: 'http://127.0.0.1:9',
	});
	executions.push(await run('Nobody there', send));
	executions.push(
		await run('greenApi', send, { node: { onError: 'continueRegularOutput', retryOnFail: true } }),
	);
	for (const execution of executions.slice(0, -1)) expect(execution.status).toBe('error');

	expect(JSON.stringify(executions)).not.toContain(apiTokenInstance);
	expect(n8n.log.join('\n')).not.toContain(apiTokenInstance);
	// The database holds the executions; the credential stands in it encrypted.
	const folder = join(n8n.userFolder, '.n8n');
	const files = (await readdir(folder)).filter((name) => /sqlite/.test(name));
	expect(files.length).toBeGreaterThan(0);
	const database = Buffer.concat(
		await Promise.all(files.map(async (name) => await readFile(join(folder, name)))),
	);
	expect(database.includes(text)).toBe(true);
	expect(database.includes(apiTokenInstance)).toBe(false);
}, 120_000);
