import fc from 'fast-check';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	applySendingWindow,
	openingHours,
	resolveSendTime,
	spacingOffset,
	spreadSendTimes,
	type ResolvedSendTime,
	type SendingWindow,
} from '../../../messages/sendTime';

import { runs } from '../../proof.mts';

const BERLIN = 'Europe/Berlin';
const workdays: SendingWindow = {
	from: '09:00',
	to: '18:00',
	weekdays: [1, 2, 3, 4, 5],
	timezone: BERLIN,
};
const at = (value: string | number) => resolveSendTime(value, BERLIN);
const clocks = (list: Array<ResolvedSendTime | null>) =>
	list.map((item) => item && item.local.slice(5, 19));
const instants = (list: ResolvedSendTime[]) => list.map((item) => Date.parse(item.scheduledAt));

describe('the offset of an item', () => {
	it('is the spacing for each item before it', () => {
		expect([0, 1, 2, 10].map((index) => spacingOffset(index, { spacingSeconds: 60 }))).toEqual([
			0, 60_000, 120_000, 600_000,
		]);
	});

	it('has a jitter that depends on seed and place alone', () => {
		const offset = (index: number, seed: string) =>
			spacingOffset(index, { spacingSeconds: 60, jitterSeconds: 30, seed });
		const first = Array.from({ length: 50 }, (_, index) => offset(index, 'workflow 7'));
		expect(Array.from({ length: 50 }, (_, index) => offset(index, 'workflow 7'))).toEqual(first);
		expect(Array.from({ length: 50 }, (_, index) => offset(index, 'workflow 8'))).not.toEqual(
			first,
		);
		// Fixed for good: a retry after an update must find the same times.
		expect(first.slice(0, 3)).toEqual([28_674, 64_040, 142_013]);
	});

	it('spreads the jitter evenly', () => {
		const tenths = new Array<number>(10).fill(0);
		let rising = 0;
		for (let index = 0; index < 10_000; index++) {
			const jitter = spacingOffset(index, { spacingSeconds: 0, jitterSeconds: 10, seed: 'even' });
			const next = spacingOffset(index + 1, { spacingSeconds: 0, jitterSeconds: 10, seed: 'even' });
			tenths[Math.floor(jitter / 1000)]++;
			if (next > jitter) rising++;
		}
		for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
		expect(Math.abs(rising - 5000)).toBeLessThan(250);
	});

	it('keeps the order while the jitter is below the spacing', () => {
		fc.assert(
			fc.property(
				fc.nat(100_000),
				fc.integer({ min: 1, max: 3600 }),
				fc.string(),
				(index, s, seed) => {
					const spacing = { spacingSeconds: s, jitterSeconds: s, seed };
					const offset = spacingOffset(index, spacing);
					return (
						offset >= index * s * 1000 &&
						offset < (index + 1) * s * 1000 &&
						offset < spacingOffset(index + 1, spacing) + 1
					);
				},
			),
			runs(500, 50_000),
		);
	});

	it.each<[object, string]>([
		[{ spacingSeconds: -1 }, '"Spacing" is "-1"; enter seconds from 0 to 86400.'],
		[{ spacingSeconds: Number.NaN }, '"Spacing" is "NaN"; enter seconds from 0 to 86400.'],
		[{ spacingSeconds: '60' }, '"Spacing" is "60"; enter seconds from 0 to 86400.'],
		[
			{ spacingSeconds: 1, jitterSeconds: 90_000 },
			'"Jitter" is "90000"; enter seconds from 0 to 86400.',
		],
	])('refuses %j', (spacing, message) => {
		const wrong = spacing as { spacingSeconds: number };
		expect(() => spacingOffset(0, wrong)).toThrow(InvalidParameterError);
		expect(() => spreadSendTimes([], wrong)).toThrow(message);
	});
});

