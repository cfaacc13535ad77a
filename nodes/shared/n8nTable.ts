import type {
	ExecuteWorkflowData,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { nearestName } from '../../messages/distance';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { settle } from '../../stores/settle';
import { ACCOUNT_COLUMNS, type AccountColumn } from '../../stores/table/accounts';
import { COLUMNS, EVENT_COLUMNS, type ColumnName } from '../../stores/table/columns';
import type {
	ConditionalUpdate,
	Condition,
	MessageTable,
	RowOf,
	Table,
} from '../../stores/table/table';

/**
 * n8n lets only its own Data Table node reach Data Tables, so each access is a short inline
 * sub-workflow with that node. It runs in the same process and leaves no row in the executions list.
 */
const TABLE_NODE = 'n8n-nodes-base.dataTable';
/** The first that gives dates as such; an n8n before 2.3 has none that can make a table. */
const TABLE_NODE_VERSION = 1.1;

/** What a table is for, and what it needs. */
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

const MESSAGES: TableKind<ColumnName> = {
	parameter: 'Data Table',
	rows: 'messages',
	columns: COLUMNS,
};

const EVENTS: TableKind<ColumnName> = {
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

/** Which table a user means: by its name, or by the id that n8n gave it. */
export interface TableRef {
	readonly by: 'name' | 'id';
	readonly value: string;
}

/** A table of messages, and the name under which the tables beside it are found. */
export interface NamedTable extends MessageTable {
	readonly name: string;
}

/**
 * The table of messages that a user means, with the one for events beside it, which is created where it
 * is needed.
 *
 * @param options `create`: whether a name that no table has is given to a new one
 * @throws InvalidParameterError naming *Data Table*; GatewayError as {@link openTableOf}
 */
export async function openTable(
	context: IExecuteFunctions,
	ref: TableRef,
	{ create }: { readonly create: boolean },
): Promise<NamedTable> {
	assertNoExpression(MESSAGES.parameter, ref.value);
	const found =
		(await findMeant(context, ref)) ??
		(create && ref.by === 'name' ? await createTable(context, ref.value, MESSAGES) : undefined);
	if (found === undefined) throw noSuchTable(ref, await listTables(context));
	const name = String(found.name ?? ref.value);
	const events = `${name}_events`;
	let opened: MessageTable | null = null;
	return {
		...asTable(context, name, found, MESSAGES),
		name,
		events: async ({ create: createEvents }) => {
			if (opened !== null) return opened;
			if (createEvents) return (opened = await openTableOf(context, events, EVENTS));
			const id = (await findTable(context, events))?.id;
			return (opened = typeof id === 'string' ? tableById(context, id) : null);
		},
	};
}

const findMeant = async (
	context: IExecuteFunctions,
	{ by, value }: TableRef,
): Promise<IDataObject | undefined> =>
	by === 'name'
		? await findTable(context, value)
		: (await listTables(context)).find(({ id }) => id === value);

/** The project's tables of messages, the one of the likeliest name first, then the last changed. */
export async function messageTables(
	context: IExecuteFunctions,
	likeliest: string,
): Promise<Array<{ readonly id: string; readonly name: string }>> {
	const rank = ({ name, updatedAt }: IDataObject) =>
		name === likeliest ? Infinity : new Date(updatedAt as string).getTime() || 0;
	return (await listTables(context))
		.filter((table) => lacking(table.columns, COLUMNS).length === 0)
		.sort((one, other) => rank(other) - rank(one))
		.map(({ id, name }) => ({ id: String(id), name: String(name) }));
}

/**
 * The Data Table of that name in the workflow's project: created where it is missing, its columns
 * checked where it is there.
 *
 * @throws InvalidParameterError naming the kind's parameter; GatewayError, of kind `unsupported` where
 *   n8n has no Data Tables, else `unavailable`
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
	if (typeof id !== 'string') throw tableUnavailable('it did not tell the id of the table');
	assertColumns(name, columns, kind);
	return tableById<C>(context, id);
}

function assertNoExpression(parameter: string, value: string): void {
	if (!isExpression(value)) return;
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is "${value.slice(0, 40)}". The name of a table does not begin with "=".`,
	);
}

/** Says which tables there are instead of one that is not there. */
function noSuchTable(
	{ by, value }: TableRef,
	tables: readonly IDataObject[],
): InvalidParameterError {
	const { parameter } = MESSAGES;
	const given = `"${parameter}" is ${by === 'id' ? 'the ID ' : ''}"${value}", and this project has no such table.`;
	const names = tables
		.filter(({ columns }) => lacking(columns, COLUMNS).length === 0)
		.map(({ name }) => String(name));
	const otherwise = tables.find(({ id, name }) => (by === 'id' ? name : id) === value);
	const near = nearestName(value, names);
	const advice =
		otherwise !== undefined
			? `That is the ${by === 'id' ? 'name' : 'ID'} of a table: choose "${by === 'id' ? 'By Name' : 'By ID'}".`
			: near !== undefined
				? `Did you mean "${near}"?`
				: names.length > 0
					? `These tables store messages: ${listed(names.sort())}.`
					: 'No table of it stores messages yet: schedule a message first, or look whether this workflow is in the project of the table.';
	return new InvalidParameterError(
		parameter,
		`${given} ${advice} Only the operation "Schedule" creates a table.`,
	);
}

const MAX_LISTED = 5;

const listed = (names: readonly string[]): string =>
	names
		.slice(0, MAX_LISTED)
		.map((name) => `"${name}"`)
		.join(', ') + (names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '');

/**
 * The table of exactly that name. Not by the node's own *Reuse Existing Tables*: that looks at the first
 * of all tables whose name contains this one, and then makes a second one, which n8n refuses.
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
	// Another execution may have made it in between.
	const table = await findTable(context, name);
	if (table === undefined) throw created.error;
	return table;
}

/** The Data Table with that id. */
export function tableById<C extends string = ColumnName>(
	context: IExecuteFunctions,
	id: string,
): Table<C> {
	const at = { __rl: true, mode: 'id', value: id };
	const rows = async (parameters: INodeParameters, items?: IDataObject[]) =>
		await runDataTableNodes(context, [{ resource: 'row', dataTableId: at, ...parameters }], items);
	const selectEither = async (conditions: ReadonlyArray<Condition<C>>): Promise<Array<RowOf<C>>> =>
		conditions.length === 0
			? []
			: (
					await retryOnSyncError(
						async () =>
							await rows(
								{
									operation: 'get',
									matchType: 'anyCondition',
									filters: toFilters([conditions]),
									returnAll: true,
								},
								[whereOf(conditions)],
							),
					)
				).map(toRow<C>);
	return {
		id,

		insert: async (values) =>
			(
				await rows(
					{ operation: 'insert', columns: { mappingMode: 'autoMapInputData', value: null } },
					values.map((row) => ({ ...row })),
				)
			).map(toRow<C>),

		select: async (conditions, limit, by = 'id') =>
			(
				await retryOnSyncError(
					async () =>
						await rows(
							{
								operation: 'get',
								matchType: 'allConditions',
								filters: toFilters([conditions]),
								returnAll: false,
								limit,
								orderBy: true,
								orderByColumn: by,
								orderByDirection: 'ASC',
							},
							[whereOf(conditions)],
						),
				)
			).map(toRow<C>),

		selectAny: async (column, values) =>
			await selectEither(values.map((value) => ({ column, is: 'eq', value }))),

		selectEither,

		update: async (changes) => {
			const matched: Array<Array<RowOf<C>>> = [];
			for (const alike of groupSimilar(changes)) {
				const updated = await rows(
					{
						operation: 'update',
						matchType: 'allConditions',
						filters: toFilters(alike.map(({ where }) => where)),
						columns: { mappingMode: 'defineBelow', value: '={{ $json.values }}' },
					},
					alike.map(({ where, values }) => ({ ...whereOf(where), values: { ...values } })),
				);
				const ofEach = alike.map((): Array<RowOf<C>> => []);
				for (const item of updated) ofEach[indexOf(item.pairedItem)].push(toRow<C>(item));
				matched.push(...ofEach);
			}
			return matched;
		},

		remove: async (conditions) =>
			(
				await rows(
					{
						operation: 'deleteRows',
						matchType: 'allConditions',
						filters: toFilters([conditions]),
					},
					[whereOf(conditions)],
				)
			).length,
	};
}

const MAX_READS = 5;

/**
 * The Data Table node asks how many rows there are after it has read some, and gives up where others
 * have changed that in between, as dispatchers of several processes do all the time.
 */
async function retryOnSyncError<T>(read: () => Promise<T>): Promise<T> {
	for (let reads = 1; ; reads++) {
		const outcome = await settle(read());
		if (outcome.ok) return outcome.value;
		if (reads === MAX_READS || !/synchronization error/i.test(String(outcome.error))) {
			throw outcome.error;
		}
	}
}

/** Changes that follow one another and differ in values only, so that one node can make them. */
function groupSimilar<C extends string>(
	changes: ReadonlyArray<ConditionalUpdate<C>>,
): Array<Array<ConditionalUpdate<C>>> {
	const shape = ({ where }: ConditionalUpdate<C>) =>
		where.map(({ column, is }) => `${column} ${is}`).join();
	const runs: Array<Array<ConditionalUpdate<C>>> = [];
	for (const change of changes) {
		const last = runs[runs.length - 1];
		if (last !== undefined && shape(last[0]) === shape(change)) last.push(change);
		else runs.push([change]);
	}
	return runs;
}

/**
 * The conditions of all items as parameters. An expression costs n8n milliseconds, so there is one
 * only where the items differ, or where a value could be taken for an expression itself: message ids
 * come from outside.
 */
const toFilters = (all: ReadonlyArray<ReadonlyArray<Condition<string>>>) =>
	({
		conditions: all[0].map(({ column, is, value }, index) => ({
			keyName: column,
			condition: is,
			keyValue:
				!isExpression(value) && all.every((conditions) => conditions[index].value === value)
					? value
					: `={{ $json.where[${index}] }}`,
		})),
	}) as unknown as INodeParameters;

/** What the expressions of {@link toFilters} read. */
const whereOf = (conditions: ReadonlyArray<Condition<string>>) => ({
	where: conditions.map(({ value }) => value),
});

/** n8n evaluates every parameter that begins so. */
const isExpression = (value: unknown) => typeof value === 'string' && value.startsWith('=');

const toRow = <C extends string>({ json }: INodeExecutionData): RowOf<C> =>
	Object.fromEntries(
		// Some of its operations give dates as objects, whose text has no milliseconds.
		Object.entries(json).map(([name, cell]) => [
			name,
			(cell as unknown) instanceof Date ? (cell as unknown as Date).toISOString() : cell,
		]),
	) as unknown as RowOf<C>;

const indexOf = (pairedItem: INodeExecutionData['pairedItem']): number => {
	const first = Array.isArray(pairedItem) ? pairedItem[0] : pairedItem;
	return typeof first === 'number' ? first : (first?.item ?? 0);
};

/** Runs Data Table nodes one after the other on the items, and gives the last one's output. */
async function runDataTableNodes(
	context: IExecuteFunctions,
	chain: INodeParameters[],
	items: IDataObject[] = [{}],
): Promise<INodeExecutionData[]> {
	const nodes = [START, ...chain.map(tableNode)];
	const connections = Object.fromEntries(
		nodes
			.slice(0, -1)
			.map(({ name }, index) => [
				name,
				{ main: [[{ node: nodes[index + 1].name, type: 'main' as const, index: 0 }]] },
			]),
	);
	const outcome = await settle<ExecuteWorkflowData>(
		context.executeWorkflow(
			{
				code: {
					nodes,
					connections,
					settings: {
						executionOrder: 'v1',
						saveDataSuccessExecution: 'none',
						saveDataErrorExecution: 'none',
						saveManualExecutions: false,
					},
				} as never,
			},
			items.map((json, item) => ({ json, pairedItem: { item } })),
		),
	);
	if (!outcome.ok) throw asTableError(outcome.error);
	return outcome.value.data[0] ?? [];
}

const START: INode = {
	id: 'start',
	name: 'Start',
	type: 'n8n-nodes-base.executeWorkflowTrigger',
	typeVersion: 1.1,
	position: [0, 0],
	parameters: { inputSource: 'passthrough' },
};

const tableNode = (parameters: INodeParameters, index: number): INode => ({
	id: `table-${index}`,
	name: `Table ${index}`,
	type: TABLE_NODE,
	typeVersion: TABLE_NODE_VERSION,
	position: [220 * (index + 1), 0],
	parameters,
});

/** Columns that a table does not have, or has with another type. */
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

/** A table that was there before, perhaps made for something else. */
function assertColumns<C extends string>(
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
			? `"${parameter}" is "${name}", another table of yours: ${missing}. Enter another name.`
			: `"${parameter}" is "${name}", but ${missing}. Add ${wrong.length === 1 ? 'it' : 'them'} in n8n, or enter another name.`,
	);
}

/** More missing columns than these are only counted. */
const MAX_NAMED = 3;

/** Says in words why the table cannot be reached. */
function asTableError(error: unknown): unknown {
	if (error instanceof InvalidParameterError || error instanceof GatewayError) return error;
	const words = error instanceof Error ? error.message : String(error);
	// The last is what an older Data Table node says to an operation that it does not have.
	if (/unrecogni[sz]ed node type|unknown node type|could not get parameter/i.test(words)) {
		return tableUnavailable(
			'its Data Table node is missing, or cannot make tables, as it can since n8n 2.3',
			'Update n8n, or hold the messages in the gateway.',
			'unsupported',
		);
	}
	if (/could not be found in this project/i.test(words)) {
		return tableUnavailable(
			'the table was deleted meanwhile',
			'Run the workflow again; the operation "Schedule" creates a table.',
		);
	}
	if (/module is disabled/i.test(words)) {
		return tableUnavailable(
			'they are turned off',
			'Turn the module "data-table" on again in the settings of n8n.',
			'unsupported',
		);
	}
	if (/size limit exceeded/i.test(words)) {
		return tableUnavailable(
			`they are full. ${words}`,
			'Remove old messages with the operation "Purge", or raise N8N_DATA_TABLES_MAX_SIZE_BYTES in the settings of n8n.',
		);
	}
	return tableUnavailable(words);
}

const tableUnavailable = (
	why: string,
	hint = 'Open Data Tables in n8n and look at the table.',
	kind: 'unavailable' | 'unsupported' = 'unavailable',
) => new GatewayError(kind, `The Data Tables of this n8n cannot be used: ${why}`, { hint });

/** The table of that name if there is one. Nothing is created, and no column is checked. */
export async function findTableOf<C extends string>(
	context: IExecuteFunctions,
	name: string,
): Promise<Table<C> | null> {
	const id = (await findTable(context, name))?.id;
	return typeof id === 'string' ? tableById<C>(context, id) : null;
}
