import type {
	ExecuteWorkflowData,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { InvalidParameter } from '../../messages/invalidParameter';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { settle } from '../../stores/settle';
import { ACCOUNT_COLUMNS, type AccountColumn } from '../../stores/table/accounts';
import { COLUMNS, EVENT_COLUMNS, type ColumnName } from '../../stores/table/columns';
import type { Change, Condition, MessageTable, RowOf, Table } from '../../stores/table/table';

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

/** The table of messages of that name, with the one for events beside it; see {@link openTableOf}. */
export async function openTable(context: IExecuteFunctions, name: string): Promise<MessageTable> {
	const events = `${name}_events`;
	let opened: MessageTable | null = null;
	return {
		...(await openTableOf(context, name, MESSAGES)),
		events: async ({ create }) => {
			if (opened !== null) return opened;
			if (create) return (opened = await openTableOf(context, events, EVENTS));
			const id = (await findTable(context, events))?.id;
			return (opened = typeof id === 'string' ? tableById(context, id) : null);
		},
	};
}

/**
 * The Data Table of that name in the workflow's project: made where it is missing, its columns
 * checked where it is there.
 *
 * @throws InvalidParameter naming the kind's parameter; GatewayError, of kind `unsupported` where
 *   n8n has no Data Tables, else `unavailable`
 */
export async function openTableOf<C extends string>(
	context: IExecuteFunctions,
	name: string,
	kind: TableKind<C>,
): Promise<Table<C>> {
	const { parameter } = kind;
	if (isExpression(name)) {
		throw new InvalidParameter(
			parameter,
			`"${parameter}" is "${name.slice(0, 40)}". The name of a table does not begin with "=".`,
		);
	}
	const table = (await findTable(context, name)) ?? (await createTable(context, name, kind));
	const { id, columns } = table;
	if (typeof id !== 'string') throw unusable('it did not tell the id of the table');
	assertColumns(name, columns, kind);
	return tableById<C>(context, id);
}

/**
 * The table of exactly that name. Not by the node's own *Reuse Existing Tables*: that looks at the first
 * of all tables whose name contains this one, and then makes a second one, which n8n refuses.
 */
async function findTable(
	context: IExecuteFunctions,
	name: string,
): Promise<IDataObject | undefined> {
	const tables = await inline(context, [
		{ resource: 'table', operation: 'list', returnAll: true, options: { filterName: name } },
	]);
	return tables.find(({ json }) => json.name === name)?.json;
}

async function createTable(
	context: IExecuteFunctions,
	name: string,
	{ columns }: Pick<TableKind<string>, 'columns'>,
): Promise<IDataObject> {
	const created = await settle(
		inline(context, [
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

/** A Data Table whose id a schedule id tells. */
export function tableById<C extends string = ColumnName>(
	context: IExecuteFunctions,
	id: string,
): Table<C> {
	const at = { __rl: true, mode: 'id', value: id };
	const rows = async (parameters: INodeParameters, items?: IDataObject[]) =>
		await inline(context, [{ resource: 'row', dataTableId: at, ...parameters }], items);
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
				await again(
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
			values.length === 0
				? []
				: (
						await again(
							async () =>
								await rows(
									{
										operation: 'get',
										matchType: 'anyCondition',
										filters: toFilters([values.map((value) => ({ column, is: 'eq', value }))]),
										returnAll: true,
									},
									[{ where: [...values] }],
								),
						)
					).map(toRow<C>),

		update: async (changes) => {
			const matched: Array<Array<RowOf<C>>> = [];
			for (const alike of runsOfAlike(changes)) {
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

const MOST_READS = 5;

/**
 * The Data Table node asks how many rows there are after it has read some, and gives up where others
 * have changed that in between, as dispatchers of several processes do all the time.
 */
async function again<T>(read: () => Promise<T>): Promise<T> {
	for (let reads = 1; ; reads++) {
		const outcome = await settle(read());
		if (outcome.ok) return outcome.value;
		if (reads === MOST_READS || !/synchronization error/i.test(String(outcome.error))) {
			throw outcome.error;
		}
	}
}

/** Changes that follow one another and differ in values only, so that one node can make them. */
function runsOfAlike<C extends string>(changes: ReadonlyArray<Change<C>>): Array<Array<Change<C>>> {
	const shape = ({ where }: Change<C>) => where.map(({ column, is }) => `${column} ${is}`).join();
	const runs: Array<Array<Change<C>>> = [];
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
async function inline(
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

/** Columns of a table that was there before, perhaps made for something else. */
function assertColumns<C extends string>(
	name: string,
	columns: unknown,
	{ parameter, rows, columns: needed }: TableKind<C>,
): void {
	const found = new Map(
		(Array.isArray(columns) ? columns : []).map((column: { name?: unknown; type?: unknown }) => [
			column.name,
			column.type,
		]),
	);
	const wrong = needed.filter((column) => found.get(column.name) !== column.type);
	if (wrong.length === 0) return;
	throw new InvalidParameter(
		parameter,
		`"${parameter}" is "${name}", a table that lacks columns for ${rows}: ${wrong.map((column) => `${column.name} (${column.type})`).join(', ')}. Add them in n8n, or enter another name and the node makes the table.`,
	);
}

/** Says in words why the table cannot be reached. */
function asTableError(error: unknown): unknown {
	if (error instanceof InvalidParameter || error instanceof GatewayError) return error;
	const words = error instanceof Error ? error.message : String(error);
	// The last is what an older Data Table node says to an operation that it does not have.
	if (/unrecogni[sz]ed node type|unknown node type|could not get parameter/i.test(words)) {
		return unusable(
			'its Data Table node is missing, or cannot make tables, as it can since n8n 2.3',
			'Update n8n, or hold the messages in the gateway.',
			'unsupported',
		);
	}
	if (/module is disabled/i.test(words)) {
		return unusable(
			'they are turned off',
			'Turn the module "data-table" on again in the settings of n8n.',
			'unsupported',
		);
	}
	if (/size limit exceeded/i.test(words)) {
		return unusable(
			`they are full. ${words}`,
			'Remove old messages with the operation "Purge", or raise N8N_DATA_TABLES_MAX_SIZE_BYTES in the settings of n8n.',
		);
	}
	return unusable(words);
}

const unusable = (
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
