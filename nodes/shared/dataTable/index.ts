import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { shorten } from '../../../messages/text';
import { settle } from '../../../messages/settle';
import { doNotContactTableName } from '../../../stores/doNotContact/columns';
import type { MessageTable, Table } from '../../../stores/table/table';
import { noSuchTable, tableUnavailable } from './errors';
import { isExpression } from './filters';
import {
	assertColumns,
	EVENTS,
	MESSAGES,
	mayStoreMessages,
	type TableKind,
	type TableRef,
} from './kinds';
import { tableById } from './rows';
import { runDataTableNodes } from './subWorkflow';

export { ACCOUNTS, DEFAULT_TABLE, DO_NOT_CONTACT, type TableRef } from './kinds';
export { tableById } from './rows';

/** A table of messages, and the name under which the tables beside it are found. */
export interface NamedTable extends MessageTable {
	readonly name: string;
	/** The list Do Not Contact beside it, as found with the table; null if there was none. */
	readonly listId: string | null;
}

/**
 * The table of messages that a user means, with the one for events beside it, which is created when it is
 * needed.
 *
 * @param options `create`: whether to create a table if none has that name
 * @throws InvalidParameterError naming *Data Table*; GatewayError as {@link openTableOf}
 */
export async function openTable(
	context: IExecuteFunctions,
	ref: TableRef,
	{ create }: { readonly create: boolean },
): Promise<NamedTable> {
	assertNoExpression(MESSAGES.parameter, ref.value);
	const listed = await listTables(context, ref.by === 'name' ? ref.value : undefined);
	const found =
		listed.find((table) => table[ref.by] === ref.value) ??
		(create && ref.by === 'name' ? await createTable(context, ref.value, MESSAGES) : undefined);
	if (found === undefined) throw noSuchTable(ref, await listTables(context));
	const name = String(found.name ?? ref.value);
	const events = `${name}_events`;
	let opened: MessageTable | null = null;
	return {
		...asTable(context, name, found, MESSAGES),
		name,
		listId: listIdOf(listed, name),
		events: async ({ create: createEvents }) => {
			if (opened !== null) return opened;
			if (createEvents) return (opened = await openTableOf(context, events, EVENTS));
			const id = (await findTable(context, events))?.id;
			return (opened = typeof id === 'string' ? tableById(context, id) : null);
		},
	};
}

/** The list Do Not Contact of a table of messages, among listed tables. */
function listIdOf(listed: readonly IDataObject[], messages: string): string | null {
	const name = doNotContactTableName(messages);
	const id = listed.find((table) => table.name === name)?.id;
	return typeof id === 'string' ? id : null;
}

/**
 * The project's tables of messages, the one with the likeliest name first, then the last changed; also those that lack
 * some of the columns, so that their messages are not said to be nowhere.
 */
export async function messageTables(
	context: IExecuteFunctions,
	likeliest: string,
): Promise<MessageTableRef[]> {
	const rank = ({ name, updatedAt }: IDataObject) =>
		name === likeliest ? Infinity : new Date(updatedAt as string).getTime() || 0;
	const listed = await listTables(context);
	return listed
		.filter(mayStoreMessages)
		.sort((one, other) => rank(other) - rank(one))
		.map(({ id, name, columns }) => ({
			id: String(id),
			name: String(name),
			listId: listIdOf(listed, String(name)),
			assertColumns: () => assertColumns(String(name), columns, MESSAGES),
		}));
}

/** A table of messages among the project's. */
export interface MessageTableRef extends Pick<NamedTable, 'id' | 'name' | 'listId'> {
	/** @throws InvalidParameterError naming the columns that it lacks */
	assertColumns(): void;
}

/**
 * The Data Table of that name in the workflow's project: created if it does not exist, otherwise with its
 * columns checked.
 *
 * @throws InvalidParameterError naming the kind's parameter; GatewayError, of kind `unsupported` if n8n
 *   has no Data Tables, otherwise `unavailable`
 */
export async function openTableOf<C extends string>(
	context: IExecuteFunctions,
	name: string,
	kind: TableKind<C>,
): Promise<Table<C>> {
	assertNoExpression(kind.parameter, name);
	const table = (await findTable(context, name)) ?? (await createTable(context, name, kind));
	return asTable(context, name, table, kind);
}

function asTable<C extends string>(
	context: IExecuteFunctions,
	name: string,
	{ id, columns }: IDataObject,
	kind: TableKind<C>,
): Table<C> {
	if (typeof id !== 'string') throw tableUnavailable('n8n did not return the id of the table');
	assertColumns(name, columns, kind);
	return tableById<C>(context, id);
}

/**
 * The table of exactly that name. Not by the node's option *Reuse Existing Tables*, which checks only the
 * first table whose name contains this one, and then creates a second one, which n8n rejects.
 */
const findTable = async (
	context: IExecuteFunctions,
	name: string,
): Promise<IDataObject | undefined> =>
	(await listTables(context, name)).find((table) => table.name === name);

/** The tables of the workflow's project, or those whose name contains a text. */
const listTables = async (
	context: IExecuteFunctions,
	nameContains?: string,
): Promise<IDataObject[]> =>
	(
		await runDataTableNodes(context, [
			{
				resource: 'table',
				operation: 'list',
				returnAll: true,
				options: nameContains === undefined ? {} : { filterName: nameContains },
			},
		])
	).map(({ json }) => json);

async function createTable(
	context: IExecuteFunctions,
	name: string,
	{ columns }: Pick<TableKind<string>, 'columns'>,
): Promise<IDataObject> {
	const created = await settle(
		runDataTableNodes(context, [
			{
				resource: 'table',
				operation: 'create',
				tableName: name,
				columns: { column: columns.map(({ name: column, type }) => ({ name: column, type })) },
				options: { createIfNotExists: false },
			},
		]),
	);
	if (created.ok) return created.value[0]?.json ?? {};
	// Another execution may have created it in between.
	const table = await findTable(context, name);
	if (table === undefined) throw created.error;
	return table;
}

function assertNoExpression(parameter: string, value: string): void {
	if (!isExpression(value)) return;
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is "${shorten(value)}". Enter a name that does not begin with "=".`,
	);
}

/** The table of that name; null if there is none. Creates nothing and checks no column. */
export async function findTableOf<C extends string>(
	context: IExecuteFunctions,
	name: string,
): Promise<Table<C> | null> {
	const id = (await findTable(context, name))?.id;
	return typeof id === 'string' ? tableById<C>(context, id) : null;
}
