import { createHmac } from 'node:crypto';
import { parrot } from '../gateways/parrot.mts';
import { owl } from '../package/owl.mts';
import { gateways } from '../../gateways/registry';
import type { Gateway } from '../../gateways/gateway';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { errorOf, executeContext, receive, type Json, type Setting } from './fakeContext.mts';
import { differencesOfKind, schemaOf } from './schema.mts';

(gateways as Gateway[]).push(owl);

const setting: Setting = {
	credential: { gateway: 'parrot', parrotUrl: 'https://parrot.example', parrotKey: 'nut-0815' },
};
const headers = { 'X-Nut': 'nut-0815', 'Content-Type': 'application/json' };
const body = { statuses: [{ id: 'squawk-1', reference: 'order-17' }] };
const parameters = (changes: Json = {}): Json => ({
	resource: 'statusEvent',
	operation: 'readWebhook',
	...changes,
});

interface Item {
	readonly json: Json;
	readonly binary?: Json;
}
const binary = (text: string): Json => ({
	data: { data: Buffer.from(text).toString('base64'), mimeType: 'application/json' },
});

/** Runs the node over items with files. */
async function read(items: readonly Item[], changes: Json = {}, by = setting): Promise<Json[]> {
	const context = executeContext(parameters(changes), { ...by, items: items.map(() => ({})) });
	context.getInputData().forEach((item, index) => Object.assign(item, items[index]));
	const [output] = await new MessageScheduler().execute.call(context);
	return output.map(({ json }) => json);
}

it('gives what the trigger gives, and that it is verified, of n8n’s Webhook node', async () => {
	const text = JSON.stringify(body);
	const json = {
		headers,
		params: {},
		query: {},
		body,
		webhookUrl: 'https://n8n.example/webhook/1',
	};
	const [event] = await read([{ json: json as never, binary: binary(text) }]);
	const byTrigger = await receive(
		{ body, rawBody: Buffer.from(text), headers: { 'x-nut': 'nut-0815' } },
		{},
		setting,
	);
	const { receivedAt, verified, ...rest } = event;
	expect(byTrigger.events).toEqual([{ ...rest, receivedAt: expect.any(String) }]);
	expect([typeof receivedAt, verified]).toEqual(['string', true]);
	expect(differencesOfKind(event, schemaOf('statusEvent', 'readWebhook'))).toEqual([]);
});

it.each<[string, Json, Json]>([
	['a queue, with the text that came', { body: JSON.stringify(body), headers } as never, {}],
	[
		'fields of other names',
		{ message: JSON.stringify(body), meta: headers } as never,
		{ webhookBody: '={{ $json.message }}', webhookHeaders: '={{ $json.meta }}' },
	],
	[
		'values by hand',
		{},
		{ webhookBody: JSON.stringify(body), webhookHeaders: JSON.stringify(headers) },
	],
])('reads %s, and verifies it by its bytes', async (_, json, changes) => {
	expect(await read([{ json }], changes)).toMatchObject([
		{ status: 'delivered', messageId: 'squawk-1', reference: 'order-17', verified: true },
	]);
});

it.each<[string, Json]>([
	['the body alone', body as never],
	['no bytes', { body, headers } as never],
	['a wrong secret', { body: JSON.stringify(body), headers: { 'x-nut': 'peanut' } } as never],
	['headers that are none', { body: JSON.stringify(body), headers: 'x-nut: nut-0815' } as never],
])('marks %s as not verified', async (_, json) => {
	expect(await read([{ json }])).toMatchObject([{ messageId: 'squawk-1', verified: false }]);
	const { message, description } = await errorOf(
		parameters({ options: { rejectUnverified: true } }),
		{ ...setting, items: [json] },
	);
	expect(`${message} ${description}`).toMatch(
		/The webhook was not verified: (the nut is another|its bytes cannot be read).*Compare "Webhook Secret"/s,
	);
});

