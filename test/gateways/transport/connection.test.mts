import { chatWhatsApp } from '../../../gateways/chatWhatsApp';
import type { Gateway, VendorError } from '../../../gateways/gateway';
import { connect } from '../../../gateways/transport/connection';
import { NetworkFailure, type Outcome } from '../../../gateways/transport/request';
import rateLimited from '../../../gateways/chatWhatsApp/fixtures/rate-limited.json';
import { settle } from '../../../messages/settle';
import { answer, Clock, create, credential, NOW, reach, read, rejection } from './surroundings.mts';
import { VirtualClock } from './virtualClock.mts';

const silence = (why: NetworkFailure['reason'], code: string | null = null) =>
	new NetworkFailure(why, code);
const reset = silence('broken', 'ECONNRESET');
const nobody = silence('unreachable', 'ECONNREFUSED');

it('gives the answer, and asks as the vendor wants', async () => {
	const { connection, requests } = reach([answer(201, { id: 1 })]);
	const body = { to: '1' };
	const given = await connection.request({
		method: 'POST',
		path: '/a/b',
		query: { status: 'pending' },
		body,
		idempotent: false,
	});
	expect(given).toMatchObject({ status: 201, body: { id: 1 } });
	expect(requests).toEqual([
		{
			method: 'POST',
			url: 'https://api.chatwhatsapp.in/a/b',
			headers: { 'X-API-Key': credential.chatWhatsAppApiKey },
			query: { status: 'pending' },
			body,
		},
	]);
});

describe('a read', () => {
	it.each<[string, Outcome]>([
		['408', answer(408)],
		['425', answer(425)],
		['429', answer(429)],
		['500', answer(500)],
		['502', answer(502)],
		['503', answer(503)],
		['504', answer(504)],
		['a reset', reset],
		['a time-out', silence('timedOut', 'ETIMEDOUT')],
		['nobody listening', nobody],
	])('is repeated after %s until it goes well', async (_, outcome) => {
		const { connection, requests } = reach([outcome, outcome, answer(200, { fine: true })]);
		await expect(connection.request(read)).resolves.toMatchObject({ body: { fine: true } });
		expect(requests).toHaveLength(3);
		expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBe(1);
	});

	it.each([301, 400, 401, 403, 404, 409, 422, 466, 501])(
		'is not repeated after %d',
		async (status) => {
			const { connection, requests } = reach([answer(status)]);
			expect(await rejection(connection.request(read))).toMatchObject({ details: { status } });
			expect(requests).toHaveLength(1);
		},
	);

	it('gives up after five tries, and says so', async () => {
		const { connection, requests, clock } = reach(() => answer(503), { random: () => 0.999_999 });
		const error = await rejection(connection.request(read));
		expect(error.kind).toBe('unavailable');
		expect(error.message).toMatch(/, after 5 attempts$/);
		expect(error.details).toMatchObject({ status: 503, outcomeUnknown: false });
		expect(requests).toHaveLength(5);
		expect(clock.pauses).toEqual([499, 999, 1_999, 3_999]);
	});

	it('tells the last of several faults', async () => {
		const { connection } = reach([reset, answer(404, { error: 'Session not found' })]);
		const error = await rejection(connection.request(read));
		expect(error.kind).toBe('notFound');
		expect(error.message).toContain('Session not found');
	});

	it('has as many tries as it is told', async () => {
		const policy = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 };
		const { connection, requests } = reach(() => reset, { policy });
		await rejection(connection.request(read));
		expect(requests).toHaveLength(2);
	});
});

