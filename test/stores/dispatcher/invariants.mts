/** What must hold of every simulated day, and how near the day came to the edge of each. */
import { OPTED_OUT } from '../../../messages/doNotContact';
import { isInside } from '../../messages/sendTime/windowReckoning.mts';
import { HOUR, MINUTE, SECOND, type Day, type Outage, type Planned, type Request } from './day.mts';
import type { Listing } from './optOuts.mts';

/** The worst case of each invariant over days. */
export interface Worst {
	sentTwice: number;
	lost: number;
	wronglyFailed: number;
	/** In doubt for one outage, beyond Max Parallel. */
	doubtsBesideParallel: number;
	/** In flight at a kill, beyond Max Parallel. */
	inFlightBesideParallel: number;
	dispatchersAtOnce: number;
	/** Requests to send within 25 seconds during a pause. */
	sendsInPause: number;
	drainMinutes: number;
	refusedSharePaced: number;
	earlyMs: number;
	outOfOrder: number;
	outsideWindow: number;
	/** Messages to one recipient within a period, beyond the cap of the last one. */
	overCap: number;
	/** Messages that a cap has kept from going out: whether there are any in a day. */
	keptByCap: number;
	pausedItems: number;
	/** Where nothing was wrong. */
	lateSeconds: number;
	overBudgetSeconds: number;
	/** Requests to people who were on Do Not Contact when the start of their message was written. */
	sentToOptedOut: number;
	/** From that write to the request, where accesses to the table take no minutes. */
	uncheckedSeconds: number;
}

export const NO_WORST: Worst = {
	sentTwice: 0,
	lost: 0,
	wronglyFailed: 0,
	doubtsBesideParallel: -Infinity,
	inFlightBesideParallel: -Infinity,
	dispatchersAtOnce: 0,
	sendsInPause: 0,
	drainMinutes: 0,
	refusedSharePaced: 0,
	earlyMs: 0,
	outOfOrder: 0,
	outsideWindow: 0,
	overCap: -Infinity,
	keptByCap: 0,
	pausedItems: 0,
	lateSeconds: 0,
	overBudgetSeconds: 0,
	sentToOptedOut: 0,
	uncheckedSeconds: 0,
};

export const worstOf = (a: Worst, b: Worst): Worst =>
	Object.fromEntries(
		Object.keys(a).map((key) => [key, Math.max(a[key as keyof Worst], b[key as keyof Worst])]),
	) as unknown as Worst;

export interface Verdict {
	readonly violations: readonly string[];
	readonly worst: Worst;
}

/** Outages whose begin or end nobody but the sends can see. */
const SIX_HOURS = 6 * HOUR;

