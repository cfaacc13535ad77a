import axios from 'axios';

import { output, type Json } from '../../rig/client.mts';
import { readExample } from '../../rig/examples.mts';
import {
	credentialFor,
	inSeconds,
	itHolding as it,
	oneNode,
	raiseStage,
	until,
	type Stage,
} from './stage.mts';

const CREDENTIAL = 'Message Gateway';

let stage: Stage;

beforeAll(async () => {
	stage = await raiseStage();
	await stage.n8n.createCredential(
		CREDENTIAL,
		'messageGatewayApi',
		credentialFor(stage.sandbox, 'whapi'),
	);
}, 300_000);

afterAll(async () => await stage?.close(), 60_000);

const create = async (file: string) => await stage.n8n.createWorkflow(readExample(file));

/** Runs an example from one of its triggers, as the editor does. */
async function run(file: string, trigger?: string) {
	const id = await create(file);
	const execution = await stage.n8n.runManually(id, { trigger, timeoutMs: 60_000 });
	expect(execution.error?.message).toBeUndefined();
	return (node: string) => output(execution, node);
}

const operate = async (operation: string, parameters: Json = {}) => {
	const id = await stage.n8n.createWorkflow(oneNode(CREDENTIAL, { operation, ...parameters }));
	const execution = await stage.n8n.runManually(id);
	expect(execution.error?.message).toBeUndefined();
	return output(execution, 'Message Scheduler');
};

const schedule = async (text: string, sendAt: string, more: Json = {}) =>
	(await operate('schedule', { ...HELD, recipient: '+12025550142', text, sendAt, ...more }))[0];
const HELD = { holdIn: 'dataTable' };
const get = async (scheduleId: unknown) =>
	(await operate('get', { scheduleId: { __rl: true, mode: 'id', value: scheduleId } }))[0];
const sentTexts = () => stage.sandbox.messages('whapi').map(({ text }) => text);
const isPast = async (at: unknown) =>
	await until(
		() => Date.now(),
		(now) => now > Date.parse(String(at)),
	);

/** Activates a workflow that begins with a webhook and gives the address. */
async function serve(file: string, node: string): Promise<[id: string, url: string]> {
	const id = await create(file);
	await stage.n8n.activate(id);
	return [id, await stage.n8n.productionWebhookUrl(id, node)];
}

/** Posts to it and gives the outputs of the execution that comes of it. */
async function post(id: string, url: string, body: unknown, count = 1) {
	expect((await axios.post(url, body, { proxy: false })).status).toBe(200);
	const executions = await stage.n8n.waitForExecutions(id, count, { timeoutMs: 30_000 });
	const last = executions[count - 1];
	expect(last.error?.message).toBeUndefined();
	return (node: string) => output(last, node);
}

it('send-due-messages.json sends what is due, tells what is not sent, and when nothing works', async () => {
	const good = await schedule('due now', inSeconds(6), {
		options: { ifTimePassed: 'sendEarliest' },
	});
	await isPast(good.scheduledAt);
	const given = await run('send-due-messages.json', 'Every Minute');
	expect(given('Send Due')).toMatchObject([{ text: 'due now', status: 'queued', attempts: 1 }]);
	expect(sentTexts()).toContain('due now');

	stage.sandbox.faults.add({ kind: 'errorAfter', path: /messages/ });
	const open = await schedule('open', inSeconds(6), { options: { ifTimePassed: 'sendEarliest' } });
	await isPast(open.scheduledAt);
	const left = await run('send-due-messages.json', 'Every Minute');
	stage.sandbox.faults.clear();
	expect(left('Tell Somebody')).toMatchObject([
		{ note: expect.stringMatching(/^The message to \+12025550142 of .* is unconfirmed: .+/) },
	]);

	const broken = readExample('send-due-messages.json');
	const node = broken.nodes.find(({ name }) => name === 'Send Due')!;
	Object.assign(node, { maxTries: 2, waitBetweenTries: 100 });
	node.parameters!.options = { runForAtMost: 0 };
	const id = await stage.n8n.createWorkflow(broken);
	const execution = await stage.n8n.runManually(id, { trigger: 'Every Minute' });
	expect(output(execution, 'Tell the Administrator')).toMatchObject([
		{ note: expect.stringMatching(/did not work.*"Run For At Most" is "0"/) },
	]);
}, 90_000);

it('send-due-messages.json sends by itself when it is active', async () => {
	const workflow = readExample('send-due-messages.json');
	const trigger = workflow.nodes.find(({ name }) => name === 'Every Minute')!;
	trigger.parameters = { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } };
	const id = await stage.n8n.createWorkflow(workflow);
	await stage.n8n.activate(id);
	await schedule('by itself', inSeconds(6));
	await until(sentTexts, (texts) => texts.includes('by itself'), 30_000);
	await stage.n8n.deactivate(id);
}, 60_000);

it('track-status.json writes how far a message has come', async () => {
	const id = await create('track-status.json');
	await stage.n8n.activate(id);
	const held = await schedule('to be tracked', inSeconds(6));
	await isPast(held.scheduledAt);
	await run('send-due-messages.json', 'Every Minute');
	const row = await until(
		async () => await get(held.scheduleId),
		({ status }) => status === 'read',
		30_000,
	);
	expect(row).toMatchObject({ status: 'read', text: 'to be tracked' });
	await stage.n8n.deactivate(id);
}, 90_000);

