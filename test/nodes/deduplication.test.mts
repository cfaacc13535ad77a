import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { DataTables } from './dataTables.mts';
import {
	byId,
	credentialFor,
	errorOf,
	execute,
	hurry,
	inSeconds,
	outputOf,
	runByEngine,
	type Json,
	type Setting,
} from './fakeContext.mts';

/** Once over executions: the same workflow again, with whatever items, at whatever gateway. */
let sandbox: Sandbox;
let tables: DataTables;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	tables = new DataTables();
	setting = { credential: credentialFor(sandbox), tables };
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const people = (...names: string[]): Json[] =>
	names.map((name) => ({ to: `9199880667${String(name.charCodeAt(0)).padStart(2, '0')}`, name }));

const toEach = (options: Json, more: Json = {}): Json => ({
	recipient: '=+{{ $json.to }}',
	text: '=Hello {{ $json.name }}',
	sendAt: inSeconds(7_200),
	...more,
	options,
});
const held = (gateway = 'chatWhatsApp') => sandbox.messages(gateway as 'chatWhatsApp');
const ids = (items: Json[]) => items.map(({ scheduleId }) => scheduleId);

describe.each(['gateway', 'dataTable'])('held in: %s', (storeIn) => {
	const count = () =>
		storeIn === 'gateway' ? held().length : tables.named('scheduled_messages').rows.size;

	it('makes 51 messages of a list of 50 that gets one person more at the top', async () => {
		const list = Array.from({ length: 50 }, (_, index) => ({
			to: `91998806${1000 + index}`,
			name: 'A',
		}));
		const parameters = toEach(
			{ deduplicationKey: '=menu-{{ $json.to }}', spacing: 60, jitter: 20 },
			{ storeIn },
		);
		const first = await outputOf(parameters, { ...setting, items: list });
		const items = [{ to: '919988069999', name: 'New' }, ...list];
		const second = await outputOf(parameters, { ...setting, items });
		expect(count()).toBe(51);
		expect(ids(second).slice(1)).toEqual(ids(first));
	});

	it('does so without a key, too: spacing and a changed list make no second message', async () => {
		const parameters = toEach(
			{ ifAlreadyScheduled: 'return', spacing: 60, jitter: 20 },
			{ storeIn },
		);
		const first = await outputOf(parameters, { ...setting, items: people('A', 'B', 'B') });
		expect(new Set(ids(first)).size).toBe(3);
		const second = await outputOf(parameters, { ...setting, items: people('C', 'B', 'A', 'B') });
		expect(count()).toBe(4);
		expect(new Set(ids(second)).size).toBe(4);
		expect(ids(second)).toEqual(expect.arrayContaining(ids(first)));
	});

	it('makes one message where two executions begin at the same moment', async () => {
		for (const options of [
			{ deduplicationKey: '={{ $json.name }}' },
			{ ifAlreadyScheduled: 'return' },
		]) {
			const run = async () =>
				await outputOf(toEach(options, { storeIn }), { ...setting, items: people('A', 'B') });
			const [one, two] = await Promise.all([run(), run()]);
			expect(ids(one)).toEqual(ids(two));
		}
	});

	it('replaces content and time, or refuses, by key', async () => {
		const options = { deduplicationKey: 'order-7' };
		await outputOf(toEach(options, { storeIn, text: 'old' }), { ...setting, items: people('A') });
		const sendAt = inSeconds(9_000);
		const replaced = await outputOf(
			toEach({ ...options, ifAlreadyScheduled: 'replace' }, { storeIn, text: 'new', sendAt }),
			{ ...setting, items: people('A') },
		);
		expect(replaced).toMatchObject([{ text: 'new', status: 'scheduled', scheduledAt: sendAt }]);
		const refused = await errorOf(
			toEach({ ...options, ifAlreadyScheduled: 'reject' }, { storeIn }),
			{ ...setting, items: people('A') },
		);
		expect(refused.message).toContain('"order-7", which already has a message: scheduled, for');
		const pending =
			storeIn === 'gateway' ? held().filter(({ status }) => status === 'pending').length : count();
		expect(pending).toBe(1);
	});
});

