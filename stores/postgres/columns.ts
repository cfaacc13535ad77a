import { DO_NOT_CONTACT_COLUMNS } from '../doNotContact/columns';
import { ACCOUNT_COLUMNS } from '../table/accounts';
import { COLUMNS, EVENT_COLUMNS, type ColumnName } from '../table/columns';
import { quoted } from './names';

/** A column of a table of the store, as SQL sees it. */
export interface SqlColumn {
	readonly name: string;
	readonly type: 'text' | 'timestamptz' | 'double precision' | 'boolean' | 'bigint';
	/** A field of the column `content`, which is JSON. */
	readonly isContent: boolean;
	/** It is never null. */
	readonly isRequired: boolean;
}

/** What a message cannot be without: where a Data Table has empty cells, a person meets an error. */
const REQUIRED: ReadonlySet<string> = new Set<ColumnName | 'id' | 'createdAt' | 'updatedAt'>([
	'id',
	'createdAt',
	'updatedAt',
	'status',
	'status_rank',
	'send_at',
	'schedule_id',
	'recipient',
	'gateway',
	'account',
	'claim_token',
	'attempts',
]);

/** What a message says: read and written together, and never looked for but by *Get Many*. */
const CONTENT: ReadonlySet<string> = new Set<ColumnName>([
	'type',
	'text',
	'media_url',
	'media_id',
	'caption',
	'file_name',
	'template',
	'replacement_template',
	'replaced_at',
]);

const TYPES = {
	string: 'text',
	date: 'timestamptz',
	number: 'double precision',
	boolean: 'boolean',
} as const;

/** The columns that every table has beside its own, as a Data Table of n8n. */
const OWN: readonly SqlColumn[] = [
	{ name: 'id', type: 'bigint', isContent: false, isRequired: true },
	{ name: 'createdAt', type: 'timestamptz', isContent: false, isRequired: true },
	{ name: 'updatedAt', type: 'timestamptz', isContent: false, isRequired: true },
];

/** The columns of one table by their names. */
export type SqlColumns = ReadonlyMap<string, SqlColumn>;

const columnsOf = (
	columns: ReadonlyArray<{ readonly name: string; readonly type: keyof typeof TYPES }>,
	content: ReadonlySet<string> = new Set(),
	required: ReadonlySet<string> = new Set(),
): SqlColumns =>
	new Map(
		[
			...OWN,
			...columns.map(({ name, type }) => ({
				name,
				type: TYPES[type],
				isContent: content.has(name),
				isRequired: required.has(name),
			})),
		].map((column) => [column.name, column]),
	);

export const MESSAGE_COLUMNS = columnsOf(COLUMNS, CONTENT, REQUIRED);
export const EVENTS_COLUMNS = columnsOf(EVENT_COLUMNS);
export const LIST_COLUMNS = columnsOf(
	DO_NOT_CONTACT_COLUMNS,
	new Set(),
	new Set(['person', 'scope']),
);
export const ACCOUNTS_COLUMNS = columnsOf(ACCOUNT_COLUMNS);

/** The column as SQL writes it: n8n's own two in PostgreSQL's spelling. */
export const columnName = ({ name }: SqlColumn): string =>
	quoted(name === 'createdAt' ? 'created_at' : name === 'updatedAt' ? 'updated_at' : name);

/** The value of a column of the row `alias`. */
export const valueOf = (column: SqlColumn, alias: string): string =>
	column.isContent ? `(${alias}.content->>'${column.name}')` : `${alias}.${columnName(column)}`;
