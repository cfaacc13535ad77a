import Ajv from 'ajv';
import { waha } from '.';
import { connect } from '../transport/connection';
import { NetworkFailure, type Outcome, type PreparedRequest } from '../transport/request';
import schemas from './fixtures/requests.schema.json';
import update from './fixtures/session-update.request.json';
import { ok } from '../../test/gateways/fakeGateway.mts';
import { credential, KEY, refusal, SECRET, SERVERS, wanted } from './testValues.mts';

const EVENTS = ['message.any', 'message.ack', 'message.revoked', 'message.ack.group'];
const RETRIES = { policy: 'exponential', delaySeconds: 2, attempts: 8 };
const ours = { url: wanted.url, events: EVENTS, hmac: { key: SECRET }, retries: RETRIES };
const [theirs] = update.config.webhooks;
/** What somebody else has set, with their secrets. */
const others = {
	...update.config,
	proxy: { server: 'proxy.example:3128', password: 'p' },
	webhooks: [{ ...theirs, hmac: { key: 'their-key' } }],
};

/** A session, as WAHA keeps it: a write replaces the whole configuration and restarts it. */
class World {
	config: Record<string, unknown> | undefined;
	state = 'WORKING';
	/** What the reads after a write tell, one after another; then it works. */
	states = ['STARTING', 'STARTING'];
	server: object | null = SERVERS.noweb;
	environment: Record<string, string> = {};
	/** The answers to writes, instead of a success: `lost` means written, `lostEarly` that it is about to be. */
	fates: Array<'lost' | 'lostEarly' | 'lostBefore' | Outcome> = [];
	/** What a write will have changed once the session, which it stops first, is stopped. */
	pending: Record<string, unknown> | null = null;
	readonly requests: PreparedRequest[] = [];
	readonly slept: number[] = [];

	readonly connection = connect(waha, credential(), {
		send: async (request) => {
			this.requests.push(request);
			return this.answer(request);
		},
		now: () => 0,
		random: () => 0,
		sleep: async (ms) => void this.slept.push(ms),
	});

	answer({ method, url, body }: PreparedRequest): Outcome {
		if (url === '/api/server/version') {
			return this.server === null ? refusal(403, { message: 'Forbidden' }) : ok(this.server);
		}
		if (url === '/api/server/environment') return ok(this.environment);
		if (method === 'GET') {
			const shown = { name: 'default', status: this.state, config: this.config };
			if (this.pending !== null) {
				this.config = this.pending;
				this.pending = null;
				this.state = 'STARTING';
			} else if (this.state === 'STARTING') this.state = this.states.shift() ?? 'WORKING';
			return ok(shown);
		}
		const fate = this.fates.shift();
		if (fate === 'lostBefore') return new NetworkFailure('broken', 'ECONNRESET');
		if (typeof fate === 'object') return fate;
		const config = structuredClone(body!.config) as Record<string, unknown>;
		if (fate === 'lostEarly') {
			this.pending = config;
			this.state = 'STOPPED';
			return new NetworkFailure('broken', 'ECONNRESET');
		}
		this.config = config;
		if (this.state !== 'STOPPED') this.state = 'STARTING';
		return fate === 'lost'
			? new NetworkFailure('broken', 'ECONNRESET')
			: ok({ name: 'default', status: this.state, config: this.config });
	}

	get writes() {
		return this.requests.filter(({ method }) => method !== 'GET');
	}
	check = async (more: object = {}) =>
		await waha.registration!.check(this.connection, { ...wanted, ...more });
	register = async (more: object = {}, previous: Record<string, unknown> | null = null) =>
		await waha.registration!.register(this.connection, { ...wanted, ...more }, previous);
	remove = async (record: Record<string, unknown> | null = null) =>
		await waha.registration!.remove(this.connection, { url: wanted.url }, record);
}

const worldWith = (config: unknown, more: Partial<World> = {}) =>
	Object.assign(new World(), { config: structuredClone(config) }, more);

it('writes the whole configuration back, with ours beside the others’', async () => {
	const world = worldWith(others);
	expect(await world.check()).toBe(false);
	expect(await world.register()).toEqual({ url: wanted.url });
	expect(world.writes).toMatchObject([{ method: 'PUT', url: '/api/sessions/default' }]);
	expect(world.writes[0].body).toEqual({
		config: { ...others, webhooks: [...others.webhooks, ours] },
	});
	const validate = new Ajv({ strict: false }).compile(schemas['PUT /api/sessions/{session}']);
	expect([validate(world.writes[0].body), validate.errors]).toEqual([true, null]);
	expect(validate(update)).toBe(true);
	expect(await world.check()).toBe(true);
});

