import { GatewayError } from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { ACCOUNTS_COLUMNS, EVENTS_COLUMNS, LIST_COLUMNS, MESSAGE_COLUMNS } from './columns';
import type { Database } from './database';
import { missingTable } from './errors';
import { quoted, tablesOf, type TableNames } from './names';
import type { Statement } from './statement';
import type { SqlTable } from './table';

/**
 * The tables of a store, in versions: what stands here once was released and is never changed, only
 * added to. Each migration is SQL without placeholders.
 */
const MIGRATIONS: ReadonlyArray<(names: TableNames) => string> = [firstVersion];

export const LATEST_VERSION = MIGRATIONS.length;

/** What of a table a store is made of. */
export function storeTables(
	names: TableNames,
): Record<'messages' | 'accounts' | 'events' | 'doNotContact', SqlTable> {
	const { messages, accounts, events, doNotContact } = tablesOf(names);
	return {
		messages: {
			name: messages,
			columns: MESSAGE_COLUMNS,
			unique: [['schedule_id'], ['deduplication_key', 'gateway', 'account']],
		},
		accounts: { name: accounts, columns: ACCOUNTS_COLUMNS, unique: [['gateway', 'account']] },
		events: { name: events, columns: EVENTS_COLUMNS, unique: [] },
		doNotContact: {
			name: doNotContact,
			columns: LIST_COLUMNS,
			unique: [['person', 'scope']],
		},
	};
}

/**
 * Makes sure that the tables are there and of our version.
 *
 * @param options `create`: whether to create what is missing, and bring what is older up to date
 * @throws InvalidParameterError naming *Table*; GatewayError where the tables are of a newer version
 */
export async function ensureTables(
	database: Database,
	names: TableNames,
	{ create }: { readonly create: boolean },
): Promise<void> {
	const known = (await database.run(versionSql(names))) as number | null;
	if (known === LATEST_VERSION) return;
	if (!create && known === null) throw missingTable(names);
	if (!create && known! < LATEST_VERSION) throw outdated(names, known!);
	const version =
		known !== null && known > LATEST_VERSION
			? known
			: Number((await database.runAll(migrationSql(names))).at(-1));
	if (version > LATEST_VERSION) throw newer(names, version);
	if (version < LATEST_VERSION) throw foreign(names);
}

/**
 * The version of the tables; null where there are none, 0 where it is not known. By the comment of the table of versions: a query
 * of a table that is missing would be an error, of which n8n passes on no more than the words.
 */
const versionSql = (names: TableNames): Statement => ({
	text: `select coalesce(split_part(obj_description(to_regclass($1), 'pg_class'), 'version ', 2), case when to_regclass($1) is null then 'null' else '0' end) as result`,
	values: [tablesOf(names).version],
});

/** Without its comment, as after a restore that leaves comments out, a table does not tell its version. */
const outdated = ({ table }: TableNames, version: number) =>
	new InvalidParameterError(
		'Table',
		version === 0
			? `"Table" is "${table}", whose version is not known: the table "${table}_version" has no comment, as after a restore from a backup without comments`
			: `"Table" is "${table}", whose tables are of version ${version}, and this package needs version ${LATEST_VERSION}`,
		`Run the operation "Schedule" once: it brings the tables up to date and keeps the messages. If n8n must not change tables, run the SQL in docs/postgresql.md as administrator.`,
	);

const newer = ({ table }: TableNames, version: number) =>
	new GatewayError(
		'unsupported',
		`The tables of "${table}" are of version ${version}, and this package knows them up to version ${LATEST_VERSION}`,
		{ hint: 'Update the package n8n-nodes-message-scheduler on every n8n that uses them.' },
	);

const foreign = ({ table }: TableNames) =>
	new InvalidParameterError(
		'Table',
		`"Table" is "${table}", whose tables this package did not create`,
	);

/**
 * Brings the tables up to date, whoever else is at it: under a lock that ends with the transaction,
 * since n8n's pool keeps no session. What is up to date already is left alone.
 */
export const migrationSql = (names: TableNames): Statement[] => {
	const { version } = tablesOf(names);
	return [
		{
			text: `select coalesce(nullif(pg_advisory_xact_lock(hashtextextended($1, 0))::text, ''), 'null') as result`,
			values: [version],
		},
		...MIGRATIONS.map((migrate, index) => ({
			text: stepSql(names, index + 1, migrate(names)),
			values: [],
		})),
		{ text: `select max(version)::text as result from ${version}`, values: [] },
	].flatMap(asOne);
};

/** A migration has no result of its own, and each statement needs one. */
const asOne = (statement: Statement): Statement[] =>
	statement.text.startsWith('do ')
		? [{ ...statement, text: `${statement.text};\nselect 'null' as result` }]
		: [statement];

/** The comment is written each time: a backup without comments may have been restored. */
const stepSql = (names: TableNames, version: number, sql: string): string => {
	const { version: table } = tablesOf(names);
	return `do $migration$ begin
create table if not exists ${table} (version integer primary key, migrated_at timestamptz not null default now());
if not exists (select from ${table} where version = ${version}) then
${sql}
insert into ${table} (version) values (${version});
end if;
execute format('comment on table %s is %L', $name$${table}$name$, 'n8n-nodes-message-scheduler, version ' || (select max(version) from ${table}));
end $migration$`;
};

