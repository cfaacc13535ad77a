import axios from 'axios';
import { output } from '../../harness/client.mts';
import {
	ACTION,
	credentialFor,
	inSeconds,
	listening,
	oneNode,
	startEnvironment,
	SECRET,
	type Environment,
} from './environment.mts';

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment();
	await environment.n8n.createCredential(
		'Gateway',
		'messageGatewayApi',
		credentialFor(environment.sandbox, 'chatWhatsApp'),
	);
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

const run = async (...args: Parameters<typeof oneNode>) => {
	const id = await environment.n8n.createWorkflow(oneNode(...args));
	return await environment.n8n.runManually(id);
};

const schedule = async (parameters: object = {}) => {
	const execution = await run('Gateway', {
		recipient: '+91 99880 66776',
		text: 'See you at ten',
		sendAt: inSeconds(3600),
		...parameters,
	});
	return output(execution, 'Message Scheduler');
};

const operate = async (operation: string, parameters: object) =>
	await run('Gateway', { operation, ...parameters });

const byId = (value: unknown) => ({ scheduleId: { __rl: true, mode: 'id', value } });

it('schedules a message, lists it, reads it, moves it and cancels it', async () => {
	const sendAt = inSeconds(3600);
	const { baseUrl, sessionId } = environment.sandbox.accounts.chatWhatsApp;
	const [scheduled] = await schedule({ sendAt });
	expect(scheduled).toMatchObject({
		gateway: 'chatWhatsApp',
		storedIn: 'gateway',
		// On an address of its own, the session's id alone would be another installation's, too.
		account: `${sessionId}@${baseUrl.replace(/^https?:\/\//, '')}`,
		recipient: '+919988066776',
		text: 'See you at ten',
		scheduledAt: sendAt,
		status: 'scheduled',
	});

	const listed = output(
		await operate('getAll', { returnAll: true, filters: { status: 'scheduled' } }),
		'Message Scheduler',
	);
	expect(listed.map(({ scheduleId }) => scheduleId)).toContain(scheduled.scheduleId);

	const [read] = output(await operate('get', byId(scheduled.scheduleId)), 'Message Scheduler');
	expect(read).toMatchObject({ scheduleId: scheduled.scheduleId, status: 'scheduled' });

	const later = inSeconds(7200);
	const [moved] = output(
		await operate('reschedule', { ...byId(scheduled.scheduleId), sendAt: later }),
		'Message Scheduler',
	);
	expect(moved).toMatchObject({ status: 'scheduled', scheduledAt: later });
	const pending = environment.sandbox
		.messages('chatWhatsApp')
		.filter(({ status }) => status === 'pending');
	expect(pending.map(({ scheduleId }) => scheduleId)).toEqual([moved.scheduleId]);

	const [cancelled] = output(await operate('cancel', byId(moved.scheduleId)), 'Message Scheduler');
	expect(cancelled).toMatchObject({ scheduleId: moved.scheduleId, status: 'cancelled' });

	const again = await operate('cancel', byId(moved.scheduleId));
	expect(again.error?.message).toMatch(/can no longer be cancelled: it is already cancelled/);
	const forgiving = await operate('cancel', {
		...byId(moved.scheduleId),
		options: { ifNotPending: 'return' },
	});
	expect(output(forgiving, 'Message Scheduler')).toMatchObject([{ status: 'cancelled' }]);
}, 60_000);

it('gives out one normalised event when the message is sent, and refuses a forged webhook', async () => {
	const { n8n, sandbox } = environment;
	const id = await n8n.createWorkflow(listening('Gateway'));
	await n8n.activate(id);
	const url = await n8n.productionWebhookUrl(id, 'Status');
	sandbox.setWebhook('chatWhatsApp', { url: `${url}?secret=${encodeURIComponent(SECRET)}` });

	const [scheduled] = await schedule({ sendAt: inSeconds(70) });
	const [execution] = await n8n.waitForExecutions(id, 1);
	const [event] = output(execution, 'Status');
	expect(event).toMatchObject({
		gateway: 'chatWhatsApp',
		channel: 'whatsapp',
		status: 'sent',
		statusRank: 30,
		isFinal: false,
		scheduleId: scheduled.scheduleId,
		recipient: '+919988066776',
	});

	const body = { event: 'message.sent', status: 'success', scheduledId: 'forged' };
	const forged = await axios.post(`${url}?secret=wrong`, body, { validateStatus: () => true });
	expect(forged.status).toBe(401);
	const list = await axios.post(`${url}?secret=${encodeURIComponent(SECRET)}`, [body], {
		validateStatus: () => true,
	});
	expect(list.status).toBe(400);
	await new Promise((resolve) => setTimeout(resolve, 500));
	expect(await n8n.executions(id)).toHaveLength(1);
}, 60_000);

it('reads a time without offset in the node’s timezone, then in the workflow’s', async () => {
	const wall = new Date(Date.now() + 3 * 3600_000).toISOString().slice(0, 16);
	const parameters = { recipient: '+919988066776', text: 'x', sendAt: `${wall}:00` };
	const over = await run('Gateway', { ...parameters, timezone: 'Pacific/Auckland' });
	// Auckland is half a day ahead of UTC: that clock time is over there.
	expect(over.error?.message).toMatch(/"Send At" is .* in Pacific\/Auckland, which passed/);

	const execution = await run('Gateway', parameters, {
		settings: { timezone: 'America/New_York' },
	});
	const [item] = output(execution, 'Message Scheduler');
	const [date, time] = wall.split('T');
	const day = String(Number(date.slice(-2)));
	expect(item.scheduledAtLocal).toMatch(
		new RegExp(`^\\w{3}, ${day} \\w{3} ${date.slice(0, 4)}, ${time}$`),
	);
	expect(item.timezone).toBe('America/New_York');
}, 60_000);