export function judge(day: Day): Verdict {
	const violations: string[] = [];
	const worst = { ...NO_WORST };
	const { rules, options, table, planned, outages } = day;
	const say = (words: string) => void violations.push(words);
	const must = (holds: boolean, words: () => string) => (holds ? undefined : say(words()));
	const rowOf = (message: Planned) => table.row(message.id + 1);

	let unconfirmed = 0;
	for (const message of planned) {
		const row = rowOf(message);
		const times = message.acceptedAt.length;
		if (rules.ifOutcomeUnknown !== 'sendAgain') {
			worst.sentTwice = Math.max(worst.sentTwice, times - 1);
		}
		// By the user's choice, what is in doubt may go out again; never what is not.
		const isChosen = rules.ifOutcomeUnknown === 'sendAgain';
		const most = 1 + (isChosen ? message.doubts : 0);
		const isExcused = isChosen && (options.tableErrors > 0 || options.stalls);
		must(times <= most || isExcused, () => `message ${message.id} was sent ${times} times`);
		const status = String(row.status);
		if (status === 'unconfirmed') unconfirmed++;
		// The table says what is so outside.
		const isLost =
			times > 0
				? !['sent', 'queued', 'unconfirmed'].includes(status) &&
					!(rules.ifOutcomeUnknown === 'sendAgain' && message.doubts > 0)
				: !['failed', 'expired', 'cancelled', 'unconfirmed'].includes(status);
		if (isLost) worst.lost++;
		must(!isLost, () => `message ${message.id}: sent ${times} times, but its status is ${status}`);
		if (status === 'failed' && !message.isBad) {
			worst.wronglyFailed++;
			say(`message ${message.id} failed by no fault of its own: ${String(row.failure)}`);
		}
		if (status === 'cancelled') {
			const earlier = planned.find(({ key, id }) => key === message.key && id < message.id);
			const isDuplicate =
				message.key !== null && earlier !== undefined && earlier.account === message.account;
			const isOptedOut = String(row.failure).startsWith('optedOut: ') && wasListed(day, message);
			must(
				message.isEdited || isDuplicate || isOptedOut,
				() => `message ${message.id} was cancelled by nobody`,
			);
		}
		must(
			status !== 'expired' || mayExpire(day, message),
			() => `message ${message.id} expired: ${String(row.failure)}`,
		);
		for (const at of message.acceptedAt) {
			const early = Date.parse(String(row.send_at)) - at;
			if (!message.isEdited) worst.earlyMs = Math.max(worst.earlyMs, early);
			must(
				message.isEdited || early <= options.clockSkewMs,
				() => `message ${message.id} was ${early} ms early`,
			);
			const validUntil = Date.parse(String(row.send_at)) + message.validMs;
			must(
				message.isEdited || at <= validUntil + options.clockSkewMs + MAX_REQUEST_MS,
				() => `message ${message.id} was sent though it was too late`,
			);
			if (message.window !== null) {
				const isOpen = isInside(at + options.clockSkewMs, message.window);
				const wasOpen = isInside(at - options.clockSkewMs - 31 * SECOND, message.window);
				if (!isOpen && !wasOpen) worst.outsideWindow++;
				must(isOpen || wasOpen, () => `message ${message.id} was sent outside its window`);
			}
		}
	}

	// What is in doubt has a cause, and each cause a bound.
	const found = options.hasFindSent;
	const ofKills = killLimit(day);
	const bound =
		outages.reduce((sum, outage) => sum + doubtLimit(day, outage), 0) +
		ofKills +
		day.lostAnswersAt.length +
		day.stopped +
		(options.tableErrors > 0 ? rules.maxParallel * Math.max(1, day.runErrors) : 0);
	must(unconfirmed <= bound, () => `${unconfirmed} are unconfirmed; at most ${bound} may be`);
	if (found) {
		const settled = planned.filter(
			(message) => message.acceptedAt.length === 1 && rowOf(message).status === 'unconfirmed',
		).length;
		must(settled <= ofKills, () => `${settled} were not found`);
	}
	for (const outage of outages) {
		const killed = day.killedAt.filter((at) => at >= outage.from && at < outage.to + MINUTE).length;
		if (killed === 0 && options.tableErrors === 0) {
			// What a person stopped is in doubt for the person's sake.
			const ambiguous = outage.ambiguous - day.stopped;
			const beside = ambiguous - rules.maxParallel;
			worst.doubtsBesideParallel = Math.max(worst.doubtsBesideParallel, beside);
			const limit = doubtLimit(day, outage);
			must(ambiguous <= limit, () => `${ambiguous} in doubt for ${outage.kind}; at most ${limit}`);
		}
	}

	for (const inFlight of day.inFlightAtKill) {
		worst.inFlightBesideParallel = Math.max(
			worst.inFlightBesideParallel,
			inFlight - rules.maxParallel,
		);
		const most = rules.maxParallel * (options.stalls ? 2 : 1);
		must(inFlight <= most, () => `${inFlight} were in flight at a kill`);
	}

	judgeRecovery(day, worst, say);
	judgeKeys(day, say);
	judgeOptOuts(day, worst, say);
	judgeEvents(day, say);
	judgePromptness(day, worst, say);
	judgeDispatchers(day, worst, say);
	judgeBudget(day, worst, say);
	judgeOutages(day, worst, say);
	judgePace(day, worst, say);
	judgeOrder(day, worst, say);
	judgeCaps(day, worst, say);

	// When all is well again, the queue drains.
	const rate = Math.min(
		options.takesPerMinute ?? Infinity,
		rules.messagesPerMinute ?? Infinity,
		rules.maxParallel * 60,
	);
	const last = Math.max(
		0,
		...planned.flatMap((message) =>
			isFree(message) && !message.isEdited
				? message.acceptedAt.map((at) => at - Math.max(day.wellFrom, message.sendAt))
				: [],
		),
	);
	worst.drainMinutes = Math.max(worst.drainMinutes, Math.round(last / MINUTE));
	const slack = outages.some(({ kind }) => kind === 'sendOnly') ? SIX_HOURS + HOUR : 40 * MINUTE;
	// A rate that had to be found out is lower at first, and learned again after each 429.
	const drain = (planned.length / rate) * MINUTE * (rules.messagesPerMinute === null ? 6 : 1.5);
	must(last <= slack + drain, () => `it took ${worst.drainMinutes} minutes to drain`);
	return { violations, worst };
}