/** The same as a script for psql, for who may not let n8n create tables. */
export const schemaScript = (names: TableNames): string =>
	[...MIGRATIONS.map((migrate, index) => stepSql(names, index + 1, migrate(names))), ''].join(
		';\n',
	);

/**
 * - `fillfactor`: each message is updated two or three times soon after it was inserted; room on its
 *   page keeps the new version near.
 * - autovacuum: a fiftieth of the rows instead of a fifth, so that dead versions never outnumber what is
 *   due, which would slow every look at it.
 */
const QUEUE_SETTINGS =
	'fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05';

function firstVersion(names: TableNames): string {
	const { messages, accounts, events, doNotContact } = tablesOf(names);
	const own = (name: string) => quoted(`${names.table}_${name}`);
	return `
create table ${messages} (
	id bigint generated always as identity primary key,
	created_at timestamptz(3) not null default now(),
	updated_at timestamptz(3) not null default now(),
	status text not null default 'scheduled',
	send_at timestamptz(3) not null,
	recipient text not null,
	content jsonb not null,
	failure text,
	sent_at timestamptz(3),
	timezone text,
	sending_window text,
	valid_for_minutes double precision,
	timezone_source text,
	frequency_cap text,
	do_not_contact text,
	gateway text not null,
	credential text,
	account text not null,
	reference text,
	group_name text,
	deduplication_key text,
	requested_at timestamptz(3),
	attempts double precision not null default 0,
	next_attempt_at timestamptz(3) default now(),
	schedule_id text not null default gen_random_uuid()::text,
	message_id text,
	queue_id text,
	claim_token text not null default '',
	send_started_at timestamptz(3),
	status_rank double precision not null default 10,
	constraint ${own('status_check')} check (status = lower(btrim(status)) and status <> ''),
	constraint ${own('key_check')} check (deduplication_key <> '')
) with (${QUEUE_SETTINGS});
create unique index ${own('schedule_id')} on ${messages} (schedule_id);
create unique index ${own('dedup_key')} on ${messages} (deduplication_key, gateway, account) where deduplication_key is not null;
create index ${own('by_status')} on ${messages} (gateway, account, status, send_at, id);
create index ${own('by_time')} on ${messages} (gateway, account, send_at, id);
create index ${own('by_recipient')} on ${messages} (gateway, account, recipient, send_at, id);
create index ${own('by_request')} on ${messages} (gateway, account, requested_at);
create index ${own('by_group')} on ${messages} (gateway, account, group_name, send_at, id) where group_name is not null;
create index ${own('by_message')} on ${messages} (message_id) where message_id is not null;
create index ${own('waiting')} on ${messages} (send_at) where status = 'scheduled';
create index ${own('unresolved')} on ${messages} (gateway, account, sent_at) where status = 'queued' and coalesce(message_id, '') = '';
create table ${accounts} (
	id bigint generated always as identity primary key,
	created_at timestamptz(3) not null default now(),
	updated_at timestamptz(3) not null default now(),
	gateway text not null,
	account text not null,
	credential text,
	paused_until timestamptz(3),
	pause_reason text,
	paused_at timestamptz(3),
	manual_pause_until timestamptz(3),
	manual_pause_note text,
	manual_paused_at timestamptz(3),
	last_run_at timestamptz(3),
	lease_until timestamptz(3),
	lease_holder text,
	state text
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200);
create unique index ${own('account')} on ${accounts} (gateway, account);
create table ${events} (
	id bigint generated always as identity primary key,
	created_at timestamptz(3) not null default now(),
	updated_at timestamptz(3) not null default now(),
	status text,
	recipient text,
	text text,
	failure text,
	sent_at timestamptz(3),
	gateway text,
	account text,
	reference text,
	message_id text,
	status_rank double precision
);
create index ${own('event')} on ${events} (message_id);
create table ${doNotContact} (
	id bigint generated always as identity primary key,
	created_at timestamptz(3) not null default now(),
	updated_at timestamptz(3) not null default now(),
	person text not null,
	scope text not null default 'all',
	reason text,
	source text,
	added_at timestamptz(3) default now(),
	moved_at timestamptz(3),
	constraint ${own('dnc_person')} check (person similar to '[+][1-9][0-9]{6,14}' or (person ~ '^[[:alnum:]]' and person ~ '[^0-9+() ./-]' and person ~ '[0-9@]' and person !~ '[[:space:]]|[+][0-9]' and lower(person) not similar to '[+]?[1-9][0-9]{6,14}@(c.us|s.whatsapp.net)' and lower(person) not similar to '%:[0-9]+@(lid|c.us|s.whatsapp.net)')),
	constraint ${own('dnc_scope')} check (scope in ('all', 'whatsapp', 'sms') or scope like 'account %/%')
);
create unique index ${own('dnc_key')} on ${doNotContact} (person, scope);`;
}
