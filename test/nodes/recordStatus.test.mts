import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { createStatusEvent, type StatusEventInput } from '../../messages/statusEvent';
import { toStatusEventItem } from '../../messages/statusEventItem';
import { describeAddress } from '../../messages/recipient';
import { DataTables } from './dataTables.mts';
import { credentialFor, errorOf, hurry, inSeconds, outputOf, type Json } from './fakeContext.mts';

/**
 * Record Status where webhooks name an account otherwise than the table's rows: on n8n's own contexts,
 * with Data Tables in memory.
 */
const NAME = 'scheduled_messages';
const TO = '+919988066776';
const SENT: Json = { status: 'sent', status_rank: 30, message_id: 'm1' };
const IN_DOUBT: Json = {
	status: 'unconfirmed',
	status_rank: 15,
	failure: 'The outcome is unknown',
};

let sandbox: Sandbox;
let tables: DataTables;

beforeAll(async () => void (sandbox = await startSandbox({ rateLimits: false })));
afterAll(async () => await sandbox.close());
beforeEach(() => {
	tables = new DataTables();
	hurry();
});
afterEach(() => jest.restoreAllMocks());

const messages = () => tables.named(NAME);
const row = (id = 1) => messages().row(id);

/** Schedules a message with a credential, and makes of its row what a run would. */
async function rowOf(credential: Json, more: Json): Promise<Json> {
	const parameters = { storeIn: 'dataTable', recipient: TO, text: 'Hi', sendAt: inSeconds(3_600) };
	const [item] = await outputOf({ operation: 'schedule', ...parameters }, { credential, tables });
	const id = messages().idOf(String(item.scheduleId));
	messages().edit(id, { send_started_at: inSeconds(-1), ...more } as never);
	return row(id) as never;
}

async function record(credential: Json, event: Partial<StatusEventInput>): Promise<Json> {
	const input = createStatusEvent({
		gateway: 'whapi',
		channel: 'whatsapp',
		status: 'delivered',
		messageId: 'm1',
		recipient: describeAddress(TO),
		receivedAt: inSeconds(0),
		raw: {},
		...event,
	});
	// As the trigger gives it.
	const items = [toStatusEventItem(input, 'UTC') as unknown as Json];
	const [item] = await outputOf({ operation: 'recordStatus' }, { credential, tables, items });
	return item;
}

describe('a Whapi.Cloud credential', () => {
	const CHANNEL = 'MANTIS-M72HC';
	const named = () => credentialFor(sandbox, { whapiChannelId: CHANNEL }, 'whapi');
	const nameless = () => credentialFor(sandbox, { whapiChannelId: '' }, 'whapi');
	const hello = { raw: { text: { body: 'Hi' } }, status: 'queued', account: CHANNEL } as const;

	it.each([
		['without Channel ID', nameless, nameless],
		['whose Channel ID was filled in later', nameless, named],
	])('%s finds its rows, whose webhooks name the channel', async (_, before, after) => {
		const { account } = await rowOf(before(), SENT);
		expect(account).toMatch(/^token-/);
		const item = await record(after(), { account: CHANNEL });
		expect(item).toMatchObject({ recorded: true, kept: false, account: CHANNEL });
		expect(row()).toMatchObject({ status: 'delivered', account });
	});

	it.each([
		['without Channel ID', nameless, nameless],
		['whose Channel ID was filled in later', nameless, named],
	])('%s settles its unconfirmed message', async (_, before, after) => {
		await rowOf(before(), IN_DOUBT);
		expect(await record(after(), hello)).toMatchObject({ recorded: true });
		expect(row()).toMatchObject({ status: 'queued', message_id: 'm1', failure: null });
	});

	it('settles none of two that could be meant, under whichever key they wait', async () => {
		await rowOf(nameless(), IN_DOUBT);
		await rowOf(named(), IN_DOUBT);
		expect(await record(named(), hello)).toMatchObject({ recorded: false, kept: true });
	});

	it('keeps the event of a message in flight, and a run records it under either key', async () => {
		await rowOf(nameless(), { status: 'sending' });
		expect(await record(nameless(), { account: CHANNEL })).toMatchObject({ kept: true });
		messages().edit(1, SENT as never);
		await outputOf({ operation: 'sendDue' }, { credential: named(), tables });
		expect(row().status).toBe('delivered');
		expect(tables.named(`${NAME}_events`).rows.size).toBe(0);
	});

	it('writes why a message did not arrive, and says first what came of it', async () => {
		await rowOf(named(), SENT);
		const failure = { code: '131026', reason: 'Not on WhatsApp' };
		const item = await record(named(), { account: CHANNEL, status: 'failed', failure });
		expect(Object.keys(item).slice(0, 4)).toEqual([
			'recorded',
			'kept',
			'addedToDoNotContact',
			'event',
		]);
		expect(item).toMatchObject({ recorded: true, failure: 'Not on WhatsApp' });
		expect(row()).toMatchObject({ status: 'failed', failure: 'Not on WhatsApp' });
	});

	it('leaves its rows alone for an event of another channel', async () => {
		await rowOf(nameless(), SENT);
		await rowOf(named(), IN_DOUBT);
		const other = { ...hello, account: 'OTHER-0001', origin: 'api' } as const;
		expect(await record(named(), other)).toMatchObject({ recorded: false });
		expect(await record(named(), { ...other, messageId: 'm2' })).toMatchObject({ kept: false });
		expect([row(1).status, row(2).status]).toEqual(['sent', 'unconfirmed']);
	});
});