it('schedule-from-a-form.json schedules what was filled in, and says what cannot be', async () => {
	const id = await create('schedule-from-a-form.json');
	await stage.n8n.activate(id);
	const { nodes } = await stage.n8n.workflow(id);
	const url = `${stage.n8n.url}form/${nodes.find(({ name }) => name === 'Form')!.webhookId}`;
	const tomorrow = inSeconds(86_400).slice(0, 10);
	const fill = async (phone: string) => {
		const form = new FormData();
		for (const [index, value] of [phone, 'Hello from a form', tomorrow, '09:30'].entries()) {
			form.append(`field-${index}`, value);
		}
		expect((await axios.post(url, form, { proxy: false })).status).toBe(200);
	};
	await fill('+12025550101');
	const [execution] = await stage.n8n.waitForExecutions(id, 1);
	expect(output(execution, 'Schedule')).toMatchObject([
		{
			text: 'Hello from a form',
			heldBy: 'n8n',
			status: 'scheduled',
			scheduledAt: `${tomorrow}T09:30:00.000Z`,
		},
	]);
	await fill('0202555');
	const [, refused] = await stage.n8n.waitForExecutions(id, 2);
	expect(output(refused, 'Tell Somebody')).toMatchObject([
		{ note: expect.stringMatching(/^Not scheduled: .*country code/) },
	]);
	await stage.n8n.deactivate(id);
}, 60_000);

it('schedule-a-list.json spreads a list over the working day, and makes nothing twice', async () => {
	const first = (await run('schedule-a-list.json'))('Schedule');
	expect(first).toHaveLength(3);
	const times = first.map(({ scheduledAt }) => Date.parse(String(scheduledAt)));
	expect(times[1] - times[0]).toBe(60_000);
	expect(times[2] - times[1]).toBe(60_000);
	for (const time of times) {
		expect(new Date(time).getUTCHours()).toBe(9);
		expect([0, 6]).not.toContain(new Date(time).getUTCDay());
	}
	const second = (await run('schedule-a-list.json'))('Schedule');
	const ids = (items: Json[]) => items.map(({ scheduleId }) => scheduleId);
	expect(ids(second)).toEqual(ids(first));
}, 60_000);

it('appointment-reminder.json reminds a day before, and cancels when it is called off', async () => {
	const [id, url] = await serve('appointment-reminder.json', 'Appointment');
	const appointment = (name: string, status: string) => ({
		id: name,
		phone: '+12025550107',
		startsAt: inSeconds(7 * 86_400),
		status,
	});
	const booked = await post(id, url, appointment('A-1042', 'booked'), 1);
	const [reminder] = booked('Schedule Reminder');
	expect(reminder).toMatchObject({ reference: 'A-1042', status: 'scheduled' });
	const ahead = Date.parse(String(reminder.scheduledAt)) - Date.now();
	expect(ahead / 3_600_000).toBeCloseTo(6 * 24, 1);
	const other = await post(id, url, appointment('A-1043', 'booked'), 2);
	const off = await post(id, url, appointment('A-1042', 'cancelled'), 3);
	expect(off('Cancel')).toMatchObject([{ reference: 'A-1042', status: 'cancelled' }]);
	expect(await get(other('Schedule Reminder')[0].scheduleId)).toMatchObject({
		status: 'scheduled',
	});
	await stage.n8n.deactivate(id);
}, 60_000);

it('cancel-on-reply.json cancels all that is pending for who replies, and nothing else', async () => {
	const [id, url] = await serve('cancel-on-reply.json', 'Reply');
	const at = inSeconds(86_400);
	const mine = [
		await schedule('first reminder', at, { recipient: '+12025550155' }),
		await schedule('second reminder', at, { recipient: '+12025550155' }),
	];
	const other = await schedule('for another', at, { recipient: '+12025550156' });
	const replied = await post(id, url, { from: '+1 (202) 555-0155', text: 'Yes' });
	expect(replied('Cancel').map(({ scheduleId }) => scheduleId)).toEqual(
		mine.map(({ scheduleId }) => scheduleId),
	);
	for (const { scheduleId } of mine) {
		expect(await get(scheduleId)).toMatchObject({ status: 'cancelled' });
	}
	expect(await get(other.scheduleId)).toMatchObject({ status: 'scheduled' });
	await stage.n8n.deactivate(id);
}, 60_000);

it('daily-failure-digest.json tells what did not go out', async () => {
	stage.sandbox.faults.add({ kind: 'status', status: 400, body: { error: { message: 'no' } } });
	const held = await schedule('refused', inSeconds(6));
	await isPast(held.scheduledAt);
	await operate('sendDue');
	stage.sandbox.faults.clear();
	expect(await get(held.scheduleId)).toMatchObject({ status: 'failed' });
	const given = await run('daily-failure-digest.json', 'Every Morning');
	const [digest] = given('Send Digest');
	expect(digest.text).toMatch(/not sent since yesterday:\n/);
	expect(digest.text).toMatch(/\+12025550142, .*: failed, .+/);
	expect(digest.recipient).toBe('+12025550199');
}, 60_000);
