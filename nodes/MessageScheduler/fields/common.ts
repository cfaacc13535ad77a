import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** Whether the gateway's own record is left out. */
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
			'How many requests may be on their way to the gateway at once. Fewer by itself while the gateway asks to slow down. Read from the first item.',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 600 },
		default: 30,
		hint: 'In seconds',
		description: 'How many seconds to wait for an answer of the gateway. Read from the first item.',
	},
];

/** The *Options* of an operation: its own and those of all requests, by name. */
export const optionsField = (own: INodeProperties[] = []): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [...own, ...requestOptions].sort((a, b) => a.displayName.localeCompare(b.displayName)),
});

/** One of the *Options* of an item; undefined where the user did not add it. */
export const readOption = (context: IExecuteFunctions, index: number, name: string): unknown =>
	(context.getNodeParameter('options', index, {}) as Record<string, unknown>)[name];
