import { startSandbox, type Fault, type Sandbox } from '../../sandbox/index.mts';
import {
	credentialFor,
	hurry,
	receive,
	runByEngine,
	SECRET,
	type Json,
	type Setting,
} from '../nodes/fakeContext.mts';

/** Rules that the proofs on the real n8n showed to be needed, each broken out for itself. */
jest.setTimeout(30_000);

let sandbox: Sandbox;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	setting = {
		credential: credentialFor(sandbox),
		items: Array.from({ length: 12 }, (_, index) => ({ to: `+9199880667${10 + index}` })),
		node: { retryOnFail: true, maxTries: 2 },
	};
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const toEach: Json = {
	recipient: '={{ $json.to }}',
	text: 'Hello',
	sendAt: '={{ $now.plus({ hours: 2 }) }}',
	options: { maxParallel: 1 },
};
const blind: Fault = { kind: 'errorBefore', method: 'GET', times: 5 };
const lost: Fault = { kind: 'dropResponse', method: 'POST', times: 1 };

/** Loses the answers of some creates, and every look at what became of them. */
const losing = (...creates: number[]): Pick<Setting, 'onRequest'> => {
	let posts = 0;
	return {
		onRequest: ({ method }) => {
			if (method !== 'POST' || !creates.includes(++posts)) return;
			for (const fault of [lost, blind]) sandbox.faults.add(fault);
		},
	};
};

it('does with one try of Retry On Fail whatever can be done', async () => {
	const { run, items } = await runByEngine(toEach, { ...setting, ...losing(2, 5, 9) });
	expect(run.status).toBe('success');
	expect(items).toHaveLength(12);
	expect(sandbox.messages('chatWhatsApp')).toHaveLength(12);
});

it('stops all the same where the gateway is down', async () => {
	sandbox.faults.add({ kind: 'errorBefore' });
	const { run } = await runByEngine(toEach, {
		...setting,
		items: Array.from({ length: 40 }, (_, index) => ({ to: `+9199880667${10 + index}` })),
	});
	expect(run.status).toBe('error');
	const tried = new Set(
		sandbox
			.requests()
			.filter(({ method }) => method === 'POST')
			.map(({ body }) => (body as Json).to),
	);
	expect(tried.size).toBe(10);
});

it('stops at the first failure where n8n does not try again', async () => {
	const node = { retryOnFail: false };
	const { run, error } = await runByEngine(toEach, { ...setting, node, ...losing(3) });
	expect(run.status).toBe('error');
	expect(sandbox.messages('chatWhatsApp')).toHaveLength(3);
	// Not n8n's sentence for ECONNRESET, which says to try again at once.
	expect(error?.message).toMatch(
		/^Item \d+ of \d+ \(\+\d+\): It is unknown whether the message was scheduled/,
	);
});

it('says of a message sent at once that nobody knows, and not to try again', async () => {
	const { error } = await runByEngine(
		{ ...toEach, resource: 'message', operation: 'send' },
		{ ...setting, node: { retryOnFail: false }, ...losing(1) },
	);
	expect(error?.message).toMatch(
		/^(Item 1 of \d+ \(\+\d+\): )?It is unknown whether the message was sent/,
	);
	expect(error?.description).not.toMatch(/try again/i);
});

it('gives an item of the next try no message of an equal item of the last one', async () => {
	const sendAt = new Date(Date.now() + 7_200_000).toISOString();
	const { items } = await runByEngine(
		{ ...toEach, sendAt },
		{ ...setting, items: [{ to: '+919988066700' }, { to: '+919988066700' }], ...losing(2) },
	);
	expect(new Set(items.map(({ scheduleId }) => scheduleId)).size).toBe(2);
	expect(sandbox.messages('chatWhatsApp')).toHaveLength(2);
});

it('marks the static data as changed again after n8n has started the execution', async () => {
	const staticData: Json = { 'node:Message Scheduler': {} };
	const body = {
		event: 'message.sent',
		sessionId: sandbox.accounts.chatWhatsApp.sessionId,
		status: 'success',
		scheduledId: 'sched_1',
	};
	const headers = { 'x-webhook-secret': SECRET };
	const { result, events } = await receive({ body, headers }, {}, { ...setting, staticData });
	expect(events).toHaveLength(1);
	// n8n 2.41 makes another workflow of the same data when it starts the execution.
	staticData.__dataChanged = false;
	expect(result.webhookResponse).toEqual({ status: 'ok' });
	expect(staticData.__dataChanged).toBe(true);
});
