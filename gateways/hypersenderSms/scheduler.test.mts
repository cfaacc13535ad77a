import type { ListFilter, NativeScheduler } from '../gateway';
import { hypersenderSms } from '.';
import { STATUS_WORDS } from './records';
import type { Outcome, PreparedRequest } from '../transport/request';
import { parseRecipient } from '../../messages/recipient';
import { fakeGateway, ok } from '../hypersender/fakeGateway.mts';
import { undocumented } from './testRequests.mts';
import { credential, INSTANCE, KEY, message, TOKEN } from './testValues.mts';
import { record, Vendor, type VendorRecord } from './testVendor.mts';

const scheduler = hypersenderSms.scheduler as Required<NativeScheduler>;

function start(
	answer: Vendor | ((request: PreparedRequest) => Outcome),
	changes: Record<string, unknown> = {},
) {
	return fakeGateway(
		hypersenderSms,
		{ ...credential, ...changes },
		answer instanceof Vendor ? answer.answer : answer,
	);
}

/** Distinct messages, the first created last. */
const many = (count: number, changes: VendorRecord = {}) =>
	Array.from({ length: count }, (_, index) =>
		record({ id: `id-${index}`, request_id: `r-${index}`, ...changes }),
	);

describe('schedule', () => {
	it("sends the account's clock time and reads the message back", async () => {
		const { connection, requests } = start(new Vendor([]));
		expect(await scheduler.schedule(connection, message())).toEqual({
			scheduleId: 'order-7~id-1',
			gateway: 'hypersenderSms',
			storedIn: 'gateway',
			account: INSTANCE,
			recipient: { address: '+201001234567', phone: '+201001234567', kind: 'phone' },
			type: 'text',
			text: 'Your appointment is tomorrow.',
			mediaUrl: null,
			caption: null,
			fileName: null,
			template: null,
			scheduledAt: '2026-02-03T07:30:00.000Z',
			status: 'scheduled',
			gatewayStatus: 'scheduled',
			createdAt: '2026-02-01T14:00:00.000Z',
			messageId: 'id-1',
			reference: 'order-7',
			failure: null,
			raw: expect.objectContaining({ id: 'id-1' }),
		});
		expect(requests).toEqual([
			{
				method: 'POST',
				url: `https://app.hypersender.com/api/sms/v1/${INSTANCE}/send-message`,
				headers: { Authorization: `Bearer ${TOKEN}` },
				query: {},
				body: {
					content: 'Your appointment is tomorrow.',
					to: '+201001234567',
					request_id: 'order-7',
					schedule_send_at: '2026-02-03 09:30:00',
				},
			},
		]);
		expect(undocumented(requests[0])).toEqual([]);
	});

	it.each([
		['Africa/Cairo', '2026-07-15T07:30:00.000Z', '2026-07-15 10:30:00'],
		['GMT+2', '2026-07-15T07:30:00.000Z', '2026-07-15 09:30:00'],
		['Asia/Kolkata', '2026-02-03T20:00:00.000Z', '2026-02-04 01:30:00'],
		['UTC', '2026-02-03T07:30:00.000Z', '2026-02-03 07:30:00'],
		// Never early: what lies between two seconds goes to the later one.
		['UTC', '2026-02-03T07:30:00.001Z', '2026-02-03 07:30:01'],
		['UTC', '2026-02-03T23:59:59.999Z', '2026-02-04 00:00:00'],
	])('in %s, %s is %s', async (timezone, scheduledAt, expected) => {
		const { connection, requests } = start(new Vendor([]), { hypersenderSmsTimezone: timezone });
		const held = await scheduler.schedule(connection, message({ scheduledAt }));
		expect(requests[0].body).toMatchObject({ schedule_send_at: expected });
		expect(Date.parse(held.scheduledAt!) - Date.parse(scheduledAt)).toBeGreaterThanOrEqual(0);
		expect(Date.parse(held.scheduledAt!) - Date.parse(scheduledAt)).toBeLessThan(1000);
	});

	it('takes the first of two equal clock times and refuses the second', async () => {
		const changes = { hypersenderSmsTimezone: 'Europe/Berlin' };
		const first = start(new Vendor([]), changes);
		await scheduler.schedule(
			first.connection,
			message({ scheduledAt: '2026-10-25T00:30:00.000Z' }),
		);
		expect(first.requests[0].body).toMatchObject({ schedule_send_at: '2026-10-25 02:30:00' });
		const second = start(new Vendor([]), changes);
		await expect(
			scheduler.schedule(second.connection, message({ scheduledAt: '2026-10-25T01:30:00.000Z' })),
		).rejects.toMatchObject({
			parameter: 'Send At',
			message: expect.stringContaining('2026-10-25 02:30:00'),
		});
		expect(second.requests).toEqual([]);
	});

	it('sends its own key as request_id where there is no reference', async () => {
		const { connection, requests } = start(new Vendor([]));
		const held = await scheduler.schedule(connection, message({ reference: null }));
		expect(requests[0].body).toMatchObject({ request_id: KEY });
		expect(held).toMatchObject({ scheduleId: `${KEY}~id-1`, reference: KEY });
	});

	it.each([
		['', '"Account Timezone" is empty'],
		['Cairo/Africa', '"Account Timezone" is "Cairo/Africa", which is not a timezone'],
	])('refuses the timezone "%s" before any request', async (timezone, text) => {
		const { connection, requests } = start(new Vendor([]), { hypersenderSmsTimezone: timezone });
		for (const call of [
			() => scheduler.schedule(connection, message()),
			() => scheduler.find(connection, message()),
		]) {
			await expect(call()).rejects.toMatchObject({
				parameter: 'Account Timezone',
				message: expect.stringContaining(text),
			});
		}
		expect(requests).toEqual([]);
	});

	it.each(['', 'Cairo/Africa'])('reads what there is without one ("%s")', async (timezone) => {
		const changes = { hypersenderSmsTimezone: timezone };
		const { connection } = start(new Vendor([record({ id: 'a' })]), changes);
		const one = { scheduledAt: '2026-02-03T07:30:00.000Z', createdAt: '2026-02-01T14:00:00.000Z' };
		expect(await scheduler.get(connection, 'order-7')).toMatchObject(one);
		expect(await scheduler.list(connection, {})).toMatchObject([one]);
		await scheduler.cancel(connection, 'order-7~a');
		expect(await scheduler.list(connection, {})).toEqual([]);
	});

	it.each(['120363039326117111@g.us', '43898877530298@lid'])('refuses %s', async (address) => {
		const { connection, requests } = start(new Vendor([]));
		await expect(
			scheduler.schedule(connection, message({ recipient: parseRecipient(address) })),
		).rejects.toMatchObject({ parameter: 'Recipient', message: expect.stringContaining(address) });
		expect(requests).toEqual([]);
	});

	it('refuses media', async () => {
		const { connection, requests } = start(new Vendor([]));
		await expect(
			scheduler.schedule(connection, message({ type: 'image', mediaUrl: 'https://x.example/a' })),
		).rejects.toMatchObject({ kind: 'unsupported' });
		expect(requests).toEqual([]);
	});

	it.each([
		['nothing', {}, true],
		['a login page', '<html>', true],
		// It was taken without its time: looking for a scheduled one would only lead to a second.
		['a message without a time', record({ schedule_send_at: null }), false],
	])('does not take %s for an answer', async (_, body, outcomeUnknown) => {
		const { connection } = start(() => ok(body));
		await expect(scheduler.schedule(connection, message())).rejects.toMatchObject({
			kind: 'unexpectedResponse',
			details: { outcomeUnknown },
		});
	});

	it('is not repeated after an answer that leaves it open', async () => {
		const { connection, requests } = start(() => ok({ message: 'Server Error' }, 500));
		await expect(scheduler.schedule(connection, message())).rejects.toMatchObject({
			kind: 'unavailable',
			details: { outcomeUnknown: true },
		});
		expect(requests).toHaveLength(1);
	});
});

