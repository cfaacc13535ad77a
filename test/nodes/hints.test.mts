import type { INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { gatewayOf } from '../../gateways/registry';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { ACCOUNT_COLUMNS } from '../../stores/table/accounts';
import { COLUMNS } from '../../stores/table/columns';
import { DataTables } from './dataTables.mts';
import {
	ACTION,
	credentialFor,
	executeContext,
	hurry,
	inSeconds,
	type Json,
	type Setting,
} from './fakeContext.mts';

/** What a person reads below the output of *Schedule* and *Send*. */
let sandbox: Sandbox;
let tables: DataTables;
/** A table of its own for each test: what a process has seen of one counts for that one. */
let table: string;
let count = 0;
const MINUTE = 60_000;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false });
});
beforeEach(() => {
	tables = new DataTables();
	table = `messages${++count}`;
	hurry();
});
afterEach(() => {
	sandbox.faults.clear();
	jest.restoreAllMocks();
});
afterAll(async () => await sandbox.close());

const message = (): Json => ({
	recipient: '+919988066776',
	text: `hello ${Math.random()}`,
	sendAt: inSeconds(3600),
});
const inTable = (): Json => ({ storeIn: 'dataTable', dataTable: table });

interface Told {
	readonly items: Json[];
	readonly hints: string[];
	readonly accesses: number;
}

async function run(
	parameters: Json,
	{ mode = 'trigger', ...more }: Partial<Setting> & { mode?: string } = {},
): Promise<Told> {
	const setting = { credential: credentialFor(sandbox), tables, ...more };
	const context = executeContext({ ...message(), ...parameters }, setting);
	Object.assign(context, { getMode: () => mode });
	const before = tables.accesses;
	const [output] = (await new MessageScheduler().execute.call(context)) as INodeExecutionData[][];
	return {
		items: output.map(({ json }) => json),
		hints: context.hints.map(({ message: text }: NodeExecutionHint) => text),
		accesses: tables.accesses - before,
	};
}

/** A row of the accounts table, as *Send Due* leaves it. */
async function lastRunAt(ms: number | null, more: Json = {}) {
	const credential = credentialFor(sandbox) as never;
	const gateway = gatewayOf(credential);
	await tables.make(`${table}_accounts`, ACCOUNT_COLUMNS as never).insert([
		{
			gateway: gateway.id,
			account: gateway.account(credential),
			last_run_at: ms === null ? null : new Date(ms).toISOString(),
			lease_until: new Date(0).toISOString(),
			...more,
		},
	] as never);
}

describe('after Purge', () => {
	const purge = async (olderThanDays: number, more: Json = {}, items?: Json[]) =>
		await run({ operation: 'purge', dataTable: table, olderThanDays, ...more }, { items });
	const waiting = async (frequency_cap: string, status = 'scheduled') =>
		await tables.make(table, COLUMNS as never).insert([{ frequency_cap, status }] as never);

	it('says that a frequency cap counts no message that is deleted', async () => {
		await waiting('3 in 24 h, hold');
		await waiting('1 in 10 d, skip');
		await waiting('1 in 20 d, skip', 'sent');
		expect((await purge(9)).hints).toEqual([
			'"Older Than" is 9 days, but messages that wait have a "Frequency Cap" of up to 10 days, which does not count deleted messages: their recipients may get more than it allows. Enter 10 or more.',
		]);
		expect((await purge(10)).hints).toEqual([]);
	});

	it('says so once for many items', async () => {
		await waiting('1 in 10 d, skip');
		const each = { selectBy: 'scheduleId', scheduleId: '={{ $json.id }}' };
		const ids = ['0fa5e6c0-98d1-4c5e-9b1a-6c1f0a2b3c4d', '0fa5e6c0-98d1-4c5e-9b1a-6c1f0a2b3c4e'];
		expect(
			(
				await purge(
					1,
					each,
					ids.map((id) => ({ id })),
				)
			).hints,
		).toHaveLength(1);
	});

	it('looks at no cap where none could be that long, and says nothing of what is none', async () => {
		await waiting('often');
		await waiting('not counted');
		const short = await purge(30);
		const long = await purge(31);
		expect([short.hints, long.hints]).toEqual([[], []]);
		expect(short.accesses - long.accesses).toBe(1);
	});
});

