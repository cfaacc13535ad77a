import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import type { Recipient } from '../../../messages/recipient';
import { zonesOfNumber } from '../../../messages/recipientTime';
import {
	hoursOfPreset,
	presetOfNumber,
	QUIET_HOURS,
	QUIET_HOURS_AS_OF,
	type DailyHours,
	type SendingWindow,
} from '../../../messages/sendTime';
import { quote } from '../../../messages/text';
import { readOption } from './common';
import { timezoneChoices } from './sendTime';

const OWN_HOURS = 'own';
const BY_COUNTRY = 'byCountry';

const shownForOwnHours = { displayOptions: { show: { quietHours: [OWN_HOURS] } } };

/** In the order in which they are filled in. */
const windowFields: INodeProperties[] = [
	{
		displayName: 'Hours',
		name: 'quietHours',
		type: 'options',
		options: [
			{
				name: 'Own Hours',
				value: OWN_HOURS,
				description: 'The hours and weekdays below',
			},
			{
				name: "By the Recipient's Country",
				value: BY_COUNTRY,
				description: 'The first of these for the country of the number, else Any Other Country',
			},
			...QUIET_HOURS.map(({ id, name, hours, basis, sure }) => ({
				name,
				value: id,
				description: `${hours}. ${basis} Certainty: ${sure}.`,
			})),
		],
		default: OWN_HOURS,
		description: `Hours in which messages may be sent: your own, or those that a country's law or custom leaves for promotional messages, by the recipient's clock. This is no legal advice: confirm it with somebody who knows the law. Certainty: A = law read, B = several sources, C = custom. As of ${QUIET_HOURS_AS_OF}, without public holidays.`,
	},
	{
		displayName: 'From',
		name: 'from',
		type: 'string',
		default: '09:00',
		placeholder: 'e.g. 09:00',
		description: 'When the window opens',
		...shownForOwnHours,
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		default: '18:00',
		placeholder: 'e.g. 18:00',
		description: 'When the window closes. If earlier than "From", on the next day.',
		...shownForOwnHours,
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
		description: 'Days on which the window opens',
		...shownForOwnHours,
	},
	{
		displayName: "In the Recipient's Timezone",
		name: 'inRecipientTimezone',
		type: 'boolean',
		default: false,
		description:
			'Whether the hours are those of the timezone of the phone number, as those of every other choice of hours are. If several are possible, the window is open while it is open in all of them.',
		...shownForOwnHours,
	},
	{
		displayName: 'Timezone',
		name: 'timezone',
		type: 'options',
		options: timezoneChoices('Timezone of Send At'),
		default: '',
		description:
			"Timezone of Own Hours. Where the recipient's timezone counts, only for recipients whose timezone is unknown, such as groups.",
	},
	{
		displayName: 'No Sending On',
		name: 'closedOn',
		type: 'string',
		default: '',
		placeholder: 'e.g. 2026-12-25, 2026-12-26',
		description:
			'Days without sending, such as public holidays: dates separated by commas, or a list as an expression',
	},
];

/** When messages may be sent. */
export const sendingWindowOption: INodeProperties = {
	displayName: 'Sending Window',
	name: 'sendingWindow',
	type: 'fixedCollection',
	default: {},
	placeholder: 'Add Window',
	description:
		'Hours and days when messages may be sent. A time outside moves to the next opening. Messages that n8n stores keep the window when they are sent, too. Taken from the first item.',
	options: [
		{
			displayName: 'Window',
			name: 'window',
			values: windowFields,
		},
	],
};

/** What a window depends on beside the option. */
export interface WindowOf {
	readonly recipient: Recipient;
	/** The timezone of the send time. */
	readonly timezone: string;
	/** Whether the user has said that this is the recipient's. */
	readonly isRecipients: boolean;
}

/** *Sending Window*: the window of each message. */
export type WindowRule = (of: WindowOf) => SendingWindow;

