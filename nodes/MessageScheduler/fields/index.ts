import type { INodeProperties } from 'n8n-workflow';
import type { Resource } from '../operation';
import { resources } from '../operations';
import { showFor } from './show';

const operationField = ({ option, defaultOperation, operations }: Resource): INodeProperties => ({
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: [option.value] } },
	options: operations.map((operation) => operation.option),
	default: defaultOperation,
});

/** All parameters of the node: resource, operation, and what each operation asks for. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: resources.map(({ option }) => option),
		default: 'scheduledMessage',
	},
	...resources.map(operationField),
	...resources.flatMap(({ option: resource, operations }) =>
		operations.flatMap(({ option, description }) =>
			showFor(resource.value, option.value, description),
		),
	),
];
