import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { labelsWith } from '../../../gateways/registry';
import { readOption } from './common';

/** For gateways that document no cancel. */
export const allowDeletionOption: INodeProperties = {
	displayName: 'Allow Deletion',
	name: 'allowDeletion',
	type: 'boolean',
	default: false,
	description: `Whether to delete a message that is cancelled, rescheduled or replaced if the gateway documents no way to cancel it (${labelsWith(({ scheduling }) => scheduling?.cancelsBy === 'delete')}). The node verifies afterwards that it no longer exists.`,
};

export const readAllowDeletion = (context: IExecuteFunctions, index: number): boolean =>
	readOption(context, index, 'allowDeletion') === true;
