import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../messages/duration';
import { STATUS_NAMES } from '../../messages/status';
import {
	BoardTally,
	First,
	MAX_REASONS,
	type BoardPeriod,
	type CountedMessage,
} from '../../stores/boardFigures';

const NOW = Date.parse('2026-11-22T08:24:00.000Z');
const TODAY = Date.parse('2026-11-21T23:00:00.000Z');
const PERIOD: BoardPeriod = {
	now: NOW,
	since: NOW - DAY_MS,
	timezone: 'Europe/Berlin',
	today: { from: TODAY, to: TODAY + DAY_MS },
	until: TODAY + 14 * DAY_MS,
};
const MESSAGE: CountedMessage = {
	status: 'scheduled',
	sendAt: NOW + HOUR_MS,
	changedAt: NOW,
	failure: null,
};
const tallyOf = (...messages: Array<Partial<CountedMessage>>) => {
	const tally = new BoardTally(PERIOD);
	for (const more of messages) tally.add({ ...MESSAGE, ...more });
	return tally;
};

it('counts as today’s from its first millisecond to its last', () => {
	const at = (sendAt: number) => tallyOf({ sendAt }).today.scheduled;
	expect([TODAY - 1, TODAY, TODAY + DAY_MS - 1, TODAY + DAY_MS, Number.NaN].map(at)).toEqual([
		0, 1, 1, 0, 0,
	]);
	for (const status of STATUS_NAMES) {
		const { today } = tallyOf({ status, sendAt: TODAY });
		expect(Object.entries(today).filter(([, count]) => count > 0)).toEqual([[status, 1]]);
	}
});

it('counts what waits by the quarter of its time, in their order', () => {
	const tally = tallyOf(
		{ sendAt: NOW + HOUR_MS },
		{ sendAt: NOW + 5 * MINUTE_MS },
		{ sendAt: NOW + 6 * MINUTE_MS },
		{ sendAt: NOW + 7 * MINUTE_MS },
		{ sendAt: NOW },
		{ sendAt: NOW - 1 },
		{ sendAt: NOW + 5 * MINUTE_MS, status: 'cancelled' },
		{ sendAt: Number.NaN },
	);
	expect(tally.upcoming).toEqual([
		{ at: Date.parse('2026-11-22T08:15:00.000Z'), count: 1 },
		{ at: Date.parse('2026-11-22T08:30:00.000Z'), count: 2 },
		{ at: Date.parse('2026-11-22T09:15:00.000Z'), count: 1 },
	]);
	expect(tally.later).toBe(0);
});

it('counts what is due after the last day as later', () => {
	const tally = tallyOf({ sendAt: PERIOD.until - 1 }, { sendAt: PERIOD.until });
	expect([tally.upcoming.length, tally.later]).toEqual([1, 1]);
});

it('counts what failed, expired or is unconfirmed since then, and nothing else', () => {
	for (const status of STATUS_NAMES) {
		const isFailure = ['failed', 'expired', 'unconfirmed'].includes(status);
		expect([status, tallyOf({ status }).total]).toEqual([status, isFailure ? 1 : 0]);
	}
	const at = (changedAt: number) => tallyOf({ status: 'failed', changedAt }).total;
	expect([PERIOD.since, PERIOD.since - 1, Number.NaN].map(at)).toEqual([1, 0, 0]);
});

describe('reasons', () => {
	const reasonsOf = (...failures: Array<string | null>) =>
		tallyOf(...failures.map((failure) => ({ status: 'failed' as const, failure }))).mostFrequent;

	it('are the same where a number or an id differs only', () => {
		expect(reasonsOf('No 4915112345678', 'No 12345', 'No 1234', 'Order 12345 and 67890')).toEqual([
			{ reason: 'No …', count: 2 },
			{ reason: 'No 1234', count: 1 },
			{ reason: 'Order … and …', count: 1 },
		]);
	});

	it('are none for an empty cell, which comes first among equal ones', () => {
		expect(reasonsOf(null, '', 'x')).toEqual([
			{ reason: null, count: 2 },
			{ reason: 'x', count: 1 },
		]);
		expect(reasonsOf('A', null).map(({ reason }) => reason)).toEqual([null, 'A']);
	});

	it('come by their frequency, equal ones by their bytes, the first eight', () => {
		const names = ['z', 'Z', 'é', 'a', '🙂', '～', 'b', 'c', 'd'];
		const expected = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
		expect(reasonsOf(...names).map(({ reason }) => reason)).toEqual(expected.slice(0, MAX_REASONS));
		expect(reasonsOf(...names, 'z', 'z', 'c', 'c').slice(0, 2)).toEqual([
			{ reason: 'c', count: 3 },
			{ reason: 'z', count: 3 },
		]);
	});

	it('are cut off after 200 characters, whole ones', () => {
		const [{ reason }] = reasonsOf('🙂'.repeat(201));
		expect(reason).toBe('🙂'.repeat(200));
	});
});

it('keeps the first of many, whatever their order', () => {
	fc.assert(
		fc.property(fc.array(fc.nat(1_000), { maxLength: 300, size: 'max' }), (numbers) => {
			const first = new First<number>(3, (a, b) => a - b);
			for (const number of numbers) first.add(number);
			expect(first.all).toEqual([...numbers].sort((a, b) => a - b).slice(0, 3));
		}),
	);
});
