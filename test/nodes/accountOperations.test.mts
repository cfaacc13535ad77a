import { formatLocalTime } from '../../messages/sendTime';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { accountsTableName, createLeaseStore } from '../../stores/table/accounts';
import { HEALTHY } from '../../stores/dispatcher/accountHealth';
import { INITIAL_PACE } from '../../stores/dispatcher/pace';
import { COLUMNS } from '../../stores/table/columns';
import { DataTables } from './dataTables.mts';
import {
	byId,
	credentialFor,
	executeContext,
	errorOf,
	inSeconds,
	type Json,
} from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

/**
 * Retry, Pause, Resume and Statistics: what a person does about messages that n8n holds. On n8n's own
 * contexts, with Data Tables in memory.
 */
const NAME = 'scheduled_messages';
const IN_TABLE = { storeIn: 'dataTable' };
const GATEWAY = 'whapi';

let sandbox: Sandbox;
let tables: DataTables;
let credential: Json;

beforeAll(async () => void (sandbox = await startSandbox({ rateLimits: false })));
afterAll(async () => await sandbox.close());
beforeEach(() => {
	tables = new DataTables();
	credential = credentialFor(sandbox, {}, GATEWAY);
});

interface Told {
	readonly items: Json[];
	readonly hints: string[];
}

/** Runs one operation: its items, which must be as its schema says, and what it says below them. */
async function operate(operation: string, parameters: Json = {}, items?: Json[]): Promise<Told> {
	const context = executeContext({ operation, ...parameters }, { credential, tables, items });
	const [output] = await new MessageScheduler().execute.call(context);
	const json = output.map((item) => item.json);
	const schema = schemaOf('scheduledMessage', operation);
	for (const item of json) {
		expect(differences(item, schema)).toEqual([]);
		expect(item).not.toHaveProperty('error');
	}
	return { items: json, hints: context.hints.map(({ message }) => message) };
}
const refusal = async (operation: string, parameters: Json) =>
	await errorOf({ operation, ...parameters }, { credential, tables });
const messages = () => tables.named(NAME);
const accounts = () => tables.named(accountsTableName(NAME));

/** Schedules one message, and makes of its row what a person or a run would. */
async function rowWith(text: string, more: Json = {}): Promise<{ id: number; scheduleId: string }> {
	const { items } = await operate('schedule', {
		...IN_TABLE,
		recipient: '+919988066776',
		text,
		sendAt: inSeconds(3_600),
	});
	const scheduleId = String(items[0].scheduleId);
	const id = messages().idOf(scheduleId);
	messages().edit(id, more as never);
	return { id, scheduleId };
}
const failed = { status: 'failed', failure: 'The gateway said no' };
const overdue = { send_at: inSeconds(-3_600), next_attempt_at: inSeconds(-3_600) };
const whole = { ...byId(''), selectBy: 'scheduleId' };
const one = (scheduleId: string): Json => ({ ...whole, ...byId(scheduleId) });

