import { output, type Json } from '../../rig/client.mts';
import { gateways } from '../../gateways/registry';
import {
	chain,
	credentialFor,
	inSeconds,
	listening,
	oneNode,
	raiseStage,
	TRIGGER,
	ACTION,
	until,
	type Stage,
} from './stage.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await raiseStage({}, { clockFactor: 600 });
	for (const { id } of gateways) {
		await stage.n8n.createCredential(id, 'messageGatewayApi', credentialFor(stage.sandbox, id));
	}
}, 300_000);

afterAll(async () => await stage?.close(), 60_000);

const run = async (...args: Parameters<typeof oneNode>) => {
	const id = await stage.n8n.createWorkflow(oneNode(...args));
	return await stage.n8n.runManually(id);
};
const operate = async (gateway: string, operation: string, parameters: Json = {}) => {
	const execution = await run(gateway, { operation, ...parameters });
	if (execution.error) throw new Error(`${operation}: ${JSON.stringify(execution.error)}`);
	return output(execution, 'Message Scheduler');
};
const byId = (value: unknown) => ({ scheduleId: { __rl: true, mode: 'id', value } });
const IN_TABLE = { holdIn: 'dataTable' };
/** Counted from when the node runs, however busy the machine is. */
const SOON = '={{ $now.plus(2, "seconds") }}';

describe.each(gateways.map(({ id }) => id))('held in n8n for %s', (gateway) => {
	it('schedules, lists, reads, moves, cancels, and sends what is due, once', async () => {
		const parameters = { ...IN_TABLE, recipient: '+919988066776', text: `to ${gateway}` };
		const far = inSeconds(400 * 86_400);
		const [held] = await operate(gateway, 'schedule', { ...parameters, sendAt: far });
		expect(held).toMatchObject({
			heldBy: 'n8n',
			gateway,
			status: 'scheduled',
			scheduledAt: far,
			recipient: { phone: '+919988066776', kind: 'phone' },
			text: `to ${gateway}`,
		});
		expect(held.scheduleId).toMatch(/^n8n_/);

		const [read] = await operate(gateway, 'get', byId(held.scheduleId));
		expect(read).toEqual({ ...held, adjusted: undefined });
		const listed = await operate(gateway, 'getAll', {
			...IN_TABLE,
			filters: { status: 'scheduled' },
		});
		expect(listed.map(({ scheduleId }) => scheduleId)).toEqual([held.scheduleId]);

		expect(await operate(gateway, 'sendDue')).toEqual([]);

		const [moved] = await operate(gateway, 'reschedule', {
			...byId(held.scheduleId),
			sendAt: SOON,
		});
		expect(moved).toMatchObject({ scheduleId: held.scheduleId, status: 'scheduled' });
		const soon = String(moved.scheduledAt);
		expect(Date.parse(soon)).toBeLessThan(Date.parse(far));

		const [other] = await operate(gateway, 'schedule', { ...parameters, sendAt: far });
		const [cancelled] = await operate(gateway, 'cancel', byId(other.scheduleId));
		expect(cancelled).toMatchObject({ scheduleId: other.scheduleId, status: 'cancelled' });
		const again = await run(gateway, { operation: 'cancel', ...byId(other.scheduleId) });
		expect(again.error?.message).toMatch(/already cancelled/);

		const sentBefore = stage.sandbox.messages(gateway as never).length;
		await until(
			() => Date.now(),
			(now) => now > Date.parse(soon),
		);
		const dispatched = await Promise.all([
			operate(gateway, 'sendDue'),
			operate(gateway, 'sendDue'),
		]);
		expect(dispatched.flat()).toMatchObject([{ scheduleId: held.scheduleId, attempts: 1 }]);
		expect(['sent', 'queued']).toContain(dispatched.flat()[0].status);
		await stage.sandbox.idle({ ignoreScheduled: true });
		expect(stage.sandbox.messages(gateway as never).length - sentBefore).toBe(1);
	}, 60_000);
});

it('writes the way of a message into the table, and a late status changes nothing', async () => {
	const { n8n, sandbox } = stage;
	const gateway = 'whapi';
	const tracker = await n8n.createWorkflow({
		nodes: [
			{
				name: 'Status',
				type: TRIGGER,
				parameters: { statuses: ['sent', 'delivered', 'read'] },
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

it('schedules a list of 1,000 in one insert and leaves no row in the list of executions', async () => {
	const items = Array.from({ length: 1_000 }, (_, index) => ({ to: `+9199880${10_000 + index}` }));
	const id = await stage.n8n.createWorkflow(
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
	const execution = await stage.n8n.runManually(id);
	const scheduled = output(execution, 'Message Scheduler');
	expect(scheduled).toHaveLength(1_000);
	expect(new Set(scheduled.map(({ scheduleId }) => scheduleId)).size).toBe(1_000);
	expect(scheduled.map(({ recipient }) => (recipient as Json).phone)).toEqual(
		items.map(({ to }) => to),
	);
	expect(await stage.n8n.executions(id)).toHaveLength(1);
}, 90_000);

it('says what is wrong with a table of other columns', async () => {
	await stage.n8n.createWorkflow(listening('whapi'));
	const project = await stage.n8n.request<{ id: string }>('GET', '/projects/personal');
	await stage.n8n.request('POST', `/projects/${project.id}/data-tables`, {
		name: 'recipes',
		columns: [{ name: 'dish', type: 'string' }],
	});
	const execution = await run('whapi', {
		...IN_TABLE,
		dataTable: 'recipes',
		recipient: '+919988066776',
		text: 'x',
		sendAt: inSeconds(60),
	});
	expect(execution.error?.message).toMatch(/"Data Table" is "recipes", a table that lacks columns/);
}, 60_000);
