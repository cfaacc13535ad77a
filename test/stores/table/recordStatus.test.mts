import * as fc from 'fast-check';

import { STATUSES, type Status } from '../../../messages/status';
import { describeAddress } from '../../../messages/recipient';
import { recordStatus, withReportedAccount } from '../../../stores/table/recordStatus';
import type { SendingAccount } from '../../../stores/table/rows';
import { iso, rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

let table: MemoryTable;

beforeEach(async () => {
	table = new MemoryTable();
	await table.insert([rowOf('mine', START), rowOf('other', START)]);
	table.edit(1, { status: 'sent', status_rank: 30, message_id: 'm1' });
	table.edit(2, { status: 'sent', status_rank: 30, message_id: 'm2' });
});

const record = async (
	status: Status,
	more: object = {},
	senders: readonly SendingAccount[] = [SENDER],
) =>
	await recordStatus(
		table,
		{
			gateway: SENDER.gateway,
			account: SENDER.account,
			messageId: 'm1',
			status,
			failure: null,
			occurredAt: iso(START),
			receivedAt: iso(START),
			recipient: null,
			origin: null,
			reference: null,
			text: null,
			...more,
		},
		senders,
	);

it('takes a message further, and leaves the others alone', async () => {
	expect(await record('delivered')).toBe('recorded');
	expect(await record('read')).toBe('recorded');
	expect(table.statuses).toEqual(['read', 'sent']);
});

it('changes nothing for a duplicate or a late event', async () => {
	await record('read');
	for (const status of ['read', 'delivered', 'sent', 'queued'] as const) {
		expect(await record(status)).toBe('outOfOrder');
	}
	expect(table.statuses).toEqual(['read', 'sent']);
});

it('writes why a message failed', async () => {
	await record('failed', { failure: { code: '131026', reason: 'not on WhatsApp' } });
	expect(table.row(1)).toMatchObject({ status: 'failed', failure: 'not on WhatsApp' });
	expect(await record('sent')).toBe('outOfOrder');
});

it('says when it was sent by what reports that, and by nothing later', async () => {
	table.edit(1, { status: 'queued', status_rank: 20, sent_at: null });
	table.edit(2, { status: 'queued', status_rank: 20, sent_at: null });
	await record('delivered');
	expect(table.row(1).sent_at).toBeNull();
	await record('sent', { messageId: 'm2', occurredAt: null });
	expect(table.row(2)).toMatchObject({ status: 'sent', sent_at: null });
	table.edit(2, { status: 'queued', status_rank: 20 });
	await record('sent', { messageId: 'm2', occurredAt: iso(START + 1_000) });
	expect(table.row(2).sent_at).toBe(iso(START + 1_000));
});

it('clears that reason when the message arrives after all', async () => {
	await record('failed', { failure: { code: '1', reason: 'a transient failure' } });
	expect(await record('delivered')).toBe('recorded');
	expect(table.row(1)).toMatchObject({ status: 'delivered', failure: null });
	expect(await record('failed', { failure: { code: '1', reason: 'late' } })).toBe('outOfOrder');
	expect(table.row(1)).toMatchObject({ status: 'delivered', failure: null });
});

it('leaves a row alone that is sent anew meanwhile', async () => {
	table.before = (access) => {
		if (access === 'update')
			table.edit(1, { status: 'sending', status_rank: 10, message_id: null });
	};
	expect(await record('delivered')).toBe('outOfOrder');
	expect(table.statuses).toEqual(['sending', 'sent']);
});

it.each(['scheduled', 'Scheduled', 'sending'])(
	'leaves a row alone that a person has put back: %s',
	async (status) => {
		table.edit(1, { status });
		expect(await record('read')).toBe('outOfOrder');
		expect(table.row(1).status).toBe(status);
	},
);

it('keeps the reason where the message is deleted after its failure', async () => {
	await record('failed', { failure: { code: '1', reason: 'not on WhatsApp' } });
	expect(await record('deleted')).toBe('recorded');
	expect(table.row(1)).toMatchObject({ status: 'deleted', failure: 'not on WhatsApp' });
});

it.each([
	['of another gateway', { gateway: 'whapi' }],
	['of another account', { account: 'account-2' }],
	['of an unknown message', { messageId: 'm9' }],
	['without a message id', { messageId: null }],
	['of an undocumented word', { status: 'unknown' }],
])('leaves an event %s alone', async (_, more) => {
	expect(await record('read', more)).toBe('noRow');
	expect(table.statuses).toEqual(['sent', 'sent']);
});

it('ends at the furthest status, whatever the order and however often', async () => {
	const events = fc.array(fc.constantFrom<Status>('queued', 'sent', 'delivered', 'read', 'played'));
	await fc.assert(
		fc.asyncProperty(events, async (statuses) => {
			table.edit(1, { status: 'sent', status_rank: 30 });
			await Promise.all(statuses.map(async (status) => await record(status)));
			const furthest = Math.max(30, ...statuses.map((status) => STATUSES[status].rank));
			expect(table.row(1).status_rank).toBe(furthest);
			expect(STATUSES[table.row(1).status as Status].rank).toBe(furthest);
		}),
	);
});

describe('two rows with one message id', () => {
	const other = '14155238886@c.us';

	it('of two accounts: the event’s account decides, and without one neither is changed', async () => {
		table.edit(2, { message_id: 'm1', account: 'account-2' });
		expect(await record('read', { account: null })).toBe('ambiguous');
		expect(table.statuses).toEqual(['sent', 'sent']);
		expect(await record('read', { account: 'account-2' })).toBe('recorded');
		expect(table.statuses).toEqual(['sent', 'read']);
	});

	it('of two chats: the recipient decides, in whatever form', async () => {
		table.edit(2, { message_id: 'm1', recipient: '+14155238886' });
		expect(await record('read')).toBe('ambiguous');
		expect(await record('read', { recipient: describeAddress(other) })).toBe('recorded');
		expect(table.statuses).toEqual(['sent', 'read']);
	});
});

it('goes by gateway and message id where the event names no account', async () => {
	expect(await record('read', { account: null })).toBe('recorded');
	expect(table.statuses).toEqual(['read', 'sent']);
});

it('finds the row under each key of the credential’s account', async () => {
	table.edit(1, { account: 'key of the secret' });
	expect(await record('read')).toBe('noRow');
	const senders = [SENDER, { ...SENDER, account: 'key of the secret' }];
	expect(await record('read', { account: 'account-2' }, senders)).toBe('noRow');
	expect(await record('read', {}, senders)).toBe('recorded');
});

it('takes the account that an event names for the credential’s, where it may be that', async () => {
	const senders = [{ ...SENDER, account: 'key of the secret' }];
	expect(withReportedAccount(senders, 'channel-1', true)).toEqual([
		...senders,
		{ ...SENDER, account: 'channel-1' },
	]);
	expect(withReportedAccount(senders, 'channel-1', false)).toEqual(senders);
	expect(withReportedAccount(senders, null, true)).toEqual(senders);
	expect(withReportedAccount([SENDER], SENDER.account, true)).toEqual([SENDER]);
});
