import axios from 'axios';
import { output, type Json, type WorkflowJson } from '../../harness/client.mts';
import { readExample } from '../../harness/examples.mts';
import { readRows } from '../../harness/tables.mts';
import {
	credentialFor,
	inSeconds,
	itHolding as it,
	oneNode,
	startEnvironment,
	until,
	type Environment,
} from './environment.mts';

/** The examples about answers, as they are, on a real n8n: people answer at the sandbox. */
const CREDENTIAL = 'Message Gateway account';
const SMS = 'SMS Gateway account';
const GATEWAY = 'whapi';
const ANNA = '+12025550101';
const BEN = '+12025550102';
const IN_TABLE = { storeIn: 'dataTable' };

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment();
	const { n8n, sandbox } = environment;
	await n8n.createCredential(CREDENTIAL, 'messageGatewayApi', credentialFor(sandbox, GATEWAY));
	await n8n.createCredential(SMS, 'messageGatewayApi', credentialFor(sandbox, 'hypersenderSms'));
}, 300_000);
afterAll(async () => await environment?.close(), 60_000);

const active: string[] = [];
afterEach(async () => {
	for (const id of active.splice(0)) await environment.n8n.deactivate(id);
});

async function publish(
	file: string,
	change: (workflow: WorkflowJson) => void = () => {},
): Promise<string> {
	const workflow = readExample(file);
	change(workflow);
	const id = await environment.n8n.createWorkflow(workflow);
	await environment.n8n.activate(id);
	active.push(id);
	return id;
}

const run = async (parameters: Json): Promise<Json[]> => {
	const id = await environment.n8n.createWorkflow(oneNode(CREDENTIAL, parameters));
	const execution = await environment.n8n.runManually(id);
	expect(execution.error?.message).toBeUndefined();
	return output(execution, 'Message Scheduler');
};

const remind = async (recipient: string, text: string, options: Json = {}) =>
	(await run({ ...IN_TABLE, recipient, text, sendAt: inSeconds(86_400), options }))[0];

const answer = (from: string, text: string) =>
	environment.sandbox.receive(GATEWAY, { from: from.slice(1), text });

const sentTo = (recipient: string, gateway: 'whapi' | 'hypersenderSms' = GATEWAY) =>
	environment.sandbox
		.messages(gateway)
		.filter(({ to }) => to.replace(/\D/g, '') === recipient.slice(1))
		.map(({ text }) => text);

const statusOf = async (text: string) =>
	(await readRows(environment.n8n)).find((row) => row.text === text)?.status;

const succeeded = async (id: string, count: number) =>
	await until(
		async () => await environment.n8n.executions(id),
		(all) => all.filter(({ status }) => status === 'success').length >= count,
		60_000,
	);

it('cancel-on-reply: cancels what is pending for who has answered, and for nobody else', async () => {
	await remind(ANNA, 'cancelled by an answer');
	await remind(ANNA, 'cancelled as well');
	await remind(BEN, 'not cancelled');
	const id = await publish('cancel-on-reply.json');
	answer(ANNA, 'Tuesday is fine');
	await succeeded(id, 1);
	expect(await statusOf('cancelled by an answer')).toBe('cancelled');
	expect(await statusOf('cancelled as well')).toBe('cancelled');
	expect(await statusOf('not cancelled')).toBe('scheduled');
	// Nothing is left to be cancelled, which is no error.
	answer(ANNA, 'Thank you');
	await succeeded(id, 2);
	expect(await statusOf('not cancelled')).toBe('scheduled');
}, 120_000);

it('confirm-appointment: two reminders; YES ends them, NO tells a person, silence changes nothing', async () => {
	const id = await publish('confirm-appointment.json');
	const execution = await environment.n8n.runManually(id, { trigger: 'Every Morning' });
	expect(execution.error?.message).toBeUndefined();
	const [first] = output(execution, 'First Reminder');
	const [second] = output(execution, 'Second Reminder');
	expect(first).toMatchObject({ status: 'scheduled', recipient: ANNA });
	expect(second.group).toBe(first.group);
	expect(Date.parse(String(second.scheduledAt)) - Date.parse(String(first.scheduledAt))).toBe(
		8 * 3_600_000,
	);
	const again = await environment.n8n.runManually(id, { trigger: 'Every Morning' });
	expect(output(again, 'First Reminder')[0].scheduleId).toBe(first.scheduleId);

	answer(BEN, 'What?');
	answer(ANNA, 'Yes!');
	await until(
		() => sentTo(ANNA),
		(texts) => texts.some((text) => text?.startsWith('Thank you')),
		60_000,
	);
	expect(await statusOf(String(first.text))).toBe('cancelled');
	expect(await statusOf(String(second.text))).toBe('cancelled');
	expect(sentTo('+12025550199')).toEqual([]);
	// Who has no appointment is answered nothing, and other messages stay.
	answer(BEN, 'No!');
	await succeeded(id, 5);
	expect(sentTo('+12025550199')).toEqual([]);
	await remind(BEN, 'an invoice');
	const group = 'appointment-of-ben';
	await remind(BEN, 'a first reminder', { reference: 'appointment', group });
	await remind(BEN, 'a second reminder', { reference: 'appointment', group });
	answer(BEN, ' no 😢 ');
	await until(
		() => sentTo('+12025550199'),
		(texts) => texts.length > 0,
		60_000,
	);
	await succeeded(id, 6);
	expect(sentTo('+12025550199')).toEqual([`${BEN} cannot come (${group}). Please call back.`]);
	expect(await statusOf('a second reminder')).toBe('cancelled');
	expect(await statusOf('an invoice')).toBe('scheduled');
	expect(sentTo(BEN)).toEqual([]);
}, 180_000);

