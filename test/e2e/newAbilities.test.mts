import { transformFileSync } from '@swc/core';
import axios, { type AxiosResponse } from 'axios';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from '../../harness/client.mts';
import { startN8n, type N8n } from '../../harness/n8n.mts';
import { buildPackage } from '../../harness/package.mts';
import { listening, RELEASE } from './environment.mts';

/**
 * What n8n's own server does with what the interface offers to gateways to come: the package, with the
 * gateway of the tests built in.
 */
let n8n: N8n;
let nest: Server;
let folder: string;
let workflow: string;
let url: string;
/** What the nest read when it tried the URL out, while the workflow was being published. */
let challenged: AxiosResponse;

const RING = 'the-ring-of-the-owl';
const all = { validateStatus: () => true, transformResponse: (data: unknown) => data };

const challenge = async (target: string, token = RING) =>
	await axios.get(target, {
		...all,
		params: { 'hub.challenge': '<b>1158</b>', 'hub.verify_token': token },
	});

/** The package with one more gateway, as one more folder and line in the registry would make it. */
async function packageWithOwl(): Promise<string> {
	folder = mkdtempSync(join(tmpdir(), 'message-scheduler-owl-'));
	execFileSync('tar', ['-xzf', await buildPackage(), '-C', folder]);
	const dist = join(folder, 'package/dist');
	const { code } = transformFileSync(join(__dirname, '../package/owl.mts'), {
		jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
		module: { type: 'commonjs' },
		swcrc: false,
	});
	mkdirSync(join(dist, 'test/package'), { recursive: true });
	writeFileSync(join(dist, 'test/package/owl.js'), code);
	appendFileSync(
		join(dist, 'gateways/registry.js'),
		"\nexports.gateways.push(require('../test/package/owl.js').registeredOwl);\n",
	);
	const tarball = join(folder, 'package.tgz');
	execFileSync('tar', ['-czf', tarball, '-C', folder, 'package']);
	return tarball;
}

beforeAll(async () => {
	nest = createServer((request, response) => {
		let text = '';
		request.on('data', (chunk) => (text += String(chunk)));
		request.on('end', async () => {
			if (request.url === '/register') {
				challenged = await challenge((JSON.parse(text) as { url: string }).url);
			}
			response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
		});
	});
	await new Promise<void>((resolve) => nest.listen(0, '127.0.0.1', resolve));
	const owlNest = `http://127.0.0.1:${(nest.address() as AddressInfo).port}`;
	n8n = await startN8n({ release: RELEASE, tarball: await packageWithOwl() });
	await n8n.createCredential('owl', 'messageGatewayApi', {
		gateway: 'owl',
		owlNest,
		owlTower: owlNest,
		owlKey: 'a-fat-mouse',
		owlRing: RING,
	});
	workflow = await n8n.createWorkflow(listening('owl'));
	await n8n.activate(workflow);
	url = await n8n.productionWebhookUrl(workflow, 'Status');
}, 400_000);

afterAll(async () => {
	await n8n?.stop();
	nest?.close();
	if (folder) rmSync(folder, { recursive: true, force: true });
}, 60_000);

const post = async (body: string, type: string, signed: string, query = '') =>
	await axios.post(`${url}${query}`, Buffer.from(body), {
		...all,
		headers: {
			'content-type': type,
			'x-signature': createHmac('sha256', RING)
				.update(`${url}${query}`)
				.update(signed)
				.digest('hex'),
		},
	});

it('answers a challenge as text, also while the workflow is being published', async () => {
	for (const { status, data, headers } of [challenged, await challenge(url)]) {
		expect([status, data]).toEqual([200, '<b>1158</b>']);
		expect(headers['content-type']).toMatch(/^text\/plain/);
	}
	expect((await challenge(url, 'another')).status).toBe(401);
	expect(await n8n.executions(workflow)).toEqual([]);
});

it('verifies the very bytes of JSON, and gives its sender what it wants to read, with its type', async () => {
	const body = '{"id":"caf\\u00e9","apikey":"the-token-of-the-owl"}';
	const { status, data, headers } = await post(body, 'application/json', body);
	expect([status, data]).toEqual([200, '<Response/>']);
	expect(headers['content-type']).toMatch(/^text\/xml/);
	const [execution] = await n8n.waitForExecutions(workflow, 1);
	expect(output(execution, 'Status')).toMatchObject([{ messageId: 'café' }]);
	expect(JSON.stringify(execution.data)).not.toContain('the-token-of-the-owl');
	expect((await post(body, 'application/json', body.replace('\\u00e9', 'é'))).status).toBe(401);
});

it('verifies a form with its URL and repeated names', async () => {
	const type = 'application/x-www-form-urlencoded';
	const query = '?reference=order+17';
	const { status } = await post('id=2&tag=b&tag=+a', type, 'id=2;tag=b;tag= a;', query);
	expect(status).toBe(200);
	const executions = await n8n.waitForExecutions(workflow, 2);
	expect(executions.flatMap((execution) => output(execution, 'Status'))).toContainEqual(
		expect.objectContaining({ messageId: '2', reference: 'order 17' }),
	);
});

it('reads the bytes of any type, and of multipart answers 401 and no 500', async () => {
	const before = (await n8n.executions(workflow)).length;
	// Verified, but nothing that n8n makes an object of.
	expect((await post('{}', 'application/octet-stream', '{}')).status).toBe(400);
	const part = '--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n1\r\n--x--\r\n';
	expect((await post(part, 'multipart/form-data; boundary=x', part)).status).toBe(401);
	expect(await n8n.executions(workflow)).toHaveLength(before);
});
