import type { IDataObject } from 'n8n-workflow';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { formatLocalTime, toLocalTime } from '../../../../messages/sendTime';
import type { Statistics } from '../../../../stores/table/statistics';
import { optionsField } from '../../fields/common';
import { readBackend, backendFields } from '../../fields/storage';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';

interface StatisticsPlan extends Plan {
	readonly store: BackendRef;
	readonly days: number;
	readonly timezone: string;
}

const DAY = 86_400_000;

/** Counts the messages of a store, of all accounts, and tells how well they are sent. */
export const statistics: Operation<StatisticsPlan> = {
	description: [
		...backendFields,
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
			throw new InvalidParameterError(
				'Period',
				`"Period" is "${String(days)}". Enter a number of days from 1 to 366.`,
			);
		}
		return {
			fingerprint: ['statistics', String(index)],
			store: readBackend(context, index),
			days,
			timezone: readTimezone(context, index, run),
		};
	},

	async perform({ store, days, timezone }, run) {
		const backend = await run.backend(store);
		const now = backend.now();
		const counted = await backend.statistics({ now, since: now - days * DAY, timezone });
		return [statisticsItem(counted, timezone)];
	},
};

/** Statistics as an item: times for people first, the exact ones below what was counted. */
function statisticsItem({ at, since, ...counted }: Statistics, timezone: string): IDataObject {
	const { local, timezone: zone } = toLocalTime(at, timezone);
	const item = {
		atLocal: local,
		sinceLocal: formatLocalTime(since, timezone),
		timezone: zone,
		...counted,
		paused: counted.paused.map(withoutEmptyAccount),
		unserved: counted.unserved.map(withoutEmptyAccount),
		byAccount: counted.byAccount.map(withoutEmptyAccount),
		at,
		since,
	};
	return item as unknown as IDataObject;
}

/** What is not known is null: the account of a row that a person typed in may be empty. */
const withoutEmptyAccount = <T extends { readonly account: string }>(of: T) => ({
	...of,
	account: of.account || null,
});
