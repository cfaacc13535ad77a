import type { IDataObject } from 'n8n-workflow';
import { formatLocalTime, toLocalTime } from '../../../../messages/sendTime';
import type { Statistics } from '../../../../stores/table/statistics';
import { optionsField } from '../../fields/common';
import { readBackend, backendFields } from '../../fields/storage';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';
import { periodField, readPeriodDays } from './period';
import { DAY_MS } from '../../../../messages/duration';

interface StatisticsPlan extends Plan {
	readonly store: BackendRef;
	readonly days: number;
	readonly timezone: string;
}

/** Counts the messages of a Data Table or PostgreSQL, of all accounts, with delays and pauses. */
export const statistics: Operation<StatisticsPlan> = {
	option: {
		name: 'Statistics',
		value: 'statistics',
		description: 'Retrieve counts, delays and pauses of the messages of a Data Table or PostgreSQL',
		action: 'Get statistics of scheduled messages',
	},
	description: [
		...backendFields,
		periodField(
			'How many days back to count. Messages that are still to be sent are always counted. A long period with many messages takes long.',
		),
		optionsField([timezoneField]),
	],

	prepare(context, index, run) {
		return {
			fingerprint: ['statistics', String(index)],
			store: readBackend(context, index),
			days: readPeriodDays(context, index),
			timezone: readTimezone(context, index, run),
		};
	},

	async perform({ store, days, timezone }, run) {
		const backend = await run.backend(store);
		const now = backend.now();
		const counted = await backend.statistics({ now, since: now - days * DAY_MS, timezone });
		return [statisticsItem(counted, timezone)];
	},
};

/** Statistics as an item: times for people first, exact ones after the counts. */
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

/** Unknown is null: a person may have left the account of a row empty. */
const withoutEmptyAccount = <T extends { readonly account: string }>(of: T) => ({
	...of,
	account: of.account || null,
});
