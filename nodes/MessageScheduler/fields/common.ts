import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** Whether to omit the gateway's own record. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const readSimplify = (context: IExecuteFunctions, index: number): boolean =>
	context.getNodeParameter('simplify', index, true) !== false;

/** Options of every operation that reaches the gateway. */
export const requestOptions: INodeProperties[] = [
	{
		displayName: 'Max Parallel Requests',
		name: 'maxParallel',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 5,
		description:
			'Maximum number of concurrent requests to the gateway. Reduced automatically while the gateway limits the rate. Taken from the first item.',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 600 },
		default: 30,
		hint: 'In seconds',
		description:
			'How many seconds to wait for a response from the gateway. Taken from the first item.',
	},
];

/** The *Options* of an operation: `specific` to it and common to all requests, sorted by name. */
export const optionsField = (specific: INodeProperties[] = []): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [...specific, ...requestOptions].sort((a, b) =>
		a.displayName.localeCompare(b.displayName),
	),
});

/** One of the *Options* of an item; undefined if the user did not add it. */
export const readOption = (context: IExecuteFunctions, index: number, name: string): unknown =>
	(context.getNodeParameter('options', index, {}) as Record<string, unknown>)[name];
