import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { accountsTableName, createLeaseStore } from '../../stores/table/accounts';
import { HEALTHY } from '../../stores/dispatcher/accountHealth';
import { INITIAL_PACE } from '../../stores/dispatcher/pace';
import { DataTables } from './dataTables.mts';
import { byId, credentialFor, executeContext, errorOf, inSeconds, type Json } from './harness.mts';
import { differences, schemaOf } from './schema.mts';

/**
 * Retry, Pause, Resume and Statistics: what a person does about messages that n8n holds. On n8n's own
 * contexts, with Data Tables in memory.
 */
const NAME = 'scheduled_messages';
const IN_TABLE = { holdIn: 'dataTable' };
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
	const id = Number(scheduleId.split('_')[2]);
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
				failure: { reason: 'Retried. Before: The gateway said no' },
			},
		]);
		expect(hints).toEqual([]);
		expect(messages().row(id)).toMatchObject({ status: 'scheduled', valid_for_minutes: 30 });
		expect(Date.parse(String(items[0].scheduledAt))).toBeLessThanOrEqual(Date.now());
	});

	it('refuses what may have been sent, and says how to do it all the same', async () => {
		const { id, scheduleId } = await rowWith('a', { status: 'unconfirmed' });
		const error = await refusal('retry', one(scheduleId));
		expect(error.message).toMatch(/outcome .* is unknown: it may have been sent already/);
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
			/"Account" is empty, but with "Reassign" .*\. Add the filter "Account"/,
		],
		['Scheduled Message', one('sched_abc'), /gateway holds .* itself: "Retry" is for messages/],
	])('names %s where that is wrong', async (_, parameters, said) => {
		await rowWith('a', failed);
		const { message, description } = await refusal('retry', parameters);
		expect(`${message}. ${description}`).toMatch(said);
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
		expect(items).toEqual([
			{
				gateway: GATEWAY,
				account: sandbox.accounts.whapi.channelId,
				credential: 'Gateway',
				paused: true,
				pausedUntil: until,
				note: 'deploy',
				isSending: false,
				leaseUntil: null,
			},
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
		expect((await operate('pause')).items).toMatchObject([
			{ paused: true, pausedUntil: null, note: null },
		]);
		expect((await operate('statistics')).items).toMatchObject([{ paused: [{ until: null }] }]);
	});

	it('waits until the run that sends has ended, unless told not to', async () => {
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
		expect(message).toMatch(/"Until" is .*, which has passed/);
	});
});

describe('Statistics', () => {
	it('is one item about all accounts of the table', async () => {
		await rowWith('a', overdue);
		await rowWith('b', { ...overdue, account: 'gone' });
		await rowWith('c', failed);
		await rowWith('d', { recipient: 'nobody', type: 'pigeon', send_at: '0026-01-01T00:00:00Z' });
		const { items } = await operate('statistics', { options: { timezone: 'Asia/Kolkata' } });
		expect(items).toMatchObject([
			{
				total: 4,
				due: 2,
				overdue: 2,
				unreadable: 1,
				byStatus: { scheduled: 3, failed: 1 },
				byAccount: [{ total: 3 }, { account: 'gone', total: 1 }],
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
			expect.stringMatching(/greenApi account "gone" \(1\)\. .* "Retry" and its option "Reassign"/),
		]);
		await operate('retry', { filters: { account: 'gone' }, options: { reassign: true } });
		expect((await operate('getAll', IN_TABLE)).hints).toEqual([]);
	});

	it('gives what it has read where that cannot be found out', async () => {
		await rowWith('a');
		await rowWith('b', { ...overdue, account: 'gone' });
		let reads = 0;
		// The messages under each of the account's two keys are read; what follows looks for the others'.
		tables.before = (operation) => {
			if (operation === 'get' && ++reads > 2) throw new Error('Database is closed');
		};
		const { items, hints } = await operate('getAll', IN_TABLE);
		expect([items.length, hints]).toEqual([1, []]);
	});
});
