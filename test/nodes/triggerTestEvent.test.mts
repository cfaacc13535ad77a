import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import {
	credentialFor,
	receive as receiveOn,
	SECRET,
	type Call,
	type Json,
} from './fakeContext.mts';

/** What a person who listens for a test event sees of a webhook that starts nothing. */
let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false });
});
afterAll(async () => await sandbox.close());

const sent = { event: 'message.sent', status: 'success', result: { messageId: 'ABC' } };
const headers = { authorization: SECRET };

const receive = async (call: Call, parameters: Json = {}, credential: Json = {}) =>
	await receiveOn({ isTest: true, ...call }, parameters, {
		credential: credentialFor(sandbox, credential),
	});

type Case = [
	what: string,
	call: Call,
	parameters: Json,
	item: { reason: string; httpStatus: number; ignored: RegExp; events?: string[] },
];

const IGNORED: Case[] = [
	[
		'no secret',
		{ body: sent },
		{},
		{ reason: 'rejected', httpStatus: 401, ignored: /rejected: the webhook has no secret/ },
	],
	[
		'another secret',
		{ body: sent, headers: { authorization: 'another-secret-of-somebody' } },
		{},
		{ reason: 'rejected', httpStatus: 401, ignored: /"Webhook Secret"/ },
	],
	[
		'a body that is not a JSON object',
		{ body: [sent], headers },
		{},
		{ reason: 'notJson', httpStatus: 400, ignored: /not a JSON object.*ChatWhatsApp/ },
	],
	[
		'a body that tells of no message',
		{ body: { hello: 'world' }, headers },
		{},
		{
			reason: 'noEvent',
			httpStatus: 200,
			ignored: /neither the status of a sent message nor a message that somebody wrote/,
		},
	],
	[
		'a status that is not chosen',
		{ body: sent, headers },
		{ events: ['read', 'failed'] },
		{ reason: 'notChosen', httpStatus: 200, ignored: /Sent.*"Trigger On"/, events: ['sent'] },
	],
];

it.each(IGNORED)('one item says why: %s', async (_, call, parameters, { ignored, ...item }) => {
	const { events } = await receive(call, parameters);
	expect(events).toEqual([
		{
			ignored: expect.stringMatching(ignored),
			events: [],
			...item,
			gateway: 'chatWhatsApp',
			receivedAt: expect.stringMatching(/Z$/),
		},
	]);
});

it.each(IGNORED)(
	'the sender reads what it reads otherwise, and in production nothing starts: %s',
	async (_, call, parameters) => {
		const { result, sent: answers } = await receive(call, parameters);
		const production = await receive({ ...call, isTest: false }, parameters);
		expect(production.result.workflowData).toBeUndefined();
		expect(answers).toEqual(production.sent);
		expect({ ...result, workflowData: undefined }).toEqual({
			...production.result,
			workflowData: undefined,
		});
	},
);

it('shows nothing of the webhook itself, which may come from anybody, and no secret', async () => {
	const call = { body: { ...sent, text: 'hidden' }, headers: { authorization: 'hidden' } };
	const { events } = await receive({ ...call, query: { secret: 'hidden' } });
	expect(events).toHaveLength(1);
	expect(JSON.stringify(events)).not.toMatch(new RegExp(`hidden|${SECRET}`));
});

it('says that the credential cannot be read', async () => {
	const { events, sent: answers } = await receive({ body: sent }, {}, { gateway: 'carrierPigeon' });
	expect(events).toMatchObject([{ reason: 'notReady', httpStatus: 503, gateway: null }]);
	expect(answers).toMatchObject([{ status: 503 }]);
});

it('a wanted status is itself, also the second time', async () => {
	for (let times = 0; times < 2; times++) {
		const { events } = await receive({ body: sent, headers });
		expect(events).toMatchObject([{ status: 'sent' }]);
		expect(events[0]).not.toHaveProperty('ignored');
	}
});
