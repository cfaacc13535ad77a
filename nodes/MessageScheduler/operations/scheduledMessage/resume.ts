import { resumeAccount } from '../../../../stores/table/accounts';
import { accountItem } from '../../accountItem';
import { optionsField } from '../../fields/common';
import { readStore, storeFields } from '../../fields/holdIn';
import type { StoreRef } from '../../../shared/storeRef';
import type { Operation, Plan } from '../../operation';

interface ResumePlan extends Plan {
	readonly store: StoreRef;
}

/** Ends every pause of this credential's account, a person's and the dispatcher's own. */
export const resume: Operation<ResumePlan> = {
	description: [...storeFields, optionsField()],

	prepare: (context, index) => ({
		identity: ['resume', String(index)],
		store: readStore(context, index),
	}),

	async perform({ store }, run) {
		const { accounts, now } = await run.backend(store);
		const record = await resumeAccount(await accounts(), run.senders);
		return [accountItem(record, run.sender, { now: now(), timezone: run.timezone })];
	},
};
