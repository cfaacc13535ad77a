import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { STATUS_NAMES, STATUSES, type Status } from '../../messages/status';
import { createStatusEvent, eventIdOf, type StatusEventInput } from '../../messages/statusEvent';

const KEYS = [
	'event',
	'eventId',
	'gateway',
	'channel',
	'account',
	'status',
	'statusRank',
	'isFinal',
	'gatewayStatus',
	'messageId',
	'scheduleId',
	'reference',
	'recipient',
	'viewer',
	'failure',
	'origin',
	'occurredAt',
	'receivedAt',
	'raw',
];

const least: StatusEventInput = {
	gateway: 'chatWhatsApp',
	channel: 'whatsapp',
	status: 'sent',
	receivedAt: '2026-02-01T15:00:01.000Z',
	raw: { event: 'message.sent' },
};
const full: StatusEventInput = {
	...least,
	account: 'account-1',
	gatewayStatus: 'success',
	messageId: '3EB0',
	scheduleId: 'sched_1',
	reference: 'order-7',
	recipient: { address: '919988066776@c.us', phone: '+919988066776', kind: 'phone' },
	viewer: '14155238886@c.us',
	failure: { code: '7', reason: 'no' },
	origin: 'api',
	occurredAt: '2026-02-01T15:00:00.000Z',
};
const idOf = (changes: Partial<StatusEventInput> = {}) =>
	createStatusEvent({ ...full, ...changes }).eventId;

it('has every key, whatever is known', () => {
	expect(Object.keys(createStatusEvent(least))).toEqual(KEYS);
	expect(Object.keys(createStatusEvent(full))).toEqual(KEYS);
});

it('has null for what is not known', () => {
	expect(createStatusEvent(least)).toEqual({
		...least,
		event: 'status',
		eventId: expect.any(String),
		statusRank: 30,
		isFinal: false,
		account: null,
		gatewayStatus: null,
		messageId: null,
		scheduleId: null,
		reference: null,
		recipient: null,
		viewer: null,
		failure: null,
		origin: null,
		occurredAt: null,
	});
});

it('keeps what is known', () => {
	expect(createStatusEvent(full)).toEqual({
		...full,
		event: 'status',
		eventId: 'chatWhatsApp|account-1||3EB0|14155238886@c.us|sent',
		statusRank: 30,
		isFinal: false,
	});
});

it.each(STATUS_NAMES)('takes rank and end of %s from the vocabulary', (status) => {
	const { rank, isFinal } = STATUSES[status];
	expect(createStatusEvent({ ...least, status })).toMatchObject({ statusRank: rank, isFinal });
});

