import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { purge as remove } from '../../../../stores/table/purge';
import { readTable, tableField } from '../../fields/storage';
import type { TableRef } from '../../../shared/dataTable';
import type { Operation, Plan } from '../../operation';
import { DAY_MS } from '../../../../messages/duration';

interface PurgePlan extends Plan {
	readonly table: TableRef;
	readonly days: number;
}

/** Deletes finished messages from a Data Table. */
export const purge: Operation<PurgePlan> = {
	option: {
		name: 'Purge',
		value: 'purge',
		description: 'Delete finished messages from a Data Table',
		action: 'Purge old scheduled messages',
	},
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
				'Days since a message last changed. Messages that are still to be sent are never deleted.',
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
		const before = new Date(run.now() - days * DAY_MS).toISOString();
		return [{ deleted: await remove(await run.table(table), before) }];
	},
};
