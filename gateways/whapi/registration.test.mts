import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import type { RegistrationRecord, DesiredWebhook } from '../webhooks';
import { NetworkFailure, type Outcome } from '../transport/request';
import { whapi } from '.';
import schemas from './fixtures/requests.schema.json';
import settings from './fixtures/settings.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, ours, SECRET, wanted } from './testValues.mts';

const registration = whapi.registration!;
const neighbour = settings.webhooks[0];
const validate = addFormats(new Ajv({ strict: false })).compile(schemas['PATCH /settings']);

/** A channel that keeps its settings: PATCH replaces what it names, and the list as a whole. */
function channel(webhooks: unknown, afterWrite: (writes: number) => unknown[] | null = () => null) {
	let state: Record<string, unknown> = { ...settings, webhooks };
	const { connection, requests } = fakeGateway(whapi, credential, ({ method, body }): Outcome => {
		if (method !== 'PATCH') return ok(state);
		state = { ...state, ...body };
		// The response is lost, and a neighbour writes before anything is repeated.
		const next = afterWrite(requests.filter((one) => one.method === 'PATCH').length);
		if (next === null) return ok(state);
		state = { ...state, webhooks: next };
		return new NetworkFailure('broken', 'ECONNRESET');
	});
	return {
		check: (more: Partial<DesiredWebhook> = {}) =>
			registration.check(connection, { ...wanted, ...more }),
		register: (previous: RegistrationRecord | null = null, more: Partial<DesiredWebhook> = {}) =>
			registration.register(connection, { ...wanted, ...more }, previous),
		remove: (url = wanted.url, record = { url }) =>
			registration.remove(connection, { url }, record),
		webhooks: () => state.webhooks,
		state: () => state,
		methods: () => requests.map(({ method }) => method),
		requests,
	};
}

describe('check', () => {
	it.each<[string, unknown[], boolean]>([
		['ours beside a neighbour', [neighbour, ours], true],
		[
			'ours with the events in another order',
			[{ ...ours, events: [...ours.events].reverse() }],
			true,
		],
		['ours without a mode, which is body', [{ ...ours, mode: undefined }], true],
		[
			'the header in lower case',
			[{ ...ours, headers: { authorization: `Bearer ${SECRET}` } }],
			true,
		],
		['nothing', [], false],
		['a neighbour alone', [neighbour], false],
		['ours twice', [ours, ours], false],
		['another mode', [{ ...ours, mode: 'path' }], false],
		['an event less', [{ ...ours, events: ours.events.slice(1) }], false],
		[
			'an event more',
			[{ ...ours, events: [...ours.events, { type: 'chats', method: 'put' }] }],
			false,
		],
		['the same event three times', [{ ...ours, events: Array(3).fill(ours.events[0]) }], false],
		['no events', [{ ...ours, events: null }], false],
		['no header', [{ ...ours, headers: {} }], false],
		['another secret', [{ ...ours, headers: { Authorization: 'Bearer x' } }], false],
		['two secrets', [{ ...ours, headers: { ...ours.headers, authorization: 'x' } }], false],
		['rubbish beside ours', [null, 7, 'x', ours], true],
	])('%s', async (_, webhooks, expected) => {
		const here = channel(webhooks);
		expect(await here.check()).toBe(expected);
		expect(here.methods()).toEqual(['GET']);
	});

	it('without a secret wants no header', async () => {
		expect(await channel([{ ...ours, headers: {} }]).check({ secret: null })).toBe(true);
		expect(await channel([ours]).check({ secret: null })).toBe(false);
	});
});

