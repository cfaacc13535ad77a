import { createRequire } from 'node:module';
import { join } from 'node:path';

import { SqlError, sqlStateOf } from '../stores/postgres/errors';
import type { RunSql } from '../stores/postgres/database';
import { ensureN8n } from './install.mts';
import { DATABASE_USER } from './postgres.mts';

/** What of pg-promise is used. */
interface PgPromise {
	(connection: object): {
		multi(query: string): Promise<Array<Array<Record<string, unknown>>>>;
		$pool: { end(): Promise<void> };
	};
	helpers: { concat(queries: readonly object[]): string };
}

/** A connection to a database, as n8n's Postgres node has one. */
export interface SqlClient {
	/** As the store workflow runs it. */
	readonly runSql: RunSql;
	/** Any SQL; the rows of all its statements. */
	query(text: string, values?: readonly unknown[]): Promise<Array<Record<string, unknown>>>;
	close(): Promise<void>;
}

/** Connects with the driver of the installed n8n, which writes values into the text as n8n's node does. */
export async function connectSql(port: number, database = 'postgres'): Promise<SqlClient> {
	const { dir } = await ensureN8n();
	const load = createRequire(join(dir, 'package.json'));
	const pgp = (load('pg-promise') as (options: object) => PgPromise)({ noWarnings: true });
	const db = pgp({ host: '127.0.0.1', port, database, user: DATABASE_USER });
	// As n8n 2.41.1 in nodes/Postgres/v2/helpers/utils.ts, configureQueryRunner.
	const query = async (text: string, values: readonly unknown[] = []) =>
		(
			await db.multi(pgp.helpers.concat([{ query: text, values, options: { partial: true } }]))
		).flat();
	return {
		query,
		runSql: async ({ text, values }) => {
			try {
				const rows = await query(text, values);
				return rows.flatMap(({ result }) => (typeof result === 'string' ? [result] : []));
			} catch (error) {
				throw new SqlError(sqlStateOf(error), (error as Error).message);
			}
		},
		close: async () => await db.$pool.end(),
	};
}