describe('list', () => {
	const listed = async (vendor: Vendor, filter: ListFilter) => {
		const { connection, requests } = start(vendor);
		const messages = await scheduler.list(connection, filter);
		requests.forEach((request) => expect(undocumented(request)).toEqual([]));
		return { messages, queries: requests.map(({ query }) => query) };
	};

	it('reads all pages', async () => {
		const { messages, queries } = await listed(new Vendor(many(120)), { status: 'scheduled' });
		expect(messages.map(({ messageId }) => messageId)).toEqual(many(120).map(({ id }) => id));
		expect(queries).toEqual(
			[1, 2, 3].map((page) => ({
				'filter[status]': 'scheduled',
				sort: '-created_at',
				per_page: 50,
				page,
			})),
		);
	});

	it('asks once where there is one page, or none', async () => {
		expect((await listed(new Vendor(many(50)), {})).queries).toHaveLength(1);
		expect((await listed(new Vendor([]), {})).queries).toHaveLength(1);
	});

	it.each([
		['only links', { links: { next: 'https://next' } }, { links: { next: null } }],
		['the number as text', { meta: { last_page: '2' } }, { meta: { last_page: '2' } }],
		['neither', {}, null],
	])('knows the last page by %s', async (_, first, second) => {
		const pages = [
			{ data: many(1), ...first },
			{ data: many(2), ...second },
		];
		const { connection, requests } = start(({ query }) => ok(pages[Number(query.page) - 1]));
		await scheduler.list(connection, {});
		expect(requests).toHaveLength(second === null ? 1 : 2);
	});

	it('stops where the same page comes again and again', async () => {
		const { connection, requests } = start(() => ok({ data: many(2), meta: { last_page: 99 } }));
		expect(await scheduler.list(connection, {})).toHaveLength(2);
		expect(requests).toHaveLength(2);
	});

	it('gives up where ever new pages come', async () => {
		let count = 0;
		const { connection, requests } = start(() =>
			ok({ data: [record({ id: `n-${count++}` })], links: { next: 'https://next' } }),
		);
		await expect(scheduler.list(connection, {})).rejects.toMatchObject({
			kind: 'unexpectedResponse',
		});
		expect(requests).toHaveLength(500);
	});

	it('tells a message that moves to the next page meanwhile once', async () => {
		const pages = [many(50), [...many(50).slice(49), record({ id: 'id-50' })]];
		const { connection } = start(({ query }) =>
			ok({ data: pages[Number(query.page) - 1], meta: { last_page: 2 } }),
		);
		expect(await scheduler.list(connection, {})).toHaveLength(51);
	});

	it('asks for a recipient', async () => {
		const { queries } = await listed(new Vendor(many(1)), {
			recipient: parseRecipient('201001234567@c.us'),
		});
		expect(queries).toMatchObject([{ 'filter[to_phone_number]': '+201001234567' }]);
	});

	it('asks nothing for a recipient that an SMS cannot have', async () => {
		const recipient = parseRecipient('120363039326117111@g.us');
		expect(await listed(new Vendor(many(1)), { recipient })).toEqual({ messages: [], queries: [] });
	});

	it.each([
		['scheduled', ['scheduled']],
		['queued', ['pending', 'sending']],
		['cancelled', ['deleted']],
		['deleted', ['deleted']],
		['read', []],
	] as const)('asks for %s by the words %j', async (status, words) => {
		const { queries } = await listed(new Vendor([]), { status });
		expect(queries.map((query) => query['filter[status]'])).toEqual(words);
	});

	it('leaves out incoming messages and those that were sent at once', async () => {
		const vendor = new Vendor([
			record({ id: 'a' }),
			record({ id: 'b', status: 'received', type: 'received_from_mobile' }),
			record({ id: 'c', schedule_send_at: null, status: 'sent' }),
			record({ id: 'd', to_phone_number: null }),
		]);
		const { messages } = await listed(vendor, {});
		expect(messages.map(({ messageId }) => messageId)).toEqual(['a']);
	});

	it('does not take a body without a list for an answer', async () => {
		for (const body of [{}, [], '<html>', { data: {} }, null]) {
			const { connection } = start(() => ok(body));
			await expect(scheduler.list(connection, {})).rejects.toMatchObject({
				kind: 'unexpectedResponse',
			});
		}
	});
});

