import * as fc from 'fast-check';

import { STATUSES, type Status } from '../../../messages/status';
import { holdsMessage, isSending, recordStatus } from '../../../stores/table/recordStatus';
import { iso, rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

let table: MemoryTable;

beforeEach(async () => {
	table = new MemoryTable();
	await table.insert([rowOf('mine', START), rowOf('other', START)]);
	table.edit(1, { status: 'sent', status_rank: 30, message_id: 'm1' });
	table.edit(2, { status: 'sent', status_rank: 30, message_id: 'm2' });
});

const record = async (status: Status, more: object = {}) =>
	await recordStatus(table, {
		gateway: SENDER.gateway,
		messageId: 'm1',
		status,
		statusRank: STATUSES[status].rank,
		failure: null,
		occurredAt: iso(START),
		...more,
	});

it('takes a message further, and leaves the others alone', async () => {
	expect(await record('delivered')).toBe(1);
	expect(await record('read')).toBe(1);
	expect(table.statuses).toEqual(['read', 'sent']);
});

it('changes nothing for a duplicate or a late event', async () => {
	await record('read');
	for (const status of ['read', 'delivered', 'sent', 'queued'] as const) {
		expect(await record(status)).toBe(0);
	}
	expect(table.statuses).toEqual(['read', 'sent']);
});

it('writes why a message failed', async () => {
	await record('failed', { failure: { code: '131026', reason: 'not on WhatsApp' } });
	expect(table.row(1)).toMatchObject({ status: 'failed', failure: 'not on WhatsApp' });
	expect(await record('delivered')).toBe(0);
});

it.each([
	['of another gateway', { gateway: 'whapi' }],
	['of an unknown message', { messageId: 'm9' }],
	['without a message id', { messageId: null }],
	['of an undocumented word', { status: 'unknown', statusRank: 0 }],
])('leaves an event %s alone', async (_, more) => {
	expect(await record('read', more)).toBe(0);
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

it('tells whether an event may be of a message that is just being sent', async () => {
	expect(await isSending(table, SENDER)).toBe(false);
	table.edit(2, { status: 'sending' });
	expect(await isSending(table, SENDER)).toBe(true);
	expect(await isSending(table, { ...SENDER, account: 'account-2' })).toBe(false);
	expect(await holdsMessage(table, { gateway: SENDER.gateway, messageId: 'm1' })).toBe(true);
	expect(await holdsMessage(table, { gateway: SENDER.gateway, messageId: 'm9' })).toBe(false);
});
