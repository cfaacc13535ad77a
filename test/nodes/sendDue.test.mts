import type { INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { gatewayOf } from '../../gateways/registry';
import { formatLocalTime } from '../../messages/sendTime';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { pauseAccount, type AccountColumn } from '../../stores/table/accounts';
import type { Values } from '../../stores/table/columns';
import type { SendingAccount } from '../../stores/table/rows';
import { accountsTable, iso, rowOf } from '../stores/table/fakes.mts';
import { MemoryTable } from '../stores/table/memoryTable.mts';
import {
	credentialFor,
	executeContext,
	expectNoToken,
	hurry,
	runByEngine,
	type Json,
	type Setting,
} from './fakeContext.mts';

let mockMessages: MemoryTable;
let mockAccounts: MemoryTable<AccountColumn>;

// The tables are n8n's; what reaches them has tests of its own, on a real n8n.
jest.mock('../../nodes/shared/dataTable', () => ({
	...jest.requireActual<object>('../../nodes/shared/dataTable'),
	openTable: async () => Object.assign(mockMessages, { name: 'scheduled_messages', listId: null }),
	openTableOf: async () => mockAccounts,
	tableById: () => mockMessages,
}));

const MINUTE = 60_000;
let sandbox: Sandbox;
let setting: Setting;
let sender: SendingAccount;
const parameters = (options: Json = {}): Json => ({
	operation: 'sendDue',
	simplify: false,
	options,
});

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false });
	mockMessages = new MemoryTable();
	mockAccounts = accountsTable();
	const credential = credentialFor(sandbox, {}, 'whapi');
	setting = { credential };
	const gateway = gatewayOf(credential as never);
	sender = {
		gateway: gateway.id,
		account: gateway.account(credential as never),
		credential: 'Gateway',
	};
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const due = async (count: number, more: Values = {}) =>
	await mockMessages.insert(
		Array.from({ length: count }, (_, i) =>
			rowOf(`message ${i}`, Date.now() - MINUTE + i, {
				...sender,
				recipient: `+9199880${String(10_000 + i)}`,
				next_attempt_at: iso(Date.now() - MINUTE),
				...more,
			}),
		),
	);
const run = async (options: Json = {}, more: Partial<Setting> = {}) => {
	const context = executeContext(parameters(options), { ...setting, ...more });
	// An older n8n does not have it, and a node cannot know then.
	Object.assign(context, { getWorkflowSettings: () => more.settings ?? {} });
	const [items] = (await new MessageScheduler().execute.call(context)) as INodeExecutionData[][];
	const hints = context.hints.map(({ message }: NodeExecutionHint) => message);
	return { items: items.map(({ json }) => json), hints };
};
const sent = () => sandbox.messages('whapi');

it('gives an item for each message that was sent, and no hint', async () => {
	await due(3);
	const { items, hints } = await run();
	expect(items).toHaveLength(3);
	expect(items[0]).toMatchObject({
		status: 'queued',
		text: 'message 0',
		attempts: 1,
		lateBySeconds: expect.any(Number),
	});
	expect(hints).toEqual([]);
	expect(sent()).toHaveLength(3);
});

it('gives no item where another run is sending, and says so', async () => {
	await due(1);
	await mockAccounts.insert([
		{ ...sender, lease_until: iso(Date.now() + MINUTE), lease_holder: 'another run' },
	]);
	const { items, hints } = await run();
	expect(items).toEqual([]);
	expect(hints).toEqual([expect.stringMatching(/another run of "Send Due" is sending/)]);
	expect(sent()).toEqual([]);
});

it('gives no item where a person has paused the account, and says how to go on', async () => {
	await due(1);
	await pauseAccount(mockAccounts, sender, { until: null, note: 'new phone', now: 0 });
	const { items, hints } = await run();
	expect(items).toEqual([]);
	expect(hints).toEqual([expect.stringMatching(/"Pause" \("new phone"\)\. Use "Resume"/)]);
});

