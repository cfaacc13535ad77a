import fc from 'fast-check';
import {
	toNetworkFailure,
	NetworkFailure,
	type Outcome,
} from '../../../gateways/transport/request';
import {
	parseRetryAfter,
	DEFAULT_RETRY_POLICY,
	mayHaveBeenProcessed,
	shouldRetry,
	retryDelayMs,
	rateLimitResetMs,
} from '../../../gateways/transport/retry';
import { answer, NOW } from './surroundings.mts';

const silence = (why: NetworkFailure['reason']) => new NetworkFailure(why, null);

/** Outcome; may a read, may a create go out again; may a create have been taken. */
const RULES: ReadonlyArray<[string, Outcome, boolean, boolean, boolean]> = [
	['200', answer(200), false, false, false],
	['302', answer(302), false, false, false],
	['400', answer(400), false, false, false],
	['401', answer(401), false, false, false],
	['403', answer(403), false, false, false],
	['404', answer(404), false, false, false],
	['408', answer(408), true, false, true],
	['409', answer(409), false, false, false],
	['422', answer(422), false, false, false],
	['425', answer(425), true, false, false],
	['429', answer(429), true, true, false],
	['466', answer(466), false, false, false],
	['500', answer(500), true, false, true],
	['501', answer(501), false, false, true],
	['502', answer(502), true, false, true],
	['503', answer(503), true, false, true],
	['504', answer(504), true, false, true],
	['nobody listening', silence('unreachable'), true, true, false],
	['a time-out', silence('timedOut'), true, false, true],
	['a broken connection', silence('broken'), true, false, true],
	['a stop while under way', silence('aborted'), false, false, true],
	['a stop before', silence('unsent'), false, false, false],
];

it.each(RULES)('after %s', (_, outcome, readAgain, createAgain, open) => {
	expect(shouldRetry(true, outcome)).toBe(readAgain);
	expect(shouldRetry(false, outcome)).toBe(createAgain);
	expect(mayHaveBeenProcessed(outcome)).toBe(open);
});

it.each(['unauthorized', 'forbidden', 'notFound', 'rejected'] as const)(
	'a vendor’s own code that means %s goes before a status that would be tried again',
	(kind) => {
		expect(shouldRetry(true, answer(503), { kind })).toBe(false);
		expect(shouldRetry(false, answer(503), { kind, notSent: true })).toBe(false);
		expect(shouldRetry(true, answer(503), { kind: 'unavailable' })).toBe(true);
	},
);

it('never repeats a create that may have been taken', () => {
	const statuses = fc.integer({ min: 100, max: 599 }).map((status): Outcome => answer(status));
	const silences = fc
		.constantFrom<
			NetworkFailure['reason']
		>('unreachable', 'timedOut', 'broken', 'aborted', 'unsent')
		.map(silence);
	fc.assert(
		fc.property(fc.oneof(statuses, silences), (outcome: Outcome) => {
			expect(shouldRetry(false, outcome) && mayHaveBeenProcessed(outcome)).toBe(false);
			expect(shouldRetry(false, outcome) && !shouldRetry(true, outcome)).toBe(false);
		}),
		{ numRuns: 500 },
	);
});

it.each<[string | null, NetworkFailure['reason']]>([
	['ECONNREFUSED', 'unreachable'],
	['ENOTFOUND', 'unreachable'],
	['EAI_AGAIN', 'unreachable'],
	['CERT_HAS_EXPIRED', 'unreachable'],
	['ETIMEDOUT', 'timedOut'],
	['ECONNABORTED', 'timedOut'],
	['ECONNRESET', 'broken'],
	['EPIPE', 'broken'],
	['constructor', 'broken'],
	[null, 'broken'],
	['ERR_CANCELED', 'aborted'],
])('the code %s means %s', (code, why) => {
	expect(toNetworkFailure(code)).toEqual(new NetworkFailure(why, code));
});

