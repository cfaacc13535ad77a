import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { SendingWindow, Spacing } from '../../../messages/sendTime';
import { readOption } from './common';
import { ifTimePassedOption } from './ifTimePassed';
import { referenceOption } from './reference';

/** Options of *Schedule*: what to do with times, and with messages that are there already. */
export const scheduleOptions: INodeProperties[] = [
	{
		displayName: 'If Already Scheduled',
		name: 'ifAlreadyScheduled',
		type: 'options',
		options: [
			{
				name: 'Schedule Anyway',
				value: 'schedule',
				description: 'Each item makes a message of its own',
			},
			{
				name: 'Return the Scheduled One',
				value: 'return',
				description:
					'Where the same message is pending for the same recipient and time, no second one is made',
			},
		],
		default: 'schedule',
		description: 'For workflows that may run again with the same data',
	},
	ifTimePassedOption,
	referenceOption,
	{
		displayName: 'Sending Window',
		name: 'sendingWindow',
		type: 'fixedCollection',
		default: {},
		placeholder: 'Add Window',
		description:
			'Hours and days on which messages may go out. A time outside moves to the next opening. Read from the first item.',
		options: [
			{
				displayName: 'Window',
				name: 'window',
				values: [
					{
						displayName: 'From',
						name: 'from',
						type: 'string',
						default: '09:00',
						placeholder: 'e.g. 09:00',
						description: 'When the window opens',
					},
					{
						displayName: 'To',
						name: 'to',
						type: 'string',
						default: '18:00',
						placeholder: 'e.g. 18:00',
						description: 'When the window closes. Before "From": on the next day.',
					},
					{
						displayName: 'Timezone',
						name: 'timezone',
						type: 'string',
						default: '',
						placeholder: 'e.g. Europe/Berlin',
						description: "The recipients' zone. Empty: the workflow's.",
					},
					{
						displayName: 'Weekdays',
						name: 'weekdays',
						type: 'multiOptions',
						options: [
							{ name: 'Monday', value: 1 },
							{ name: 'Tuesday', value: 2 },
							{ name: 'Wednesday', value: 3 },
							{ name: 'Thursday', value: 4 },
							{ name: 'Friday', value: 5 },
							{ name: 'Saturday', value: 6 },
							{ name: 'Sunday', value: 7 },
						],
						default: [1, 2, 3, 4, 5],
						description: 'The days on which it opens',
					},
				],
			},
		],
	},
	{
		displayName: 'Spacing',
		name: 'spacing',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 86400 },
		default: 60,
		hint: 'In seconds',
		description: 'Seconds between consecutive items, e.g. 60. Read from the first item.',
	},
	{
		displayName: 'Spacing Jitter',
		name: 'jitter',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 86400 },
		default: 0,
		hint: 'In seconds',
		description:
			'Up to so many seconds are added to each item, so that messages do not go out like clockwork. Read from the first item.',
	},
];

/** The spacing that the first item asks for; its jitter is the same on each try of the execution. */
export function readSpacing(context: IExecuteFunctions): Spacing | undefined {
	const spacing = readOption(context, 0, 'spacing');
	const jitter = readOption(context, 0, 'jitter');
	if (spacing === undefined && jitter === undefined) return undefined;
	return {
		spacingSeconds: Number(spacing ?? 0),
		jitterSeconds: Number(jitter ?? 0),
		seed: `${context.getWorkflow().id ?? ''}/${context.getExecutionId() ?? ''}/${context.getNode().id}`,
	};
}

export function readWindow(context: IExecuteFunctions): SendingWindow | undefined {
	const option = readOption(context, 0, 'sendingWindow') as
		| { window?: { from?: unknown; to?: unknown; timezone?: unknown; weekdays?: unknown } }
		| undefined;
	if (option?.window === undefined) return undefined;
	const { from, to, timezone, weekdays } = option.window;
	return {
		from: String(from ?? '09:00'),
		to: String(to ?? '18:00'),
		weekdays: Array.isArray(weekdays) ? weekdays.map(Number) : [1, 2, 3, 4, 5],
		timezone: String(timezone ?? '').trim() || context.getTimezone(),
	};
}
