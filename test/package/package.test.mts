import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatewayIds } from '../../gateways/registry';
import { formatLocalTime } from '../../messages/sendTime';

/** What is published, and that it works without n8n. */
const root = join(__dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
	version: string;
	dependencies?: object;
	peerDependencies: object;
	scripts: Record<string, string>;
	n8n: { strict: boolean; nodes: string[]; credentials: string[] };
};
const npm = (...args: string[]) =>
	execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

beforeAll(() => {
	if (!existsSync(join(root, 'dist/gateways/registry.js'))) npm('run', 'build');
}, 120_000);

describe('package.json', () => {
	it('has no dependencies but the peer n8n-workflow, of any version', () => {
		expect(manifest.dependencies ?? {}).toEqual({});
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		expect(manifest).not.toHaveProperty('overrides');
		expect(manifest).not.toHaveProperty('bundledDependencies');
	});

	it('runs nothing when it is installed', () => {
		const forbidden = [
			'prepare',
			'preinstall',
			'install',
			'postinstall',
			'prepublish',
			'postprepare',
		];
		expect(Object.keys(manifest.scripts).filter((name) => forbidden.includes(name))).toEqual([]);
	});

	it('names nodes and credentials that a build makes', () => {
		expect(manifest.n8n.strict).toBe(true);
		for (const path of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
			expect(existsSync(join(root, path))).toBe(true);
			expect(path).toMatch(/^dist\//);
		}
	});
});

/** That of Google's libphonenumber, whose data is in it: npm takes every file of that name along. */
const LICENCE_OF_DATA = 'LICENSE.Apache-2.0';

describe('what npm packs', () => {
	interface Packed {
		readonly size: number;
		readonly files: ReadonlyArray<{ readonly path: string }>;
	}
	let packed: Packed;
	beforeAll(() => {
		[packed] = JSON.parse(npm('pack', '--dry-run', '--json')) as Packed[];
	}, 60_000);
	const paths = () => packed.files.map(({ path }) => path);

	it('is the build, index.js and the documents', () => {
		const documents = ['package.json', 'README.md', 'LICENSE', LICENCE_OF_DATA, 'CHANGELOG.md'];
		const others = paths().filter((path) => !path.startsWith('dist/'));
		expect(others.filter((path) => path !== 'index.js' && !documents.includes(path))).toEqual([]);
		expect(others).toEqual(
			expect.arrayContaining(['index.js', 'package.json', 'README.md', 'LICENSE', LICENCE_OF_DATA]),
		);
	});

	it('holds no tests, sources, maps or tools', () => {
		const strange = paths().filter(
			(path) =>
				path.startsWith('dist/') && !/\.(js|svg)$|\.node\.json$|__schema__\/.*\.json$/.test(path),
		);
		expect(strange).toEqual([]);
		expect(paths().filter((path) => /test|sandbox|fixtures|\.map$|\.mts$/i.test(path))).toEqual(
			paths().filter((path) => /credentialTest(Result)?\.js$/.test(path)),
		);
	});

	it('holds all that package.json names', () => {
		expect(paths()).toEqual(
			expect.arrayContaining([...manifest.n8n.nodes, ...manifest.n8n.credentials, 'index.js']),
		);
		expect(paths().filter((path) => path.endsWith('.svg')).length).toBeGreaterThanOrEqual(2);
		expect(paths().filter((path) => path.endsWith('.node.json'))).toHaveLength(2);
	});

	it('is small', () => {
		expect(packed.size).toBeLessThan(400_000);
	});
});

describe('index.js in a plain Node process', () => {
	/** The last expression of a script, run beside the package. */
	const run = (script: string): unknown =>
		JSON.parse(
			execFileSync(
				process.execPath,
				[
					'-e',
					`const m = require('./index.js'); console.log(JSON.stringify((() => { ${script} })()))`,
				],
				{ cwd: root, encoding: 'utf8', env: { PATH: process.env.PATH, TZ: 'Pacific/Auckland' } },
			),
		);

	it('exports what works without n8n, and does not load n8n', () => {
		expect(run('return Object.keys(m)')).toEqual([
			'gatewayIds',
			'capabilities',
			'normalizeWebhook',
			'resolveSendTime',
			'postgresqlSchema',
		]);
		expect(run('return m.gatewayIds')).toEqual(gatewayIds);
		const loaded = run('return Object.keys(require.cache)') as string[];
		expect(loaded.filter((path) => /node_modules\/(?!luxon\/)/.test(path))).toEqual([]);
	});

	it('tells what a gateway can do', () => {
		expect(run("return m.capabilities('chatWhatsApp')")).toMatchObject({
			scheduling: { minLeadMs: 60_000 },
		});
		expect(run("try { m.capabilities('x') } catch (error) { return error.message }")).toMatch(
			/"Gateway" is "x"/,
		);
	});

	it('reads a webhook', () => {
		const sample = readFileSync(
			join(root, 'gateways/chatWhatsApp/fixtures/message-sent.webhook.json'),
			'utf8',
		);
		expect(
			run(
				`return m.normalizeWebhook('chatWhatsApp', ${sample}, { receivedAt: '2026-11-20T10:00:00.000Z' })`,
			),
		).toMatchObject([
			{ gateway: 'chatWhatsApp', status: 'sent', receivedAt: '2026-11-20T10:00:00.000Z' },
		]);
		const items = (options: string) =>
			run(`return m.normalizeWebhook('chatWhatsApp', ${sample}, ${options})`) as Array<
				Record<string, unknown>
			>;
		const [{ occurredAt, ...event }] = items("{ timezone: 'Asia/Kolkata' }");
		expect(event).toMatchObject({
			recipient: '+919988066776',
			timezone: 'Asia/Kolkata',
			occurredAtLocal: formatLocalTime(String(occurredAt), 'Asia/Kolkata'),
		});
		expect(items('{}')).toMatchObject([
			{ timezone: 'UTC', occurredAtLocal: formatLocalTime(String(occurredAt), 'UTC') },
		]);
		expect(
			run("return [null, 7, 'x', [], {}].map((body) => m.normalizeWebhook('whapi', body))"),
		).toEqual([[], [], [], [], []]);
	});

	it('reads a send time in the zone that it is told, not in the process’s', () => {
		expect(run("return m.resolveSendTime('2026-02-01 15:00', 'Asia/Kolkata')")).toMatchObject({
			scheduledAt: '2026-02-01T09:30:00.000Z',
			local: '2026-02-01T15:00:00.000+05:30',
			offset: '+05:30',
		});
		expect(
			run("try { m.resolveSendTime('soon', 'UTC') } catch (error) { return error.message }"),
		).toMatch(/"soon"/);
	});
});
