import type { IExecuteFunctions } from 'n8n-workflow';
import { SECOND_MS } from '../../../../messages/duration';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { quote } from '../../../../messages/text';
import type { Backend } from '../../../../stores/backend';
import { moveList, type ListMoveReport } from '../../../../stores/doNotContact/move';
import { moveMessages, NO_MOVE, type MoveReport } from '../../../../stores/move';
import type { Reason } from '../../../../stores/move/whyLeft';
import type { AccountRecord } from '../../../../stores/dispatcher/queue';
import { accountRecords, type KnownAccount } from '../../../../stores/table/served';
import type { DataTableRef, PostgresRef } from '../../../shared/backendRef';
import { optionsField, readOption } from '../../fields/common';
import { readPostgres } from '../../fields/postgres';
import { moveFields, readTable } from '../../fields/storage';
import type { Operation, Plan } from '../../operation';

interface MovePlan extends Plan {
	readonly from: DataTableRef;
	readonly to: PostgresRef;
	readonly budgetMs: number;
	/** Adds an execution hint. */
	hint(message: string): void;
}

/** With a Schedule Trigger of one minute, runs then follow one another. */
const DEFAULT_RUN_FOR_SECONDS = 50;
const RUN_FOR = 'Run For At Most';

/** Moves the messages of a Data Table, of all accounts, into PostgreSQL while both are in use. */
export const moveToPostgres: Operation<MovePlan> = {
	option: {
		name: 'Move to PostgreSQL',
		value: 'moveToPostgres',
		description: 'Move the messages of a Data Table, of all accounts, into PostgreSQL',
		action: 'Move scheduled messages to PostgreSQL',
	},
	description: [
		...moveFields,
		optionsField([
			{
				displayName: RUN_FOR,
				name: 'runForAtMost',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: DEFAULT_RUN_FOR_SECONDS,
				hint: 'In seconds',
				description:
					'Seconds after which a run moves no further batch. The next run continues. Set it a little shorter than the interval of the Schedule Trigger.',
			},
		]),
	],

	prepare(context, index) {
		return {
			fingerprint: ['moveToPostgres', String(index)],
			from: { in: 'dataTable', table: readTable(context, index) },
			to: readPostgres(context, index),
			budgetMs: readBudget(context, index),
			hint: (message) => context.addExecutionHints?.({ message, location: 'outputPane' }),
		};
	},

	async perform({ from, to, budgetMs, hint }, run) {
		const end = run.now() + budgetMs;
		const [source, target] = [await run.backend(from), await run.backend(to)];
		const isOver = () => run.now() >= end || run.runtime.isCancelled?.() === true;
		// First: no message is sent over there whose recipient only the list here knows.
		const people = await movePeople(source, target, isOver);
		const report = people.isMore
			? NOTHING_MOVED
			: await moveMessages({
					source: source.messages,
					target: target.messages,
					paused: await pausedAccounts(source),
					now: source.now(),
					isOver,
				});
		for (const message of hintsOf(report, people)) hint(message);
		const { moved, duplicates, left, isMore } = report;
		return [{ moved, duplicates, isMore, doNotContact: people.copied, ...left }];
	},
};

/** As long as the list is not over there. */
const NOTHING_MOVED: MoveReport = { ...NO_MOVE, isMore: true };

async function movePeople(
	source: Backend,
	target: Backend,
	isOver: () => boolean,
): Promise<ListMoveReport> {
	const list = await source.findDoNotContact();
	if (list === null) return { copied: 0, left: 0, isMore: false };
	return await moveList(list, await target.doNotContact(), { isOver, now: source.now() });
}

function readBudget(context: IExecuteFunctions, index: number): number {
	const given = readOption(context, index, 'runForAtMost') ?? DEFAULT_RUN_FOR_SECONDS;
	const seconds = Number(given);
	if (Number.isFinite(seconds) && seconds >= 1) return seconds * SECOND_MS;
	throw new InvalidParameterError(
		RUN_FOR,
		`"${RUN_FOR}" is ${quote(given)}. Enter a number of seconds from 1.`,
	);
}

/** Accounts that a person has paused in a store. */
async function pausedAccounts(store: Backend): Promise<ReadonlySet<string>> {
	const accounts = await store.findAccounts();
	if (accounts === null) return new Set();
	const now = store.now();
	const records = [...(await accountRecords(accounts))];
	/** A pause under one name of an account counts under each: *Send Due* writes its credential to all. */
	const ownerOf = ({ gateway, credential }: KnownAccount) => JSON.stringify([gateway, credential]);
	const isPaused = ({ manualPause }: AccountRecord) =>
		manualPause !== null && manualPause.until > now;
	const owners = new Set(
		records.flatMap(([, record]) =>
			isPaused(record) && record.credential !== '' ? [ownerOf(record)] : [],
		),
	);
	return new Set(
		records.flatMap(([key, record]) =>
			isPaused(record) || owners.has(ownerOf(record)) ? [key] : [],
		),
	);
}

/** What to do about each message that stays; what the next run settles needs nobody. */
const TO_DO: Readonly<Record<Reason, string | null>> = {
	sending: null,
	awaitingId: null,
	unconfirmed:
		'may have been sent. Use "Retry" on the Data Table, or enter their status there, once you know.',
	paused:
		'are of an account that is paused. Use "Pause" with "Stored In" set to "PostgreSQL", then "Resume" on the Data Table.',
	incomplete:
		'were added or changed by hand and lack something. "Send Due" on the Data Table takes them, or says in the column "failure" what they lack. If their status begins with "moving", fill in the empty cells yourself.',
	sharedId: 'share a schedule id with another row. Empty the cell "schedule_id" of the copied row.',
};

function* hintsOf(
	{ left, duplicates, isMore }: MoveReport,
	people: ListMoveReport,
): Generator<string> {
	if (people.left > 0) {
		yield `Not copied: ${people.left} on Do Not Contact whose "person" is no phone number or address. Correct them in the Data Table.`;
	}
	if (duplicates > 0) {
		yield `Cancelled: ${duplicates} whose deduplication key another message in PostgreSQL has. See their "failure".`;
	}
	for (const [reason, count] of Object.entries(left) as Array<[Reason, number]>) {
		const todo = TO_DO[reason];
		if (count > 0 && todo !== null) yield `Not moved: ${count} that ${todo}`;
	}
	if (isMore) yield 'More messages are to be moved. The next run continues.';
}
