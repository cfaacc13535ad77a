import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { readBackend, backendFields } from '../../fields/storage';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';
import { DAY_MS } from '../../../../messages/duration';

interface PurgePlan extends Plan {
	readonly store: BackendRef;
	readonly days: number;
}

/** Deletes finished messages from a Data Table or PostgreSQL. */
export const purge: Operation<PurgePlan> = {
	option: {
		name: 'Purge',
		value: 'purge',
		description: 'Delete finished messages from a Data Table or PostgreSQL',
		action: 'Purge old scheduled messages',
	},
	description: [
		...backendFields,
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
		return { fingerprint: ['purge', String(index)], store: readBackend(context, index), days };
	},

	async perform({ store, days }, run) {
		const backend = await run.backend(store);
		const before = new Date(backend.now() - days * DAY_MS).toISOString();
		return [{ deleted: await backend.purge(before) }];
	},
};
