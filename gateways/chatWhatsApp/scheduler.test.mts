import fc from 'fast-check';
import { scheduler } from './scheduler';
import { GatewayError } from '../transport/gatewayError';
import type { Outcome } from '../transport/request';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { parseContent, type MessageToSchedule } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import type { Status } from '../../messages/status';
import cancelled from './fixtures/cancelled.json';
import imageRequest from './fixtures/schedule-image.request.json';
import textRequest from './fixtures/schedule.request.json';
import listed from './fixtures/scheduled-list.json';
import scheduled from './fixtures/scheduled.json';
import { answer, reach, rejection, SESSION } from '../../test/gateways/transport/surroundings.mts';
import { undocumented } from './testRequests.mts';

const PATH = `https://api.chatwhatsapp.in/sessions/${SESSION}/scheduled`;

const text: MessageToSchedule = {
	type: 'text',
	text: 'This is a scheduled message!',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	recipient: parseRecipient('+91 99880 66776'),
	reference: 'order-7',
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
	scheduledAt: '2026-02-01T15:00:00.000Z',
};
const image: MessageToSchedule = {
	...text,
	type: 'image',
	text: null,
	mediaUrl: 'https://example.com/image.jpg',
	caption: 'Scheduled image',
};
/** What the vendor's sample tells, as one of ours. */
const record = {
	scheduleId: 'sched_abc123',
	gateway: 'chatWhatsApp',
	storedIn: 'gateway',
	account: SESSION,
	recipient: { address: '919988066776', phone: '+919988066776', kind: 'phone' },
	type: 'text',
	text: 'This is a scheduled message!',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	scheduledAt: '2026-02-01T15:00:00.000Z',
	status: 'scheduled',
	gatewayStatus: 'pending',
	createdAt: '2026-02-01T10:00:00.000Z',
	messageId: null,
	reference: null,
	failure: null,
	raw: scheduled.scheduled,
};
const gone = answer(404, { success: false, error: 'Scheduled message not found' });

describe('scheduling', () => {
	it.each([
		['text', text, textRequest],
		['an image', image, imageRequest],
	])("sends the vendor's sample for %s", async (_, message, sample) => {
		const { connection, requests } = reach([answer(201, scheduled)]);
		await scheduler.schedule(connection, message);
		expect(requests).toHaveLength(1);
		expect(requests[0]).toMatchObject({ method: 'POST', url: PATH, query: {} });
		expect(requests[0].body).toStrictEqual(sample);
		expect(undocumented(requests[0])).toEqual([]);
	});

	it('gives what the gateway tells, and of the content what was sent', async () => {
		const { connection } = reach([answer(201, scheduled), answer(201, scheduled)]);
		const reference = 'order-7';
		expect(await scheduler.schedule(connection, text)).toEqual({ ...record, reference });
		expect(await scheduler.schedule(connection, image)).toEqual({
			...record,
			reference,
			type: 'image',
			text: null,
			mediaUrl: 'https://example.com/image.jpg',
			caption: 'Scheduled image',
		});
	});

	it('sends no field that the vendor does not document, whatever the message', async () => {
		const phones = fc.stringMatching(/^\+[1-9]\d{6,14}$/);
		const groups = fc.stringMatching(/^\d{5,31}@g\.us$/);
		const message = fc
			.record({
				type: fc.constantFrom('text', 'image', 'video', 'document'),
				text: fc.string({ minLength: 1 }).filter((value) => value.trim() !== ''),
				mediaUrl: fc.webUrl(),
				caption: fc.option(fc.string()),
				recipient: fc.oneof(phones, groups),
				reference: fc.option(fc.string()),
				at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
			})
			.map(({ recipient, reference, at, ...content }) => ({
				...parseContent(content),
				recipient: parseRecipient(recipient),
				reference,
				idempotencyKey: text.idempotencyKey,
				scheduledAt: at.toISOString(),
			}));
		await fc.assert(
			fc.asyncProperty(message, async (wanted) => {
				const { connection, requests } = reach([answer(201, scheduled)]);
				await scheduler.schedule(connection, wanted);
				expect(undocumented(requests[0])).toEqual([]);
				expect(requests[0].body).not.toHaveProperty('reference');
			}),
		);
	});

	it('refuses a file name and a recipient that the vendor does not document, before any request', async () => {
		const { connection, requests } = reach([]);
		const fileName = 'a.pdf';
		const document: MessageToSchedule = { ...image, type: 'document', fileName };
		const error = await rejection(scheduler.schedule(connection, document));
		expect([error.kind, error.message]).toEqual([
			'unsupported',
			'"File Name" is set, but ChatWhatsApp does not accept a file name for a scheduled message',
		]);
		for (const address of ['123456789012345@lid', '120363039326117111@newsletter']) {
			const wanted = { ...text, recipient: parseRecipient(address) };
			const refusal: unknown = await rejection(scheduler.schedule(connection, wanted));
			expect(refusal).toBeInstanceOf(InvalidParameterError);
			expect((refusal as InvalidParameterError).parameter).toBe('Recipient');
			expect((refusal as InvalidParameterError).message).toContain(address);
		}
		expect(requests).toHaveLength(0);
	});

	it.each<[string, unknown]>([
		['HTML', '<html></html>'],
		['nothing', null],
		['a list', []],
		['success alone', { success: true }],
		['no id', { scheduled: { ...scheduled.scheduled, id: undefined } }],
		['an empty id', { scheduled: { ...scheduled.scheduled, id: '' } }],
		['no recipient', { scheduled: { ...scheduled.scheduled, to: null } }],
		['no time', { scheduled: { ...scheduled.scheduled, scheduledAt: 'soon' } }],
		['a list of records', listed],
	])('leaves it open after a success with %s', async (_, body) => {
		const { connection, requests } = reach([answer(201, body)]);
		const error = await rejection(scheduler.schedule(connection, text));
		expect(error).toMatchObject({ kind: 'unexpectedResponse', details: { outcomeUnknown: true } });
		expect(requests).toHaveLength(1);
	});

	it('takes a refusal for one, whatever its HTTP status', async () => {
		const { connection } = reach([answer(200, { success: false, error: 'Too far ahead' })]);
		const error = await rejection(scheduler.schedule(connection, text));
		expect(error.message).toContain('"Too far ahead"');
		expect(error.details.outcomeUnknown).toBe(false);
	});
});

