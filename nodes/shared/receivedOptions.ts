import type { INodeProperties } from 'n8n-workflow';
import { MINUTE_MS } from '../../messages/duration';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import {
	DEFAULT_OPT_OUT_LISTS,
	OPT_OUT_LIST_NAMES,
	OPT_OUT_LISTS,
	optOutDetector,
	type OptOutList,
} from '../../messages/optOut';
import type { ReceivedMessage } from '../../messages/receivedMessage';
import { quote } from '../../messages/text';

/** What is about another message, and no answer by itself: left out unless chosen. */
const ABOUT_TYPES = ['deletion', 'edit', 'reaction'] as const;

const LISTS = 'Detect Opt-Outs';

const GROUPS = 'Include Groups';
const TYPES = 'Include Reactions, Edits and Deletions';
const OLDER = 'Ignore Older Than';

const optOutListOptions = OPT_OUT_LIST_NAMES.map((value) => {
	const { label, words } = OPT_OUT_LISTS[value];
	return { name: label, value, description: Object.values(words).flat().join(', ') };
}).sort((a, b) => a.name.localeCompare(b.name));

/** The options about received messages, for nodes that have chosen these: sorted by name. */
export const receivedOptions = (
	shown: NonNullable<INodeProperties['displayOptions']>['show'],
): INodeProperties[] => {
	const displayOptions = { show: shown };
	return [
		{
			displayName: LISTS,
			name: 'optOutLists',
			type: 'multiOptions',
			options: optOutListOptions,
			default: [...DEFAULT_OPT_OUT_LISTS],
			displayOptions,
			description:
				'Lists of words by which optOut says that the person wants no more messages, wants them again, or asks for help. The whole message must be such a word. What the gateway itself reports comes first.',
		},
		{
			displayName: OLDER,
			name: 'ignoreOlderThanMinutes',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			displayOptions,
			hint: 'In minutes',
			description:
				'Minutes after which a received message no longer counts: after a reconnection gateways report what came meanwhile. A message without a time is never too old. 0: no limit.',
		},
		{
			displayName: GROUPS,
			name: 'includeGroups',
			type: 'boolean',
			default: false,
			displayOptions,
			description: 'Whether to include messages that were written in a group',
		},
		{
			displayName: TYPES,
			name: 'includeTypes',
			type: 'multiOptions',
			options: [
				{ name: 'Deletions', value: 'deletion', description: 'A message was taken back' },
				{ name: 'Edits', value: 'edit', description: 'A message was changed' },
				{ name: 'Reactions', value: 'reaction', description: 'An emoji on a message' },
			],
			default: [],
			displayOptions,
			description: 'What else to include, beside messages that somebody writes',
		},
		{
			displayName: 'Own Opt-Out Words',
			name: 'ownOptOutWords',
			type: 'string',
			default: '',
			placeholder: 'e.g. ABMELDEN, BAJA',
			displayOptions,
			description: 'More words that mean stop, separated by commas or line breaks',
		},
	];
};

/** The *Options* of a node, as n8n gives them. */
type Options = Readonly<Record<string, unknown>>;

/**
 * @throws InvalidParameterError naming the option with a choice that there is not, or *Ignore Older Than*, if its value
 *   is no number of minutes
 */
export function assertReceivedOptions({
	ignoreOlderThanMinutes: value,
	optOutLists,
	includeTypes,
}: Options): void {
	assertChoices(LISTS, optOutLists, OPT_OUT_LIST_NAMES);
	assertChoices(TYPES, includeTypes, ABOUT_TYPES);
	if (value === undefined || value === 0 || maxAgeOf(value) !== null) return;
	throw new InvalidParameterError(
		OLDER,
		`"${OLDER}" is ${quote(value)}. Enter a number of minutes, or 0 for no limit.`,
	);
}

function assertChoices(option: string, value: unknown, choices: readonly string[]): void {
	const unknown = listOf(value).find((one) => !choices.includes(one));
	if (unknown === undefined) return;
	throw new InvalidParameterError(
		option,
		`"${option}" has ${quote(unknown)}. Use a list of these: ${choices.join(', ')}.`,
	);
}

/** In milliseconds; null if there is no such limit. */
const maxAgeOf = (value: unknown): number | null => {
	const minutes = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	return value !== null && Number.isFinite(minutes) && minutes > 0 ? minutes * MINUTE_MS : null;
};

/**
 * Which received messages are left out: by the name of the option that says so; null of one that is wanted.
 * Never throws.
 */
export function leftOutBy(options: Options): (message: ReceivedMessage) => string | null {
	const types = listOf(options.includeTypes);
	const maxAge = maxAgeOf(options.ignoreOlderThanMinutes);
	return ({ chat, type, occurredAt, receivedAt }) => {
		if (options.includeGroups !== true && chat?.kind === 'group') return GROUPS;
		if (ABOUT_TYPES.some((about) => about === type) && !types.includes(type)) return TYPES;
		const age = occurredAt === null ? 0 : Date.parse(receivedAt) - Date.parse(occurredAt);
		return maxAge !== null && age > maxAge ? OLDER : null;
	};
}

/** Sets `optOut` by the words of the options. Never throws. */
export function withOptOut(options: Options): (message: ReceivedMessage) => ReceivedMessage {
	const { optOutLists = DEFAULT_OPT_OUT_LISTS, ownOptOutWords } = options;
	const detect = optOutDetector(
		listOf(optOutLists).filter((list): list is OptOutList => Object.hasOwn(OPT_OUT_LISTS, list)),
		listOf(ownOptOutWords),
	);
	return (message) => ({ ...message, optOut: detect(message) });
}

/** A list; an expression may give it as text, separated by commas or line breaks. */
const listOf = (value: unknown): string[] => {
	const all: readonly unknown[] = Array.isArray(value) ? value : [value];
	return all
		.flatMap((one) => (typeof one === 'string' ? one.split(/[,\n\r]/) : []))
		.map((one) => one.trim())
		.filter((one) => one !== '');
};
