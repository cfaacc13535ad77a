import type { IExecuteFunctions } from 'n8n-workflow';
import { personOf } from '../../../../messages/doNotContact';
import { parseRecipient } from '../../../../messages/recipient';
import type { EntryFilter } from '../../../../stores/doNotContact/list';
import type { BackendRef } from '../../../shared/backendRef';
import { entryFields, findListOf } from '../../doNotContact';
import { optionsField } from '../../fields/common';
import { defaultCountryOption, readDefaultCountry } from '../../fields/defaultCountry';
import { readScope, readSource, scopeField, sourceOption } from '../../fields/doNotContact';
import { readFilters, readFilterValue } from '../../fields/filters';
import { readReturnAll, returnAllFields } from '../../fields/returnAll';
import { backendFields, readBackend } from '../../fields/storage';
import type { Operation, Plan } from '../../operation';

interface GetAllPlan extends Plan {
	readonly store: BackendRef;
	readonly filter: EntryFilter;
	/** Null for all. */
	readonly limit: number | null;
}

/** Lists who is not to be written to, the earliest entry first. */
export const getAll: Operation<GetAllPlan> = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		description: 'Retrieve a list of people who must not be written to, the earliest entry first',
		action: 'Get many people on do not contact',
	},
	description: [
		...backendFields,
		...returnAllFields,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: [
				{
					displayName: 'Recipient',
					name: 'recipient',
					type: 'string',
					default: '',
					placeholder: 'e.g. +14155238886',
					description: 'Only entries of this person',
				},
				{ ...scopeField, description: 'Only entries with this scope' },
				{ ...sourceOption, description: 'Only people who came onto the list in this way' },
			],
		},
		optionsField([defaultCountryOption]),
	],

	prepare(context, index) {
		return {
			fingerprint: ['getAllDoNotContact', String(index)],
			store: readBackend(context, index),
			filter: readFilter(context, index),
			limit: readReturnAll(context, index),
		};
	},

	async perform({ store, filter, limit }, run) {
		const list = await findListOf(run, store);
		const entries = (await list?.entries(filter, limit ?? Infinity)) ?? [];
		return entries.map((entry) => ({ recipient: entry.person, ...entryFields(entry, run) }));
	},
};

function readFilter(context: IExecuteFunctions, index: number): EntryFilter {
	const given = readFilters(context, index);
	const recipient = readFilterValue(given, 'recipient', 'Recipient');
	const scope = readFilterValue(given, 'scope', 'Scope');
	const source = readFilterValue(given, 'source', 'Source');
	return {
		...(recipient === undefined
			? {}
			: { person: personOf(parseRecipient(recipient, readDefaultCountry(context, index))) }),
		...(scope === undefined ? {} : { scope: readScope(scope) }),
		...(source === undefined ? {} : { source: readSource(source) }),
	};
}
