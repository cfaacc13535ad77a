import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import type { IfExists } from '../../../stores/store';
import { readOption } from './common';

/** The table's name unless the user gives another. */
export const DEFAULT_KEY_TABLE = 'message_keys';

const MAX_KEY_LENGTH = 200;

/** One key, one message. */
export const deduplicationKeyOption: INodeProperties = {
	displayName: 'Deduplication Key',
	name: 'deduplicationKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.orderId }}-reminder',
	description:
		'In one account one key makes one message, whatever runs again, in whatever order, also at the same moment. A key stays used whatever becomes of its message, until its row is removed (operation Purge). Up to 200 characters.',
};

/** Where keys are kept that no gateway keeps. */
export const deduplicationTableOption: INodeProperties = {
	displayName: 'Deduplication Table',
	name: 'deduplicationTable',
	type: 'string',
	default: DEFAULT_KEY_TABLE,
	placeholder: 'e.g. message_keys',
	description:
		'Name of the n8n Data Table that keeps which message a key has, unless the messages themselves are in a Data Table. It is made where it is missing. Read from the first item.',
};

/** @throws InvalidParameterError naming *Deduplication Key*; null where the user did not add it */
export function readDeduplicationKey(context: IExecuteFunctions, index: number): string | null {
	const value = readOption(context, index, 'deduplicationKey');
	if (value === undefined) return null;
	const key = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (key !== '' && key.length <= MAX_KEY_LENGTH) return key;
	throw new InvalidParameterError(
		'Deduplication Key',
		key === ''
			? '"Deduplication Key" is empty'
			: `"Deduplication Key" has ${key.length} characters, more than ${MAX_KEY_LENGTH}`,
		key === ''
			? 'Enter what tells this message from all others, e.g. {{ $json.orderId }}-reminder, or remove the option.'
			: `Enter one of at most ${MAX_KEY_LENGTH} characters.`,
	);
}

const RULES: readonly IfExists[] = ['schedule', 'return', 'replace', 'reject'];

/**
 * What to do where the message is there already: unless given, it is returned where it has a key.
 *
 * @throws InvalidParameterError naming *If Already Scheduled*
 */
export function readIfScheduled(
	context: IExecuteFunctions,
	index: number,
	key: string | null,
): IfExists {
	const value = readOption(context, index, 'ifAlreadyScheduled');
	const rule = RULES.find((one) => one === (value ?? (key === null ? 'schedule' : 'return')));
	const refuse = (why: string): never => {
		throw new InvalidParameterError(
			'If Already Scheduled',
			`"If Already Scheduled" is "${String(value).slice(0, 40)}"${why}`,
		);
	};
	if (rule === undefined) return refuse(`. Use one of: ${RULES.join(', ')}.`);
	if (key !== null && rule === 'schedule') {
		return refuse(
			', but with a "Deduplication Key" there is one message only. Choose another, or remove the key.',
		);
	}
	if (key === null && (rule === 'replace' || rule === 'reject')) {
		return refuse(', which needs a "Deduplication Key". Add it under "Options".');
	}
	return rule;
}

/** What to do where a message with the key was sent already. */
export const ifAlreadySentOption: INodeProperties = {
	displayName: 'If Already Sent',
	name: 'ifAlreadySent',
	type: 'options',
	options: [
		{
			name: 'Reject',
			value: 'reject',
			description: 'Say what became of that message',
		},
		{
			name: 'Return the Sent One',
			value: 'return',
			description: 'That message is returned as it was when it was sent',
		},
	],
	default: 'return',
	description: 'What to do where "Deduplication Key" has a message already. None is sent again.',
};

/** @throws InvalidParameterError naming *If Already Sent* */
export function readIfSent(context: IExecuteFunctions, index: number): 'return' | 'reject' {
	const value = readOption(context, index, 'ifAlreadySent') ?? 'return';
	if (value === 'return' || value === 'reject') return value;
	throw new InvalidParameterError(
		'If Already Sent',
		`"If Already Sent" is "${String(value).slice(0, 40)}". Use one of: return, refuse.`,
	);
}
