import Ajv from 'ajv';
import type { RegistrationRecord, DesiredWebhook } from '../webhooks';
import { greenApi } from '.';
import type { Outcome } from '../transport/request';
import schemas from './fixtures/requests.schema.json';
import { splitUrl, unseal } from './formerWebhook';
import fresh from './fixtures/settings.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, SECRET, wanted } from './testValues.mts';

const registration = greenApi.registration!;
const validate = new Ajv({ strict: false }).compile(schemas['POST setSettings']);

const on = {
	outgoingWebhook: 'yes',
	outgoingMessageWebhook: 'yes',
	outgoingAPIMessageWebhook: 'yes',
};
const ours = { ...fresh, webhookUrl: wanted.url, webhookUrlToken: SECRET, ...on };
const theirs = {
	...fresh,
	webhookUrl: 'https://user:pw@crm.example/hook?key=1',
	webhookUrlToken: 'crm-secret',
};

const without = (settings: Record<string, unknown>, key: string) =>
	Object.fromEntries(Object.entries(settings).filter(([name]) => name !== key));

/** An instance that keeps its settings; `setSettings` changes what it names. */
function instance(settings: unknown, saved: unknown = { saveSettings: true }) {
	let state = settings as Record<string, unknown>;
	const { connection, requests } = fakeGateway(greenApi, credential, ({ url, body }): Outcome => {
		if (!url.includes('/setSettings')) return ok(state);
		expect(validate(body) ? [] : validate.errors).toEqual([]);
		state = { ...state, ...body };
		return ok(saved);
	});
	return {
		check: (more: Partial<DesiredWebhook> = {}) =>
			registration.check(connection, { ...wanted, ...more }),
		register: (more: Partial<DesiredWebhook> = {}, previous: RegistrationRecord | null = null) =>
			registration.register(connection, { ...wanted, ...more }, previous),
		remove: (record: RegistrationRecord | null, url = wanted.url) =>
			registration.remove(connection, { url }, record),
		/** Without what our URL keeps: that is never the same twice. */
		state: () => ({ ...state, webhookUrl: splitUrl(String(state.webhookUrl)).url }),
		url: () => String(state.webhookUrl),
		/** What the URL in the settings keeps. */
		kept: () => unseal(splitUrl(String(state.webhookUrl)).sealed ?? '', credential),
		set: (more: Record<string, unknown>) => (state = { ...state, ...more }),
		written: () => requests.filter(({ method }) => method === 'POST').map(({ body }) => body),
	};
}

describe('check', () => {
	it.each<[string, Record<string, unknown>, boolean]>([
		['ours', ours, true],
		['a fresh instance', fresh, false],
		["another's", theirs, false],
		['another secret', { ...ours, webhookUrlToken: 'x' }, false],
		['statuses off', { ...ours, outgoingWebhook: 'no' }, false],
		['the phone off', { ...ours, outgoingMessageWebhook: 'no' }, false],
		['the API off', { ...ours, outgoingAPIMessageWebhook: 'no' }, false],
		['a switch that is missing', { ...ours, outgoingWebhook: undefined }, false],
		[
			'the phone off at WABA, which has no such switch',
			without(ours, 'outgoingMessageWebhook'),
			true,
		],
	])('%s', async (_, settings, expected) => {
		const here = instance(settings);
		expect(await here.check()).toBe(expected);
		expect(here.written()).toEqual([]);
	});
});

describe('a free place', () => {
	it('is taken, and given back as it was', async () => {
		const here = instance(fresh);
		const record = await here.register();
		expect(here.state()).toEqual(ours);
		const previous = {
			webhookUrl: '',
			webhookUrlToken: '',
			outgoingWebhook: 'no',
			outgoingAPIMessageWebhook: 'no',
		};
		expect(record).toEqual({ url: here.url(), previous });
		expect(here.kept()).toEqual(previous);
		expect(await here.check()).toBe(true);
		await here.remove(structuredClone(record));
		expect(here.state()).toEqual(fresh);
	});

	it('is asked for no switch that WABA does not have, and not restarted at the next activation', async () => {
		const waba = without(fresh, 'outgoingMessageWebhook');
		const here = instance(waba);
		const record = await here.register();
		expect(here.written()).toHaveLength(1);
		expect(here.written()[0]).not.toHaveProperty('outgoingMessageWebhook');
		expect(await here.check()).toBe(true);
		await here.register({}, record);
		expect(here.written()).toHaveLength(1);
		await here.remove(record);
		expect(here.state()).toEqual(waba);
	});

	it('may be told as null', async () => {
		const here = instance({ ...fresh, webhookUrl: null });
		await here.register();
		expect(await here.check()).toBe(true);
	});

	it('is taken without a secret when none is wanted', async () => {
		const here = instance(fresh);
		await here.register({ secret: null });
		expect(here.state()).toMatchObject({ webhookUrl: wanted.url, webhookUrlToken: '' });
	});
});

