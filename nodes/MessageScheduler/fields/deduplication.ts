import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import type { IfExists } from '../../../stores/store';
import { readOption } from './common';
import { quote } from '../../../messages/text';

/** The table's default name. */
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
		'Each key creates one message per account, even if workflows run again or concurrently. A key stays used, whatever the status of its message, until its row is removed (operation Purge). Up to 200 characters.',
};

/** Where deduplication keys are stored, since no gateway stores them. */
export const deduplicationTableOption: INodeProperties = {
	displayName: 'Deduplication Table',
	name: 'deduplicationTable',
	type: 'string',
	default: DEFAULT_KEY_TABLE,
	placeholder: 'e.g. message_keys',
	description:
		'Name of the n8n Data Table that stores which message a key has, unless the messages themselves are in a Data Table or PostgreSQL. It is created if it does not exist. Taken from the first item.',
};

/** Null if the user did not add it. @throws InvalidParameterError naming *Deduplication Key* */
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
			? 'Enter a value that is unique to this message, e.g. {{ $json.orderId }}-reminder, or remove the option.'
			: `Enter a key of at most ${MAX_KEY_LENGTH} characters.`,
	);
}

const RULES: readonly IfExists[] = ['schedule', 'return', 'replace', 'reject'];

/**
 * What to do if the message is already scheduled. By default it is returned if it has a key.
 *
 * @param hasFile whether its media is a file from n8n, which is another upload each time
 * @throws InvalidParameterError naming *If Already Scheduled*
 */
export function readIfScheduled(
	context: IExecuteFunctions,
	index: number,
	key: string | null,
	hasFile: boolean,
): IfExists {
	const value = readOption(context, index, 'ifAlreadyScheduled');
	const rule = RULES.find((one) => one === (value ?? (key === null ? 'schedule' : 'return')));
	const reject = (why: string): never => {
		throw new InvalidParameterError(
			'If Already Scheduled',
			`"If Already Scheduled" is ${quote(value)}${why}`,
		);
	};
	if (rule === undefined) return reject(`. Use one of: ${RULES.join(', ')}.`);
	if (key !== null && rule === 'schedule') {
		return reject(
			', but a "Deduplication Key" allows one message only. Choose another value, or remove the key.',
		);
	}
	if (key === null && (rule === 'replace' || rule === 'reject')) {
		return reject(', which requires a "Deduplication Key". Add it under "Options".');
	}
	if (key === null && hasFile && rule === 'return') {
		return reject(
			', which compares contents and cannot compare files from n8n. Add a "Deduplication Key", or remove this option.',
		);
	}
	return rule;
}

/** What to do if a message with the key was already sent. */
export const ifAlreadySentOption: INodeProperties = {
	displayName: 'If Already Sent',
	name: 'ifAlreadySent',
	type: 'options',
	options: [
		{
			name: 'Reject',
			value: 'reject',
			description: 'Stop and report the status of that message',
		},
		{
			name: 'Return the Sent One',
			value: 'return',
			description: 'Return that message as it was when it was sent',
		},
	],
	default: 'return',
	description: 'What to do if "Deduplication Key" already has a message. No message is sent again.',
};

/** @throws InvalidParameterError naming *If Already Sent* */
export function readIfSent(context: IExecuteFunctions, index: number): 'return' | 'reject' {
	const value = readOption(context, index, 'ifAlreadySent') ?? 'return';
	if (value === 'return' || value === 'reject') return value;
	throw new InvalidParameterError(
		'If Already Sent',
		`"If Already Sent" is ${quote(value)}. Use one of: return, reject.`,
	);
}
