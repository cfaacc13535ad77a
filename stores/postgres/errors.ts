import { GatewayError, type GatewayErrorKind } from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { DuplicateKeyError } from '../duplicateKey';
import { qualified, quoted, type TableNames } from './names';

/** PostgreSQL, or the way to it, did not do what was asked. */
export class SqlError extends Error {
	/**
	 * @param state PostgreSQL's SQLSTATE, whatever language its words are in; null if it gave none
	 *   https://www.postgresql.org/docs/current/errcodes-appendix.html
	 */
	constructor(
		readonly state: string | null,
		message: string,
	) {
		super(message);
		this.name = 'SqlError';
	}
}

function stateOf(error: unknown): string | null {
	if (error instanceof SqlError) return error.state;
	return error instanceof GatewayError ? (error.details.code ?? null) : null;
}

/** Another transaction was in the way and this one was undone: it may be run again as it is. */
export const isTransient = (error: unknown): boolean =>
	['40001', '40P01'].includes(stateOf(error) ?? '');

/** Whether the statement certainly changed nothing, also as {@link explain} says it: of a lost connection nobody knows. */
export function isRolledBack(error: unknown): boolean {
	if (error instanceof DuplicateKeyError) return true;
	const state = stateOf(error);
	return state !== null && !['08', '57', '58', 'XX'].includes(state.slice(0, 2));
}

/**
 * The SQLSTATE of an error: the driver's own where it is there. n8n passes on no more than the words, which
 * are English unless the server is set otherwise; then it stays unknown, and the words are told as they are.
 */
