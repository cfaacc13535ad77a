import { setTimeout as sleep } from 'node:timers/promises';

import axios, { type AxiosInstance } from 'axios';
import fc from 'fast-check';

import { startSandbox, type Fault, type Sandbox } from '../../sandbox/index.mts';
import { TokenBucket } from '../../sandbox/rateLimit.mts';
import { startReceiver, type Receiver } from './receiver.mts';
import { day, fromNow, minute } from './shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;

async function start(options: Parameters<typeof startSandbox>[0] = {}) {
	sandbox = await startSandbox({ clockFactor: 3600, rateLimits: false, ...options });
	const { baseUrl, sessionId, apiKey } = sandbox.accounts.chatWhatsApp;
	http = axios.create({
		baseURL: `${baseUrl}/sessions/${sessionId}`,
		headers: { 'X-API-Key': apiKey },
		validateStatus: () => true,
	});
	sandbox.setWebhook('chatWhatsApp', { url: receiver.url });
}

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	await start();
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const schedule = (ms = day) =>
	http.post('/scheduled', { to: '919988066776', text: 'Hi', scheduledAt: fromNow(ms) });

const taken = () => sandbox.messages('chatWhatsApp').length;

/** The code of the error that a broken connection gives. */
const failure = async (call: Promise<unknown>) => {
	const error = await call.then(
		() => undefined,
		(reason: { code?: string }) => reason,
	);
	return error?.code;
};

describe('requests', () => {
	it('should lose an answer after taking the message', async () => {
		sandbox.faults.add({ kind: 'dropResponse', method: 'POST' });
		expect(await failure(schedule())).toBe('ECONNRESET');
		expect(taken()).toBe(1);
		expect((await http.get('/scheduled')).data.scheduled).toHaveLength(1);
		const [request] = sandbox.requests('chatWhatsApp');
		expect(request).toMatchObject({ fault: 'dropResponse', status: null, method: 'POST' });
	});

	it('should break the connection before taking the message', async () => {
		sandbox.faults.add({ kind: 'reset' });
		expect(await failure(schedule())).toBe('ECONNRESET');
		expect(taken()).toBe(0);
	});

	it.each([
		['errorBefore', 0],
		['errorAfter', 1],
	] as const)('should answer an error: %s', async (kind, count) => {
		sandbox.faults.add({ kind, status: 503 });
		const { status, data } = await schedule();
		expect([status, data]).toEqual([503, { success: false, error: 'Internal server error' }]);
		expect(taken()).toBe(count);
	});

	it.each([
		['body', { retryAfter: 7 }, undefined, undefined],
		['header', {}, '7', undefined],
		['reset', {}, undefined, expect.stringMatching(/^\d{10}$/)],
		['none', {}, undefined, undefined],
	] as const)('should limit the rate, with the hint in: %s', async (hints, body, after, reset) => {
		sandbox.faults.add({ kind: 'rateLimit', hints, retryAfter: 7 });
		const { status, data, headers } = await schedule();
		expect(status).toBe(429);
		expect(data).toEqual({ success: false, error: expect.any(String), ...body });
		expect(headers['retry-after']).toBe(after);
		expect(headers['x-ratelimit-reset']).toEqual(reset);
		expect(taken()).toBe(0);
	});

	it('should delay the answer, not the work', async () => {
		sandbox.faults.add({ kind: 'delay', ms: 80 });
		const started = Date.now();
		const answer = schedule();
		while (taken() === 0) await new Promise((resolve) => setTimeout(resolve, 2));
		expect((await answer).status).toBe(201);
		expect(Date.now() - started).toBeGreaterThanOrEqual(79);
	});

	it.each([
		[false, 0],
		[true, 1],
	])('should hang (processed: %s)', async (processed, count) => {
		sandbox.faults.add({ kind: 'hang', processed });
		const call = http.post(
			'/scheduled',
			{ to: '919988066776', text: 'Hi', scheduledAt: fromNow(day) },
			{ timeout: 60 },
		);
		expect(await failure(call)).toBe('ECONNABORTED');
		expect(taken()).toBe(count);
	});

	it('should end a hanging request when it closes', async () => {
		sandbox.faults.add({ kind: 'hang' });
		const call = failure(schedule());
		await new Promise((resolve) => setTimeout(resolve, 20));
		await sandbox.close();
		expect(await call).toBe('ECONNRESET');
	});

	it('should send half of a body', async () => {
		sandbox.faults.add({ kind: 'truncateBody' });
		expect(await failure(schedule())).toBe('ERR_BAD_RESPONSE');
		expect(taken()).toBe(1);
	});

	it.each([
		[undefined, 0],
		[true, 1],
	])('should answer a page (processed: %s)', async (processed, count) => {
		sandbox.faults.add({ kind: 'html', processed });
		const { status, data, headers } = await schedule();
		expect(status).toBe(200);
		expect(headers['content-type']).toMatch('text/html');
		expect(data).toMatch(/^<!DOCTYPE html>/);
		expect(taken()).toBe(count);
	});

	it.each([
		[undefined, 0],
		[true, 1],
	])('should answer any status and body (processed: %s)', async (processed, count) => {
		const headers = { 'x-own': 'mine' };
		sandbox.faults.add({ kind: 'status', status: 418, body: { a: 1 }, headers, processed });
		const answer = await schedule();
		expect([answer.status, answer.data, answer.headers['x-own']]).toEqual([418, { a: 1 }, 'mine']);
		expect(taken()).toBe(count);
	});

	it('should strike where and as often as it is told', async () => {
		sandbox.faults.add({ kind: 'errorBefore', path: /scheduled$/, method: 'get', times: 2 });
		sandbox.faults.add({ kind: 'errorBefore', gateway: 'whapi' });
		const statuses = [];
		for (const path of ['/status', '/scheduled', '/scheduled', '/scheduled']) {
			statuses.push((await http.get(path)).status);
		}
		expect(statuses).toEqual([200, 500, 500, 200]);
		expect(sandbox.faults.list().map(({ applied }) => applied)).toEqual([2, 0]);
		const [applied] = sandbox.faults.applied();
		expect(applied).toMatchObject({ kind: 'errorBefore', gateway: 'chatWhatsApp' });
		expect(applied.where).toMatch(/^GET \/sessions\/.*\/scheduled$/);
		sandbox.faults.clear();
		expect(sandbox.faults.list()).toEqual([]);
		expect(sandbox.faults.applied()).toHaveLength(2);
	});

	it('should strike alike with the same seed', async () => {
		const run = async (seed: number) => {
			await sandbox.close();
			await start({ seed });
			sandbox.faults.add({ kind: 'errorBefore', probability: 0.5 });
			const statuses = [];
			for (let call = 0; call < 24; call++) statuses.push((await http.get('/status')).status);
			return statuses.join();
		};
		const first = await run(7);
		expect(await run(7)).toBe(first);
		expect(await run(8)).not.toBe(first);
		expect(new Set(first.split(','))).toEqual(new Set(['200', '500']));
	});

	it('should refuse a kind that it does not know', () => {
		expect(() => sandbox.faults.add({ kind: 'fire' } as unknown as Fault)).toThrow(RangeError);
	});
});

