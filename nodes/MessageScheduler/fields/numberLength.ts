import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { lengthProblem } from '../../../messages/numberLength';
import type { Recipient } from '../../../messages/recipient';
import { quote } from '../../../messages/text';
import { readOption } from './common';

const PARAMETER = 'If a Number Is Too Short or Long';

/** What to do with a phone number that has a digit too many or too few. */
export const ifNumberLengthOption: INodeProperties = {
	displayName: PARAMETER,
	name: 'ifNumberLength',
	type: 'options',
	options: [
		{ name: 'Reject', value: 'reject', description: 'Report it and send nothing' },
		{ name: 'Warn', value: 'warn', description: 'Go on, with a line in the output' },
	],
	default: 'warn',
	description: 'What to do if no number of its country has as many digits',
};

/**
 * What the user should know of a recipient's number.
 *
 * @throws InvalidParameterError naming *Recipient* if its length is impossible, and is to be rejected
 */
export function numberWarnings(
	context: IExecuteFunctions,
	index: number,
	{ phone }: Recipient,
): readonly string[] {
	const rule = readOption(context, index, 'ifNumberLength') ?? 'warn';
	if (rule !== 'warn' && rule !== 'reject') {
		throw new InvalidParameterError(
			PARAMETER,
			`"${PARAMETER}" is ${quote(rule)}. Use one of: warn, reject.`,
		);
	}
	const problem = lengthProblem(phone);
	if (problem === null) return [];
	if (rule === 'warn') return [`${problem} Check it.`];
	throw new InvalidParameterError(
		'Recipient',
		problem,
		`Correct it, or choose another "${PARAMETER}" under Options.`,
	);
}
