import fc from 'fast-check';
import { InvalidParameter } from '../../../messages/invalidParameter';
import {
	applyPassedRule,
	assertWithin,
	resolveSendTime,
	type IfPassed,
	type SendLimits,
} from '../../../messages/sendTime';
import { changesOf, clockAt, zones } from './intl.mts';
import { runs } from '../../proof.mts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const now = Date.parse('2026-01-15T10:00:00.250Z');
const at = (value: unknown, timezone = 'Asia/Kolkata') => resolveSendTime(value, timezone, { now });
const passed = (value: unknown, ifPassed: IfPassed, minimumLeadMs: number | null = MINUTE) =>
	applyPassedRule(at(value), { ifPassed, now, minimumLeadMs });

describe('If the Time Has Passed', () => {
	it('refuses, and says how long ago and in which zone', () => {
		expect(() => passed('2026-01-15 12:10', 'refuse')).toThrow(
			new InvalidParameter(
				'Send At',
				'"Send At" is 2026-01-15 12:10 in Asia/Kolkata, which passed 3 hours 20 minutes ago; give a later time, or choose another "If the Time Has Passed".',
			),
		);
	});

	it('leaves it to the limits to refuse what is near', () => {
		expect(passed('+10s', 'refuse')).toEqual(at('+10s'));
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
					note: 'The time had passed 3 hours 30 minutes before, so it was moved to the earliest moment that the gateway takes, 1 minute ahead.',
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
		expect(passed('+10s', 'nextDay')).toMatchObject({
			scheduledAt: '2026-01-16T10:00:10.250Z',
			adjusted: [{ reason: 'tooSoon' }],
		});
	});

	it.each<IfPassed>(['refuse', 'sendEarliest', 'nextDay'])(
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
		const changes = zones.flatMap((zone) => changesOf(zone, 2026, 2026, 7));
		fc.assert(
			fc.property(fc.constantFrom(...changes), distance, rules, (change, away, ifPassed) => {
				const rule = { ifPassed, now: change.at, minimumLeadMs: MINUTE };
				const before = resolveSendTime(change.at + away, change.zone);
				const after = applyPassedRule(before, rule);
				const instant = Date.parse(after.scheduledAt);
				expect(applyPassedRule(after, rule)).toEqual(after);
				if (away >= MINUTE) return after === before;
				if (ifPassed === 'sendEarliest') return instant - change.at - MINUTE < 1000;

				const clock = clockAt(instant, change.zone) - clockAt(change.at + away, change.zone);
				const gap = after.adjusted?.some(({ reason }) => reason === 'dstGap');
				// Not a day later than needed; a day with an overlap has 25 hours.
				return (
					instant >= change.at + MINUTE &&
					instant < change.at + MINUTE + 26 * 60 * MINUTE &&
					(gap || clock % DAY === 0)
				);
			}),
			runs(300, 20_000),
		);
	}, 300_000);
});

describe('the limits of a gateway', () => {
	const limits: SendLimits = {
		now,
		minimumLeadMs: MINUTE,
		horizonMs: 30 * DAY,
		gatewayLabel: 'ChatWhatsApp',
	};
	const hold = (value: unknown, more: Partial<SendLimits> = {}) =>
		assertWithin(at(value), { ...limits, ...more });

	it.each([now + MINUTE, now + 30 * DAY, now + DAY])('lets %d through', (instant) => {
		expect(() => hold(instant)).not.toThrow();
	});

	it('lets everything to come through without limits', () => {
		const none = { minimumLeadMs: null, horizonMs: null };
		expect(() => hold(now, none)).not.toThrow();
		expect(() => hold('2100-01-01 00:00', none)).not.toThrow();
		expect(() => hold(now - 1, none)).toThrow(/which passed less than 1 second ago/);
	});

	it.each<[unknown, Partial<SendLimits>, string]>([
		[
			now + 20_000,
			{},
			'"Send At" is 2026-01-15 15:30:20 in Asia/Kolkata, 20 seconds from now, but ChatWhatsApp takes messages at least 1 minute and at most 30 days ahead; give a later time.',
		],
		[
			'2026-03-01 15:00',
			{},
			'"Send At" is 2026-03-01 15:00 in Asia/Kolkata, 44 days 23 hours from now, but ChatWhatsApp takes messages at least 1 minute and at most 30 days ahead; give an earlier time.',
		],
		[
			'2026-01-19 15:31',
			{ minimumLeadMs: null, horizonMs: 3 * DAY, gatewayLabel: 'Hypersender SMS' },
			'"Send At" is 2026-01-19 15:31 in Asia/Kolkata, 4 days 59 seconds from now, but Hypersender SMS takes messages at most 3 days ahead; give an earlier time.',
		],
		[
			now + 20_000,
			{ horizonMs: null },
			'"Send At" is 2026-01-15 15:30:20 in Asia/Kolkata, 20 seconds from now, but ChatWhatsApp takes messages at least 1 minute ahead; give a later time.',
		],
		[
			'2026-01-15 12:10',
			{},
			'"Send At" is 2026-01-15 12:10 in Asia/Kolkata, which passed 3 hours 20 minutes ago; give a later time, or choose another "If the Time Has Passed".',
		],
	])('refuses %p', (value, more, message) => {
		expect(() => hold(value, more)).toThrow(new InvalidParameter('Send At', message));
	});
});