it('tells of a pause by one item, then by hints, and never by an error', async () => {
	await due(20);
	sandbox.faults.add({ kind: 'status', status: 401, gateway: 'whapi' });
	const first = await run();
	expect(first.items).toHaveLength(1);
	const [paused] = first.items;
	const { timezone } = paused as { timezone: string };
	expect(Object.entries(paused)).toEqual([
		['event', 'paused'],
		['reason', expect.any(String)],
		['credential', sender.credential],
		['pausedAtLocal', formatLocalTime(String(paused.pausedAt), timezone)],
		['pausedUntilLocal', formatLocalTime(String(paused.pausedUntil), timezone)],
		['timezone', expect.any(String)],
		['pausedAt', expect.stringMatching(/Z$/)],
		['pausedUntil', expect.stringMatching(/Z$/)],
		['gateway', sender.gateway],
		['account', sender.account],
	]);
	expectNoToken(first, setting.credential);
	const second = await run();
	expect(second.items).toEqual([]);
	// The next attempt has prolonged it.
	const until = /is paused until \w{3}, \d\d? \w{3} \d{4}, \d\d:\d\d(:\d\d)? \(([^)]+)\)\. /;
	expect(second.hints).toEqual([expect.stringMatching(until)]);
	expect(until.exec(second.hints[0])?.[2]).toBe(timezone);
	expect(new Set(mockMessages.statuses)).toEqual(new Set(['scheduled']));
});

it('is not run again by Retry On Fail for a fault of the account', async () => {
	hurry();
	await due(20);
	sandbox.faults.add({ kind: 'status', status: 401, gateway: 'whapi' });
	const ran = await runByEngine(parameters(), {
		...setting,
		node: { retryOnFail: true, maxTries: 3 },
	});
	expect(ran.error).toBeUndefined();
	expect(ran.items).toEqual([expect.objectContaining({ event: 'paused' })]);
	expect(ran.saved).toBe('success');
});

it('gives out what was sent where the table fails later, and says that it ended early', async () => {
	await due(2);
	const update = mockMessages.update.bind(mockMessages);
	mockMessages.update = async (changes) => {
		if (changes.some(({ values }) => values.sent_at !== undefined)) throw new Error('disk full');
		return await update(changes);
	};
	jest.spyOn(globalThis, 'setTimeout').mockImplementation(((go: () => void) => {
		setImmediate(go);
		return {} as never;
	}) as never);
	const { items, hints } = await run();
	expect(items.length).toBeGreaterThan(0);
	expect(items).toHaveLength(sent().length);
	expect(hints).toEqual([expect.stringMatching(/ended early: disk full/)]);
});

it('throws where the table fails and there is nothing to give out', async () => {
	await due(1);
	mockMessages.before = () => {
		throw new Error('disk full');
	};
	await expect(run()).rejects.toThrow('disk full');
});

describe('a workflow that times out', () => {
	it.each([
		[89, {}, false],
		[90, {}, true],
		[-1, {}, true],
		[60, { runForAtMost: 20 }, true],
		[59, { runForAtMost: 20 }, false],
		[45, { runForAtMost: 20, timeout: 15 }, true],
	])('after %d seconds, with %j: %s', async (executionTimeout, options, isTaken) => {
		await due(1);
		const work = run(options, { settings: { executionTimeout } });
		if (isTaken) await expect(work).resolves.toMatchObject({ items: [{ status: 'queued' }] });
		else {
			await expect(work).rejects.toMatchObject({
				message: expect.stringContaining('"Run For At Most"'),
				description: expect.stringMatching(
					/^Increase "Timeout Workflow".*"Run For At Most" \(\d+\) \+/,
				),
			});
			expect(sent()).toEqual([]);
		}
	});
});

