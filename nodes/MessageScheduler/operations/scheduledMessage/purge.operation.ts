import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { readBackend, backendFields } from '../../fields/storage';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';

interface PurgePlan extends Plan {
	readonly store: BackendRef;
	readonly days: number;
}

const DAY = 86_400_000;

/** Removes messages from a store that are done with. */
export const purge: Operation<PurgePlan> = {
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
		return { fingerprint: ['purge', String(index)], store: readBackend(context, index), days };
	},

	async perform({ store, days }, run) {
		const backend = await run.backend(store);
		const before = new Date(backend.now() - days * DAY).toISOString();
		return [{ deleted: await backend.purge(before) }];
	},
};
