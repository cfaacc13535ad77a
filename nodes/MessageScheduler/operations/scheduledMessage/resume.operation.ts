import { resumeAccount } from '../../../../stores/table/accounts';
import { accountItem } from '../../accountItem';
import { optionsField } from '../../fields/common';
import { readTable, tableField } from '../../fields/storage';
import type { TableRef } from '../../../shared/dataTable';
import type { Operation, Plan } from '../../operation';

interface ResumePlan extends Plan {
	readonly table: TableRef;
}

/** Ends every pause of this credential's account, whether set by a person or by the dispatcher. */
export const resume: Operation<ResumePlan> = {
	option: {
		name: 'Resume',
		value: 'resume',
		description: 'Resume sending for a paused account',
		action: 'Resume account',
	},
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
