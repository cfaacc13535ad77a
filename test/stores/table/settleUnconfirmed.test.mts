import { describeAddress } from '../../../messages/recipient';
import { STATUSES } from '../../../messages/status';
import type { Values } from '../../../stores/table/columns';
import { toOutgoing } from '../../../stores/table/rows';
import type { RecordableStatus } from '../../../stores/table/recordStatus';
import { settleUnconfirmed } from '../../../stores/table/settleUnconfirmed';
import { iso, MINUTE, rowOf, SECOND, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

let table: MemoryTable;
beforeEach(() => (table = new MemoryTable()));

const unconfirmed = (text: string, more: Values = {}): Values =>
	rowOf(text, START, {
		status: 'unconfirmed',
		status_rank: STATUSES.unconfirmed.rank,
		send_started_at: iso(START),
		failure: 'It is unknown whether the message was sent',
		...more,
	});

const settle = async (more: Partial<RecordableStatus> = {}) =>
	await settleUnconfirmed(
		table,
		{
			gateway: SENDER.gateway,
			account: SENDER.account,
			messageId: 'm1',
			status: 'sent',
			failure: null,
			occurredAt: iso(START + SECOND),
			receivedAt: iso(START + 2 * SECOND),
			recipient: describeAddress('919988066776@s.whatsapp.net'),
			origin: 'api',
			reference: null,
			text: 'hello',
			...more,
		},
		[SENDER],
	);

const ids = () => [...table.rows.values()].map(({ message_id: id }) => id);

it('writes id, status and time, and clears the reason', async () => {
	await table.insert([unconfirmed('hello')]);
	expect(await settle()).toBe(true);
	expect(table.row(1)).toMatchObject({
		message_id: 'm1',
		status: 'sent',
		status_rank: STATUSES.sent.rank,
		sent_at: iso(START + SECOND),
		failure: null,
	});
	expect(await settle({ messageId: 'm2' })).toBe(false);
});

it('is never to be sent again, though the gateway says that it has scheduled it', async () => {
	await table.insert([unconfirmed('hello')]);
	expect(await settle({ status: 'scheduled' })).toBe(true);
	expect(table.row(1)).toMatchObject({
		status: 'queued',
		status_rank: STATUSES.queued.rank,
		message_id: 'm1',
	});
});

it('takes over a failure with its reason', async () => {
	await table.insert([unconfirmed('hello')]);
	await settle({ status: 'failed', failure: { code: '1', reason: 'not on WhatsApp' } });
	expect(table.row(1)).toMatchObject({ status: 'failed', failure: 'not on WhatsApp' });
});

it.each<[string, Partial<RecordableStatus>, Values?]>([
	[
		'the text, but for blanks around it and line ends',
		{ text: ' hello\nyou ' },
		{ text: 'hello\r\nyou' },
	],
	['the caption', { text: 'look' }, { text: null, caption: 'look' }],
	['an empty text where the row has none', { text: ' ' }, { text: null, caption: null }],
	['a time a quarter of an hour after the request', { occurredAt: iso(START + 15 * MINUTE) }],
	['a time two minutes before the request', { occurredAt: iso(START - 2 * MINUTE) }],
	['the reference', { text: null, reference: 'order-7' }, { reference: 'order-7' }],
	[
		'the row’s own id as reference, however late',
		{ text: null, reference: 'key', occurredAt: iso(START + 600 * MINUTE) },
		{ schedule_id: 'key' },
	],
	[
		'the row’s own id, whatever form the recipient has',
		{ text: null, reference: 'key', recipient: describeAddress('US.13491208655302741918') },
		{ schedule_id: 'key' },
	],
	[
		'the row’s own id, without a recipient',
		{ text: null, reference: 'key', recipient: null },
		{ schedule_id: 'key' },
	],
	['no origin', { origin: null }],
	['no account', { account: null }],
	['no time of its own', { occurredAt: null }],
	['a time a minute before the request, by another clock', { occurredAt: iso(START - MINUTE) }],
])('fits by %s', async (_, event, row = {}) => {
	await table.insert([unconfirmed('hello', row)]);
	expect(await settle(event)).toBe(true);
});

it.each<[string, Partial<RecordableStatus>, Values?]>([
	['another text', { text: 'hello!' }],
	['neither text nor reference', { text: null }],
	['another reference', { reference: 'order-8' }, { reference: 'order-7' }],
	['a reference, but the row has none', { reference: 'order-8' }],
	[
		'the reference, but another text',
		{ reference: 'order-7', text: 'hi' },
		{ reference: 'order-7' },
	],
	[
		'another recipient, though the reference is the user’s',
		{ reference: 'order-7', text: null, recipient: describeAddress('14155238886@c.us') },
		{ reference: 'order-7' },
	],
	['another recipient', { recipient: describeAddress('14155238886@c.us') }],
	['no recipient', { recipient: null }],
	['another account', { account: 'account-2' }],
	['another gateway', { gateway: 'whapi' }],
	['the phone', { origin: 'phone' }],
	['an unknown status', { status: 'unknown' }],
	['no message id', { messageId: null }],
	['a time long after the request', { occurredAt: iso(START + 15 * MINUTE + 1) }],
	['a time before the request', { occurredAt: iso(START - 2 * MINUTE - 1) }],
	['a text where the row has none', { text: 'x' }, { text: null, caption: null }],
	['a row whose request never began', {}, { send_started_at: null }],
	['a row that has an id', {}, { message_id: 'm9' }],
	['a row that is no longer unconfirmed', {}, { status: 'scheduled' }],
])('does not fit by %s', async (_, event, row = {}) => {
	await table.insert([unconfirmed('hello', row)]);
	const before = { ...table.row(1) };
	expect(await settle(event)).toBe(false);
	expect(table.row(1)).toEqual(before);
});

it('settles none of two that are equal, and the one that is not', async () => {
	await table.insert([unconfirmed('hello'), unconfirmed('hello'), unconfirmed('bye')]);
	expect(await settle()).toBe(false);
	expect(ids()).toEqual([null, null, null]);
	expect(await settle({ text: 'bye' })).toBe(true);
	expect(ids()).toEqual([null, null, 'm1']);
});

it.each(['sending', 'queued'])('settles none while an equal one is %s', async (status) => {
	await table.insert([unconfirmed('hello'), unconfirmed('hello', { status })]);
	expect(await settle()).toBe(false);
	expect(ids()).toEqual([null, null]);
	// One with an id of its own is not meant.
	table.edit(2, { message_id: 'm9' });
	expect(await settle()).toBe(true);
	expect(ids()).toEqual(['m1', 'm9']);
});

it('settles one row by one of two events at once', async () => {
	await table.insert([unconfirmed('hello')]);
	const results = await Promise.all([settle(), settle({ messageId: 'm2' })]);
	expect(results.filter(Boolean)).toHaveLength(1);
});

it('leaves a row that somebody changes meanwhile', async () => {
	await table.insert([unconfirmed('hello')]);
	table.before = (access) => {
		if (access === 'update') table.edit(1, { status: 'scheduled' });
	};
	expect(await settle()).toBe(false);
	expect(table.row(1)).toMatchObject({ status: 'scheduled', message_id: null });
});

it('puts the template in the place of a text that came too late, once', async () => {
	const replacement_template = '{"name":"reminder","language":"en","variables":{}}';
	const failure = { code: '4711', reason: 'too late' };
	const closed = { status: 'failed' as const, failure, isWindowClosed: true };
	await table.insert([unconfirmed('hello', { replacement_template })]);
	expect(await settle(closed)).toBe(true);
	expect(table.row(1)).toMatchObject({
		status: 'scheduled',
		message_id: null,
		replaced_at: iso(START + 2 * SECOND),
		failure: 'To be replaced by its template: too late',
	});
	table.edit(1, { status: 'unconfirmed', send_started_at: iso(START) });
	expect(await settle(closed)).toBe(false);
});

it('takes no closed window for the end of the template that was sent instead', async () => {
	const template = '{"name":"reminder","language":"en","variables":{}}';
	await table.insert([
		unconfirmed('hello', {
			reference: 'order-1',
			replacement_template: template,
			replaced_at: iso(START - MINUTE),
		}),
	]);
	const ofBoth = { reference: 'order-1', text: null };
	const closed = { ...ofBoth, status: 'failed' as const, isWindowClosed: true };
	expect(await settle(closed)).toBe(false);
	expect(table.statuses).toEqual(['unconfirmed']);
	expect(await settle(ofBoth)).toBe(true);
});

it('knows a template in place of a text by the id that it was sent under, not by the first one', async () => {
	const replacement_template = '{"name":"reminder","language":"en","variables":{}}';
	const more = { replacement_template, replaced_at: iso(START - MINUTE), schedule_id: 'key' };
	const [row] = await table.insert([unconfirmed('hello', more)]);
	expect(await settle({ text: null, reference: 'key' })).toBe(false);
	const { idempotencyKey } = toOutgoing(row);
	expect(idempotencyKey).not.toBe(toOutgoing({ ...row, schedule_id: 'other' }).idempotencyKey);
	expect(await settle({ text: null, reference: idempotencyKey })).toBe(true);
	expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'm1' });
});
