import { startN8n, type N8n, type StartOptions } from '../../harness/n8n.mts';
import type { Json, WorkflowJson, WorkflowNode } from '../../harness/client.mts';
import { credentialFor as sandboxCredential } from '../../harness/credential.mts';
import { buildPackage } from '../../harness/package.mts';
import { compareVersions, defaultRelease } from '../../harness/releases.mts';
import { startSandbox } from '../../sandbox/index.mts';

/** Another of harness/releases.mts can be tested, e.g. N8N_RELEASE=2.4.8 npm run test:e2e. */
export const RELEASE = process.env.N8N_RELEASE ?? defaultRelease;

/** Whether the tested n8n can hold messages: its Data Table node makes tables since 2.3. */
export const CAN_HOLD = compareVersions(RELEASE, '2.3.0') >= 0;

/** A test of messages that n8n holds. Where n8n cannot, it is skipped, and its name says why. */
export const itHolding = (name: string, test: () => Promise<void>, timeoutMs?: number): void =>
	CAN_HOLD
		? it(name, test, timeoutMs)
		: it.skip(`${name} [n8n ${RELEASE} cannot hold messages]`, test, timeoutMs);

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/** The webhook secret of all credentials on the environment. */
export const SECRET = 'a-secret-that-only-the-gateway-knows';

export const ACTION = 'n8n-nodes-message-scheduler.messageScheduler';
export const TRIGGER = 'n8n-nodes-message-scheduler.messageSchedulerTrigger';

/** A real n8n with the package installed, and a sandbox gateway beside it. */
export interface Environment {
	readonly n8n: N8n;
	readonly sandbox: Sandbox;
	close(): Promise<void>;
}

export async function startEnvironment(
	options: StartOptions = {},
	sandboxOptions: Parameters<typeof startSandbox>[0] = {},
): Promise<Environment> {
	const sandbox = await startSandbox({ clockFactor: 60, rateLimits: false, ...sandboxOptions });
	try {
		const n8n = await startN8n({ release: RELEASE, tarball: await buildPackage(), ...options });
		return {
			n8n,
			sandbox,
			close: async () => {
				await n8n.stop();
				await sandbox.close();
			},
		};
	} catch (error) {
		await sandbox.close();
		throw error;
	}
}

/** The credential of the sandbox's account at a gateway. */
export const credentialFor = (sandbox: Sandbox, gateway: string): Json =>
	sandboxCredential(sandbox, gateway, SECRET);

/** A workflow of one node behind a manual trigger; the items are what the trigger gives. */
export function oneNode(
	credential: string,
	parameters: Json,
	more: { items?: Json[]; node?: Partial<WorkflowNode>; settings?: Json } = {},
): WorkflowJson {
	const { items = [{}], node = {}, settings } = more;
	return {
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'Items',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: { mode: 'raw', jsonOutput: JSON.stringify({ items }) },
			},
			{
				name: 'Split',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				parameters: { fieldToSplitOut: 'items' },
			},
			{
				name: 'Message Scheduler',
				type: ACTION,
				parameters,
				credentials: { messageGatewayApi: credential },
				...node,
			},
		],
		connections: chain('Start', 'Items', 'Split', 'Message Scheduler'),
		settings,
	};
}

/** Connects nodes one after the other. */
export const chain = (...names: string[]): Json =>
	Object.fromEntries(
		names
			.slice(0, -1)
			.map((name, index) => [
				name,
				{ main: [[{ node: names[index + 1], type: 'main', index: 0 }]] },
			]),
	);

/** A workflow that waits for statuses. */
export const listening = (credential: string, parameters: Json = {}): WorkflowJson => ({
	nodes: [
		{
			name: 'Status',
			type: TRIGGER,
			typeVersion: 2,
			parameters,
			credentials: { messageGatewayApi: credential },
		},
	],
	connections: {},
});

/** Seconds from now as ISO 8601 in UTC. */
export const inSeconds = (seconds: number): string =>
	new Date(Date.now() + seconds * 1000).toISOString();

/** Waits until a condition holds; fails with what was last seen. */
export async function until<T>(
	read: () => Promise<T> | T,
	holds: (value: T) => boolean,
	timeoutMs = 20_000,
): Promise<T> {
	const end = Date.now() + timeoutMs;
	for (;;) {
		const value = await read();
		if (holds(value)) return value;
		if (Date.now() > end) throw new Error(`Still not there: ${JSON.stringify(value)}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
