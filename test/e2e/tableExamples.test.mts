import axios from 'axios';

import { output, type Json, type WorkflowJson } from '../../harness/client.mts';
import { readExample } from '../../harness/examples.mts';
import {
	credentialFor,
	inSeconds,
	itHolding as it,
	oneNode,
	startEnvironment,
	until,
	type Environment,
} from './environment.mts';
import { openMailbox } from './mailbox.mts';

const CREDENTIAL = 'Message Gateway account';

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment();
	await environment.n8n.createCredential(
		CREDENTIAL,
		'messageGatewayApi',
		credentialFor(environment.sandbox, 'whapi'),
	);
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

const create = async (file: string) => await environment.n8n.createWorkflow(readExample(file));

/** Runs an example from one of its triggers, as the editor does. */
async function run(file: string, trigger?: string) {
	const id = await create(file);
	const execution = await environment.n8n.runManually(id, { trigger, timeoutMs: 60_000 });
	expect(execution.error?.message).toBeUndefined();
	return (node: string) => output(execution, node);
}

const operate = async (operation: string, parameters: Json = {}) => {
	const id = await environment.n8n.createWorkflow(
		oneNode(CREDENTIAL, { operation, ...parameters }),
	);
	const execution = await environment.n8n.runManually(id);
	expect(execution.error?.message).toBeUndefined();
	return output(execution, 'Message Scheduler');
};

const schedule = async (text: string, sendAt: string, more: Json = {}) =>
	(await operate('schedule', { ...HELD, recipient: '+12025550142', text, sendAt, ...more }))[0];
const HELD = { storeIn: 'dataTable' };
const byId = (scheduleId: unknown) => ({ __rl: true, mode: 'id', value: scheduleId });
const get = async (scheduleId: unknown) =>
	(await operate('get', { scheduleId: byId(scheduleId) }))[0];
const sentTexts = () => environment.sandbox.messages('whapi').map(({ text }) => text);
const isPast = async (at: unknown) =>
	await until(
		() => Date.now(),
		(now) => now > Date.parse(String(at)),
	);

/** Activates a workflow that begins with a webhook and gives the address. */
async function serve(file: string, node: string): Promise<[id: string, url: string]> {
	const id = await create(file);
	await environment.n8n.activate(id);
	return [id, await environment.n8n.productionWebhookUrl(id, node)];
}

/** Posts to it and gives the outputs of the execution that comes of it. */
async function post(id: string, url: string, body: unknown, count = 1) {
	expect((await axios.post(url, body, { proxy: false })).status).toBe(200);
	const executions = await environment.n8n.waitForExecutions(id, count, { timeoutMs: 30_000 });
	const last = executions[count - 1];
	expect(last.error?.message).toBeUndefined();
	return (node: string) => output(last, node);
}

/** Runs *Send due messages* from its trigger, which may end as failed. */
async function sendDue(change: (workflow: WorkflowJson) => void = () => undefined) {
	const workflow = readExample('send-due-messages.json');
	change(workflow);
	const id = await environment.n8n.createWorkflow(workflow);
	return await environment.n8n.runManually(id, { trigger: 'Every Minute', timeoutMs: 60_000 });
}

const node = (workflow: WorkflowJson, name: string) =>
	workflow.nodes.find((each) => each.name === name)!;

/** Two messages that are due; the gateway will take one of them without an answer. */
async function twoOfWhichOneIsInDoubt(name: string) {
	const soon = inSeconds(6);
	await schedule(`${name} 1`, soon);
	const { scheduledAt } = await schedule(`${name} 2`, soon);
	await isPast(scheduledAt);
	environment.sandbox.faults.add({
		kind: 'errorAfter',
		method: 'POST',
		path: /messages/,
		times: 1,
	});
}

const timesAtGateway = (text: string) => sentTexts().filter((each) => each === text).length;

it('send-due-messages.json says what to do while no message was ever scheduled', async () => {
	const execution = await sendDue((workflow) => {
		Object.assign(node(workflow, 'Send Due'), { maxTries: 2, waitBetweenTries: 100 });
	});
	expect(execution).toMatchObject({ status: 'error', lastNode: 'Mark as Failed' });
	expect(execution.error?.message).toMatch(/"scheduled_messages".*schedule a message first/s);
}, 60_000);

it('send-due-messages.json sends what is due, and is no failed execution then', async () => {
	const good = await schedule('due now', inSeconds(6), {
		options: { ifTimePassed: 'sendEarliest' },
	});
	await isPast(good.scheduledAt);
	const execution = await sendDue();
	expect(execution.status).toBe('success');
	expect(output(execution, 'Send Due')).toMatchObject([
		{ text: 'due now', status: 'queued', attempts: 1 },
	]);
	expect(sentTexts()).toContain('due now');
	expect(execution.nodes['Mark as Failed']).toBeUndefined();
}, 60_000);