describe('faults that last', () => {
	it('should end by themselves, and tell until when they last', async () => {
		const id = sandbox.faults.add({ kind: 'status', status: 401, forMs: 60_000 });
		const [listed] = sandbox.faults.list();
		expect(Date.parse(listed.until!) - Date.parse(listed.since)).toBe(60_000);
		expect((await http.get('/status')).status).toBe(401);
		sandbox.faults.remove(id);
		expect((await http.get('/status')).status).toBe(200);

		sandbox.faults.add({ kind: 'status', status: 401, forMs: 50 });
		sandbox.faults.add({ kind: 'status', status: 402 });
		expect(sandbox.faults.list()[1].until).toBeNull();
		// The first one ends, whenever that is on a busy machine.
		while (sandbox.faults.list().length === 2) await sleep(10);
		expect((await http.get('/status')).status).toBe(402);
	});

	it('should be in force from the start', async () => {
		await sandbox.close();
		await start({ faults: [{ kind: 'errorBefore', status: 503 }] });
		expect((await http.get('/status')).status).toBe(503);
	});

	it.each([{ forMs: 0 }, { forMs: -1 }, { forMs: Number.NaN }])('should refuse %j', (more) => {
		expect(() => sandbox.faults.add({ kind: 'reset', ...more })).toThrow(RangeError);
	});
});