it('waits until the session works again', async () => {
	const world = worldWith(others, { states: ['STARTING', 'STARTING'] });
	await world.register();
	expect(world.state).toBe('WORKING');
	expect(world.slept).toEqual([1000, 1000, 1000]);
});

it('gives up the wait after a minute, and says that the webhook is there', async () => {
	const world = worldWith(others, { states: Array<string>(100).fill('STARTING') });
	await expect(world.register()).rejects.toMatchObject({
		kind: 'rejected',
		message: expect.stringContaining('were changed, but a minute after the restart'),
	});
	expect(world.slept).toHaveLength(60);
	expect(world.config).toMatchObject({ webhooks: [{}, ours] });
});

it('writes nothing where nothing differs, so that nothing restarts', async () => {
	const world = worldWith({ ...others, webhooks: [ours, theirs] });
	await world.register({}, { url: wanted.url });
	expect(world.writes).toEqual([]);
	expect(world.slept).toEqual([]);
});

describe('incoming messages', () => {
	const received = { received: true };
	const more = ['message.reaction', 'poll.vote', 'message.edited'];

	it('need no restart where all they need is there', async () => {
		const world = worldWith({ webhooks: [{ ...ours, events: [...EVENTS, ...more] }] });
		expect([await world.check(received), await world.check()]).toEqual([true, true]);
		await world.register(received);
		expect([world.writes, world.slept]).toEqual([[], []]);
	});

	it('are asked for only where they are wanted; others’ webhooks stay', async () => {
		const world = worldWith({ ...others, webhooks: [...others.webhooks, ours] });
		expect([await world.check(), await world.check(received)]).toEqual([true, false]);
		await world.register(received);
		const wider = { ...ours, events: [...EVENTS, ...more] };
		expect(world.config).toEqual({ ...others, webhooks: [...others.webhooks, wider] });
		expect(world.writes).toHaveLength(1);
		expect(await world.check(received)).toBe(true);
		await world.register(received);
		expect(world.writes).toHaveLength(1);
	});

	it.each<[string, object | null, string[]]>([
		[
			'2025.6.2 has no event for edits',
			{ version: '2025.6.2', engine: 'NOWEB', tier: 'PLUS' },
			more.slice(0, 2),
		],
		['2025.6.3 has', { version: '2025.6.3', engine: 'NOWEB', tier: 'PLUS' }, more],
		['of a server that does not say what it is, only what all know', null, more.slice(0, 2)],
	])('%s', async (_, server, expected) => {
		const world = worldWith({}, { server });
		await world.register(received);
		const [{ events }] = world.config!.webhooks as [{ events: string[] }];
		expect(events).toEqual([...EVENTS.slice(0, 3), ...expected]);
		// It would tell each message once more.
		expect(events).not.toContain('message');
	});
});

it.each<[string, object]>([
	['more events', { events: [...EVENTS, 'session.status'] }],
	['all events', { events: ['*'] }],
	['retries of the user’s own', { retries: { policy: 'constant', delaySeconds: 5, attempts: 3 } }],
	['no retries', { retries: null }],
	['a header of the user’s own', { customHeaders: [{ name: 'X-Own', value: '1' }] }],
])('leaves ours with %s as it is', async (_, more) => {
	const world = worldWith({ webhooks: [{ ...ours, ...more }] });
	expect(await world.check()).toBe(true);
	await world.register();
	expect(world.writes).toEqual([]);
});

it.each<[string, unknown[], unknown[]]>([
	['another key', [{ ...ours, hmac: { key: 'old' } }, theirs], [ours, theirs]],
	['no key', [{ ...ours, hmac: null }], [ours]],
	['an event missing', [theirs, { ...ours, events: ['message.ack'] }], [theirs, ours]],
	['no list of events', [{ ...ours, events: 'message.ack' }], [ours]],
	['a second entry', [theirs, ours, theirs, ours], [theirs, ours, theirs]],
	['the former address', [{ ...ours, url: 'https://n8n.example/old' }, theirs], [ours, theirs]],
	[
		'a header of the user’s own, which stays',
		[{ ...ours, hmac: null, customHeaders: [{ name: 'X-Own', value: '1' }] }],
		[{ ...ours, customHeaders: [{ name: 'X-Own', value: '1' }] }],
	],
	['entries that are none', [7, null, 'x'], [7, null, 'x', ours]],
])('repairs %s', async (_, before, after) => {
	const world = worldWith({ webhooks: before });
	expect(await world.check()).toBe(false);
	await world.register({}, { url: 'https://n8n.example/old' });
	expect(world.config).toEqual({ webhooks: after });
	expect(world.writes).toHaveLength(1);
});

