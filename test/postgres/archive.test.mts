/** The example *Archive then purge* on a real n8n, on both stores. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { output, type Json } from '../../harness/client.mts';
import { readExample } from '../../harness/examples.mts';
import { editRow, readRows } from '../../harness/tables.mts';
import {
	credentialFor,
	inSeconds,
	startEnvironment,
	type Environment,
} from '../e2e/environment.mts';
import { operationsOn } from '../e2e/tableOperations.mts';
import { setUpStore } from './n8nStore.mts';
import { startServer, type Server } from './store.mts';

const CREDENTIAL = 'Message Gateway account';
const DAYS_MS = 86_400_000;

let server: Server;
let environment: Environment;
let place: Json;
const folder = mkdtempSync(join(tmpdir(), 'archive-'));

beforeAll(async () => {
	server = await startServer();
	environment = await startEnvironment({ env: { N8N_RESTRICT_FILE_ACCESS_TO: folder } });
	const { n8n, sandbox } = environment;
	await n8n.createCredential(CREDENTIAL, 'messageGatewayApi', credentialFor(sandbox, 'whapi'));
	({ place } = await setUpStore(n8n, server.port));
}, 400_000);

afterAll(async () => {
	await environment?.close();
	await server?.close();
}, 60_000);

const archives = (): string[] =>
	readdirSync(folder)
		.sort()
		.map((file) => readFileSync(join(folder, file), 'utf8'));

/** Runs the example with its file in a folder; it gives what was purged, or its error. */
async function run(at: Json, path: string) {
	const workflow = readExample('archive-then-purge.json');
	for (const { name, parameters } of workflow.nodes) {
		if (['Get Old Messages', 'Purge'].includes(name)) Object.assign(parameters!, at);
		if (name === 'Write the Archive') parameters!.fileName = path;
	}
	const id = await environment.n8n.createWorkflow(workflow);
	return await environment.n8n.runManually(id, { trigger: 'Every Night', timeoutMs: 60_000 });
}

const schedule = async (text: string, at: Json) => {
	const { operate } = operationsOn(() => environment.n8n, 60_000);
	const message = { recipient: '+12025550142', text, sendAt: inSeconds(86_400) };
	await operate(CREDENTIAL, 'schedule', { ...at, ...message });
};

const NAMES = ['old sent', 'old failed', 'old but changed', 'old and waits', 'new'];
const old = new Date(Date.now() - 100 * DAYS_MS).toISOString();

it('purges in PostgreSQL what it has archived, and nothing while the file cannot be written', async () => {
	for (const name of NAMES) await schedule(name, place);
	await server.client.query(
		`update scheduled_messages set send_at = '${old}', updated_at = case when content->>'text' like '%changed' then now() else '${old}' end, status = case when content->>'text' like '%waits' then 'scheduled' when content->>'text' like '%failed' then 'failed' else 'sent' end where content->>'text' like 'old%'`,
	);
	const left = async () =>
		(
			await server.client.query(
				`select content->>'text' as text from scheduled_messages order by id`,
			)
		).map(({ text }) => text);

	const refused = await run(place, '/nowhere/archive.csv');
	expect(refused).toMatchObject({ status: 'error', lastNode: 'Write the Archive' });
	expect(await left()).toEqual(NAMES);

	const execution = await run(place, join(folder, '1.csv'));
	expect(execution.error?.message).toBeUndefined();
	expect(output(execution, 'Purge')).toEqual([{ deleted: 1 }, { deleted: 1 }, { deleted: 0 }]);
	expect(await left()).toEqual(['old but changed', 'old and waits', 'new']);
	const [csv] = archives();
	for (const name of NAMES.slice(0, 3)) expect(csv).toContain(name);
	for (const name of NAMES.slice(3)) expect(csv).not.toContain(name);
}, 180_000);

it('archives from a Data Table, and leaves there what has just changed', async () => {
	const inTable = { storeIn: 'dataTable' };
	for (const name of ['table sent', 'table waits']) await schedule(name, inTable);
	const [sent, waits] = await readRows(environment.n8n);
	await editRow(environment.n8n, Number(sent.id), { send_at: old, status: 'sent' });
	await editRow(environment.n8n, Number(waits.id), { send_at: old });
	const execution = await run(inTable, join(folder, '2.csv'));
	expect(execution.error?.message).toBeUndefined();
	expect(output(execution, 'Purge')).toEqual([{ deleted: 0 }]);
	const csv = archives().at(-1);
	expect(csv).toContain('table sent');
	expect(csv).not.toContain('table waits');
	expect(await readRows(environment.n8n)).toHaveLength(2);
}, 120_000);