describe('Retry', () => {
	it('puts one message back by its id', async () => {
		const { id, scheduleId } = await rowWith('a', failed);
		const { items, hints } = await operate('retry', {
			...one(scheduleId),
			options: { validForMinutes: 30 },
		});
		expect(items).toMatchObject([
			{
				scheduleId,
				status: 'scheduled',
				text: 'a',
				failure: 'Retried. Before: The gateway said no',
			},
		]);
		expect(hints).toEqual([]);
		expect(messages().row(id)).toMatchObject({ status: 'scheduled', valid_for_minutes: 30 });
		expect(Date.parse(String(items[0].scheduledAt))).toBeLessThanOrEqual(Date.now());
	});

	it('refuses what may have been sent, and says how to do it all the same', async () => {
		const { id, scheduleId } = await rowWith('a', { status: 'unconfirmed' });
		const error = await refusal('retry', one(scheduleId));
		expect(error.message).toMatch(/outcome .* is unknown: it may already have been sent/);
		expect(`${error.message} ${error.description}`).toContain('turn on "May Go Out Twice"');
		expect(messages().row(id).status).toBe('unconfirmed');
		const options = { mayGoOutTwice: true };
		const { items } = await operate('retry', { ...one(scheduleId), options });
		expect(items).toMatchObject([{ status: 'scheduled' }]);
	});

	it('puts back what matches the filters, and says what it left', async () => {
		await rowWith('a', failed);
		await rowWith('b', { status: 'expired', failure: 'Too late' });
		await rowWith('c', { status: 'unconfirmed' });
		await rowWith('d', { ...failed, recipient: 'nobody', type: 'pigeon' });
		await rowWith('e', { ...failed, send_at: '0026-01-01T00:00:00.000Z' });
		const { items, hints } = await operate('retry');
		expect(items.map(({ text }) => text)).toEqual(['e', 'a', 'b']);
		expect(hints).toEqual([
			expect.stringMatching(
				/^Not retried: 1 with the status unconfirmed.* turn on "May Go Out Twice"/,
			),
			expect.stringMatching(/^Not retried: 1 that cannot .*: "Recipient" is "nobody"/),
		]);
	});

	it('says that more match than the limit', async () => {
		for (const text of ['a', 'b', 'c']) await rowWith(text, failed);
		const { items, hints } = await operate('retry', {
			limit: 2,
			filters: { statuses: ['failed'], failureContains: 'SAID no' },
		});
		expect(items).toHaveLength(2);
		expect(hints).toEqual([expect.stringMatching(/^More messages match/)]);
	});

	it.each<[string, Json, RegExp]>([
		['Limit', { limit: 0 }, /"Limit" is "0"/],
		['Statuses', { filters: { statuses: ['sent'] } }, /"Statuses" has "sent"/],
		['Recipient', { filters: { recipient: 'nobody' } }, /"Recipient" is "nobody"/],
		['Valid For', { options: { validForMinutes: 0 } }, /"Valid For" is "0"/],
		['Select By', { selectBy: 'chance' }, /"Select By" is "chance"/],
		[
			'Account',
			{ options: { reassign: true } },
			/"Account" is empty, but "Reassign" .*\. Add the filter "Account"/,
		],
		[
			'Scheduled Message',
			one('sched_abc'),
			/^"Scheduled Message" is "sched_abc", which is not the id/,
		],
	])('names %s where that is wrong', async (_, parameters, said) => {
		await rowWith('a', failed);
		const { message, description } = await refusal('retry', parameters);
		expect(`${message}. ${description}`).toMatch(said);
	});
});

describe('a Data Table', () => {
	const OTHERS = [
		...['getAll', 'sendDue', 'retry', 'pause', 'resume', 'statistics', 'purge', 'recordStatus'],
	];
	const STATUS = { gateway: GATEWAY, messageId: 'm1', status: 'sent', eventId: 'e1' };
	const at = (dataTable: unknown): Json => ({ ...IN_TABLE, dataTable: dataTable as never });
	const named = (value: string) => at({ __rl: true, mode: 'name', value });
	const itself = (value: string) => at({ __rl: true, mode: 'id', value });

	it.each(OTHERS)('that is mistyped is refused by %s, which makes none', async (operation) => {
		await rowWith('a');
		const before = tables.names;
		const error = await errorOf(
			{ operation, ...named('sheduled_mesages') },
			{ credential, tables, items: [STATUS] },
		);
		expect(error.message).toBe(
			'"Data Table" is "sheduled_mesages", which does not exist in this project. Did you mean "scheduled_messages"? Only the operation "Schedule" creates a table.',
		);
		expect(tables.names).toEqual(before);
	});

	it.each(OTHERS)('is meant by its name, its id or an expression, in %s', async (operation) => {
		await rowWith('a');
		const id = messages().id;
		for (const one of [named(NAME), itself(id), at(NAME)]) {
			const context = executeContext(
				{ operation, ...one },
				{ credential, tables, items: [STATUS] },
			);
			await expect(new MessageScheduler().execute.call(context)).resolves.toHaveLength(1);
		}
		expect(tables.names.filter((name) => !name.startsWith(NAME))).toEqual([]);
	});

	it('that was renamed is still found by its id, and its former name is refused', async () => {
		await rowWith('a');
		tables.rename(NAME, 'reminders');
		const id = tables.named('reminders').id;
		expect((await operate('getAll', itself(id))).items).toMatchObject([{ text: 'a' }]);
		expect((await refusal('getAll', named(NAME))).message).toMatch(
			/These tables store messages: "reminders"\./,
		);
	});

	it('is created by Schedule by its name, not by its id', async () => {
		const message = { recipient: '+919988066776', text: 'a', sendAt: inSeconds(3_600) };
		await operate('schedule', { ...message, ...named('reminders') });
		expect(tables.names).toEqual(['reminders']);
		const { message: said } = await refusal('schedule', { ...message, ...itself('nothing') });
		expect(said).toMatch(/"Data Table" is the ID "nothing", which does not exist in this project/);
		expect(tables.names).toEqual(['reminders']);
	});

	it.each([
		[named(' '), /"Data Table" is empty. Enter the name of a table, e.g. scheduled_messages/],
		[itself(''), /"Data Table" is empty. Enter the ID of a table/],
		[named('x'.repeat(129)), /"Data Table" is longer than 128 characters/],
	])('that is none is refused: %#', async (parameters, said) => {
		expect((await refusal('getAll', parameters)).message).toMatch(said);
	});
});

