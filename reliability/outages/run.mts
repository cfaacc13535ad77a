import type { Json } from '../../harness/client.mts';
import { CREDENTIAL_TYPE, credentialFor } from '../../harness/credential.mts';
import { readExample } from '../../harness/examples.mts';
import { readRows } from '../../harness/tables.mts';
import type { N8n } from '../../harness/n8n.mts';
import { gatewayById } from '../../gateways/registry.ts';
import { startSandbox, type GatewayId, type Sandbox } from '../../sandbox/index.mts';
import { seededRandom } from '../../sandbox/random.mts';
import { mapInParallel } from '../../nodes/MessageScheduler/parallel.ts';
import { SECRET } from '../../test/e2e/environment.mts';
import { allExecutions, countRunning } from '../executions.mts';
import { holds } from '../figures.mts';
import {
	CREDENTIAL,
	FROM_ITEM,
	GATEWAY,
	item,
	LEASE_MS,
	operate,
	wait,
} from '../table/harness.mts';
import { openDoor, type Door } from './door.mts';
import { isWaiting, type Seen } from './figures.mts';
import type { Place } from './place.mts';
import type { Scenario } from './scenarios.mts';

/**
 * When the fault has just begun and requests are under way, anywhere in it, or when messages go out
 * again after it.
 */
export const KILL_MOMENTS = ['edge', 'amid', 'drain'] as const;
export type KillMoment = (typeof KILL_MOMENTS)[number];

/** How the scenarios are run. */
export interface OutageOptions {
	/** Due in each scenario, those with their own factor apart. */
	readonly messages: number;
	/** Seconds from one run of *Send Due* to the next. */
	readonly interval: number;
	/** Messages that are sent before the fault begins. */
	readonly before: number;
	/** When n8n is killed, once; not at all if not given. */
	readonly kill?: KillMoment;
	/** How long the gateway takes for an answer. */
	readonly answerDelayMs?: number;
	/** How long messages are due after they were scheduled; more messages take longer to schedule. */
	readonly dueAfterMs?: number;
	/** The fault's length, in place of the scenario's. */
	readonly faultMs?: number;
	readonly seed: number;
	readonly gateway?: GatewayId;
	/** Told what happens, a line each. */
	readonly log?: (line: string) => void;
}

const POLL_MS = 2_000;
/** A gateway's answer takes a moment, so that requests are under way when a fault begins or n8n is killed. */
const ANSWER_DELAY_MS = 50;
/** How long after its begin a fault that does not end may see n8n killed. */
const KILL_WITHIN_MS = 40_000;
const EDGE_MS = 2_000;
/** More than scheduling takes on a busy machine. */
const DUE_AFTER_MS = 15_000;
const EACH_MS = 40;
/** So many messages may be sent after the fault before n8n is killed. */
const MAX_BEFORE_KILL = 40;
const MAX_LEAD_IN_MS = 90_000;

/**
 * Schedules messages by the package's own operation, lets the example *Send due messages* send them as
 * it is, runs it into the fault, and gives what can be seen from outside once all is over or the time
 * is up.
 */
