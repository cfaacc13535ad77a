import { describeAddress } from '../../../messages/recipient';
import type { Values } from '../../../stores/table/columns';
import { isWaiting, joinEvents, keepEvent } from '../../../stores/table/keptEvents';
import type { RecordableStatus } from '../../../stores/table/recordStatus';
import { FakeClock, iso, MINUTE, rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const DAY = 24 * 60 * MINUTE;
const OTHER = { ...SENDER, account: 'account-2' };

let table: MemoryTable;
let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
	table = new MemoryTable();
	table.now = clock.now;
});

const context = (...senders: Array<typeof SENDER>) => ({
	table,
	senders: senders.length === 0 ? [SENDER] : senders,
	now: clock.now,
});
const event = (messageId: string, more: Partial<RecordableStatus> = {}): RecordableStatus => ({
	gateway: SENDER.gateway,
	account: SENDER.account,
	messageId,
	status: 'delivered',
	failure: null,
	occurredAt: null,
	receivedAt: iso(clock.ms),
	recipient: describeAddress('+919988066776'),
	origin: null,
	reference: null,
	text: null,
	...more,
});
const keep = async (messageId: string, more: Partial<RecordableStatus> = {}, sender = SENDER) =>
	await keepEvent(context(sender), event(messageId, more));
const insert = async (...rows: Values[]) => await table.insert(rows);
const sent = (messageId: string, more: Values = {}) =>
	rowOf(messageId, START, { status: 'queued', status_rank: 20, message_id: messageId, ...more });
/** A message that waits for its id, so that no event is given up. */
const inFlight = () => rowOf('in flight', START, { status: 'sending' });
const left = () => [...(table.kept?.rows.values() ?? [])].map(({ message_id: id }) => id);

it('keeps of an event what is recorded later', async () => {
	await keep('m1', {
		account: null,
		occurredAt: iso(START),
		reference: 'order-1',
		text: 'hello',
		failure: { code: '1', reason: 'why' },
	});
	await keep('m2', { isWindowClosed: true, status: 'failed', recipient: null });
	expect(table.kept!.row(1)).toMatchObject({
		status: 'delivered',
		status_rank: 40,
		gateway: SENDER.gateway,
		account: SENDER.account,
		message_id: 'm1',
		recipient: '+919988066776',
		reference: 'order-1',
		text: 'hello',
		failure: 'why',
		sent_at: iso(START),
	});
	expect(table.kept!.row(2)).toMatchObject({ failure: 'windowClosed: ', recipient: null });
	await keep('m3');
	expect(table.kept!.row(3).failure).toBeNull();
});

it('does not create a place for events only to join none', async () => {
	await joinEvents(context());
	expect(table.kept).toBeNull();
});

it('records what was kept, the lowest status first, so that each leaves its time', async () => {
	await insert(sent('m1'));
	await keep('m1', { status: 'delivered', failure: { code: null, reason: 'a remark' } });
	await keep('m1', { status: 'sent', occurredAt: iso(START + MINUTE) });
	await joinEvents(context());
	expect(table.row(1)).toMatchObject({
		status: 'delivered',
		sent_at: iso(START + MINUTE),
		failure: 'a remark',
	});
	expect(left()).toEqual([]);
});

it('joins the events of the messages that are named, of its own account, and no others', async () => {
	await insert(sent('m1'), sent('m2'), sent('m3', { account: OTHER.account }));
	await keep('m1');
	await keep('m2');
	await keep('m3', { account: OTHER.account }, OTHER);
	await keep('m4');
	await joinEvents(context(), []);
	expect(left()).toEqual(['m1', 'm2', 'm3', 'm4']);
	await joinEvents(context(), ['m1', 'm3', 'm4']);
	expect(table.statuses).toEqual(['delivered', 'queued', 'queued']);
	expect(left()).toEqual(['m2', 'm3', 'm4']);
	await joinEvents(context(SENDER, OTHER));
	expect(table.statuses).toEqual(['delivered', 'delivered', 'delivered']);
	// No message waits any more, so nothing comes of the last one.
	expect(left()).toEqual([]);
});

