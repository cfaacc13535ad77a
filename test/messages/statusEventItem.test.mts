import fc from 'fast-check';
import { describeAddress } from '../../messages/recipient';
import { createStatusEvent, type StatusEventInput } from '../../messages/statusEvent';
import { parseEventFields, toStatusEventItem } from '../../messages/statusEventItem';

const event = (more: Partial<StatusEventInput> = {}) =>
	createStatusEvent({
		gateway: 'g',
		channel: 'whatsapp',
		status: 'failed',
		receivedAt: '2026-11-21T15:40:24.000Z',
		occurredAt: '2026-11-21T15:40:23.769Z',
		raw: { as: 'it came' },
		...more,
	});

const failure = { code: '131026', reason: 'Not on WhatsApp' };

it('has what a person looks for first and the ids last', () => {
	const keys = Object.keys(toStatusEventItem(event(), 'UTC'));
	expect(keys.slice(0, 6)).toEqual([
		'event',
		'status',
		'occurredAtLocal',
		'recipient',
		'failure',
		'timezone',
	]);
	expect(keys.slice(-4)).toEqual(['messageId', 'scheduleId', 'eventId', 'raw']);
});

it('has all that the event has, flat', () => {
	const given = event({ failure, recipient: describeAddress('919988066776@s.whatsapp.net') });
	expect(toStatusEventItem(given, 'asia/kolkata')).toEqual({
		...given,
		occurredAtLocal: 'Sat, 21 Nov 2026, 21:10:23',
		timezone: expect.stringMatching(/^Asia\/(Kolkata|Calcutta)$/i),
		recipient: '+919988066776',
		recipientKind: 'phone',
		recipientAddress: '919988066776@s.whatsapp.net',
		failure: 'Not on WhatsApp',
		failureCode: '131026',
	});
});

it('has null for what is not known, also for an account without a name', () => {
	const item = toStatusEventItem(event({ account: '', occurredAt: null }), 'Europe/Berlin');
	expect(item).toMatchObject({
		occurredAtLocal: null,
		timezone: 'Europe/Berlin',
		recipient: null,
		recipientKind: null,
		recipientAddress: null,
		failure: null,
		failureCode: null,
		account: null,
	});
});

it.each([
	'919988066776@s.whatsapp.net',
	'+919988066776',
	'120363039326117111@g.us',
	'12345678@lid',
	'who knows',
])('gives the recipient %s back as it was', (address) => {
	const given = event({ recipient: describeAddress(address), failure });
	const item = JSON.parse(JSON.stringify(toStatusEventItem(given, 'UTC')));
	expect(parseEventFields(item)).toEqual({ recipient: given.recipient, failure });
});

it('reads the number of an item whose address was left out', () => {
	expect(parseEventFields({ recipient: '+919988066776' }).recipient).toMatchObject({
		phone: '+919988066776',
	});
});

it('reads anything without throwing', () => {
	fc.assert(
		fc.property(
			fc.record({
				recipient: fc.jsonValue(),
				recipientAddress: fc.jsonValue(),
				failure: fc.jsonValue(),
				failureCode: fc.jsonValue(),
			}),
			(item) => void parseEventFields(item),
		),
	);
});
