import { hypersenderSms } from '.';
import { fakeGateway, ok } from '../hypersender/fakeGateway.mts';
import { undocumented } from './testRequests.mts';
import { credential, INSTANCE, KEY, message, TOKEN } from './testValues.mts';
import { record, Vendor } from './testVendor.mts';

const start = (vendor: Vendor, changes: Record<string, unknown> = {}) =>
	fakeGateway(hypersenderSms, { ...credential, ...changes }, vendor.answer);

describe('send', () => {
	it('sends at once', async () => {
		const { connection, requests } = start(new Vendor([]));
		expect(await hypersenderSms.send(connection, message())).toEqual({
			gateway: 'hypersenderSms',
			account: INSTANCE,
			recipient: { address: '+201001234567', phone: '+201001234567', kind: 'phone' },
			type: 'text',
			text: 'Your appointment is tomorrow.',
			mediaUrl: null,
			caption: null,
			fileName: null,
			template: null,
			reference: 'order-7',
			messageId: 'id-1',
			queueId: 'order-7~id-1',
			status: 'queued',
			gatewayStatus: 'pending',
			acceptedAt: '2026-02-01T14:00:00.000Z',
			failure: null,
			raw: expect.objectContaining({ id: 'id-1' }),
		});
		expect(requests.map(({ body }) => body)).toEqual([
			{
				content: 'Your appointment is tomorrow.',
				to: '+201001234567',
				request_id: 'order-7',
			},
		]);
		expect(undocumented(requests[0])).toEqual([]);
	});

	it.each([
		[null, KEY],
		['  ', KEY],
		[' order-7 ', 'order-7'],
	])('always sends a request_id: for the reference %j, %s', async (reference, request_id) => {
		const { connection, requests } = start(new Vendor([]));
		await hypersenderSms.send(connection, message({ reference }));
		expect(requests[0].body).toMatchObject({ request_id });
	});

	it.each(['', 'Nowhere/Land'])('needs no timezone (%j)', async (zone) => {
		const { connection } = start(new Vendor([]), { hypersenderSmsTimezone: zone });
		expect(await hypersenderSms.send(connection, message())).toMatchObject({
			acceptedAt: '2026-02-01T14:00:00.000Z',
		});
	});

	it('does not take a body without an id for an answer', async () => {
		const { connection } = fakeGateway(hypersenderSms, credential, () => ok({ data: [] }));
		await expect(hypersenderSms.send(connection, message())).rejects.toMatchObject({
			kind: 'unexpectedResponse',
			details: { outcomeUnknown: true },
		});
	});

	it('tells no token in an error', async () => {
		const { connection } = fakeGateway(hypersenderSms, credential, () =>
			ok({ message: `No access with ${TOKEN}` }, 401),
		);
		await expect(hypersenderSms.send(connection, message())).rejects.toMatchObject({
			kind: 'unauthorized',
			message: expect.not.stringContaining(TOKEN),
		});
	});
});

describe('lookup', () => {
	it.each(['order-7~b', 'order-8'])('finds a message by %s', async (id) => {
		const vendor = new Vendor([
			record({ id: 'a' }),
			record({ id: 'b', status: 'delivered', schedule_send_at: null }),
			record({ id: 'c', request_id: 'order-8', status: 'delivered' }),
		]);
		const { connection } = start(vendor);
		expect(await hypersenderSms.lookup!(connection, id, null)).toMatchObject({
			status: 'delivered',
			gatewayStatus: 'delivered',
			queueId: id === 'order-8' ? 'order-8~c' : id,
		});
	});

	it('says so where there is none, or it is an incoming one', async () => {
		const { connection } = start(new Vendor([record({ status: 'received' })]));
		for (const id of ['order-7', 'order-9']) {
			await expect(hypersenderSms.lookup!(connection, id, null)).rejects.toMatchObject({
				kind: 'notFound',
			});
		}
	});
});

describe('test', () => {
	it('reads one message', async () => {
		const { connection, requests } = start(new Vendor([record()]));
		expect(await hypersenderSms.testCredential(connection)).toEqual({
			ready: true,
			message: 'Hypersender SMS accepts the credential.',
		});
		expect(requests).toMatchObject([{ method: 'GET', query: { per_page: 1 } }]);
		expect(undocumented(requests[0])).toEqual([]);
	});

	it('needs no timezone, but a right one', async () => {
		const none = start(new Vendor([]), { hypersenderSmsTimezone: '' });
		expect(await hypersenderSms.testCredential(none.connection)).toMatchObject({ ready: true });
		const wrong = start(new Vendor([]), { hypersenderSmsTimezone: 'Kairo' });
		expect(await hypersenderSms.testCredential(wrong.connection)).toEqual({
			ready: false,
			sends: true,
			message: expect.stringContaining('"Account Timezone" is "Kairo"'),
		});
	});

	it('does not take another service for the gateway', async () => {
		const { connection } = fakeGateway(hypersenderSms, credential, () => ok({ ok: true }));
		await expect(hypersenderSms.testCredential(connection)).rejects.toMatchObject({
			kind: 'unexpectedResponse',
		});
	});
});
