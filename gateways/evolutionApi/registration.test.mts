import { ok, fakeGateway } from '../../test/gateways/fakeGateway.mts';
import { evolutionApi } from '.';
import sample from './fixtures/webhook-set.request.json';
import { FORMER_HEADER } from './formerWebhook';
import { Instance, ours, theirs, used, type Row } from './testInstance.mts';
import { credentialOf, KEY, SECRET, wanted } from './testValues.mts';

const off = (url: string): Row => ({ ...theirs, url, enabled: false, events: [] });

describe('check', () => {
	it.each<[string, Row | null, boolean]>([
		['ours', ours, true],
		[
			'ours with further events and headers',
			{ ...ours, events: [...ours.events, 'CALL'], headers: { ...ours.headers, 'X-Mine': '1' } },
			true,
		],
		['none', null, false],
		["another's", theirs, false],
		['ours turned off', { ...ours, enabled: false, events: [] }, false],
		['ours without an event', { ...ours, events: ours.events.slice(1) }, false],
		['ours by events', { ...ours, webhookByEvents: true }, false],
		['ours with files', { ...ours, webhookBase64: true }, false],
		['ours with another secret', { ...ours, headers: { Authorization: 'Bearer x' } }, false],
		['ours without a secret', { ...ours, headers: null }, false],
		[
			'ours with a key that makes the secret a token',
			{ ...ours, headers: { ...ours.headers, jwt_key: 'x' } },
			false,
		],
	])('%s', async (_, place, expected) => {
		const there = new Instance(place);
		expect(await there.check()).toBe(expected);
		expect(there.written).toEqual([]);
	});
});

describe('a free place', () => {
	it('is taken as the vendor wants it: in a wrapper, with all names, not encoded by events', async () => {
		const there = new Instance(null);
		const record = await there.register();
		const headers = {
			...sample.webhook.headers,
			[FORMER_HEADER]: there.place!.headers![FORMER_HEADER],
		};
		expect(there.written).toEqual([{ webhook: { ...sample.webhook, url: wanted.url, headers } }]);
		expect(used(there.place)).toEqual(used(ours));
		expect(await there.check()).toBe(true);
		await there.remove(record);
		expect(used(there.place)).toEqual({
			url: '',
			enabled: false,
			events: [],
			headers: {},
			webhookByEvents: false,
			webhookBase64: false,
		});
	});

	it('is given back with a URL where the server wants one', async () => {
		const there = new Instance(null, credentialOf(), '2.2.3');
		await there.remove(await there.register());
		expect(there.place).toMatchObject({ url: wanted.url, enabled: false, headers: {} });
	});

	it('may be one that is turned off, and is so again afterwards', async () => {
		const place = off('https://old.example/hook');
		const there = new Instance(place);
		const record = await there.register();
		expect(used(there.place)).toEqual(used(ours));
		await there.remove(record);
		expect(used(there.place)).toEqual(used(place));
	});

	it('is taken without a secret when none is wanted, and keeps none of another', async () => {
		const there = new Instance(off('https://old.example/hook'));
		await there.register({ secret: null });
		expect(used(there.place)!.headers).toEqual({});
		expect(JSON.stringify(there.place)).not.toContain('crm-secret');
	});
});