it('send-due-messages.json fails where a message was not sent, with the reason, and loses and repeats nothing', async () => {
	await twoOfWhichOneIsInDoubt('pair');
	const execution = await sendDue();
	environment.sandbox.faults.clear();
	expect(execution).toMatchObject({ status: 'error', lastNode: 'Mark as Failed' });
	const items = output(execution, 'Send Due');
	const [open] = items.filter(({ status }) => status === 'unconfirmed');
	const [good] = items.filter(({ status }) => status === 'queued');
	expect(open.scheduledAtLocal).toMatch(/^\w{3}, \d+ \w{3} \d{4}, \d\d:\d\d/);
	expect(execution.error?.message).toContain(
		`To +12025550142, ${String(open.scheduledAtLocal)}: unconfirmed. `,
	);
	expect(execution.error?.message).not.toMatch(/undefined|null|\[object/);
	const asTold = async () => {
		expect(await get(good.scheduleId)).toMatchObject({ status: 'queued' });
		expect(await get(open.scheduleId)).toMatchObject({ status: 'unconfirmed' });
		for (const text of ['pair 1', 'pair 2']) expect(timesAtGateway(text)).toBe(1);
	};
	await asTold();

	// What a person may do then: run it again, or retry the failed execution.
	expect((await sendDue()).status).toBe('success');
	await environment.n8n.request('POST', `/executions/${execution.id}/retry`, {
		loadWorkflow: false,
	});
	const [retried] = await environment.n8n.executions(execution.workflowId);
	expect(await environment.n8n.waitForExecution(retried.id)).toMatchObject({ mode: 'retry' });
	await asTold();
}, 120_000);

it('send-due-messages.json sends one e-mail with the reasons once that is set up', async () => {
	const mailbox = await openMailbox();
	try {
		await environment.n8n.createCredential('SMTP account', 'smtp', mailbox.credential);
		await twoOfWhichOneIsInDoubt('mailed');
		const execution = await sendDue((workflow) => {
			const mail = node(workflow, 'E-mail Me');
			mail.disabled = false;
			mail.credentials = { smtp: 'SMTP account' };
			Object.assign(mail.parameters!, { fromEmail: 'shop@example.com', toEmail: 'me@example.com' });
		});
		environment.sandbox.faults.clear();
		expect(mailbox.mails).toHaveLength(1);
		expect(mailbox.mails[0]).toMatch(/^To: me@example.com$/m);
		expect(mailbox.mails[0].replace(/=\n/g, '')).toMatch(/To \+12025550142, .*: unconfirmed\. ./);
		expect(execution).toMatchObject({ status: 'error', lastNode: 'Mark as Failed' });
		expect(execution.error?.message).toContain('To +12025550142');
	} finally {
		await mailbox.close();
	}
}, 90_000);

it('send-due-messages.json says when Send Due itself does not work, and when sending is paused', async () => {
	const refused = await sendDue((workflow) => {
		Object.assign(node(workflow, 'Send Due'), { maxTries: 2, waitBetweenTries: 100 });
		node(workflow, 'Send Due').parameters!.options = { runForAtMost: 0 };
	});
	expect(refused).toMatchObject({ status: 'error', lastNode: 'Mark as Failed' });
	expect(refused.error?.message).toMatch(/"Run For At Most" is "0"/);

	const waiting = await schedule('to be paused', inSeconds(6));
	await isPast(waiting.scheduledAt);
	environment.sandbox.faults.add({ kind: 'quota' });
	const paused = await sendDue();
	environment.sandbox.faults.clear();
	expect(paused.error?.message).toMatch(
		/^Sending with Message Gateway account is paused until \w{3}, \d+ \w{3} \d{4}, \d\d:\d\d.*: .+/,
	);
	expect(await get(waiting.scheduleId)).toMatchObject({ status: 'scheduled' });
	await operate('resume');
	await operate('cancel', { scheduleId: byId(waiting.scheduleId) });
}, 90_000);

it('send-due-messages.json sends by itself when it is active', async () => {
	const workflow = readExample('send-due-messages.json');
	const trigger = workflow.nodes.find(({ name }) => name === 'Every Minute')!;
	trigger.parameters = { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } };
	const id = await environment.n8n.createWorkflow(workflow);
	await environment.n8n.activate(id);
	await schedule('by itself', inSeconds(6));
	await until(sentTexts, (texts) => texts.includes('by itself'), 30_000);
	await environment.n8n.deactivate(id);
}, 60_000);

