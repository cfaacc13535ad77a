import { textOf } from '../../../gateways/transport/gatewayError';
import fc from 'fast-check';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	applyPassedRule,
	applySendingWindow,
	assertWithin,
	resolveSendTime,
	spreadSendTimes,
	type IfPassed,
	type SendLimits,
	type SendingWindow,
} from '../../../messages/sendTime';
import { changesOf, clockAt, isReported, zones } from './reckoning.mts';
import { runs } from '../../proof.mts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const now = Date.parse('2026-01-15T10:00:00.250Z');
const at = (value: unknown, timezone = 'Asia/Kolkata') => resolveSendTime(value, timezone, { now });
const passed = (value: unknown, ifPassed: IfPassed, minLeadMs: number | null = MINUTE) =>
	applyPassedRule(at(value), { ifPassed, now, minLeadMs });

/** The parameter that a refusal names, and all that it says. */
function refusalOf(call: () => unknown): [string, string] {
	try {
		call();
	} catch (error) {
		if (error instanceof InvalidParameterError) return [error.parameter, textOf(error)];
		throw error;
	}
	throw new Error('It was not refused');
}

describe('If the Time Has Passed', () => {
	it('refuses, and says how long ago and in which zone', () => {
		expect(refusalOf(() => passed('2026-01-15 12:10', 'reject'))).toEqual([
			'Send At',
			'"Send At" is 2026-01-15 12:10 in Asia/Kolkata, which passed 3 hours 20 minutes ago. Enter a later time, or choose another "If the Time Has Passed" under Options.',
		]);
		expect(refusalOf(() => passed('2023-02-25 10:30', 'reject'))[1]).toContain(
			'which passed 2 years 325 days ago. Enter',
		);
	});

	it('leaves it to the limits to refuse what is near', () => {
		expect(passed('+10s', 'reject')).toEqual(at('+10s'));
	});

	it('sends at the earliest moment that the gateway takes, on a whole second', () => {
		expect(passed('2026-01-15 12:00', 'sendEarliest')).toEqual({
			scheduledAt: '2026-01-15T10:01:01.000Z',
			local: '2026-01-15T15:31:01.000+05:30',
			timezone: 'Asia/Kolkata',
			offset: '+05:30',
			adjusted: [
				{
					reason: 'passed',
					from: '2026-01-15T12:00:00.000+05:30',
					to: '2026-01-15T15:31:01.000+05:30',
					note: 'The time had passed 3 hours 30 minutes before, so it was moved to the earliest time that the gateway accepts, 1 minute ahead.',
				},
			],
		});
		expect(passed('2026-01-15 12:00', 'sendEarliest', null).scheduledAt).toBe(
			'2026-01-15T10:00:01.000Z',
		);
	});

	it('moves what is too near as well', () => {
		expect(passed('+10s', 'sendEarliest')).toMatchObject({
			scheduledAt: '2026-01-15T10:01:01.000Z',
			adjusted: [{ reason: 'tooSoon' }],
		});
	});

	it.each(['+10s', '+4s', now, now + MINUTE - 1])(
		'moves %j, which is still ahead, to the earliest moment and not by a day',
		(value) => {
			expect(passed(value, 'nextDay')).toMatchObject({
				scheduledAt: '2026-01-15T10:01:01.000Z',
				adjusted: [{ reason: 'tooSoon' }],
			});
		},
	);

	it('moves what passed a moment ago by a day', () => {
		expect(passed(now - 1, 'nextDay')).toMatchObject({
			scheduledAt: '2026-01-16T10:00:00.249Z',
			adjusted: [{ reason: 'passed' }],
		});
	});

	it.each<IfPassed>(['reject', 'sendEarliest', 'nextDay'])(
		'takes "now" as the earliest moment (%s)',
		(rule) => {
			expect(passed('now', rule).scheduledAt).toBe('2026-01-15T10:01:01.000Z');
			expect(passed('now', rule, null).scheduledAt).toBe('2026-01-15T10:00:00.250Z');
		},
	);

	it('takes the next day at the same clock time', () => {
		expect(passed('2026-01-15 12:00', 'nextDay')).toMatchObject({
			local: '2026-01-16T12:00:00.000+05:30',
			adjusted: [
				{
					reason: 'passed',
					note: 'The time had passed 3 hours 30 minutes before, so it was moved to the same time of a later day.',
				},
			],
		});
		expect(passed('2025-12-01 18:00', 'nextDay').local).toBe('2026-01-15T18:00:00.000+05:30');
		expect(passed('2025-12-01 15:31:00.250', 'nextDay').local).toBe(
			'2026-01-15T15:31:00.250+05:30',
		);
		expect(passed('2025-12-01 15:30:30', 'nextDay').local).toBe('2026-01-16T15:30:30.000+05:30');
	});

	it('goes back to the time that was asked for when a gap had moved it', () => {
		const skipped = resolveSendTime('2026-03-29 02:30', 'Europe/Berlin');
		const rule = { ifPassed: 'nextDay', now: Date.parse('2026-03-29T12:00:00Z') } as const;
		expect(applyPassedRule(skipped, rule).local).toBe('2026-03-30T02:30:00.000+02:00');
	});

	it('says so when the next day has a gap there', () => {
		const resolved = resolveSendTime('2026-03-28 02:30', 'Europe/Berlin');
		const rule = { ifPassed: 'nextDay', now: Date.parse('2026-03-28T12:00:00Z') } as const;
		expect(applyPassedRule(resolved, rule)).toMatchObject({
			local: '2026-03-29T03:30:00.000+02:00',
			adjusted: [{ reason: 'passed' }, { reason: 'dstGap' }],
		});
	});

	it('leaves times that are far enough ahead, and its own results', () => {
		const rules = fc.constantFrom<IfPassed>('sendEarliest', 'nextDay');
		const distance = fc.integer({ min: -400 * DAY, max: 2 * DAY });
		const changes = zones.flatMap((zone) => changesOf(zone, 2026, 2026));
		fc.assert(
			fc.property(fc.constantFrom(...changes), distance, rules, (change, away, ifPassed) => {
				const rule = { ifPassed, now: change.at, minLeadMs: MINUTE };
				const before = resolveSendTime(change.at + away, change.zone);
				const after = applyPassedRule(before, rule);
				const instant = Date.parse(after.scheduledAt);
				expect(applyPassedRule(after, rule)).toEqual(after);
				if (away >= MINUTE) return after === before;
				if (ifPassed === 'sendEarliest' || away >= 0) return instant - change.at - MINUTE < 1000;

				const clock = clockAt(instant, change.zone) - clockAt(change.at + away, change.zone);
				const gap = after.adjusted?.some(({ reason }) => reason === 'dstGap');
				// Not a day later than needed; a day with an overlap has 25 hours.
				return (
					instant >= change.at + MINUTE &&
					instant < change.at + MINUTE + 26 * 60 * MINUTE &&
					(gap || isReported(after) || clock % DAY === 0)
				);
			}),
			runs(300, 20_000),
		);
	}, 300_000);
});

