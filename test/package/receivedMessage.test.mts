import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { gatewayById, gatewayIds } from '../../gateways/registry';
import { createReceivedMessage, RECEIVED_TYPES } from '../../messages/receivedMessage';
import { toReceivedMessageItem } from '../../messages/receivedMessageItem';
import { describeAddress } from '../../messages/recipient';
import { webhooksOf } from '../fixtures.mts';
import { mutated } from '../gateways/mutated.mts';
import { runs } from '../proof.mts';

/** docs/received-message.schema.json holds for every received message of every gateway, whatever the body. */
const schema = JSON.parse(
	readFileSync(join(__dirname, '../../docs/received-message.schema.json'), 'utf8'),
) as { properties: Record<string, { enum?: unknown[] }>; required: string[] };
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(schema);

const item = toReceivedMessageItem(
	createReceivedMessage({
		gateway: 'vendor',
		channel: 'whatsapp',
		account: 'account-1',
		type: 'button',
		text: 'Confirm',
		button: { id: 'confirm-17', title: 'Confirm', kind: 'button' },
		messageId: 'm1',
		from: describeAddress('919988066776@s.whatsapp.net'),
		inReplyTo: 'ours',
		occurredAt: '2026-11-20T10:00:00.000Z',
		receivedAt: '2026-11-20T10:00:01.000Z',
		raw: {},
	}),
	'Africa/Cairo',
);

function expectValid(gateway: string, body: unknown): void {
	const context = { receivedAt: '2026-11-20T10:00:00.000Z' };
	for (const message of gatewayById(gateway).parseReceived?.(body, context) ?? []) {
		// As it leaves n8n: JSON.
		validate(JSON.parse(JSON.stringify(toReceivedMessageItem(message, 'Africa/Cairo'))));
		expect(validate.errors ?? []).toEqual([]);
		expect(message.gateway).toBe(gateway);
	}
}

it('lists the keys and types that the code has, and requires every key', () => {
	expect(schema.properties.type.enum).toEqual(RECEIVED_TYPES);
	expect(schema.required).toEqual(Object.keys(schema.properties));
	expect(Object.keys(item)).toEqual(schema.required);
	expect(validate(item)).toBe(true);
});

it.each([
	['a key more', { error: 'x' }],
	['another event', { event: 'status' }],
	['a phone without plus', { from: '919988066776' }],
	['a type that is none', { type: 'call' }],
	['a time that is none', { occurredAt: 'yesterday' }],
	['a local time', { receivedAt: '2026-11-20T10:00:00+02:00' }],
	['a choice of no kind', { buttonKind: null }],
	['a verdict that is none', { optOut: 'STOP' }],
])('refuses %s', (_, change) => expect(validate({ ...item, ...change })).toBe(false));

describe.each(gatewayIds)('%s', (gateway) => {
	const samples = webhooksOf(gateway).map(([, body]) => body);

	it('gives what the schema says, of its samples', () => {
		for (const body of samples) expectValid(gateway, body);
	});

	it('and of samples with anything put anywhere', () => {
		fc.assert(
			fc.property(mutated(samples), (body) => expectValid(gateway, body)),
			runs(300),
		);
	});
});
