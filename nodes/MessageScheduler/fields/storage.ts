import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { DEFAULT_TABLE, type TableRef } from '../../shared/dataTable';
import type { BackendRef, PostgresRef, StoreChoice } from '../../shared/backendRef';
import { postgresFields, readPostgres, unconditionalPostgresFields } from './postgres';

/** Selects a table by name or id. n8n does not let a community node list tables. */
const locator = (description: string, hint?: string): INodeProperties => ({
	displayName: 'Data Table',
	name: 'dataTable',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'name', value: DEFAULT_TABLE },
	description,
	...(hint === undefined ? {} : { hint }),
	modes: [
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. scheduled_messages',
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 6Hw1XSyCl4zpBVdI',
			hint: "The last part of the table's URL in n8n",
		},
	],
});

/** For operations that need an existing table. */
export const tableField = locator(
	'The n8n Data Table that stores the messages. It must exist: only Schedule creates one.',
);

/** For the operation that creates the table. */
const createdTableField = locator(
	'The n8n Data Table that stores the messages. Several gateways can share one.',
	'Created if it does not exist',
);

/** n8n's own spelling, which its linter would change. */
export const DATA_TABLE = 'n8n Data Table';
const FOUND_BY_ID = `Gateway or ${DATA_TABLE}`;
const STORED_IN = 'Stored In';

const SEND_DUE_NOTICE =
	'A second, published workflow sends these messages: a Schedule Trigger followed by this node with the operation Send Due. The example send-due-messages.json of this package is such a workflow.';

const shownForTable = { displayOptions: { show: { storeIn: ['dataTable'] } } };

/** Where to store a message until it is due. */
export const storeFields: INodeProperties[] = [
	{
		displayName: 'Store Messages In',
		name: 'storeIn',
		type: 'options',
		options: [
			{
				name: 'Gateway',
				value: 'gateway',
				description: "The gateway's own scheduler, if it has one",
			},
			{
				name: DATA_TABLE,
				value: 'dataTable',
				description:
					'A table in n8n: works with every gateway, for any time ahead, and survives restarts. A second workflow with the operation Send Due sends the messages.',
			},
			{
				name: 'PostgreSQL',
				value: 'postgres',
				description:
					'Tables in your PostgreSQL: as the n8n Data Table, and as quick with a million messages',
			},
		],
		default: 'gateway',
		description: 'Where messages are stored until they are due',
	},
	{ ...createdTableField, ...shownForTable },
	...postgresFields,
];

/** Which store to list messages from. */
export const listedFields: INodeProperties[] = [
	{
		displayName: STORED_IN,
		name: 'storeIn',
		type: 'options',
		options: [
			{
				name: 'Gateway',
				value: 'gateway',
				description: "Messages in the gateway's own scheduler",
			},
			{
				name: DATA_TABLE,
				value: 'dataTable',
				description: 'Messages stored in n8n for the gateway, with any status',
			},
			{
				name: 'PostgreSQL',
				value: 'postgres',
				description: 'What PostgreSQL stores for the gateway, of every status',
			},
		],
		default: 'gateway',
		description: 'Where the messages are stored. Choose the same as in "Schedule".',
	},
	{ ...tableField, ...shownForTable },
	...postgresFields,
];

/** The same with the place whose messages the board shows in full. */
export const boardStoreFields: INodeProperties[] = [
	{ ...listedFields[0], default: 'dataTable' },
	...listedFields.slice(1),
];

/** Names by a constant, as n8n writes its own; its linter would have it otherwise. */
const BACKENDS: INodePropertyOptions[] = [
	{ name: DATA_TABLE, value: 'dataTable', description: 'A table in n8n' },
	{ name: 'PostgreSQL', value: 'postgres', description: 'Tables in your PostgreSQL' },
];

/** Which of the places that need *Send Due*; for operations that a gateway's own scheduler does not have. */
export const backendFields: INodeProperties[] = [
	{
		displayName: STORED_IN,
		name: 'storeIn',
		type: 'options',
		options: BACKENDS,
		default: 'dataTable',
		description: 'Where the messages are stored. Choose what "Schedule" stored them in.',
	},
	{ ...tableField, ...shownForTable },
	...postgresFields,
];