describe('the pause before another try', () => {
	const policy = { maxAttempts: 9, baseDelayMs: 500, maxDelayMs: 60_000 };
	const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

	it('is at most twice as long each time, up to the cap', () => {
		const most = [1, 2, 3, 4, 7, 8, 9, 100].map((tries) =>
			retryDelayMs(tries, undefined, policy, () => 0.999_999_999),
		);
		expect(most).toEqual([499, 999, 1_999, 3_999, 31_999, 59_999, 59_999, 59_999]);
		expect(retryDelayMs(5, undefined, policy, () => 0)).toBe(0);
		expect(retryDelayMs(2, undefined, policy, () => 0.25)).toBe(250);
	});

	it('is anywhere between nothing and the bound: full jitter', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 40 }), chance, (tries, random) => {
				const pause = retryDelayMs(tries, undefined, policy, () => random);
				const bound = Math.min(60_000, 500 * 2 ** (tries - 1));
				expect(pause).toBe(Math.floor(random * bound));
			}),
		);
	});

	it('is what the gateway asks for and up to a tenth more, never less, never beyond the cap', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 60_000 }), chance, (asked, random) => {
				const pause = retryDelayMs(1, asked, policy, () => random) ?? Number.NaN;
				expect(pause).toBeGreaterThanOrEqual(asked);
				expect(pause).toBeLessThanOrEqual(Math.min(60_000, Math.ceil(asked * 1.1)));
			}),
		);
		expect(retryDelayMs(1, 10_000, policy, () => 0.5)).toBe(10_500);
	});

	it('is none where the gateway asks for more than the cap', () => {
		expect(retryDelayMs(1, 60_000, policy, () => 0.9)).toBe(60_000);
		expect(retryDelayMs(1, 60_001, policy, () => 0)).toBeNull();
	});

	it('has these bounds unless told otherwise', () => {
		expect(DEFAULT_RETRY_POLICY).toEqual({ maxAttempts: 5, baseDelayMs: 500, maxDelayMs: 60_000 });
	});
});

describe('the pause that headers ask for', () => {
	const seconds = (ms: number) => String((NOW + ms) / 1000);

	it.each<[string, Record<string, string>, number | undefined]>([
		['seconds', { 'retry-after': '45' }, 45_000],
		['no seconds', { 'retry-after': '0' }, 0],
		['parts of a second', { 'retry-after': '1.5' }, 1_500],
		['a date', { 'retry-after': 'Sun, 01 Feb 2026 12:00:30 GMT' }, 30_000],
		['a date that is over', { 'retry-after': 'Sun, 01 Feb 2026 11:00:00 GMT' }, 0],
		['a reset', { 'x-ratelimit-reset': seconds(20_000) }, 20_000],
		['a reset that is over', { 'x-ratelimit-reset': seconds(-5_000) }, 0],
		['seconds before a reset', { 'retry-after': '5', 'x-ratelimit-reset': seconds(20_000) }, 5_000],
		[
			'a reset, where the seconds are no number',
			{ 'retry-after': 'soon', 'x-ratelimit-reset': seconds(20_000) },
			20_000,
		],
		['nothing', {}, undefined],
		['empty seconds', { 'retry-after': '' }, undefined],
		['no number', { 'retry-after': 'soon' }, undefined],
		['an empty reset', { 'x-ratelimit-reset': '' }, undefined],
		['a reset that is no number', { 'x-ratelimit-reset': 'x' }, undefined],
		['a reset in seconds from now', { 'x-ratelimit-reset': '45' }, undefined],
		['a reset in milliseconds', { 'x-ratelimit-reset': String(NOW + 20_000) }, undefined],
		['a reset an hour away', { 'x-ratelimit-reset': seconds(3_600_000) }, undefined],
	])('is read from %s', (_, headers, expected) => {
		expect(parseRetryAfter(answer(429, null, headers), NOW)).toBe(expected);
	});

	it('is never negative or endless, whatever the headers say', () => {
		const header = fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String));
		fc.assert(
			fc.property(header, header, (after, reset) => {
				const headers = { 'retry-after': after, 'x-ratelimit-reset': reset };
				const asked = parseRetryAfter(answer(429, null, headers), NOW);
				expect(asked === undefined || (Number.isFinite(asked) && asked >= 0)).toBe(true);
				expect(rateLimitResetMs(answer(429, null, { ...headers }), NOW) ?? 0).toBeLessThan(
					3_600_000,
				);
			}),
		);
	});
});
