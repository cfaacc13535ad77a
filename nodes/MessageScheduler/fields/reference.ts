import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { readOption } from './common';

/** The user's id of a message. */
export const referenceOption: INodeProperties = {
	displayName: 'Reference',
	name: 'reference',
	type: 'string',
	default: '',
	placeholder: 'e.g. order-1042',
	description:
		'Your own ID for the message. It is returned in the output and, if the gateway supports it, in status events.',
};

export const readReference = (context: IExecuteFunctions, index: number): string | null => {
	const value = readOption(context, index, 'reference');
	const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	return text === '' ? null : text;
};
