import { COLUMNS } from '../stores/table/columns';
import type { Client, Json } from './client.mts';

type N8n = Pick<Client, 'request'>;

/** The table's name unless a user gives another. */
export const TABLE = 'scheduled_messages';

const personal = async (n8n: N8n): Promise<string> => {
	const { id } = await n8n.request<{ id: string }>('GET', '/projects/personal');
	return `/projects/${id}/data-tables`;
};

/** Creates a Data Table by n8n's own API, as *Schedule* would unless given other columns. */
export async function createTable(
	n8n: N8n,
	name = TABLE,
	columns: ReadonlyArray<{ readonly name: string; readonly type: string }> = COLUMNS,
): Promise<string> {
	const { id } = await n8n.request<{ id: string }>('POST', await personal(n8n), {
		name,
		columns: columns.map(({ name: column, type }) => ({ name: column, type })),
	});
	return id;
}

/** Creates the table of messages, unless it is there. */
export async function ensureTable(n8n: N8n): Promise<void> {
	await tablePath(n8n).catch(async () => await createTable(n8n));
}

/** Where a table is, for access without a workflow. */
export async function tablePath(n8n: N8n, name = TABLE): Promise<string> {
	const path = await personal(n8n);
	const { data } = await n8n.request<{ data: Array<{ id: string; name: string }> }>(
		'GET',
		path,
		undefined,
		{ filter: JSON.stringify({ name: [name] }), take: 100 },
	);
	const table = data.find((one) => one.name === name);
	if (table === undefined) throw new Error(`This n8n has no Data Table "${name}".`);
	return `${path}/${table.id}`;
}

/** Writes rows straight into a table, as n8n's editor does: no workflow runs for it. */
export async function insertRows(n8n: N8n, rows: readonly Json[], name?: string): Promise<void> {
	const path = await tablePath(n8n, name);
	await n8n.request('POST', `${path}/insert`, { data: rows, returnType: 'count' });
}

/** Changes the row of an id, as a person who edits its cells. */
export async function editRow(n8n: N8n, id: number, data: Json, name?: string): Promise<void> {
	const filter = { type: 'and', filters: [{ columnName: 'id', condition: 'eq', value: id }] };
	await n8n.request('PATCH', `${await tablePath(n8n, name)}/rows`, { filter, data });
}

/** As many rows as n8n gives at once. */
const PAGE = 250;

/** All rows of a table, read as n8n's editor reads them: no workflow runs for it. */
export async function readRows(n8n: N8n, name?: string): Promise<Json[]> {
	const path = await tablePath(n8n, name);
	const rows: Json[] = [];
	for (;;) {
		const { data } = await n8n.request<{ data: Json[] }>('GET', `${path}/rows`, undefined, {
			skip: rows.length,
			take: PAGE,
			sortBy: 'id:asc',
		});
		rows.push(...data);
		if (data.length < PAGE) return rows;
	}
}
