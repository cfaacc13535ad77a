import { hypersenderSms } from '.';
import type { OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { fakeGateway, ok } from '../hypersender/fakeGateway.mts';
import { undocumented } from './testRequests.mts';
import { credential, KEY, message as messageOf } from './testValues.mts';
import { record, Vendor, type VendorRecord } from './testVendor.mts';

const AT = Date.parse('2026-02-01T14:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const sent = (changes: VendorRecord = {}) =>
	record({ schedule_send_at: null, status: 'sent', created_at: '2026-02-01 14:00:00', ...changes });

async function find(
	records: VendorRecord[],
	changes: Partial<OutgoingMessage> = {},
	{ since = AT, zone = 'Africa/Cairo', partial = false } = {},
) {
	const vendor = new Vendor(records, partial ? { filter: 'partial' } : {});
	const used = { ...credential, hypersenderSmsTimezone: zone };
	const { connection, requests } = fakeGateway(hypersenderSms, used, vendor.answer);
	const found = await hypersenderSms.findSent!(connection, messageOf(changes), since);
	return { ids: found.map(({ messageId }) => messageId), found, requests };
}

it('asks for the request_id and the recipient, and finds the message', async () => {
	const one = sent({ id: 'one' });
	const { ids, found, requests } = await find([one]);
	expect(requests.map(undocumented)).toEqual([[]]);
	expect(requests[0].query).toMatchObject({
		'filter[request_id]': 'order-7',
		'filter[to_phone_number]': '+201001234567',
	});
	expect(ids).toEqual(['one']);
	expect(found[0]).toMatchObject({ status: 'sent', queueId: 'order-7~one', raw: one });
});

it('asks for the key where the user gave no reference', async () => {
	const { ids, requests } = await find([sent({ id: 'one', request_id: KEY })], { reference: null });
	expect(requests[0].query).toMatchObject({ 'filter[request_id]': KEY });
	expect(ids).toEqual(['one']);
});

it.each<[string, VendorRecord, boolean]>([
	['trimmed', { content: 'Your appointment is tomorrow.\n' }, true],
	['still pending', { status: 'pending' }, true],
	['that failed', { status: 'failed', failure_reason: 'UNKNOWN' }, true],
	['without a time', { created_at: null }, true],
	['with another text', { content: 'Your parcel is here.' }, false],
	['to somebody else', { to_phone_number: '+201001234568' }, false],
	['with another request_id', { request_id: 'order-77' }, false],
	['incoming', { status: 'received' }, false],
	['that waits for a time of its own', { status: 'scheduled' }, false],
	['deleted before it went out', { status: 'deleted', sent_at: null }, false],
	['older', { created_at: '2026-02-01 13:54:00' }, false],
	['five minutes before, by a slow clock', { created_at: '2026-02-01 13:55:00' }, true],
	['on the clock of the account', { created_at: '2026-02-01 16:00:00' }, true],
])('a message %s', async (_, changes, isFound) => {
	const { ids } = await find([sent({ id: 'one', ...changes })], {}, { partial: true });
	expect(ids).toEqual(isFound ? ['one'] : []);
});

it('takes a time for older only where it is so in UTC and on the clock of the account', async () => {
	const one = sent({ id: 'one', created_at: '2026-02-01 14:00:00' });
	// 14:00 in Los Angeles is 22:00 UTC.
	const zone = 'America/Los_Angeles';
	expect((await find([one], {}, { since: AT + 8 * HOUR, zone })).ids).toEqual(['one']);
	expect((await find([one], {}, { since: AT + 9 * HOUR, zone })).ids).toEqual([]);
	expect((await find([one], {}, { since: AT, zone: '' })).ids).toEqual(['one']);
	expect((await find([one], {}, { since: AT + HOUR, zone: '' })).ids).toEqual([]);
});

it('gives both of two equal messages', async () => {
	expect((await find([sent({ id: 'one' }), sent({ id: 'two' })])).ids).toEqual(['one', 'two']);
	expect(
		(await find([sent({ id: 'one' })], { recipient: parseRecipient('+4915123456789') })).ids,
	).toEqual([]);
});

it('does not take an unreadable list for an empty one', async () => {
	const { connection } = fakeGateway(hypersenderSms, credential, () => ok({ message: 'Hello' }));
	await expect(hypersenderSms.findSent!(connection, messageOf(), AT)).rejects.toMatchObject({
		kind: 'unexpectedResponse',
	});
});
