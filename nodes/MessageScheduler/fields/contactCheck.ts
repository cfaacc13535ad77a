import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { personOf } from '../../../messages/doNotContact';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import type { Recipient } from '../../../messages/recipient';
import { quote } from '../../../messages/text';
import type { BackendRef, StoreChoice } from '../../shared/backendRef';
import type { ContactRule } from '../doNotContact';
import { readOption } from './common';
import { postgresFields, readPostgres } from './postgres';
import { DATA_TABLE, readTable, tableField } from './storage';

const CHECK = 'Check Do Not Contact';
const IF_LISTED = 'If Recipient Is on Do Not Contact';

type Shown = Record<string, string[]>;

/** Where the list is, for messages that no store of this package holds. */
export const contactFields = (shown: Shown = {}): INodeProperties[] => {
	const showIf = (place: string) => ({
		displayOptions: { show: { ...shown, checkDoNotContact: [place] } },
	});
	return [
		{
			displayName: CHECK,
			name: 'checkDoNotContact',
			type: 'options',
			options: [
				{ name: 'Not Checked', value: 'none', description: 'The message goes to anybody' },
				{ name: DATA_TABLE, value: 'dataTable', description: 'The list beside a Data Table' },
				{ name: 'PostgreSQL', value: 'postgres', description: 'The list in your PostgreSQL' },
			],
			default: 'none',
			description:
				'Whether to check that the recipient is not on Do Not Contact, and where that list is',
			...(Object.keys(shown).length === 0 ? {} : { displayOptions: { show: shown } }),
		},
		{
			...tableField,
			description: 'The n8n Data Table of messages that has the list beside it. It must exist.',
			...showIf('dataTable'),
		},
		...postgresFields.map((field) => ({ ...field, ...showIf('postgres') })),
	];
};

/** What to do about a recipient on the list. */
export const ifListedOption: INodeProperties = {
	displayName: IF_LISTED,
	name: 'ifDoNotContact',
	type: 'options',
	options: [
		{ name: 'Reject', value: 'reject', description: 'Stop with an error that names the recipient' },
		{
			name: 'Send Anyway',
			value: 'ignore',
			description: 'For a code or a legal notice. Send Due sends such a message as well.',
		},
		{
			name: 'Skip',
			value: 'skip',
			description: 'Return an item with the status cancelled, without an error',
		},
	],
	default: 'reject',
	description:
		'What to do if the recipient asked for no more messages. Messages in a Data Table or PostgreSQL are checked when they are scheduled and right before they are sent.',
};

/**
 * Reads what one item says of Do Not Contact.
 *
 * @param choice where the message is stored; null if it is sent immediately
 * @returns `rule`: null if nobody is looked for
 * @throws InvalidParameterError
 */
export function readContactRule(
	context: IExecuteFunctions,
	index: number,
	recipient: Recipient,
	choice: StoreChoice | null,
): { readonly rule: ContactRule | null; readonly ignoresDoNotContact: boolean } {
	const given = readOption(context, index, 'ifDoNotContact');
	const ifListed = given ?? ifListedOption.default;
	if (ifListed === 'ignore') return { rule: null, ignoresDoNotContact: true };
	if (ifListed !== 'reject' && ifListed !== 'skip') {
		throw new InvalidParameterError(
			IF_LISTED,
			`"${IF_LISTED}" is ${quote(ifListed)}. Use one of: reject, ignore, skip.`,
		);
	}
	const isStored = choice !== null && choice.in !== 'gateway';
	const ref = isStored ? choice : readPlace(context, index);
	if (ref === null && given !== undefined) {
		throw new InvalidParameterError(
			CHECK,
			`"${CHECK}" is "Not Checked", so "${IF_LISTED}" would do nothing`,
			`Choose where the list is, or remove the option "${IF_LISTED}".`,
		);
	}
	const person = personOf(recipient);
	return {
		rule: ref === null ? null : { ref, create: isStored, ifListed, person },
		ignoresDoNotContact: false,
	};
}

function readPlace(context: IExecuteFunctions, index: number): BackendRef | null {
	const place: unknown = context.getNodeParameter('checkDoNotContact', index, 'none');
	if (place === 'none') return null;
	if (place === 'dataTable') return { in: 'dataTable', table: readTable(context, index) };
	if (place === 'postgres') return readPostgres(context, index);
	throw new InvalidParameterError(
		CHECK,
		`"${CHECK}" is ${quote(place)}. Use one of: none, dataTable, postgres.`,
	);
}