describe('a list', () => {
	it('is spread from its common time', () => {
		const list = new Array<ResolvedSendTime>(3).fill(at('2026-02-02 10:00'));
		const spread = spreadSendTimes(list, { spacingSeconds: 60 });
		expect(clocks(spread)).toEqual(['02-02T10:00:00', '02-02T10:01:00', '02-02T10:02:00']);
		expect(spread[0]).toBe(list[0]);
		expect(spread[2].adjusted).toEqual([
			{
				reason: 'spacing',
				from: '2026-02-02T10:00:00.000+01:00',
				to: '2026-02-02T10:02:00.000+01:00',
				note: 'Moved to keep 1 minute between messages.',
			},
		]);
	});

	it('rolls on to the next opening with its spacing', () => {
		const list = new Array<ResolvedSendTime>(4).fill(at('2026-02-06 17:58:30'));
		const spread = spreadSendTimes(list, { spacingSeconds: 60, window: workdays });
		expect(clocks(spread)).toEqual([
			'02-06T17:58:30',
			'02-06T17:59:30',
			'02-09T09:00:00',
			'02-09T09:01:00',
		]);
		expect(spread[2].adjusted?.map(({ reason, to }) => [reason, to.slice(5, 19)])).toEqual([
			['spacing', '02-06T18:00:30'],
			['sendingWindow', '02-09T09:00:00'],
		]);
		expect(spread[3].adjusted?.map(({ reason, note }) => [reason, note])).toEqual([
			['spacing', 'Moved to keep 1 minute between messages inside the sending window.'],
		]);
	});

	it('keeps its spacing at an opening too', () => {
		const list = ['2026-02-07 10:00', '2026-02-08 11:00', '2026-02-09 09:01:30'].map(at);
		expect(clocks(spreadSendTimes(list, { spacingSeconds: 60, window: workdays }))).toEqual([
			'02-09T09:00:00',
			'02-09T09:01:00',
			'02-09T09:02:00',
		]);
	});

	it('leaves times that are far enough apart, whatever their order', () => {
		const list = ['2026-02-02 12:00', '2026-02-02 10:00', '2026-02-02 10:00:20'].map(at);
		expect(clocks(spreadSendTimes(list, { spacingSeconds: 60 }))).toEqual([
			'02-02T12:00:00',
			'02-02T10:00:00',
			'02-02T10:01:00',
		]);
	});

	it('passes over items without a time', () => {
		const list = [null, at('2026-02-02 10:00'), null, at('2026-02-02 10:00')];
		expect(clocks(spreadSendTimes(list, { spacingSeconds: 60 }))).toEqual([
			null,
			'02-02T10:00:00',
			null,
			'02-02T10:01:00',
		]);
	});

	it('does without a window, without a spacing, and without items', () => {
		const list = new Array<ResolvedSendTime>(2).fill(at('2026-02-07 10:00'));
		expect(spreadSendTimes(list, { spacingSeconds: 0 })).toEqual(list);
		expect(clocks(spreadSendTimes(list, { spacingSeconds: 0, window: workdays }))).toEqual([
			'02-09T09:00:00',
			'02-09T09:00:00',
		]);
		expect(spreadSendTimes([], { spacingSeconds: 60, window: workdays })).toEqual([]);
	});

	it('leaves out a jitter that would miss the window', () => {
		const list = new Array<ResolvedSendTime>(3).fill(at('2026-02-06 17:59:59'));
		const spacing = { spacingSeconds: 0, jitterSeconds: 600, seed: 's', window: workdays };
		expect(clocks(spreadSendTimes(list, spacing))).toEqual(new Array(3).fill('02-06T17:59:59'));
	});

	it('refuses to leave the years', () => {
		const list = new Array<ResolvedSendTime>(2).fill(at('2100-12-31 12:00'));
		expect(() => spreadSendTimes(list, { spacingSeconds: 86_400 })).toThrow(
			'"Spacing" moves the time out of the years 2000 to 2100; choose smaller values.',
		);
	});

	it('holds for any list: spaced, in order, inside, never early, the same again', () => {
		const start = Date.UTC(2026, 2, 25);
		const anyList = fc.array(fc.integer({ min: start, max: start + 6 * 86_400_000 }), {
			maxLength: 40,
		});
		const anyWindow = fc.constantFrom<SendingWindow | undefined>(
			undefined,
			workdays,
			{ ...workdays, from: '22:00', to: '02:30', weekdays: [5, 6, 7] },
			{ ...workdays, from: '09:00', to: '09:05' },
		);
		const anySpacing = fc.record({
			spacingSeconds: fc.integer({ min: 1, max: 1800 }),
			jitterSeconds: fc.integer({ min: 0, max: 1800 }),
			seed: fc.string(),
		});
		fc.assert(
			fc.property(anyList, anyWindow, anySpacing, fc.boolean(), (times, window, spacing, equal) => {
				const wanted = equal ? times.map(() => times[0]) : times;
				const list = wanted.map(at);
				const spread = spreadSendTimes(list, { ...spacing, window });
				const result = instants(spread);
				expect(spreadSendTimes(list, { ...spacing, window })).toEqual(spread);
				if (equal && !window) {
					expect(result).toEqual(wanted.map((time, k) => time + spacingOffset(k, spacing)));
				}
				const order = wanted
					.map((time, index) => ({ time, index }))
					.sort((one, other) => one.time - other.time || one.index - other.index)
					.map(({ index }) => result[index]);
				const { spacingSeconds, jitterSeconds } = spacing;
				order.slice(1).forEach((time, k) => {
					expect(time - order[k]).toBeGreaterThan((spacingSeconds - jitterSeconds) * 1000 - 1);
				});
				spread.forEach((item, index) => {
					expect(result[index]).toBeGreaterThanOrEqual(wanted[index]);
					if (window) expect(applySendingWindow(item, window)).toBe(item);
					const steps = item.adjusted ?? [];
					expect(steps.at(-1)?.to ?? item.local).toBe(item.local);
					expect(steps[0]?.from ?? item.local).toBe(list[index].local);
				});
			}),
			runs(150, 5_000),
		);
	}, 300_000);
});