/** How many may be in doubt for one outage: what was in flight, three more, and one for each six hours. */
const doubtLimit = (day: Day, { kind, from, to }: Outage): number => {
	const { rules, options } = day;
	if (!['hang', 'unavailable', 'sendOnly'].includes(kind)) return 0;
	// A person who resumes the account in the middle lets as many go out again.
	const edges = options.hasPeople ? 2 : 1;
	// A run that lost its lease cannot tell the next one what it left in doubt: what was in flight, and two
	// more before the third in a row.
	const untold = takenOverWithin(day, from, to + LONGEST_STALL) * (rules.maxParallel + 2);
	return (rules.maxParallel + 3) * edges + Math.ceil((to - from) / SIX_HOURS) + untold;
};

/** How many runs lost their lease, since their table stalled. */
const takenOverWithin = ({ takenOverAt }: Day, from: number, to: number): number =>
	takenOverAt.filter((at) => at >= from && at < to).length;

/**
 * How many may be in doubt for the kills: what each run had in flight that a kill cut off in the middle.
 * Mostly that is one run: the one with the lease. But a process may have another one, whose table stalled
 * until its lease was gone. The run that took over could not know what became of the other's messages, and
 * called them unconfirmed; the other, had it lived, would have written what it knew. And the access that
 * stalled may mark as many messages again when it goes through at last: of these the other would have said
 * that they were not sent.
 */
const killLimit = ({ rules, cutOff }: Day): number =>
	cutOff.reduce((sum, { isTakenOver }) => sum + rules.maxParallel * (isTakenOver ? 2 : 1), 0);

/** A message may only be too late where something kept the account for as long as it was worth sending. */
function mayExpire(day: Day, message: Planned): boolean {
	if (message.window !== null || message.isEdited || day.options.hasPeople) return true;
	return message.validMs < 24 * HOUR || message.cap.limit !== null;
}

/** Whether nothing but faults keeps a message from going out at its time. */
const isFree = ({ window, cap }: Planned): boolean => window === null && cap.limit === null;

/** Of a recipient's messages: all that went out for one account, and may count. */
function countedFor(day: Day, { account, recipient, id }: Planned): readonly Planned[] {
	// By the user's choice, what is in doubt is put back, and no longer counts for what it may have been.
	const isChosen = day.rules.ifOutcomeUnknown === 'sendAgain';
	return day.planned.filter(
		(other) =>
			other.id !== id &&
			other.account === account &&
			other.recipient === recipient &&
			other.cap.counts &&
			!(isChosen && other.doubts > 0),
	);
}

/** By what the gateway took: never more than the cap in any period that ends with a message that obeys it. */
function judgeCaps(day: Day, worst: Worst, say: (words: string) => void): void {
	const slack = 2 * day.options.clockSkewMs + SECOND;
	for (const message of day.planned) {
		const { limit } = message.cap;
		if (limit === null) continue;
		const others = countedFor(day, message);
		for (const at of message.acceptedAt) {
			const from = at - limit.periodMs + slack;
			const before = others.flatMap(({ acceptedAt }) =>
				acceptedAt.filter((one) => one > from && one < at - slack),
			).length;
			worst.overCap = Math.max(worst.overCap, before + 1 - limit.messages);
			if (before + 1 > limit.messages) {
				say(`message ${message.id} went out as number ${before + 1} of ${limit.messages}`);
			}
		}
		const failure = String(day.table.row(message.id + 1).failure ?? '');
		if (message.acceptedAt.length > 0 || !failure.includes('frequency cap')) continue;
		worst.keptByCap++;
		// Only what others have taken keeps a message: so many went out, or may have. A run that is killed between
		// the mark and the request leaves a message of which only the table knows.
		const isInDoubt = ({ id, doubts }: Planned) =>
			doubts > 0 || day.table.row(id + 1).status === 'unconfirmed';
		const taken = others.filter((one) => one.acceptedAt.length > 0 || isInDoubt(one));
		const isChosen = day.rules.ifOutcomeUnknown === 'sendAgain';
		if (taken.length < limit.messages && !isChosen && !message.isEdited) {
			say(`message ${message.id} was kept by a cap that nobody had reached`);
		}
	}
}

