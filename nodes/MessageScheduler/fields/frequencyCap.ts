import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { DAY_MS, HOUR_MS } from '../../../messages/duration';
import {
	checkedLimit,
	type FrequencyCap,
	type FrequencyLimit,
	type OverTheCap,
} from '../../../messages/frequencyCap';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { quote } from '../../../messages/text';
import type { StoreChoice } from '../../shared/backendRef';
import { readOption } from './common';

const UNITS: Readonly<Record<string, number>> = { hours: HOUR_MS, days: DAY_MS };
const OVER: readonly OverTheCap[] = ['hold', 'skip'];

/** How many messages a person may get. */
export const frequencyCapOptions: INodeProperties[] = [
	{
		displayName: 'Counts Toward the Cap',
		name: 'countsTowardCap',
		type: 'boolean',
		default: true,
		description:
			'Whether this message counts for messages with a Frequency Cap. Turn it off for what must go out and should not use up the cap, such as codes.',
	},
	{
		displayName: 'Frequency Cap',
		name: 'frequencyCap',
		type: 'fixedCollection',
		default: {},
		placeholder: 'Add Cap',
		description:
			'How many messages of this account a recipient may get in a period. Checked when the message is sent. Only for messages in an n8n Data Table or PostgreSQL.',
		options: [
			{
				displayName: 'Cap',
				name: 'cap',
				values: [
					{
						displayName: 'Messages',
						name: 'messages',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 1000 },
						default: 1,
						description: 'Messages that a recipient may get, with this one',
					},
					{
						displayName: 'Over the Cap',
						name: 'over',
						type: 'options',
						options: [
							{
								name: 'Hold',
								value: 'hold',
								description: 'Wait until the recipient may get another one',
							},
							{
								name: 'Skip',
								value: 'skip',
								description: 'Do not send it: it gets the status expired',
							},
						],
						default: 'hold',
						description:
							'What to do with a message over the cap. A held one expires after "Valid For": unless you set it, a day, the period and the longest pause of the Sending Window. Of three at one time under "1 in 24 hours", the third may expire unless you set it longer.',
					},
					{
						displayName: 'Period',
						name: 'period',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 744 },
						default: 24,
						description: 'Length of the period, which ends now and not at midnight',
					},
					{
						displayName: 'Unit',
						name: 'unit',
						type: 'options',
						options: [
							{ name: 'Days', value: 'days', description: 'From 1 to 31' },
							{ name: 'Hours', value: 'hours', description: 'From 1 to 744' },
						],
						default: 'hours',
						description: 'Unit of "Period"',
					},
				],
			},
		],
	},
];

/**
 * *Frequency Cap* and *Counts Toward the Cap* of one item; null if it has neither.
 *
 * @throws InvalidParameterError naming *Frequency Cap*, also for a message that the gateway itself stores
 */
export function readFrequencyCap(
	context: IExecuteFunctions,
	index: number,
	choice: StoreChoice,
): FrequencyCap | null {
	const option = readOption(context, index, 'frequencyCap') as
		| { cap?: Readonly<Record<string, unknown>> }
		| undefined;
	const counts = readOption(context, index, 'countsTowardCap') !== false;
	const limit = option?.cap === undefined ? null : readLimit(option.cap);
	if (limit !== null && choice.in === 'gateway') {
		throw new InvalidParameterError(
			'Frequency Cap',
			'"Frequency Cap" is set, but the gateway itself sends this message and knows no cap',
			'Set "Store Messages In" to "n8n Data Table" or "PostgreSQL", or remove the option.',
		);
	}
	return limit === null && counts ? null : { limit, counts };
}

function readLimit(cap: Readonly<Record<string, unknown>>): FrequencyLimit {
	const { messages = 1, period = 24, unit = 'hours', over = 'hold' } = cap;
	const unitMs = UNITS[String(unit)] as number | undefined;
	if (unitMs === undefined) throw refusal(`has ${quote(unit)} as "Unit". Use hours or days.`);
	const rule = OVER.find((one) => one === over);
	if (rule === undefined) throw refusal(`has ${quote(over)} as "Over the Cap". Use hold or skip.`);
	return checkedLimit({
		messages: numberOf(messages),
		periodMs: numberOf(period) * unitMs,
		over: rule,
	});
}

/** An empty field is no zero. */
const numberOf = (value: unknown): number =>
	value === '' || value === null || typeof value === 'boolean' ? Number.NaN : Number(value);

const refusal = (what: string) =>
	new InvalidParameterError('Frequency Cap', `"Frequency Cap" ${what}`);