/**
 * *Sending Window* of the first item; undefined without one.
 *
 * @throws InvalidParameterError naming *Sending Window*
 */
export function readWindow(context: IExecuteFunctions): WindowRule | undefined {
	const option = readOption(context, 0, 'sendingWindow') as
		| { window?: Readonly<Record<string, unknown>> }
		| undefined;
	if (option?.window === undefined) return undefined;
	const { timezone, closedOn } = option.window;
	const hoursFor = readHours(option.window);
	const isByRecipient = readIsByRecipient(option.window);
	const own = String(timezone ?? '').trim();
	const days = readDays(closedOn);
	return ({ recipient, timezone: ofTime, isRecipients }) => {
		const ofNumber = isByRecipient && !isRecipients ? zonesOfNumber(recipient.phone) : [];
		const fallback = isByRecipient && isRecipients ? ofTime : own || ofTime;
		const [zone = fallback, ...otherTimezones] = ofNumber;
		const [hours, ...moreHours] = hoursFor(recipient);
		return {
			...hours,
			timezone: zone,
			...(moreHours.length > 0 && { moreHours }),
			...(otherTimezones.length > 0 && { otherTimezones }),
			...(days.length > 0 && { closedOn: days }),
		};
	};
}

/** The hours of a country are those of the people there; one's own may be anybody's. */
function readIsByRecipient(window: Readonly<Record<string, unknown>>): boolean {
	const { quietHours = OWN_HOURS, inRecipientTimezone = false } = window;
	if (quietHours !== OWN_HOURS) return true;
	// An expression may return the word.
	const isBy = [true, 'true'].includes(inRecipientTimezone as string);
	if (isBy || [false, 'false'].includes(inRecipientTimezone as string)) return isBy;
	throw refusal(
		`has ${quote(inRecipientTimezone)} as "In the Recipient's Timezone". Use true or false.`,
	);
}

function readHours(
	window: Readonly<Record<string, unknown>>,
): (recipient: Recipient) => readonly DailyHours[] {
	const { quietHours = OWN_HOURS, from, to, weekdays } = window;
	if (quietHours === BY_COUNTRY) {
		return ({ phone }) => hoursOfPreset(presetOfNumber(phone));
	}
	const preset = QUIET_HOURS.find(({ id }) => id === quietHours);
	if (preset !== undefined) {
		const hours = hoursOfPreset(preset);
		return () => hours;
	}
	if (quietHours !== OWN_HOURS) {
		throw refusal(
			`has ${quote(quietHours)} as "Hours". Use one of: ${[OWN_HOURS, BY_COUNTRY, ...QUIET_HOURS.map(({ id }) => id)].join(', ')}.`,
		);
	}
	const hours: DailyHours = {
		from: String(from ?? '09:00'),
		to: String(to ?? '18:00'),
		weekdays: readWeekdays(weekdays),
	};
	return () => [hours];
}

/** Weekdays of a list, a number, or numbers in a text; only a window without the field has those of an office. */
function readWeekdays(value: unknown): readonly number[] {
	if (value === undefined) return [1, 2, 3, 4, 5];
	const list: readonly unknown[] = Array.isArray(value) ? value : String(value).split(',');
	return list.map((day) => {
		const number = String(day).trim();
		if (/^[1-7]$/.test(number)) return Number(number);
		throw refusal(
			`has ${quote(day)} as "Weekdays". Enter numbers from 1 for Monday to 7 for Sunday, separated by commas.`,
		);
	});
}

/** Dates of a text or a list, each once, in their order. Whether they are dates, the window itself checks. */
function readDays(value: unknown): readonly string[] {
	const list: readonly unknown[] = Array.isArray(value)
		? value
		: String(value ?? '').split(/[\s,;]+/);
	return [...new Set(list.map((day) => String(day).trim()).filter((day) => day !== ''))].sort();
}

const refusal = (what: string) =>
	new InvalidParameterError('Sending Window', `"Sending Window" ${what}`);
