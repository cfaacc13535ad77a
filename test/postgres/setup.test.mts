/** What a real n8n says where the store is not set up as it must be. */
import type { Json, WorkflowJson } from '../../harness/client.mts';
import { readExample } from '../../harness/examples.mts';
import {
	credentialFor,
	inSeconds,
	oneNode,
	startEnvironment,
	type Environment,
} from '../e2e/environment.mts';
import { inPostgres, setUpStore } from './n8nStore.mts';
import { startServer, type Server } from './store.mts';

let server: Server;
let environment: Environment;
/** The store workflow as it must be. */
let store: string;

beforeAll(async () => {
	server = await startServer();
	environment = await startEnvironment({}, { clockFactor: 600 });
	const { n8n, sandbox } = environment;
	await n8n.createCredential('whapi', 'messageGatewayApi', credentialFor(sandbox, 'whapi'));
	({ id: store } = await setUpStore(n8n, server.port));
}, 300_000);

afterAll(async () => {
	await environment?.close();
	await server?.close();
}, 60_000);

/** Schedules a message in a store. */
async function schedule(place: Json) {
	const parameters = { ...place, recipient: '+919988066776', text: 'x', sendAt: inSeconds(86_400) };
	const id = await environment.n8n.createWorkflow(
		oneNode('whapi', { operation: 'schedule', ...parameters }),
	);
	return await environment.n8n.runManually(id);
}

/** What it says, with what to do. */
async function refusal(place: Json): Promise<string> {
	const { error } = await schedule(place);
	return `${error?.message} ${error?.description}`;
}

/** A store workflow that differs from the example. */
async function storeWith(
	change: (workflow: WorkflowJson) => void,
	{ publish = true } = {},
): Promise<string> {
	const workflow = readExample('postgresql-store.json');
	change(workflow);
	const id = await environment.n8n.createWorkflow(workflow);
	if (publish) await environment.n8n.activate(id);
	return id;
}

/** A store workflow with another credential. */
async function storeAs(name: string, credential: Json): Promise<string> {
	await environment.n8n.createCredential(name, 'postgres', {
		host: '127.0.0.1',
		port: server.port,
		database: 'postgres',
		user: 'n8n',
		password: 'x',
		ssl: 'disable',
		...credential,
	});
	return await storeWith(({ nodes }) => {
		nodes.find(({ type }) => type.endsWith('.postgres'))!.credentials = { postgres: name };
	});
}

const role = async (name: string, settings = '') =>
	await server.client.query(`create role ${name} login; ${settings}`);

it.each<[what: string, place: () => Promise<Json> | Json, says: RegExp]>([
	[
		'no store workflow',
		() => ({ ...inPostgres('x'), storeWorkflow: '={{ $json.nothing }}' }),
		/"Store Workflow" is empty.*postgresql-store\.json/,
	],
	[
		'one that does not exist',
		() => inPostgres('nowhere'),
		/"Store Workflow" is the workflow "nowhere", which does not exist or is not published.*publish it/,
	],
	[
		'one that is not published',
		async () => inPostgres(await storeWith(() => undefined, { publish: false })),
		/which does not exist or is not published.*publish it/,
	],
	[
		'one that may not be called',
		async () =>
			inPostgres(
				await storeWith((workflow) => {
					workflow.settings = { ...workflow.settings, callerPolicy: 'none' };
				}),
			),
		/which does not let this workflow call it.*"This workflow can be called by"/,
	],
	[
		'one that does something else',
		async () =>
			inPostgres(
				await storeWith(({ nodes }) => {
					const node = nodes.find(({ type }) => type.endsWith('.postgres'))!;
					Object.assign(node, { type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} });
					delete node.credentials;
				}),
			),
		/which does not return what its query returns.*"When Executed by Another Workflow"/,
	],
	[
		'an impossible table',
		() => inPostgres(store, { table: 'a b' }),
		/"Table" is "a b"\. Use letters/,
	],
	[
		'a schema that is missing',
		() => inPostgres(store, { schema: 'nowhere' }),
		/"Schema" is "nowhere", which the database does not have.*create schema "nowhere"/,
	],
	[
		'a server that is not there',
		async () => inPostgres(await storeAs('refused', { port: 1 })),
		/the server does not answer at the address of the credential.*Check host and port/,
	],
	[
		'an unknown user',
		async () => inPostgres(await storeAs('unknown user', { user: 'nobody_here' })),
		/the user or the password of the credential is not accepted.*Correct the Postgres credential/,
	],
	[
		'an unknown database',
		async () => inPostgres(await storeAs('unknown database', { database: 'nowhere' })),
		/no database of the name in the credential.*Correct "Database"/,
	],
	[
		'TLS that the server does not have',
		async () => inPostgres(await storeAs('tls', { ssl: 'require' })),
		/whether the connection is encrypted.*Set "SSL" of the Postgres credential/,
	],
	[
		'a user who may create nothing',
		async () => {
			await role('reader');
			return inPostgres(await storeAs('reader', { user: 'reader' }), { table: 'not_allowed' });
		},
		/lacks a right.*grant usage, create on schema "public" to <user>/,
	],
	[
		'a server that takes no changes',
		async () => {
			await role('replica', 'alter role replica set default_transaction_read_only = on');
			return inPostgres(await storeAs('replica', { user: 'replica' }), { table: 'on_replica' });
		},
		/takes no changes, as a read-only replica.*primary server/,
	],
])('says what to do with %s', async (_, place, says) => {
	expect(await refusal(await place())).toMatch(says);
});

it('does not create the tables by an operation that reads, and says which does', async () => {
	const id = await environment.n8n.createWorkflow(
		oneNode('whapi', { operation: 'getAll', ...inPostgres(store, { table: 'typo' }) }),
	);
	const { error } = await environment.n8n.runManually(id);
	expect(error?.message).toBe(
		'"Table" is "typo", and the schema "public" has no such table of messages',
	);
	expect(error?.description).toMatch(/only the operation "Schedule" creates the tables/);
});

it('says that the store workflow saves its executions', async () => {
	const id = await storeWith((workflow) => {
		workflow.settings = { ...workflow.settings, saveDataSuccessExecution: 'all' };
	});
	const execution = await schedule(inPostgres(id));
	expect(execution.error).toBeUndefined();
	expect(JSON.stringify(execution.data)).toMatch(/saves its executions, so n8n keeps a copy/);
	const quiet = await schedule(inPostgres(store));
	expect(JSON.stringify(quiet.data)).not.toMatch(/saves its executions/);
});

it('goes on after a restart of the server', async () => {
	expect((await schedule(inPostgres(store))).error).toBeUndefined();
	await server.restart();
	const attempts = [await schedule(inPostgres(store)), await schedule(inPostgres(store))];
	expect(attempts[1].error).toBeUndefined();
	expect(await environment.n8n.executions(store)).toEqual([]);
});