describe('a create', () => {
	it.each<[string, Outcome]>([
		['429', answer(429)],
		['nobody listening', nobody],
	])('is repeated after %s, which says that it was not taken', async (_, outcome) => {
		const { connection, requests } = reach([outcome, outcome, answer(201)]);
		await expect(connection.request(create)).resolves.toMatchObject({ status: 201 });
		expect(requests).toHaveLength(3);
	});

	it.each<[string, Outcome, string]>([
		['408', answer(408), 'unavailable'],
		['500', answer(500), 'unavailable'],
		['502', answer(502), 'unavailable'],
		['503', answer(503), 'unavailable'],
		['504', answer(504), 'unavailable'],
		['a reset', reset, 'unreachable'],
		['a time-out', silence('timedOut'), 'timedOut'],
		['a stop while under way', silence('aborted', 'ERR_CANCELED'), 'cancelled'],
	])('is left open after %s, and not repeated', async (_, outcome, kind) => {
		const { connection, requests } = reach([outcome]);
		const error = await rejection(connection.request(create));
		expect(error).toMatchObject({ kind, details: { outcomeUnknown: true } });
		expect(requests).toHaveLength(1);
	});

	it.each([301, 400, 401, 403, 404, 422])('is refused by %d, and not left open', async (status) => {
		const { connection, requests } = reach([answer(status)]);
		const error = await rejection(connection.request(create));
		expect(error.details.outcomeUnknown).toBe(false);
		expect(requests).toHaveLength(1);
	});

	it('is not left open where nobody ever listened, or where all tries met a limit', async () => {
		for (const outcome of [nobody, answer(429)]) {
			const { connection, requests } = reach(() => outcome);
			expect((await rejection(connection.request(create))).details.outcomeUnknown).toBe(false);
			expect(requests).toHaveLength(5);
		}
	});

	it('is left open by the last try, though the tries before it were not', async () => {
		const { connection, requests } = reach([answer(429), nobody, answer(500)]);
		expect((await rejection(connection.request(create))).details.outcomeUnknown).toBe(true);
		expect(requests).toHaveLength(3);
	});
});

describe('a 2xx that the gateway calls a refusal', () => {
	/** What the vendor's code in a body means. */
	const saying = (said: Partial<VendorError>): Gateway => ({
		...chatWhatsApp,
		parseError: () => ({ text: 'no', ...said }),
	});
	const refusal = async (said: Partial<VendorError>, how?: { idempotent: boolean }) => {
		const clock = new Clock();
		const { connection } = reach(() => answer(200, {}), { gateway: saying(said), clock });
		const response = await connection.request(create);
		return { error: connection.refused(response, how), connection, clock };
	};

	it('is a rejection of this message where the vendor says no more', async () => {
		const { error } = await refusal({});
		expect(error).toMatchObject({ kind: 'rejected', details: { outcomeUnknown: false } });
		expect(error.message).toContain('rejected the request');
	});

	it('keeps how long a limit lasts, and slows the next request down', async () => {
		const { error, connection, clock } = await refusal({
			kind: 'rateLimited',
			retryAfterMs: 7_000,
		});
		expect(error).toMatchObject({ kind: 'rateLimited', details: { retryAfterMs: 7_000 } });
		await connection.request(create);
		expect(clock.ms - NOW).toBeGreaterThanOrEqual(7_000);
	});

	it('leaves a create open where the gateway could not handle it, and never a read', async () => {
		const unavailable = { kind: 'unavailable' } as const;
		expect((await refusal(unavailable)).error.details.outcomeUnknown).toBe(true);
		const { error } = await refusal(unavailable, { idempotent: true });
		expect(error.details.outcomeUnknown).toBe(false);
	});
});

