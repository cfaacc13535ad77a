import type { BackendRef } from '../../../shared/backendRef';
import { entryFields, findListOf } from '../../doNotContact';
import { optionsField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import { personFields, readPerson, type Person } from '../../fields/doNotContact';
import { backendFields, readBackend } from '../../fields/storage';
import { GATHERED_CONCURRENCY, type Operation, type Plan } from '../../operation';

interface CheckPlan extends Plan {
	readonly store: BackendRef;
	readonly person: Person;
}

/** Whether this credential's account must not write to people. */
export const check: Operation<CheckPlan> = {
	option: {
		name: 'Check',
		value: 'check',
		description: 'Find out whether this account must not write to a person',
		action: 'Check do not contact',
	},
	description: [...backendFields, ...personFields, optionsField([defaultCountryOption])],

	concurrency: () => GATHERED_CONCURRENCY,

	prepare(context, index) {
		const person = readPerson(context, index);
		return {
			fingerprint: ['checkDoNotContact', ...person.keys],
			store: readBackend(context, index),
			person,
		};
	},

	async perform({ store, person: { recipient, lid, keys } }, run) {
		const list = await findListOf(run, store);
		const entries = await Promise.all(keys.map(async (key) => (await list?.find(key)) ?? null));
		const entry = entries.find((one) => one !== null) ?? null;
		return [{ isListed: entry !== null, recipient, lid, ...entryFields(entry, run) }];
	},
};
