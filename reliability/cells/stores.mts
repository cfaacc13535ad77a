import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Json } from '../../harness/client.mts';
import { ensureN8n } from '../../harness/install.mts';
import type { N8n } from '../../harness/n8n.mts';
import type { SqlClient } from '../../harness/sqlClient.mts';
import { editRow, insertRows, readRows, TABLE, tablePath } from '../../harness/tables.mts';
import { doNotContactTableName } from '../../stores/doNotContact/columns';
import { accountsTableName } from '../../stores/table/accounts';

/** A message in a store, read without the package. */
export interface StoredMessage {
	readonly gateway: string;
	readonly text: string | null;
	readonly status: string;
	/** ISO 8601, UTC. */
	readonly sendAt: string;
	readonly messageId: string | null;
}

/** A store that *Send Due* works on, as somebody sees and changes it who does not use the package. */
export interface OutsideStore {
	messages(): Promise<StoredMessage[]>;
	/** Sets a message to `failed`, as a person may. */
	fail(text: string): Promise<void>;
	/** A message that was delivered ten days ago. */
	insertOld(gateway: string, account: string, text: string): Promise<void>;
	/** The gateways with an account that a person has paused. */
	paused(): Promise<string[]>;
	/** Who is on Do Not Contact. */
	people(): Promise<string[]>;
}

const OLD = new Date(Date.now() - 10 * 86_400_000).toISOString();

const old = (gateway: string, account: string) => ({
	gateway,
	account,
	credential: gateway,
	recipient: '+919988012345',
	status: 'delivered',
	status_rank: 40,
	timezone: 'UTC',
	send_at: OLD,
	sent_at: OLD,
	schedule_id: crypto.randomUUID(),
	message_id: crypto.randomUUID(),
});

/** A Data Table by n8n's own API. Only what n8n never lets anybody set is written into its database. */
export function dataTableStore(n8n: N8n): OutsideStore {
	const rowsOf = async (name?: string) => await readRows(n8n, name);
	const rowWith = async (text: string) => {
		const found = (await rowsOf()).find((row) => row.text === text);
		if (found === undefined) throw new Error(`The Data Table has no message "${text}"`);
		return Number(found.id);
	};
	return {
		messages: async () => (await rowsOf()).map(toMessage),
		fail: async (text) => await editRow(n8n, await rowWith(text), { status: 'failed' }),
		insertOld: async (gateway, account, text) => {
			await insertRows(n8n, [{ ...old(gateway, account), type: 'text', text, claim_token: '' }]);
			await setUpdatedAt(n8n, await rowWith(text));
		},
		paused: async () =>
			(await rowsOf(accountsTableName(TABLE)))
				.filter((row) => isAhead(row.manual_pause_until))
				.map(({ gateway }) => String(gateway)),
		people: async () =>
			(await rowsOf(doNotContactTableName(TABLE))).map(({ person }) => String(person)),
	};
}

/** PostgreSQL by SQL. */
export function postgresStore(sql: SqlClient): OutsideStore {
	const query = async (text: string, ...values: unknown[]) => await sql.query(text, values);
	return {
		messages: async () =>
			(await query(`select *, content->>'text' as text from ${TABLE}`)).map(toMessage),
		fail: async (text) =>
			void (await query(`update ${TABLE} set status = 'failed' where content->>'text' = $1`, text)),
		insertOld: async (gateway, account, text) => {
			const row = {
				...old(gateway, account),
				content: JSON.stringify({ type: 'text', text }),
				updated_at: OLD,
			};
			const places = Object.keys(row).map((_, index) => `$${index + 1}`);
			await query(
				`insert into ${TABLE} (${Object.keys(row).join()}) values (${places.join()})`,
				...Object.values(row),
			);
		},
		paused: async () =>
			(await query(`select gateway from ${TABLE}_accounts where manual_pause_until > now()`)).map(
				({ gateway }) => String(gateway),
			),
		people: async () =>
			(await query(`select person from ${TABLE}_do_not_contact`)).map(({ person }) =>
				String(person),
			),
	};
}

const toMessage = ({ gateway, text, status, send_at: sendAt, message_id: id }: Json) => ({
	gateway: String(gateway),
	text: typeof text === 'string' ? text : null,
	status: String(status),
	sendAt: iso(sendAt),
	messageId: typeof id === 'string' && id !== '' ? id : null,
});

/** @param at a time as n8n or a database driver gives it */
const iso = (at: unknown): string => new Date(at as string | Date).toISOString();

const isAhead = (at: unknown): boolean =>
	typeof at === 'string' && at !== '' && Date.parse(at) > Date.now();

/** What of n8n's SQLite driver is used. */
interface Sqlite {
	Database: new (path: string) => {
		run(sql: string, values: unknown[], done: (error: Error | null) => void): void;
		close(): void;
	};
}

/** When a row last changed is n8n's own column, which nobody can set. */
async function setUpdatedAt(n8n: N8n, id: number): Promise<void> {
	const { dir } = await ensureN8n(n8n.version);
	const { Database } = createRequire(join(dir, 'package.json'))('sqlite3') as Sqlite;
	const database = new Database(join(n8n.userFolder, '.n8n', 'database.sqlite'));
	const table = (await tablePath(n8n)).split('/').at(-1);
	try {
		await new Promise<void>((resolve, reject) =>
			database.run(
				`update "data_table_user_${table}" set "updatedAt" = ? where id = ?`,
				[OLD.replace('T', ' ').replace('Z', ''), id],
				(error) => (error === null ? resolve() : reject(error)),
			),
		);
	} finally {
		database.close();
	}
}
