import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	resolveForRecipient,
	zonesOfNumber,
	type IfSeveral,
	type IfUnknown,
	type RecipientTime,
	type TimezoneRules,
} from '../../../messages/recipientTime';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import {
	assertTimezone,
	isTimezone,
	resolveSendTime,
	type ResolvedSendTime,
} from '../../../messages/sendTime';
import { quote } from '../../../messages/text';
import type { Run } from '../run';
import { readOption } from './common';
import {
	readTimezone,
	readTimezoneValue,
	sendAtField,
	timezoneChoices,
	timezoneField,
} from './sendTime';

/** The value of *Timezone* that stands for each recipient's own. */
const RECIPIENT = 'recipient';
const RECIPIENTS = { name: "Recipient's (From the Number)", value: RECIPIENT };

/** *Timezone* where there are recipients. */
const recipientTimezoneField: INodeProperties = {
	...timezoneField,
	options: timezoneChoices("Workflow's Timezone", RECIPIENTS),
};

/** *Timezone* of the output, where it is an option. */
export const outputTimezoneField: INodeProperties = {
	...recipientTimezoneField,
	description:
		'Timezone of times in the output, and of times without an offset in filters. With "Recipient\'s", filters are in the workflow\'s timezone.',
};

/** When to send a message, in which timezone. */
export const sendTimeFields: INodeProperties[] = [
	sendAtField,
	recipientTimezoneField,
	{
		displayName: "Recipient's Timezone",
		name: 'recipientTimezone',
		type: 'string',
		default: '',
		placeholder: 'e.g. America/New_York',
		description:
			'Timezone of this recipient, if you know it, such as an expression for a column. If empty, the phone number determines it.',
		displayOptions: { show: { timezone: [RECIPIENT] } },
	},
	{
		displayName: 'Fallback Timezone',
		name: 'fallbackTimezone',
		type: 'options',
		options: timezoneChoices("Workflow's Timezone"),
		default: '',
		description: 'Timezone of recipients whose number tells none, such as groups',
		displayOptions: { show: { timezone: [RECIPIENT] } },
	},
];

/** Rules for recipients whose number does not tell one timezone. */
export const recipientTimezoneOptions: INodeProperties[] = [
	{
		displayName: 'If Several Timezones Are Possible',
		name: 'ifSeveralTimezones',
		type: 'options',
		options: [
			{
				name: 'Fallback Timezone',
				value: 'fallback',
				description: 'At that time in the fallback timezone',
			},
			{
				name: 'Main Timezone',
				value: 'main',
				description: 'At that time in the timezone of most people',
			},
			{
				name: 'Not Before It Anywhere',
				value: 'latest',
				description: 'When it is that time, or later, in all of them',
			},
			{ name: 'Reject', value: 'reject', description: 'Report it and schedule nothing' },
		],
		default: 'main',
		description:
			'What to do if the number can be in timezones whose clocks differ, such as a mobile number of Australia. Only with "Timezone" set to "Recipient\'s".',
	},
	{
		displayName: 'If the Timezone Is Unknown',
		name: 'ifTimezoneUnknown',
		type: 'options',
		options: [
			{
				name: 'Fallback Timezone',
				value: 'fallback',
				description: 'At that time in the fallback timezone',
			},
			{ name: 'Reject', value: 'reject', description: 'Report it and schedule nothing' },
		],
		default: 'fallback',
		description:
			'What to do with groups, channels, LIDs and numbers of no country. Only with "Timezone" set to "Recipient\'s".',
	},
];

const IF_SEVERAL: readonly IfSeveral[] = ['main', 'latest', 'fallback', 'reject'];
const IF_UNKNOWN: readonly IfUnknown[] = ['fallback', 'reject'];

/** *Send At* of one item, for whoever receives its message. */
export interface SendTime {
	/** Whether the recipient matters: then it is in the recipient's timezone, as far as that is known. */
	readonly isRecipients: boolean;
	/**
	 * @param message whom it is for; one that is stored already may know a timezone that was given for it
	 * @throws InvalidParameterError if the number tells no single timezone, and the options reject that
	 */
	for(message: MessageFor): RecipientTime | PlainTime;
}

/** A message, as far as its recipient's timezone goes. */
export type MessageFor = Pick<ScheduledMessage, 'recipient' | 'timezone' | 'timezoneSource'>;

