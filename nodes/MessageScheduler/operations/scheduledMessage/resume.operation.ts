import { resumeAccount } from '../../../../stores/table/accounts';
import { accountItem } from '../../accountItem';
import { optionsField } from '../../fields/common';
import { readTable, tableField } from '../../fields/storage';
import type { TableRef } from '../../../shared/n8nTable';
import type { Operation, Plan } from '../../operation';

interface ResumePlan extends Plan {
	readonly table: TableRef;
}

/** Ends every pause of this credential's account, a person's and the dispatcher's own. */
export const resume: Operation<ResumePlan> = {
	description: [tableField, optionsField()],

	prepare: (context, index) => ({
		fingerprint: ['resume', String(index)],
		table: readTable(context, index),
	}),

	async perform({ table }, run) {
		const record = await resumeAccount(await run.accounts(table), run.senders);
		return [accountItem(record, run.sender, { now: run.now(), timezone: run.timezone })];
	},
};
