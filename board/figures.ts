import { DAY_MS } from '../messages/duration';
import type { Status } from '../messages/status';
import type { Overview, Service } from './data';
import { formatSeconds, NONE, type Format } from './format';

/** A figure in words, on the page and in an e-mail. */
export interface Figure {
	readonly label: string;
	readonly value: string;
	/** What explains it; empty if nothing does. */
	readonly more: string;
	/** Whether a person should look at it. */
	readonly tone: '' | 'warn' | 'bad';
	/** The status whose messages it counts; null if no list shows just them. */
	readonly status: Status | null;
}

/** Messages that are still to be sent, whenever. */
export const toSend = ({ upcoming, later, service }: Overview): number =>
	sum(upcoming) + later + (service === null ? 0 : service.due + service.waiting);

const sum = (all: ReadonlyArray<{ readonly count: number }>): number =>
	all.reduce((total, { count }) => total + count, 0);

/** Accounts that are paused: a person and *Send Due* may both have paused one. */
export const pausedAccounts = ({ paused }: Pick<Service, 'paused'>): number =>
	new Set(paused.map(({ gateway, account }) => JSON.stringify([gateway, account]))).size;

/** The figures at the top, the most important first. */
export function figuresOf(data: Overview, format: Format): Figure[] {
	const { upcoming, now, service, failures } = data;
	const count = (value: number) => format.count(value);
	const nextDay = sum(upcoming.filter(({ at }) => at < now + DAY_MS));
	const planned = figure(
		'To send',
		count(toSend(data)),
		`${count(nextDay)} in the next 24 hours`,
		'',
		'scheduled',
	);
	const failed = figure(
		'Not sent or unclear',
		data.isComplete ? count(failures.total) : `${count(failures.total)}+`,
		`since ${format.moment(data.since)}${data.isComplete ? '' : ', not all counted'}`,
		failures.total > 0 ? 'bad' : data.isComplete ? '' : 'warn',
	);
	if (service === null) return [planned, failed];
	const { overdue, oldestOverdueSeconds, waiting, sending, unconfirmed } = service;
	const accounts = pausedAccounts(service);
	const waits = [
		...(sending > 0 ? [`${count(sending)} being sent`] : []),
		...(waiting > 0 ? [`${count(waiting)} wait for a window or a retry`] : []),
	];
	return [
		planned,
		figure('Due now', count(service.due), waits.join(', ') || 'nothing waits'),
		figure(
			'Overdue',
			count(overdue),
			oldestOverdueSeconds === null
				? 'none'
				: `the oldest for ${formatSeconds(oldestOverdueSeconds)}`,
			overdue > 0 ? 'bad' : '',
		),
		failed,
		figure(
			'To review',
			count(unconfirmed),
			unconfirmed > 0 ? 'unconfirmed: may have been sent' : 'no message is unconfirmed',
			unconfirmed > 0 ? 'warn' : '',
			'unconfirmed',
		),
		figure(
			'Median delay',
			orNone(service.latenessMedianSeconds),
			service.lateness99Seconds === null
				? 'nothing was sent'
				: `99% within ${formatSeconds(service.lateness99Seconds)}`,
		),
		figure(
			accounts === 1 ? 'Paused account' : 'Paused accounts',
			count(accounts),
			accounts === 0 ? 'all accounts may send' : 'see below',
			accounts > 0 ? 'warn' : '',
		),
	];
}

const figure = (
	label: string,
	value: string,
	more: string,
	tone: Figure['tone'] = '',
	status: Figure['status'] = null,
): Figure => ({
	label,
	value,
	more,
	tone,
	status,
});

const orNone = (seconds: number | null) => (seconds === null ? NONE : formatSeconds(seconds));

/** Why messages were not sent, the most frequent first; they add up to all that were not. */
export function allReasons({
	failures,
}: Pick<Overview, 'failures'>): Overview['failures']['reasons'] {
	const others = failures.total - sum(failures.reasons);
	return [...failures.reasons, ...(others > 0 ? [{ reason: 'Other reasons', count: others }] : [])];
}

/** Whether a person should look: what was not sent, waits too long, cannot go on, or was not counted. */
export const needsAttention = ({ failures, service, isComplete }: Overview): boolean =>
	!isComplete ||
	failures.total > 0 ||
	(service !== null &&
		[
			service.overdue,
			service.unconfirmed,
			service.unreadable,
			service.paused.length,
			service.unserved.length,
		].some((count) => count > 0));

/** One line of *Today*. */
export interface TodayLine {
	readonly label: string;
	readonly count: number;
	/** The colour of its bar. */
	readonly kind: string;
	/** Whether it is a part of the line above. */
	readonly isPart: boolean;
}

/**
 * Messages whose time is today: those that are delivered or read count as sent, too. What the gateway has accepted
 * or holds back, the network does not have: that is not sent.
 */
export function todayLines({ today }: Pick<Overview, 'today'>): TodayLine[] {
	const read = today.read + today.played;
	const delivered = today.delivered + read;
	const sent = today.sent + today.deleted + delivered;
	const line = (label: string, count: number, kind: string, isPart = false): TodayLine => ({
		label,
		count,
		kind,
		isPart,
	});
	return [
		line('Still to be sent', today.scheduled, 'scheduled'),
		line('Accepted by the gateway', today.queued, 'scheduled'),
		...(today.suspended === 0 ? [] : [line('Held by the gateway', today.suspended, 'unconfirmed')]),
		line('Sent', sent, 'sent'),
		line('of these delivered', delivered, 'delivered', true),
		line('of these read', read, 'read', true),
		line('Failed', today.failed, 'failed'),
		line('Expired', today.expired, 'expired'),
		line('Unconfirmed', today.unconfirmed, 'unconfirmed'),
		line('Cancelled', today.cancelled, 'other'),
		...(today.unknown === 0 ? [] : [line('Unknown status', today.unknown, 'other')]),
	];
}

/** All messages of the lines, each once. */
export const totalOf = (lines: readonly TodayLine[]): number =>
	sum(lines.filter(({ isPart }) => !isPart));
