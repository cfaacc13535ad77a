import { parseWindow } from '../../../messages/sendTime';
import { isUuid } from '../../../stores/scheduleId';
import {
	isoOf,
	mayHaveBeenSent,
	OPTED_OUT_FAILURE,
	personOfRow,
	toOutgoing,
	toRow,
	toScheduledMessage,
} from '../../../stores/table/rows';
import type { Row, Values } from '../../../stores/table/columns';
import { iso, message, SENDER, START } from './fakes.mts';

it('a new row is pending, nobody’s, and due at its time', () => {
	const wanted = message('hello', START, { reference: 'order-1' });
	expect(toRow(wanted, SENDER, 'Asia/Kolkata', START)).toMatchObject({
		status: 'scheduled',
		send_at: iso(START),
		next_attempt_at: iso(START),
		requested_at: iso(START),
		recipient: '+919988066776',
		text: 'hello',
		timezone: 'Asia/Kolkata',
		...SENDER,
		reference: 'order-1',
		deduplication_key: null,
		sending_window: null,
		valid_for_minutes: 1_440,
		attempts: 0,
		// A run starts only rows whose token is empty.
		claim_token: '',
	});
});

it('is read back as the message that was stored', () => {
	const wanted = message('hello', START, { reference: 'order-1' });
	const row = { id: 1, ...toRow(wanted, SENDER, 'UTC', START) } as unknown as Row;
	expect(toScheduledMessage(row)).toMatchObject({
		recipient: wanted.recipient,
		text: 'hello',
		scheduledAt: iso(START),
		status: 'scheduled',
		gateway: SENDER.gateway,
		account: SENDER.account,
		reference: 'order-1',
		messageId: null,
		failure: null,
		storedIn: 'n8n',
	});
});

describe('a message in its recipient’s timezone', () => {
	const wanted = {
		...message('hello', START),
		timezone: 'America/Denver',
		timezoneSource: 'given',
	} as const;
	const row = { id: 1, ...toRow(wanted, SENDER, 'UTC', START) } as unknown as Row;

	it('keeps it, and what said so', () => {
		expect(row).toMatchObject({ timezone: 'America/Denver', timezone_source: 'given' });
		expect(toScheduledMessage(row)).toMatchObject({
			timezone: 'America/Denver',
			timezoneSource: 'given',
		});
	});

	it.each([
		['another message', { ...toRow(message('hello', START), SENDER, 'UTC', START) }],
		['a cell that a person has emptied', { ...row, timezone: '' }],
		['a source that there is not', { ...row, timezone_source: 'horoscope' }],
	])('is no more than it says: %s', (_, cells) => {
		const read = toScheduledMessage({ id: 1, ...cells } as unknown as Row);
		expect(read).not.toHaveProperty('timezone');
		expect(read).not.toHaveProperty('timezoneSource');
	});
});

/** A row with these cells, beside those that a store writes. */
const rowWith = (more: Values = {}): Row =>
	({ id: 1, ...toRow(message('hello', START), SENDER, 'UTC', START), ...more }) as unknown as Row;

const TEMPLATE = { name: 'reminder', language: 'en', variables: { '1': 'Ana' } };

it('a new row holds whatever is wanted of its message', () => {
	const template = JSON.stringify(TEMPLATE);
	const wanted = {
		...message('hello', START),
		type: 'template',
		mediaUrl: 'https://files.example/a.png',
		mediaId: 'file-1',
		caption: 'Look',
		fileName: 'a.png',
		template: TEMPLATE,
		replacement: TEMPLATE,
		group: 'campaign',
		deduplicationKey: 'key',
		requestedAt: iso(START - 1),
		sendingWindow: parseWindow('Mon Tue 09:00-18:00 UTC'),
		frequencyCap: { limit: { messages: 3, periodMs: 86_400_000, over: 'hold' }, counts: true },
		validForMinutes: 5,
		ignoresDoNotContact: true,
	} as unknown as Parameters<typeof toRow>[0];
	const row = toRow(wanted, SENDER, 'UTC', START);
	expect(row).toMatchObject({
		schedule_id: wanted.idempotencyKey,
		media_url: 'https://files.example/a.png',
		media_id: 'file-1',
		caption: 'Look',
		file_name: 'a.png',
		group_name: 'campaign',
		deduplication_key: 'key',
		requested_at: iso(START - 1),
		sending_window: 'Mon Tue 09:00-18:00 UTC',
		frequency_cap: '3 in 24 h, hold',
		valid_for_minutes: 5,
		do_not_contact: 'ignore',
		replaced_at: null,
	});
	expect(JSON.parse(String(row.template))).toEqual(JSON.parse(template));
	expect(JSON.parse(String(row.replacement_template))).toEqual(JSON.parse(template));

	const bare = toRow(message('hello', START), SENDER, 'UTC', START);
	expect(bare).toMatchObject({
		media_id: null,
		group_name: null,
		template: null,
		replacement_template: null,
		sending_window: null,
		frequency_cap: null,
		do_not_contact: null,
		timezone_source: null,
	});
});

