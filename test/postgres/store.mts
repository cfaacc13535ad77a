import { createDatabase, type Database, type RunSql } from '../../stores/postgres/database';
import { parseTableNames, type TableNames } from '../../stores/postgres/names';
import { ensureTables, storeTables } from '../../stores/postgres/schema';
import { createSqlTable } from '../../stores/postgres/table';
import type { DoNotContactColumn } from '../../stores/doNotContact/columns';
import type { AccountColumn } from '../../stores/table/accounts';
import type { ColumnName } from '../../stores/table/columns';
import { connectSql, type SqlClient } from '../../harness/sqlClient.mts';
import { startPostgresServer, type PostgresServer } from '../../harness/postgres.mts';

/** No test looks at what a power cut would lose, but those that turn it on. */
const FAST = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];

/** A PostgreSQL of the test's own, and a connection to it. */
export interface Server extends PostgresServer {
	readonly client: SqlClient;
	database(runSql?: RunSql): Database;
}

export async function startServer(
	settings: readonly string[] = FAST,
	onLog?: (line: string) => void,
): Promise<Server> {
	const server = await startPostgresServer(settings, onLog);
	const client = await connectSql(server.port);
	return {
		...server,
		client,
		database: (runSql = client.runSql) => databaseOn(runSql),
		close: async () => {
			await client.close();
			await server.close();
		},
	};
}

export const databaseOn = (runSql: RunSql): Database =>
	createDatabase(runSql, {
		now: () => Date.now(),
		sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
		random: () => Math.random(),
	});

let made = 0;

/** Names that no other test of the file has. */
export const newNames = (): TableNames => parseTableNames('public', `messages_${++made}`);

/** Tables of their own, and what the stores see of them. */
export async function newStore(server: Server, names = newNames()) {
	const database = server.database();
	await ensureTables(database, names, { create: true });
	const tables = storeTables(names);
	return {
		names,
		database,
		messages: createSqlTable<ColumnName>(database, tables.messages),
		accounts: createSqlTable<AccountColumn>(database, tables.accounts),
		doNotContact: createSqlTable<DoNotContactColumn>(database, tables.doNotContact),
	};
}