describe('register', () => {
	it('adds ours behind the others and touches nothing else', async () => {
		const here = channel([neighbour]);
		expect(await here.register()).toEqual({ url: wanted.url });
		expect(here.state()).toEqual({ ...settings, webhooks: [neighbour, ours] });
		expect(here.requests[1].body).toEqual({ webhooks: [neighbour, ours] });
		expect(validate(here.requests[1].body) ? [] : validate.errors).toEqual([]);
		expect(await here.check()).toBe(true);
	});

	it.each([undefined, null])(
		'takes settings whose list is %s for a channel without webhooks',
		async (none) => {
			const here = channel(none);
			expect(await here.check()).toBe(false);
			await here.register();
			expect(here.webhooks()).toEqual([ours]);
			await here.remove();
			expect(here.webhooks()).toEqual([]);
		},
	);

	it('keeps an entry of others to the letter, whatever it is', async () => {
		const odd = JSON.parse('[null, 7, {"url":"https://x.example","__proto__":{"a":1},"new":[1]}]');
		const here = channel(odd);
		await here.register();
		expect(JSON.stringify(here.webhooks())).toBe(JSON.stringify([...odd, ours]));
	});

	it('repairs ours in its place, and keeps what a user has set on it', async () => {
		const broken = {
			url: wanted.url,
			mode: 'path',
			events: [],
			headers: { authorization: 'Bearer old', 'X-Mine': '1' },
			webhook_max_age_seconds: 30,
		};
		const here = channel([broken, neighbour, { ...ours, mode: 'method' }]);
		await here.register();
		expect(here.webhooks()).toEqual([
			{
				...ours,
				headers: { 'X-Mine': '1', Authorization: `Bearer ${SECRET}` },
				webhook_max_age_seconds: 30,
			},
			neighbour,
		]);
		expect(await here.check()).toBe(true);
	});

	it('moves ours when its address has changed', async () => {
		const old = { ...ours, url: 'https://old.example/webhook' };
		const here = channel([old, neighbour]);
		await here.register({ url: old.url });
		expect(here.webhooks()).toEqual([ours, neighbour]);
	});

	it('leaves an address that it has no record of', async () => {
		const old = { ...ours, url: 'https://old.example/webhook' };
		const here = channel([old]);
		await here.register({});
		expect(here.webhooks()).toEqual([old, ours]);
	});

	it('is the same when done twice', async () => {
		const here = channel([neighbour]);
		const record = await here.register();
		await here.register(record);
		expect(here.webhooks()).toEqual([neighbour, ours]);
	});

	it('without a secret sends no header', async () => {
		const here = channel([]);
		await here.register(null, { secret: null });
		expect(here.webhooks()).toEqual([{ ...ours, headers: {} }]);
	});

	it.each([{}, { webhooks: null }, { message: 'Hello' }, [], '<html>', null])(
		'never writes where %j is no settings',
		async (body) => {
			const { connection, requests } = fakeGateway(whapi, credential, () => ok(body));
			for (const attempt of [
				registration.register(connection, wanted, null),
				registration.remove(connection, { url: wanted.url }, null),
				registration.check(connection, wanted),
			]) {
				await expect(attempt).rejects.toMatchObject({ kind: 'unexpectedResponse' });
			}
			expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
		},
	);

	it.each([{}, 'x'])('never writes where the list is %j', async (webhooks) => {
		const here = channel(webhooks);
		await expect(here.register()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
		await expect(here.remove()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
		await expect(here.check()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
		expect(here.methods()).toEqual(['GET', 'GET', 'GET']);
	});
});

describe('remove', () => {
	it('takes away ours alone', async () => {
		const here = channel([ours, neighbour, ours]);
		await here.remove();
		expect(here.state()).toEqual({ ...settings, webhooks: [neighbour] });
	});

	it('writes nothing when ours is gone', async () => {
		const here = channel([neighbour]);
		await here.remove();
		expect(here.methods()).toEqual(['GET']);
	});

	it('takes away the entry with the former address, where that of n8n has changed', async () => {
		const old = { ...ours, url: 'https://old.example/webhook' };
		const here = channel([old, neighbour]);
		await here.remove(wanted.url, { url: old.url });
		expect(here.webhooks()).toEqual([neighbour]);
	});
});

describe('a response that is lost', () => {
	const late = { ...neighbour, url: 'https://late.example/' };

	it('of a registration does not undo what a neighbour entered meanwhile', async () => {
		const here = channel([neighbour], (writes) => (writes === 1 ? [neighbour, ours, late] : null));
		expect(await here.register()).toEqual({ url: wanted.url });
		expect(here.webhooks()).toEqual([neighbour, ours, late]);
	});

	it('of a removal does not either', async () => {
		const here = channel([ours, neighbour], (writes) => (writes === 1 ? [neighbour, late] : null));
		await here.remove();
		expect(here.webhooks()).toEqual([neighbour, late]);
	});

	it('again and again is an error', async () => {
		const here = channel([neighbour], () => [neighbour]);
		await expect(here.register()).rejects.toMatchObject({ kind: 'unreachable' });
		expect(here.methods()).toEqual(['GET', 'PATCH', 'GET', 'PATCH', 'GET', 'PATCH']);
	});
});