/** An access to the table that stalls, with the run around it. */
const LONGEST_STALL = 5 * MINUTE;

/** A request that hangs, a slow access, and what is between. */
const MAX_REQUEST_MS = 35 * SECOND;

/** The account that has all the trouble. */
const ofAccount = ({ requests }: Day): readonly Request[] =>
	requests.filter(({ account }) => account === 'account-1');

/** After an outage, what waited goes out as soon as the longest pause is over. */
function judgeRecovery(day: Day, worst: Worst, say: (words: string) => void): void {
	const { options, outages, rules } = day;
	const { kills, tableErrors, stops, stalls, hasPeople, intervalMs, takesPerMinute } = options;
	if (kills > 0 || tableErrors > 0 || stops > 0 || stalls || hasPeople) return;
	for (const { kind, from, to } of outages) {
		const isFollowed = outages.some((other) => other.from > from && other.from < to + 2 * HOUR);
		// What nobody can see from outside is only tried again after hours.
		const isUnseen = outages.some((one) => one.kind === 'sendOnly' && one.from <= from);
		if (isFollowed || isUnseen) continue;
		const waited = day.planned.filter(
			(message) =>
				message.account === 'account-1' &&
				isFree(message) &&
				message.sendAt <= to &&
				message.doubts === 0 &&
				message.acceptedAt.some((at) => at > to),
		);
		const late = Math.max(0, ...waited.map(({ acceptedAt }) => acceptedAt[0] - to));
		worst.drainMinutes = Math.max(worst.drainMinutes, Math.round(late / MINUTE));
		// Runs that are shorter than the time from one to the next send in a part of each minute only.
		const share = Math.min(1, rules.budgetMs / intervalMs);
		const paced = (rules.messagesPerMinute ?? Infinity) * share;
		const rate = Math.min(takesPerMinute ?? Infinity, paced, 30);
		const patience = Math.ceil(waited.length / rate) * (rules.messagesPerMinute === null ? 6 : 2);
		// A probe whose answer gets lost by chance is a failure, too: another pause follows.
		const first = Math.min(...waited.map(({ acceptedAt }) => acceptedAt[0]));
		const lost = day.lostAnswersAt.filter((at) => at >= to && at < first).length;
		// At the bound of unknown outcomes, another one by chance leaves nothing to probe with for hours.
		const inDoubt = day.planned.filter(
			({ account, doubts }) => account === 'account-1' && doubts > 0,
		);
		if (lost > 0 && inDoubt.length >= rules.maxParallel + 3) continue;
		const pauses = (1 + lost) * (18 * MINUTE + 2 * intervalMs);
		if (late > pauses + patience * MINUTE) {
			say(`${kind}: a message went out ${Math.round(late / MINUTE)} minutes after its end`);
		}
	}
}

/** Of the messages with one key, one goes out. */
function judgeKeys(day: Day, say: (words: string) => void): void {
	if (day.rules.ifOutcomeUnknown === 'sendAgain') return;
	const sent = new Map<string, Planned[]>();
	for (const message of day.planned) {
		if (message.key === null || message.acceptedAt.length === 0) continue;
		const key = `${message.account} ${message.key}`;
		sent.set(key, [...(sent.get(key) ?? []), message]);
	}
	for (const [key, messages] of sent) {
		// Where a person has cancelled the first, the second is free to go.
		const isFree = messages.some(({ isEdited }) => isEdited);
		const cancelled = day.planned.some(
			(one) => `${one.account} ${one.key}` === key && one.isEdited,
		);
		if (messages.length > 1 && !isFree && !cancelled)
			say(`${key} went out ${messages.length} times`);
	}
}

