import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import {
	personOf,
	SCOPES,
	SOURCES,
	withoutDevice,
	type Scope,
	type Source,
} from '../../../messages/doNotContact';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { parseRecipient, type Recipient } from '../../../messages/recipient';
import { quote, shorten } from '../../../messages/text';
import { readOption } from './common';
import { readDefaultCountry } from './defaultCountry';

const SCOPE_OPTIONS = [
	{
		name: 'All Accounts',
		value: 'all',
		description: 'No credential sends to the person any more',
	},
	{
		name: 'SMS',
		value: 'sms',
		description: 'No account for SMS sends to the person any more',
	},
	{
		name: 'This Account',
		value: 'account',
		description: "Only this credential's account no longer sends to the person",
	},
	{
		name: 'WhatsApp',
		value: 'whatsapp',
		description: 'No account for WhatsApp sends to the person any more',
	},
];

/** For whom an entry holds. */
export const scopeField: INodeProperties = {
	displayName: 'Scope',
	name: 'scope',
	type: 'options',
	options: SCOPE_OPTIONS,
	default: 'account',
	description: 'For which accounts the entry holds',
};

/** Which entries to remove. */
export const removedScopeField: INodeProperties = {
	...scopeField,
	options: [
		...SCOPE_OPTIONS,
		{
			name: 'Whatever the Scope',
			value: 'any',
			description: 'All entries of the person, also those of other accounts',
		},
	],
	description: 'Which entries to remove',
};

/** How the person came onto the list. */
export const sourceOption: INodeProperties = {
	displayName: 'Source',
	name: 'source',
	type: 'options',
	options: [
		{ name: 'Gateway', value: 'gateway', description: 'The gateway reports it' },
		{ name: 'Import', value: 'import', description: 'Another list had the person' },
		{ name: 'Manual', value: 'manual', description: 'Somebody entered the person' },
		{ name: 'Reply', value: 'reply', description: 'The person asked for it in a message' },
	],
	default: 'manual',
	description:
		'How the person came onto the list. Without it: Reply if the input item is a received message, Gateway if it is a preference, else Manual.',
};

/** Who it is about, by default whoever wrote the message of the input item. */
export const personFields: INodeProperties[] = [
	{
		displayName: 'Recipient',
		name: 'recipient',
		type: 'string',
		required: true,
		default: '={{ $json.from ?? $json.recipient }}',
		placeholder: 'e.g. +14155238886',
		description:
			'Phone number with country code, or a WhatsApp chat ID. By default, who wrote the received message, or whom the status is about.',
	},
	{
		displayName: 'LID',
		name: 'lid',
		type: 'string',
		default: '={{ $json.fromLid }}',
		placeholder: 'e.g. 212738495827364@lid',
		description:
			"WhatsApp's hidden ID of the person, if it is known beside the number: the person is known by both",
	},
];

/** A person, as the list knows them. */
export interface Person {
	/** The phone number, or the address of whom no number is known. */
	readonly recipient: string;
	readonly lid: string | null;
	/** Both, or the one that there is. */
	readonly keys: readonly string[];
}

/** @throws InvalidParameterError naming *Recipient* or *LID* */
export function readPerson(context: IExecuteFunctions, index: number): Person {
	const given: unknown = context.getNodeParameter('recipient', index, '');
	const address = typeof given === 'string' ? withoutDevice(given.trim()) : given;
	const recipient = personOf(
		parseRecipient(address, readDefaultCountry(context, index)) satisfies Recipient,
	);
	const lid = readLid(context.getNodeParameter('lid', index, ''));
	return { recipient, lid, keys: [...new Set([recipient, ...(lid === null ? [] : [lid])])] };
}

const MAX_LID_LENGTH = 128;

/** The id as the list names it. Gateways have others than `…@lid`. */
function readLid(value: unknown): string | null {
	const text = value === null || value === undefined ? '' : String(value).trim();
	if (text === '') return null;
	if (typeof value === 'string' && text.length <= MAX_LID_LENGTH && !/\s/.test(text)) {
		return withoutDevice(text);
	}
	throw new InvalidParameterError(
		'LID',
		`"LID" is ${quote(value)}. Enter one hidden ID, such as 212738495827364@lid, or leave it empty.`,
	);
}

/** @throws InvalidParameterError naming *Scope* */
export function readScope(value: unknown): Scope {
	const scope = SCOPES.find((one) => one === value);
	if (scope !== undefined) return scope;
	throw new InvalidParameterError(
		'Scope',
		`"Scope" is ${quote(value)}. Use one of: ${SCOPES.join(', ')}.`,
	);
}

/** @throws InvalidParameterError naming *Source* */
export function readSource(value: unknown): Source {
	const source = SOURCES.find((one) => one === value);
	if (source !== undefined) return source;
	throw new InvalidParameterError(
		'Source',
		`"Source" is ${quote(value)}. Use one of: ${SOURCES.join(', ')}.`,
	);
}

/** A reason is for people: no message of a stranger fills the table. */
const MAX_REASON_LENGTH = 500;

export function readReason(context: IExecuteFunctions, index: number): string | null {
	const value: unknown = context.getNodeParameter('reason', index, '');
	const text = value === null || value === undefined ? '' : String(value).trim();
	return text === '' ? null : shorten(text, MAX_REASON_LENGTH);
}

const SOURCE_OF_EVENT = new Map<unknown, Source>([
	['received', 'reply'],
	['preference', 'gateway'],
]);

/** *Source* of an item; by default, that of the event that it is, and `manual` of anything else. */
export const readSourceOption = (context: IExecuteFunctions, index: number): Source => {
	const { event } = context.getInputData()[index].json;
	return readSource(readOption(context, index, 'source') ?? SOURCE_OF_EVENT.get(event) ?? 'manual');
};

/** Whether people whom the gateway reports as opted out are entered by themselves. */
export const addOptOutsOption: INodeProperties = {
	displayName: 'Add Opt-Outs',
	name: 'addOptOuts',
	type: 'boolean',
	default: true,
	description:
		'Whether to add people to Do Not Contact who opt out: whom the gateway reports as unsubscribed, or who ask for it in a message or by a preference (optOut)',
};

export const readAddOptOuts = (context: IExecuteFunctions, index: number): boolean =>
	readOption(context, index, 'addOptOuts') !== false;
