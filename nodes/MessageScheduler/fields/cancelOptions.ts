import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { labelsWith } from '../../../gateways/registry';
import { readOption } from './common';

/** For gateways that document no cancel. */
export const allowDeletionOption: INodeProperties = {
	displayName: 'Allow Deletion',
	name: 'allowDeletion',
	type: 'boolean',
	default: false,
	description: `Whether a message that is cancelled, moved or replaced may be deleted where the gateway documents no way to cancel it (${labelsWith(({ scheduling }) => scheduling?.cancelsBy === 'delete')}). It is checked afterwards that it is gone.`,
};

export const readAllowDeletion = (context: IExecuteFunctions, index: number): boolean =>
	readOption(context, index, 'allowDeletion') === true;