it('offers the pending messages in the list of the resource locator', async () => {
	const [scheduled] = await schedule({ text: 'A message to be found in the list' });
	const { results } = await environment.n8n.listSearch({
		nodeType: ACTION,
		method: 'searchScheduledMessages',
		path: 'scheduleId',
		credentials: { messageGatewayApi: 'Gateway' },
		filter: 'found in the list',
	});
	expect(results).toMatchObject([
		{ value: scheduled.scheduleId },
		{ name: expect.stringMatching(/^In a Data Table or PostgreSQL\? Choose By ID/) },
	]);
	expect(results[0].name).toMatch(/^\+919988066776 – .*A message to be found/);
}, 60_000);

it.each([
	['a wrong key', { chatWhatsAppApiKey: 'wask_wrong' }, /does not accept the credential.*API Key/s],
	['an unknown session', { chatWhatsAppSessionId: 'none' }, /session|Session/],
	['a host that nobody listens at', { chatWhatsAppUrl: 'http://127.0.0.1:9' }, /cannot be reached/],
	['a key of blanks', { chatWhatsAppApiKey: ' ' }, /"API Key" is empty/],
])('says in words what is wrong with a credential of %s', async (_, change, sentence) => {
	const good = credentialFor(environment.sandbox, 'chatWhatsApp');
	const bad = await environment.n8n.testCredential('messageGatewayApi', { ...good, ...change });
	expect(bad).toMatchObject({ status: 'Error', message: expect.stringMatching(sentence) });
	expect(await environment.n8n.testCredential('messageGatewayApi', good)).toMatchObject({
		status: 'OK',
	});
});

it('says that a session is not ready', async () => {
	environment.sandbox.setHealth('chatWhatsApp', 'qr_ready');
	const result = await environment.n8n.testCredential(
		'messageGatewayApi',
		credentialFor(environment.sandbox, 'chatWhatsApp'),
	);
	environment.sandbox.setHealth('chatWhatsApp', 'ready');
	expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(/QR code/) });
});

it('refuses to activate without a Webhook Secret, unless the user accepts that', async () => {
	const { n8n, sandbox } = environment;
	await n8n.createCredential('Open', 'messageGatewayApi', {
		...credentialFor(sandbox, 'chatWhatsApp'),
		webhookSecret: '',
	});
	const refused = await n8n.createWorkflow(listening('Open'));
	await expect(n8n.activate(refused)).rejects.toThrow(/"Webhook Secret" is empty/);
	const accepted = await n8n.createWorkflow(
		listening('Open', { options: { acceptUnauthenticated: true } }),
	);
	await n8n.activate(accepted);
	const url = await n8n.productionWebhookUrl(accepted, 'Status');
	const { status } = await axios.post(url, {
		event: 'message.sent',
		status: 'success',
		scheduledId: 'sched_1',
	});
	expect(status).toBe(200);
	await n8n.waitForExecutions(accepted, 1);
}, 60_000);

it('never repeats what an earlier try has done when Retry On Fail runs the node again', async () => {
	const { sandbox } = environment;
	const before = sandbox.messages('chatWhatsApp').length;
	const execution = await run(
		'Gateway',
		{
			recipient: '={{ $json.to }}',
			text: '={{ $json.text }}',
			sendAt: '={{ $now.plus(2, "hours") }}',
		},
		{
			items: [
				{ to: '+919988066701', text: 'one' },
				{ to: '+919988066702', text: 'two' },
				{ to: '+919988066703', text: 'three' },
			],
			node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 50 },
		},
	);
	expect(output(execution, 'Message Scheduler')).toHaveLength(3);
	expect(sandbox.messages('chatWhatsApp').length - before).toBe(3);
}, 60_000);

it.each(['continueRegularOutput', 'continueErrorOutput'])(
	'keeps the other items going with %s, and their columns as they are',
	async (onError) => {
		const bad = { to: 'nonsense', text: 'For the customer', message: 'Also', status: 'new' };
		const execution = await run(
			'Gateway',
			{ recipient: '={{ $json.to }}', text: '={{ $json.text }}', sendAt: inSeconds(3600) },
			{
				items: [
					bad,
					{ ...bad, to: '+919988066705' },
					// A column `error` of the user's own gives way: n8n knows items of an error by it.
					{ ...bad, error: 'of an earlier node' },
				],
				node: { onError } as never,
			},
		);
		const items = [0, 1].flatMap((index) => output(execution, 'Message Scheduler', { index }));
		const refused = (position: number) => ({
			...bad,
			error: expect.stringMatching(
				new RegExp(`^Item ${position} of 3: "Recipient" is "nonsense".*Use the `),
			),
		});
		const scheduled = expect.objectContaining({ status: 'scheduled', text: bad.text });
		expect(items).toEqual(
			onError === 'continueErrorOutput'
				? [scheduled, refused(1), refused(3)]
				: [refused(1), scheduled, refused(3)],
		);
		expect(output(execution, 'Message Scheduler')).toHaveLength(
			onError === 'continueErrorOutput' ? 1 : 3,
		);
	},
	60_000,
);