describe("another's webhook", () => {
	it('is not replaced; the refusal says whose it is, without its secrets, and what to do', async () => {
		const there = new Instance(theirs);
		await expect(there.register()).rejects.toMatchObject({
			kind: 'rejected',
			message:
				'Evolution API has one webhook per instance, and it is already in use: it leads to crm.example. Turn on "Replace Existing Webhook" to replace it until the workflow is unpublished',
		});
		expect(there.written).toEqual([]);
	});

	it('may be no URL at all', async () => {
		const there = new Instance({ ...theirs, url: 'vazio' });
		await expect(there.register()).rejects.toThrow('it leads to another URL.');
	});

	it('is replaced when the user says so, and put back: events, headers, switches', async () => {
		const there = new Instance(theirs);
		const record = await there.register({ replaceExisting: true });
		expect(used(there.place)).toEqual(used(ours));
		// Its names when written are others than when read.
		await there.remove(record);
		expect(used(there.place)).toEqual(used(theirs));
		expect(there.written.at(-1)).toEqual({
			webhook: {
				enabled: true,
				url: theirs.url,
				headers: theirs.headers,
				events: theirs.events,
				byEvents: false,
				base64: true,
			},
		});
	});

	it('comes back without any record in n8n, by what ours keeps', async () => {
		const there = new Instance(theirs);
		await there.register({ replaceExisting: true });
		await there.remove(null);
		expect(used(there.place)).toEqual(used(theirs));
	});

	it('is kept so that nobody reads it: neither its URL and secrets, nor our key', async () => {
		const there = new Instance(theirs);
		await there.register({ replaceExisting: true });
		const sealed = there.place!.headers![FORMER_HEADER];
		const text = JSON.stringify(there.place) + Buffer.from(sealed, 'base64url').toString('latin1');
		for (const secret of ['crm.example', 'crm-secret', KEY]) expect(text).not.toContain(secret);
	});

	it('stays when it came in our place meanwhile', async () => {
		const there = new Instance(theirs);
		const record = await there.register({ replaceExisting: true });
		const third = { ...theirs, url: 'https://third.example/', headers: {} };
		there.place = third;
		await there.remove(record);
		expect(there.place).toEqual(third);
	});

	it('that was written over ours without headers loses ours: our secret goes to nobody else', async () => {
		const there = new Instance(theirs);
		const record = await there.register({ replaceExisting: true });
		there.set({ enabled: true, url: 'https://third.example/', events: ['CALL'] });
		expect(there.place!.headers).toHaveProperty('Authorization', `Bearer ${SECRET}`);
		await there.remove(record);
		expect(used(there.place)).toEqual({
			...used(theirs),
			url: 'https://third.example/',
			events: ['CALL'],
			headers: {},
			webhookBase64: false,
		});
	});

	it.each([
		['n8n has its record', true],
		['n8n has none', false],
	])('that was written over ours in a free place loses ours, too: %s', async (_, saved) => {
		const there = new Instance(null);
		const record = await there.register();
		there.set({ enabled: true, url: 'https://third.example/', events: ['CALL'] });
		there.place!.headers!['X-Mine'] = '1';
		await there.remove(saved ? record : null);
		expect(there.place).toMatchObject({
			url: 'https://third.example/',
			enabled: true,
			events: ['CALL'],
			headers: { 'X-Mine': '1' },
		});
		expect(Object.keys(there.place!.headers!)).toEqual(['X-Mine']);
	});

	it.each<[string, Row | null]>([
		['a free place', null],
		["another's", theirs],
	])(
		'that was written over ours in %s is replaced, and comes back without ours',
		async (_, place) => {
			const there = new Instance(place);
			await there.register({ replaceExisting: true });
			there.set({ enabled: true, url: 'https://third.example/', events: ['CALL'] });
			expect(there.place!.headers).toHaveProperty('Authorization', `Bearer ${SECRET}`);
			const record = await there.register({ replaceExisting: true });
			expect(JSON.stringify(record)).not.toContain(SECRET);
			expect(there.kept()).toMatchObject({ url: 'https://third.example/', headers: {} });
			expect(there.kept()!.headers).toEqual({});
			await there.remove(record);
			expect(there.place).toMatchObject({ url: 'https://third.example/', events: ['CALL'] });
			expect(there.place!.headers).toEqual({});
		},
	);

	it('loses ours also where our own URL has changed meanwhile', async () => {
		const there = new Instance(null);
		const record = await there.register();
		there.set({ enabled: true, url: 'https://third.example/', events: ['CALL'] });
		await there.remove(record, 'https://new.example/webhook');
		expect(there.place!.headers).toEqual({});
	});

	it('keeps headers of its own, also of our names', async () => {
		const there = new Instance(null);
		const record = await there.register();
		const headers = { Authorization: 'Bearer theirs' };
		there.set({ enabled: true, url: 'https://third.example/', events: ['CALL'], headers });
		await there.remove(record);
		expect(there.place!.headers).toEqual(headers);
	});

	it('is remembered when ours is registered again, which writes nothing', async () => {
		const there = new Instance(theirs);
		const first = await there.register({ replaceExisting: true });
		const second = await there.register({}, first);
		expect(second).toEqual(first);
		expect(there.written).toHaveLength(1);
		await there.remove(second);
		expect(used(there.place)).toEqual(used(theirs));
	});

	it('is remembered when our URL changes', async () => {
		const there = new Instance(theirs);
		const first = await there.register({ replaceExisting: true });
		const moved = 'https://new.example/webhook';
		const second = await there.register({ url: moved }, first);
		expect(there.place!.url).toBe(moved);
		await there.remove(second, moved);
		expect(used(there.place)).toEqual(used(theirs));
	});

	it('that is too long to be kept is not replaced', async () => {
		const place = { ...theirs, headers: { 'X-Long': 'x'.repeat(3_000) } };
		const there = new Instance(place);
		await expect(there.register({ replaceExisting: true })).rejects.toThrow(/too long to be kept/);
		expect(there.place).toEqual(place);
	});
});

