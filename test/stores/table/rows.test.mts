import { toRow, toScheduledMessage } from '../../../stores/table/rows';
import type { Row } from '../../../stores/table/columns';
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
