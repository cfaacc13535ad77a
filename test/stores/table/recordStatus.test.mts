import * as fc from 'fast-check';

import { STATUSES, STATUS_NAMES, type Status } from '../../../messages/status';
import { describeAddress } from '../../../messages/recipient';
import {
	keysOf,
	recordStatus,
	rowRecipient,
	statusValues,
	withReportedAccount,
} from '../../../stores/table/recordStatus';
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
	const both = [SENDER, ...senders];
	expect(withReportedAccount(both, SENDER.account, true)).toBe(both);
	expect(withReportedAccount([SENDER], SENDER.account, true)).toEqual([SENDER]);
});

describe('a failure since the window is closed', () => {
	const replacement_template = '{"name":"reminder","language":"en","variables":{}}';
	const closed = {
		isWindowClosed: true,
		failure: { code: '4711', reason: 'too late' },
		receivedAt: iso(START + 2_000),
	};
	beforeEach(() => table.edit(1, { replacement_template }));

	it('puts the template in the place of the message, which waits again', async () => {
		expect(await record('failed', closed)).toBe('recorded');
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			status_rank: 10,
			replaced_at: iso(START + 2_000),
			next_attempt_at: iso(START + 2_000),
			failure: 'To be replaced by its template: too late',
			claim_token: '',
			send_started_at: null,
			sent_at: null,
			message_id: null,
			queue_id: null,
		});
	});

	it('says so, too, where the gateway gives no reason', async () => {
		await record('failed', { ...closed, failure: null });
		expect(table.row(1).failure).toBe('To be replaced by its template: ');
	});

	it('does it though the failure itself comes too late', async () => {
		table.edit(1, { status: 'failed', status_rank: 35 });
		expect(await record('failed')).toBe('outOfOrder');
		expect(await record('failed', closed)).toBe('recorded');
	});

	it.each<[string, Status, object, object]>([
		['of another reason', 'failed', {}, { isWindowClosed: false }],
		['that is none', 'sent', { status: 'queued', status_rank: 20 }, {}],
		['of a message without template', 'failed', { replacement_template: '' }, {}],
		['of the template itself', 'failed', { replaced_at: iso(START) }, {}],
		['of a template', 'failed', { type: 'template' }, {}],
	])('%s does not', async (_, status, cells, more) => {
		table.edit(1, cells);
		expect(await record(status, { ...closed, ...more })).toBe('recorded');
		expect(table.row(1)).toMatchObject({ status, message_id: 'm1' });
	});

	it.each(['moved', 'moving sent', ' Moved '])(
		'does not where another store has the message by now: %j',
		async (status) => {
			table.edit(1, { status });
			await record('failed', closed);
			expect(table.row(1)).toMatchObject({ replaced_at: null, message_id: 'm1' });
		},
	);

	it.each([
		['it has arrived', { status: 'delivered', status_rank: 40 }],
		['somebody else has replaced it', { replaced_at: iso(START + 1) }],
		['another run has claimed it for a move', { status: 'moving sent' }],
	])('does not where %s meanwhile', async (_, cells) => {
		table.before = (access) => {
			if (access === 'update') table.edit(1, cells);
		};
		expect(await record('failed', closed)).toBe('outOfOrder');
		expect(table.row(1)).toMatchObject({ ...cells, message_id: 'm1' });
	});
});

it('writes the reason of a failure, takes it away with a success, and else leaves it', () => {
	const success = STATUS_NAMES.filter((status) => {
		const values = statusValues({ status, failure: null, occurredAt: null } as never);
		expect(values).toMatchObject({ status, status_rank: STATUSES[status].rank });
		expect(values).not.toHaveProperty('sent_at');
		return 'failure' in values;
	});
	expect(success).toEqual(['queued', 'sent', 'delivered', 'read', 'played']);
	const failure = { code: null, reason: 'why' };
	expect(statusValues({ status: 'sent', failure, occurredAt: iso(START) } as never)).toEqual({
		status: 'sent',
		status_rank: 30,
		failure: 'why',
		sent_at: iso(START),
	});
});

it('knows every name of an account by any of them, at its gateway alone', () => {
	const senders = [SENDER, { ...SENDER, account: 'older' }, { ...SENDER, gateway: 'whapi' }];
	const both = [SENDER.account, 'older'];
	expect(keysOf(SENDER.gateway, 'older', senders)).toEqual(both);
	expect(keysOf(SENDER.gateway, null, senders)).toEqual(both);
	expect(keysOf(SENDER.gateway, 'another', senders)).toEqual(['another']);
	expect(keysOf('whapi', 'older', senders)).toEqual(['older']);
	// Of a gateway that the credential is not of: its account has the first name.
	expect(keysOf('another', null, senders)).toEqual([SENDER.account]);
});

it('names a recipient as rows do: by its number, or else its address', () => {
	expect(rowRecipient(null)).toBeNull();
	expect(rowRecipient(describeAddress('919988066776@s.whatsapp.net'))).toBe('+919988066776');
	expect(rowRecipient(describeAddress('43898877530298@lid'))).toBe('43898877530298@lid');
});