/** Whether somebody was on the list at some time between the start of their message and its end. */
function wasListed({ optOuts }: Day, { id, recipient }: Planned): boolean {
	const markedAt = optOuts.markedAt.get(id + 1) ?? Infinity;
	const listings = optOuts.listings.get(recipient) ?? [];
	const isMeant = ({ from, to }: Listing) => from <= markedAt + LONGEST_STALL && to >= markedAt;
	return !optOuts.ignores(id) && listings.some(isMeant);
}

/** Nobody is written to who was on Do Not Contact when the start of the message was written. */
function judgeOptOuts(day: Day, worst: Worst, say: (words: string) => void): void {
	const { optOuts, planned, options } = day;
	for (const { id, at, markedAt } of optOuts.asked) {
		const { recipient, account } = planned[id];
		const listings = optOuts.listings.get(recipient) ?? [];
		// Entries of the account itself do not hold for the other one.
		const isListed = listings.some(({ from, to }) => from < markedAt && to > at);
		if (isListed && !optOuts.ignores(id) && account === 'account-1') {
			worst.sentToOptedOut++;
			say(`message ${id} went to somebody on Do Not Contact`);
		}
		if (options.stalls) continue;
		const seconds = Math.round((at - markedAt) / SECOND);
		worst.uncheckedSeconds = Math.max(worst.uncheckedSeconds, seconds);
		if (seconds > 10) say(`message ${id} went out ${seconds} s after the list was read`);
	}
}

/** The begin and the end of a pause are each one item, in turn. */
function judgeEvents(day: Day, say: (words: string) => void): void {
	const { events, killedAt, options } = day;
	if (killedAt.length > 0 || options.tableErrors > 0 || options.stalls) return;
	if (day.untoldPauses > 0) say(`${day.untoldPauses} runs found a pause that nobody had told`);
	events.forEach(({ event }, index) => {
		const expected = index % 2 === 0 ? 'paused' : 'resumed';
		if (event !== expected) say(`item ${index + 1} of the pauses is ${event}`);
	});
	const last = events.at(-1);
	if (last?.event !== 'paused') return;
	const since = day.planned.filter(
		({ account, acceptedAt, doubts }) =>
			account === 'account-1' && doubts === 0 && acceptedAt.some((at) => at > last.at + MINUTE),
	);
	if (since.length > 0) say(`${since.length} went out after a pause whose end was not told`);
}

/** Where nothing is wrong, nothing is late; what is wrong with one account does not delay another. */
function judgePromptness(day: Day, worst: Worst, say: (words: string) => void): void {
	const { options, outages, rules } = day;
	const { kills, tableErrors, stops, stalls } = options;
	const isCalm = kills === 0 && tableErrors === 0 && stops === 0 && !stalls;
	if (!isCalm || options.hasPeople) return;
	const isWell = outages.length === 0 && options.takesPerMinute === null && !options.burst;
	const isPaced = rules.messagesPerMinute !== null;
	for (const message of day.planned) {
		const { id, account, acceptedAt, sendAt, isEdited, doubts } = message;
		if (
			!isFree(message) ||
			isEdited ||
			doubts > 0 ||
			isPaced ||
			(!isWell && account === 'account-1')
		)
			continue;
		if (options.burst || options.chance > 0) continue;
		const late = Math.max(0, ...acceptedAt.map((at) => at - sendAt));
		worst.lateSeconds = Math.max(worst.lateSeconds, Math.round(late / SECOND));
		if (late > 3 * MINUTE) say(`message ${id} was ${late} ms late, and nothing was wrong`);
	}
}

/** A pace of one each two seconds is one each two seconds, and not ten in twenty. */
function judgeGaps(day: Day, times: readonly number[], say: (words: string) => void): void {
	const { killedAt, options, rules } = day;
	const interval = MINUTE / (rules.messagesPerMinute ?? Infinity);
	if (interval < SECOND || options.stalls || killedAt.length > 0 || options.tableErrors > 0) return;
	const near = times.filter(
		(at, i) => i > 0 && at - times[i - 1] < interval * 0.4 - options.clockSkewMs,
	);
	if (near.length > 2 + times.length * 0.1) {
		say(`${near.length} of ${times.length} requests were nearer than the pace`);
	}
}