describe('the examples that may run again', () => {
	const parametersOf = (example: string, node: string): Json => {
		const text = readFileSync(join(__dirname, '../../examples', `${example}.json`), 'utf8');
		const { nodes } = JSON.parse(text) as { nodes: Array<{ name: string; parameters: Json }> };
		return nodes.find(({ name }) => name === node)!.parameters;
	};
	const rows = () => [...tables.named('scheduled_messages').rows.values()];

	it('schedule-a-list makes 51 of 50 and one more at the top, also on another day', async () => {
		const parameters = parametersOf('schedule-a-list', 'Schedule');
		const list = Array.from({ length: 50 }, (_, index) => ({ phone: `+1202555${1000 + index}` }));
		await execute(parameters, { ...setting, items: list });
		const dayAfter = Date.now() + 86_400_000;
		jest.spyOn(Date, 'now').mockImplementation(() => dayAfter);
		await execute(parameters, { ...setting, items: [{ phone: '+12025559999' }, ...list] });
		expect(rows()).toHaveLength(51);
	});

	it('appointment-reminder moves the reminder of an appointment that is booked for another time', async () => {
		const parameters = parametersOf('appointment-reminder', 'Schedule Reminder');
		const book = async (startsAt: string) =>
			await execute(parameters, {
				...setting,
				items: [{ body: { id: 'A-1', phone: '+12025550101', startsAt } }],
			});
		await book(inSeconds(7 * 86_400));
		const later = inSeconds(8 * 86_400);
		await book(later);
		const dayBefore = new Date(Date.parse(later) - 86_400_000).toISOString();
		expect(rows()).toMatchObject([{ send_at: dayBefore, deduplication_key: 'A-1-reminder' }]);
	});
});

it('keeps keys of messages at the gateway in a table of the name that the user gives', async () => {
	const options = { deduplicationKey: 'a', deduplicationTable: 'my keys' };
	await outputOf(toEach(options), { ...setting, items: people('A') });
	expect(tables.names).toEqual(['my keys']);
	expect(tables.named('my keys').row(1)).toMatchObject({ deduplication_key: 'a', state: 'done' });
});

it('finds the same message at Hypersender SMS, which knows each by another reference', async () => {
	const at: Setting = {
		...setting,
		tables: undefined,
		credential: credentialFor(sandbox, {}, 'hypersenderSms'),
		items: people('A', 'B', 'B'),
	};
	const parameters = toEach({ ifAlreadyScheduled: 'return' });
	const items = [people('A')[0], { ...people('B')[0], name: 'C' }];
	const first = await outputOf(parameters, { ...at, items });
	const second = await outputOf(parameters, { ...at, items: [...items].reverse() });
	expect(ids(second)).toEqual(ids(first).reverse());
	expect(held('hypersenderSms')).toHaveLength(2);
});

it.each<[string, Json, RegExp]>([
	[
		'an empty key',
		{ deduplicationKey: ' ' },
		/^"Deduplication Key" is empty Enter a value that is unique/,
	],
	[
		'a long key',
		{ deduplicationKey: 'x'.repeat(201) },
		/"Deduplication Key" has 201 characters, more than 200 Enter/,
	],
	[
		'a key, and to schedule anyway',
		{ deduplicationKey: 'a', ifAlreadyScheduled: 'schedule' },
		/^"If Already Scheduled" is "schedule", but a "Deduplication Key" allows/,
	],
	[
		'no key to replace by',
		{ ifAlreadyScheduled: 'replace' },
		/which requires a "Deduplication Key"/,
	],
	[
		'an unknown rule',
		{ ifAlreadyScheduled: 'never' },
		/Use one of: schedule, return, replace, reject/,
	],
	[
		'no validity',
		{ validForMinutes: 0 },
		/^"Valid For" is "0"\. Enter a number of minutes from 1\./,
	],
	['an empty validity', { validForMinutes: '' }, /^"Valid For" is ""/],
])('refuses %s before anything', async (_, options, said) => {
	const error = await errorOf(toEach(options), { ...setting, items: people('A') });
	expect([error.message, error.description ?? ''].join(' ').trim()).toMatch(said);
	expect(sandbox.requests()).toEqual([]);
	expect(tables.accesses).toBe(0);
});

