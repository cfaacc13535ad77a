import { existsSync } from 'node:fs';
import { join } from 'node:path';

import axios from 'axios';

import { ensureN8n } from '../../harness/install.mts';
import { startN8n, type N8n } from '../../harness/n8n.mts';
import { buildPackage } from '../../harness/package.mts';
import { RELEASE } from './environment.mts';

const nodes = ['messageScheduler', 'messageSchedulerTrigger'];

describe(`n8n ${RELEASE}`, () => {
	let n8n: N8n;

	beforeAll(async () => {
		await ensureN8n(RELEASE);
		n8n = await startN8n({ release: RELEASE, tarball: await buildPackage() });
	}, 300_000);

	afterAll(async () => await n8n?.stop(), 60_000);

	it('says that it is healthy', async () => {
		const { data } = await axios.get(`${n8n.url}healthz`);
		expect(data).toEqual({ status: 'ok' });
	});

	it('knows its owner by the log-in cookie', async () => {
		const user = await n8n.request<{ email: string }>('GET', '/login');
		expect(user.email).toBe(n8n.owner.email);
	});

	it('refuses who is not logged in', async () => {
		const { status } = await axios.get(`${n8n.url}rest/workflows`, { validateStatus: () => true });
		expect(status).toBe(401);
	});

	it('offers the nodes of the package under the names that a user gets', async () => {
		const offered = (await n8n.nodeTypes()).map(({ name }) => name);
		expect(offered).toEqual(
			expect.arrayContaining(nodes.map((name) => `n8n-nodes-message-scheduler.${name}`)),
		);
	});

	it('serves the nodes’ icons', async () => {
		const ours = (await n8n.nodeTypes()).filter(({ name }) =>
			name.startsWith('n8n-nodes-message-scheduler.'),
		);
		expect(ours.length).toBeGreaterThan(0);
		for (const { iconUrl } of ours) {
			const urls = typeof iconUrl === 'string' ? [iconUrl] : Object.values(iconUrl as object);
			for (const url of urls) {
				const { status, headers } = await axios.get(`${n8n.url}${url}`);
				expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('svg')]);
			}
		}
	});

	it('keeps its data over a restart and removes it at the end', async () => {
		const id = await n8n.createWorkflow({
			name: 'Kept',
			nodes: [{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' }],
			connections: {},
		});
		await n8n.restart();
		expect((await n8n.workflow(id)).name).toBe('Kept');
		expect((await n8n.runManually(id)).status).toBe('success');
		await n8n.stop();
		expect(existsSync(join(n8n.userFolder, '.n8n'))).toBe(false);
	}, 120_000);
});