describe('statuses', () => {
	const statusOf = async (changes: VendorRecord) => {
		const { connection } = start(new Vendor([record(changes)]));
		return (await scheduler.get(connection, 'order-7')).status;
	};

	it.each(Object.entries(STATUS_WORDS).filter(([word]) => word !== 'deleted'))(
		'%s is %s',
		async (word, status) => expect(await statusOf({ status: word })).toBe(status),
	);

	it('maps every word of the filter but that of incoming messages', () => {
		const documented =
			'pending, scheduled, sending, sent, failed, received, delivered, expired, deleted';
		expect([...Object.keys(STATUS_WORDS), 'received'].sort()).toEqual(
			documented.split(', ').sort(),
		);
	});

	it('calls a deleted message cancelled, unless it had been sent', async () => {
		expect(await statusOf({ status: 'deleted' })).toBe('cancelled');
		expect(await statusOf({ status: 'deleted', sent_at: '2026-02-01 14:00:00' })).toBe('deleted');
	});

	it.each(['paused', 'constructor', '__proto__', null])('does not know %s', async (status) => {
		expect(await statusOf({ status })).toBe('unknown');
	});

	it('tells why it failed', async () => {
		const { connection } = start(
			new Vendor([record({ status: 'failed', failure_reason: 'UNKNOWN' })]),
		);
		expect((await scheduler.get(connection, 'order-7')).failure).toEqual({
			code: 'UNKNOWN',
			reason: 'Reason from the phone or Hypersender: UNKNOWN',
		});
	});
});