describe('a gateway that asks for a pause', () => {
	it.each<[string, Outcome, number]>([
		['in the body', answer(429, rateLimited), 45_000],
		['as seconds', answer(429, {}, { 'retry-after': '7' }), 7_000],
		['as a date', answer(429, {}, { 'retry-after': 'Sun, 01 Feb 2026 12:00:09 GMT' }), 9_000],
		['as a reset', answer(429, {}, { 'x-ratelimit-reset': String(NOW / 1000 + 11) }), 11_000],
		['in the body rather', answer(429, rateLimited, { 'retry-after': '7' }), 45_000],
		['with a 503', answer(503, {}, { 'retry-after': '3' }), 3_000],
	])('gets it: %s', async (_, outcome, ms) => {
		const { connection, clock } = reach([outcome, answer(200)]);
		await connection.request(read);
		expect(clock.now() - NOW).toBe(ms);
	});

	it('gets its pause before a create too', async () => {
		const { connection, clock } = reach([answer(429, rateLimited), answer(201)]);
		await connection.request(create);
		expect(clock.now() - NOW).toBe(45_000);
	});

	it('gets it from all requests of the connection', async () => {
		const clock = new VirtualClock(NOW);
		const sent: number[] = [];
		const connection = connect(chatWhatsApp, credential, {
			send: async () => {
				sent.push(clock.now() - NOW);
				await clock.sleep(10);
				return sent.length === 1 ? answer(429, rateLimited) : answer(200);
			},
			now: clock.now,
			sleep: clock.sleep,
			random: () => 0,
		});
		const later = clock.sleep(1_000).then(async () => await connection.request(read));
		await clock.run(Promise.all([connection.request(read), later]));
		expect(sent[0]).toBe(0);
		expect(Math.min(...sent.slice(1))).toBe(45_010);
	});

	it('is given up where it asks for more than the longest pause', async () => {
		const body = { ...rateLimited, retryAfter: 61 };
		const { connection, requests, clock } = reach([answer(429, body)]);
		const error = await rejection(connection.request(read));
		expect(error).toMatchObject({ kind: 'rateLimited', details: { retryAfterMs: 61_000 } });
		expect(error.details.hint).toContain('Wait 61 seconds');
		expect(requests).toHaveLength(1);
		expect(clock.pauses).toEqual([]);
	});

	it.each([-1, Number.NaN, '45', null, Infinity])(
		'is not heeded where the body asks for %j',
		async (retryAfter) => {
			const { connection, clock } = reach([answer(429, { error: 'x', retryAfter }), answer(200)]);
			await connection.request(read);
			expect(clock.now()).toBe(NOW);
		},
	);

	it('is spared the request that would meet the limit', async () => {
		const last = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 20) };
		const { connection, clock } = reach([answer(200, {}, last), answer(200), answer(200)]);
		await connection.request(read);
		expect(clock.now()).toBe(NOW);
		await connection.request(read);
		expect(clock.now()).toBe(NOW + 20_000);
		await connection.request(read);
		expect(clock.now()).toBe(NOW + 20_000);
	});

	it('is not spared where requests remain, or where the reset is not sane', async () => {
		const cases: Array<Record<string, string>> = [
			{ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': String(NOW / 1000 + 20) },
			{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '20' },
			{ 'x-ratelimit-remaining': '0' },
		];
		for (const headers of cases) {
			const { connection, clock } = reach(() => answer(200, {}, headers));
			await connection.request(read);
			await connection.request(read);
			expect(clock.now()).toBe(NOW);
		}
	});
});

it('sends nothing that waits for room before a pause that was asked for is over', async () => {
	const clock = new VirtualClock(NOW);
	const sent: number[] = [];
	const connection = connect(
		chatWhatsApp,
		credential,
		{
			send: async () => {
				sent.push(clock.now() - NOW);
				await clock.sleep(10);
				return sent.length === 1 ? answer(429, rateLimited) : answer(200);
			},
			now: clock.now,
			sleep: clock.sleep,
			random: () => 0,
		},
		{ maxParallel: 1 },
	);
	const all = [0, 1, 2].map(async () => await connection.request(read));
	await clock.run(Promise.all(all));
	expect(sent[0]).toBe(0);
	expect(Math.min(...sent.slice(1))).toBe(45_010);
});

it('waits with a request that a limit for its recipient concerns, and with no other', async () => {
	const clock = new VirtualClock(NOW);
	const sent: Array<[path: string, ms: number]> = [];
	const limit = {
		text: 'x',
		kind: 'rateLimited',
		retryAfterMs: 6_000,
		isPerRecipient: true,
	} as const;
	const connection = connect({ ...chatWhatsApp, parseError: () => limit }, credential, {
		send: async ({ url }) => {
			sent.push([url.slice(-2), clock.now() - NOW]);
			await clock.sleep(10);
			return sent.length === 1 ? answer(400) : answer(200);
		},
		now: clock.now,
		sleep: clock.sleep,
		random: () => 0,
	});
	const other = clock
		.sleep(1_000)
		.then(async () => await connection.request({ ...create, path: '/b' }));
	await clock.run(Promise.all([connection.request({ ...create, path: '/a' }), other]));
	expect(sent).toEqual([
		['/a', 0],
		['/b', 1_000],
		['/a', 6_010],
	]);
});

