import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { purge as remove } from '../../../../stores/table/purge';
import { readTable, tableField } from '../../fields/storage';
import type { TableRef } from '../../../shared/n8nTable';
import type { Operation, Plan } from '../../operation';

interface PurgePlan extends Plan {
	readonly table: TableRef;
	readonly days: number;
}

const DAY = 86_400_000;

/** Removes messages from a Data Table that are done with. */
export const purge: Operation<PurgePlan> = {
	description: [
		tableField,
		{
			displayName: 'Older Than',
			name: 'olderThanDays',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 90,
			hint: 'In days',
			description:
				'Days since a message last changed. Messages that are still to be sent are always kept.',
		},
	],

	prepare(context, index) {
		const days = Number(context.getNodeParameter('olderThanDays', index, 90));
		if (!(days >= 1 && days <= 36_500)) {
			throw new InvalidParameterError(
				'Older Than',
				`"Older Than" is "${String(days)}". Enter a number of days from 1.`,
			);
		}
		return { fingerprint: ['purge', String(index)], table: readTable(context, index), days };
	},

	async perform({ table, days }, run) {
		const before = new Date(run.now() - days * DAY).toISOString();
		return [{ deleted: await remove(await run.table(table), before) }];
	},
};
