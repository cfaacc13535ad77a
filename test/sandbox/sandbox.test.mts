import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import axios from 'axios';

import { gateways } from '../../gateways/registry';
import { STATUS_NAMES } from '../../messages/status';
import { definitionOf, gatewayIds, startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { startReceiver, type Receiver } from './receiver.mts';
import { fromNow, hour, minute } from './shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(() => receiver.clear());
afterEach(async () => await sandbox?.close());
afterAll(async () => await receiver.close());

const schedule = (ms: number, to = '919988066776') => {
	const { baseUrl, sessionId, apiKey } = sandbox.accounts.chatWhatsApp;
	return axios.post(
		`${baseUrl}/sessions/${sessionId}/scheduled`,
		{ to, text: 'Hi', scheduledAt: fromNow(ms) },
		{ headers: { 'X-API-Key': apiKey } },
	);
};

it('should listen on the loopback only, at the addresses of the accounts', async () => {
	sandbox = await startSandbox();
	expect(sandbox.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	expect(sandbox.accounts.chatWhatsApp.sessionId).toBe('e67a00be-ed45-4356-9488-049cabb9895d');
	const baseUrls = gatewayIds.map((gateway) => sandbox.accounts[gateway].baseUrl);
	const paths = baseUrls.map((url) => url.replace(sandbox.origin, ''));
	expect(paths).toEqual(
		expect.arrayContaining([
			'/chatwhatsapp',
			'/hypersender/api/sms/v1',
			'/hypersender/api/whatsapp/v2',
			'/whapi',
			'/green-api',
		]),
	);
	expect(new Set(paths).size).toBe(gatewayIds.length);
});

it.each([
	[600, 100],
	[6000, 10],
])('should wait a minute in its part of a minute (factor %d)', async (clockFactor, ms) => {
	sandbox = await startSandbox({ clockFactor });
	sandbox.setWebhook('chatWhatsApp', { url: receiver.url });
	// Before the request: on a busy machine its answer comes when a part of the wait is over.
	const started = Date.now();
	await schedule(minute);
	await sandbox.idle();
	expect(Date.now() - started).toBeGreaterThanOrEqual(ms - 5);
	expect(Date.now() - started).toBeLessThan(30_000);
	expect(receiver.received).toHaveLength(1);
});

it('should record requests as the vendor’s paths', async () => {
	sandbox = await startSandbox();
	const { baseUrl, instanceId } = sandbox.accounts.hypersenderSms;
	await axios.post(
		`${baseUrl}/${instanceId}/send-message?x=1`,
		{ to: 'x' },
		{ headers: { Authorization: 'Bearer wrong' }, validateStatus: () => true },
	);
	expect(sandbox.requests()).toMatchObject([
		{
			gateway: 'hypersenderSms',
			method: 'POST',
			path: `/api/sms/v1/${instanceId}/send-message`,
			query: { x: '1' },
			body: { to: 'x' },
			status: 401,
		},
	]);
	expect(sandbox.requests('whapi')).toEqual([]);
	sandbox.clearRequests();
	expect(sandbox.requests()).toEqual([]);
});

it('should answer nonsense in the vendor’s form', async () => {
	sandbox = await startSandbox();
	const { baseUrl, apiToken } = sandbox.accounts.whapi;
	const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' };
	const config = { headers, validateStatus: () => true };
	const malformed = await axios.post(`${baseUrl}/messages/text`, '{"to":', {
		...config,
		// Else axios would make a JSON string of it.
		transformRequest: (data: string) => data,
	});
	expect([malformed.status, malformed.data]).toEqual([
		400,
		{ error: { code: 400, message: 'Invalid JSON' } },
	]);
	const unknown = await axios.get(`${baseUrl}/nothing`, config);
	expect(unknown.data).toEqual({ error: { code: 404, message: 'Not found' } });
	// As n8n sends it: a JSON content type, and no body.
	const empty = await axios.delete(`${baseUrl}/messages/unknown`, config);
	expect(empty.status).toBe(404);
});

it('should delay every answer when told so', async () => {
	sandbox = await startSandbox({ answerDelayMs: 60 });
	const started = Date.now();
	await schedule(hour);
	expect(Date.now() - started).toBeGreaterThanOrEqual(59);
});

it('should give the same ids with the same seed', async () => {
	const idOf = async (seed: number) => {
		sandbox = await startSandbox({ seed });
		const { data } = await schedule(hour);
		await sandbox.close();
		return data.scheduled.id as string;
	};
	const first = await idOf(5);
	expect(await idOf(5)).toBe(first);
	expect(await idOf(6)).not.toBe(first);
});

it('should be idle apart from what is scheduled', async () => {
	sandbox = await startSandbox();
	await schedule(hour);
	await sandbox.idle({ ignoreScheduled: true });
	expect(sandbox.messages('chatWhatsApp')).toMatchObject([{ status: 'pending' }]);
});

it('should release who waits when it closes', async () => {
	sandbox = await startSandbox();
	await schedule(hour);
	const idle = sandbox.idle();
	await sandbox.close();
	await idle;
});

it('should refuse a clock that stands still', async () => {
	await expect(startSandbox({ clockFactor: 0 })).rejects.toThrow(RangeError);
});

it('should tell of webhooks and faults, line by line', async () => {
	const lines: string[] = [];
	sandbox = await startSandbox({ clockFactor: 6000, logger: (line) => lines.push(line) });
	sandbox.setWebhook('chatWhatsApp', { url: receiver.url });
	sandbox.faults.add({ kind: 'duplicateWebhook' });
	await schedule(minute);
	await sandbox.idle();
	expect(lines).toEqual([
		'fault duplicateWebhook on chatWhatsApp message.sent',
		`webhook message.sent of chatWhatsApp to ${receiver.url}: 200`,
		`webhook message.sent of chatWhatsApp to ${receiver.url}: 200`,
	]);
});

describe('from another process', () => {
	const control = (way: string) => `${sandbox.origin}/_sandbox${way}`;

	it('should be set up and looked at over HTTP', async () => {
		sandbox = await startSandbox({ clockFactor: 6000 });
		const accounts = (await axios.get(control('/'))).data.accounts;
		expect(accounts).toEqual(JSON.parse(JSON.stringify(sandbox.accounts)));
		await axios.post(control('/webhook/chatWhatsApp'), { url: receiver.url });
		await axios.post(control('/script/chatWhatsApp'), { sequence: ['failed'], to: '922222222222' });
		await axios.post(control('/faults'), { kind: 'duplicateWebhook' });
		await schedule(minute);
		await schedule(minute, '922222222222');
		await sandbox.idle();
		const messages = (await axios.get(control('/messages/chatWhatsApp'))).data;
		expect(messages).toMatchObject([{ status: 'sent' }, { status: 'failed' }]);
		const deliveries = (await axios.get(control('/deliveries?gateway=chatWhatsApp'))).data;
		expect(deliveries).toHaveLength(2);
		const requests = (await axios.get(control('/requests'))).data;
		expect(requests.map(({ status }: { status: number }) => status)).toEqual([201, 201]);
		expect((await axios.get(control('/faults'))).data).toMatchObject({
			faults: [{ kind: 'duplicateWebhook', applied: 1 }],
			applied: [{ kind: 'duplicateWebhook' }],
		});
		await axios.delete(control('/faults'));
		expect(sandbox.faults.list()).toEqual([]);
		await schedule(hour);
		expect((await axios.post(control('/restart/chatWhatsApp'))).status).toBe(204);
		expect(sandbox.messages('chatWhatsApp').at(-1)).toMatchObject({ forgotten: true });
	});

	it('should refuse what it does not understand', async () => {
		sandbox = await startSandbox();
		const statuses = [];
		for (const [way, body] of [
			['/webhook/nobody', {}],
			['/faults', { kind: 'fire' }],
			['/script/whapi', {}],
			['/health/whapi', { state: 'tired' }],
		] as const) {
			statuses.push((await axios.post(control(way), body, { validateStatus: () => true })).status);
		}
		expect(statuses).toEqual([400, 400, 400, 400]);
	});
});

it('should import nothing of the project', () => {
	const root = path.resolve(__dirname, '../..');
	const filesIn = (folder: string) =>
		readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
			.filter((entry) => entry.endsWith('.mts'))
			.map((entry) => path.join(folder, entry));
	const dialects = filesIn('gateways').filter((file) =>
		/^sandbox\w*\.mts$/.test(path.basename(file)),
	);
	expect(dialects.length).toBeGreaterThan(5);
	const importsOf = (file: string) =>
		[...readFileSync(path.join(root, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(
			([, target]) => path.join(path.dirname(file), target),
		);
	const isTool = (file: string) => file.startsWith(`sandbox${path.sep}`);
	/** What two gateways of one vendor share stands in a folder that is no gateway's. */
	const isShared = (file: string) =>
		!gatewayIds.some((id) => file.includes(`${path.sep}${id}${path.sep}`));
	for (const file of dialects) {
		const wrong = importsOf(file).filter(
			(imported) =>
				!isTool(imported) &&
				!(
					dialects.includes(imported) &&
					(path.dirname(imported) === path.dirname(file) || isShared(imported))
				),
		);
		expect([file, wrong]).toEqual([file, []]);
	}
	const tools = filesIn('sandbox');
	expect(tools.length).toBeGreaterThan(20);
	const registry = path.join('sandbox', 'registry.mts');
	for (const file of tools) {
		const wrong = importsOf(file).filter(
			(imported) => !isTool(imported) && !(file === registry && dialects.includes(imported)),
		);
		expect([file, wrong]).toEqual([file, []]);
	}
});

it('should know of each gateway what the tools need', async () => {
	sandbox = await startSandbox();
	for (const gateway of gatewayIds) {
		expect(STATUS_NAMES).toContain(definitionOf(gateway).lastStatus);
		expect(sandbox.curl(gateway)).toContain(sandbox.accounts[gateway].baseUrl);
	}
	expect([...gatewayIds].sort()).toEqual(gateways.map(({ id }) => id).sort());
});

it('should run alone, and end by Ctrl-C', async () => {
	const root = path.resolve(__dirname, '../..');
	const tsx = path.join(root, 'node_modules/.bin/tsx');
	const child = spawn(tsx, ['demo/sandbox.mts', '--port', '0'], { cwd: root });
	const ended = once(child, 'exit');
	let output = '';
	try {
		await new Promise<void>((resolve) => {
			child.stdout.on('data', (chunk: Buffer) => {
				output += chunk.toString();
				if (output.includes('Ctrl-C')) resolve();
			});
		});
		const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(output)!;
		expect((await axios.get(`${origin}/_sandbox/`)).data.origin).toBe(origin);
		for (const gateway of gatewayIds) expect(output).toContain(gateway);
		expect(output.match(/curl http/g)).toHaveLength(gatewayIds.length);
	} finally {
		// Also after a failure: a server left behind keeps jest from ending.
		child.kill('SIGINT');
	}
	expect(await ended).toEqual([0, null]);
}, 15_000);

describe('going down', () => {
	const codeOf = async (call: Promise<unknown>) =>
		await call.then(
			() => 'answered',
			(error: { code?: string }) => error.code,
		);
	const ask = (path = '') => axios.get(`${sandbox.origin}/_sandbox${path}`);

	it('should refuse connections, break those under way, and come back on the same port', async () => {
		sandbox = await startSandbox();
		await schedule(hour);
		const { origin } = sandbox;
		sandbox.faults.add({ kind: 'hang', times: 1 });
		const hanging = codeOf(schedule(hour));
		while (sandbox.requests().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
		const down = sandbox.goDown(3_600_000);
		expect(await hanging).toBe('ECONNRESET');
		expect(await codeOf(schedule(hour))).toBe('ECONNREFUSED');
		expect(await codeOf(ask())).toBe('ECONNREFUSED');
		await expect(sandbox.goDown(1)).rejects.toThrow(RangeError);
		sandbox.goUp();
		await down;
		expect(sandbox.origin).toBe(origin);
		expect((await schedule(hour)).status).toBe(201);
		expect(sandbox.messages('chatWhatsApp')).toHaveLength(2);
		// And again.
		await sandbox.goDown(1);
		expect((await ask()).status).toBe(200);
	});

	it('should be told to from outside, and answer that first', async () => {
		sandbox = await startSandbox();
		const { status, data } = await axios.post(`${sandbox.origin}/_sandbox/down`, { forMs: 300 });
		expect([status, data]).toEqual([202, { forMs: 300 }]);
		let code = await codeOf(ask());
		while (code === 'answered') code = await codeOf(ask());
		expect(code).toMatch(/^ECONN(REFUSED|RESET)$/);
		while ((await codeOf(ask())) !== 'answered');
		await expect(axios.post(`${sandbox.origin}/_sandbox/down`, {})).rejects.toMatchObject({
			response: { status: 400 },
		});
	});

	it('should end with the sandbox', async () => {
		sandbox = await startSandbox();
		const down = sandbox.goDown(3_600_000);
		await sandbox.close();
		await down;
		expect(await codeOf(ask())).toBe('ECONNREFUSED');
	});
});

it('should count requests, also for another process', async () => {
	sandbox = await startSandbox();
	sandbox.faults.add({ kind: 'errorBefore', status: 503, times: 1 });
	await schedule(hour).catch(() => undefined);
	await schedule(hour);
	const since = sandbox.requests()[1].at;
	await axios.get(`${sandbox.accounts.whapi.baseUrl}/health`).catch(() => undefined);
	const path = `POST /sessions/${sandbox.accounts.chatWhatsApp.sessionId}/scheduled`;
	const count = async (query: string) =>
		(await axios.get(`${sandbox.origin}/_sandbox/counts?${query}`)).data as unknown;
	expect(await count('gateway=chatWhatsApp')).toEqual({
		total: 2,
		byPath: { [path]: 2 },
		byFault: { errorBefore: 1, none: 1 },
		byStatus: { 201: 1, 503: 1 },
	});
	expect(await count('')).toMatchObject({ total: 3, byPath: { 'GET /health': 1 } });
	expect(await count('since=3000')).toMatchObject({ total: 0, byPath: {} });
	const total = async (query: string) => ((await count(query)) as { total: number }).total;
	expect((await total(`since=${since}`)) + (await total(`until=${since}`))).toBe(3);
});

it('should end one fault for another process', async () => {
	sandbox = await startSandbox();
	const url = `${sandbox.origin}/_sandbox/faults`;
	const { data } = await axios.post<{ id: number }>(url, { kind: 'reset', forMs: 60_000 });
	await axios.post(url, { kind: 'pace', perSecond: 5 });
	await axios.delete(`${url}/${data.id}`);
	expect(sandbox.faults.list()).toMatchObject([{ kind: 'pace', perSecond: 5, until: null }]);
});