describe('get', () => {
	const two = [
		record({ id: 'a' }),
		record({ id: 'b' }),
		record({ id: 'c', request_id: 'order-77' }),
	];

	it.each([
		['the whole id', 'order-7~b', 'b'],
		['a reference that one message has', 'order-77', 'c'],
	])('finds a message by %s', async (_, scheduleId, id) => {
		for (const filter of ['exact', 'partial'] as const) {
			const { connection, requests } = start(new Vendor(two, { filter }));
			expect(await scheduler.get(connection, scheduleId)).toMatchObject({ messageId: id });
			expect(requests).toHaveLength(1);
			expect(undocumented(requests[0])).toEqual([]);
		}
	});

	it.each(['a~b', 'x~y,z', ','])('finds a message by the reference %s', async (request_id) => {
		const { connection } = start(new Vendor([...two, record({ id: 'd', request_id })]));
		expect(await scheduler.get(connection, `${request_id}~d`)).toMatchObject({
			messageId: 'd',
			reference: request_id,
			scheduleId: `${request_id}~d`,
		});
	});

	it('does not let the gateway split a reference at its comma', async () => {
		const vendor = new Vendor([record({ id: 'd', request_id: 'a,b' })]);
		const { connection, requests } = start(vendor);
		await scheduler.get(connection, 'a,b~d');
		expect(requests[0].query).not.toHaveProperty('filter[request_id]');
	});

	it('asks which one is meant where several have the reference', async () => {
		const { connection } = start(new Vendor(two));
		await expect(scheduler.get(connection, 'order-7')).rejects.toMatchObject({
			kind: 'rejected',
			details: { hint: expect.stringContaining('order-7~a, order-7~b') },
		});
	});

	it.each(['order-7~z', 'order-8', 'a', '', '~', '__proto__'])('finds no "%s"', async (id) => {
		const { connection } = start(new Vendor(two, { filter: 'partial' }));
		await expect(scheduler.get(connection, id)).rejects.toMatchObject({ kind: 'notFound' });
	});

	it('does not find what was sent at once', async () => {
		const { connection } = start(new Vendor([record({ schedule_send_at: null })]));
		await expect(scheduler.get(connection, 'order-7')).rejects.toMatchObject({ kind: 'notFound' });
	});
});