describe('incoming messages', () => {
	const received = {
		incomingWebhook: 'yes',
		editedMessageWebhook: 'yes',
		deletedMessageWebhook: 'yes',
		pollMessageWebhook: 'yes',
	};
	const off = Object.fromEntries(Object.keys(received).map((flag) => [flag, 'no']));
	/** A new instance: its console has every switch off. */
	const silent = { ...fresh, ...off };
	const all = { ...ours, ...received };

	it.each<[string, Record<string, unknown>, boolean, boolean]>([
		['all is on', all, true, true],
		['statuses only', { ...ours, ...off }, false, true],
		['no edits', { ...all, editedMessageWebhook: 'no' }, false, true],
		['no votes', { ...all, pollMessageWebhook: 'no' }, false, true],
		['no messages', { ...all, incomingWebhook: 'no' }, false, true],
		['a switch is missing that there must be', without(all, 'incomingWebhook'), false, true],
		['switches are missing that not all have', { ...ours, incomingWebhook: 'yes' }, true, true],
		['statuses off', { ...all, outgoingWebhook: 'no' }, false, false],
	])('%s', async (_, settings, whenWanted, whenNot) => {
		const here = instance(settings);
		expect(await here.check({ received: true })).toBe(whenWanted);
		expect(await here.check({ received: false })).toBe(whenNot);
		expect(await here.check()).toBe(whenNot);
		expect(here.written()).toEqual([]);
	});

	it('are turned on in the same write, and off again', async () => {
		const here = instance(silent);
		const record = await here.register({ received: true });
		expect(here.written()).toHaveLength(1);
		expect(here.state()).toEqual(all);
		expect(await here.check({ received: true })).toBe(true);
		await here.register({ received: true }, record);
		expect(here.written()).toHaveLength(1);
		await here.remove(record);
		expect(here.state()).toEqual(silent);
	});

	it('are not asked for unless they are wanted', async () => {
		const here = instance(silent);
		await here.register({ received: false });
		expect(here.state()).toEqual({ ...ours, ...off });
	});

	it("stay on where the owner's webhook had them on, and off where it had not", async () => {
		const mixed = { ...theirs, ...off, incomingWebhook: 'yes' };
		const here = instance(mixed);
		const record = await here.register({ received: true, replaceExisting: true });
		expect(here.kept()).not.toHaveProperty('incomingWebhook');
		expect(here.kept()).toMatchObject({ editedMessageWebhook: 'no' });
		await here.remove(record);
		expect(here.state()).toEqual(mixed);
	});

	it('asked for later are off again in the end, though n8n has lost every record', async () => {
		const here = instance({ ...theirs, ...off });
		const first = await here.register({ replaceExisting: true });
		await here.register({ received: true }, first);
		expect(here.written()).toHaveLength(2);
		expect(here.kept()).toMatchObject({ ...off, webhookUrl: theirs.webhookUrl });
		await here.remove(null);
		expect(here.state()).toEqual({ ...theirs, ...off });
	});

	it('of a test event go with it, and the published trigger stays without them', async () => {
		const here = instance(silent);
		const record = await here.register();
		const test = 'https://n8n.example/webhook-test/abc/webhook';
		const ofTest = await here.register({ url: test, received: true, replaceExisting: true });
		expect(here.state()).toMatchObject(received);
		await here.remove(ofTest, test);
		expect(here.state()).toEqual({ ...ours, ...off });
		await here.remove(record);
		expect(here.state()).toEqual(silent);
	});

	it('of WABA, which has no switch for edits, deletions and votes, need one', async () => {
		const waba = without({ ...fresh, incomingWebhook: 'no' }, 'outgoingMessageWebhook');
		const here = instance(waba);
		await here.register({ received: true });
		expect(here.written()[0]).toMatchObject({ incomingWebhook: 'yes' });
		expect(here.written()[0]).not.toHaveProperty('editedMessageWebhook');
		expect(await here.check({ received: true })).toBe(true);
	});
});

