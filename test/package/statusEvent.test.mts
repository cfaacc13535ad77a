import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { gatewayById, gatewayIds, gateways } from '../../gateways/registry';
import { STATUSES, STATUS_NAMES } from '../../messages/status';
import { toStatusEventItem } from '../../messages/statusEventItem';
import { webhooksOf } from '../fixtures.mts';

/** docs/status-event.schema.json holds for every event of every gateway, whatever the body. */
const root = join(__dirname, '../..');
const schema = JSON.parse(readFileSync(join(root, 'docs/status-event.schema.json'), 'utf8')) as {
	properties: Record<string, { enum?: unknown[] }>;
	required: string[];
};
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(schema);

const RECEIVED_AT = '2026-11-20T10:00:00.000Z';
const webhooks = gatewayIds.flatMap((gateway) => {
	return webhooksOf(gateway).map(([name, body]) => [gateway, name, body] as const);
});

const parse = (gateway: string, body: unknown) =>
	gatewayById(gateway)
		.parseWebhook(body, { receivedAt: RECEIVED_AT })
		.map((event) => toStatusEventItem(event, 'Africa/Cairo'));

function expectValid(gateway: string, body: unknown): number {
	const events = parse(gateway, body);
	for (const event of events) {
		// As it leaves n8n: JSON.
		validate(JSON.parse(JSON.stringify(event)));
		expect(validate.errors ?? []).toEqual([]);
		expect(event.gateway).toBe(gateway);
	}
	return events.length;
}

it('lists the statuses and keys that the code has, and requires every key', () => {
	expect(schema.properties.status.enum).toEqual(STATUS_NAMES);
	expect(schema.required).toEqual(Object.keys(schema.properties));
	const [event] = parse('chatWhatsApp', { event: 'message.sent', status: 'success' });
	expect(Object.keys(event)).toEqual(schema.required);
});

it('ties rank and finality to the status', () => {
	const [event] = parse('chatWhatsApp', { event: 'message.sent', status: 'success' });
	for (const status of STATUS_NAMES) {
		const { rank: statusRank, isFinal } = STATUSES[status];
		expect(validate({ ...event, status, statusRank, isFinal })).toBe(true);
		expect(validate({ ...event, status, statusRank, isFinal: !isFinal })).toBe(false);
		expect(validate({ ...event, status, statusRank: statusRank === 10 ? 20 : 10, isFinal })).toBe(
			false,
		);
	}
});

it.each([
	['a key more', { more: 1 }],
	['a phone without plus', { recipient: '919988066776', recipientKind: 'phone' }],
	['a time that is none', { occurredAt: 'yesterday' }],
	['a local time', { receivedAt: '2026-11-20T10:00:00+02:00' }],
	['an exact time for people', { occurredAtLocal: '2026-11-20T10:00:00.000Z' }],
	['a failure that is no text', { failure: { code: null, reason: 'x' } }],
	['the code of no failure', { failure: null, failureCode: '7' }],
])('refuses %s', (_, change) => {
	const [event] = parse('chatWhatsApp', { event: 'message.sent', status: 'success' });
	expect(validate(event)).toBe(true);
	expect(validate({ ...event, ...change })).toBe(false);
});

it.each(webhooks)('%s: %s', (gateway, _, body) => {
	expectValid(gateway, body);
});

it.each(gateways.map(({ id }) => id))('%s: some of its samples give events', (gateway) => {
	const own = webhooks.filter(([id]) => id === gateway);
	expect(own.reduce((sum, [, , body]) => sum + parse(gateway, body).length, 0)).toBeGreaterThan(0);
});

it.each(gatewayIds)('%s: also on samples with anything put anywhere', (gateway) => {
	const samples = webhooks.filter(([id]) => id === gateway).map(([, , body]) => body);
	const changes = fc.array(fc.tuple(fc.nat(), fc.jsonValue()), { minLength: 1, maxLength: 3 });
	fc.assert(
		fc.property(fc.constantFrom(...samples), changes, (body, all) => {
			expectValid(gateway, all.reduce<unknown>(put, body));
		}),
		{ numRuns: 400 },
	);
});

function put(body: unknown, [place, value]: [number, unknown]): unknown {
	if (typeof body !== 'object' || body === null) return value;
	const keys = Object.keys(body);
	if (keys.length === 0) return value;
	const key = keys[place % keys.length];
	const inner = put((body as Record<string, unknown>)[key], [
		Math.floor(place / keys.length),
		value,
	]);
	return Array.isArray(body)
		? Object.assign([...body], { [key]: inner })
		: { ...body, [key]: inner };
}