describe('find', () => {
	const found = async (records: VendorRecord[], wanted = message()) => {
		const { connection, requests } = start(new Vendor(records, { filter: 'partial' }));
		const messages = await scheduler.find(connection, wanted);
		requests.forEach((request) => expect(undocumented(request)).toEqual([]));
		return messages.map(({ messageId }) => messageId);
	};

	it('finds what it has just scheduled', async () => {
		const vendor = new Vendor([]);
		const { connection } = start(vendor);
		for (const wanted of [message(), message({ reference: null, text: ' x ' })]) {
			const held = await scheduler.schedule(connection, wanted);
			const { messageId } = held;
			expect(await scheduler.find(connection, wanted)).toMatchObject([{ messageId }]);
		}
	});

	it('finds by its own key alone', async () => {
		const wanted = message({ reference: null });
		const mine = record({ id: 'a', request_id: KEY, content: 'shortened', status: 'sending' });
		expect(await found([mine, record({ id: 'b' })], wanted)).toEqual(['a']);
	});

	it.each([
		['another reference', { request_id: 'order-77' }],
		['another recipient', { to_phone_number: '+201001234568' }],
		['another text', { content: 'Your appointment is today.' }],
		['another time', { schedule_send_at: '2026-02-03 08:30:00' }],
	])('does not take a message with %s for it', async (_, changes) => {
		expect(await found([record(changes)])).toEqual([]);
	});

	it.each([
		['in any status', { status: 'delivered' }],
		['trimmed', { content: 'Your appointment is tomorrow. ' }],
		["told on the account's clock", { schedule_send_at: '2026-02-03 09:30:00' }],
		['told with an offset', { schedule_send_at: '2026-02-03T07:30:00Z' }],
	])('finds a message %s', async (_, changes) => {
		expect(await found([record({ id: 'a', ...changes })])).toEqual(['a']);
	});

	it('tells no creation time, which could make the message seem too old', async () => {
		const { connection } = start(new Vendor([record()]));
		expect(await scheduler.find(connection, message())).toMatchObject([{ createdAt: null }]);
	});
});

describe('cancel', () => {
	it.each(['removes', 'marks'] as const)('deletes, and sees that this %s it', async (deletes) => {
		const vendor = new Vendor([record({ id: 'a' }), record({ id: 'b' })], { deletes });
		const { connection, requests } = start(vendor);
		await scheduler.cancel(connection, 'order-7~a');
		expect(requests.map(({ method }) => method)).toEqual(['GET', 'DELETE', 'GET']);
		expect(requests[1]).toMatchObject({ query: { messageId: 'a', message_id: 'a' } });
		requests.forEach((request) => expect(undocumented(request)).toEqual([]));
		const left = vendor.records.filter(({ status }) => status === 'scheduled');
		expect(left.map(({ id }) => id)).toEqual(['b']);
	});

	it.each([
		['nothing', 'unexpectedResponse', 'may be sent'],
		['sends', 'notPending', '"sending"'],
	] as const)('says so where deleting does %s', async (deletes, kind, text) => {
		const { connection } = start(new Vendor([record()], { deletes }));
		await expect(scheduler.cancel(connection, 'order-7')).rejects.toMatchObject({
			kind,
			message: expect.stringContaining(text),
		});
	});

	it.each(['sending', 'sent', 'delivered', 'failed', 'expired', 'deleted'])(
		'deletes nothing that is %s',
		async (status) => {
			const { connection, requests } = start(new Vendor([record({ status })]));
			await expect(scheduler.cancel(connection, 'order-7')).rejects.toMatchObject({
				kind: 'notPending',
			});
			expect(requests.map(({ method }) => method)).toEqual(['GET']);
		},
	);

	it('deletes nothing where it is not clear which', async () => {
		const { connection, requests } = start(new Vendor([record({ id: 'a' }), record({ id: 'b' })]));
		await expect(scheduler.cancel(connection, 'order-7')).rejects.toMatchObject({
			kind: 'rejected',
		});
		expect(requests.map(({ method }) => method)).toEqual(['GET']);
	});
});