describe('getting one', () => {
	it("reads the vendor's sample", async () => {
		const { connection, requests } = reach([answer(200, scheduled)]);
		expect(await scheduler.get(connection, 'sched_abc123')).toEqual(record);
		expect(requests[0]).toMatchObject({ method: 'GET', url: `${PATH}/sched_abc123`, query: {} });
		expect(requests[0].body).toBeUndefined();
	});

	it('keeps an odd id in its place', async () => {
		const { connection, requests } = reach([answer(200, scheduled)]);
		await scheduler.get(connection, '../x?y=/z#');
		expect(requests[0].url).toBe(`${PATH}/..%2Fx%3Fy%3D%2Fz%23`);
	});

	it('says that it is not found', async () => {
		const { connection } = reach([gone]);
		expect((await rejection(scheduler.get(connection, 'x'))).kind).toBe('notFound');
	});

	it('says that an answer lacks the record', async () => {
		const { connection } = reach([answer(200, { success: true })]);
		const error = await rejection(scheduler.get(connection, 'x'));
		expect(error).toMatchObject({ kind: 'unexpectedResponse', details: { outcomeUnknown: false } });
	});

	it.each<[unknown, Status]>([
		['pending', 'scheduled'],
		['sent', 'sent'],
		['cancelled', 'cancelled'],
		['failed', 'failed'],
		['processing', 'unknown'],
		['constructor', 'unknown'],
		['__proto__', 'unknown'],
		[null, 'unknown'],
	])('tells the status %j as %s', async (status, expected) => {
		const body = { scheduled: { ...scheduled.scheduled, status } };
		const { connection } = reach([answer(200, body)]);
		const told = await scheduler.get(connection, 'sched_abc123');
		expect([told.status, told.gatewayStatus]).toEqual([expected, status]);
	});

	it('reads media where the gateway tells it', async () => {
		const { text: caption, ...rest } = scheduled.scheduled;
		const told = { ...rest, type: 'image', media: 'https://example.com/a.jpg', caption };
		const { connection } = reach([answer(200, { scheduled: told })]);
		expect(await scheduler.get(connection, 'sched_abc123')).toEqual({
			...record,
			type: 'image',
			text: null,
			mediaUrl: 'https://example.com/a.jpg',
			caption,
			raw: told,
		});
	});

	it('takes an undocumented type for text', async () => {
		const body = { scheduled: { ...scheduled.scheduled, type: 'sticker' } };
		const { connection } = reach([answer(200, body)]);
		expect((await scheduler.get(connection, 'x')).type).toBe('text');
	});
});

