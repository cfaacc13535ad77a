import { gateways } from '../../gateways/registry';
import { credentialFor } from '../../harness/credential.mts';
import { startPostgresServer } from '../../harness/postgres.mts';
import { setUpStore } from '../../harness/postgresStore.mts';
import { connectSql } from '../../harness/sqlClient.mts';
import { SECRET, startEnvironment } from '../../test/e2e/environment.mts';
import { createBench, type World } from './bench.mts';
import { rowById } from './rows.mts';
import { dataTableStore, postgresStore } from './stores.mts';

/** Statuses and settings of gateways take effect soon; what is scheduled two days ahead stays. */
const CLOCK_FACTOR = 600;

/** A real n8n with a credential for each gateway of the sandbox, and both tables. */
export async function startWorld(): Promise<World & { close(): Promise<void> }> {
	const closing: Array<() => Promise<void>> = [];
	const close = async () => {
		for (const end of closing.splice(0).reverse()) await end();
	};
	try {
		const server = await startPostgresServer();
		closing.push(async () => await server.close());
		const sql = await connectSql(server.port);
		closing.push(async () => await sql.close());
		const environment = await startEnvironment({}, { clockFactor: CLOCK_FACTOR });
		closing.push(async () => await environment.close());
		const { n8n, sandbox } = environment;
		for (const { id } of gateways) {
			await n8n.createCredential(id, 'messageGatewayApi', credentialFor(sandbox, id, SECRET));
		}
		const { place: postgres } = await setUpStore(n8n, server.port);
		const stores = { dataTable: dataTableStore(n8n), postgres: postgresStore(sql) };
		const world = { n8n, sandbox, stores, postgres };
		// Only *Schedule* creates tables, and no cell is to depend on another one.
		for (const place of Object.keys(stores)) {
			await createBench(world, gateways[0], rowById('scheduledMessage.schedule'), place).schedule({
				text: 'creates the tables',
			});
		}
		return { ...world, close };
	} catch (error) {
		await close();
		throw error;
	}
}