describe('incoming messages', () => {
	const received = { received: true };
	const withReceived: Row = { ...ours, events: [...ours.events, 'MESSAGES_UPSERT'] };

	it('are asked for only where they are wanted', async () => {
		const there = new Instance(null);
		await there.register();
		expect(there.place!.events).not.toContain('MESSAGES_UPSERT');
		expect(await there.check(received)).toBe(false);
		const record = await there.register(received);
		expect(used(there.place)).toEqual(used(withReceived));
		expect(there.written).toHaveLength(2);
		expect([await there.check(received), await there.check()]).toEqual([true, true]);
		await there.register(received, record);
		expect(there.written).toHaveLength(2);
	});

	it('leave the webhook of another as it was, afterwards', async () => {
		const there = new Instance(theirs);
		const record = await there.register({ replaceExisting: true, ...received });
		expect(used(there.place)).toEqual(used(withReceived));
		await there.remove(record);
		expect(used(there.place)).toEqual(used(theirs));
	});
});

describe('ours already there', () => {
	it('is repaired where somebody has turned it off, which has wiped its events', async () => {
		const there = new Instance({ ...ours, enabled: false, events: [], webhookByEvents: true });
		await there.register();
		expect(used(there.place)).toEqual(used(ours));
		expect(await there.check()).toBe(true);
	});

	it('keeps what a user has set on it', async () => {
		const headers = { 'X-Mine': '1', authorization: 'Bearer old', JWT_KEY: 'x' };
		const there = new Instance({ ...ours, events: ['CALL'], headers });
		await there.register();
		expect(used(there.place)).toEqual({
			...used(ours),
			events: [...ours.events, 'CALL'].sort(),
			headers: { 'X-Mine': '1', Authorization: `Bearer ${SECRET}` },
		});
	});

	it('is turned off when nothing is known of what was there', async () => {
		const there = new Instance(ours);
		await there.remove(null);
		expect(there.place).toMatchObject({ url: '', enabled: false, headers: {} });
	});

	it('writes nothing when it is gone', async () => {
		for (const place of [null, theirs]) {
			const there = new Instance(place);
			await there.remove({ url: wanted.url, previous: {} });
			expect(there.written).toEqual([]);
		}
	});
});