it.each([undefined, null, {}])('takes the configuration %j for an empty one', async (config) => {
	const world = worldWith(config);
	await world.register();
	expect(world.config).toEqual({ webhooks: [ours] });
});

it('signs with no key where the user wants none', async () => {
	const world = worldWith({});
	await world.register({ secret: null });
	expect(world.config).toMatchObject({ webhooks: [{ hmac: null }] });
	expect(await world.check({ secret: null })).toBe(true);
	expect(await world.check()).toBe(false);
});

it.each<[string, object | null]>([
	['a version before 2025.12.2', { version: '2025.12.1', engine: 'GOWS', tier: 'PLUS' }],
	['a server that does not say what it is', null],
])('does not ask %s for an event that it may not know', async (_, server) => {
	const world = worldWith({}, { server });
	await world.register();
	expect(world.config).toMatchObject({ webhooks: [{ events: EVENTS.slice(0, 3) }] });
	expect(await world.check()).toBe(true);
});

describe('a session that does not work', () => {
	const states = ['STOPPED', 'SCAN_QR_CODE', 'FAILED', 'PASSKEY_REQUIRED', 'STARTING'];

	it.each(states)('is not written to while it is %s', async (state) => {
		const world = worldWith(others, { state, states: [] });
		await expect(world.register()).rejects.toMatchObject({
			kind: 'rejected',
			message: expect.stringContaining(`is ${state} and not WORKING`),
			details: { hint: expect.any(String) },
		});
		expect(world.writes).toEqual([]);
		expect(world.config).toEqual(others);
	});

	it('is left alone where nothing differs', async () => {
		const world = worldWith({ webhooks: [ours] }, { state: 'FAILED' });
		await world.register();
		expect(world.writes).toEqual([]);
	});

	it('loses ours while it is stopped, and stays stopped', async () => {
		const world = worldWith({ webhooks: [theirs, ours] }, { state: 'STOPPED' });
		await world.remove();
		expect(world.config).toEqual({ webhooks: [theirs] });
		expect([world.state, world.slept]).toEqual(['STOPPED', []]);
	});

	it('keeps ours while it waits for a person', async () => {
		const world = worldWith({ webhooks: [ours] }, { state: 'SCAN_QR_CODE' });
		await expect(world.remove()).rejects.toMatchObject({ kind: 'rejected' });
		expect(world.writes).toEqual([]);
	});
});

describe('a lost answer to a write', () => {
	it('that was done: it is not written again, and waited for', async () => {
		const world = worldWith(others, { fates: ['lost'] });
		await world.register();
		expect(world.writes).toHaveLength(1);
		expect(world.state).toBe('WORKING');
	});

	it.each(['register', 'remove'] as const)(
		'in the middle of the restart: %s waits for it and writes once',
		async (change) => {
			const webhooks = change === 'register' ? [theirs] : [theirs, ours];
			const world = worldWith({ webhooks }, { fates: ['lostEarly'] });
			await world[change]();
			expect(world.writes).toHaveLength(1);
			expect(world.config).toEqual({
				webhooks: change === 'register' ? [theirs, ours] : [theirs],
			});
			expect(world.state).toBe('WORKING');
			expect(world.slept.length).toBeGreaterThan(0);
		},
	);

	it('that was not done: it is read and written again', async () => {
		const world = worldWith(others, { fates: ['lostBefore'] });
		await world.register();
		expect(world.writes).toHaveLength(2);
		expect(world.config).toMatchObject({ webhooks: [{ url: theirs.url }, ours] });
	});

	it('ends after three', async () => {
		const world = worldWith(others, { fates: ['lostBefore', 'lostBefore', 'lostBefore'] });
		await expect(world.register()).rejects.toMatchObject({ details: { outcomeUnknown: true } });
		expect(world.config).toEqual(others);
	});

	it('is not taken for one where the vendor says no', async () => {
		const bad = {
			statusCode: 400,
			message: ['each value in events must be'],
			error: 'Bad Request',
		};
		const world = worldWith(others, { fates: [refusal(400, bad)] });
		await expect(world.register()).rejects.toMatchObject({ kind: 'rejected' });
		expect(world.writes).toHaveLength(1);
	});
});