it.each([
	['runForAtMost', 'Run For At Most', 0],
	['messagesPerMinute', 'Messages per Minute', -1],
])('refuses a %s that is none', async (name, label, value) => {
	await expect(run({ [name]: value })).rejects.toThrow(`"${label}" is "${value}"`);
});

describe('Record Status', () => {
	const CHANNEL = 'MANTIS-M72HC';
	const record = async (channelId: string) => {
		const credential = { ...setting.credential, whapiChannelId: channelId };
		const event = {
			gateway: 'whapi',
			account: CHANNEL,
			messageId: 'm1',
			status: 'delivered',
			eventId: 'e1',
		};
		const context = executeContext(
			{ operation: 'recordStatus' },
			{ ...setting, credential, items: [event] },
		);
		const [items] = (await new MessageScheduler().execute.call(context)) as INodeExecutionData[][];
		return items[0].json.recorded;
	};
	const former = () =>
		gatewayOf(setting.credential as never).account({
			...setting.credential,
			whapiChannelId: '',
		} as never);
	const stands = async (account: string) =>
		await due(1, { account, status: 'sent', status_rank: 30, message_id: 'm1' });

	it('finds the row of a credential that names no account, whose webhooks name it', async () => {
		await stands(former());
		expect(await record('')).toBe(true);
	});

	it('finds rows from before and after the credential named its account', async () => {
		await stands(former());
		expect(await record('OTHER-CHANNEL')).toBe(false);
		expect(await record(CHANNEL)).toBe(true);
		await mockMessages.remove([]);
		await stands(CHANNEL);
		expect(await record('')).toBe(true);
	});
});

describe('overdue messages of an account that nobody serves', () => {
	const overdue = { account: 'gone', gateway: 'greenApi', send_at: iso(Date.now() - 10 * MINUTE) };
	const TOLD = /^2 overdue messages belong to another account.*greenApi account "gone" \(2\)/;
	/** As a Schedule Trigger runs it, and how often the table was looked at for others' messages. */
	const runs = async (times: number) => {
		const looks: unknown[] = [];
		const { select } = MemoryTable.prototype;
		jest.spyOn(MemoryTable.prototype, 'select').mockImplementation(async function (
			this: MemoryTable,
			...args
		) {
			if (args[0].some(({ column, is }) => column === 'account' && is === 'neq')) looks.push(args);
			return await select.apply(this, args);
		});
		const hints: string[][] = [];
		for (let time = 0; time < times; time++) {
			const context = executeContext(parameters(), setting);
			Object.assign(context, { getMode: () => 'trigger', getWorkflowSettings: () => ({}) });
			await new MessageScheduler().execute.call(context);
			hints.push(context.hints.map(({ message }: NodeExecutionHint) => message));
		}
		return { hints, looks: looks.length };
	};

	it('are told to a person who runs it, with what is sent', async () => {
		await due(1);
		await due(2, overdue);
		const { items, hints } = await run();
		expect(items).toHaveLength(1);
		expect(hints).toEqual([expect.stringMatching(TOLD)]);
	});

	it('are told in each run of a schedule, for one look in five minutes', async () => {
		Object.assign(mockMessages, { id: 'looked-at-once' });
		await due(2, overdue);
		const often = await runs(3);
		expect(often.hints).toEqual(Array.from({ length: 3 }, () => [expect.stringMatching(TOLD)]));
		expect(often.looks).toBe(1);
		jest.restoreAllMocks();
		jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 5 * MINUTE);
		expect((await runs(1)).looks).toBe(1);
	});

	it('are no reason to fail', async () => {
		await due(2, overdue);
		const { select } = MemoryTable.prototype;
		jest.spyOn(MemoryTable.prototype, 'select').mockImplementation(async function (
			this: MemoryTable,
			...args
		) {
			if (args[0].some(({ is }) => is === 'neq')) throw new Error('Database is closed');
			return await select.apply(this, args);
		});
		expect(await run()).toEqual({ items: [], hints: [] });
	});
});
