import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { resolveSendTime } from '../../../../messages/sendTime';
import { pauseAccount } from '../../../../stores/table/accounts';
import { waitUntilIdle } from '../../../../stores/table/pause';
import { accountItem } from '../../accountItem';
import { optionsField, readOption } from '../../fields/common';
import { readBackend, backendFields } from '../../fields/storage';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';

interface PausePlan extends Plan {
	readonly store: BackendRef;
	/** Milliseconds since 1970; null for a pause without an end. */
	readonly until: number | null;
	readonly note: string | null;
	readonly waitsUntilIdle: boolean;
	readonly timezone: string;
	/** Adds an execution hint. */
	hint(message: string): void;
}

/** A note is a short text for people. */
const MAX_NOTE_LENGTH = 500;

/** Pauses the sending of the messages of this credential's account. */
export const pause: Operation<PausePlan> = {
	option: {
		name: 'Pause',
		value: 'pause',
		description: 'Pause sending for an account',
		action: 'Pause account',
	},
	description: [
		...backendFields,
		{
			displayName: 'Note',
			name: 'note',
			type: 'string',
			default: '',
			placeholder: 'e.g. Deployment of version 12',
			description: 'Why the account is paused. Shown by Send Due and Statistics.',
		},
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description:
				'When the pause ends automatically. If empty, it lasts until Resume. A time without an offset is clock time in "Timezone". As an expression, also text such as "in 2 hours".',
		},
		optionsField([
			timezoneField,
			{
				displayName: 'Wait Until Idle',
				name: 'waitUntilIdle',
				type: 'boolean',
				default: true,
				description:
					'Whether to wait until a current run of Send Due for the account has ended, so that no message is in flight. Waits at most two minutes and one request.',
			},
		]),
	],

	prepare(context, index, run) {
		const until: unknown = context.getNodeParameter('until', index, '');
		const timezone = readTimezone(context, index, run);
		const note = String(context.getNodeParameter('note', index, '')).trim();
		return {
			fingerprint: ['pause', String(index)],
			store: readBackend(context, index),
			until:
				until === '' || until === null || until === undefined
					? null
					: readUntil(until, timezone, run.ledger.startedAt),
			note: note === '' ? null : note.slice(0, MAX_NOTE_LENGTH),
			waitsUntilIdle: readOption(context, index, 'waitUntilIdle') !== false,
			timezone,
			hint: (message) => context.addExecutionHints?.({ message, location: 'outputPane' }),
		};
	},

	async perform({ store, until, note, waitsUntilIdle, timezone, hint }, run) {
		const backend = await run.backend(store);
		const accounts = await backend.accounts();
		const { sender, timeoutMs, runtime } = run;
		const now = () => backend.now();
		const paused = await pauseAccount(accounts, sender, { until, note, now: now() });
		const record = waitsUntilIdle
			? await waitUntilIdle(accounts, sender, {
					timeoutMs,
					now,
					sleep: async (ms) => await run.sleep(ms),
					isCancelled: () => runtime.isCancelled?.() === true,
				})
			: paused;
		const item = accountItem(record, sender, { now: now(), timezone });
		if (item.isSending === true) {
			hint(
				'The account is paused, but a run of "Send Due" may still have messages in flight. Within ten seconds it stops sending further ones.',
			);
		}
		return [item];
	},
};

function readUntil(value: unknown, timezone: string, now: number): number {
	const { scheduledAt } = resolveSendTime(value, timezone, { now, parameter: 'Until' });
	const until = Date.parse(scheduledAt);
	if (until > now) return until;
	throw new InvalidParameterError(
		'Until',
		`"Until" is ${scheduledAt}, which is in the past. Enter a later time, or leave it empty and end the pause with "Resume".`,
	);
}
