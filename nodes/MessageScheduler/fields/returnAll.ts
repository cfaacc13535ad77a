import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { readLimit } from './filters';

/** How many results an operation returns: all, or up to *Limit*. */
export const returnAllFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** The maximum number of results; null for all. */
export const readReturnAll = (context: IExecuteFunctions, index: number): number | null =>
	context.getNodeParameter('returnAll', index, false) === true
		? null
		: readLimit(context, index, ', or turn on "Return All"');