describe('before version 2.2, whose webhooks have no headers', () => {
	const entered = {
		enabled: true,
		url: `${wanted.url}?secret=${SECRET}`,
		events: [...ours.events, 'CALL'],
		webhook_by_events: false,
		webhook_base64: false,
	};
	const asking = (find: unknown, version = '1.8.6') => {
		const { connection, requests } = fakeGateway(evolutionApi, credentialOf(), ({ url }) =>
			url === '/'
				? ok({ version })
				: find === null
					? { status: 404, headers: {}, body: { response: { message: ['Webhook not found'] } } }
					: ok(find),
		);
		return { connection, written: () => requests.filter(({ method }) => method === 'POST') };
	};

	it.each<[string, unknown, boolean]>([
		['what was entered with the secret', entered, true],
		['the names of version 2', { ...entered, webhookByEvents: false }, true],
		['no secret', { ...entered, url: wanted.url }, false],
		['another secret', { ...entered, url: `${wanted.url}?secret=x` }, false],
		['a URL by events', { ...entered, webhook_by_events: true }, false],
		['too few events', { ...entered, events: ['MESSAGES_UPDATE'] }, false],
		['one that is turned off', { ...entered, enabled: false }, false],
		['an empty one', { ...entered, enabled: false, url: '', events: [] }, false],
		['none, with 404', null, false],
	])('%s', async (_, row, expected) => {
		const { connection, written } = asking(row);
		const { check, register, remove } = evolutionApi.registration!;
		expect(await check(connection, wanted)).toBe(expected);
		await expect(register(connection, wanted, null)).rejects.toMatchObject({
			message: expect.stringContaining('Evolution API 1.8 sends no headers with webhooks'),
			details: { hint: expect.stringMatching(/\?secret=.*MESSAGES_UPDATE, SEND_MESSAGE/) },
		});
		await remove(connection, wanted, null);
		expect(written()).toEqual([]);
	});

	it('asks for incoming messages by their event, too', async () => {
		const received = { ...wanted, received: true };
		const { connection } = asking(entered);
		expect(await evolutionApi.registration!.check(connection, received)).toBe(false);
		const more = asking({ ...entered, events: [...entered.events, 'MESSAGES_UPSERT'] });
		expect(await evolutionApi.registration!.check(more.connection, received)).toBe(true);
		await expect(
			evolutionApi.registration!.register(connection, received, null),
		).rejects.toMatchObject({
			details: { hint: expect.stringContaining('MESSAGES_DELETE, MESSAGES_UPSERT.') },
		});
	});

	it('is 2.1, too, but not 2.2', async () => {
		const at21 = asking(entered, '2.1.1');
		expect(await evolutionApi.registration!.check(at21.connection, wanted)).toBe(true);
		const at22 = new Instance(null, credentialOf(), '2.2.0');
		await at22.register();
		expect(used(at22.place)).toEqual(used(ours));
	});

	it('says of an unknown instance what is wrong with it', async () => {
		const { connection } = fakeGateway(evolutionApi, credentialOf(), ({ url }) =>
			url === '/'
				? ok({ version: '1.8.6' })
				: {
						status: 404,
						headers: {},
						body: { response: { message: ['The "my shop" instance does not exist'] } },
					},
		);
		await expect(evolutionApi.registration!.check(connection, wanted)).rejects.toMatchObject({
			kind: 'notFound',
		});
	});
});

describe('an answer of another kind', () => {
	it.each([
		[{}],
		['<html>'],
		[''],
		[[ours]],
		// Version 1 has other names.
		[{ enabled: true, url: '', events: [], webhook_by_events: false, webhook_base64: false }],
	])('never leads to writing: %j', async (body) => {
		const { connection, requests } = fakeGateway(evolutionApi, credentialOf(), ({ url }) =>
			ok(url === '/' ? { version: '2.3.7' } : body),
		);
		const { check, register, remove } = evolutionApi.registration!;
		const failure = { kind: 'unexpectedResponse' };
		await expect(check(connection, wanted)).rejects.toMatchObject(failure);
		await expect(register(connection, wanted, null)).rejects.toMatchObject(failure);
		await expect(remove(connection, wanted, null)).rejects.toMatchObject(failure);
		expect(requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});

	it.each([
		['nothing', null],
		['another URL', { ...ours, url: 'https://x.example' }],
		['no headers', { ...ours, headers: {} }],
		['no events', { ...ours, events: [] }],
	])('that shows %s after writing is an error', async (_, answer) => {
		const { connection } = fakeGateway(evolutionApi, credentialOf(), ({ method }) =>
			ok(method === 'POST' ? answer : null),
		);
		await expect(
			evolutionApi.registration!.register(connection, wanted, null),
		).rejects.toMatchObject({ kind: 'unexpectedResponse' });
	});
});