describe('a scheduled message by its id', () => {
	const OPERATIONS = ['get', 'cancel', 'reschedule'];
	const parameters = (scheduleId: string): Json => ({
		...byId(scheduleId),
		sendAt: inSeconds(7_200),
	});
	const UNKNOWN = '0fa5e6c0-98d1-4c5e-9b1a-6c1f0a2b3c4d';

	it.each(OPERATIONS)('is found by %s in whichever table has it', async (operation) => {
		await rowWith('a');
		const at = { ...IN_TABLE, dataTable: 'reminders', recipient: '+919988066776', text: 'b' };
		const [{ scheduleId }] = (await operate('schedule', { ...at, sendAt: inSeconds(60) })).items;
		const { items } = await operate(operation, parameters(String(scheduleId)));
		expect(items).toMatchObject([{ scheduleId, text: 'b' }]);
		expect(tables.named('reminders').row(1).schedule_id).toBe(scheduleId);
	});

	it.each(OPERATIONS)(
		'that two tables have is left alone by %s, which names both',
		async (name) => {
			const { id, scheduleId } = await rowWith('a');
			const before = messages().row(id);
			await tables.makeMessages('backup').insert([{ ...before, id: null }]);
			const { message, description } = await refusal(name, parameters(scheduleId));
			expect(message).toBe(
				`The Data Tables "scheduled_messages" and "backup" both store a message with the schedule id "${scheduleId}", so nothing was changed`,
			);
			expect(description).toMatch(/Delete the copy/);
			expect(messages().row(id)).toEqual(before);
		},
	);

	it.each(OPERATIONS)(
		'in a table that lacks a newer column is left alone by %s, which names the column',
		async (name) => {
			const old = COLUMNS.filter((column) => column.name !== 'frequency_cap');
			const table = tables.make(
				'older',
				old.map((column) => ({ ...column })),
			);
			const { id, scheduleId } = await rowWith('a');
			const row = messages().row(id);
			messages().rows.clear();
			await table.insert([{ ...row, id: null }]);
			const { message } = await refusal(name, parameters(scheduleId));
			expect(message).toBe(
				'"Data Table" is "older", but it lacks 1 column for messages: frequency_cap (string). Add it in n8n, or enter another name.',
			);
			expect(table.row(1)).toMatchObject({ status: 'scheduled', send_at: row.send_at });
		},
	);

	it.each(OPERATIONS)(
		'that nothing has is refused by %s, which says where it looked',
		async (name) => {
			await rowWith('a');
			const error = await refusal(name, parameters(UNKNOWN));
			expect(error.message).toBe(
				`No Data Table of this project stores a message with the schedule id "${UNKNOWN}"`,
			);
			expect(error.description).toMatch(/column "schedule_id".*"Get Many"/);
		},
	);

	it.each(OPERATIONS)(
		'may be the gateway’s, which %s asks last and does not alarm for',
		async (name) => {
			await rowWith('a');
			const error = await errorOf(
				{ operation: name, ...parameters(UNKNOWN) },
				{ credential: credentialFor(sandbox), tables },
			);
			expect(error.message).toBe(
				`Neither ChatWhatsApp nor a Data Table of this project stores a message with the schedule id "${UNKNOWN}"`,
			);
			expect(error.description).not.toMatch(/restart|in memory/);
		},
	);

	it.each(OPERATIONS)(
		'that is no UUID is refused by %s where the gateway stores none',
		async (name) => {
			const { message } = await refusal(name, parameters('sched_abc123'));
			expect(message).toMatch(
				/^"Scheduled Message" is "sched_abc123", which is not the id .* Whapi.Cloud does not store messages\. Enter the id from the column "schedule_id"/,
			);
		},
	);

	it('costs one look for many', async () => {
		const ids: string[] = [];
		for (const text of ['a', 'b', 'c', 'd', 'e']) ids.push((await rowWith(text)).scheduleId);
		tables.accesses = 0;
		const { items } = await operate(
			'get',
			byId('={{ $json.id }}'),
			ids.map((id) => ({ id })),
		);
		expect(items.map(({ scheduleId }) => scheduleId)).toEqual(ids);
		// The list of tables, which of them, and the rows.
		expect(tables.accesses).toBe(3);
	});

	it('is the one of the table that Retry names, or the error says which has it', async () => {
		const { scheduleId } = await rowWith('a', failed);
		tables.makeMessages('reminders');
		const error = await refusal('retry', { ...one(scheduleId), dataTable: 'reminders' });
		expect(error.message).toBe(
			`"Data Table" is not the table that stores the scheduled message "${scheduleId}". Enter "scheduled_messages".`,
		);
		expect((await operate('retry', one(scheduleId))).items).toMatchObject([{ scheduleId }]);
	});

	it('that is cancelled already says whom it was for, who stores it, and how to go on', async () => {
		const { scheduleId } = await rowWith('See you at ten, and bring the papers with you');
		await operate('cancel', byId(scheduleId));
		const error = await refusal('cancel', byId(scheduleId));
		expect(error.message).toBe(
			`The message "See you at ten, and bring the …" to +919988066776 ("${scheduleId}") can no longer be cancelled: it is already cancelled (in the table: "cancelled")`,
		);
		expect(error.description).toMatch(/"If No Longer Pending" under Options/);
		const options = { ifNotPending: 'return' };
		expect((await operate('cancel', { ...byId(scheduleId), options })).items).toMatchObject([
			{ status: 'cancelled' },
		]);
	});
});

