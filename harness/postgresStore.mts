import type { Json } from './client.mts';
import { readExample } from './examples.mts';
import type { N8n } from './n8n.mts';
import { DATABASE_USER } from './postgres.mts';

/** The credential's name in the example. */
const CREDENTIAL = 'Postgres account';

/** The example *PostgreSQL store* as a user sets it up, and the parameters that choose it. */
export async function setUpStore(
	n8n: N8n,
	port: number,
	credential: Json = {},
): Promise<{ readonly id: string; readonly place: Json }> {
	await n8n.createCredential(CREDENTIAL, 'postgres', {
		host: '127.0.0.1',
		port,
		database: 'postgres',
		user: DATABASE_USER,
		password: 'unused',
		ssl: 'disable',
		...credential,
	});
	const id = await n8n.createWorkflow(readExample('postgresql-store.json'));
	await n8n.activate(id);
	return { id, place: inPostgres(id) };
}

/** The parameters that choose a store workflow. */
export const inPostgres = (id: string, names: Json = {}): Json => ({
	storeIn: 'postgres',
	storeWorkflow: { __rl: true, mode: 'id', value: id },
	postgresTables: names,
});
