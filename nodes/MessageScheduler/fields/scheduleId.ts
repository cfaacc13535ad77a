import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameter } from '../../../messages/invalidParameter';

/** Which scheduled message: chosen from the pending ones, or by its id. */
export const scheduleIdField: INodeProperties = {
	displayName: 'Scheduled Message',
	name: 'scheduleId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The scheduled message, as the operation "Schedule" gave its scheduleId',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchScheduledMessages', searchable: true },
			hint: 'Lists what is pending at the gateway. If n8n holds the message, choose By ID.',
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. sched_abc123',
		},
	],
};

/**
 * Reads which scheduled message one item is about.
 *
 * @throws InvalidParameter naming *Scheduled Message*
 */
export function readScheduleId(context: IExecuteFunctions, index: number): string {
	const value = context.getNodeParameter('scheduleId', index, '', { extractValue: true });
	const id = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (id === '') {
		throw new InvalidParameter(
			'Scheduled Message',
			'"Scheduled Message" is empty. Choose one from the list, or enter the scheduleId that "Schedule" gave.',
		);
	}
	return id;
}
