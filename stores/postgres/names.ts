import { InvalidParameterError } from '../../messages/invalidParameterError';

/** Where the tables are. Both names are valid once {@link parseTableNames} has returned them. */
export interface TableNames {
	readonly schema: string;
	/** Of the table of messages; the others' names begin with it. */
	readonly table: string;
}

export const DEFAULT_SCHEMA = 'public';
export const DEFAULT_TABLE_NAME = 'scheduled_messages';

/** PostgreSQL cuts names off after 63 bytes; the longest that we append, for an index, has 16. */
const MAX_NAME_LENGTH = 46;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * @throws InvalidParameterError naming *Schema* or *Table*
 */
export const parseTableNames = (schema: unknown, table: unknown): TableNames => ({
	schema: parseName('Schema', schema, DEFAULT_SCHEMA),
	table: parseName('Table', table, DEFAULT_TABLE_NAME),
});

function parseName(parameter: string, given: unknown, example: string): string {
	const name = typeof given === 'string' || typeof given === 'number' ? String(given).trim() : '';
	if (name.length <= MAX_NAME_LENGTH && NAME.test(name)) return name;
	const shown = name === '' ? 'empty' : `"${name.slice(0, 60)}"`;
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is ${shown}. Use letters, digits and underscores, beginning with a letter, at most ${MAX_NAME_LENGTH} of them, e.g. ${example}.`,
	);
}

/** A name as SQL writes it. Names are checked before; quotes keep upper case and reserved words. */
export const quoted = (name: string): string => `"${name.replace(/"/g, '""')}"`;

/** The full name of a table. */
export const qualified = ({ schema }: TableNames, table: string): string =>
	`${quoted(schema)}.${quoted(table)}`;

/** The tables of one store. */
export const tablesOf = (names: TableNames) => ({
	messages: qualified(names, names.table),
	accounts: qualified(names, `${names.table}_accounts`),
	events: qualified(names, `${names.table}_events`),
	doNotContact: qualified(names, `${names.table}_do_not_contact`),
	version: qualified(names, `${names.table}_version`),
});
