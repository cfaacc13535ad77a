import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';

/** Which scheduled message: chosen from the pending ones, or by its id. */
export const scheduleIdField: INodeProperties = {
	displayName: 'Scheduled Message',
	name: 'scheduleId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description:
		'The scheduleId of the message, which "Schedule" and "Get Many" return. For a message in a Data Table or PostgreSQL, it is in the column schedule_id.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchScheduledMessages', searchable: true },
			hint: 'Lists messages pending at the gateway. For messages in a Data Table or PostgreSQL, use By ID, or connect Get Many, which finds them by recipient or text, and enter {{ $json.scheduleId }}.',
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 0fa5e6c0-98d1-4c5e-9b1a-6c1f0a2b3c4d',
			hint: 'The scheduleId of an item, or the schedule_id of a row of the Data Table or PostgreSQL',
		},
	],
};

/** The same without the list, which shows messages pending at the gateway only. */
export const scheduleIdOnlyField: INodeProperties = {
	...scheduleIdField,
	default: { mode: 'id', value: '' },
	modes: scheduleIdField.modes?.filter(({ name }) => name === 'id'),
};

/**
 * Reads *Scheduled Message* of one item.
 *
 * @throws InvalidParameterError naming *Scheduled Message*
 */
export function readScheduleId(context: IExecuteFunctions, index: number): string {
	const value = context.getNodeParameter('scheduleId', index, '', { extractValue: true });
	const id = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (id === '') {
		throw new InvalidParameterError(
			'Scheduled Message',
			'"Scheduled Message" is empty. Choose one from the list, or choose "By ID" and enter its scheduleId: "Schedule" and "Get Many" return it.',
		);
	}
	return id;
}