it('needs Data Tables for a key at a gateway that keeps none', async () => {
	const without = { ...setting, tables: undefined, items: people('A') };
	const error = await errorOf(toEach({ deduplicationKey: 'a' }), without);
	expect(error.message).toMatch(
		/^"Deduplication Key" requires n8n Data Tables.*ChatWhatsApp does not store/,
	);
	const send = { resource: 'message', operation: 'send', ...toEach({ deduplicationKey: 'a' }) };
	expect((await errorOf(send, without)).message).toMatch(
		/^"Deduplication Key" requires n8n Data Tables/,
	);
	expect(sandbox.requests()).toEqual([]);
});

it('keeps what a message in a table needs when it is sent: time asked for, validity, window', async () => {
	const window = { from: '00:00', to: '23:59', timezone: 'UTC', weekdays: [1, 2, 3, 4, 5, 6, 7] };
	const sendAt = inSeconds(7_200);
	const options = { spacing: 60, validForMinutes: 30, sendingWindow: { window } };
	const parameters = toEach(options, { storeIn: 'dataTable', sendAt });
	await execute(parameters, { ...setting, items: people('A', 'B') });
	const rows = [...tables.named('scheduled_messages').rows.values()];
	expect(rows.map((row) => row.requested_at)).toEqual([sendAt, sendAt]);
	expect(rows[1].send_at).not.toBe(sendAt);
	expect(rows.map((row) => row.valid_for_minutes)).toEqual([30, 30]);
	expect(rows[0].sending_window).toMatch(/00:00.*23:59/);
	await execute(toEach({}, { storeIn: 'dataTable' }), { ...setting, items: people('C') });
	expect(tables.named('scheduled_messages').row(3)).toMatchObject({
		valid_for_minutes: 1_440,
		sending_window: null,
	});
});

describe('Send with a key', () => {
	const send = (options: Json, more: Json = {}): Json => ({
		resource: 'message',
		operation: 'send',
		...toEach(options, more),
	});
	const sends = () => sandbox.requests().filter(({ method }) => method === 'POST');

	it('sends once over executions, and returns what was sent', async () => {
		const parameters = send({ deduplicationKey: '={{ $json.name }}' });
		const first = await outputOf(parameters, { ...setting, items: people('A', 'B') });
		const second = await outputOf(parameters, { ...setting, items: people('C', 'B', 'A') });
		expect(sends()).toHaveLength(3);
		expect(second.slice(1)).toEqual([...first].reverse());
		const refuse = send({ deduplicationKey: 'A', ifAlreadySent: 'reject' });
		const error = await errorOf(refuse, { ...setting, items: people('A') });
		expect(error.message).toMatch(/"Deduplication Key" is "A", which already has a message: sent/);
	});

	it('tells an unknown outcome as such, and is not repeated by Retry On Fail', async () => {
		for (const options of [{}, { deduplicationKey: 'a' }]) {
			sandbox.faults.add({ kind: 'dropResponse', method: 'POST', times: 1 });
			const before = sends().length;
			const { error } = await runByEngine(send(options), {
				...setting,
				items: people('A'),
				node: { retryOnFail: true, maxTries: 3 },
			});
			expect(error?.message).toMatch(/^The message was not sent again: the outcome of an earlier/);
			expect(sends().length - before).toBe(1);
		}
	});

	it('says of an unknown outcome what to do, not what the gateway advises', async () => {
		sandbox.faults.add({ kind: 'dropResponse', method: 'POST', times: 1 });
		const error = await errorOf(send({}), { ...setting, items: people('A') });
		expect(error.message).toMatch(/^It is unknown whether the message was sent: /);
		expect(error.description).toMatch(/^The node did not send it again, to avoid a duplicate/);
	});
});

