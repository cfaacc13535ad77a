import type { INodeProperties } from 'n8n-workflow';
import { get as getMessage, send } from '../operations/message';
import {
	cancel,
	get,
	getAll,
	purge,
	recordStatus,
	reschedule,
	schedule,
	sendDue,
} from '../operations/scheduledMessage';
import { showFor } from './show';

/** All parameters of the node: resource, operation, and what each operation asks for. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Message', value: 'message' },
			{ name: 'Scheduled Message', value: 'scheduledMessage' },
		],
		default: 'scheduledMessage',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['scheduledMessage'] } },
		options: [
			{
				name: 'Cancel',
				value: 'cancel',
				description: 'Cancel a message that is still pending',
				action: 'Cancel a scheduled message',
			},
			{
				name: 'Get',
				value: 'get',
				description: 'Retrieve a scheduled message and its status',
				action: 'Get a scheduled message',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				description: 'Retrieve a list of scheduled messages, the earliest first',
				action: 'Get many scheduled messages',
			},
			{
				name: 'Purge',
				value: 'purge',
				description: 'Remove messages from a Data Table that are done with',
				action: 'Purge old scheduled messages',
			},
			{
				name: 'Record Status',
				value: 'recordStatus',
				description: 'Write a status event into the row of its message in a Data Table',
				action: 'Record the status of a scheduled message',
			},
			{
				name: 'Reschedule',
				value: 'reschedule',
				description: 'Move a message that is still pending to another time',
				action: 'Reschedule a scheduled message',
			},
			{
				name: 'Schedule',
				value: 'schedule',
				description: 'Schedule a message for later',
				action: 'Schedule a message',
			},
			{
				name: 'Send Due',
				value: 'sendDue',
				description: 'Send the messages of a Data Table whose time has come',
				action: 'Send due scheduled messages',
			},
		],
		default: 'schedule',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['message'] } },
		options: [
			{
				name: 'Get',
				value: 'get',
				description: 'Retrieve what became of a message that was sent',
				action: 'Get a message',
			},
			{
				name: 'Send',
				value: 'send',
				description: 'Send a message at once',
				action: 'Send a message',
			},
		],
		default: 'send',
	},
	...showFor('scheduledMessage', 'schedule', schedule.description),
	...showFor('scheduledMessage', 'get', get.description),
	...showFor('scheduledMessage', 'getAll', getAll.description),
	...showFor('scheduledMessage', 'reschedule', reschedule.description),
	...showFor('scheduledMessage', 'cancel', cancel.description),
	...showFor('scheduledMessage', 'purge', purge.description),
	...showFor('scheduledMessage', 'recordStatus', recordStatus.description),
	...showFor('scheduledMessage', 'sendDue', sendDue.description),
	...showFor('message', 'get', getMessage.description),
	...showFor('message', 'send', send.description),
];