it('leaves two rows alone of which it is unknown which is meant, and the event goes', async () => {
	await insert(sent('m1'), sent('m1'), inFlight());
	await keep('m1');
	await keep('m2');
	await joinEvents(context());
	expect(table.statuses).toEqual(['queued', 'queued', 'sending']);
	expect(left()).toEqual(['m2']);
});

it('does not record again what was recorded, and about to be removed', async () => {
	await insert(sent('m1'), inFlight());
	await keep('m1');
	table.kept!.edit(1, { status: 'joined' });
	await keep('m2');
	await joinEvents(context());
	expect(table.statuses).toEqual(['queued', 'sending']);
	table.kept!.edit(2, { message_id: '' });
	await joinEvents(context());
	expect(table.kept!.rows.size).toBe(2);
	await keep('m3');
	await insert(sent('m3'));
	await joinEvents(context());
	// The first goes with the next one that is recorded.
	expect(left()).toEqual(['']);
});

it('settles an unconfirmed message by what it says of itself only', async () => {
	const unconfirmed = { status: 'unconfirmed', status_rank: 15, send_started_at: iso(START) };
	await insert(rowOf('hello', START, unconfirmed), inFlight());
	await keep('m1');
	await keep('m2', { text: 'bye' });
	await joinEvents(context());
	expect(table.row(1)).toMatchObject({ status: 'unconfirmed', message_id: null });
	expect(left()).toEqual(['m1', 'm2']);
	await keep('m3', { text: 'hello' });
	await joinEvents(context());
	expect(table.row(1)).toMatchObject({ status: 'delivered', message_id: 'm3' });
	expect(left()).toEqual(['m1', 'm2']);
});

it('settles an unconfirmed message by the reference that it was sent with', async () => {
	const cells = { status: 'unconfirmed', send_started_at: iso(START), reference: 'order-1' };
	await insert(rowOf('hello', START, cells));
	await keep('m1', { reference: 'order-1' });
	await joinEvents(context());
	expect(table.row(1)).toMatchObject({ status: 'delivered', message_id: 'm1' });
});

it('gives an event up after two days, not before', async () => {
	await insert(inFlight());
	await keep('m1');
	clock.ms += 2 * DAY;
	await joinEvents(context());
	expect(left()).toEqual(['m1']);
	clock.ms += 1;
	await joinEvents(context());
	expect(left()).toEqual([]);
});

it.each<[string, Values, boolean]>([
	['is in flight', { status: 'sending', message_id: 'x' }, true],
	['is in the queue without id', { status: 'queued', sent_at: iso(START - 2 * DAY) }, true],
	['has been there for long', { status: 'queued', sent_at: iso(START - 2 * DAY - 1) }, false],
	['is in the queue, with id', { status: 'queued', sent_at: iso(START), message_id: 'x' }, false],
	['may have been sent', { status: 'unconfirmed', send_started_at: iso(START - 2 * DAY) }, true],
	[
		'may have been sent long ago',
		{ status: 'unconfirmed', send_started_at: iso(START - 2 * DAY - 1) },
		false,
	],
	[
		'may have been sent, with id',
		{ status: 'unconfirmed', send_started_at: iso(START), message_id: 'x' },
		false,
	],
	['is still to be sent', { status: 'scheduled' }, false],
	['was sent', { status: 'sent', sent_at: iso(START) }, false],
	['is another account’s', { status: 'sending', account: OTHER.account }, false],
	['is another gateway’s', { status: 'sending', gateway: 'another' }, false],
])('a message that %s waits for its id, or not', async (_, cells, expected) => {
	await insert(rowOf('a', START, cells));
	expect(await isWaiting(context())).toBe(expected);
});