/** A send time that is in no recipient's timezone. */
interface PlainTime extends Omit<RecipientTime, 'source'> {
	readonly source: null;
}

/**
 * Reads *Send At* of one item. Relative times count from the first attempt of the run.
 *
 * @throws InvalidParameterError
 */
export function readSendTime(context: IExecuteFunctions, index: number, run: Run): SendTime {
	const value = context.getNodeParameter('sendAt', index, '');
	if (readTimezoneValue(context, index) !== RECIPIENT) {
		const time = resolveIn(readTimezone(context, index, run), value, run);
		return { isRecipients: false, for: () => ({ time, source: null, possible: [] }) };
	}
	const rules = readRules(context, index, run);
	const resolve = (timezone: string) => resolveOnce(timezone, value, run);
	// What is wrong with "Send At" is so in every timezone: better known before a message is looked up.
	resolve(rules.given ?? rules.fallback);
	return {
		isRecipients: true,
		for: (message) => {
			const given = rules.given ?? givenFor(message);
			return resolveForRecipient(message.recipient, { ...rules, given }, resolve);
		},
	};
}

/** The timezone that was given when a stored message was scheduled. A person may have edited it. */
const givenFor = ({ timezone, timezoneSource }: MessageFor): string | null =>
	timezoneSource === 'given' && isTimezone(timezone) ? timezone : null;

const resolveIn = (timezone: string, value: unknown, run: Run): ResolvedSendTime =>
	resolveSendTime(value, timezone, { now: run.ledger.startedAt });

/** What a run has resolved. */
const resolved = new WeakMap<Run, Map<string, ResolvedSendTime>>();
const MAX_RESOLVED = 10_000;

/** A number may be in eleven timezones, and most lists have one time for all their items. */
function resolveOnce(timezone: string, value: unknown, run: Run): ResolvedSendTime {
	if (typeof value !== 'string') return resolveIn(timezone, value, run);
	const known = resolved.get(run) ?? new Map<string, ResolvedSendTime>();
	if (known.size >= MAX_RESOLVED) known.clear();
	resolved.set(run, known);
	const key = `${timezone} ${value}`;
	const time = known.get(key) ?? resolveIn(timezone, value, run);
	known.set(key, time);
	return time;
}

function readRules(context: IExecuteFunctions, index: number, run: Run): TimezoneRules {
	const text = (name: string) =>
		String(context.getNodeParameter(name, index, '') ?? '').trim() || null;
	const given = text('recipientTimezone');
	const fallback = text('fallbackTimezone');
	if (given !== null) assertTimezone(given, "Recipient's Timezone");
	if (fallback !== null) assertTimezone(fallback, 'Fallback Timezone');
	return {
		given,
		fallback: fallback ?? run.timezone,
		ifSeveral: oneOf(
			IF_SEVERAL,
			'If Several Timezones Are Possible',
			readOption(context, index, 'ifSeveralTimezones') ?? 'main',
		),
		ifUnknown: oneOf(
			IF_UNKNOWN,
			'If the Timezone Is Unknown',
			readOption(context, index, 'ifTimezoneUnknown') ?? 'fallback',
		),
	};
}

function oneOf<T extends string>(choices: readonly T[], parameter: string, value: unknown): T {
	const known = choices.find((choice) => choice === value);
	if (known !== undefined) return known;
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is ${quote(value)}. Use one of: ${choices.join(', ')}.`,
	);
}

/** The timezone of times without an offset that belong to no recipient, such as filters. */
export function readFilterTimezone(context: IExecuteFunctions, index: number, run: Run): string {
	const timezone = readTimezone(context, index, run);
	return timezone === RECIPIENT ? run.timezone : timezone;
}

/**
 * The timezone in which a message is shown. Of a recipient's own: the one that is stored with the message,
 * else the main one of the number, else the workflow's.
 */
export function readOutputTimezone(
	context: IExecuteFunctions,
	index: number,
	run: Run,
): string | ((message: ScheduledMessage) => string) {
	const timezone = readTimezone(context, index, run);
	if (timezone !== RECIPIENT) return timezone;
	return ({ timezone: stored, recipient }) => {
		if (stored !== undefined && isTimezone(stored)) return stored;
		const [main = run.timezone] = zonesOfNumber(recipient?.phone ?? null);
		return main;
	};
}
