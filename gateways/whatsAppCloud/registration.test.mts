import { whatsAppCloud } from '.';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { NetworkFailure, type Outcome, type PreparedRequest } from '../transport/request';
import type { RegistrationRecord } from '../webhooks';
import { verifyToken } from './credential';
import { credential, metaError, NUMBER, WABA } from './testValues.mts';

const registration = whatsAppCloud.registration!;
const wanted = {
	url: 'https://n8n.example/webhook/abc/webhook',
	secret: null,
	replaceExisting: false,
};
const THEIRS = 'https://other.example/hook';
const APP = 'https://app.example/hook';

/** A number at Meta: what it has of its own, and what stands behind it. */
class Meta {
	own: string | undefined;
	isSubscribed = true;
	apps: object[] = [];
	/** Whose verify token an address accepts; any other URL accepts ours. */
	readonly foreign = new Set([THEIRS]);
	readonly calls: PreparedRequest[] = [];
	answers: Outcome[] = [];

	readonly connection;

	constructor(more: Record<string, unknown> = {}) {
		const fake = fakeGateway(whatsAppCloud, { ...credential, ...more }, (request) =>
			this.on(request),
		);
		this.connection = fake.connection;
	}

	private on(request: PreparedRequest): Outcome {
		this.calls.push(request);
		const answer = this.handle(request);
		return this.answers.shift() ?? answer;
	}

	private handle({ method, url, body }: PreparedRequest): Outcome {
		const fails = (details: string, code = 100) => ({
			status: 400,
			headers: {},
			body: metaError(code, details),
		});
		if (url === `/${WABA}/subscribed_apps`) {
			if (method === 'POST') this.isSubscribed = true;
			return ok(method === 'POST' ? { success: true } : { data: this.apps });
		}
		if (url !== `/${NUMBER}`) return fails('Unknown path');
		if (method === 'GET') {
			const webhook_configuration = {
				...(this.own === undefined ? {} : { phone_number: this.own }),
				application: APP,
			};
			return ok({ webhook_configuration, id: NUMBER });
		}
		const { override_callback_uri: uri, verify_token: token } = (
			body as { webhook_configuration: Record<string, string> }
		).webhook_configuration;
		if (uri === '') {
			this.own = undefined;
			return ok({ success: true });
		}
		if (!this.isSubscribed) {
			return fails(
				'Before override the current callback uri, your app must be subscribed to receive messages',
			);
		}
		if (this.foreign.has(uri) || token !== verifyToken(credential)) {
			return fails('Callback verification failed', 2200);
		}
		this.own = uri;
		return ok({ success: true });
	}

	get writes() {
		return this.calls.filter(({ method }) => method !== 'GET');
	}
}

const register = async (
	meta: Meta,
	more: object = {},
	previous: RegistrationRecord | null = null,
) => await registration.register(meta.connection, { ...wanted, ...more }, previous);

it('sets the number’s own webhook, with the verify token, and nothing of the app or the account', async () => {
	const meta = new Meta();
	expect(await registration.check(meta.connection, wanted)).toBe(false);
	const record = await register(meta);
	expect(meta.own).toBe(wanted.url);
	expect(meta.writes).toMatchObject([
		{
			url: `/${NUMBER}`,
			body: {
				webhook_configuration: {
					override_callback_uri: wanted.url,
					verify_token: verifyToken(credential),
				},
			},
		},
	]);
	expect(await registration.check(meta.connection, wanted)).toBe(true);
	expect(record).toEqual({ url: wanted.url });
	await registration.remove(meta.connection, wanted, record);
	expect(meta.own).toBeUndefined();
	expect(meta.writes.map(({ url }) => url)).toEqual([`/${NUMBER}`, `/${NUMBER}`]);
});

it('changes nothing where all is right', async () => {
	const meta = new Meta();
	meta.own = wanted.url;
	await register(meta);
	expect(meta.writes).toEqual([]);
});

it('moves its webhook to another URL, by the record of the earlier one', async () => {
	const meta = new Meta();
	meta.own = 'https://n8n.example/webhook/old/webhook';
	await register(meta, {}, { url: meta.own });
	expect(meta.own).toBe(wanted.url);
});

