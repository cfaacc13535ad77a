import { NodeHelpers, type INodeProperties } from 'n8n-workflow';
import { gateways } from '../../gateways/registry';
import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox/index.mts';
import { credentialFor, SECRET, testCredential, type Json } from './fakeContext.mts';

/** The credential: its fields, what it puts onto a request, and its connection test. */
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => await sandbox.close());

const { properties } = new MessageGatewayApi();
const ids = gateways.map(({ id }) => id);

describe('the fields', () => {
	const shown = (gateway: string): INodeProperties[] => {
		const values = NodeHelpers.getNodeParameters(properties, { gateway }, true, false, null, null)!;
		return properties.filter((property) =>
			NodeHelpers.displayParameter(values, property, null, null),
		);
	};

	it('offer every gateway by its vendor’s name, and the first is chosen', () => {
		const [choice] = properties;
		expect(choice).toMatchObject({ name: 'gateway', type: 'options', default: ids[0] });
		expect(choice.options).toEqual(gateways.map(({ id, label }) => ({ name: label, value: id })));
	});

	it.each(ids)('%s: its own and no other’s', (id) => {
		const { credentialFields, signingKeyField, capabilities } = gateways.find(
			(gateway) => gateway.id === id,
		)!;
		expect(shown(id).map(({ name }) => name)).toEqual([
			'gateway',
			...credentialFields.map(({ name }) => name),
			// Who signs with a key of its own needs no secret of ours.
			...(signingKeyField === undefined ? ['webhookSecret'] : []),
			...(capabilities.webhooks.registration === 'perMessage' ? ['statusUrl'] : []),
		]);
		for (const field of credentialFields) {
			const property = properties.find(({ name }) => name === field.name)!;
			expect(property.typeOptions?.password).toBe(field.secret ? true : undefined);
			expect(property.default).toBe(field.default ?? '');
			expect(property.required ?? false).toBe(field.optional !== true);
			expect(property.description).toBeTruthy();
		}
		expect(credentialFields.filter(({ secret }) => secret)).not.toEqual([]);
	});

	it('have names of their own, so that no value goes from one gateway to another', () => {
		const names = properties.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
	});

	it('mask the webhook secret, and whatever sounds like one', () => {
		for (const { name, typeOptions } of properties) {
			// The id of a key is no secret.
			if (/token|key|secret/i.test(name) && !name.endsWith('Sid'))
				expect([name, typeOptions?.password]).toEqual([name, true]);
		}
	});

	it('have an address to start with, by https', () => {
		for (const { name, default: value } of properties) {
			if (/Url$/.test(name)) expect(value).toMatch(/^(https:\/\/|$)/);
		}
	});
});

describe('on a request', () => {
	it.each(ids)('%s: puts address and key, and keeps what is there', async (gateway) => {
		const credential = credentialFor(sandbox, {}, gateway);
		const options = {
			url: '/some/path',
			method: 'POST' as const,
			headers: { Accept: 'application/json' },
			qs: { page: 2 },
			body: { a: 1 },
			timeout: 5,
		};
		const before = structuredClone(options);
		const request = await new MessageGatewayApi().authenticate(credential as never, options);
		expect(options).toEqual(before);
		expect(request).toMatchObject({ method: 'POST', body: { a: 1 }, timeout: 5, qs: { page: 2 } });
		expect(request.headers).toMatchObject({ Accept: 'application/json' });
		expect(request.url).toMatch(sandbox.origin);
		const secrets = Object.entries(credential)
			.filter(([name]) => /key|token$/i.test(name))
			.map(([, value]) => String(value));
		// Basic authentication has user and password in one.
		const basic = /^Basic (\S+)$/.exec(String(request.headers?.Authorization))?.[1] ?? '';
		const text = `${JSON.stringify(request)}${Buffer.from(basic, 'base64').toString()}`;
		expect(secrets.some((secret) => text.includes(secret))).toBe(true);
		expect(JSON.stringify(request)).not.toContain(SECRET);
	});
});

describe('the connection test', () => {
	const test = async (changes: Json = {}, gateway = 'chatWhatsApp') =>
		await testCredential(credentialFor(sandbox, changes, gateway));

	it.each(ids)('%s: says that all is well', async (gateway) => {
		expect(await test({}, gateway)).toMatchObject({ status: 'OK', message: expect.any(String) });
	});

	it.each(gateways.map((gateway) => [gateway.id, gateway] as const))(
		'%s: a wrong key, a missing key, nobody there, another service',
		async (id, { label, credentialFields }) => {
			const key = credentialFields.find(({ secret }) => secret)!;
			const url = credentialFields.find(({ name }) => /Url$/.test(name))!;
			const wrong = await test({ [key.name]: 'wrong-but-long-enough-key' }, id);
			expect(wrong).toMatchObject({
				status: 'Error',
				message: expect.stringMatching(new RegExp(`${label}|${key.label}`)),
			});
			expect(wrong.message).not.toContain('wrong-but-long-enough-key');
			const missing = await test({ [key.name]: '' }, id);
			expect(missing).toMatchObject({
				status: 'Error',
				message: expect.stringMatching(`"${key.label}" is empty`),
			});
			const nobody = await test({ [url.name]: 'http://127.0.0.1:9' }, id);
			expect(nobody).toMatchObject({
				status: 'Error',
				message: expect.stringContaining(`${label} cannot be reached at http://127.0.0.1:9`),
			});
			const noAddress = await test({ [url.name]: 'example' }, id);
			expect(noAddress.message).toMatch(`"${url.label}" is "example"`);
			sandbox.faults.add({ kind: 'html', gateway: id as never });
			const page = await test({}, id);
			expect(page).toMatchObject({ status: 'Error', message: expect.stringContaining(label) });
		},
	);

	it.each([
		['starting', /session is still starting\. Wait a minute/],
		['qr_ready', /not linked to a phone yet\. Scan its QR code/],
		['missing', /Session not found/],
	])('tells a session that is %s', async (state, sentence) => {
		sandbox.setHealth('chatWhatsApp', state);
		const result = await test();
		sandbox.setHealth('chatWhatsApp', 'ready');
		expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(sentence) });
	});

	it.each<[string, Fault, RegExp]>([
		['has no time', { kind: 'rateLimit' }, /is limiting the request rate/],
		['is out of order', { kind: 'errorBefore', status: 503 }, /could not handle the request/],
		['breaks off', { kind: 'reset' }, /connection to ChatWhatsApp .* was interrupted/],
		['lacks the state', { kind: 'status', status: 200, body: {} }, /without "session.state"/],
	])('asks once only where the gateway %s', async (_, fault, sentence) => {
		sandbox.clearRequests();
		sandbox.faults.add(fault);
		const result = await test();
		expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(sentence) });
		expect(sandbox.requests()).toHaveLength(1);
		expect(result.message).not.toContain(sandbox.accounts.chatWhatsApp.apiKey);
	});

	it.each<[string, Json]>([
		['nothing', {}],
		['no gateway', { chatWhatsAppApiKey: 'x' }],
		['an unknown gateway', { gateway: '__proto__' }],
	])('says what is missing in a credential of %s', async (_, data) => {
		expect(await testCredential(data)).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/"Gateway" is/),
		});
	});
});
