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
			events: ['scheduled', 'sent', 'delivered', 'read', 'failed'],
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

		it('moves and cancels many by a filter, and the second time none', async () => {
			const { scheduling } = capabilitiesOf(gateway);
			const options = scheduling?.cancelsBy === 'delete' ? { allowDeletion: true } : {};
			const recipient = '+919988066778';
			const [first, later] = [3_600, 7_200].map((seconds) =>
				inSeconds(seconds).replace(/\.\d+Z$/, '.000Z'),
			);
			for (const text of ['one', 'two']) {
				await operate('schedule', { recipient, text, sendAt: first });
			}
			const toRecipient = { filters: { recipient }, options };
			const texts = (items: Json[]) => items.map(({ text }) => text).sort();
			const moved = await operate('rescheduleMany', { ...toRecipient, move: 'to', sendAt: later });
			expect(texts(moved)).toEqual(['one', 'two']);
			expect(new Set(moved.map(({ scheduledAt }) => scheduledAt))).toEqual(new Set([later]));
			expect(texts(await operate('cancelMany', { ...toRecipient, dryRun: true }))).toHaveLength(2);
			const cancelled = await operate('cancelMany', toRecipient);
			expect(texts(cancelled)).toEqual(['one', 'two']);
			expect(new Set(cancelled.map(({ status }) => status))).toEqual(new Set(['cancelled']));
			expect(await operate('cancelMany', toRecipient)).toEqual([]);
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
	'refuses to schedule with %s before it sends anything',
	async (gateway) => {
		environment.sandbox.clearRequests();
		const execution = await run(gateway, {
			recipient: '+919988066776',
			text: 'x',
			sendAt: inSeconds(3600),
		});
		expect(execution.error?.message).toMatch(/has no scheduler of its own/);
		// It may have been asked what it can do.
		const requests = environment.sandbox.requests(gateway);
		expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
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

it('registers at WAHA beside a neighbour, and restarts its session only if something differs', async () => {
	const { n8n, sandbox } = environment;
	const { session } = sandbox.dialect('waha');
	const { baseUrl, apiKey } = sandbox.accounts.waha;
	const api = axios.create({ baseURL: baseUrl, headers: { 'X-Api-Key': apiKey } });
	const neighbour = {
		url: 'https://neighbour.example/hook',
		events: ['message'],
		hmac: { key: 'n' },
	};
	const kept = { metadata: { crm: '7' }, noweb: { store: { enabled: true, fullSync: false } } };
	await api.put('/api/sessions/default', { config: { ...kept, webhooks: [neighbour] } });
	await sandbox.idle({ ignoreScheduled: true });
	const before = session.restarts;

	const workflow = await activateTrigger('waha');
	const ours = await n8n.productionWebhookUrl(workflow, 'Status');
	expect(session.config).toMatchObject({ ...kept, webhooks: [neighbour, { url: ours }] });
	expect(session.restarts).toBe(before + 1);
	await n8n.restart();
	expect(session.restarts).toBe(before + 1);
	await n8n.deactivate(workflow);
	expect(session.config).toEqual({ ...kept, webhooks: [neighbour] });
	expect(session.restarts).toBe(before + 2);

	sandbox.setHealth('waha', 'SCAN_QR_CODE');
	const refused = await n8n.createWorkflow(listening('waha'));
	await expect(n8n.activate(refused)).rejects.toThrow(/SCAN_QR_CODE and not WORKING/);
	await n8n.deactivate(refused).catch(() => {});
	sandbox.setHealth('waha', 'WORKING');
	expect(session.restarts).toBe(before + 2);
}, 120_000);

it('sets the number’s own webhook at Meta (whatsAppCloud), and replaces another’s only if told so', async () => {
	const { n8n, sandbox } = environment;
	const { baseUrl, accessToken, phoneNumberId } = sandbox.accounts.whatsAppCloud;
	const headers = { Authorization: `Bearer ${accessToken}` };
	const number = `${baseUrl}/v25.0/${phoneNumberId}`;
	const own = async () => {
		const params = { fields: 'webhook_configuration' };
		const { data } = await axios.get<{ webhook_configuration: Record<string, string> }>(number, {
			headers,
			params,
		});
		return data.webhook_configuration.phone_number;
	};
	const first = await activateTrigger('whatsAppCloud');
	const url = await n8n.productionWebhookUrl(first, 'Status');
	expect(await own()).toBe(url);

	// The other's address answers the challenge, too: it has the same credential.
	const refused = await n8n.createWorkflow(listening('whatsAppCloud'));
	await expect(n8n.activate(refused)).rejects.toThrow(/Replace Existing Webhook/);
	await n8n.deactivate(refused).catch(() => {});
	const replacing = await n8n.createWorkflow(
		listening('whatsAppCloud', { options: { replaceExisting: true } }),
	);
	await n8n.activate(replacing);
	expect(await own()).toBe(await n8n.productionWebhookUrl(replacing, 'Status'));
	await n8n.deactivate(replacing);
	expect(await own()).toBe(url);
	await n8n.deactivate(first);
	expect(await own()).toBeUndefined();
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

it('leaves another’s webhook at evolutionApi alone, or replaces it and puts it back', async () => {
	const { n8n, sandbox } = environment;
	const { baseUrl, instanceName, globalKey, apiKey } = sandbox.accounts.evolutionApi;
	const api = axios.create({ baseURL: baseUrl, headers: { apikey: globalKey } });
	const instance = encodeURIComponent(instanceName);
	type Row = { url: string; headers: Record<string, string>; events: string[]; enabled: boolean };
	const row = async () => (await api.get<Row>(`/webhook/find/${instance}`)).data;
	const theirs = {
		enabled: true,
		url: 'https://neighbour.example/evo',
		headers: { 'X-Theirs': 'their-secret' },
		events: ['MESSAGES_UPSERT', 'CALL'],
		byEvents: false,
		base64: true,
	};
	await api.post(`/webhook/set/${instance}`, { webhook: theirs });
	const before = await row();

	const refused = await n8n.createWorkflow(listening('evolutionApi'));
	await expect(n8n.activate(refused)).rejects.toThrow(/Replace Existing Webhook/);
	await n8n.deactivate(refused).catch(() => {});
	expect(await row()).toEqual(before);

	const replacing = await n8n.createWorkflow(
		listening('evolutionApi', { options: { replaceExisting: true } }),
	);
	await n8n.activate(replacing);
	const ours = await row();
	expect(ours.url).toBe(await n8n.productionWebhookUrl(replacing, 'Status'));
	expect(JSON.stringify(ours)).not.toContain('their-secret');

	// Forged: without the secret, with the key that each webhook carries, and of another instance.
	const body = { event: 'messages.update', instance: instanceName, apikey: apiKey, data: {} };
	const { Authorization } = ours.headers;
	const post = async (given: object, headers: Record<string, string>) =>
		(await axios.post(ours.url, given, { headers, validateStatus: () => true })).status;
	expect(await post(body, {})).toBe(401);
	expect(await post(body, { Authorization: `Bearer ${apiKey}`, apikey: apiKey })).toBe(401);
	expect(await post({ ...body, instance: 'another' }, { Authorization })).toBe(401);
	expect(await post(body, { Authorization })).toBe(200);

	await n8n.deactivate(replacing);
	const { url, headers, events, enabled } = await row();
	expect(before).toMatchObject({ url, headers, events, enabled });
	await api.post(`/webhook/set/${instance}`, {
		webhook: { enabled: false, url: '', events: [], headers: {} },
	});
}, 120_000);

it('never lets evolutionApi’s key out of a status event', async () => {
	const { n8n, sandbox } = environment;
	const { apiKey } = sandbox.accounts.evolutionApi;
	const workflow = await activateTrigger('evolutionApi');
	await run('evolutionApi', {
		resource: 'message',
		operation: 'send',
		recipient: '+919988066776',
		text: 'x',
	});
	const events = await until(
		async () => await statusesOf(workflow),
		(found) => found.some(({ status }) => status === 'read'),
		30_000,
	);
	await n8n.deactivate(workflow);
	for (const { raw } of events) {
		expect(raw).toHaveProperty('instance', sandbox.accounts.evolutionApi.instanceName);
		expect(raw).not.toHaveProperty('apikey');
		expect(raw).not.toHaveProperty('destination');
	}
	expect(JSON.stringify(events)).not.toContain(apiKey);
}, 90_000);

it('leaves another’s URL at a Messaging Service alone, or replaces it and puts it back', async () => {
	const { n8n, sandbox } = environment;
	const { baseUrl, accountSid, authToken, serviceSid } = sandbox.accounts.twilio;
	const service = `${baseUrl}/v1/Services/${serviceSid}`;
	const auth = { username: accountSid, password: authToken };
	const urlNow = async () =>
		(await axios.get<{ status_callback: string | null }>(service, { auth })).data.status_callback;
	const enter = async (StatusCallback: string) =>
		await axios.post(service, new URLSearchParams({ StatusCallback }), { auth });
	const theirs = 'https://neighbour.example/twilio?key=theirs';
	await enter(theirs);

	const refused = await n8n.createWorkflow(listening('twilio'));
	await expect(n8n.activate(refused)).rejects.toThrow(/Replace Existing Webhook/);
	await n8n.deactivate(refused).catch(() => {});
	expect(await urlNow()).toBe(theirs);

	const events = ['sent', 'delivered'];
	const replacing = await n8n.createWorkflow(
		listening('twilio', { events, options: { replaceExisting: true } }),
	);
	await n8n.activate(replacing);
	const ours = await n8n.productionWebhookUrl(replacing, 'Status');
	expect(await urlNow()).toMatch(new RegExp(`^${ours}\\?former=`));
	// What is kept in the query is signed with it.
	await run('twilio', {
		resource: 'message',
		operation: 'send',
		recipient: '+919988066776',
		text: 'x',
	});
	const told = await until(
		async () => await statusesOf(replacing),
		(events) => events.some(({ status }) => status === 'delivered'),
		30_000,
	);
	expect(JSON.stringify(told)).not.toContain('neighbour');
	await n8n.deactivate(replacing);
	expect(await urlNow()).toBe(theirs);

	await enter('');
}, 120_000);

it('Twilio’s statuses come to the URL of the credential with the reference, and no forged ones', async () => {
	const { n8n, sandbox } = environment;
	const { accountSid, baseUrl, authToken, serviceSid } = sandbox.accounts.twilio;
	const webhookId = crypto.randomUUID();
	const listeningWith = (credential: string) => {
		const workflow = listening(credential, { events: ['sent', 'delivered', 'read'] });
		return { ...workflow, nodes: workflow.nodes.map((node) => ({ ...node, webhookId })) };
	};
	const draft = await n8n.createWorkflow(listeningWith('twilio'));
	const statusUrl = await n8n.productionWebhookUrl(draft, 'Status');
	const credential = { ...credentialFor(sandbox, 'twilio'), statusUrl };
	await n8n.createCredential('by status URL', 'messageGatewayApi', credential);
	const workflow = await n8n.createWorkflow(listeningWith('by status URL'));
	await n8n.activate(workflow);
	const options = { reference: 'order 17' };
	const send = { resource: 'message', operation: 'send', recipient: '+919988066776', text: 'x' };
	await run('by status URL', { ...send, options });
	const events = await until(
		async () => await statusesOf(workflow),
		(all) => all.some(({ status }) => status === 'delivered'),
		30_000,
	);
	for (const event of events) expect(event).toMatchObject({ reference: 'order 17' });
	// Nothing was entered at the Messaging Service.
	const auth = { username: accountSid, password: authToken };
	const service = await axios.get(`${baseUrl}/v1/Services/${serviceSid}`, { auth });
	expect(service.data).toMatchObject({ status_callback: null });

	const forgedId = 'SM00000000000000000000000000000001';
	const forged = new URLSearchParams({
		MessageSid: forgedId,
		MessageStatus: 'read',
		AccountSid: accountSid,
	});
	for (const signature of ['', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=']) {
		const headers = { 'x-twilio-signature': signature };
		const answer = await axios.post(statusUrl, forged, { headers, validateStatus: () => true });
		expect(answer.status).toBe(401);
	}
	// An earlier status may come into the list of executions meanwhile.
	const ids = (await statusesOf(workflow)).map(({ messageId }) => messageId);
	expect(ids).toContain(events[0].messageId);
	expect(ids).not.toContain(forgedId);
	await n8n.deactivate(workflow);
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
