import { describeAddress } from '../../../messages/recipient';
import {
	createKeyLedger,
	KEY_COLUMNS,
	type KeyColumn,
} from '../../../stores/deduplication/keyTable';
import { recordEvent } from '../../../stores/table/recordEvent';
import type { RecordableStatus } from '../../../stores/table/recordStatus';
import { resolveMessageIds } from '../../../stores/table/resolveMessageIds';
import { createTableStore } from '../../../stores/table/tableStore';
import { Entry } from '../fakeScheduler.mts';
import {
	connection,
	FakeClock,
	FakeGateway,
	iso,
	message,
	MINUTE,
	rowOf,
	SENDER,
	START,
} from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

/*
 * One account under two keys: what was scheduled before the credential named its account stands under
 * the key of its secret, and is the credential's all the same.
 */
const FORMER = { ...SENDER, account: 'key of the secret' };
const SENDERS = [SENDER, FORMER];

let table: MemoryTable;
let clock: FakeClock;
let fake: FakeGateway;

beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	table.now = clock.now;
	fake = new FakeGateway();
});

const storeForId = (senders = SENDERS) =>
	createTableStore(table, { gateway: fake.gateway, senders, timezone: 'UTC', now: clock.now });

const schedule = async (text: string, senders = SENDERS, key?: string, options = {}) =>
	await storeForId(senders).schedule(
		message(text, START + MINUTE, key === undefined ? {} : { deduplicationKey: key }),
		new Entry(),
		options,
	);

const context = () => ({
	gateway: fake.gateway,
	connection,
	table,
	senders: SENDERS,
	now: clock.now,
	sleep: clock.sleep,
});

const event = (more: Partial<RecordableStatus> = {}): RecordableStatus => ({
	gateway: SENDER.gateway,
	account: SENDER.account,
	messageId: 'm1',
	status: 'delivered',
	failure: null,
	occurredAt: iso(clock.ms),
	receivedAt: iso(clock.ms),
	recipient: describeAddress('+919988066776'),
	origin: null,
	reference: null,
	text: null,
	...more,
});

it('lists the messages of every key, the earliest first, also with a limit', async () => {
	await table.insert([
		rowOf('second', START + 2 * MINUTE),
		rowOf('first', START + MINUTE, { account: FORMER.account }),
		rowOf('another’s', START, { account: 'account-2' }),
	]);
	const texts = async (limit?: number) =>
		(await storeForId().list({}, limit)).map(({ text }) => text);
	expect(await texts()).toEqual(['first', 'second']);
	expect((await texts(1))[0]).toBe('first');
	expect((await storeForId().list({ status: 'queued' }, 5)).length).toBe(0);
});

it('makes one message of a deduplication key, and new ones under the key of today', async () => {
	const first = await schedule('once', [FORMER], 'order-1');
	expect(await schedule('again', SENDERS, 'order-1')).toEqual(first);
	await schedule('other', SENDERS, 'order-2');
	expect([...table.rows.values()].map(({ account }) => account)).toEqual([
		FORMER.account,
		SENDER.account,
	]);
});

it('returns an equal message that waits under the former key', async () => {
	const first = await schedule('equal', [FORMER], undefined, { ifExists: 'return' });
	expect(await schedule('equal', SENDERS, undefined, { ifExists: 'return' })).toEqual(first);
	expect(table.rows.size).toBe(1);
});

it('finds keys that were used under the former key of the account', async () => {
	const keys = new MemoryTable<KeyColumn>(KEY_COLUMNS.map(({ name }) => name));
	await createKeyLedger(keys, [FORMER], clock.now).insert('a', 'item-1');
	const ledger = createKeyLedger(keys, SENDERS, clock.now);
	expect(await ledger.find('a')).toHaveLength(1);
	await ledger.insert('b', 'item-1');
	expect(keys.row(2).account).toBe(SENDER.account);
});

it('asks the gateway for the ids of messages under the former key', async () => {
	fake.lookup = async () => ({ messageId: 'm1', status: 'sent', failure: null }) as never;
	await table.insert([
		rowOf('a', START, {
			account: FORMER.account,
			status: 'queued',
			queue_id: 'q1',
			sent_at: iso(START),
		}),
	]);
	expect(await resolveMessageIds(context())).toBe(1);
	expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'm1' });
});

it('settles a message of unknown outcome under the former key', async () => {
	await table.insert([
		rowOf('hello', START, {
			account: FORMER.account,
			status: 'unconfirmed',
			status_rank: 15,
			send_started_at: iso(clock.ms),
		}),
	]);
	expect(await recordEvent(context(), event({ text: 'hello' }))).toMatchObject({ recorded: true });
	expect(table.row(1)).toMatchObject({ status: 'delivered', message_id: 'm1' });
});

it('keeps a status for a message in flight under the former key, and records it later', async () => {
	await table.insert([rowOf('a', START, { account: FORMER.account, status: 'sending' })]);
	expect(await recordEvent(context(), event())).toEqual({ recorded: false, kept: true });
	table.edit(1, { status: 'sent', status_rank: 30, message_id: 'm1' });
	await resolveMessageIds(context());
	expect(table.row(1).status).toBe('delivered');
});