/** Of runs that live, one sends at a time. */
function judgeDispatchers(day: Day, worst: Worst, say: (words: string) => void): void {
	const alive = ofAccount(day).filter(({ run }) => !day.killedRuns.has(run));
	let latest = { run: 0, endedAt: -Infinity };
	for (const { at, run, endedAt } of alive) {
		if (run !== latest.run && at < latest.endedAt) {
			worst.dispatchersAtOnce = 2;
			say(`runs ${latest.run} and ${run} sent at the same time`);
		}
		if (endedAt > latest.endedAt || run !== latest.run) latest = { run, endedAt };
	}
	worst.dispatchersAtOnce = Math.max(worst.dispatchersAtOnce, day.requests.length > 0 ? 1 : 0);
}

/** A run begins nothing after its budget, but for what it has begun to write. */
function judgeBudget(day: Day, worst: Worst, say: (words: string) => void): void {
	if (day.options.stalls || day.options.tableErrors > 0) return;
	const late = day.requests.map(
		({ at, run }) => at - day.runStartedAt.get(run)! - day.rules.budgetMs,
	);
	const most = Math.max(0, ...late);
	worst.overBudgetSeconds = Math.max(worst.overBudgetSeconds, Math.round(most / SECOND));
	if (most > 15 * SECOND) say(`a request began ${most} ms after the budget`);
}

/** In an outage, after its first requests, at most one a pause. */
function judgeOutages(day: Day, worst: Worst, say: (words: string) => void): void {
	for (const outage of day.outages) {
		if (outage.kind === 'rateLimited' || day.options.tableErrors > 0 || day.options.stalls)
			continue;
		const killed = day.killedAt.some(
			(at) => at >= outage.from - 2 * MINUTE && at < outage.to + 2 * MINUTE,
		);
		if (killed || day.options.hasPeople) continue;
		// The first ones are what was in flight, and up to three in a row; a suspect message waits a minute.
		const first = day.rules.maxParallel + 3;
		const later = outage.sends.slice(first);
		const pauses = Math.ceil((outage.to - outage.from) / (27 * SECOND)) + 1;
		worst.sendsInPause = Math.max(worst.sendsInPause, later.length > pauses ? later.length : 1);
		if (later.length > pauses) say(`${outage.kind}: ${later.length} sends in ${pauses} pauses`);
		for (let i = 1; i < later.length; i++) {
			const gap = later[i] - later[i - 1];
			if (gap < 25 * SECOND - 2 * day.options.clockSkewMs) {
				worst.sendsInPause = Math.max(worst.sendsInPause, 2);
				say(`${outage.kind}: two sends ${gap} ms apart during a pause`);
				break;
			}
		}
	}
	judgeHealthCalls(day, say);
	// Each pause has one begin and one end.
	const kinds = day.events.map(({ event }) => event);
	const paused = kinds.filter((kind) => kind === 'paused').length;
	// A run that lost its lease cannot tell the next one that it has told of the pause.
	const limit =
		day.outages.length +
		takenOverWithin(day, -Infinity, Infinity) +
		(day.options.takesPerMinute === null ? 0 : Infinity);
	worst.pausedItems = Math.max(worst.pausedItems, paused);
	if (
		day.killedAt.length === 0 &&
		!day.options.hasPeople &&
		day.options.tableErrors === 0 &&
		day.options.chance === 0 &&
		paused > limit
	) {
		say(`${paused} items tell of a pause; there were ${day.outages.length} outages`);
	}
}

