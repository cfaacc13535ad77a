import type { INodeProperties } from 'n8n-workflow';

/** Shows fields for one operation only. */
export const showFor = (
	resource: string,
	operation: string,
	fields: INodeProperties[],
): INodeProperties[] =>
	fields.map((field) => ({
		...field,
		displayOptions: {
			...field.displayOptions,
			show: { ...field.displayOptions?.show, resource: [resource], operation: [operation] },
		},
	}));
