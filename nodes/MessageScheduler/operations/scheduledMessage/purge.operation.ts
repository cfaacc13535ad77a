import type { IExecuteFunctions } from 'n8n-workflow';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { readBackend, backendFields } from '../../fields/storage';
import type { BackendRef } from '../../../shared/backendRef';
import { readScheduleId, scheduleIdOnlyField } from '../../fields/scheduleId';
import { GATHERED_CONCURRENCY, type Operation, type Plan } from '../../operation';
import type { Run } from '../../run';
import { DAY_MS } from '../../../../messages/duration';
import { settle } from '../../../../messages/settle';
import { MAX_PERIOD_MS } from '../../../../messages/frequencyCap';
import { quote } from '../../../../messages/text';
import type { Backend } from '../../../../stores/backend';
import { Batcher } from '../../../../stores/table/batcher';
import { MAX_KEYS } from '../../../../stores/table/byScheduleId';
import { longestCapMs } from '../../../../stores/table/longestCap';

interface PurgePlan extends Plan {
	readonly store: BackendRef;
	readonly days: number;
	/** One message; null for all that are old enough. */
	readonly scheduleId: string | null;
	/** Purges messages of one store and age together; null before all items are known. */
	readonly together: Batcher<string, boolean> | null;
	/** Adds an execution hint; of the first item only, since the others have the same settings. */
	hint?(message: string): void;
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
			displayName: 'Select By',
			name: 'selectBy',
			type: 'options',
			options: [
				{ name: 'Age', value: 'age', description: 'All finished messages that are old enough' },
				{
					name: 'Scheduled Message',
					value: 'scheduleId',
					description: 'The message of each input item, if it is finished and old enough',
				},
			],
			default: 'age',
			description: 'How to select the messages to delete',
		},
		{ ...scheduleIdOnlyField, displayOptions: { show: { selectBy: ['scheduleId'] } } },
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
		const scheduleId = readsOne(context, index) ? readScheduleId(context, index) : null;
		return {
			fingerprint: ['purge', scheduleId ?? String(index)],
			store: readBackend(context, index),
			days,
			scheduleId,
			together: null,
			...(index === 0 && {
				hint: (message: string) => context.addExecutionHints?.({ message, location: 'outputPane' }),
			}),
		};
	},

	concurrency: (plans, run) =>
		plans.every((plan) => plan === null || plan.scheduleId !== null)
			? GATHERED_CONCURRENCY
			: run.maxParallel,

	arrange(plans, _context, run) {
		const batchers = new Map<string, PurgePlan['together']>();
		return plans.map((plan) => {
			if (plan === null || plan.scheduleId === null) return plan;
			const { store, days } = plan;
			const key = JSON.stringify([store, days]);
			const together = batchers.get(key) ?? new Batcher(purgeThese(store, days, run), MAX_KEYS);
			batchers.set(key, together);
			return { ...plan, together };
		});
	},

	async perform({ store, days, scheduleId, together, hint }, run) {
		if (hint !== undefined) await settle(hintCaps(await run.backend(store), days, hint));
		if (scheduleId !== null && together !== null) {
			return [{ deleted: (await together.add(scheduleId)) ? 1 : 0 }];
		}
		const backend = await run.backend(store);
		return [{ deleted: await backend.purge(purgedBefore(backend.now(), days)) }];
	},
};

/** No cap has a longer period. */
const MAX_CAP_DAYS = MAX_PERIOD_MS / DAY_MS;

/** A cap counts no message that is deleted. Costs an access only where that can matter. */
async function hintCaps(
	{ messages }: Pick<Backend, 'messages'>,
	days: number,
	hint: (message: string) => void,
): Promise<void> {
	if (days >= MAX_CAP_DAYS) return;
	const longest = Math.ceil((await longestCapMs(messages)) / DAY_MS);
	if (longest <= days) return;
	hint(
		`"Older Than" is ${days} ${days === 1 ? 'day' : 'days'}, but messages that wait have a "Frequency Cap" of up to ${longest} days, which does not count deleted messages: their recipients may get more than it allows. Enter ${longest} or more.`,
	);
}

const purgedBefore = (now: number, days: number): string =>
	new Date(now - days * DAY_MS).toISOString();

const purgeThese =
	(store: BackendRef, days: number, run: Run) =>
	async (ids: string[]): Promise<boolean[]> => {
		const backend = await run.backend(store);
		const purged = await backend.purgeThese([...new Set(ids)], purgedBefore(backend.now(), days));
		return ids.map((id) => purged.has(id));
	};

function readsOne(context: IExecuteFunctions, index: number): boolean {
	const by: unknown = context.getNodeParameter('selectBy', index, 'age');
	if (by === 'age' || by === 'scheduleId') return by === 'scheduleId';
	throw new InvalidParameterError(
		'Select By',
		`"Select By" is ${quote(by)}. Use one of: age, scheduleId.`,
	);
}