export function sqlStateOf(error: unknown): string | null {
	let each = error as { code?: unknown; cause?: unknown } | null | undefined;
	for (let depth = 0; depth < MAX_CAUSES && typeof each === 'object' && each !== null; depth++) {
		if (typeof each.code === 'string' && SQLSTATE.test(each.code)) return each.code;
		each = each.cause as typeof each;
	}
	const words = error instanceof Error ? error.message : String(error);
	return STATE_BY_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

const MAX_CAUSES = 5;
/** Not the codes of Node such as EPIPE. */
const SQLSTATE = /^(?:[0-5][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** PostgreSQL's words for what {@link explain} knows. */
const STATE_BY_WORDS: ReadonlyArray<readonly [RegExp, string]> = [
	[/deadlock detected/, '40P01'],
	[/could not serialize access/, '40001'],
	[/duplicate key value/, '23505'],
	[/violates (?:not-null|check)|null value in column/, '23514'],
	[/read-only transaction/, '25006'],
	[/no pg_hba\.conf entry/, '28000'],
	[/password authentication failed|role ".*" does not exist/, '28P01'],
	[/database ".*" does not exist/, '3D000'],
	[/schema ".*" does not exist/, '3F000'],
	// Before its relation: `column "x" of relation "y" does not exist`.
	[/column .* does not exist/, '42703'],
	[/relation ".*" does not exist/, '42P01'],
	[/permission denied|must be owner/, '42501'],
	[/no space left on device/i, '53100'],
	[/too many (?:clients|connections)|remaining connection slots/, '53300'],
	[/lock timeout/, '55P03'],
	[/statement timeout/, '57014'],
	[/terminating connection/, '57P01'],
	[/starting up|shutting down|in recovery mode|not yet accepting connections/, '57P03'],
];

interface Explanation {
	readonly what: string;
	readonly todo: string;
	readonly kind?: GatewayErrorKind;
}

/** What happened and what to do, for what an administrator can set right. */
export function explain(error: SqlError, names: TableNames): GatewayError | InvalidParameterError {
	const { state, message } = error;
	if (state === '42P01') return missingTable(names);
	if (state === '23505') {
		return new DuplicateKeyError(
			`Another message in PostgreSQL has the same schedule id or deduplication key, so nothing was changed. ${words(message)}`,
		);
	}
	if (state === '3F000') {
		const schema = quoted(names.schema);
		return new InvalidParameterError(
			'Schema',
			`"Schema" is "${names.schema}", which the database does not have`,
			`Enter another schema, or run as administrator: create schema ${schema}; grant usage, create on schema ${schema} to <user of the credential>;`,
		);
	}
	const found =
		(state === null ? undefined : BY_STATE[state]) ??
		BY_WORDS.find(([words]) => words.test(message))?.[1] ??
		(state === null ? UNKNOWN : undefined);
	const {
		what,
		todo,
		kind = 'unavailable',
	} = typeof found === 'function' ? found(names) : (found ?? OTHER);
	return new GatewayError(
		kind,
		`The PostgreSQL store is not available: ${what}. ${words(message)}`,
		{
			hint: todo,
			code: state ?? undefined,
		},
	);
}

/** PostgreSQL's own words, after ours. */
const words = (message: string): string =>
	`PostgreSQL: "${message.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 200)}"`;

export const missingTable = ({ schema, table }: TableNames) =>
	new InvalidParameterError(
		'Table',
		`"Table" is "${table}", and the schema "${schema}" has no such table of messages`,
		'Check "Schema" and "Table", or schedule a message first: only the operation "Schedule" creates the tables.',
	);

const grants = (names: TableNames): Explanation => ({
	what: 'the user of the credential lacks a right',
	todo: `Run as administrator, with that user's name: ${grantSql(names)} If n8n must not create tables, create them by the SQL in docs/postgresql.md.`,
});

/** What an administrator grants to the user of n8n's credential. */
export const grantSql = (names: TableNames): string => {
	const schema = quoted(names.schema);
	return `grant usage, create on schema ${schema} to <user>; grant select, insert, update, delete on all tables in schema ${schema} to <user>; (all tables: ${qualified(names, names.table)} and those beside it)`;
};

const LOGIN: Explanation = {
	what: 'the user or the password of the credential is not accepted',
	todo: 'Correct the Postgres credential of the store workflow.',
};
const TLS: Explanation = {
	what: 'the server and the credential differ in whether the connection is encrypted, or from where it may come',
	todo: 'Set "SSL" of the Postgres credential to "Require" if the server demands TLS, or to "Disable" if it has none. If that is right, allow the address of n8n in pg_hba.conf.',
};
const STARTING: Explanation = {
	what: 'the server is starting, stopping or was restarted',
	todo: '"Send Due" continues with its next execution. Anything else may or may not have been written: check with "Get Many" before you run the workflow again.',
};
const READ_ONLY: Explanation = {
	what: 'the server takes no changes, as a read-only replica',
	todo: 'Enter the host of the primary server in the Postgres credential.',
};
const FULL: Explanation = {
	what: "the server's disk is full",
	todo: 'Make room on it. The operation "Purge" removes old messages.',
};
const TOO_MANY: Explanation = {
	what: 'the server has no connection left',
	todo: 'Lower "Maximum Number of Connections" of the Postgres credential, or raise max_connections of the server.',
};
const UNREACHABLE: Explanation = {
	what: 'the server does not answer at the address of the credential',
	todo: 'Check host and port of the Postgres credential, and whether the server runs and n8n may reach it.',
	kind: 'unreachable',
};
const NO_DATABASE: Explanation = {
	what: 'the server has no database of the name in the credential',
	todo: 'Correct "Database" of the Postgres credential.',
};
const BUSY: Explanation = {
	what: 'other transactions held the rows for too long',
	todo: 'Run it again. If it stays so, look in pg_stat_activity for a transaction that was left open.',
};
const OTHER: Explanation = {
	what: 'the query failed',
	todo: 'Look at the tables in PostgreSQL: their columns must be as this package created them.',
};
const UNKNOWN: Explanation = {
	what: 'the store workflow failed',
	todo: 'Open the store workflow and check its Postgres node and the credential.',
};

const BY_STATE: Readonly<
	Record<string, Explanation | ((names: TableNames) => Explanation) | undefined>
> = {
	'08001': UNREACHABLE,
	'08006': STARTING,
	'23514': OTHER,
	'25006': READ_ONLY,
	// Also "no pg_hba.conf entry for host …, no encryption".
	'28000': TLS,
	'28P01': LOGIN,
	'3D000': NO_DATABASE,
	'40001': BUSY,
	'40P01': BUSY,
	'42501': grants,
	'53100': FULL,
	'53300': TOO_MANY,
	'55P03': BUSY,
	'57014': BUSY,
	'57P01': STARTING,
	'57P02': STARTING,
	'57P03': STARTING,
};

/** What Node and the driver say without a SQLSTATE. */
const BY_WORDS: ReadonlyArray<readonly [RegExp, Explanation]> = [
	[
		/ECONNREFUSED|connection refused|ENOTFOUND|host not found|EHOSTUNREACH|ETIMEDOUT|timed out|timeout/i,
		UNREACHABLE,
	],
	[/does not support SSL|self.signed|certificate|SSL|TLS/i, TLS],
	[/terminated|ECONNRESET|EPIPE|connection (?:ended|closed)|starting up|shutting down/i, STARTING],
	[/password|SASL|SCRAM|authentication/i, LOGIN],
];
