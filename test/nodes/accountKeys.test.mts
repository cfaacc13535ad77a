import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { DataTables } from './dataTables.mts';
import { credentialFor, hurry, inSeconds, outputOf, type Json } from './fakeContext.mts';

/**
 * A Whapi.Cloud credential without *Channel ID* whose channel is filled in later: what it made before
 * is still its own. On n8n's own contexts, with Data Tables in memory.
 */
const NAME = 'scheduled_messages';

let sandbox: Sandbox;
let tables: DataTables;
let nameless: Json;
let named: Json;

beforeAll(async () => void (sandbox = await startSandbox({ rateLimits: false })));
afterAll(async () => await sandbox.close());
beforeEach(() => {
	tables = new DataTables();
	named = credentialFor(sandbox, {}, 'whapi');
	nameless = { ...named, whapiChannelId: '' };
	hurry();
});
afterEach(() => jest.restoreAllMocks());

const run = async (operation: string, credential: Json, parameters: Json = {}) =>
	await outputOf({ operation, recipient: '+919988066776', ...parameters }, { credential, tables });
const sendAt = inSeconds(3_600);
const later = (options: Json = {}): Json => ({
	storeIn: 'dataTable',
	text: 'Hi',
	sendAt,
	options,
});

it('Get Many lists what waits under the former key, beside the new', async () => {
	await run('schedule', nameless, later());
	await run('schedule', named, { ...later(), sendAt: inSeconds(1_800) });
	for (const returnAll of [true, false]) {
		const items = await run('getAll', named, { storeIn: 'dataTable', returnAll, limit: 5 });
		expect(items.map(({ account }) => account)).toEqual([
			'MANTIS-M72HC',
			expect.stringMatching(/^token-/),
		]);
	}
});

it.each([
	['by its key', { deduplicationKey: 'order-7' }],
	['by what it is', { ifAlreadyScheduled: 'return' }],
])('Schedule finds the message of before, %s', async (_, options) => {
	const [first] = await run('schedule', nameless, later(options));
	const [again] = await run('schedule', named, later(options));
	expect(again.scheduleId).toBe(first.scheduleId);
	expect(tables.named(NAME).rows.size).toBe(1);
});

it('Send finds the message of before by its key, and sends none', async () => {
	const message = { resource: 'message', text: 'Hi', options: { deduplicationKey: 'order-7' } };
	const [first] = await run('send', nameless, message);
	const [again] = await run('send', named, message);
	expect(again.messageId).toBe(first.messageId);
	expect(sandbox.messages('whapi')).toHaveLength(1);
});

describe('Send Due', () => {
	const another = () => ({ ...nameless, whapiToken: 'the-token-of-another-branch' });
	const due = { send_at: inSeconds(-60), next_attempt_at: inSeconds(-60) };
	const sent = () => sandbox.messages('whapi').filter(({ text }) => text === 'by branch B').length;

	it('of one credential without Channel ID sends nothing of another', async () => {
		await run('schedule', another(), { ...later(), text: 'by branch B' });
		tables.named(NAME).edit(1, due);
		expect(await run('sendDue', nameless)).toEqual([]);
		expect(tables.named(NAME).row(1).status).toBe('scheduled');
		expect(sent()).toBe(0);
	});

	it('sends what waited before Channel ID was filled in', async () => {
		await run('schedule', nameless, { ...later(), text: 'waited' });
		tables.named(NAME).edit(1, due);
		expect(await run('sendDue', named)).toMatchObject([{ text: 'waited', status: 'queued' }]);
	});
});