describe('a pace', () => {
	// So slow that no further token comes while the test runs.
	const slow = { kind: 'pace', perSecond: 0.001 } as const;
	const statuses = async (count: number, ask = () => http.get('/status')) => {
		const answers = [];
		for (let call = 0; call < count; call++) answers.push((await ask()).status);
		return answers;
	};

	it('should take only so many at once, and say how long to wait', async () => {
		sandbox.faults.add({ ...slow, burst: 3 });
		expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
		const { data, headers } = await http.get('/status');
		expect(data).toEqual({
			success: false,
			error: `Rate limit exceeded. Please wait ${data.retryAfter} seconds before trying again.`,
			retryAfter: expect.any(Number),
		});
		expect(data.retryAfter).toBeGreaterThan(900);
		expect(data.retryAfter).toBeLessThanOrEqual(1000);
		expect(headers['retry-after']).toBeUndefined();
		expect(sandbox.faults.list()[0].applied).toBe(3);
		expect(sandbox.counts()).toMatchObject({
			total: 6,
			byStatus: { 200: 3, 429: 3 },
			byFault: { none: 3, pace: 3 },
		});
	});

	it('should be the one of each account, and of what it is for', async () => {
		sandbox.faults.add({ ...slow, method: 'GET' });
		expect(await statuses(2)).toEqual([200, 429]);
		expect((await schedule()).status).toBe(201);
		const { baseUrl, apiToken } = sandbox.accounts.whapi;
		const whapi = axios.create({
			baseURL: baseUrl,
			headers: { Authorization: `Bearer ${apiToken}` },
			validateStatus: () => true,
		});
		expect(await statuses(2, () => whapi.get('/health'))).toEqual([200, 429]);
		// Its vendor documents no hint.
		const { data, headers } = await whapi.get('/health');
		expect(data).toEqual({ error: { code: 429, message: 'Rate limit exceeded.' } });
		expect(headers['retry-after']).toBeUndefined();
	});

	it('should give the hint that was asked for', async () => {
		sandbox.faults.add({ ...slow, hints: 'header' });
		await http.get('/status');
		const { data, headers } = await http.get('/status');
		expect(Number(headers['retry-after'])).toBeGreaterThan(900);
		expect(data).toEqual({ success: false, error: 'Rate limit exceeded.' });
	});

	it('should refuse what is no pace', () => {
		for (const more of [{ perSecond: 0 }, { perSecond: Number.NaN }, { perSecond: 5, burst: 0 }]) {
			expect(() => sandbox.faults.add({ kind: 'pace', ...more })).toThrow(RangeError);
		}
	});
});

describe('a bucket', () => {
	it('should fill evenly, and never above its brim', () => {
		const bucket = new TokenBucket(5);
		const take = (now: number) => bucket.take(now) === 0;
		expect([0, 0, 0, 0, 0, 0].map(take)).toEqual([true, true, true, true, true, false]);
		expect(bucket.take(0)).toBeCloseTo(200);
		expect(bucket.take(150)).toBeCloseTo(50);
		expect([200, 200, 400].map(take)).toEqual([true, false, true]);
		expect(Array.from({ length: 7 }, () => take(3_600_000)).filter(Boolean)).toHaveLength(5);
	});

	it('should let no more through than its pace, in any window', () => {
		const rate = fc.integer({ min: 1, max: 50 });
		const gaps = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 20, maxLength: 200 });
		fc.assert(
			fc.property(rate, fc.integer({ min: 1, max: 10 }), gaps, (perSecond, burst, waits) => {
				const bucket = new TokenBucket(perSecond, burst);
				let now = 0;
				const taken = waits.flatMap((gap) => {
					now += gap;
					return bucket.take(now) === 0 ? [now] : [];
				});
				taken.forEach((from, first) =>
					taken.slice(first).forEach((to, index) => {
						expect(index + 1).toBeLessThanOrEqual(burst + ((to - from) / 1000) * perSecond + 1e-3);
					}),
				);
			}),
		);
	});
});

describe('webhooks', () => {
	const scheduleThree = async () => {
		const ids = [];
		for (let index = 1; index <= 3; index++) {
			ids.push((await schedule(index * 5 * minute)).data.scheduled.id);
		}
		await sandbox.idle();
		return ids as string[];
	};
	const told = () => receiver.bodies().map(({ scheduledId }) => scheduledId);

	it('should come twice', async () => {
		sandbox.faults.add({ kind: 'duplicateWebhook', times: 1 });
		const [one, two, three] = await scheduleThree();
		expect(told()).toEqual([one, one, two, three]);
	});

	it('should come late', async () => {
		sandbox.faults.add({ kind: 'webhookLate', delayMs: 30 * minute, times: 1 });
		const [one, two, three] = await scheduleThree();
		expect(told()).toEqual([two, three, one]);
	});

	it('should get lost', async () => {
		sandbox.faults.add({ kind: 'webhookLost', times: 2, event: 'message.sent' });
		const ids = await scheduleThree();
		expect(told()).toEqual([ids[2]]);
		expect(sandbox.messages('chatWhatsApp').map(({ status }) => status)).toEqual([
			...['sent', 'sent', 'sent'],
		]);
	});

	it('should come out of order', async () => {
		sandbox.faults.add({ kind: 'reorderWebhooks', delayMs: 60 * minute });
		const ids = await scheduleThree();
		expect(told()).not.toEqual(ids);
		expect([...told()].sort()).toEqual([...ids].sort());
	});

	it('should not wait for ever for others to be shuffled with', async () => {
		sandbox.faults.add({ kind: 'reorderWebhooks', window: 10 });
		await scheduleThree();
		expect(told()).toHaveLength(3);
	});
});
