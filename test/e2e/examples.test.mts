import { formatLocalTime } from '../../messages/sendTime';
import { output, type Json } from '../../harness/client.mts';
import { exampleFiles, readExample } from '../../harness/examples.mts';
import {
	ACTION,
	credentialFor,
	inSeconds,
	itHolding,
	oneNode,
	startEnvironment,
	SECRET,
	TRIGGER,
	until,
	type Environment,
} from './environment.mts';

const CREDENTIAL = 'Message Gateway account';
/** Of an example that needs two gateways. */
const SMS = 'SMS Gateway account';

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment();
	await environment.n8n.createCredential(
		CREDENTIAL,
		'messageGatewayApi',
		credentialFor(environment.sandbox, 'chatWhatsApp'),
	);
	await environment.n8n.createCredential(
		SMS,
		'messageGatewayApi',
		credentialFor(environment.sandbox, 'hypersenderSms'),
	);
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

const run = async (file: string) => {
	const id = await environment.n8n.createWorkflow(readExample(file));
	const execution = await environment.n8n.runManually(id);
	expect(execution.error?.message).toBeUndefined();
	return (node: string) => output(execution, node);
};

const hoursFromNow = ({ scheduledAt }: Json) =>
	(Date.parse(String(scheduledAt)) - Date.now()) / 3_600_000;

const ours = ({ type }: { type: string }) => [ACTION, `${ACTION}Tool`, TRIGGER].includes(type);

describe.each(exampleFiles())('%s', (file) => {
	it('has the form in which the editor exports, and a sticky note that explains it', () => {
		const { nodes, meta, ...workflow } = readExample(file);
		expect(workflow).toMatchObject({
			active: false,
			pinData: {},
			settings: { executionOrder: 'v1' },
		});
		expect(meta).toBeUndefined();
		expect(workflow.id).toBeUndefined();
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		expect(nodes.map(({ type }) => type)).toContain('n8n-nodes-base.stickyNote');
	});

	it('names the credential, and holds no id of somebody’s own', () => {
		for (const { credentials } of readExample(file).nodes.filter(ours)) {
			const { name } = (credentials as { messageGatewayApi: { name: string } }).messageGatewayApi;
			expect(credentials).toEqual({ messageGatewayApi: { id: null, name } });
			expect(file === 'fallback-to-sms.json' ? [CREDENTIAL, SMS] : [CREDENTIAL]).toContain(name);
		}
	});

	it('takes only nodes and parameters that this n8n has', async () => {
		const { nodes, settings } = readExample(file);
		const known = await environment.n8n.nodeTypes();
		for (const { type, typeVersion } of nodes) {
			const description = known.find(
				({ name, version }) => name === type && [version].flat().includes(typeVersion ?? 1),
			);
			expect([type, description?.name]).toEqual([type, type]);
		}
		for (const { type, parameters = {} } of nodes.filter(ours)) {
			const properties = known.find(({ name }) => name === type)?.properties ?? [];
			const names = properties.map(({ name }) => name);
			expect(names).toEqual(expect.arrayContaining(Object.keys(parameters)));
		}
		// As the editor imports: n8n itself finds the credential by its name, before 2 only in a project
		// that is named.
		const project = await environment.n8n.request<{ id: string }>('GET', '/projects/personal');
		const { id } = await environment.n8n.request<{ id: string }>('POST', '/workflows', {
			...readExample(file),
			name: `${file} as it is`,
			settings,
			projectId: project.id,
		});
		const stored = await environment.n8n.workflow(id);
		for (const { credentials } of stored.nodes.filter(ours)) {
			expect(credentials).toMatchObject({
				messageGatewayApi: { id: expect.any(String), name: expect.any(String) },
			});
		}
	});
});

it('schedules the first message, by two nodes', async () => {
	const { nodes } = readExample('first-message.json');
	const steps = nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
	expect(steps.map(({ name }) => name)).toEqual(['Start', 'Schedule a Message']);
	const [message] = (await run('first-message.json'))('Schedule a Message');
	expect(message).toMatchObject({ type: 'text', status: 'scheduled', storedIn: 'gateway' });
	expect(hoursFromNow(message)).toBeCloseTo(2 / 60, 2);
}, 60_000);

it('schedules a text, an image and a clock time in another zone', async () => {
	const given = await run('schedule-a-message.json');
	const [text] = given('Text in Two Minutes');
	expect(text).toMatchObject({ type: 'text', status: 'scheduled', storedIn: 'gateway' });
	expect(hoursFromNow(text)).toBeCloseTo(2 / 60, 2);
	const [image] = given('Image in Three Minutes');
	expect(image).toMatchObject({ type: 'image', caption: 'Your voucher', status: 'scheduled' });
	const [kolkata] = given('At Kolkata Time');
	expect(kolkata).toMatchObject({ reference: 'call-1042', adjusted: [] });
	expect(kolkata.timezone).toBe('Asia/Kolkata');
	expect(kolkata.scheduledAtLocal).toBe(
		formatLocalTime(String(kolkata.scheduledAt), 'Asia/Kolkata'),
	);
	expect(hoursFromNow(kolkata)).toBeGreaterThan(2.5 / 60);
	expect(hoursFromNow(kolkata)).toBeLessThan(4 / 60);
}, 60_000);

