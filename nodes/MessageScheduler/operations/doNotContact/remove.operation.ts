import type { Scope } from '../../../../messages/doNotContact';
import type { BackendRef } from '../../../shared/backendRef';
import { findListOf } from '../../doNotContact';
import { optionsField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import {
	personFields,
	readPerson,
	readScope,
	removedScopeField,
	type Person,
} from '../../fields/doNotContact';
import { backendFields, readBackend } from '../../fields/storage';
import { GATHERED_CONCURRENCY, type Operation, type Plan } from '../../operation';

interface RemovePlan extends Plan {
	readonly store: BackendRef;
	readonly person: Person;
	/** Null for all entries of the person. */
	readonly scope: Scope | null;
}

/** Takes people off the list, who may be written to again. */
export const remove: Operation<RemovePlan> = {
	option: {
		name: 'Remove',
		value: 'remove',
		description: 'Take a person off the list, who may be written to again',
		action: 'Remove person from do not contact',
	},
	description: [
		...backendFields,
		...personFields,
		removedScopeField,
		optionsField([defaultCountryOption]),
	],

	concurrency: () => GATHERED_CONCURRENCY,

	prepare(context, index) {
		const person = readPerson(context, index);
		const scope: unknown = context.getNodeParameter('scope', index, removedScopeField.default);
		return {
			fingerprint: ['removeDoNotContact', ...person.keys, String(scope)],
			store: readBackend(context, index),
			person,
			scope: scope === 'any' ? null : readScope(scope),
		};
	},

	async perform({ store, person: { recipient, lid, keys }, scope }, run) {
		const list = await findListOf(run, store);
		const removed = await Promise.all(
			keys.map(async (key) => (await list?.remove(key, scope)) ?? 0),
		);
		const left = await Promise.all(keys.map(async (key) => (await list?.find(key)) ?? null));
		return [
			{
				removed: removed.some((count) => count > 0),
				isListed: left.some((entry) => entry !== null),
				recipient,
				lid,
				scope,
			},
		];
	},
};
