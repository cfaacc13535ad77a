import axios from 'axios';
import { setTimeout as sleep } from 'node:timers/promises';
import { whatsAppCloud } from '.';
import { credentialFor } from '../../harness/credential.mts';
import { parseRecipient } from '../../messages/recipient';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { dispatchDue, type DispatchRules } from '../../stores/dispatcher';
import { createLeaseStore } from '../../stores/table/accounts';
import type { Values } from '../../stores/table/columns';
import { settleUnconfirmed } from '../../stores/table/settleUnconfirmed';
import { toRow } from '../../stores/table/rows';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	message,
	queueOn,
} from '../../test/stores/table/fakes.mts';
import { MemoryTable } from '../../test/stores/table/memoryTable.mts';
import { connect } from '../transport/connection';
import { toNetworkFailure, type SendRequest } from '../transport/request';
import { NUMBER, receivedAt } from './testValues.mts';
import { startCallback } from './testCallback.mts';

/** *Send Due* with the real gateway, on the sandbox and the real clock. */
const SENDER = { gateway: 'whatsAppCloud', account: NUMBER, credential: 'Meta' };
const now = () => Date.now();
/** Five seconds' worth. */
const COUNT = 400;
let sandbox: Sandbox;
let table: MemoryTable;

const start = async (options: Parameters<typeof startSandbox>[0] = {}) => {
	sandbox = await startSandbox(options);
	table = new MemoryTable();
	table.now = now;
};
afterEach(async () => await sandbox.close());

function reach() {
	const credential = credentialFor(sandbox, 'whatsAppCloud');
	const send: SendRequest = async (unsent) => {
		const request = whatsAppCloud.authenticate(credential, unsent);
		const { method, url, headers, query, body } = request;
		return await axios
			.request({ method, url, headers, params: query, data: body, validateStatus: () => true })
			.then(
				({ status, headers: given, data }) => ({
					status,
					headers: given as unknown as Record<string, string>,
					body: data as unknown,
				}),
				(error: { code?: string }) => toNetworkFailure(error.code ?? null),
			);
	};
	const runtime = {
		send,
		now,
		random: Math.random,
		sleep: async (ms: number) => void (await sleep(ms)),
	};
	const policy = { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 };
	return connect(whatsAppCloud, credential, runtime, { maxParallel: 20, policy });
}

async function run(rules: Partial<DispatchRules> = {}) {
	const accounts = accountsTable(now);
	const context = contextFor(table, accounts, new FakeGateway(), new FakeClock(), {
		gateway: whatsAppCloud,
		connection: reach(),
		queue: queueOn(table, [SENDER], accounts, whatsAppCloud),
		lease: createLeaseStore(accounts, [SENDER]),
		now,
		sleep: async (ms: number) => void (await sleep(ms)),
		rules: { maxParallel: 20, messagesPerMinute: 4_800, budgetMs: 280_000, ...rules },
	});
	const { entries, error } = await dispatchDue(context);
	if (error !== undefined) throw error;
	return entries;
}

/** A template message that is due, to a recipient of its own unless one is given. */
const due = (index: number, to = `+1650555${String(1000 + index)}`, more: Values = {}): Values => ({
	...toRow(
		message('', now() - 1000, {
			recipient: parseRecipient(to),
			type: 'template',
			text: null,
			template: {
				name: 'appointment_reminder',
				language: 'en',
				variables: { 'body.1': 'Pablo', 'body.2': `slot ${index}`, 'button.1.url': String(index) },
			},
		}),
		SENDER,
		'UTC',
		now(),
	),
	...more,
});

it('sends hundreds of templates that are due together, with few refusals', async () => {
	await start();
	await table.insert(Array.from({ length: COUNT }, (_, index) => due(index)));
	const entries = await run();
	expect(entries).toHaveLength(COUNT);
	expect(new Set(table.statuses)).toEqual(new Set(['queued']));
	const requests = sandbox.requests('whatsAppCloud');
	const refused = requests.filter(({ status }) => status !== 200);
	expect(refused.length).toBeLessThan(requests.length * 0.02);
	const slots = sandbox
		.messages('whatsAppCloud')
		.map(({ body }) => JSON.stringify((body as { template: unknown }).template));
	expect(new Set(slots).size).toBe(COUNT);
}, 300_000);

it('delays the messages to one recipient whom the pair limit concerns, and no others', async () => {
	await start();
	const one = '+16505551234';
	await table.insert([
		...Array.from({ length: 47 }, (_, index) => due(index, one)),
		...Array.from({ length: 20 }, (_, index) => due(100 + index)),
	]);
	await run({ messagesPerMinute: null });
	const sent = sandbox.messages('whatsAppCloud');
	const toOne = sent.filter(({ to }) => to === '16505551234').length;
	expect(toOne).toBeGreaterThanOrEqual(45);
	expect(sent.length - toOne).toBe(20);
	const waiting = [...table.rows.values()].filter(({ status }) => status === 'scheduled');
	expect(waiting).toHaveLength(47 - toOne);
	for (const { recipient, failure } of waiting.slice(0, 1)) {
		expect(recipient).toBe(one);
		expect(failure).toContain('131056');
	}
}, 120_000);

it.each([
	['131047', 'closeWindow', /131047.*24 hours|24 hours/],
	['131026', 'refuse', /may not be on WhatsApp|131026/],
] as const)('a message that is refused by %s fails with its reason', async (code, how, reason) => {
	await start();
	const dialect = sandbox.dialect('whatsAppCloud');
	if (how === 'closeWindow') dialect.closeWindow('+16505551234');
	else dialect.refuse('+16505551234', Number(code));
	await table.insert([
		{ ...due(0, '+16505551234'), type: 'text', text: 'Hi', template: null },
		due(1),
	]);
	await run();
	expect(table.row(1)).toMatchObject({ status: 'failed', failure: expect.stringMatching(reason) });
	expect(table.row(2)).toMatchObject({ status: 'queued' });
});

it.each([
	['the number of the recipient', false],
	['the recipient’s id only', true],
])('a status with %s settles a message whose answer was lost', async (_, isHidden) => {
	const callback = await startCallback();
	await start({ clockFactor: 100 });
	try {
		const dialect = sandbox.dialect('whatsAppCloud');
		dialect.setWebhook({ url: callback.url });
		if (isHidden) dialect.hidePhone('+16505551234');
		sandbox.faults.add({ kind: 'dropResponse', gateway: 'whatsAppCloud', times: 1 });
		await table.insert([due(0, '+16505551234')]);
		await run();
		expect(table.row(1)).toMatchObject({ status: 'unconfirmed', message_id: null });
		await sandbox.idle();
		const [event] = callback.received.flatMap(({ body }) =>
			whatsAppCloud.parseWebhook(body, { receivedAt }),
		);
		const recordable = { ...event, text: null };
		expect(await settleUnconfirmed(table, recordable, [SENDER])).toBe(true);
		const [sent] = sandbox.messages('whatsAppCloud');
		expect(table.row(1)).toMatchObject({ status: 'sent', message_id: sent.id, failure: null });
	} finally {
		await callback.close();
	}
});