describe('listing', () => {
	it("reads the vendor's sample", async () => {
		const { connection, requests } = reach([answer(200, listed)]);
		expect(await scheduler.list(connection, {})).toEqual([{ ...record, raw: listed.scheduled[0] }]);
		expect(requests[0]).toMatchObject({ method: 'GET', url: PATH, query: {} });
	});

	it.each([
		['scheduled', 'pending'],
		['sent', 'sent'],
		['cancelled', 'cancelled'],
		['failed', 'failed'],
	] as const)('asks for %s as %s', async (status, word) => {
		const { connection, requests } = reach([answer(200, listed)]);
		await scheduler.list(connection, { status });
		expect(requests[0].query).toEqual({ status: word });
	});

	it.each(['queued', 'delivered', 'unknown'] as const)(
		'asks nothing for %s, which the gateway has no word for',
		async (status) => {
			const { connection, requests } = reach([]);
			expect(await scheduler.list(connection, { status })).toEqual([]);
			expect(requests).toHaveLength(0);
		},
	);

	it('leaves out what is no record', async () => {
		const odd = [null, 7, 'x', [], {}, { id: 'x' }, listed.scheduled[0], { __proto__: null }];
		const { connection } = reach([answer(200, { scheduled: odd })]);
		expect(await scheduler.list(connection, {})).toHaveLength(1);
	});

	it.each<[string, unknown]>([
		['HTML', '<html></html>'],
		['no list', { success: true }],
		['an object for a list', scheduled],
	])('says what is missing in %s', async (_, body) => {
		const { connection } = reach([answer(200, body)]);
		expect(await rejection(scheduler.list(connection, {}))).toMatchObject({
			kind: 'unexpectedResponse',
		});
	});

	it('never rejects with anything but a GatewayError, whatever the answer', async () => {
		await fc.assert(
			fc.asyncProperty(fc.jsonValue(), async (body) => {
				for (const work of ['list', 'get', 'schedule', 'cancel'] as const) {
					const { connection } = reach((): Outcome => answer(200, body));
					const given = { list: {}, get: 'x', schedule: text, cancel: 'x' }[work];
					const outcome = (
						scheduler[work] as (c: typeof connection, g: unknown) => Promise<unknown>
					)(connection, given);
					await outcome.catch((error: unknown) => expect(error).toBeInstanceOf(GatewayError));
				}
			}),
		);
	});
});

describe('finding what may have come of a message', () => {
	const one = (changes: Record<string, unknown>) => ({ ...listed.scheduled[0], ...changes });

	it('gives those of the same recipient, text and time, in any status', async () => {
		const records = [
			one({ id: 'a' }),
			one({ id: 'b', to: '919988066777' }),
			one({ id: 'c', text: 'Another' }),
			one({ id: 'd', scheduledAt: '2026-02-01T15:00:01.000Z' }),
			one({ id: 'e', to: '919988066776@s.whatsapp.net', status: 'sent' }),
			one({ id: 'f', scheduledAt: '2026-02-01T15:00:00Z', status: 'cancelled' }),
		];
		const { connection, requests } = reach([answer(200, { scheduled: records })]);
		const found = await scheduler.find(connection, text);
		expect(found.map(({ scheduleId }) => scheduleId)).toEqual(['a', 'e', 'f']);
		expect(requests[0].query).toEqual({});
	});
});

describe('cancelling', () => {
	it("understands the vendor's sample", async () => {
		const { connection, requests } = reach([answer(200, cancelled)]);
		await expect(scheduler.cancel(connection, 'sched_abc123')).resolves.toBeUndefined();
		expect(requests[0]).toMatchObject({ method: 'DELETE', url: `${PATH}/sched_abc123` });
	});

	it('says that it is not found', async () => {
		const { connection } = reach([gone]);
		expect((await rejection(scheduler.cancel(connection, 'x'))).kind).toBe('notFound');
	});

	it.each<[string, unknown]>([
		['no', { success: false, error: 'Message is not pending' }],
		['nothing', null],
		['something that is no JSON', '<html>Welcome to the hotel</html>'],
	])('does not take %s for a yes, whatever the HTTP status', async (_, body) => {
		const { connection } = reach([answer(200, body)]);
		expect((await rejection(scheduler.cancel(connection, 'x'))).kind).toBe('unexpectedResponse');
	});
});