it('follow-statuses.json writes how far a message has come, or why it did not arrive', async () => {
	const id = await create('follow-statuses.json');
	await environment.n8n.activate(id);
	environment.sandbox.script('whapi', [{ status: 'failed', reason: 'Not on WhatsApp' }], {
		to: '12025550143',
	});
	const held = await schedule('to be followed', inSeconds(6));
	const lost = await schedule('for nobody', inSeconds(6), { recipient: '+12025550143' });
	await isPast(lost.scheduledAt);
	await run('send-due-messages.json', 'Every Minute');
	const row = async (scheduleId: unknown, wanted: string) =>
		await until(
			async () => await get(scheduleId),
			({ status }) => status === wanted,
			30_000,
		);
	expect(await row(held.scheduleId, 'read')).toMatchObject({ text: 'to be followed' });
	expect(await row(lost.scheduleId, 'failed')).toMatchObject({ failure: 'Not on WhatsApp' });
	const executions = await environment.n8n.waitForExecutions(id, 4);
	const took = (branch: string) =>
		executions.flatMap((execution) =>
			execution.nodes[branch] ? output(execution, branch).map(({ status }) => status) : [],
		);
	expect(took('Did Not Arrive')).toEqual(['failed']);
	expect(took('Arrived').sort()).toEqual(['delivered', 'read']);
	expect(took('On Its Way')).toEqual(['sent']);
	await environment.n8n.deactivate(id);
}, 90_000);

it('schedule-from-a-form.json tells the colleague when the message goes out, or why it does not', async () => {
	const id = await create('schedule-from-a-form.json');
	await environment.n8n.activate(id);
	const { nodes } = await environment.n8n.workflow(id);
	const url = `${environment.n8n.url}form/${nodes.find(({ name }) => name === 'Form')!.webhookId}`;
	const tomorrow = inSeconds(86_400).slice(0, 10);
	const http = axios.create({ proxy: false, timeout: 20_000 });
	/** Fills the form in as a browser does, and gives the words of the ending page. */
	const fill = async (phone: string, time: string) => {
		const form = new FormData();
		for (const [index, value] of [phone, 'Hello from a form', tomorrow, time].entries()) {
			form.append(`field-${index}`, value);
		}
		const { data } = await http.post<{ formWaitingUrl: string }>(url, form);
		// As n8n's page does: it asks until the execution waits, loads the ending, and lets it go on.
		const ending = new URL(data.formWaitingUrl);
		const status = new URL(ending);
		status.pathname += '/n8n-execution-status';
		await until(
			async () => (await http.get<string>(status.href)).data,
			(text) => text.trim() === 'form-waiting',
		);
		const page = (await http.get<string>(ending.href)).data;
		await http.post(ending.href);
		return page.replace(/&#x27;|&#39;/g, '’').replace(/&quot;/g, '"');
	};
	const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
	const good = await fill('+12025550101', '09:30');
	expect(good).toContain(`, ${day.format(new Date(tomorrow))}, 09:30 (UTC)`);
	expect(good).toMatch(/Scheduled for \w{3}, /);
	expect(good).toContain('To +12025550101: Hello from a form');
	const national = await fill('0151 2345678', '09:30');
	expect(national).toMatch(/Not scheduled: [^<]*"0151 2345678"[^<]*country code/);
	const clock = await fill('+12025550101', '9.30 pm');
	expect(clock).toMatch(/Not scheduled: [^<]*9\.30 pm/);
	const twice = await fill('+12025550101', '09:30');
	expect(twice).toMatch(/Scheduled for /);

	const executions = await environment.n8n.waitForExecutions(id, 4);
	expect(executions.map(({ status }) => status)).toEqual(Array(4).fill('success'));
	const [first, second] = [executions[0], executions[3]].map(
		(execution) => output(execution, 'Schedule')[0],
	);
	expect(first).toMatchObject({ status: 'scheduled', scheduledAt: `${tomorrow}T09:30:00.000Z` });
	expect(second.scheduleId).toBe(first.scheduleId);
	await environment.n8n.deactivate(id);
}, 90_000);

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
	await environment.n8n.deactivate(id);
}, 60_000);

it('daily-failure-digest.json tells what did not go out', async () => {
	environment.sandbox.faults.add({
		kind: 'status',
		status: 400,
		body: { error: { message: 'no' } },
	});
	const held = await schedule('refused', inSeconds(6));
	await isPast(held.scheduledAt);
	await operate('sendDue');
	environment.sandbox.faults.clear();
	expect(await get(held.scheduleId)).toMatchObject({ status: 'failed' });
	const given = await run('daily-failure-digest.json', 'Every Morning');
	const [digest] = given('Send Digest');
	expect(digest.text).toMatch(/not sent, or unclear, since yesterday:\n/);
	expect(digest.text).toMatch(/\+12025550142, .*: failed, .+/);
	expect(digest.text).toContain(`${String(held.scheduledAtLocal)}: failed`);
	expect(digest.text).not.toMatch(/undefined|null|T\d\d:|\[object/);
	expect(digest.recipient).toBe('+12025550199');
	const [again] = (await run('daily-failure-digest.json', 'Every Morning'))('Send Digest');
	expect(again.messageId).toBe(digest.messageId);
	expect(
		sentTexts().filter((text) => /not sent, or unclear, since yesterday/.test(text ?? '')),
	).toHaveLength(1);
}, 60_000);