describe('a ChatWhatsApp of one’s own', () => {
	const at = (session: string, host: string) => ({
		...credentialFor(sandbox),
		chatWhatsAppSessionId: session,
		chatWhatsAppUrl: host,
	});
	const event = (account: string) => ({ gateway: 'chatWhatsApp', account });

	it('finds the rows of a session, which webhooks name without the place', async () => {
		const own = at('session-1', 'https://wa.example.com');
		const { account } = await rowOf(own, SENT);
		expect(account).toBe('session-1@wa.example.com');
		expect(await record(own, event('session-1'))).toMatchObject({ recorded: true });
		expect(row()).toMatchObject({ status: 'delivered', account });
	});

	it('keeps the event of a message in flight; a run records it', async () => {
		const own = credentialFor(sandbox);
		const session = String(own.chatWhatsAppSessionId);
		const { account } = await rowOf(own, { status: 'sending' });
		expect(account).not.toBe(session);
		expect(await record(own, event(session))).toMatchObject({ kept: true });
		messages().edit(1, SENT as never);
		await outputOf({ operation: 'sendDue' }, { credential: own, tables });
		expect(row().status).toBe('delivered');
	});

	it('leaves the rows of other sessions and other places alone', async () => {
		await rowOf(at('session-1', 'https://wa.example.com'), SENT);
		await rowOf(at('session-2', 'https://wa.example.com'), SENT);
		const elsewhere = at('session-1', 'https://wa.example.org');
		expect(await record(elsewhere, event('session-1'))).toMatchObject({ recorded: false });
		expect(await record(elsewhere, event('session-2'))).toMatchObject({ recorded: false });
		expect([row(1).status, row(2).status]).toEqual(['sent', 'sent']);
	});
});

it('says of an ignored test event why it was ignored', async () => {
	const ignored =
		'The webhook of ChatWhatsApp reports Sent, which is not chosen under "Trigger On". Choose it there, or listen again.';
	const { message, description } = await errorOf(
		{ operation: 'recordStatus' },
		{
			credential: credentialFor(sandbox),
			items: [{ ignored, reason: 'notChosen', events: ['sent'] }],
		},
	);
	expect([message, description]).toEqual(['The "Input" item is not a status event', ignored]);
});

it.each(['soon', '', 17])(
	'puts the template in the place of a text, whatever somebody has made of the times of the event: %j',
	async (time) => {
		const credential = credentialFor(sandbox, {}, 'whatsAppCloud');
		const replacement_template = '{"name":"reminder","language":"en","variables":{}}';
		const { account } = await rowOf(credential, { ...SENT, replacement_template });
		const input = createStatusEvent({
			gateway: 'whatsAppCloud',
			channel: 'whatsapp',
			status: 'failed',
			failure: { code: '131047', reason: 'More than 24 hours have passed' },
			messageId: 'm1',
			recipient: describeAddress(TO),
			account: String(account),
			receivedAt: inSeconds(0),
			raw: {},
		});
		const items = [{ ...toStatusEventItem(input, 'UTC'), receivedAt: time, occurredAt: time }];
		const before = Date.now();
		await outputOf(
			{ operation: 'recordStatus' },
			{ credential, tables, items: items as unknown as Json[] },
		);
		expect(row()).toMatchObject({ status: 'scheduled', replacement_template });
		expect(Date.parse(String(row().replaced_at))).toBeGreaterThanOrEqual(before);
	},
);
