import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import axios from 'axios';

import { output } from '../../harness/client.mts';
import { removeFolder } from '../../harness/launch.mts';
import { buildPackage } from '../../harness/package.mts';
import { startRegistry, type PublishedVersion, type Registry } from '../../harness/registry.mts';
import {
	credentialFor,
	inSeconds,
	listening,
	oneNode,
	startEnvironment,
	SECRET,
	type Environment,
} from './environment.mts';

/** What n8n's Community Nodes page does: install, upgrade while workflows are active, remove. */
const NAME = 'n8n-nodes-message-scheduler';
const PREVIOUS = '0.0.1';

let folder: string;
let registry: Registry;
let environment: Environment;
let current: PublishedVersion;

/** The package as it is now, under another version's name. */
function asVersion(tarball: string, version?: string): PublishedVersion {
	const unpacked = mkdtempSync(join(folder, 'unpacked-'));
	execFileSync('tar', ['-xzf', tarball, '-C', unpacked]);
	const file = join(unpacked, 'package', 'package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as PublishedVersion['manifest'];
	if (version === undefined) return { manifest, tarball };
	const renamed = { ...manifest, version };
	writeFileSync(file, JSON.stringify(renamed, null, 2));
	const packed = join(folder, `${version}.tgz`);
	execFileSync('tar', ['-czf', packed, '-C', unpacked, 'package']);
	return { manifest: renamed, tarball: packed };
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'community-nodes-'));
	registry = await startRegistry();
	const tarball = await buildPackage();
	registry.publish(asVersion(tarball, PREVIOUS));
	current = asVersion(tarball);
	environment = await startEnvironment({ tarball: undefined, env: registry.env });
}, 300_000);

afterAll(async () => {
	await environment?.close();
	await registry?.close();
	removeFolder(folder);
}, 60_000);

const ourNodes = async () =>
	(await environment.n8n.freshNodeTypes())
		.map(({ name }) => name)
		.filter((name) => name.startsWith(NAME));

interface Installed {
	readonly packageName: string;
	readonly installedVersion: string;
	readonly installedNodes: ReadonlyArray<{ readonly name: string }>;
}

const NODES = ['messageScheduler', 'messageSchedulerTool', 'messageSchedulerTrigger'];

it('installs, stays active through an upgrade, and is removed', async () => {
	const { n8n, sandbox } = environment;
	expect(await ourNodes()).toEqual([]);

	const installed = await n8n.request<Installed>('POST', '/community-packages', { name: NAME });
	expect(installed).toMatchObject({ packageName: NAME, installedVersion: PREVIOUS });
	expect(installed.installedNodes.map(({ name }) => name).sort()).toEqual([
		'Message Scheduler',
		'Message Scheduler Trigger',
	]);
	expect((await ourNodes()).sort()).toEqual(NODES.map((name) => `${NAME}.${name}`));

	await n8n.createCredential(
		'Gateway',
		'messageGatewayApi',
		credentialFor(sandbox, 'chatWhatsApp'),
	);
	const id = await n8n.createWorkflow(listening('Gateway'));
	await n8n.activate(id);
	const url = await n8n.productionWebhookUrl(id, 'Status');
	sandbox.setWebhook('chatWhatsApp', { url: `${url}?secret=${encodeURIComponent(SECRET)}` });
	const schedule = async (text: string) => {
		const parameters = { recipient: '+919988066776', text, sendAt: inSeconds(90) };
		const execution = await n8n.runManually(
			await n8n.createWorkflow(oneNode('Gateway', parameters)),
		);
		return output(execution, 'Message Scheduler')[0].scheduleId;
	};
	const before = await schedule('Before the upgrade');
	const [first] = await n8n.waitForExecutions(id, 1);
	expect(output(first, 'Status')).toMatchObject([{ status: 'sent', scheduleId: before }]);

	registry.publish(current);
	const { version } = current.manifest;
	const listed = await n8n.request<object[]>('GET', '/community-packages');
	expect(listed).toMatchObject([{ installedVersion: PREVIOUS }]);
	const upgraded = await n8n.request<Installed>('PATCH', '/community-packages', { name: NAME });
	expect(upgraded).toMatchObject({ packageName: NAME, installedVersion: version });
	const after = await schedule('After the upgrade');
	const [second] = (await n8n.waitForExecutions(id, 2)).slice(-1);
	expect(output(second, 'Status')).toMatchObject([{ status: 'sent', scheduleId: after }]);

	await n8n.deactivate(id);
	await n8n.request('DELETE', '/community-packages', undefined, { name: NAME });
	expect(await ourNodes()).toEqual([]);
	expect(await n8n.request<object[]>('GET', '/community-packages')).toEqual([]);
	await n8n.restart();
	expect(await ourNodes()).toEqual([]);
	expect((await axios.get(n8n.url)).status).toBe(200);
	expect(new Set(registry.requests.map((path) => path.split('/')[1]))).toContain(NAME);
}, 240_000);