describe('Reassign', () => {
	const filters = { account: 'gone' };
	const options = { reassign: true };

	it('moves the messages of an account that nobody serves to this one', async () => {
		const { id } = await rowWith('a', { account: 'gone', gateway: 'greenApi' });
		await rowWith('b', { account: 'another' });
		const { items } = await operate('retry', { filters, options });
		const { channelId } = sandbox.accounts.whapi;
		expect(items).toMatchObject([
			{ text: 'a', status: 'scheduled', gateway: GATEWAY, account: channelId },
		]);
		expect(messages().row(id)).toMatchObject({ credential: 'Gateway', account: channelId });
		expect(messages().row(2).account).toBe('another');
	});

	it('moves none of an account that is in use', async () => {
		const { scheduleId } = await rowWith('a', { account: 'gone' });
		await operate('statistics');
		const sender = { gateway: GATEWAY, account: 'gone', credential: 'Old' };
		const lease = createLeaseStore(accounts() as never, [sender]);
		await lease.acquire('a run', Date.now() - 60_000, Date.now() - 60_000);
		const error = await refusal('retry', { ...one(scheduleId), options });
		expect(error.message).toMatch(/account "gone" is in use/);
		const { items, hints } = await operate('retry', { filters, options });
		expect(items).toEqual([]);
		expect(hints).toEqual([expect.stringMatching(/account "gone" is in use/)]);
		expect(messages().row(1).account).toBe('gone');
	});

	it('refuses a message that the gateway cannot send', async () => {
		const { scheduleId } = await rowWith('a', { account: 'gone', recipient: 'nobody' });
		const error = await refusal('retry', { ...one(scheduleId), options });
		expect(error.message).toMatch(/"Recipient" is "nobody"/);
		expect(messages().row(1).account).toBe('gone');
	});
});

