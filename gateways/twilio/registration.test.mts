import { gatewayOf } from '../registry';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import type { Outcome } from '../transport/request';
import type { RegistrationRecord } from '../webhooks';
import sample from './fixtures/service.json';
import { twilio } from './index';
import { byNumber, credential, formOf, SERVICE_SID } from './testValues.mts';

const OURS = 'https://n8n.example/webhook/1/webhook';
const THEIRS = 'https://neighbour.example/hook?key=secret#rc=3';
const registration = twilio.registration!;
const wanted = (url = OURS, replaceExisting = false) => ({ url, secret: null, replaceExisting });

/** A service with one URL, at Twilio. */
function service(url: string | null, lose: Outcome[] = []) {
	const state = { url, writes: [] as Array<Array<[string, string]>>, reads: 0 };
	const { connection, requests } = fakeGateway(
		twilio,
		credential,
		(request) => {
			if (request.method === 'GET') {
				state.reads++;
				return ok({ ...sample, status_callback: state.url });
			}
			const form = formOf(request);
			state.writes.push(form);
			state.url = form[0][1] === '' ? null : form[0][1];
			return lose.shift() ?? ok({ ...sample, status_callback: state.url });
		},
		{ authenticates: true },
	);
	return { state, connection, requests };
}

const register = async (at: ReturnType<typeof service>, url = OURS, replace = false) =>
	await registration.register(at.connection, wanted(url, replace), null);

it('enters the URL of the trigger, and no other field, at the host of Messaging Services', async () => {
	const at = service(null);
	expect(await registration.check(at.connection, wanted())).toBe(false);
	const record = await register(at);
	expect(record).toEqual({ url: OURS });
	expect(at.state.writes).toEqual([[['StatusCallback', OURS]]]);
	expect(at.requests.at(-1)!.url).toBe(`https://messaging.twilio.com/v1/Services/${SERVICE_SID}`);
	expect(await registration.check(at.connection, wanted())).toBe(true);
	await registration.remove(at.connection, { url: OURS }, record);
	expect(at.state.url).toBeNull();
});

it('writes nothing where it stands already', async () => {
	const at = service(OURS);
	await register(at);
	expect(at.state.writes).toEqual([]);
});

it('refuses to replace another’s, and names its host only', async () => {
	const at = service(THEIRS);
	await expect(register(at)).rejects.toMatchObject({
		kind: 'rejected',
		message: expect.stringMatching(/neighbour\.example\. Turn on "Replace Existing Webhook"/),
		details: { hint: expect.stringContaining('"Status URL"') },
	});
	await expect(register(at)).rejects.not.toThrow('key=secret');
	expect(at.state).toMatchObject({ url: THEIRS, writes: [] });
});

describe('another’s that was replaced', () => {
	it('is restored, also where n8n lost the record', async () => {
		const at = service(THEIRS);
		await register(at, OURS, true);
		expect(at.state.url).toMatch(/^https:\/\/n8n\.example\/webhook\/1\/webhook\?former=[\w-]+$/);
		// Encrypted: the query comes with each webhook.
		expect(decodeURIComponent(at.state.url!)).not.toContain('neighbour');
		expect(await registration.check(at.connection, wanted())).toBe(true);
		await registration.remove(at.connection, { url: OURS }, null);
		expect(at.state.url).toBe(THEIRS);
	});

	it('stays so after another activation', async () => {
		const at = service(THEIRS);
		const record = await register(at, OURS, true);
		const before = at.state.url;
		expect(await registration.register(at.connection, wanted(), record)).toEqual(record);
		expect(at.state).toMatchObject({ url: before });
		expect(at.state.writes).toHaveLength(1);
		await registration.remove(at.connection, { url: OURS }, record);
		expect(at.state.url).toBe(THEIRS);
	});

	it('moves along where the trigger’s URL changes', async () => {
		const at = service(THEIRS);
		const record = await register(at, OURS, true);
		const moved = 'https://n8n.example/webhook/2/webhook';
		const next = await registration.register(at.connection, wanted(moved), record);
		expect(at.state.url).toMatch(/webhook\/2\/webhook\?former=/);
		await registration.remove(at.connection, { url: moved }, next);
		expect(at.state.url).toBe(THEIRS);
	});

	it('by two triggers, which go in either order', async () => {
		const second = 'https://n8n.example/webhook/2/webhook';
		for (const order of [
			[OURS, second],
			[second, OURS],
		]) {
			const at = service(THEIRS);
			await register(at, OURS, true);
			await register(at, second, true);
			for (const url of order) await registration.remove(at.connection, { url }, null);
			expect(at.state.url).toBe(THEIRS);
		}
	});

	it('by an earlier Auth Token is not thrown away', async () => {
		const at = service(THEIRS);
		await register(at, OURS, true);
		const kept = at.state.url;
		const rotated = { ...at.connection, credential: { ...credential, twilioAuthToken: 'another' } };
		await expect(registration.remove(rotated, { url: OURS }, null)).rejects.toThrow(
			'earlier "Auth Token"',
		);
		await registration.register(rotated, wanted(), null);
		expect(at.state.url).toBe(kept);
		// The record of that very URL will do.
		const record: RegistrationRecord = { url: kept, previous: THEIRS };
		await registration.remove(rotated, { url: OURS }, record);
		expect(at.state.url).toBe(THEIRS);
	});
});

it('leaves alone what somebody else has entered meanwhile', async () => {
	const at = service(OURS);
	const record = await register(at);
	at.state.url = THEIRS;
	await registration.remove(at.connection, { url: OURS }, record);
	expect(at.state).toMatchObject({ url: THEIRS, writes: [] });
});

it('looks again after a lost answer, and writes once', async () => {
	const at = service(THEIRS, [{ status: 502, headers: {}, body: '' }]);
	await register(at, OURS, true);
	expect(at.state.writes).toHaveLength(1);
	expect(at.state.reads).toBe(2);
});

it('an answer without the field is no free place', async () => {
	const { connection } = fakeGateway(twilio, credential, () => ok({ sid: SERVICE_SID }));
	await expect(registration.register(connection, wanted(), null)).rejects.toThrow(
		'"status_callback"',
	);
});

it('refuses what together is too long', async () => {
	const at = service(`https://neighbour.example/${'x'.repeat(1_900)}`);
	await expect(register(at, OURS, true)).rejects.toThrow('longer than 2000 characters');
	expect(at.state.writes).toEqual([]);
});

describe('which way a trigger goes', () => {
	const wayOf = (more: object) => {
		const { registration: way, capabilities } = gatewayOf({ ...credential, ...more });
		return [way !== undefined, capabilities.webhooks.registration];
	};

	it.each<[what: string, more: object, registers: boolean, way: string]>([
		['a Messaging Service', {}, true, 'api'],
		['a status URL', { statusUrl: OURS }, false, 'perMessage'],
		['a number', byNumber, false, 'perMessage'],
		['what is no URL', { statusUrl: 'n8n' }, true, 'api'],
	])('%s', (_, more, registers, way) => expect(wayOf(more)).toEqual([registers, way]));
});