const FOUND_OR_NAMED: INodePropertyOptions[] = [
	{
		name: FOUND_BY_ID,
		value: 'gateway',
		description: 'Found by the ID, in whichever table of the project it is',
	},
	{ name: 'PostgreSQL', value: 'postgres', description: 'Tables in your PostgreSQL' },
];

/** Which of the places, for operations on one message: all but PostgreSQL are found by its id. */
export const storedInFields: INodeProperties[] = [
	{
		displayName: STORED_IN,
		name: 'storeIn',
		type: 'options',
		options: FOUND_OR_NAMED,
		default: 'gateway',
		description: 'Where the message is stored',
	},
	...postgresFields,
];

/** From which Data Table, and to where in PostgreSQL. */
export const moveFields: INodeProperties[] = [tableField, ...unconditionalPostgresFields];

/** Explains the second workflow that a table needs; shown if the table is chosen. */
export const sendDueNotice: INodeProperties = {
	displayName: SEND_DUE_NOTICE,
	name: 'sendDueNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { storeIn: ['dataTable', 'postgres'] } },
};

/** @throws InvalidParameterError naming *Store Messages In* or *Data Table* */
export function readStore(
	context: IExecuteFunctions,
	index: number,
	parameter = 'Store Messages In',
): StoreChoice {
	const storeIn: unknown = context.getNodeParameter('storeIn', index, 'gateway');
	if (storeIn === 'gateway') return { in: 'gateway' };
	if (storeIn === 'dataTable') return { in: 'dataTable', table: readTable(context, index) };
	if (storeIn === 'postgres') return readPostgres(context, index);
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is "${String(storeIn)}". Use one of: gateway, dataTable, postgres.`,
	);
}

/**
 * Reads which store, for an operation that needs *Send Due*.
 *
 * @throws InvalidParameterError naming *Stored In* or what belongs to it
 */
export function readBackend(context: IExecuteFunctions, index: number): BackendRef {
	const storedIn: unknown = context.getNodeParameter('storeIn', index, 'dataTable');
	if (storedIn === 'dataTable') return { in: 'dataTable', table: readTable(context, index) };
	if (storedIn === 'postgres') return readPostgres(context, index);
	throw new InvalidParameterError(
		STORED_IN,
		`"${STORED_IN}" is "${String(storedIn).slice(0, 40)}". Use one of: dataTable, postgres.`,
	);
}

/** Where one message is stored; null where it is to be found by its id. @throws as {@link readBackend} */
export function readStoredIn(context: IExecuteFunctions, index: number): PostgresRef | null {
	const storedIn: unknown = context.getNodeParameter('storeIn', index, 'gateway');
	if (storedIn === 'postgres') return readPostgres(context, index);
	// A Data Table is found by the id, like the gateway.
	if (storedIn === 'gateway' || storedIn === 'dataTable') return null;
	throw new InvalidParameterError(
		STORED_IN,
		`"${STORED_IN}" is "${String(storedIn).slice(0, 40)}". Use one of: gateway, dataTable, postgres.`,
	);
}

/**
 * Reads *Data Table*: plain text, such as the result of an expression, is a name.
 *
 * @throws InvalidParameterError naming *Data Table*
 */
export function readTable(context: IExecuteFunctions, index: number): TableRef {
	const given: unknown = context.getNodeParameter('dataTable', index, DEFAULT_TABLE);
	const located = isLocated(given) ? given : { mode: 'name', value: given };
	const by = located.mode === 'id' ? 'id' : 'name';
	const text = isText(located.value) ? String(located.value).trim() : '';
	if (text !== '' && text.length <= MAX_NAME_LENGTH) return { by, value: text };
	const what = by === 'id' ? 'the ID of a table' : `the name of a table, e.g. ${DEFAULT_TABLE}`;
	throw new InvalidParameterError(
		'Data Table',
		`"Data Table" is ${text === '' ? 'empty' : `longer than ${MAX_NAME_LENGTH} characters`}. Enter ${what}.`,
	);
}

/** n8n's limit for the name of a table. */
const MAX_NAME_LENGTH = 128;

const isText = (value: unknown): value is string | number =>
	typeof value === 'string' || typeof value === 'number';

const isLocated = (
	value: unknown,
): value is { readonly mode?: unknown; readonly value?: unknown } =>
	typeof value === 'object' && value !== null && 'value' in value;