/** A paused account is left alone, also by what asks for its health; and pauses get longer. */
function judgeHealthCalls(day: Day, say: (words: string) => void): void {
	const { hasPeople, tableErrors, stalls, clockSkewMs } = day.options;
	if (hasPeople || tableErrors > 0 || stalls || day.killedAt.length > 0) return;
	// A run that a person stops in the middle of its probe learns nothing: the next one asks again.
	if (day.stopped > 0) return;
	// The next run may be another process, whose clock is ahead.
	const shortestPause = 25 * SECOND - 2 * clockSkewMs;
	for (const { kind, from, to } of day.outages) {
		if (kind === 'rateLimited') continue;
		const asked = day.healthAsked.filter((at) => at >= from && at < to);
		// A run whose time is over once it has asked learns nothing by an answer that all is well.
		const isUsed = (from: number, to: number) =>
			kind !== 'sendOnly' || ofAccount(day).some(({ at }) => at >= from && at < to);
		const near = asked.filter(
			(at, i) => i > 0 && at - asked[i - 1] < shortestPause && isUsed(asked[i - 1], at),
		);
		if (near.length > 0) say(`${kind}: ${near.length} health calls during a pause`);
		// A probe to somebody who has opted out is cancelled instead, and the next run asks again.
		const leftOut = [...day.table.rows.values()].filter(
			({ failure, updatedAt }) =>
				String(failure).startsWith(OPTED_OUT) &&
				Date.parse(updatedAt) >= from &&
				Date.parse(updatedAt) < to,
		);
		const most = 7 + Math.ceil((to - from) / (13 * MINUTE)) + leftOut.length;
		if (asked.length > most) say(`${kind}: ${asked.length} health calls; at most ${most}`);
	}
}

/** A known pace is kept in every minute, also from one run to the next. */
function judgePace(day: Day, worst: Worst, say: (words: string) => void): void {
	const { messagesPerMinute } = day.rules;
	if (messagesPerMinute === null) return;
	const times = ofAccount(day).map(({ at }) => at);
	judgeGaps(day, times, say);
	for (let i = 0, j = 0; j < times.length; j++) {
		while (times[j] - times[i] >= MINUTE) i++;
		const allowed = (messagesPerMinute * (MINUTE + 2 * day.options.clockSkewMs)) / MINUTE;
		if (j - i + 1 > Math.ceil(allowed) + 1) {
			if (day.killedAt.length === 0 && day.options.tableErrors === 0 && !day.options.stalls) {
				say(`${j - i + 1} requests within a minute; ${messagesPerMinute} are allowed`);
				break;
			}
		}
	}
	const all = ofAccount(day);
	const refused = all.filter(({ isRefusedForRate }) => isRefusedForRate).length;
	const share = all.length === 0 ? 0 : refused / all.length;
	worst.refusedSharePaced = Math.max(worst.refusedSharePaced, Math.round(share * 1000) / 1000);
	if (refused > 1 && share >= 0.02 && day.killedAt.length === 0)
		say(`${refused} requests were refused for the rate`);
}

/** Messages to one recipient go out in the order of their times. */
function judgeOrder(day: Day, worst: Worst, say: (words: string) => void): void {
	const { tableErrors, stalls } = day.options;
	if (day.rules.ifOutcomeUnknown === 'sendAgain' && (tableErrors > 0 || stalls)) return;
	const byRecipient = new Map<string, Planned[]>();
	for (const message of day.planned) {
		if (message.isEdited || !isFree(message) || message.acceptedAt.length !== 1) continue;
		// What was put back after a doubt, by the user's choice, comes when it comes.
		if (message.doubts > 0) continue;
		// So does what was in doubt, but never reached the gateway: what a kill cut off, or a run that
		// stalled, lost its lease, and gave the row back when others had gone out.
		if (Number(day.table.row(message.id + 1).attempts) > 1) continue;
		const to = `${message.account} ${message.recipient}`;
		const list = byRecipient.get(to) ?? [];
		list.push(message);
		byRecipient.set(to, list);
	}
	for (const list of byRecipient.values()) {
		list.sort((a, b) => a.sendAt - b.sendAt || a.id - b.id);
		for (let i = 1; i < list.length; i++) {
			if (list[i].acceptedAt[0] >= list[i - 1].acceptedAt[0]) continue;
			// A refusal that might be the message's own keeps only that message for a minute.
			const isSuspect = day.outages.some(({ kind }) => kind === 'forbidden' || kind === 'notFound');
			if (isSuspect) continue;
			worst.outOfOrder++;
			say(`messages ${list[i - 1].id} and ${list[i].id} to one recipient went out of order`);
		}
	}
}
