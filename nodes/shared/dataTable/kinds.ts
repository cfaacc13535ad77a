import type { IDataObject } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import { ACCOUNT_COLUMNS, type AccountColumn } from '../../../stores/table/accounts';
import { COLUMNS, EVENT_COLUMNS, type ColumnName } from '../../../stores/table/columns';

/** The default name of the table of messages. */
export const DEFAULT_TABLE = 'scheduled_messages';

/** Which table a user means: by its name, or by the id that n8n gave it. */
export interface TableRef {
	readonly by: 'name' | 'id';
	readonly value: string;
}

/** The purpose of a table, and the columns that it needs. */
export interface TableKind<C extends string> {
	/** The name of the parameter with the table's name, for errors. */
	readonly parameter: string;
	/** What the rows are, for errors. */
	readonly rows: string;
	readonly columns: ReadonlyArray<{
		readonly name: C;
		readonly type: 'string' | 'number' | 'boolean' | 'date';
	}>;
}

/** A table of messages. */
export const MESSAGES: TableKind<ColumnName> = {
	parameter: 'Data Table',
	rows: 'messages',
	columns: COLUMNS,
};

/** The table of status events beside a table of messages. */
export const EVENTS: TableKind<ColumnName> = {
	parameter: 'Data Table',
	rows: 'status events',
	columns: EVENT_COLUMNS,
};

/** The table of accounts beside a table of messages. */
export const ACCOUNTS: TableKind<AccountColumn> = {
	parameter: 'Data Table',
	rows: 'accounts',
	columns: ACCOUNT_COLUMNS,
};

/** The list Do Not Contact beside a table of messages. */
export const DO_NOT_CONTACT: TableKind<DoNotContactColumn> = {
	parameter: 'Data Table',
	rows: 'people',
	columns: DO_NOT_CONTACT_COLUMNS,
};

/** Columns that a table lacks, or has with another type. */
function lacking<C extends string>(
	columns: unknown,
	needed: TableKind<C>['columns'],
): TableKind<C>['columns'] {
	const found = new Map(
		(Array.isArray(columns) ? columns : []).map((column: { name?: unknown; type?: unknown }) => [
			column.name,
			column.type,
		]),
	);
	return needed.filter((column) => found.get(column.name) !== column.type);
}

/** Whether a table that n8n lists has what messages need. */
export const storesMessages = ({ columns }: IDataObject): boolean =>
	lacking(columns, COLUMNS).length === 0;

/**
 * Whether it has most of that, and the ids of messages: an earlier version may have created it, or a person has removed
 * a column.
 */
export function mayStoreMessages({ columns }: IDataObject): boolean {
	const wrong = lacking(columns, COLUMNS);
	return wrong.length * 2 <= COLUMNS.length && wrong.every(({ name }) => name !== 'schedule_id');
}

/**
 * Checks an existing table, which may have been created for something else.
 *
 * @throws InvalidParameterError naming the kind's parameter
 */
export function assertColumns<C extends string>(
	name: string,
	columns: unknown,
	{ parameter, rows, columns: needed }: TableKind<C>,
): void {
	const wrong = lacking(columns, needed);
	if (wrong.length === 0) return;
	const first = wrong.slice(0, MAX_NAMED).map((column) => `${column.name} (${column.type})`);
	const count = `${wrong.length} ${wrong.length === 1 ? 'column' : 'columns'}`;
	const missing = `it lacks ${count} for ${rows}${wrong.length > MAX_NAMED ? ', among them' : ':'} ${first.join(', ')}`;
	throw new InvalidParameterError(
		parameter,
		wrong.length * 2 > needed.length
			? `"${parameter}" is "${name}", which is a table for other data: ${missing}. Enter another name.`
			: `"${parameter}" is "${name}", but ${missing}. Add ${wrong.length === 1 ? 'it' : 'them'} in n8n, or enter another name.`,
	);
}

/** More missing columns than these are only counted. */
const MAX_NAMED = 3;