describe('If the Time Has Passed, with a sending window', () => {
	const window: SendingWindow = {
		from: '09:00',
		to: '18:00',
		weekdays: [1, 2, 3, 4, 5],
		timezone: 'Asia/Kolkata',
	};
	const friday = Date.parse('2026-01-16T10:00:00Z');
	const inWindow = (value: unknown, ifPassed: IfPassed, at = friday) =>
		applyPassedRule(resolveSendTime(value, 'Asia/Kolkata', { now: at }), {
			ifPassed,
			now: at,
			minLeadMs: MINUTE,
			window,
		});

	it('goes from the next day, a Saturday, on to Monday', () => {
		expect(inWindow('2026-01-16 12:00', 'nextDay')).toMatchObject({
			local: '2026-01-19T09:00:00.000+05:30',
			adjusted: [
				{ reason: 'passed', to: '2026-01-17T12:00:00.000+05:30' },
				{ reason: 'sendingWindow', to: '2026-01-19T09:00:00.000+05:30' },
			],
		});
	});

	it('waits with the earliest moment for the next opening', () => {
		const evening = Date.parse('2026-01-16T12:29:30Z');
		expect(inWindow('2026-01-16 12:00', 'sendEarliest', evening)).toMatchObject({
			local: '2026-01-19T09:00:00.000+05:30',
			adjusted: [{ reason: 'passed' }, { reason: 'sendingWindow' }],
		});
		expect(inWindow('now', 'reject', evening).local).toBe('2026-01-19T09:00:00.000+05:30');
	});

	it('lies inside and not in the past: any window, spacing, jitter, rule and moment', () => {
		const quarter = fc
			.integer({ min: 0, max: 95 })
			.map((count) => new Date(count * 15 * MINUTE).toISOString().slice(11, 16));
		const anyWindow = fc
			.record({
				from: quarter,
				to: fc.oneof(quarter, fc.constant('24:00')),
				weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
				timezone: fc.constantFrom(...zones),
			})
			.filter(({ from, to }) => from !== to);
		const changes = zones.flatMap((zone) => changesOf(zone, 2026, 2027));
		const anyNow = fc.oneof(
			fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) }),
			fc
				.tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * DAY, max: 2 * DAY }))
				.map(([{ at }, away]) => at + away),
		);
		const anyCase = fc.record({
			now: anyNow,
			away: fc.array(fc.integer({ min: -3 * DAY, max: 3 * DAY }), { minLength: 1, maxLength: 8 }),
			timezone: fc.constantFrom(...zones),
			window: anyWindow,
			spacingSeconds: fc.integer({ min: 0, max: 3600 }),
			jitterSeconds: fc.integer({ min: 0, max: 3600 }),
			minLeadMs: fc.constantFrom(null, 5_000, MINUTE),
			ifPassed: fc.constantFrom<IfPassed>('reject', 'sendEarliest', 'nextDay'),
			laterMs: fc.integer({ min: 0, max: 2 * DAY }),
		});
		fc.assert(
			fc.property(anyCase, ({ now, away, timezone, window, ifPassed, laterMs, ...rest }) => {
				const { minLeadMs, ...spacing } = rest;
				const rule = { ifPassed, minLeadMs };
				const asked = away
					.filter((ms) => ifPassed !== 'reject' || ms >= 0)
					.map((ms) => resolveSendTime(now + ms, timezone))
					.map((time) => applyPassedRule(time, { ...rule, now }));
				const arranged = spreadSendTimes(asked, { ...spacing, window });
				// Once more when its turn has come, when others may have taken a while.
				const later = now + laterMs;
				const lead = ifPassed === 'reject' ? 0 : (minLeadMs ?? 0);
				for (const time of arranged) {
					expect(applySendingWindow(time, window)).toBe(time);
					expect(Date.parse(time.scheduledAt)).toBeGreaterThanOrEqual(now + lead);
					if (ifPassed === 'reject' && Date.parse(time.scheduledAt) < later) continue;
					const sent = applyPassedRule(time, { ...rule, now: later, window });
					expect(applySendingWindow(sent, window)).toBe(sent);
					expect(Date.parse(sent.scheduledAt)).toBeGreaterThanOrEqual(later + lead);
				}
			}),
			runs(300, 20_000),
		);
	}, 600_000);
});

