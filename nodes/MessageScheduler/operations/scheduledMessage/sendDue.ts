import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameter } from '../../../../messages/invalidParameter';
import { sendDue as dispatch, type DispatchRules } from '../../../../stores/table/sendDue';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { readTableName, tableField } from '../../fields/holdIn';
import type { Operation, Plan } from '../../operation';
import { scheduledItem } from '../../output';
import { mapInParallel } from '../../parallel';

interface SendDuePlan extends Plan {
	readonly table: string;
	readonly rules: Omit<DispatchRules, 'maxParallel'>;
	readonly simplify: boolean;
}

const options: INodeProperties[] = [
	{
		displayName: 'After an Interrupted Send',
		name: 'afterInterruption',
		type: 'options',
		options: [
			{
				name: 'Leave for a Person',
				value: 'leave',
				description: 'The message gets the status unknown and is not sent again',
			},
			{
				name: 'Send Again',
				value: 'sendAgain',
				description: 'The recipient may get it twice',
			},
		],
		default: 'leave',
		description: 'What to do when nobody knows whether a message went out',
	},
	{
		displayName: 'Batch Size',
		name: 'batchSize',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500 },
		default: 100,
		description: 'How many messages this run claims at once',
	},
	{
		displayName: 'Do Not Send If Later Than',
		name: 'notLaterThan',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		hint: 'In minutes',
		description: 'Minutes. A message that is later gets the status expired instead.',
	},
	{
		displayName: 'Max Attempts',
		name: 'maxAttempts',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20 },
		default: 5,
		description:
			'How often a message is tried when the gateway certainly did not take it, with growing pauses',
	},
	{
		displayName: 'Grace Time',
		name: 'graceTime',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		hint: 'In minutes',
		description:
			'Minutes after which a message that is being sent counts as interrupted. Longer than a run may take.',
	},
].sort((a, b) => a.displayName.localeCompare(b.displayName)) as INodeProperties[];

/** Sends the messages of a Data Table that are due, of this credential's account. */
export const sendDue: Operation<SendDuePlan> = {
	description: [tableField, simplifyField, optionsField(options)],

	prepare(context, index) {
		return {
			identity: ['sendDue', String(index)],
			table: readTableName(context, index),
			rules: readRules(context, index),
			simplify: readSimplify(context, index),
		};
	},

	async perform({ table, rules, simplify }, run) {
		const done = await dispatch({
			gateway: run.gateway,
			connection: run.connection,
			table: await run.table(table),
			sender: run.sender,
			rules: { ...rules, maxParallel: run.maxParallel },
			now: () => run.now(),
			sleep: async (ms) => await run.sleep(ms),
			isCancelled: () => run.surroundings.isCancelled?.() === true,
			inParallel: mapInParallel,
		});
		return done.map(({ message, lateByMs, attempts }) => ({
			...scheduledItem(message, { simplify, timezone: run.timezone }),
			lateBySeconds: Math.round(lateByMs / 100) / 10,
			attempts,
		}));
	},
};

const MINUTE = 60_000;

function readRules(context: IExecuteFunctions, index: number): SendDuePlan['rules'] {
	const number = (name: string, label: string, least: number, otherwise: number): number => {
		const given = readOption(context, index, name);
		const value = given === undefined ? otherwise : Number(given);
		if (Number.isFinite(value) && value >= least) return value;
		throw new InvalidParameter(
			label,
			`"${label}" is "${String(given)}". Enter a number from ${least}.`,
		);
	};
	const later = readOption(context, index, 'notLaterThan');
	return {
		batchSize: Math.min(500, Math.floor(number('batchSize', 'Batch Size', 1, 100))),
		maxAttempts: Math.floor(number('maxAttempts', 'Max Attempts', 1, 5)),
		notLaterThanMs:
			later === undefined
				? null
				: number('notLaterThan', 'Do Not Send If Later Than', 0, 0) * MINUTE,
		graceMs: number('graceTime', 'Grace Time', 0.01, 10) * MINUTE,
		afterInterruption:
			readOption(context, index, 'afterInterruption') === 'sendAgain' ? 'sendAgain' : 'leave',
	};
}
