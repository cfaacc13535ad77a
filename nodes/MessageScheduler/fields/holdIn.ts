import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { labelsWith } from '../../../gateways/registry';
import { InvalidParameter } from '../../../messages/invalidParameter';
import type { Hold } from '../run';

/** The table's name unless the user gives another. */
export const DEFAULT_TABLE = 'scheduled_messages';

/** Which table; shown where the operation needs one. */
export const tableField: INodeProperties = {
	displayName: 'Data Table',
	name: 'dataTable',
	type: 'string',
	required: true,
	default: DEFAULT_TABLE,
	placeholder: 'e.g. scheduled_messages',
	description:
		'Name of the n8n Data Table that holds the messages. It is made where it is missing. Several gateways can share one.',
};

/** As n8n writes its own name; its linter would have it otherwise. */
const DATA_TABLE = 'n8n Data Table';

const SEND_DUE_NOTICE =
	'Messages in the table are sent by a second workflow, which has to be published: a Schedule Trigger, and this node with the operation Send Due. The example send-due-messages.json of this package is one.';

/** Where a message waits for its time. */
export const holdFields: INodeProperties[] = [
	{
		displayName: 'Hold Messages In',
		name: 'holdIn',
		type: 'options',
		options: [
			{
				name: 'Gateway',
				value: 'gateway',
				description: "The gateway's own scheduler, where it has one",
			},
			{
				name: DATA_TABLE,
				value: 'dataTable',
				description:
					'A table in n8n: works with every gateway, for any time ahead, and survives restarts. A second workflow with the operation Send Due sends what is due.',
			},
		],
		default: 'gateway',
		description: 'Where messages wait for their time',
		hint: `Gateways with a scheduler of their own: ${labelsWith(({ schedules }) => schedules !== null)}`,
	},
	{ ...tableField, displayOptions: { show: { holdIn: ['dataTable'] } } },
];

/** What else it takes, shown where the table is chosen to hold a message. */
export const sendDueNotice: INodeProperties = {
	displayName: SEND_DUE_NOTICE,
	name: 'sendDueNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { holdIn: ['dataTable'] } },
};

/** @throws InvalidParameter naming *Hold Messages In* or *Data Table* */
export function readHold(context: IExecuteFunctions, index: number): Hold {
	const holdIn: unknown = context.getNodeParameter('holdIn', index, 'gateway');
	if (holdIn === 'gateway') return { in: 'gateway' };
	if (holdIn === 'dataTable') return { in: 'dataTable', table: readTableName(context, index) };
	throw new InvalidParameter(
		'Hold Messages In',
		`"Hold Messages In" is "${String(holdIn)}". Use one of: gateway, dataTable.`,
	);
}

/** @throws InvalidParameter naming *Data Table* */
export function readTableName(context: IExecuteFunctions, index: number): string {
	const name = String(context.getNodeParameter('dataTable', index, DEFAULT_TABLE)).trim();
	if (name !== '' && name.length <= 128) return name;
	throw new InvalidParameter(
		'Data Table',
		`"Data Table" is ${name === '' ? 'empty' : 'longer than 128 characters'}. Enter the name of a table, e.g. ${DEFAULT_TABLE}.`,
	);
}