describe('after Schedule into a Data Table', () => {
	it('says that Send Due never ran, how to have it run, and makes no table for that', async () => {
		const { hints, items } = await run(inTable());
		expect(hints).toEqual([
			expect.stringMatching(
				/"Send Due" has never run for this ChatWhatsApp account.*send-due-messages\.json.*publish/,
			),
		]);
		expect(items).toHaveLength(1);
		expect(JSON.stringify(items)).not.toContain('Send Due');
		expect(tables.names).toEqual([table]);
	});

	it.each([
		['an account that was only paused', null, /has never run/],
		['three hours ago', 3 * 60 * MINUTE, /last ran for this ChatWhatsApp account 3 hours ago/],
		['six minutes ago', 6 * MINUTE, / 6 minutes ago.*check that its workflow is published/],
	])('says when it last ran: %s', async (_, ago, expected) => {
		await lastRunAt(ago === null ? null : Date.now() - ago);
		const { hints } = await run(inTable());
		expect(hints).toEqual([expect.stringMatching(expected)]);
	});

	it('says nothing where nothing was scheduled, and makes no table either', async () => {
		const wrong = { ...inTable(), sendAt: inSeconds(-3600) };
		const { hints, items } = await run(wrong, { node: { onError: 'continueErrorOutput' } });
		expect(items).toEqual([{ error: expect.stringContaining('passed') }]);
		expect(hints).toEqual([]);
		expect(tables.names).toEqual([]);
	});

	it('of another account says nothing of this one', async () => {
		await lastRunAt(Date.now(), { account: 'another' });
		expect((await run(inTable())).hints).toEqual([expect.stringMatching(/has never run/)]);
	});

	it.each([
		['it ran a moment ago', MINUTE, {}],
		[
			'a long run is under way',
			20 * MINUTE,
			{ lease_until: new Date(Date.now() + MINUTE).toISOString() },
		],
	])('is silent where %s, and then looks no more for a while', async (_, ago, more) => {
		tables.make(table, COLUMNS as never);
		await lastRunAt(Date.now() - ago, more);
		const first = await run(inTable());
		const second = await run(inTable());
		expect([first.hints, second.hints]).toEqual([[], []]);
		expect(first.accesses - second.accesses).toBe(2);
		// Five minutes later it looks again.
		jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 6 * MINUTE);
		const later = await run(inTable());
		expect(later.hints).toEqual([expect.stringMatching(/last ran/)]);
	});

	it('looks once for many items', async () => {
		const parameters = inTable();
		const one = await run(parameters);
		const many = await run(parameters, { items: Array.from({ length: 20 }, () => ({})) });
		expect(many.items).toHaveLength(20);
		expect(many.hints).toHaveLength(1);
		// Without the table to make.
		expect(many.accesses).toBeLessThanOrEqual(one.accesses);
	});

	it('goes well also where the look does not, and where n8n has no hints', async () => {
		let lists = 0;
		tables.before = (operation) => {
			if (operation === 'list' && ++lists > 1) throw new Error('Database is closed');
		};
		const broken = await run(inTable());
		expect([broken.items.length, broken.hints, lists]).toEqual([1, [], 2]);
		tables.before = () => undefined;
		const context = executeContext(
			{ ...message(), ...inTable() },
			{ credential: credentialFor(sandbox), tables },
		);
		Object.assign(context, { addExecutionHints: undefined });
		const [items] = await new MessageScheduler().execute.call(context);
		expect(items).toHaveLength(1);
	});

	it('says nothing where the gateway stores the message', async () => {
		const { hints, accesses } = await run({});
		expect([hints, accesses]).toEqual([[], 0]);
	});
});

describe('after a manual run', () => {
	const manual = { mode: 'manual' };

	it.each([
		[
			{ operation: 'schedule' },
			1,
			'1 real message was scheduled. Each "Execute step" repeats this.',
		],
		[
			{ operation: 'schedule' },
			3,
			'3 real messages were scheduled. Each "Execute step" repeats this.',
		],
		[
			{ resource: 'message', operation: 'send' },
			1,
			'1 real message was sent. Each "Execute step" repeats this.',
		],
	])('%j of %d items says what is real', async (parameters, length, expected) => {
		const items = Array.from({ length }, () => ({}));
		const { hints, items: output } = await run(parameters, { ...manual, items });
		expect(hints).toEqual([expected]);
		expect(JSON.stringify(output)).not.toContain('real message');
		expect((await run(parameters, { items })).hints).toEqual([]);
	});

	it('counts what was made, not what was found by its key or refused', async () => {
		const parameters = {
			...message(),
			...inTable(),
			recipient: '={{ $json.to }}',
			options: { deduplicationKey: '={{ $json.key }}' },
		};
		const to = '+919988066776';
		const node = { onError: 'continueRegularOutput' as const };
		const items = [
			{ to, key: 'a' },
			{ to, key: 'b' },
			{ to: 'nobody', key: 'c' },
		];
		const first = await run(parameters, { ...manual, node, items });
		expect(first.hints).toContainEqual(expect.stringMatching(/^2 real messages were scheduled/));
		const again = await run(parameters, { ...manual, node, items: [...items, { to, key: 'd' }] });
		expect(again.hints).toContainEqual(expect.stringMatching(/^1 real message was scheduled/));
		const none = await run(parameters, { ...manual, node, items });
		expect(none.hints.join()).not.toMatch(/real message/);
	});

	it('says nothing of it to a model, and of nothing after other operations', async () => {
		const tool = await run({}, { ...manual, node: { type: `${ACTION}Tool` } });
		expect([tool.items.length, tool.hints]).toEqual([1, []]);
		expect((await run({ operation: 'getAll' }, manual)).hints).toEqual([]);
	});
});