it('lists what is pending, moves one and cancels one', async () => {
	const given = await run('list-reschedule-cancel.json');
	const scheduled = given('Schedule');
	expect(scheduled.map(hoursFromNow).map(Math.round)).toEqual([2, 3]);
	const ids = (items: Json[]) => items.map(({ scheduleId }) => scheduleId);
	expect(ids(given('List Pending'))).toEqual(expect.arrayContaining(ids(scheduled)));
	const [moved] = given('Reschedule');
	expect(hoursFromNow(moved)).toBeCloseTo(5 / 60, 2);
	expect(given('Cancel')).toMatchObject([
		{ scheduleId: scheduled[1].scheduleId, status: 'cancelled' },
	]);
	const left = ids(given('List Again'));
	expect(left).toContain(moved.scheduleId);
	for (const id of ids(scheduled)) expect(left).not.toContain(id);
}, 60_000);

it('sends at once', async () => {
	const given = await run('send-a-message.json');
	for (const node of ['Send a Text', 'Send an Image']) {
		expect(given(node)).toMatchObject([{ status: 'sent', messageId: expect.any(String) }]);
	}
}, 60_000);

it('waits until the time and sends then', async () => {
	const { n8n, sandbox } = environment;
	const began = Date.now();
	const id = await n8n.createWorkflow(readExample('wait-and-send.json'));
	const started = await n8n.runManually(id);
	const execution = await until(
		async () => await n8n.execution(started.id),
		({ status }) => status === 'success',
		60_000,
	);
	expect(output(execution, 'Send')).toMatchObject([
		{ status: 'sent', messageId: expect.any(String) },
	]);
	const texts = sandbox.messages('chatWhatsApp').map(({ text }) => text);
	expect(texts).toContain('How was your visit?');
	expect(Date.now() - began).toBeGreaterThan(5_000);
}, 90_000);

it('follows a message to its status and takes the right branch', async () => {
	const { n8n, sandbox } = environment;
	const workflow = readExample('follow-statuses.json');
	// As its note says where no message waits in a Data Table.
	workflow.nodes.find(({ name }) => name === 'Record Status')!.disabled = true;
	const id = await n8n.createWorkflow(workflow);
	await n8n.activate(id);
	const url = await n8n.productionWebhookUrl(id, 'Message Status');
	sandbox.setWebhook('chatWhatsApp', { url: `${url}?secret=${SECRET}` });
	const given = await run('schedule-a-message.json');
	const [{ scheduleId }] = given('Text in Two Minutes');
	const executions = await n8n.waitForExecutions(id, 3);
	const events = executions.flatMap((execution) => output(execution, 'Message Status'));
	expect(events.map((event) => event.scheduleId)).toContain(scheduleId);
	for (const execution of executions) {
		expect(output(execution, 'On Its Way')).toMatchObject([{ status: 'sent' }]);
		expect(execution.status).toBe('success');
	}
	await n8n.deactivate(id);
}, 60_000);

itHolding(
	'sends what a table holds when it is due',
	async () => {
		const { n8n, sandbox } = environment;
		const parameters = {
			storeIn: 'dataTable',
			recipient: '+12025550108',
			text: 'Held in n8n',
			sendAt: inSeconds(2),
		};
		const id = await n8n.createWorkflow(oneNode(CREDENTIAL, parameters));
		const [held] = output(await n8n.runManually(id), 'Message Scheduler');
		expect(held).toMatchObject({ storedIn: 'n8n', status: 'scheduled' });
		await new Promise((resolve) => setTimeout(resolve, 2_500));
		const given = await run('send-due-messages.json');
		expect(given('Send Due')).toMatchObject([{ scheduleId: held.scheduleId, status: 'sent' }]);
		const sent = sandbox.messages('chatWhatsApp').filter(({ to }) => to.includes('12025550108'));
		expect(sent).toHaveLength(1);
	},
	60_000,
);

itHolding(
	'gives each status to Record Status',
	async () => {
		const { n8n, sandbox } = environment;
		const id = await n8n.createWorkflow(readExample('follow-statuses.json'));
		await n8n.activate(id);
		const url = await n8n.productionWebhookUrl(id, 'Message Status');
		sandbox.setWebhook('chatWhatsApp', { url: `${url}?secret=${SECRET}` });
		await run('schedule-a-message.json');
		const [execution] = await n8n.waitForExecutions(id, 1);
		expect(output(execution, 'Record Status')).toMatchObject([
			// Held by the gateway, so it has no row.
			{ status: 'sent', recorded: false },
		]);
	},
	60_000,
);