describe('removal', () => {
	it('takes away ours and nothing else', async () => {
		const world = worldWith({ ...others, webhooks: [...others.webhooks, ours] });
		await world.remove({ url: wanted.url });
		expect(world.config).toEqual(others);
		expect(await world.check()).toBe(false);
	});

	it('writes nothing where it is not there', async () => {
		const world = worldWith(others);
		await world.remove();
		expect(world.writes).toEqual([]);
	});

	it('takes away the one of the record, too', async () => {
		const old = { ...ours, url: 'https://n8n.example/old' };
		const world = worldWith({ webhooks: [old, theirs] });
		await world.remove({ url: old.url });
		expect(world.config).toEqual({ webhooks: [theirs] });
	});
});

describe('Core before 2026.6.1, which forgets its webhooks', () => {
	const server = SERVERS.oldCore;
	const environment = {
		WAHA_API_KEY: KEY,
		WHATSAPP_HOOK_URL: wanted.url,
		WHATSAPP_HOOK_EVENTS: 'message.any,message.ack,message.revoked',
		WHATSAPP_HOOK_HMAC_KEY: SECRET,
	};

	it('is not registered at: it says what to do instead', async () => {
		const world = worldWith({}, { server });
		expect(await world.check()).toBe(false);
		const error = await world.register().catch((caught: unknown) => caught);
		expect(error).toMatchObject({
			kind: 'rejected',
			message:
				'WAHA Core 2025.10.4 keeps webhooks in memory and forgets them when it restarts, so none was registered',
			details: { hint: expect.stringContaining(`WHATSAPP_HOOK_URL=${wanted.url}`) },
		});
		expect(JSON.stringify(error)).not.toContain(SECRET);
		expect(world.writes).toEqual([]);
	});

	it('has it in its environment instead', async () => {
		const world = worldWith({}, { server, environment });
		expect(await world.check()).toBe(true);
		expect(await world.register()).toEqual({ url: wanted.url });
		await world.remove({ url: wanted.url });
		expect(world.writes).toEqual([]);
	});

	it.each([
		{ WHATSAPP_HOOK_URL: 'https://other.example' },
		{ WHATSAPP_HOOK_HMAC_KEY: 'other' },
		{ WHATSAPP_HOOK_HMAC_KEY: '' },
		{ WHATSAPP_HOOK_EVENTS: 'message' },
	])('does not have it there with %j', async (more) => {
		const world = worldWith({}, { server, environment: { ...environment, ...more } });
		expect(await world.check()).toBe(false);
		await expect(world.register()).rejects.toMatchObject({ kind: 'rejected' });
	});

	it('takes all events for enough', async () => {
		const all = { ...environment, WHATSAPP_HOOK_EVENTS: '*' };
		expect(await worldWith({}, { server, environment: all }).check()).toBe(true);
		expect(await worldWith({}, { server, environment: all }).check({ received: true })).toBe(true);
	});

	it('says by which variable it tells of incoming messages, too', async () => {
		const world = worldWith({}, { server, environment });
		expect(await world.check({ received: true })).toBe(false);
		await expect(world.register({ received: true })).rejects.toMatchObject({
			details: {
				hint: expect.stringContaining(
					'WHATSAPP_HOOK_EVENTS=message.any,message.ack,message.revoked,message.reaction,poll.vote,message.edited ',
				),
			},
		});
	});
});

it.each<[string, unknown]>([
	['another service', '<html>'],
	['no state', { config: {} }],
	['a configuration that is none', { status: 'WORKING', config: 'x' }],
	['webhooks that are no list', { status: 'WORKING', config: { webhooks: {} } }],
])('writes nothing to what is answered by %s', async (_, body) => {
	const world = worldWith({});
	const { answer } = world;
	world.answer = (request) =>
		request.url === '/api/sessions/default' ? ok(body) : answer.call(world, request);
	await expect(world.register()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
	await expect(world.remove()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
	expect(world.writes).toEqual([]);
});

it('tells nobody the secrets of others', async () => {
	const world = worldWith(others, { fates: [refusal(400, { message: ['bad'] })] });
	const error = await world.register().catch((caught: unknown) => caught);
	const told = JSON.stringify([
		error,
		(error as Error).message,
		await worldWith(others).register(),
	]);
	for (const secret of ['their-key', '"p"', SECRET, KEY]) expect(told).not.toContain(secret);
});