describe('another’s webhook', () => {
	it('is not replaced, and the answer says whose it is', async () => {
		const meta = new Meta();
		meta.own = THEIRS;
		await expect(register(meta)).rejects.toMatchObject({
			kind: 'rejected',
			message: expect.stringMatching(
				/already in use: it leads to other\.example.*"Replace Existing Webhook"/,
			),
		});
		expect(meta.writes).toEqual([]);
	});

	it('is replaced when told so; afterwards the number falls back to the app’s', async () => {
		const meta = new Meta();
		meta.own = THEIRS;
		const record = await register(meta, { replaceExisting: true });
		expect(record).toEqual({ url: wanted.url, former: THEIRS });
		expect(meta.own).toBe(wanted.url);
		// Its verify token is not ours.
		await registration.remove(meta.connection, wanted, record);
		expect(meta.own).toBeUndefined();
	});

	it('comes back where it is of another trigger with this credential', async () => {
		const meta = new Meta();
		const production = 'https://n8n.example/webhook/production/webhook';
		meta.own = production;
		const record = await register(meta, { replaceExisting: true });
		await registration.remove(meta.connection, wanted, record);
		expect(meta.own).toBe(production);
	});

	it('is remembered over a second registration', async () => {
		const meta = new Meta();
		meta.own = THEIRS;
		const first = await register(meta, { replaceExisting: true });
		expect(await register(meta, {}, first)).toEqual(first);
	});

	it('that has come meanwhile is left alone', async () => {
		const meta = new Meta();
		const record = await register(meta);
		meta.own = THEIRS;
		await registration.remove(meta.connection, wanted, record);
		expect(meta.own).toBe(THEIRS);
	});
});

describe('an app that is not subscribed to the account', () => {
	it('is subscribed, and then the webhook is set', async () => {
		const meta = new Meta();
		meta.isSubscribed = false;
		await register(meta);
		expect(meta.own).toBe(wanted.url);
		const [, subscription] = meta.writes;
		expect(subscription).toMatchObject({ method: 'POST', url: `/${WABA}/subscribed_apps` });
		// With a body, it would be the account's webhook.
		expect(subscription.body).toBeUndefined();
	});

	it.each<[string, object, object[], RegExp]>([
		[
			'without the account’s ID',
			{ whatsAppCloudWabaId: '' },
			[],
			/Enter "WhatsApp Business Account ID"/,
		],
		[
			'where an app has a webhook for the account, which the call would remove',
			{},
			[{ override_callback_uri: 'https://a.example' }],
			/field "messages" in the App Dashboard/,
		],
	])('is a matter for a person %s', async (_, more, apps, hint) => {
		const meta = new Meta(more as Record<string, unknown>);
		meta.isSubscribed = false;
		meta.apps = apps;
		await expect(register(meta)).rejects.toMatchObject({
			message: expect.stringContaining('not subscribed'),
			details: { hint: expect.stringMatching(hint) },
		});
		expect(meta.isSubscribed).toBe(false);
	});
});

describe('what goes wrong', () => {
	it('where Meta does not reach the URL, says so', async () => {
		const meta = new Meta();
		meta.foreign.add(wanted.url);
		await expect(register(meta)).rejects.toMatchObject({
			details: { code: '2200', hint: expect.stringMatching(/reachable from the internet/) },
		});
	});

	it('where the token may not, says what to do by hand', async () => {
		const meta = new Meta();
		meta.answers = [ok({ id: NUMBER }), { status: 403, headers: {}, body: metaError(10) }];
		await expect(register(meta)).rejects.toMatchObject({
			kind: 'forbidden',
			details: { hint: expect.stringMatching(/whatsapp_business_management.*"Verify Token"/) },
		});
	});

	it('where the answer is lost, looks before it writes again', async () => {
		const meta = new Meta();
		meta.answers = [ok({ id: NUMBER }), new NetworkFailure('broken', 'ECONNRESET')];
		expect(await register(meta)).toEqual({ url: wanted.url });
		expect(meta.writes).toHaveLength(1);
	});

	it('takes no other answer for a free place', async () => {
		const meta = new Meta();
		meta.answers = [ok({})];
		await expect(register(meta)).rejects.toMatchObject({ kind: 'unexpectedResponse' });
		expect(meta.writes).toEqual([]);
	});

	it.each<[string, object, string, RegExp]>([
		['no App Secret', { whatsAppCloudAppSecret: '' }, wanted.url, /"App Secret" is empty/],
		['http', {}, 'http://n8n.example/webhook/a', /Meta accepts https only.*N8N_WEBHOOK_URL/],
		['a long URL', {}, `https://n8n.example/${'x'.repeat(200)}`, /at most 200.*by hand/],
	])('refuses %s before any request', async (_, more, url, sentence) => {
		const meta = new Meta(more as Record<string, unknown>);
		await expect(register(meta, { url })).rejects.toThrow(sentence);
		expect(meta.calls).toEqual([]);
	});
});