describe('one item alone', () => {
	it('fails where its Data Table is wrong, though it is the first', async () => {
		tables.make('recipes', [{ name: 'title', type: 'string' }]);
		for (const wrong of ['', 'recipes', 'x'.repeat(200)]) {
			const items = [
				{ ...people('A')[0], table: wrong },
				{ ...people('B')[0], table: 'scheduled_messages' },
			];
			const parameters = toEach({}, { storeIn: 'dataTable', dataTable: '={{ $json.table }}' });
			const output = await outputOf(parameters, {
				...setting,
				items,
				node: { onError: 'continueRegularOutput' },
			});
			expect(output[0].error).toMatch(/^Item 1 of 2 \(\+\d+\): "Data Table" is /);
			expect(output[1]).toMatchObject({ status: 'scheduled', storedIn: 'n8n' });
		}
	});

	it('fails where its place to hold messages is wrong, though it is the first', async () => {
		const items = [
			{ ...people('A')[0], place: 'moon' },
			{ ...people('B')[0], place: 'gateway' },
		];
		const output = await outputOf(toEach({}, { storeIn: '={{ $json.place }}' }), {
			...setting,
			items,
			node: { onError: 'continueRegularOutput' },
		});
		expect(output.map(({ status, error }) => status ?? error)).toEqual([
			expect.stringMatching(/^Item 1 of 2 \(\+\d+\): "Store Messages In" is "moon"/),
			'scheduled',
		]);
	});
});

it('Get Many reads no further than its limit, also beyond a page', async () => {
	const sendAt = inSeconds(7_200);
	await execute(toEach({}, { storeIn: 'dataTable', sendAt }), { ...setting, items: people('A') });
	const table = tables.named('scheduled_messages');
	const row = table.row(1);
	const later = (minutes: number) => new Date(Date.parse(sendAt) + minutes * 60_000).toISOString();
	// 1,300 at one moment, among others: more than a page of one time.
	const rows = Array.from({ length: 5_000 }, (__, index) => ({
		...row,
		schedule_id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
		send_at: later(index < 500 ? index : index < 1_800 ? 500 : index),
	}));
	await table.insert(rows.reverse());
	const list = async (limit: number) => {
		tables.accesses = 0;
		const parameters = { operation: 'getAll', storeIn: 'dataTable', limit };
		return await outputOf(parameters, setting);
	};
	for (const limit of [999, 1_500, 2_345]) {
		const items = await list(limit);
		expect(items).toHaveLength(limit);
		expect(new Set(ids(items)).size).toBe(limit);
		const times = items.map(({ scheduledAt }) => String(scheduledAt));
		expect(times).toEqual([...times].sort());
		const wanted = [...table.rows.values()].map((one) => String(one.send_at)).sort();
		expect(times).toEqual(wanted.slice(0, limit));
		// Finding the table, its pages, what a person has added, and accounts that nobody serves.
		expect(tables.accesses).toBeLessThan(8);
	}
});

describe('Cancel', () => {
	it('whose response was lost is told as done by the next attempt', async () => {
		const [{ scheduleId }] = await outputOf(toEach({}), { ...setting, items: people('A') });
		const reads = 5;
		let cancels = 0;
		const { items, error } = await runByEngine(
			{ operation: 'cancel', ...byId(scheduleId) },
			{
				...setting,
				node: { retryOnFail: true, maxTries: 3 },
				onRequest: ({ method }) => {
					if (method !== 'DELETE' || ++cancels > 1) return;
					sandbox.faults.add({ kind: 'dropResponse', method: 'DELETE', times: 1 });
					sandbox.faults.add({ kind: 'errorBefore', method: 'DELETE', times: 4 });
					sandbox.faults.add({ kind: 'errorBefore', method: 'GET', times: reads });
				},
			},
		);
		expect(error).toBeUndefined();
		expect(items).toMatchObject([{ scheduleId, status: 'cancelled' }]);
		const again = await errorOf({ operation: 'cancel', ...byId(scheduleId) }, setting);
		expect(again.message).toContain('it is already cancelled');
	});
});