describe("another's webhook", () => {
	it('is not replaced; the refusal says whose it is and what to do', async () => {
		const here = instance(theirs);
		await expect(here.register()).rejects.toMatchObject({
			kind: 'rejected',
			message:
				'GREEN-API has one webhook URL per instance, and it is already in use: it leads to crm.example. Turn on "Replace Existing Webhook" to replace it until the workflow is unpublished',
		});
		expect(here.written()).toEqual([]);
	});

	it('may be no address at all', async () => {
		await expect(instance({ ...fresh, webhookUrl: 'oops' }).register()).rejects.toMatchObject({
			message: expect.stringContaining('it leads to another URL.'),
		});
	});

	it('is replaced when the user says so, and put back', async () => {
		const here = instance(theirs);
		const record = await here.register({ replaceExisting: true });
		expect(here.state()).toEqual(ours);
		await here.remove(record);
		expect(here.state()).toEqual(theirs);
	});

	it('stays when it came in our place meanwhile', async () => {
		const here = instance(theirs);
		const record = await here.register({ replaceExisting: true });
		here.set({ webhookUrl: 'https://third.example/' });
		const before = here.state();
		await here.remove(record);
		expect(here.state()).toEqual(before);
		expect(here.written()).toHaveLength(1);
	});

	it('is remembered when ours is registered again', async () => {
		const here = instance(theirs);
		const first = await here.register({ replaceExisting: true });
		const second = await here.register({}, first);
		expect(second).toEqual(first);
		expect(here.written()).toHaveLength(1);
		await here.remove(second);
		expect(here.state()).toEqual(theirs);
	});

	it('is remembered when our address changes', async () => {
		const here = instance(theirs);
		const first = await here.register({ replaceExisting: true });
		const moved = 'https://new.example/webhook';
		const second = await here.register({ url: moved }, first);
		expect(second).toEqual({ ...first, url: here.url() });
		expect(here.state()).toEqual({ ...ours, webhookUrl: moved });
		await here.remove(second, moved);
		expect(here.state()).toEqual(theirs);
	});
});

describe('ours already there', () => {
	it('is left alone when it is right: writing would restart the instance', async () => {
		const here = instance(ours);
		expect(await here.register()).toEqual({ url: wanted.url, previous: {} });
		expect(here.written()).toEqual([]);
	});

	it('is repaired where it is not', async () => {
		const here = instance({ ...ours, webhookUrlToken: 'old', outgoingWebhook: 'no' });
		const record = await here.register();
		expect(here.written()).toEqual([
			{ webhookUrl: here.url(), webhookUrlToken: SECRET, outgoingWebhook: 'yes' },
		]);
		await here.remove(record);
		expect(here.state()).toMatchObject({
			webhookUrl: '',
			webhookUrlToken: '',
			outgoingWebhook: 'no',
			outgoingMessageWebhook: 'yes',
		});
	});
});

describe('remove', () => {
	it('writes nothing when ours is gone', async () => {
		const here = instance(fresh);
		await here.remove({ url: wanted.url, previous: {} });
		expect(here.written()).toEqual([]);
	});

	it('clears the place when nothing is known of what was there', async () => {
		const here = instance(ours);
		await here.remove(null);
		expect(here.written()).toEqual([{ webhookUrl: '', webhookUrlToken: '' }]);
	});

	it('puts back nothing but what it can have kept', async () => {
		const here = instance(ours);
		const previous = JSON.parse(
			'{"webhookUrl":7,"wid":"x","outgoingWebhook":"no","__proto__":{"webhookUrlToken":"x"}}',
		);
		await here.remove({ url: wanted.url, previous });
		expect(here.written()).toEqual([
			{ webhookUrl: '', webhookUrlToken: '', outgoingWebhook: 'no' },
		]);
	});
});

describe('an answer of another kind', () => {
	it.each([[{}], [null], ['<html>'], [{ webhookUrl: 7 }]])(
		'never leads to writing: %j',
		async (body) => {
			const here = instance(body);
			await expect(here.check()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
			await expect(here.register()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
			await expect(here.remove(null)).rejects.toMatchObject({ kind: 'unexpectedResponse' });
			expect(here.written()).toEqual([]);
		},
	);

	it('that does not say that the settings are saved is an error', async () => {
		const here = instance(fresh, { saveSettings: false });
		await expect(here.register()).rejects.toMatchObject({ kind: 'unexpectedResponse' });
	});
});
