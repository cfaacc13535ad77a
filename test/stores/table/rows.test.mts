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
