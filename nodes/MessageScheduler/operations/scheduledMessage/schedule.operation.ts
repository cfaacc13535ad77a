import type { IDataObject } from 'n8n-workflow';
import { assertFileKept, assertTakesFile } from '../../../../gateways/uploadChecks';
import { MINUTE_MS } from '../../../../messages/duration';
import type { Failure } from '../../../../messages/failure';
import type { FrequencyCap } from '../../../../messages/frequencyCap';
import type { MessageToSchedule } from '../../../../messages/message';
import type { ScheduledMessage } from '../../../../messages/scheduledMessage';
import {
	keptWindow,
	openingHours,
	spreadSendTimes,
	type IfPassed,
	type ResolvedSendTime,
	type SendingWindow,
} from '../../../../messages/sendTime';
import { fingerprint } from '../../../../stores/deduplication/fingerprint';
import type { IfExists, Renew } from '../../../../stores/store';
import { DEFAULT_VALID_FOR_MINUTES } from '../../../../stores/table/rows';
import type { InputFile } from '../../../shared/inputFile';
import { readAllowDeletion } from '../../fields/cancelOptions';
import { contactFields, readContactRule } from '../../fields/contactCheck';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { readDeduplicationKey, readIfScheduled } from '../../fields/deduplication';
import { storeFields, readStore, sendDueNotice } from '../../fields/storage';
import {
	assertWithinLimits,
	applyPastTimePolicy,
	isStillPossible,
	readIfPassed,
	stillInTime,
} from '../../fields/ifTimePassed';
import { messageFields, readMessage } from '../../fields/message';
import { numberWarnings } from '../../fields/numberLength';
import { readSendTime, sendTimeFields } from '../../fields/recipientTimezone';
import { readFrequencyCap } from '../../fields/frequencyCap';
import { readSpacing, readValidFor, scheduleOptions } from '../../fields/scheduleOptions';
import { readWindow } from '../../fields/sendingWindow';
import { groupWarnings, readGroup } from '../../fields/group';
import { readReference } from '../../fields/reference';
import {
	assertReplaceable,
	readReplacement,
	ifWindowClosedFields,
	windowWarnings,
} from '../../fields/replacement';
import { REPLACEMENT } from '../../fields/template';
import { checkContact, expectContact, type ContactRule } from '../../doNotContact';
import { noteMessage } from '../../hints';
import type { Operation, Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';
import type { StoreChoice } from '../../../shared/backendRef';
import type { Run } from '../../run';

interface SchedulePlan extends Plan {
	readonly choice: StoreChoice;
	readonly message: Omit<MessageToSchedule, 'idempotencyKey' | 'scheduledAt'> & {
		readonly requestedAt: string;
	};
	readonly file: InputFile | null;
	readonly time: ResolvedSendTime;
	/** Whose timezone `time` is in. */
	readonly recipientTime: OutputOptions['recipientTime'];
	readonly ifPassed: IfPassed;
	/** The same hours for all items, by the clock of each; set once they are arranged. */
	readonly window?: SendingWindow;
	readonly ifExists: IfExists;
	/** The number of this item among equal ones, from 1. */
	readonly occurrence: number;
	readonly allowDeletion: boolean;
	/** Null if nobody looks whether the recipient is on Do Not Contact. */
	readonly contact: ContactRule | null;
	/** The number before *Default Country* changed it; null if it did not. */
	readonly recipientAsGiven: string | null;
	readonly simplify: boolean;
	/** What the user should know before the message is delivered. */
	readonly warnings: readonly string[];
}

/** Schedules a message for later. */
export const schedule: Operation<SchedulePlan> = {
	option: {
		name: 'Schedule',
		value: 'schedule',
		description: 'Schedule a message for later',
		action: 'Schedule message',
	},
	description: [
		...messageFields,
		...sendTimeFields,
		...storeFields,
		...contactFields({ storeIn: ['gateway'] }),
		sendDueNotice,
		...ifWindowClosedFields,
		simplifyField,
		optionsField(scheduleOptions),
	],

	concurrency: (plans, run) =>
		// A file is a request to the gateway: after an error no further one is made.
		plans.every((plan) => plan === null || (plan.choice.in !== 'gateway' && plan.file === null))
			? TABLE_CONCURRENCY
			: run.maxParallel,

	prepare(context, index, run) {
		const deduplicationKey = readDeduplicationKey(context, index);
		const sendTime = readSendTime(context, index, run);
		const { content, recipientAsGiven, file } = readMessage(context, index);
		const { time: requested, source, possible } = sendTime.for(content);
		const choice = readStore(context, index);
		const { rule, ...contact } = readContactRule(context, index, content.recipient, choice);
		const frequencyCap = readFrequencyCap(context, index, choice);
		const message = {
			...content,
			reference: readReference(context, index),
			group: readGroup(context, index),
			replacement: readReplacement(context, index, content),
			requestedAt: requested.scheduledAt,
			...(source && { timezone: requested.timezone, timezoneSource: source }),
			validForMinutes: readValidFor(context, index),
			deduplicationKey,
			...contact,
			frequencyCap,
		};
		const { limits, assertAccepts } = run.storeFor(choice);
		if (file !== null) assertTakesFile(run.gateway, message.type, file);
		assertAccepts({ ...message, idempotencyKey: '', file: file ?? undefined });
		assertReplaceable(run.gateway, message);
		const ifPassed = readIfPassed(context, index);
		expectContact(run, rule);
		noteMessage(context, run, 'scheduled', choice);
		return {
			fingerprint: ['schedule', message.recipient.address, message.type],
			choice,
			message,
			file,
			// Counted from the first attempt, so that each attempt gets the same times.
			time: applyPastTimePolicy(requested, ifPassed, run.ledger.startedAt, limits),
			recipientTime: { source, possible },
			ifPassed,
			ifExists: readIfScheduled(context, index, deduplicationKey, file !== null),
			occurrence: 1,
			contact: rule,
			allowDeletion: readAllowDeletion(context, index),
			recipientAsGiven,
			simplify: readSimplify(context, index),
			warnings: [
				...numberWarnings(context, index, content.recipient),
				...windowWarnings(run.gateway, { ...message, storedIn: storedInOf(choice) }),
				...groupWarnings(run.gateway, choice, message.group),
			],
		};
	},

	arrange(plans, context) {
		const spacing = readSpacing(context);
		const windowFor = readWindow(context);
		const kept = plans.map((plan) => {
			if (plan === null || windowFor === undefined) return null;
			const { time, recipientTime, message } = plan;
			const isRecipients = recipientTime?.source === 'given';
			const { recipient } = message;
			return keptWindow(windowFor({ recipient, timezone: time.timezone, isRecipients }), time);
		});
		const planned = plans.map((plan, index) => kept[index]?.time ?? plan?.time ?? null);
		const times =
			spacing === undefined && windowFor === undefined
				? planned
				: spreadSendTimes(planned, {
						...(spacing ?? { spacingSeconds: 0 }),
						window: (_, index) => kept[index]?.window,
					});
		const occurrences = new Map<string, number>();
		return plans.map((plan, index) => {
			const time = times[index];
			if (plan === null || time === null) return null;
			const matchKey = fingerprint(plan.message);
			const occurrence = (occurrences.get(matchKey) ?? 0) + 1;
			occurrences.set(matchKey, occurrence);
			const window = kept[index]?.window;
			const validForMinutes =
				plan.message.validForMinutes ??
				heldForMinutes(plan.message.frequencyCap, window, time.scheduledAt);
			const message = { ...plan.message, sendingWindow: window, validForMinutes };
			return { ...plan, time, window, occurrence, message };
		});
	},

	check(plan, run) {
		const { time, ifPassed, choice, window } = plan;
		assertWithinLimits(time, ifPassed, run.now(), run.storeFor(choice).limits, window);
		assertKeepsFile(plan, time, run);
	},

	async verify(plan, run) {
		const { template, replacement, type } = plan.message;
		await checkContact(run, plan.contact);
		await run.uploads.verify(type, plan.file);
		const warnings = [
			template === null ? null : await run.checkTemplate(template, { file: plan.file }),
			replacement
				? await run.checkTemplate(replacement, {
						labels: REPLACEMENT.labels,
						when: 'windowClosed',
					})
				: null,
		].filter((warning) => warning !== null);
		return { ...plan, warnings: [...plan.warnings, ...warnings] };
	},

	async perform(plan, run, entry) {
		const { choice, message, time: planned, ifPassed, window, simplify } = plan;
		const { ifExists, occurrence, allowDeletion, recipientTime, recipientAsGiven, warnings } = plan;
		const { idempotencyKey } = entry;
		const { limits, store } = run.storeFor(choice);
		let time = planned;
		let media: Partial<MessageToSchedule> = mediaOf(entry.unresolved?.message);
		const present = (): MessageToSchedule => ({
			...message,
			...media,
			scheduledAt: time.scheduledAt,
			idempotencyKey,
		});
		// Earlier items may have taken a while. But an unresolved attempt is resolved before any check.
		if (entry.unresolved === null) {
			const skipped = await checkContact(run, plan.contact);
			if (skipped !== null) return [skippedItem(plan, skipped, run)];
			time = stillInTime(planned, ifPassed, run.now(), limits, window);
			assertKeepsFile(plan, time, run);
			media = await run.uploads.ready(present(), plan.file, async (ready) => mediaOf(ready));
			// The upload may have taken minutes.
			if (plan.file !== null) time = stillInTime(planned, ifPassed, run.now(), limits, window);
		}
		const renew: Renew = (earlier) => {
			if (isStillPossible(earlier.scheduledAt, run.now(), limits)) return earlier;
			assertWithinLimits(planned, ifPassed, run.now(), limits, window);
			time = stillInTime(planned, ifPassed, run.now(), limits, window);
			return present();
		};
		const rules = { ifExists, occurrence, allowDeletion, renew };
		const scheduled = await (await store({ create: true })).schedule(present(), entry, rules);
		const { timezone, adjusted = [] } = time;
		const said = { recipientTime, adjusted, recipientAsGiven, warnings };
		return [scheduledItem(scheduled, { simplify, timezone, ...said })];
	},
};

/** A message that is not scheduled, since its recipient is on Do Not Contact. */
const skippedItem = (plan: SchedulePlan, failure: Failure, run: Run): IDataObject => {
	const { choice, message, time, recipientTime, simplify, recipientAsGiven, warnings } = plan;
	const skipped: ScheduledMessage = {
		...message,
		scheduleId: '',
		gateway: run.sender.gateway,
		storedIn: storedInOf(choice),
		account: run.sender.account,
		scheduledAt: time.scheduledAt,
		status: 'cancelled',
		gatewayStatus: null,
		createdAt: null,
		messageId: null,
		failure,
		raw: null,
	};
	const { timezone, adjusted = [] } = time;
	const said = { recipientTime, adjusted, recipientAsGiven, warnings };
	return { ...scheduledItem(skipped, { simplify, timezone, ...said }), scheduleId: null };
};

const storedInOf = (choice: StoreChoice): ScheduledMessage['storedIn'] =>
	choice.in === 'gateway' ? 'gateway' : 'n8n';

/** Rows are written in batches, so as many items as possible are processed concurrently. */
const TABLE_CONCURRENCY = 1_000;

/**
 * A message that its cap may hold is worth sending for the period longer, and until its window opens after
 * that; undefined for any other message.
 */
function heldForMinutes(
	cap: FrequencyCap | null | undefined,
	window: SendingWindow | undefined,
	scheduledAt: string,
): number | undefined {
	if (cap?.limit?.over !== 'hold') return undefined;
	const pauseMs = window ? openingHours(window).longestPause(Date.parse(scheduledAt)) : 0;
	return DEFAULT_VALID_FOR_MINUTES + Math.ceil((cap.limit.periodMs + pauseMs) / MINUTE_MS);
}

/** What an upload adds to a message; a later attempt sends by the upload of the one before it. */
const mediaOf = (message?: MessageToSchedule): Partial<MessageToSchedule> =>
	message?.mediaId
		? { mediaId: message.mediaId, fileName: message.fileName, template: message.template }
		: {};

/** @throws GatewayError if the gateway would no longer have the file when the message is sent */
function assertKeepsFile(
	{ file, message, choice }: SchedulePlan,
	{ scheduledAt }: ResolvedSendTime,
	run: Run,
): void {
	if (file === null) return;
	const validMinutes =
		choice.in === 'gateway' ? 0 : (message.validForMinutes ?? DEFAULT_VALID_FOR_MINUTES);
	assertFileKept(run.gateway, Date.parse(scheduledAt) + validMinutes * MINUTE_MS, run.now());
}