describe('requests under way at once', () => {
	/** How many there were as each of twelve began, where four may be; the first four meet a limit. */
	async function widthsWhereLaterGet(later: Outcome): Promise<number[]> {
		const clock = new VirtualClock(NOW);
		let together = 0;
		const widths: number[] = [];
		const connection = connect(
			chatWhatsApp,
			credential,
			{
				send: async () => {
					const request = widths.push(++together);
					await clock.sleep(10);
					together--;
					return request <= 4 ? answer(429, {}) : later;
				},
				now: clock.now,
				sleep: clock.sleep,
				random: () => 0,
			},
			{ maxParallel: 4 },
		);
		const all = Array.from({ length: 12 }, async () => await settle(connection.request(create)));
		await clock.run(Promise.all(all));
		expect(Math.max(...widths.slice(0, 4))).toBe(4);
		expect(Math.max(...widths.slice(4, 6))).toBe(1);
		return widths;
	}

	it('are no more than may be, and fewer after a 429, until it goes well', async () => {
		expect(Math.max(...(await widthsWhereLaterGet(answer(200))))).toBe(4);
		expect(Math.max(...(await widthsWhereLaterGet(answer(200))).slice(4))).toBeGreaterThan(1);
	});

	it('stay few while the gateway answers with 5xx', async () => {
		expect(Math.max(...(await widthsWhereLaterGet(answer(500))).slice(4))).toBe(1);
	});
});

describe('a stopped execution', () => {
	it('sends nothing any more, and leaves nothing open', async () => {
		const { connection, requests } = reach([], { isCancelled: () => true });
		for (const wanted of [read, create]) {
			const error = await rejection(connection.request(wanted));
			expect(error).toMatchObject({ kind: 'cancelled', details: { outcomeUnknown: false } });
			expect(error.message).toContain('stopped before ChatWhatsApp responded');
		}
		expect(requests).toHaveLength(0);
	});

	it('does not try again after a pause', async () => {
		for (const [wanted, outcome] of [
			[read, reset],
			[create, answer(429, rateLimited)],
		] as const) {
			const clock = new Clock();
			let isCancelled = false;
			clock.during = () => void (isCancelled = true);
			const { connection, requests } = reach([outcome], { clock, isCancelled: () => isCancelled });
			const error = await rejection(connection.request(wanted));
			expect(error).toMatchObject({ kind: 'cancelled', details: { outcomeUnknown: false } });
			expect(requests).toHaveLength(1);
		}
	});

	it('sends nothing after a pause that the gateway asked for', async () => {
		const clock = new Clock();
		let isCancelled = false;
		const last = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 20) };
		const options = { clock, isCancelled: () => isCancelled };
		const { connection, requests } = reach([answer(200, {}, last)], options);
		await connection.request(read);
		clock.during = () => void (isCancelled = true);
		expect((await rejection(connection.request(create))).kind).toBe('cancelled');
		expect(requests).toHaveLength(1);
	});
});

describe("the gateway's clock", () => {
	it('counts as ours until an answer tells it', async () => {
		const { connection, clock } = reach([
			answer(200, {}, { date: 'Sun, 01 Feb 2026 11:58:00 GMT' }),
			answer(200),
			answer(200, {}, { date: 'not a date' }),
		]);
		expect(connection.clockSkewMs()).toBe(0);
		await connection.request(read);
		expect(connection.clockSkewMs()).toBe(-120_000);
		clock.ms += 5_000;
		expect(connection.now()).toBe(NOW + 5_000);
		await connection.request(read);
		await connection.request(read);
		expect(connection.clockSkewMs()).toBe(-120_000);
	});

	it('is told by a refusal too', async () => {
		const { connection } = reach([answer(404, {}, { date: 'Sun, 01 Feb 2026 12:01:00 GMT' })]);
		await rejection(connection.request(read));
		expect(connection.clockSkewMs()).toBe(60_000);
	});

	it.each<[string, Record<string, string>]>([
		['the date of a Retry-After', { 'retry-after': 'Sun, 01 Feb 2026 12:01:09 GMT' }],
		['a reset', { 'x-ratelimit-reset': String(NOW / 1000 + 69) }],
	])('is the one that %s is told by', async (_, headers) => {
		const date = 'Sun, 01 Feb 2026 12:01:00 GMT';
		const { connection, clock } = reach([answer(429, {}, { date, ...headers }), answer(200)]);
		await connection.request(read);
		expect(clock.now() - NOW).toBe(9_000);
	});
});
