import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whatsAppCloud } from './index';

const folder = join(__dirname, 'fixtures');
const samples = readdirSync(folder).filter((name) => name.endsWith('.webhook.json'));

interface Body {
	readonly entry: ReadonlyArray<{
		readonly changes: ReadonlyArray<{ readonly field: string; readonly value: object }>;
	}>;
}
const context = { receivedAt: '2026-11-22T00:00:00.000Z' };
const eventsOf = (body: unknown) => whatsAppCloud.parseWebhook(body, context);

it.each(samples)(
	'%s in the parts that n8n’s WhatsApp Trigger emits gives the same events',
	(name) => {
		const body = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Body;
		const parts = body.entry
			.flatMap(({ changes }) => changes)
			.map(({ field, value }) => ({ ...value, field }));
		const ofParts = parts.flatMap((part) => eventsOf(whatsAppCloud.wholeWebhook!(part)));
		expect(ofParts).toEqual(eventsOf(body));
	},
);

it.each([[null], ['messages'], [[]], [{}], [{ field: 'messages' }], [{ object: 'x', entry: [] }]])(
	'%j is no such part',
	(part) => {
		expect(whatsAppCloud.wholeWebhook!(part)).toBeNull();
	},
);