describe('the event id', () => {
	it('does not depend on when it was received, or on what else is known', () => {
		const same: Partial<StatusEventInput> = {
			receivedAt: '2030-01-01T00:00:00.000Z',
			occurredAt: '2030-01-01T00:00:00.000Z',
			scheduleId: null,
			reference: null,
			recipient: null,
			failure: null,
			origin: null,
			gatewayStatus: 'SUCCESS',
			channel: 'sms',
			raw: 'something else',
		};
		for (const [key, value] of Object.entries(same)) expect(idOf({ [key]: value })).toBe(idOf());
	});

	it('is the same for the same input in any order of its keys', () => {
		fc.assert(
			fc.property(
				fc.shuffledSubarray(Object.keys(full), { minLength: Object.keys(full).length }),
				(keys) => {
					const shuffled = Object.fromEntries(
						keys.map((key) => [key, full[key as keyof StatusEventInput]]),
					);
					expect(createStatusEvent(shuffled as unknown as StatusEventInput).eventId).toBe(idOf());
				},
			),
		);
	});

	it('is the same in another process, without ids too', () => {
		const plain = { ...least, raw: { b: 1, a: ['x', { d: null, c: true }] } };
		const code = `
			const { createStatusEvent } = require('./messages/statusEvent.ts');
			const inputs = JSON.parse(process.argv[1]);
			console.log(JSON.stringify(inputs.map((input) => createStatusEvent(input).eventId)));
		`;
		const printed = execFileSync(
			process.execPath,
			['--require', 'tsx/cjs', '-e', code, JSON.stringify([full, plain])],
			{ encoding: 'utf8', env: { ...process.env, TZ: 'Asia/Kolkata', LANG: 'tr_TR' } },
		);
		expect(JSON.parse(printed)).toEqual([idOf(), createStatusEvent(plain).eventId]);
	});

	it('takes the schedule id where no message is named', () => {
		expect(idOf({ messageId: null })).toContain('|sched_1|');
		expect(idOf({ messageId: null, scheduleId: 'sched_2' })).not.toBe(idOf({ messageId: null }));
	});

	const texts = fc.option(fc.string({ minLength: 1 }), { nil: null });
	const anyPart = fc.record({
		gateway: fc.string({ minLength: 1 }),
		account: texts,
		messageId: fc.string({ minLength: 1 }),
		idScope: texts,
		status: fc.constantFrom<Status>(...STATUS_NAMES),
		viewer: texts,
	});

	it('differs when any one component differs', () => {
		fc.assert(
			fc.property(
				anyPart,
				anyPart,
				fc.constantFrom('gateway', 'account', 'idScope', 'messageId', 'status', 'viewer'),
				(parts, others, name) => {
					const key = name as keyof typeof parts;
					const changed = { ...parts, [key]: others[key] };
					expect(idOf(changed) === idOf(parts)).toBe(parts[key] === others[key]);
				},
			),
			{ numRuns: 1_000 },
		);
	});

	it('is never shared by two lists of components, whatever separators they hold', () => {
		const part = fc.oneof(
			fc.constant(null),
			fc.string({ unit: fc.constantFrom('|', '\\', 'a', '#'), minLength: 1, maxLength: 4 }),
		);
		const parts = fc.tuple(fc.array(part, { minLength: 5, maxLength: 5 }), part, part);
		fc.assert(
			fc.property(parts, parts, (a, b) => {
				expect(eventIdOf(...a) === eventIdOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
			}),
			{ numRuns: 2_000 },
		);
	});

	it.each<[Array<string | null>, Array<string | null>]>([
		[
			['a|b', 'c'],
			['a', 'b|c'],
		],
		[
			['a\\', 'b'],
			['a', '\\b'],
		],
		[
			['a\\', 'b', 'c|d'],
			['a|b', 'c\\', 'd'],
		],
		[
			['a\\|b', 'c'],
			['a', '|b', 'c'],
		],
		[
			['a', null, 'b'],
			['a', 'b', null],
		],
	])('tells %j from %j', (a, b) => expect(eventIdOf(a, 'sent')).not.toBe(eventIdOf(b, 'sent')));

	it('is bounded, and still tells long ids apart', () => {
		const long = 'x'.repeat(1_000_000);
		const id = idOf({ messageId: long });
		expect(id.length).toBeLessThanOrEqual(128 + 1 + 64 + '|sent'.length);
		expect(id).toMatch(/^chatWhatsApp\|account-1\|\|x+#[0-9a-f]{64}\|sent$/);
		const word = createStatusEvent({ ...full, status: 'unknown', gatewayStatus: long }).eventId;
		expect(word.length).toBeLessThanOrEqual(128 + 64 + 2 * (1 + 64) + 1);
		expect(idOf({ messageId: `${long}y` })).not.toBe(id);
		expect(idOf({ messageId: long, status: 'read' })).not.toBe(id);
		expect(idOf({ messageId: long })).toBe(id);
	});

	it('is written out up to 128 characters, and hashed from there', () => {
		const written = eventIdOf(['x'.repeat(128)], 'sent');
		expect(written).toBe(`${'x'.repeat(128)}|sent`);
		const text = 'x'.repeat(129);
		const hash = createHash('sha256').update(text).digest('hex');
		expect(eventIdOf([text], 'sent')).toBe(`${'x'.repeat(128)}#${hash}|sent`);
	});

	it('tells two unknown words apart, but not two words for one status', () => {
		const unknown = (gatewayStatus: string | null) => idOf({ status: 'unknown', gatewayStatus });
		expect(new Set([unknown('a'), unknown('b'), unknown(null), unknown('null')]).size).toBe(4);
		expect(idOf({ gatewayStatus: 'a' })).toBe(idOf({ gatewayStatus: 'b' }));
	});

	it('stays what it was: people keep ids in their tables', () => {
		const message = 'chatWhatsApp|account-1||3EB0|14155238886@c.us';
		const at = '2026-02-01T15:00:00.000Z';
		expect(idOf()).toBe(`${message}|sent`);
		expect(idOf({ status: 'unknown' })).toBe(`${message}|unknown:success|${at}`);
		expect(idOf({ status: 'unknown', gatewayStatus: null })).toBe(`${message}|unknown:|${at}`);
	});

	it('takes an unknown word at another time for another event: what it means is not known', () => {
		const at = (occurredAt: string | null) => idOf({ status: 'unknown', occurredAt });
		const times = ['2026-02-01T15:00:00.000Z', '2026-02-01T15:00:01.000Z', null];
		expect(new Set(times.map(at)).size).toBe(3);
		expect(at(times[0])).toBe(at(times[0]));
	});

	it('names the chat only where the gateway says that its ids need it', () => {
		const to = (address: string) => ({ address, phone: null, kind: 'group' as const });
		expect(idOf({ recipient: to('a@g.us') })).toBe(idOf({ recipient: to('b@g.us') }));
		expect(idOf({ idScope: 'a@g.us' })).not.toBe(idOf({ idScope: 'b@g.us' }));
		expect(Object.keys(createStatusEvent({ ...full, idScope: 'a@g.us' }))).toEqual(KEYS);
	});

	it('tells bodies without ids apart by what they hold, not by its order', () => {
		const of = (raw: unknown) => createStatusEvent({ ...least, raw }).eventId;
		expect(of({ a: 1, b: { c: 2, d: [3, 4] } })).toBe(of({ b: { d: [3, 4], c: 2 }, a: 1 }));
		const bodies = [{ a: 1 }, { a: '1' }, { a: 2 }, { b: 1 }, [1, 2], [2, 1], 'a', null, {}];
		const ids = bodies.map(of);
		expect(new Set(ids).size).toBe(bodies.length);
		for (const id of ids) expect(id.length).toBeLessThan(100);
	});

	it('is there for any body, however deep or odd', () => {
		const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
		const bodies = [deep, undefined, JSON.parse('{"__proto__":{"a":1}}') as unknown];
		for (const raw of bodies) {
			expect(createStatusEvent({ ...least, raw }).eventId).toMatch(/^chatWhatsApp\|\|/);
		}
		fc.assert(
			fc.property(fc.jsonValue(), (raw) => {
				const { eventId } = createStatusEvent({ ...least, raw });
				expect(createStatusEvent({ ...least, raw: structuredClone(raw) }).eventId).toBe(eventId);
			}),
		);
	});
});