it('stop-words: STOP lists the person and cancels, START takes them off', async () => {
	await remind(BEN, 'stopped');
	const id = await publish('stop-words.json');
	answer(ANNA, 'please do not stop');
	answer(BEN, 'Stop!');
	await until(
		async () => await statusOf('stopped'),
		(status) => status === 'cancelled',
		60_000,
	);
	await succeeded(id, 2);
	const listed = async () =>
		(await run({ resource: 'doNotContact', operation: 'getAll', ...IN_TABLE })).map(
			({ recipient }) => recipient,
		);
	expect(await listed()).toEqual([BEN]);
	const refused = await environment.n8n.runManually(
		await environment.n8n.createWorkflow(
			oneNode(CREDENTIAL, { ...IN_TABLE, recipient: BEN, text: 'x', sendAt: inSeconds(99) }),
		),
	);
	expect(refused.error?.message).toContain('Do Not Contact');
	answer(BEN, 'START');
	await until(listed, (people) => people.length === 0, 60_000);
}, 180_000);

it('wait-for-answer: goes on with the answer, or without one', async () => {
	const auth = { username: 'shop', password: 'a-password' };
	await environment.n8n.createCredential('Who may ask', 'httpBasicAuth', {
		user: auth.username,
		password: auth.password,
	});
	const id = await publish('wait-for-answer.json', ({ nodes }) => {
		nodes.find(({ name }) => name === 'Question')!.credentials = { httpBasicAuth: 'Who may ask' };
	});
	await environment.n8n.runManually(id, { trigger: 'By Hand' });
	const url = await environment.n8n.productionWebhookUrl(id, 'Question');
	const question = { phone: ANNA, question: 'Shall we deliver on Friday?' };
	await expect(axios.post(url, question)).rejects.toThrow(/40[13]/);
	await axios.post(url, question, { auth });
	await until(
		async () => await readRows(environment.n8n, 'waiting_for_answers').catch(() => []),
		(rows) => rows.length === 1,
		60_000,
	);
	expect(sentTo(ANNA)).toContain('Shall we deliver on Friday?');
	answer(ANNA, 'Friday is fine');
	const answered = await until(
		async () => {
			const all = await environment.n8n.executions(id);
			const done = all.filter(({ status }) => status === 'success');
			const runs = await Promise.all(
				done.map(async (one) => await environment.n8n.execution(one.id)),
			);
			return runs.flatMap((one) => ('Answered' in one.nodes ? output(one, 'Answered') : []));
		},
		(items) => items.length > 0,
		60_000,
	);
	expect(answered).toMatchObject([{ answer: 'Friday is fine', phone: ANNA }]);
	await until(
		async () => await readRows(environment.n8n, 'waiting_for_answers'),
		(rows) => rows.length === 0,
		60_000,
	);
}, 180_000);

it('fallback-to-sms: sends what was not delivered as SMS, once', async () => {
	const { n8n } = environment;
	const text = 'Your table is ready';
	await run({
		...IN_TABLE,
		recipient: '+12025550177',
		text,
		sendAt: inSeconds(-1),
		options: { ifTimePassed: 'sendEarliest' },
	});
	await until(
		async () => {
			await run({ operation: 'sendDue' });
			return sentTo('+12025550177').length;
		},
		(count) => count === 1,
		60_000,
	);
	const workflow = readExample('fallback-to-sms.json');
	const list = workflow.nodes.find(({ name }) => name === 'Not Delivered')!;
	const filters = list.parameters!.filters as Json;
	// Sixty minutes in the example; nobody waits for them here.
	list.parameters!.filters = { ...filters, notDeliveredForMinutes: 0.01 };
	const id = await n8n.createWorkflow(workflow);
	const listed = async () => {
		const execution = await n8n.runManually(id);
		expect(execution.error?.message).toBeUndefined();
		return output(execution, 'Not Delivered').map((item) => item.text);
	};
	await until(listed, (texts) => texts.includes(text), 60_000);
	expect(await listed()).toContain(text);
	expect(sentTo('+12025550177', 'hypersenderSms')).toEqual([text]);
}, 180_000);