it('is read back with each cell in its place, empty ones as nothing', () => {
	const cells = {
		media_url: 'https://files.example/a.png',
		media_id: 'file-1',
		caption: 'Look',
		file_name: 'a.png',
		template: JSON.stringify(TEMPLATE),
		group_name: 'campaign',
		message_id: 'm1',
		sent_at: '2026-02-01T12:00:00Z',
	};
	expect(toScheduledMessage(rowWith({ ...cells, type: 'image' }))).toMatchObject({
		type: 'image',
		mediaUrl: 'https://files.example/a.png',
		mediaId: 'file-1',
		caption: 'Look',
		fileName: 'a.png',
		template: TEMPLATE,
		group: 'campaign',
		messageId: 'm1',
		sentAt: iso(START),
		gatewayStatus: 'scheduled',
	});
	const emptied = Object.fromEntries(Object.keys(cells).map((column) => [column, '']));
	const none = { schedule_id: '', gateway: '', account: null, send_at: null, recipient: '' };
	expect(toScheduledMessage(rowWith({ ...emptied, ...none, status: '' }))).toMatchObject({
		scheduleId: '',
		gateway: '',
		account: '',
		scheduledAt: '',
		recipient: { address: '', phone: null, kind: 'unknown' },
		mediaUrl: null,
		mediaId: null,
		caption: null,
		fileName: null,
		template: null,
		group: null,
		messageId: null,
		sentAt: null,
		status: 'scheduled',
		gatewayStatus: null,
	});
});

it.each<[string, Values, string]>([
	['in another spelling', { status: ' Sent ' }, 'sent'],
	['in flight', { status: 'sending' }, 'queued'],
	['of a person', { status: 'on hold' }, 'unknown'],
	['emptied', { status: null }, 'scheduled'],
	['of spaces', { status: '  ' }, 'scheduled'],
	['emptied after it began to be sent', { status: '', send_started_at: iso(START) }, 'unknown'],
])('has a status %s', (_, cells, status) => {
	expect(toScheduledMessage(rowWith(cells)).status).toBe(status);
});

it.each(['sent_at', 'message_id', 'queue_id', 'send_started_at'])(
	'may have been sent where %s is filled in',
	(column) => {
		expect(mayHaveBeenSent(rowWith({ [column]: 'x' }))).toBe(true);
		expect(mayHaveBeenSent(rowWith({ [column]: '' }))).toBe(false);
	},
);

it('has a failure as it stands there, and the code of one for Do Not Contact', () => {
	const failureOf = (failure: string | null) => toScheduledMessage(rowWith({ failure })).failure;
	expect(failureOf('')).toBeNull();
	expect(failureOf('logged out: scan again')).toEqual({
		code: null,
		reason: 'logged out: scan again',
	});
	expect(failureOf(OPTED_OUT_FAILURE)).toEqual({
		code: 'optedOut',
		reason: 'The recipient is on Do Not Contact',
	});
});

describe('what is sent for a row', () => {
	it('is its content under its own id', () => {
		const row = rowWith({ reference: 'order-1', caption: '', media_id: '' });
		expect(toOutgoing(row)).toMatchObject({
			recipient: { phone: '+919988066776' },
			type: 'text',
			text: 'hello',
			reference: 'order-1',
			idempotencyKey: row.schedule_id,
		});
		const ids = [1, 2].map(() => toOutgoing(rowWith({ schedule_id: '' })).idempotencyKey);
		expect(ids.map(isUuid)).toEqual([true, true]);
		expect(ids[0]).not.toBe(ids[1]);
	});

	it('is a file with all that belongs to it', () => {
		const cells = { type: 'document', text: null, caption: 'Look', file_name: 'a.pdf' };
		const url = { media_url: 'https://files.example/a.pdf' };
		expect(toOutgoing(rowWith({ ...cells, ...url }))).toMatchObject({
			type: 'document',
			mediaUrl: 'https://files.example/a.pdf',
			caption: 'Look',
			fileName: 'a.pdf',
		});
		expect(toOutgoing(rowWith({ ...cells, media_id: 'file-1' })).mediaId).toBe('file-1');
	});

	it('is its template, also in place of a text that came too late, under another id', () => {
		const template = JSON.stringify(TEMPLATE);
		expect(toOutgoing(rowWith({ type: 'template', text: null, template })).template).toEqual(
			TEMPLATE,
		);
		const replaced = rowWith({ replacement_template: template, replaced_at: iso(START) });
		const sent = toOutgoing(replaced);
		expect(sent).toMatchObject({ type: 'template', template: TEMPLATE, text: null });
		expect(isUuid(sent.idempotencyKey)).toBe(true);
		expect(sent.idempotencyKey).not.toBe(replaced.schedule_id);
		expect(toOutgoing(replaced).idempotencyKey).toBe(sent.idempotencyKey);
		expect(toScheduledMessage(replaced)).toMatchObject({
			type: 'template',
			template: TEMPLATE,
			text: null,
		});
	});

	it('is nothing where a person has made it unreadable', () => {
		expect(() => toOutgoing(rowWith({ recipient: '' }))).toThrow(/"Recipient"/);
		const broken = { type: 'template', template: '{', replacement_template: '{' };
		expect(() => toOutgoing(rowWith(broken))).toThrow(/"Template"/);
		expect(toScheduledMessage(rowWith(broken))).toMatchObject({
			template: null,
			replacement: null,
		});
	});
});

it.each<[string, Values, string | null]>([
	['its number', {}, '+919988066776'],
	['nobody where it goes to anybody', { do_not_contact: ' Ignore ' }, null],
	['its number where something else is entered', { do_not_contact: 'yes' }, '+919988066776'],
	['nobody where there is none', { recipient: null }, null],
])('asks Do Not Contact for %s', (_, cells, person) => {
	expect(personOfRow(rowWith(cells))).toBe(person);
});

it.each([
	[null, null],
	[undefined, null],
	['', null],
	['soon', null],
	['2026-02-01T13:00:00+01:00', iso(START)],
])('reads %j as the instant %j', (cell, instant) => {
	expect(isoOf(cell as string)).toBe(instant);
});
