import { whatsAppCloud } from '.';
import { EventDeduplicator } from '../../messages/eventDeduplicator';
import batch from './fixtures/batch.webhook.json';
import callbackData from './fixtures/callback-data.json';
import received from './fixtures/received-text-without-phone.webhook.json';
import withoutPhone from './fixtures/status-delivered-without-phone.webhook.json';
import delivered from './fixtures/status-delivered.webhook.json';
import windowClosed from './fixtures/status-failed-window.webhook.json';
import failed from './fixtures/status-failed.webhook.json';
import read from './fixtures/status-read.webhook.json';
import sent from './fixtures/status-sent.webhook.json';
import { NUMBER, receivedAt } from './testValues.mts';

const parse = (body: unknown) => whatsAppCloud.parseWebhook(body, { receivedAt });
const ID = sent.entry[0].changes[0].value.statuses[0].id;

/** A webhook with these statuses, of one number. */
const change = (statuses: unknown[], number = NUMBER, field = 'messages') => ({
	value: { messaging_product: 'whatsapp', metadata: { phone_number_id: number }, statuses },
	field,
});
const webhook = (...changes: unknown[]) => ({
	object: 'whatsapp_business_account',
	entry: [{ id: '102290129340398', changes }],
});
const status = (more: object = {}) => ({
	id: ID,
	status: 'sent',
	timestamp: '1750030073',
	...more,
});

it('reads the sample of a delivered message', () => {
	expect(parse(delivered)).toEqual([
		{
			event: 'status',
			eventId: `whatsAppCloud|${NUMBER}||${ID}||delivered`,
			gateway: 'whatsAppCloud',
			channel: 'whatsapp',
			account: NUMBER,
			status: 'delivered',
			statusRank: 40,
			isFinal: false,
			gatewayStatus: 'delivered',
			messageId: ID,
			scheduleId: null,
			reference: null,
			recipient: { address: '16505551234', phone: '+16505551234', kind: 'phone' },
			viewer: null,
			failure: null,
			origin: null,
			occurredAt: '2025-06-15T23:27:53.000Z',
			receivedAt,
			raw: delivered.entry[0].changes[0].value.statuses[0],
		},
	]);
});

it.each([
	['sent', sent],
	['read', read],
	['failed', failed],
])('reads the sample of %s', (expected, body) => {
	expect(parse(body)).toMatchObject([{ status: expected, gatewayStatus: expected }]);
});

it.each([
	['played', 'played'],
	['deleted', 'deleted'],
	['warning', 'unknown'],
	['constructor', 'unknown'],
])('the word %s is %s', (word, expected) => {
	expect(parse(webhook(change([status({ status: word })])))).toMatchObject([{ status: expected }]);
});

it('knows a user without a phone number by the user’s id', () => {
	expect(parse(withoutPhone)).toMatchObject([
		{
			status: 'delivered',
			recipient: { address: 'US.13491208655302741918', phone: null, kind: 'unknown' },
		},
	]);
});

it('knows a group, and who of it has it', () => {
	const more = {
		recipient_id: 'Y2FwaV9n',
		recipient_type: 'group',
		recipient_participant_id: '1650',
	};
	expect(parse(webhook(change([status(more)])))).toMatchObject([
		{ recipient: { address: 'Y2FwaV9n', phone: null, kind: 'group' }, viewer: '1650' },
	]);
});

it('gives the reference back as it was given', () => {
	const events = parse(webhook(change(callbackData.statuses)));
	expect(events.map(({ reference }) => reference)).toEqual(
		callbackData.statuses.map(({ biz_opaque_callback_data: data }) => data),
	);
});

describe('a failure', () => {
	it('has code, title and details', () => {
		expect(parse(failed)).toMatchObject([
			{
				failure: {
					code: '131049',
					reason:
						'This message was not delivered to maintain healthy ecosystem engagement.: In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
				},
			},
		]);
	});

	it('by the closed window is known by its code', () => {
		const [event] = parse(windowClosed);
		expect(event.failure).toEqual({
			code: whatsAppCloud.capabilities.windowClosedCode,
			reason:
				'Re-engagement message: More than 24 hours have passed since the recipient last replied to the sender number.',
		});
	});

	it.each([
		[{ errors: [] }, null, 'Meta gives no reason'],
		[{ errors: [{ code: 131026 }] }, '131026', 'Error 131026'],
		[{ errors: [{ code: 1, message: 'm' }] }, '1', 'm'],
		[{ errors: [null, { code: 1, title: 't', error_data: { details: 't' } }] }, '1', 't'],
	])('may say little: %j', (more, code, reason) => {
		const [event] = parse(webhook(change([status({ status: 'failed', ...more })])));
		expect(event.failure).toEqual({ code, reason });
	});
});

it.each<[string, unknown]>([
	['an incoming message', received],
	['a text', 'hello'],
	['another object', { ...sent, object: 'page' }],
	['another field', webhook(change([status()], NUMBER, 'message_template_status_update'))],
	[
		'an error of the account',
		webhook({ field: 'messages', value: { errors: [{ code: 130429 }] } }),
	],
	['nothing', webhook()],
	['entries that are none', { ...sent, entry: [null, 7, { changes: {} }] }],
])('%s gives no event', (_, body) => {
	expect(parse(body)).toEqual([]);
});

it('reads each status of a batch with other things among them', () => {
	expect(parse(batch).map(({ status: each, failure }) => [each, failure?.code ?? null])).toEqual([
		['delivered', null],
		['sent', null],
		['failed', '131026'],
	]);
});

it('reads a thousand statuses of three numbers, mixed, and each once', () => {
	const numbers = [NUMBER, '106540352242923', '106540352242924'];
	const words = ['sent', 'delivered', 'read'];
	const statuses = Array.from({ length: 1000 }, (_, index) => ({
		number: numbers[index % 3],
		status: status({
			// Ids of different numbers may be the same.
			id: `wamid.${Math.floor(index / 9)}`,
			status: words[Math.floor(index / 3) % 3],
		}),
	}));
	const changes = statuses.flatMap(({ number, status: each }, index) => [
		change([each], number),
		// What comes between them.
		...(index % 10 === 0 ? [received.entry[0].changes[0]] : []),
		...(index % 25 === 0 ? [change([each], number, 'account_update')] : []),
	]);
	const body = {
		object: 'whatsapp_business_account',
		entry: Array.from({ length: 4 }, (_, index) => ({
			id: '102290129340398',
			changes: changes.filter((_each, at) => at % 4 === index),
		})),
	};
	const events = parse(body);
	expect(events).toHaveLength(1000);
	expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(1000);
	expect(events.filter(({ account }) => account === NUMBER)).toHaveLength(334);
	// Meta repeats a webhook for days.
	const history = new EventDeduplicator();
	const isNew = (event: (typeof events)[number]) => {
		const fresh = history.classify(event) !== 'duplicate';
		history.record(event);
		return fresh;
	};
	expect([...events, ...parse(body)].filter(isNew)).toHaveLength(1000);
});
