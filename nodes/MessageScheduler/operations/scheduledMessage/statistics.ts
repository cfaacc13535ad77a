import type { IDataObject } from 'n8n-workflow';
import { InvalidParameter } from '../../../../messages/invalidParameter';
import { statistics as count } from '../../../../stores/table/statistics';
import { optionsField } from '../../fields/common';
import { readTable, tableField } from '../../fields/holdIn';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { TableRef } from '../../../shared/n8nTable';
import type { Operation, Plan } from '../../operation';

interface StatisticsPlan extends Plan {
	readonly table: TableRef;
	readonly days: number;
	readonly timezone: string;
}

const DAY = 86_400_000;

/** Counts the messages of a Data Table, of all accounts, and tells how well they are sent. */
export const statistics: Operation<StatisticsPlan> = {
	description: [
		tableField,
		{
			displayName: 'Period',
			name: 'periodDays',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 366 },
			default: 1,
			hint: 'In days',
			description:
				'How many days back to count. What is still to be sent is always counted. A long period of many messages takes long.',
		},
		optionsField([timezoneField]),
	],

	prepare(context, index, run) {
		const days = Number(context.getNodeParameter('periodDays', index, 1));
		if (!(days >= 1 && days <= 366)) {
			throw new InvalidParameter(
				'Period',
				`"Period" is "${String(days)}". Enter a number of days from 1 to 366.`,
			);
		}
		return {
			identity: ['statistics', String(index)],
			table: readTable(context, index),
			days,
			timezone: readTimezone(context, index, run),
		};
	},

	async perform({ table, days, timezone }, run) {
		const now = run.now();
		const [messages, accounts] = [await run.table(table), await run.accounts(table)];
		const counted = await count(messages, accounts, { now, since: now - days * DAY, timezone });
		return [{ ...counted } as unknown as IDataObject];
	},
};
