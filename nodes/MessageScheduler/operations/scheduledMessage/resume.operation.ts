import { resumeAccount } from '../../../../stores/table/accounts';
import { accountItem } from '../../accountItem';
import { optionsField } from '../../fields/common';
import { readBackend, backendFields } from '../../fields/storage';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';

interface ResumePlan extends Plan {
	readonly store: BackendRef;
}

/** Ends every pause of this credential's account, whether set by a person or by the dispatcher. */
export const resume: Operation<ResumePlan> = {
	option: {
		name: 'Resume',
		value: 'resume',
		description: 'Resume sending for a paused account',
		action: 'Resume account',
	},
	description: [...backendFields, optionsField()],

	prepare: (context, index) => ({
		fingerprint: ['resume', String(index)],
		store: readBackend(context, index),
	}),

	async perform({ store }, run) {
		const { accounts, now } = await run.backend(store);
		const record = await resumeAccount(await accounts(), run.senders);
		return [accountItem(record, run.sender, { now: now(), timezone: run.timezone })];
	},
};
