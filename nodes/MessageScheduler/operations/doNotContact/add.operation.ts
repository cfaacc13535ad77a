import type { Scope, Source } from '../../../../messages/doNotContact';
import type { BackendRef } from '../../../shared/backendRef';
import { entryFields, listOf } from '../../doNotContact';
import { optionsField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import {
	personFields,
	readPerson,
	readReason,
	readScope,
	readSourceOption,
	scopeField,
	sourceOption,
	type Person,
} from '../../fields/doNotContact';
import { backendFields, readBackend } from '../../fields/storage';
import { GATHERED_CONCURRENCY, type Operation, type Plan } from '../../operation';

interface AddPlan extends Plan {
	readonly store: BackendRef;
	readonly person: Person;
	readonly scope: Scope;
	readonly reason: string | null;
	readonly source: Source;
}

/** Enters people who are not to be written to any more. */
export const add: Operation<AddPlan> = {
	option: {
		name: 'Add',
		value: 'add',
		description: 'Enter a person who must not be written to any more',
		action: 'Add person to do not contact',
	},
	description: [
		...backendFields,
		...personFields,
		scopeField,
		{
			displayName: 'Reason',
			name: 'reason',
			type: 'string',
			default: '',
			placeholder: 'e.g. replied STOP',
			description: 'What people read in the list, and in the error of a message that is rejected',
		},
		optionsField([defaultCountryOption, sourceOption]),
	],

	concurrency: () => GATHERED_CONCURRENCY,

	prepare(context, index) {
		const person = readPerson(context, index);
		const scope = readScope(context.getNodeParameter('scope', index, scopeField.default));
		return {
			fingerprint: ['addDoNotContact', ...person.keys, scope],
			store: readBackend(context, index),
			person,
			scope,
			reason: readReason(context, index),
			source: readSourceOption(context, index),
		};
	},

	async perform({ store, person: { recipient, lid, keys }, scope, reason, source }, run) {
		const list = await listOf(run, store);
		const added = await Promise.all(
			keys.map(async (person) => await list.add({ person, scope, reason, source })),
		);
		const isNew = added.some((one) => one.isNew);
		return [{ added: isNew, recipient, lid, ...entryFields(added[0].entry, run) }];
	},
};
