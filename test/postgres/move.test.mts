/** The example *Move to PostgreSQL* on a real n8n, while both dispatchers send. */
import type { Json, WorkflowJson } from '../../harness/client.mts';
import { readExample } from '../../harness/examples.mts';
import { readRows } from '../../harness/tables.mts';
import {
	credentialFor,
	inSeconds,
	oneNode,
	startEnvironment,
	until,
	type Environment,
} from '../e2e/environment.mts';
import { setUpStore } from './n8nStore.mts';
import { startServer, type Server } from './store.mts';

const CREDENTIAL = 'Message Gateway account';
const IN_TABLE = { storeIn: 'dataTable' };

let server: Server;
let environment: Environment;
/** The parameters that choose PostgreSQL. */
let place: Json;

beforeAll(async () => {
	// What it has confirmed survives a kill of n8n, which alone is killed here.
	server = await startServer();
	// Five seconds from one status to the next, so that messages move between them.
	environment = await startEnvironment({}, { clockFactor: 60, statusDelayMs: 300_000 });
	const { n8n, sandbox } = environment;
	await n8n.createCredential(CREDENTIAL, 'messageGatewayApi', credentialFor(sandbox, 'whapi'));
	({ place } = await setUpStore(n8n, server.port));
	await schedule([{ text: 'makes the tables', to: '+12025550100', at: inSeconds(86_400) }], place);
	await publish('send-due-messages.json', () => undefined);
	await publish('send-due-messages.json', (node) => {
		if (node.name === 'Send Due') Object.assign(node.parameters!, place);
	});
}, 400_000);

afterAll(async () => {
	await environment?.close();
	await server?.close();
}, 60_000);

const schedule = async (items: Json[], where: Json) => {
	const id = await environment.n8n.createWorkflow(
		oneNode(
			CREDENTIAL,
			{
				operation: 'schedule',
				...where,
				recipient: '={{ $json.to }}',
				text: '={{ $json.text }}',
				sendAt: '={{ $json.at }}',
			},
			{ items },
		),
	);
	const execution = await environment.n8n.runManually(id, { timeoutMs: 120_000 });
	expect(execution.error?.message).toBeUndefined();
};

/** Publishes an example that runs every ten seconds where it begins with a schedule. */
async function publish(
	file: string,
	change: (node: WorkflowJson['nodes'][number]) => void,
): Promise<string> {
	const workflow = readExample(file);
	for (const node of workflow.nodes) {
		if (node.type.endsWith('.scheduleTrigger')) {
			node.parameters = { rule: { interval: [{ field: 'seconds', secondsInterval: 10 }] } };
		}
		change(node);
	}
	const id = await environment.n8n.createWorkflow(workflow);
	await environment.n8n.activate(id);
	return id;
}

const publishMove = async () =>
	await publish('move-to-postgresql.json', (node) => {
		if (node.name === 'Move to PostgreSQL') {
			node.parameters = { ...node.parameters, storeWorkflow: place.storeWorkflow };
		}
	});

/** *Follow statuses* as the example's note says: a second *Record Status* behind the first. */
async function publishStatuses(): Promise<string> {
	const workflow = readExample('follow-statuses.json');
	const first = workflow.nodes.find(({ name }) => name === 'Record Status')!;
	const second = { ...first, id: undefined, name: 'Record in PostgreSQL' };
	workflow.nodes.push({ ...second, parameters: { ...first.parameters, ...place } });
	Object.assign(workflow.connections!, {
		'Record Status': { main: [[{ node: second.name, type: 'main', index: 0 }]] },
	});
	const id = await environment.n8n.createWorkflow(workflow);
	await environment.n8n.activate(id);
	return id;
}

const messages = (name: string, count: number, at: (n: number) => number): Json[] =>
	Array.from({ length: count }, (_, n) => ({
		text: `${name} ${n}`,
		to: `+9199880${66_000 + n}`,
		at: new Date(at(n)).toISOString(),
	}));

/** The messages of that name in PostgreSQL: the status of each text. */
const inPostgres = async (name: string): Promise<Map<string, string>> =>
	new Map(
		(
			await server.client.query(
				`select content->>'text' as text, status from scheduled_messages where content->>'text' like '${name} %'`,
			)
		).map(({ text, status }) => [String(text), String(status)]),
	);

const rowsOf = async (name: string): Promise<Json[]> =>
	(await readRows(environment.n8n)).filter(({ text }) => String(text).startsWith(`${name} `));

/** How the executions of a workflow ended, for what a failure tells. */
const ends = async (id: string): Promise<string[]> =>
	(await environment.n8n.executions(id)).map(({ status }) => status);

/** How often the gateway was asked to send each text. */
function sends(name: string): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { text } of environment.sandbox.messages('whapi')) {
		if (text?.startsWith(`${name} `)) counts.set(text, (counts.get(text) ?? 0) + 1);
	}
	return counts;
}

it('takes messages with their statuses over, also those that come while and after they move', async () => {
	const count = 20;
	const statuses = await publishStatuses();
	const soon = Date.now() + 8_000;
	await schedule(
		messages('told', count, () => soon),
		IN_TABLE,
	);
	await until(
		() => sends('told').size,
		(sent) => sent === count,
		120_000,
	);
	const move = await publishMove();
	await until(
		async () => ({
			statuses: [...(await inPostgres('told')).values()],
			ends: await ends(move),
		}),
		({ statuses: each }) => each.filter((status) => status === 'read').length === count,
		240_000,
	);
	await environment.n8n.deactivate(statuses);
	await environment.n8n.deactivate(move);
}, 480_000);

it('sends none twice and loses none, killed twice in the middle', async () => {
	const count = 200;
	const begin = Date.now() + 15_000;
	await schedule(
		messages('moved', count, (n) => begin + n * 100),
		IN_TABLE,
	);
	await until(
		() => sends('moved').size,
		(sent) => sent >= 20,
		180_000,
	);
	const move = await publishMove();
	for (const share of [1, count / 2]) {
		await until(
			async () => ({ there: (await inPostgres('moved')).size, ends: await ends(move) }),
			({ there }) => there >= share,
			240_000,
		);
		await environment.n8n.kill();
		await environment.n8n.restart();
	}
	const open = ['scheduled', 'sending', 'queued'];
	const [left, there] = await until(
		async () => [await rowsOf('moved'), await inPostgres('moved')] as const,
		([rows, stored]) =>
			rows.every(({ status }) => ['moved', 'unconfirmed'].includes(String(status))) &&
			[...stored.values()].every((status) => !open.slice(0, 2).includes(status)),
		300_000,
	);
	const sent = sends('moved');
	expect([...sent].filter(([, times]) => times > 1)).toEqual([]);
	const doubtful = new Set([
		...left.filter(({ status }) => status === 'unconfirmed').map(({ text }) => String(text)),
		...[...there].filter(([, status]) => status === 'unconfirmed').map(([text]) => text),
	]);
	const all = messages('moved', count, () => 0).map(({ text }) => String(text));
	// What was in flight at a kill is told as such; everything else was sent.
	expect(all.filter((text) => !sent.has(text) && !doubtful.has(text))).toEqual([]);
	expect(doubtful.size).toBeLessThanOrEqual(2 * 2 * 5);
	// One store has each message.
	for (const text of all) {
		const row = left.find((each) => each.text === text)!;
		expect([text, row.status === 'moved']).toEqual([text, there.has(text)]);
	}
}, 900_000);