describe('Pause and Resume', () => {
	const state = { health: HEALTHY, pace: INITIAL_PACE };

	it('keep Send Due from sending in between', async () => {
		await rowWith('a', overdue);
		const until = inSeconds(3_600);
		const { items, hints } = await operate('pause', { note: ' deploy ', until });
		expect(items).toHaveLength(1);
		expect(Object.entries(items[0])).toEqual([
			['paused', true],
			['pausedUntilLocal', formatLocalTime(until, String(items[0].timezone))],
			['note', 'deploy'],
			['isSending', false],
			['credential', 'Gateway'],
			['timezone', expect.any(String)],
			['pausedUntil', until],
			['leaseUntil', null],
			['gateway', GATEWAY],
			['account', sandbox.accounts.whapi.channelId],
		]);
		expect(hints).toEqual([]);
		const during = await operate('sendDue');
		expect(during).toMatchObject({ items: [], hints: [expect.stringMatching(/\("deploy"\)/)] });
		expect((await operate('resume')).items).toMatchObject([
			{ paused: false, pausedUntil: null, note: null },
		]);
		expect((await operate('sendDue')).items).toMatchObject([{ text: 'a' }]);
	});

	it('has no end unless one is given', async () => {
		tables.makeMessages();
		expect((await operate('pause')).items).toMatchObject([
			{ paused: true, pausedUntilLocal: null, pausedUntil: null, note: null },
		]);
		expect((await operate('statistics')).items).toMatchObject([{ paused: [{ until: null }] }]);
	});

	it('waits until the run that sends has ended, unless told not to', async () => {
		tables.makeMessages();
		await operate('statistics');
		const [row] = [await operate('resume')].map(({ items }) => items[0]);
		const sender = { gateway: GATEWAY, account: String(row.account), credential: 'Gateway' };
		const lease = createLeaseStore(accounts() as never, [sender]);
		const leaseUntil = Date.now() + 60_000;
		await lease.acquire('a run', Date.now(), leaseUntil);
		const at = new Date(leaseUntil).toISOString();
		const now = await operate('pause', { options: { waitUntilIdle: false } });
		expect(now.items).toMatchObject([{ paused: true, isSending: true, leaseUntil: at }]);
		expect(now.hints).toEqual([expect.stringMatching(/may still have messages in flight/)]);
		let reads = 0;
		tables.before = (operation) => {
			// The run ends when it was looked for some times.
			if (operation === 'get' && ++reads === 5) void lease.release('a run', state);
		};
		const waited = await operate('pause');
		expect(waited).toMatchObject({ items: [{ isSending: false, leaseUntil: null }], hints: [] });
		expect(reads).toBeGreaterThanOrEqual(5);
	});

	it('names a time that has passed', async () => {
		const { message } = await refusal('pause', { until: inSeconds(-60) });
		expect(message).toMatch(/"Until" is .*, which is in the past/);
	});
});

describe('Statistics', () => {
	it('is one item about all accounts of the table', async () => {
		await rowWith('a', overdue);
		await rowWith('b', { ...overdue, account: 'gone' });
		await rowWith('c', failed);
		await rowWith('d', { recipient: 'nobody', type: 'pigeon', send_at: '0026-01-01T00:00:00Z' });
		// Typed in by hand.
		await rowWith('e', { account: '' });
		const { items } = await operate('statistics', { options: { timezone: 'Asia/Kolkata' } });
		expect(items).toMatchObject([
			{
				atLocal: formatLocalTime(String(items[0].at), 'Asia/Kolkata'),
				sinceLocal: formatLocalTime(String(items[0].since), 'Asia/Kolkata'),
				timezone: 'Asia/Kolkata',
				total: 5,
				due: 2,
				overdue: 2,
				unreadable: 1,
				byStatus: { scheduled: 4, failed: 1 },
				byAccount: [{ total: 3 }, { account: 'gone', total: 1 }, { account: null, total: 1 }],
			},
		]);
		const [{ byHour }] = items;
		expect((byHour as unknown as Json[])[0].hour).toMatch(/:00:00\.000\+05:30$/);
	});

	it('names Period where that is wrong', async () => {
		const { message } = await refusal('statistics', { periodDays: 0 });
		expect(message).toMatch(/"Period" is "0"/);
	});
});

describe('Get Many', () => {
	it('says which accounts of the table nobody serves, and is not spoiled by unreadable rows', async () => {
		await rowWith('a');
		await rowWith('b', { ...overdue, account: 'gone', gateway: 'greenApi' });
		await rowWith('c', { recipient: 'nobody', type: 'pigeon', send_at: null });
		const { items, hints } = await operate('getAll', IN_TABLE);
		expect(items).toHaveLength(2);
		expect(hints).toEqual([
			expect.stringMatching(
				/^1 overdue message belongs to another account.*greenApi account "gone" \(1\)\. .* "Retry" and its option "Reassign"/,
			),
		]);
		await operate('retry', { filters: { account: 'gone' }, options: { reassign: true } });
		expect((await operate('getAll', IN_TABLE)).hints).toEqual([]);
	});

	it('gives what it has read where that cannot be found out', async () => {
		await rowWith('a');
		await rowWith('b', { ...overdue, account: 'gone' });
		let failed = 0;
		// Only this look is for messages of other accounts.
		tables.before = (operation, parameters) => {
			if (operation !== 'get' || !/"condition":"neq"/.test(JSON.stringify(parameters))) return;
			failed += 1;
			throw new Error('Database is closed');
		};
		const { items, hints } = await operate('getAll', IN_TABLE);
		expect([items.length, hints, failed]).toEqual([1, [], 1]);
	});
});