it('what it could not verify is recorded only where a person says so', async () => {
	const record = { resource: 'scheduledMessage', operation: 'recordStatus' };
	const [forged] = await read([{ json: { body } as never }]);
	const by = { ...setting, items: [forged] };
	const { message, description } = await errorOf({ ...record, options: {} }, by);
	expect(message).toContain('was not verified, so anybody may have sent it');
	expect(description).toContain('"Accept Unverified"');
	// Taken, it meets what is missing here: the table.
	const taken = await errorOf({ ...record, options: { acceptUnverified: true } }, by);
	expect(taken.message).not.toContain('not verified');
});

it('parses the bytes that it verified, and nothing else', async () => {
	const json = { headers, body: { statuses: [{ id: 'forged' }] } } as never;
	expect(await read([{ json, binary: binary(JSON.stringify(body)) }])).toMatchObject([
		{ messageId: 'squawk-1', verified: true },
	]);
});

it('gives one item for each event, and none for a webhook without any', async () => {
	const many = { statuses: [{ id: 'a', code: '1' }, { id: 'b' }] };
	const items = [{ json: { body: many } as never }, { json: { body: { messages: [] } } as never }];
	const events = await read([...items, { json: body as never }]);
	expect(events.map(({ messageId }) => messageId)).toEqual(['a', 'b', 'squawk-1']);
});

it('leaves out the statuses of other accounts in the same webhook', async () => {
	const both = {
		statuses: [
			{ id: 'a', cage: 'cage-2' },
			{ id: 'b', cage: 'cage-1' },
		],
	};
	const events = await read([{ json: { body: both } as never }]);
	expect(events.map(({ messageId }) => messageId)).toEqual(['b']);
});

it('shows nothing that the gateway cuts out as a secret', async () => {
	const [event] = await read([{ json: { body: { ...body, nut: 'secret-nut' } } as never }]);
	expect(JSON.stringify(event)).not.toContain('secret-nut');
});

it.each<[string, unknown, RegExp]>([
	['text', 'hello', /"Body" is text, which is not a JSON object/],
	['a list', [body], /"Body" is a list, which is not a JSON object/],
	['a number', 7, /"Body" is "7", which is not a JSON object/],
])('refuses %s as a body', async (_, given, sentence) => {
	const items = [{ body: given } as never];
	const { message } = await errorOf(parameters(), { ...setting, items });
	expect(message).toMatch(sentence);
});

it('reads a part of a webhook that n8n’s own trigger passes on', async () => {
	const wholeWebhook = (part: unknown) => ({ statuses: [part] });
	try {
		Object.assign(parrot, { wholeWebhook });
		expect(await read([{ json: { id: 'squawk-9' } }])).toMatchObject([
			{ messageId: 'squawk-9', verified: false },
		]);
	} finally {
		Object.assign(parrot, { wholeWebhook: undefined });
	}
});

it('verifies a form by its parameters and the URL with its query', async () => {
	const credential = { gateway: 'owl', owlNest: 'https://owl.example', owlRing: 'ring-secret-1' };
	const url = 'https://n8n.example/webhook/1?reference=order-5';
	const form = 'id=m%201&Tag=a&Tag=b';
	const signed = createHmac('sha256', 'ring-secret-1').update(`${url}id=m 1;Tag=a;Tag=b;`);
	const json = {
		headers: {
			'content-type': 'application/x-www-form-urlencoded',
			'x-signature': signed.digest('hex'),
		},
		query: { reference: 'order-5' },
		body: { id: 'm 1', Tag: ['a', 'b'] },
		webhookUrl: 'https://n8n.example/webhook/1',
	} as never;
	// As n8n's Webhook node without bytes, of which this gateway needs none for a form, and with them.
	const [event] = await read([{ json, binary: binary(form) }], {}, { credential });
	expect(event).toMatchObject({ messageId: 'm 1', verified: true });
	expect(event.raw).toEqual({ id: 'm 1', Tag: ['a', 'b'] });
});