describe('the limits of a gateway', () => {
	const limits: SendLimits = {
		now,
		minLeadMs: MINUTE,
		maxLeadMs: 30 * DAY,
		gatewayLabel: 'ChatWhatsApp',
	};
	const hold = (value: unknown, more: Partial<SendLimits> = {}) =>
		assertWithin(at(value), { ...limits, ...more });

	it.each([now + MINUTE, now + 30 * DAY, now + DAY])('lets %d through', (instant) => {
		expect(() => hold(instant)).not.toThrow();
	});

	it('lets everything to come through without limits', () => {
		const none = { minLeadMs: null, maxLeadMs: null };
		expect(() => hold(now, none)).not.toThrow();
		expect(() => hold('2100-01-01 00:00', none)).not.toThrow();
		expect(() => hold(now - 1, none)).toThrow(/which passed less than 1 second ago/);
	});

	it.each<[unknown, Partial<SendLimits>, string]>([
		[
			now + 20_000,
			{},
			'"Send At" is 2026-01-15 15:30:20 in Asia/Kolkata, 20 seconds from now, but ChatWhatsApp accepts messages at least 1 minute and at most 30 days ahead. Enter a later time, or choose another "If the Time Has Passed" under Options, or ask somebody else.',
		],
		[
			'2026-03-01 15:00',
			{},
			'"Send At" is 2026-03-01 15:00 in Asia/Kolkata, 44 days 23 hours from now, but ChatWhatsApp accepts messages at least 1 minute and at most 30 days ahead. Enter an earlier time, or ask somebody else.',
		],
		[
			'2026-01-19 15:31',
			{ minLeadMs: null, maxLeadMs: 3 * DAY, gatewayLabel: 'Hypersender SMS' },
			'"Send At" is 2026-01-19 15:31 in Asia/Kolkata, 4 days 59 seconds from now, but Hypersender SMS accepts messages at most 3 days ahead. Enter an earlier time, or ask somebody else.',
		],
		[
			now + 20_000,
			{ maxLeadMs: null },
			'"Send At" is 2026-01-15 15:30:20 in Asia/Kolkata, 20 seconds from now, but ChatWhatsApp accepts messages at least 1 minute ahead. Enter a later time, or choose another "If the Time Has Passed" under Options, or ask somebody else.',
		],
		[
			'2026-01-15 12:10',
			{},
			'"Send At" is 2026-01-15 12:10 in Asia/Kolkata, which passed 3 hours 20 minutes ago. Enter a later time, or choose another "If the Time Has Passed" under Options.',
		],
		[
			now + 20_000,
			{ elsewhere: undefined },
			'"Send At" is 2026-01-15 15:30:20 in Asia/Kolkata, 20 seconds from now, but ChatWhatsApp accepts messages at least 1 minute and at most 30 days ahead. Enter a later time, or choose another "If the Time Has Passed" under Options.',
		],
	])('refuses %p', (value, more, message) => {
		const elsewhere = 'ask somebody else';
		expect(refusalOf(() => hold(value, { elsewhere, ...more }))).toEqual(['Send At', message]);
	});

	it.each([
		['spacing', 'Spacing'],
		['sendingWindow', 'Sending Window'],
	] as const)('say what moved a time out of them: %s', (reason, option) => {
		const time = at(now + 31 * DAY);
		const { local: from, local: to } = time;
		const steps = [reason, 'outdatedTimezoneData' as const];
		const adjusted = steps.map((step) => ({ reason: step, from, to, note: '' }));
		expect(() => assertWithin({ ...time, adjusted }, limits)).toThrow(
			`in Asia/Kolkata after "${option}", 31 days from now`,
		);
	});
});