describe('a list of which each item has its own window', () => {
	const ZONES = ['Europe/Berlin', 'Asia/Tokyo', 'America/New_York', 'Pacific/Auckland'];
	const hoursIn = (timezone: string): SendingWindow => ({ ...workdays, timezone });
	const windowOf = ({ timezone }: ResolvedSendTime) => hoursIn(timezone);

	it('is not held up by one that waits for its morning', () => {
		// 10:00 in Berlin is 18:00 in Tokyo, whose window has just closed.
		const wanted = '2026-02-04T10:00:00+01:00';
		const list = ['Asia/Tokyo', 'Europe/Berlin', 'Asia/Tokyo', 'Europe/Berlin'].map((zone) =>
			resolveSendTime(wanted, zone),
		);
		const spread = spreadSendTimes(list, { spacingSeconds: 60, window: windowOf });
		expect(spread.map(({ local }) => local)).toEqual([
			'2026-02-05T09:00:00.000+09:00',
			'2026-02-04T10:00:00.000+01:00',
			'2026-02-05T09:01:00.000+09:00',
			'2026-02-04T10:01:00.000+01:00',
		]);
	});

	it('goes out as early as window and spacing let it, each item in its own hours', () => {
		const start = Date.UTC(2026, 2, 26);
		const anyItem = fc.record({
			zone: fc.constantFrom(...ZONES),
			minutes: fc.integer({ min: 0, max: 6 * 24 * 60 }),
		});
		fc.assert(
			fc.property(
				fc.array(anyItem, { minLength: 1, maxLength: 40 }),
				fc.integer({ min: 1, max: 3_600 }),
				(items, spacingSeconds) => {
					const list = items.map(({ zone, minutes }) =>
						resolveSendTime(start + minutes * 60_000, zone),
					);
					const spread = spreadSendTimes(list, { spacingSeconds, window: windowOf });
					const inOrder = spread
						.map((item, index) => ({ item, wanted: instants(list)[index] }))
						.sort((one, other) => one.item.scheduledAt.localeCompare(other.item.scheduledAt));
					let free = -Infinity;
					for (const { item, wanted } of inOrder) {
						const at = Date.parse(item.scheduledAt);
						const turn = Math.max(wanted, free);
						expect(at).toBe(openingHours(hoursIn(item.timezone)).nextOpen(turn));
						free = at + spacingSeconds * 1000;
					}
				},
			),
			runs(100, 2_000),
		);
	});
});
