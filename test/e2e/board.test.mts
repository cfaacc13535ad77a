import axios from 'axios';

import { output, type Json } from '../../harness/client.mts';
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

/** The example *message-board* and the mail of *daily-failure-digest* on a real n8n. */
const CREDENTIAL = 'Message Gateway account';
const auth = { username: 'shop', password: 'a long pass phrase' };
const HOSTILE = '<script>window.harmed=1</script> & "Hi"';

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment();
	const { n8n, sandbox } = environment;
	const data = credentialFor(sandbox, 'whapi');
	await n8n.createCredential(CREDENTIAL, 'messageGatewayApi', data);
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

const operate = async (operation: string, parameters: Json = {}) => {
	const { n8n } = environment;
	const id = await n8n.createWorkflow(oneNode(CREDENTIAL, { operation, ...parameters }));
	const execution = await n8n.runManually(id);
	expect(execution.error?.message).toBeUndefined();
	return output(execution, 'Message Scheduler');
};
const schedule = async (text: string, sendAt: string) =>
	(
		await operate('schedule', {
			storeIn: 'dataTable',
			recipient: '+12025550142',
			text,
			sendAt,
			options: { reference: 'order-7' },
		})
	)[0];

it('message-board.json serves every view to who has the password, and to nobody else', async () => {
	const { n8n } = environment;
	const { scheduleId } = await schedule(HOSTILE, inSeconds(7_200));
	await n8n.createCredential('The board', 'httpBasicAuth', {
		user: auth.username,
		password: auth.password,
	});
	const workflow = readExample('message-board.json');
	workflow.nodes.find(({ name }) => name === 'Request')!.credentials = {
		httpBasicAuth: 'The board',
	};
	const id = await n8n.createWorkflow(workflow);
	await n8n.activate(id);
	const url = await n8n.productionWebhookUrl(id, 'Request');
	const get = async (query = '', as: object = { auth }) =>
		await axios.get<string>(`${url}${query}`, { ...as, proxy: false, validateStatus: () => true });

	expect((await get('', {})).status).toBe(401);
	const wrong = { ...auth, password: 'wrong' };
	// n8n before 2 answers a wrong password with 403.
	expect([401, 403]).toContain((await get('', { auth: wrong })).status);

	const overview = await get();
	expect(overview.status).toBe(200);
	expect(overview.headers['content-type']).toMatch(/^text\/html/);
	expect(overview.headers['cache-control']).toBe('no-store');
	expect(overview.data).toContain('Next 48 hours');
	expect(overview.data).toMatch(/http-equiv="Content-Security-Policy"\s+content="default-src/);

	const found = await get('?view=search&recipient=%2B12025550142&reference=order-7');
	expect(found.data).toContain('&lt;script&gt;window.harmed=1&lt;/script&gt; &amp; &quot;Hi&quot;');
	expect(found.data).toContain('+1202555••••');
	expect(found.data).not.toContain('<script');
	const one = await get(`?view=message&id=${String(scheduleId)}`);
	expect(one.data).toContain('order-7');
	expect((await get('?view=message&id=nobody')).status).toBe(404);
	await n8n.deactivate(id);
}, 120_000);

it('daily-failure-digest.json sends the figures as tables by e-mail', async () => {
	const { n8n, sandbox } = environment;
	const body = { error: { message: 'no' } };
	sandbox.faults.add({ kind: 'status', status: 400, body });
	const { scheduledAt } = await schedule('refused', inSeconds(6));
	await until(
		() => Date.now(),
		(now) => now > Date.parse(String(scheduledAt)),
	);
	await operate('sendDue');
	sandbox.faults.clear();
	const mailbox = await openMailbox();
	try {
		await n8n.createCredential('SMTP account', 'smtp', mailbox.credential);
		const workflow = readExample('daily-failure-digest.json');
		const mail = workflow.nodes.find(({ name }) => name === 'E-mail Me')!;
		mail.disabled = false;
		mail.credentials = { smtp: 'SMTP account' };
		Object.assign(mail.parameters!, { fromEmail: 'shop@example.com', toEmail: 'me@example.com' });
		const id = await n8n.createWorkflow(workflow);
		const execution = await n8n.runManually(id, { trigger: 'Every Morning', timeoutMs: 60_000 });
		expect(execution.error?.message).toBeUndefined();
		const [figures] = output(execution, 'Figures');
		expect(figures).toMatchObject({ needsAttention: true, view: 'overview' });
		expect(mailbox.mails).toHaveLength(1);
		const text = mailbox.mails[0].replace(/=\n/g, '').replace(/=3D/g, '=');
		expect(text).toMatch(/^Subject: Messages since .*: 1 not sent or unclear/m);
		expect(text).toContain('Not sent or unclear, by reason');
		expect(text).not.toMatch(/<(img|svg|style|script)\b/);
	} finally {
		await mailbox.close();
	}
}, 120_000);