export async function runOutage(
	place: Place,
	scenario: Scenario,
	options: OutageOptions,
): Promise<Seen> {
	const { n8n } = place;
	const { answerDelayMs = ANSWER_DELAY_MS, seed } = options;
	const { dueAfterMs = DUE_AFTER_MS + options.messages * EACH_MS } = options;
	const { gateway = GATEWAY } = options;
	const { log = () => undefined } = options;
	const sandbox = await startSandbox({ rateLimits: false, answerDelayMs, seed });
	const door = await openDoor(Number(new URL(sandbox.origin).port));
	try {
		const credential = credentialThrough(door, sandbox, gateway);
		await n8n.createCredential(CREDENTIAL, CREDENTIAL_TYPE, credential);
		const healthChecks = await healthChecksOf(n8n, sandbox, credential);
		const texts = Array.from(
			{ length: options.messages * (scenario.times ?? 1) },
			(_, index) => `${scenario.name} no ${index}`,
		);
		const due = Date.now() + dueAfterMs;
		await operate(
			n8n,
			'schedule',
			FROM_ITEM,
			texts.map((text) => item(text, due)),
		);
		const workflow = await publish(n8n, scenario, options.interval);
		const taken = () => sandbox.messages(gateway).length;
		if (!(await holds(() => taken() >= options.before, dueAfterMs + MAX_LEAD_IN_MS, 10))) {
			throw new Error(`Only ${taken()} messages were sent before the fault was to begin.`);
		}

		const from = Date.now();
		const end = await scenario.begin({ sandbox, door, gateway });
		const faultMs = scenario.faultMs === null ? null : (options.faultMs ?? scenario.faultMs);
		const kills: number[] = [];
		log(`the fault begins, ${taken()} messages are sent`);
		const kill = async () => {
			kills.push(Date.now());
			await place.kill();
			log(`n8n is killed after ${kills[0] - from} ms, ${taken()} messages are sent`);
		};
		const random = seededRandom(seed);
		const isInDrain = options.kill === 'drain' && faultMs !== null;
		let restarted = Promise.resolve();
		if (options.kill !== undefined && !isInDrain) {
			const withinMs = options.kill === 'edge' ? EDGE_MS : (faultMs ?? KILL_WITHIN_MS);
			await wait(random() * withinMs);
			await kill();
			// A fault ends when it ends, also while n8n boots.
			restarted = place.restart();
			// Whoever waits for it below is told.
			restarted.catch(() => undefined);
		}
		if (faultMs !== null) {
			await wait(from + faultMs - Date.now());
			await end();
			log(`the fault ends, ${taken()} messages are sent`);
		}
		const until = Date.now();
		await restarted;
		if (isInDrain) {
			const enough = taken() + 1 + Math.floor(random() * MAX_BEFORE_KILL);
			await holds(() => taken() >= enough, scenario.drainMs, 5);
			await kill();
			await place.restart();
		}
		const drainMs = scenario.drainMs + LEASE_MS * kills.length;
		const isOver = async () => !isWaiting(await patientRows(n8n));
		await holds(isOver, until + drainMs - Date.now(), POLL_MS);
		await n8n.deactivate(workflow);
		// What still runs is ending, and may send until it has; what is stuck is told as not ended.
		await holds(async () => (await countRunning(n8n, workflow)) === 0, 60_000, POLL_MS);
		const rows = await patientRows(n8n);
		return {
			gateway,
			wanted: texts,
			taken: sandbox.messages(gateway),
			requests: sandbox.requests(gateway),
			healthChecks,
			rows,
			executions: await executionsOf(n8n, workflow),
			fault: { from, to: faultMs === null ? Date.now() : until },
			kills,
		};
	} finally {
		await door.close();
		await sandbox.close();
	}
}

/** The credential, with the door's address in the place of the sandbox's. */
function credentialThrough({ origin }: Door, sandbox: Sandbox, gateway: GatewayId): Json {
	const credential = credentialFor(sandbox, gateway, SECRET);
	const [{ name }] = gatewayById(gateway).credentialFields;
	return { ...credential, [name]: String(credential[name]).replace(sandbox.origin, origin) };
}

/** What the gateway is asked when somebody tests the credential. */
async function healthChecksOf(n8n: N8n, sandbox: Sandbox, credential: Json): Promise<string[]> {
	sandbox.clearRequests();
	const { status, message } = await n8n.testCredential(CREDENTIAL_TYPE, credential);
	if (status !== 'OK') throw new Error(`The credential does not work: ${message}`);
	return sandbox.requests().map(({ method, path }) => `${method} ${path}`);
}

/**
 * The example, but for how often it runs, the options of the scenario, and what is behind *Send Due*:
 * that marks an execution as failed where a message was not sent, and here only n8n may.
 */
async function publish(n8n: N8n, { options }: Scenario, interval: number): Promise<string> {
	const example = readExample('send-due-messages.json');
	const trigger = example.nodes.find(({ type }) => type.endsWith('scheduleTrigger'))!;
	trigger.parameters = {
		rule: { interval: [{ field: 'seconds', secondsInterval: interval }] },
	};
	const sendDue = example.nodes.find(({ name }) => name === SEND_DUE)!;
	if (options !== undefined) sendDue.parameters = { ...sendDue.parameters, options };
	const id = await n8n.createWorkflow({
		...example,
		nodes: [trigger, sendDue],
		connections: { [trigger.name]: example.connections[trigger.name] },
	});
	await n8n.activate(id);
	return id;
}

const SEND_DUE = 'Send Due';

/** A busy n8n, or one that has just booted, may not answer at once. */
async function patientRows(n8n: N8n): Promise<Json[]> {
	for (let tries = 1; ; tries++) {
		try {
			return await readRows(n8n);
		} catch (error) {
			if (tries === 10) throw error;
			await wait(POLL_MS);
		}
	}
}

async function executionsOf(n8n: N8n, workflow: string): Promise<Seen['executions']> {
	return await mapInParallel(await allExecutions(n8n, workflow), 4, async (summary) => {
		// One that crashed may have no data.
		const execution = await n8n.execution(summary.id).catch(() => undefined);
		const outputs = (index: number) =>
			(execution?.nodes[SEND_DUE] ?? []).flatMap(({ outputs }) =>
				(outputs[index] ?? []).map(({ json }) => json),
			);
		return {
			...summary,
			items: outputs(0),
			errors: outputs(1),
			reason: execution?.error?.message,
		};
	});
}
