import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { accountsTableName } from '../../stores/table/accounts';
import { DataTables } from './dataTables.mts';
import {
	byId,
	credentialFor,
	errorOf,
	execute,
	inSeconds,
	outputOf,
	type Json,
} from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

/** The operation *Board* on n8n's own contexts: its item and its file, over each place of storage. */
let sandbox: Sandbox;
let tables: DataTables;
let credential: Json;

beforeAll(async () => void (sandbox = await startSandbox({ rateLimits: false })));
afterAll(async () => await sandbox.close());
beforeEach(() => {
	tables = new DataTables();
	credential = credentialFor(sandbox, {}, 'whapi');
});

const schedule = async (text: string, more: Json = {}) =>
	await outputOf(
		{
			operation: 'schedule',
			storeIn: 'dataTable',
			recipient: '+919988066776',
			text,
			sendAt: inSeconds(3_600),
			...more,
		},
		{ credential, tables },
	);

/** One page: its item is as the schema says, and its file is the same HTML. */
async function page(query: Json | string = {}, more: Json = {}): Promise<Json> {
	const [item, ...others] = await execute(
		{ operation: 'board', query, ...more },
		{ credential, tables },
	);
	expect(others).toEqual([]);
	expect(differences(item.json, schemaOf('scheduledMessage', 'board'))).toEqual([]);
	const file = item.binary![String(more.binaryPropertyName ?? 'data')];
	expect(file).toMatchObject({ fileName: 'message-board.html', mimeType: 'text/html' });
	expect(Buffer.from(file.data, 'base64').toString('utf8')).toBe(item.json.html);
	return item.json;
}

it('shows a Data Table, and creates nothing beside it', async () => {
	await schedule('Your table is ready');
	const before = tables.accesses;
	const overview = await page();
	expect(overview).toMatchObject({ view: 'overview', needsAttention: false, statusCode: 200 });
	expect(overview.html).toContain('1 message, most from');
	expect(overview.html).not.toMatch(/\b1 messages/);
	expect(overview.html).toMatch(/<span class="value">1<\/span>\s*<span class="label"\s*><a/);
	expect(tables.accesses - before).toBeLessThan(16);
	expect(() => tables.named(accountsTableName('scheduled_messages'))).toThrow();
});

it('searches, pages and shows one message, by the query of a webhook', async () => {
	const [{ scheduleId }] = await schedule('Your <b>parcel</b>', {
		options: { reference: 'order-7' },
	});
	await schedule('Another');
	const found = await page({ view: 'search', recipient: '+91 99880 66776', reference: 'order-7' });
	expect(found.html).toContain('Your &lt;b&gt;parcel&lt;/b&gt;');
	expect(found.html).not.toContain('Another');
	expect(found.html).toContain('+91998806••••');
	const one = await page({ id: String(scheduleId) });
	expect(one).toMatchObject({ view: 'message', needsAttention: null, statusCode: 200 });
	expect(one.html).toContain('order-7');
	for (const query of [{ view: 'al' }, { status: 'sendt' }]) {
		const mistyped = await page(query);
		expect(mistyped).toMatchObject({ view: 'search', statusCode: 200 });
		expect(mistyped.html).toMatch(/role="alert">&quot;(view|status)&quot; in the address is/);
	}
	expect(await page({ id: 'nobody' })).toMatchObject({ view: 'message', statusCode: 404 });
	const open = await page({ view: 'search' }, { options: { maskNumbers: false } });
	expect(open.html).toContain('+919988066776');
});

it('says which account is paused, and that it needs somebody', async () => {
	await schedule('a');
	await outputOf(
		{ operation: 'pause', note: 'A new <number>', until: inSeconds(7_200) },
		{ credential, tables },
	);
	const paused = await page({}, { options: { language: 'de-DE', timezone: 'UTC' } });
	expect(paused.needsAttention).toBe(true);
	expect(paused.html).toContain('A new &lt;number&gt;');
	const mail = await page({}, { format: 'email', binaryPropertyName: 'mail' });
	expect(mail.title).toMatch(/^Messages since .*: 0 not sent or unclear, 1 paused account$/);
	expect(mail.html).toContain('A new &lt;number&gt;');
	expect(mail.html).not.toMatch(/<(img|svg|style|a|script)\b/);
});

it('shows what a gateway stores by itself, and says what it does not report', async () => {
	credential = credentialFor(sandbox, {}, 'chatWhatsApp');
	const [{ scheduleId }] = await outputOf(
		{
			operation: 'schedule',
			recipient: '+919988066776',
			text: 'At the gateway',
			sendAt: inSeconds(3_600),
		},
		{ credential },
	);
	const stored = { storeIn: 'gateway' };
	expect((await page({}, stored)).html).toContain('The gateway stores these messages');
	const list = (await page({ view: 'search' }, stored)).html;
	expect(list).toContain('At the gateway');
	expect(list).toContain('1, the latest time first');
	expect((await page({ id: String(scheduleId) }, stored)).html).toContain('At the gateway');
	expect((await page({ id: byId('x').toString() }, stored)).statusCode).toBe(404);
});

it('refuses a gateway without a scheduler, and what cannot be shown', async () => {
	const refusal = async (parameters: Json) =>
		await errorOf({ operation: 'board', ...parameters }, { credential, tables });
	expect((await refusal({ storeIn: 'gateway' })).message).toMatch(/schedul/);
	const wrong: Array<[Json, RegExp]> = [
		[{ query: 'nonsense' }, /"Query" is "nonsense"/],
		[{ format: 'pdf' }, /"Format" is "pdf"/],
		[{ periodDays: 0 }, /"Period" is "0"/],
		[{ options: { language: 'no language' } }, /"Language" is "no language"/],
		[{ options: { timezone: 'Mars/Olympus' } }, /"Timezone" is "Mars\/Olympus"/],
		[{ options: { defaultCountry: 'XX' } }, /"Default Country" is "XX"/],
		[{}, /scheduled_messages/],
	];
	for (const [parameters, words] of wrong) {
		expect((await refusal(parameters)).message).toMatch(words);
	}
});
