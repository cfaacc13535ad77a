import type { ExecuteWorkflowData, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { COLUMNS } from '../../stores/table/columns';
import type { Condition } from '../../stores/table/table';
import { MemoryTable } from '../stores/table/memoryTable.mts';

/** A table of any columns in memory. */
type Table = MemoryTable<string>;

interface Filter {
	readonly keyName: string;
	readonly condition: Condition['is'];
	readonly keyValue: unknown;
}

/**
 * n8n's Data Tables in memory, behind the Data Table node, as far as the package's inline workflows ask
 * for it: what a workflow of one node does with its items.
 */
export class DataTables {
	private readonly tables = new Map<string, { table: Table; columns: IDataObject[] }>();
	/** How many inline workflows ran. */
	accesses = 0;
	/** Called before each access; may throw. */
	before: (operation: string, parameters: IDataObject) => void = () => undefined;

	/** A table by its name, once something has made it. */
	named(name: string): Table {
		const found = this.tables.get(name);
		if (found === undefined) throw new Error(`There is no table ${name}`);
		return found.table;
	}

	get names(): string[] {
		return [...this.tables.keys()];
	}

	/** Makes the tables that messages are scheduled into, as *Schedule* would. */
	makeMessages(name = 'scheduled_messages'): Table {
		return this.make(
			name,
			COLUMNS.map((column) => ({ ...column })),
		);
	}

	/** As a person does in n8n. */
	rename(name: string, newName: string): void {
		const table = this.tables.get(name)!;
		this.tables.delete(name);
		this.tables.set(newName, table);
	}

	/** Makes a table, also one with columns that do not fit. */
	make(name: string, columns: IDataObject[]): Table {
		const known = this.tables.get(name);
		if (known !== undefined) return known.table;
		const table: Table = new MemoryTable(columns.map((column) => String(column.name)));
		Object.assign(table, { id: name.replace(/[^A-Za-z0-9]/g, '') });
		this.tables.set(name, { table, columns });
		return table;
	}

	readonly executeWorkflow = async (
		{ code }: { code?: { nodes: INode[] } },
		_: unknown,
		{ inputData }: { inputData?: INodeExecutionData[] },
	): Promise<ExecuteWorkflowData> => {
		const parameters = code?.nodes.at(-1)?.parameters as IDataObject;
		this.accesses++;
		this.before(String(parameters.operation), parameters);
		const items = await this.run(parameters, inputData ?? []);
		return { executionId: 'inline', data: [items] };
	};

	private async run(
		parameters: IDataObject,
		items: INodeExecutionData[],
	): Promise<INodeExecutionData[]> {
		const { operation } = parameters;
		if (operation === 'list') {
			const { filterName = '' } = (parameters.options ?? {}) as { filterName?: string };
			const listed = [...this.tables].filter(([name]) => name.includes(filterName.toLowerCase()));
			return listed.map(([name, { table, columns }]) => ({
				json: { id: table.id, name, columns },
			}));
		}
		if (operation === 'create') {
			const name = String(parameters.tableName);
			const table = this.make(name, (parameters.columns as { column: IDataObject[] }).column);
			return [{ json: { id: table.id, name, columns: this.tables.get(name)?.columns } }];
		}
		const { value } = parameters.dataTableId as { value: string };
		const found = [...this.tables.values()].find((one) => one.table.id === value);
		if (found === undefined) {
			throw new Error(`Data table with ID '${value}' could not be found in this project`);
		}
		const { table } = found;
		if (operation === 'insert')
			return asItems(await table.insert(items.map(({ json }) => json) as never));
		const filters = (parameters.filters as { conditions: Filter[] }).conditions;
		const outputs: INodeExecutionData[] = [];
		for (const [item, { json }] of items.entries()) {
			const where = filters.map(({ keyName, condition, keyValue }) => ({
				column: keyName,
				is: condition,
				value: evaluated(keyValue, json),
			})) as Array<Condition<string>>;
			if (operation === 'get') outputs.push(...asItems(await get(table, parameters, where), item));
			if (operation === 'update') {
				const [matched] = await table.update([{ where, values: json.values as never }]);
				outputs.push(...asItems(matched, item));
			}
			if (operation === 'deleteRows') {
				const rows = await table.select(where, Infinity);
				await table.remove(where);
				outputs.push(...asItems(rows, item));
			}
		}
		return outputs;
	}
}

async function get(table: Table, parameters: IDataObject, where: Array<Condition<string>>) {
	if (parameters.matchType === 'anyCondition') return await table.selectEither(where);
	const { limit, orderByColumn, orderByDirection } = parameters;
	const direction = orderByDirection === 'DESC' ? 'desc' : 'asc';
	return await table.select(where, Number(limit), String(orderByColumn ?? 'id'), direction);
}

/** The one expression that the filters use. */
function evaluated(value: unknown, json: IDataObject): unknown {
	const index = /^=\{\{ \$json\.where\[(\d+)\] \}\}$/.exec(String(value))?.[1];
	return index === undefined ? value : (json.where as unknown[])[Number(index)];
}

const asItems = (rows: readonly object[], item = 0): INodeExecutionData[] =>
	rows.map((row) => ({ json: { ...row } as IDataObject, pairedItem: { item } }));
