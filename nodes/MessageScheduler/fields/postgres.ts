import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	DEFAULT_SCHEMA,
	DEFAULT_TABLE_NAME,
	parseTableNames,
} from '../../../stores/postgres/names';
import { STORE_WORKFLOW } from '../../shared/postgres/storeWorkflow';
import type { PostgresRef } from '../../shared/backendRef';

/** How PostgreSQL is reached, for an operation that always needs it. */
export const unconditionalPostgresFields: INodeProperties[] = [
	{
		displayName: STORE_WORKFLOW,
		name: 'storeWorkflow',
		type: 'workflowSelector',
		required: true,
		default: '',
		description:
			'The published workflow that runs the SQL with your Postgres credential. Import the example postgresql-store of this package, choose the credential in it and publish it.',
	},
	{
		displayName: 'Table Names',
		name: 'postgresTables',
		type: 'collection',
		placeholder: 'Add name',
		default: {},
		options: [
			{
				displayName: 'Schema',
				name: 'schema',
				type: 'string',
				default: DEFAULT_SCHEMA,
				description: 'The schema of the tables in PostgreSQL. It must exist.',
			},
			{
				displayName: 'Table',
				name: 'table',
				type: 'string',
				default: DEFAULT_TABLE_NAME,
				description:
					'The table of messages. Four others have names that begin with it. Only Schedule creates them.',
			},
		],
	},
];

/** The same, shown where PostgreSQL is chosen. */
export const postgresFields: INodeProperties[] = unconditionalPostgresFields.map((field) => ({
	...field,
	displayOptions: { show: { storeIn: ['postgres'] } },
}));

/** @throws InvalidParameterError naming *Store Workflow*, *Schema* or *Table* */
export function readPostgres(context: IExecuteFunctions, index: number): PostgresRef {
	const given: unknown = context.getNodeParameter('storeWorkflow', index, '');
	const value = isLocated(given) ? given.value : given;
	const workflowId =
		typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (workflowId === '') {
		throw new InvalidParameterError(
			STORE_WORKFLOW,
			`"${STORE_WORKFLOW}" is empty`,
			'Choose the workflow that you made of the example postgresql-store.json, with your Postgres credential, and publish it.',
		);
	}
	const { schema = DEFAULT_SCHEMA, table = DEFAULT_TABLE_NAME } = context.getNodeParameter(
		'postgresTables',
		index,
		{},
	) as { schema?: unknown; table?: unknown };
	return { in: 'postgres', workflowId, names: parseTableNames(schema, table) };
}

const isLocated = (value: unknown): value is { readonly value?: unknown } =>
	typeof value === 'object' && value !== null && 'value' in value;
