import { output, type Json } from '../../harness/client.mts';
import { gateways } from '../../gateways/registry';
import { createTable } from '../../harness/tables.mts';
import {
	ACTION,
	CAN_HOLD,
	chain,
	credentialFor,
	inSeconds,
	itHolding as it,
	listening,
	oneNode,
	startEnvironment,
	SECRET,
	TRIGGER,
	until,
	type Environment,
} from './environment.mts';
import { byId, expectAllOperations, IN_TABLE, operationsOn, SOON } from './tableOperations.mts';

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment({}, { clockFactor: 600 });
	for (const { id } of gateways) {
		await environment.n8n.createCredential(
			id,
			'messageGatewayApi',
			credentialFor(environment.sandbox, id),
		);
	}
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

const { run, operate } = operationsOn(() => environment.n8n);

describe.each(gateways.map(({ id }) => id))('held in n8n for %s', (gateway) => {
	it('schedules, lists, reads, moves, cancels, and sends what is due, once', async () => {
		await expectAllOperations(environment, gateway);
	}, 60_000);
});

it('writes the way of a message into the table, and a late status changes nothing', async () => {
	const { n8n, sandbox } = environment;
	const gateway = 'whapi';
	const tracker = await n8n.createWorkflow({
		nodes: [
			{
				name: 'Status',
				type: TRIGGER,
				typeVersion: 2,
				parameters: { events: ['sent', 'delivered', 'read'] },
				credentials: { messageGatewayApi: gateway },
			},
			{
				name: 'Record',
				type: ACTION,
				parameters: { operation: 'recordStatus' },
				credentials: { messageGatewayApi: gateway },
			},
		],
		connections: chain('Status', 'Record'),
	});
	await n8n.activate(tracker);
	const [held] = await operate(gateway, 'schedule', {
		...IN_TABLE,
		recipient: '+919988066777',
		text: 'to be followed',
		sendAt: SOON,
	});
	await until(
		() => Date.now(),
		(now) => now > Date.parse(String(held.scheduledAt)),
	);
	const [sent] = await operate(gateway, 'sendDue');
	const read = async () => (await operate(gateway, 'get', byId(held.scheduleId)))[0];
	await until(read, ({ status }) => status === 'read', 30_000);
	sandbox.post(gateway as never, {
		statuses: [
			{
				id: sent.messageId,
				code: 2,
				status: 'sent',
				recipient_id: '919988066777@s.whatsapp.net',
				timestamp: '1712995378',
			},
		],
		event: { type: 'statuses', event: 'post' },
		channel_id: sandbox.accounts.whapi.channelId,
	});
	await sandbox.idle({ ignoreScheduled: true });
	expect(await read()).toMatchObject({ status: 'read', messageId: sent.messageId });
	await n8n.deactivate(tracker);
}, 90_000);

it('brings the statuses of messages that a gateway queues into their rows, early ones too', async () => {
	const { n8n, sandbox } = environment;
	const gateway = 'hypersenderWhatsApp';
	const tracker = await n8n.createWorkflow({
		nodes: [
			{
				name: 'Status',
				type: TRIGGER,
				typeVersion: 2,
				parameters: { events: ['sent', 'delivered', 'read'] },
				credentials: { messageGatewayApi: gateway },
			},
			{
				name: 'Record',
				type: ACTION,
				parameters: { operation: 'recordStatus' },
				credentials: { messageGatewayApi: gateway },
			},
		],
		connections: chain('Status', 'Record'),
	});
	await n8n.activate(tracker);
	sandbox.setWebhook(gateway, {
		url: await n8n.productionWebhookUrl(tracker, 'Status'),
		secret: SECRET,
	});
	const held: Json[] = [];
	for (const recipient of ['+919988066781', '+919988066782', '+919988066783']) {
		held.push(
			...(await operate(gateway, 'schedule', {
				...IN_TABLE,
				recipient,
				text: 'to be followed',
				sendAt: SOON,
			})),
		);
	}
	await until(
		() => Date.now(),
		(now) => now > Date.parse(String(held[2].scheduledAt)),
	);
	await operate(gateway, 'sendDue');
	await sandbox.idle({ ignoreScheduled: true });
	// What came before its message had an id is recorded by the next run.
	const statuses = async () => {
		await operate(gateway, 'sendDue');
		const rows = await Promise.all(
			held.map(async ({ scheduleId }) => (await operate(gateway, 'get', byId(scheduleId)))[0]),
		);
		return rows.map(({ status }) => status).join();
	};
	await until(
		statuses,
		(all) => all === 'read,read,read' || all === 'played,played,played',
		60_000,
	);
	await n8n.deactivate(tracker);
	sandbox.setWebhook(gateway, null);
}, 180_000);

it('schedules a list of 1,000 in one insert and leaves no row in the list of executions', async () => {
	const items = Array.from({ length: 1_000 }, (_, index) => ({ to: `+9199880${10_000 + index}` }));
	const id = await environment.n8n.createWorkflow(
		oneNode(
			'whapi',
			{
				...IN_TABLE,
				dataTable: 'a_long_list',
				recipient: '={{ $json.to }}',
				text: 'hello',
				sendAt: inSeconds(86_400),
			},
			{ items },
		),
	);
	const execution = await environment.n8n.runManually(id);
	const scheduled = output(execution, 'Message Scheduler');
	expect(scheduled).toHaveLength(1_000);
	expect(new Set(scheduled.map(({ scheduleId }) => scheduleId)).size).toBe(1_000);
	expect(scheduled.map(({ recipient }) => recipient)).toEqual(items.map(({ to }) => to));
	expect(await environment.n8n.executions(id)).toHaveLength(1);
}, 90_000);

it('says what is wrong with a table of other columns', async () => {
	await environment.n8n.createWorkflow(listening('whapi'));
	await createTable(environment.n8n, 'recipes', [{ name: 'dish', type: 'string' }]);
	const execution = await run('whapi', {
		...IN_TABLE,
		dataTable: 'recipes',
		recipient: '+919988066776',
		text: 'x',
		sendAt: inSeconds(60),
	});
	expect(execution.error?.message).toMatch(
		/"Data Table" is "recipes", which is a table for other data: it lacks \d+ columns for messages, among them/,
	);
}, 60_000);

if (!CAN_HOLD) {
	test('says that this n8n cannot hold messages, and what can be done', async () => {
		const execution = await run('whapi', {
			...IN_TABLE,
			recipient: '+919988066776',
			text: 'x',
			sendAt: inSeconds(60),
		});
		expect(execution.error).toMatchObject({
			message: expect.stringMatching(/cannot create tables before n8n 2\.3/),
			description: expect.stringMatching(/^Update n8n, or set "Store Messages In" to "Gateway"/),
		});
	}, 60_000);
}
