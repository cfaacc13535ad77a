import { chatWhatsApp } from '../../gateways/chatWhatsApp';
import { gatewayIds } from '../../gateways/registry';
import { formatLocalTime } from '../../messages/sendTime';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import {
	byId,
	credentialFor,
	errorOf,
	execute,
	inSeconds,
	outputOf,
	searchList,
	type Json,
	type Setting,
} from './fakeContext.mts';

/** What each operation does when all goes well, on n8n-core's `ExecuteContext`. */
let sandbox: Sandbox;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	setting = { credential: credentialFor(sandbox) };
});
afterEach(async () => await sandbox.close());

const MESSAGE = { recipient: '+91 99880 66776', text: 'See you at ten' };
const IMAGE = {
	recipient: '+919988066776',
	messageType: 'image',
	mediaUrl: 'https://example.com/image.jpg',
	caption: 'Look',
};

const schedule = async (more: Json = {}, also: Partial<Setting> = {}): Promise<Json> => {
	const [item] = await outputOf(
		{ ...MESSAGE, sendAt: inSeconds(3600), ...more },
		{ ...setting, ...also },
	);
	return item;
};
const pending = () => sandbox.messages('chatWhatsApp').filter(({ status }) => status === 'pending');

describe('Schedule', () => {
	it('schedules a text and gives all that is known of it', async () => {
		const sendAt = inSeconds(3600);
		const item = await schedule({ sendAt });
		// As the table shows it: what a person looks for first, the ids last.
		expect(Object.entries(item)).toEqual([
			['status', 'scheduled'],
			['scheduledAtLocal', formatLocalTime(sendAt, String(item.timezone))],
			['recipient', '+919988066776'],
			['text', 'See you at ten'],
			['failure', null],
			['timezone', expect.any(String)],
			['timezoneSource', null],
			['possibleTimezones', []],
			['scheduledAt', sendAt],
			['type', 'text'],
			['mediaUrl', null],
			['mediaId', null],
			['caption', null],
			['fileName', null],
			['template', null],
			['reference', null],
			['group', null],
			['recipientAsGiven', null],
			['adjusted', []],
			['warnings', []],
			['failureCode', null],
			['gateway', 'chatWhatsApp'],
			['account', chatWhatsApp.account(credentialFor(sandbox))],
			['storedIn', 'gateway'],
			['gatewayStatus', 'pending'],
			['createdAt', expect.any(String)],
			['recipientKind', 'phone'],
			['recipientAddress', '919988066776'],
			['messageId', null],
			['scheduleId', expect.stringMatching(/^sched_/)],
		]);
		expect(pending()).toMatchObject([
			{ scheduleId: item.scheduleId, to: '919988066776', scheduledAt: sendAt },
		]);
	});

	it.each(['image', 'video', 'document'])('schedules %s by its address', async (messageType) => {
		const item = await schedule({ ...IMAGE, messageType });
		expect(item).toMatchObject({ type: messageType, text: null, caption: 'Look' });
		expect(pending()).toMatchObject([
			{ type: messageType, mediaUrl: IMAGE.mediaUrl, caption: 'Look' },
		]);
	});

	it('gives the reference back and, with Simplify off, the gateway’s own record', async () => {
		const item = await schedule({ simplify: false, options: { reference: ' order-1042 ' } });
		expect(Object.keys(item).at(-1)).toBe('raw');
		expect(item).toMatchObject({
			reference: 'order-1042',
			raw: { id: item.scheduleId, status: 'pending', to: '919988066776' },
		});
	});

	it('returns the message that is pending already when the user chose so', async () => {
		const sendAt = inSeconds(3600);
		const options = { ifAlreadyScheduled: 'return' };
		const first = await schedule({ sendAt });
		const again = await schedule({ sendAt, options });
		expect(again.scheduleId).toBe(first.scheduleId);
		await schedule({ sendAt });
		expect(pending()).toHaveLength(2);
		const other = await schedule({ sendAt, text: 'Another text', options });
		expect(other.scheduleId).not.toBe(first.scheduleId);
	});

	it('makes two messages of two equal items', async () => {
		const sendAt = inSeconds(3600);
		const items = await outputOf({ ...MESSAGE, sendAt }, { ...setting, items: [{}, {}] });
		expect(new Set(items.map(({ scheduleId }) => scheduleId)).size).toBe(2);
		expect(pending()).toHaveLength(2);
	});
});

describe('the time', () => {
	/** Ten o'clock, some days ahead, as text without an offset. */
	const wall = `${inSeconds(3 * 86_400).slice(0, 10)} 10:00`;
	const utc = (offset: string) => new Date(`${wall.replace(' ', 'T')}:00${offset}`).toISOString();

	it('is clock time in the workflow’s timezone, not in the server’s', async () => {
		expect(['Asia/Kolkata', 'Asia/Tokyo']).not.toContain(
			Intl.DateTimeFormat().resolvedOptions().timeZone,
		);
		const item = await schedule({ sendAt: wall }, { settings: { timezone: 'Asia/Kolkata' } });
		expect(item.scheduledAt).toBe(utc('+05:30'));
		// Which zone "Workflow's Timezone" is, only the output can say.
		expect(item.timezone).toBe('Asia/Kolkata');
		expect(item.scheduledAtLocal).toMatch(/^\w{3}, \d\d? \w{3} \d{4}, 10:00$/);
	});

	it('is clock time in the node’s Timezone where that is set', async () => {
		const item = await schedule(
			{ sendAt: wall, timezone: '={{ "Asia/Tokyo" }}' },
			{ settings: { timezone: 'Asia/Kolkata' } },
		);
		expect(item.scheduledAt).toBe(utc('+09:00'));
		expect(item).toMatchObject({
			timezone: 'Asia/Tokyo',
			scheduledAtLocal: expect.stringMatching(/, 10:00$/),
		});
	});

	it('keeps the offset that comes along', async () => {
		const sendAt = `${wall.replace(' ', 'T')}:00-03:00`;
		const item = await schedule({ sendAt, timezone: 'Asia/Tokyo' });
		expect(item.scheduledAt).toBe(utc('-03:00'));
	});

	it.each([
		['a Luxon DateTime', '={{ $now.plus({ hours: 2 }) }}'],
		['a JS Date', '={{ new Date(Date.now() + 7200000) }}'],
		['Unix seconds', '={{ Math.floor(Date.now() / 1000) + 7200 }}'],
		['Unix milliseconds', '={{ Date.now() + 7200000 }}'],
		['a relative text', 'in 2 hours'],
	])('takes %s', async (_, sendAt) => {
		const { scheduledAt } = await schedule({ sendAt });
		const ahead = Date.parse(String(scheduledAt)) - Date.now();
		expect(ahead).toBeGreaterThan(7_190_000);
		expect(ahead).toBeLessThanOrEqual(7_201_000);
	});

	it('says in the output how it was moved', async () => {
		const item = await schedule({
			sendAt: inSeconds(-60),
			options: { ifTimePassed: 'sendEarliest' },
		});
		expect(item.adjusted).toMatchObject([{ reason: 'passed', note: expect.any(String) }]);
		const ahead = Date.parse(String(item.scheduledAt)) - Date.now();
		expect(ahead).toBeGreaterThan(59_000);
		expect(ahead).toBeLessThan(70_000);

		const nextDay = await schedule({
			sendAt: wall.replace(/^\S+/, inSeconds(-86_400).slice(0, 10)),
			timezone: 'UTC',
			options: { ifTimePassed: 'nextDay' },
		});
		expect(nextDay.scheduledAt).toMatch(/T10:00:00\.000Z$/);
		expect(nextDay.adjusted).toMatchObject([{ reason: 'passed' }]);
	});

	it('moves into the Sending Window, in the window’s zone', async () => {
		const item = await schedule({
			sendAt: wall,
			timezone: 'UTC',
			options: {
				sendingWindow: {
					window: { from: '12:00', to: '13:00', timezone: 'UTC', weekdays: [1, 2, 3, 4, 5, 6, 7] },
				},
			},
		});
		expect(item.scheduledAt).toMatch(/T12:00:00\.000Z$/);
		expect(item.adjusted).toMatchObject([{ reason: 'sendingWindow' }]);
	});

	it.each([
		['of Send At where it has none of its own', '', 'Asia/Kolkata', '+05:30'],
		['of the workflow where that is empty, too', '', '', '+09:00'],
		['of its own', 'America/New_York', 'Asia/Kolkata', null],
	])('moves into a Sending Window in the timezone %s', async (_, own, timezone, offset) => {
		const weekdays = [1, 2, 3, 4, 5, 6, 7];
		const window = { from: '12:00', to: '13:00', timezone: own, weekdays };
		const settings = { timezone: 'Asia/Tokyo' };
		const options = { sendingWindow: { window } };
		const item = await schedule({ sendAt: wall, timezone, options }, { settings });
		const [{ note }] = item.adjusted as Array<{ note: string }>;
		expect(note).toContain(`, ${own || timezone || 'Asia/Tokyo'}), so it was moved`);
		if (offset === null) return;
		const opening = new Date(`${wall.slice(0, 10)}T12:00:00${offset}`).toISOString();
		expect(item.scheduledAt).toBe(opening);
	});

	it('is spread over the items with Spacing, in their order', async () => {
		const items = await outputOf(
			{ ...MESSAGE, sendAt: wall, timezone: 'UTC', options: { spacing: 90 } },
			{ ...setting, items: [{}, {}, {}] },
		);
		expect(items.map(({ scheduledAt }) => String(scheduledAt).slice(11, 19))).toEqual([
			'10:00:00',
			'10:01:30',
			'10:03:00',
		]);
	});
});

describe('Get', () => {
	it('reads one message, by id or from the list', async () => {
		const { scheduleId } = await schedule();
		const [item] = await outputOf({ operation: 'get', ...byId(scheduleId) }, setting);
		expect(item).toMatchObject({ scheduleId, status: 'scheduled', text: 'See you at ten' });
		const fromList = { __rl: true, mode: 'list', value: scheduleId, cachedResultName: 'x' };
		const [listed] = await outputOf({ operation: 'get', scheduleId: fromList as never }, setting);
		expect(listed).toEqual(item);
		const [raw] = await outputOf(
			{ operation: 'get', ...byId(scheduleId), simplify: false },
			setting,
		);
		expect(raw).toEqual({ ...item, raw: expect.objectContaining({ id: scheduleId }) });
	});

	it('tells a message that could not be sent as failed, without a field called error', async () => {
		sandbox.script('chatWhatsApp', ['failed']);
		const { scheduleId } = await schedule();
		sandbox.fireDue();
		await sandbox.idle();
		const [item] = await outputOf({ operation: 'get', ...byId(scheduleId) }, setting);
		expect(item).toMatchObject({ status: 'failed', gatewayStatus: 'failed' });
		expect(item).not.toHaveProperty('error');
	});
});

describe('Get Many', () => {
	const times = [7200, 3600, 10_800].map(inSeconds);
	const [second, first, third] = times;

	beforeEach(async () => {
		for (const [index, sendAt] of times.entries()) {
			await schedule({ sendAt, recipient: index === 2 ? '+919988066777' : MESSAGE.recipient });
		}
	});

	const list = async (more: Json = {}) =>
		(await outputOf({ operation: 'getAll', ...more }, setting)).map((item) => item.scheduledAt);

	it('gives the earliest first, up to the limit or all', async () => {
		expect(await list({ returnAll: true })).toEqual([first, second, third]);
		expect(await list({ limit: 2 })).toEqual([first, second]);
	});

	it('filters by recipient, time range and status', async () => {
		const filtered = async (filters: Json) => await list({ returnAll: true, filters });
		expect(await filtered({ recipient: '00919988066777' })).toEqual([third]);
		expect(await filtered({ scheduledAfter: second })).toEqual([second, third]);
		expect(await filtered({ scheduledBefore: second })).toEqual([first, second]);
		expect(await filtered({ status: 'cancelled' })).toEqual([]);
		const [{ scheduleId }] = await outputOf({ operation: 'getAll', limit: 1 }, setting);
		await execute({ operation: 'cancel', ...byId(scheduleId) }, setting);
		expect(await filtered({ status: 'cancelled' })).toEqual([first]);
		expect(await filtered({ status: 'scheduled' })).toEqual([second, third]);
		expect(await filtered({ status: 'read' })).toEqual([]);
	});

	it('pairs every message with the item that asked for it', async () => {
		const items = await execute(
			{ operation: 'getAll', filters: { recipient: '={{ $json.to }}' } },
			{ ...setting, items: [{ to: '+919988066777' }, { to: '+919988066776' }] },
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
	});
});

describe('Reschedule', () => {
	it('leaves exactly one of old and new', async () => {
		const old = await schedule({ options: { reference: 'order-1' } });
		const sendAt = inSeconds(7200);
		const [moved] = await outputOf(
			{ operation: 'reschedule', ...byId(old.scheduleId), sendAt },
			setting,
		);
		expect(moved).toMatchObject({ status: 'scheduled', scheduledAt: sendAt, text: MESSAGE.text });
		expect(pending()).toMatchObject([{ scheduleId: moved.scheduleId, scheduledAt: sendAt }]);
	});

	it('changes nothing where the time is the same', async () => {
		const old = await schedule();
		sandbox.clearRequests();
		const [same] = await outputOf(
			{ operation: 'reschedule', ...byId(old.scheduleId), sendAt: old.scheduledAt },
			setting,
		);
		expect(same.scheduleId).toBe(old.scheduleId);
		expect(sandbox.requests().map(({ method }) => method)).toEqual(['GET']);
	});

	it('puts the old one back where the new one is refused, and says so', async () => {
		const old = await schedule();
		sandbox.faults.add({ kind: 'errorBefore', status: 400, method: 'POST', times: 1 });
		const error = await errorOf(
			{ operation: 'reschedule', ...byId(old.scheduleId), sendAt: inSeconds(7200) },
			setting,
		);
		expect(pending()).toMatchObject([{ scheduledAt: old.scheduledAt }]);
		expect(error.message).toMatch(/was not moved and stays scheduled/);
		expect(error.message).toContain(String(pending()[0].scheduleId));
	});

	it('says that none is left where neither is taken', async () => {
		const old = await schedule();
		sandbox.faults.add({ kind: 'errorBefore', status: 400, method: 'POST' });
		const error = await errorOf(
			{ operation: 'reschedule', ...byId(old.scheduleId), sendAt: inSeconds(7200) },
			setting,
		);
		expect(pending()).toEqual([]);
		expect(error.message).toMatch(/no longer scheduled/);
		expect(error.description).toMatch(/Schedule it again/);
	});
});

describe('Cancel', () => {
	it('cancels, and says so the second time unless the user wants it back as it is', async () => {
		const { scheduleId } = await schedule();
		const cancel = { operation: 'cancel', ...byId(scheduleId) };
		expect(await outputOf(cancel, setting)).toMatchObject([{ scheduleId, status: 'cancelled' }]);
		expect(pending()).toEqual([]);
		const error = await errorOf(cancel, setting);
		expect(error.message).toMatch(/can no longer be cancelled: it is already cancelled/);
		const forgiving = { ...cancel, options: { ifNotPending: 'return' } };
		expect(await outputOf(forgiving, setting)).toMatchObject([{ scheduleId, status: 'cancelled' }]);
	});

	it('gives a sent message back as it is, when the user chose so', async () => {
		const { scheduleId } = await schedule();
		sandbox.fireDue();
		await sandbox.idle();
		const cancel = { operation: 'cancel', ...byId(scheduleId) };
		expect((await errorOf(cancel, setting)).message).toMatch(/already being sent or was sent/);
		const forgiving = { ...cancel, options: { ifNotPending: 'return' } };
		expect(await outputOf(forgiving, setting)).toMatchObject([{ scheduleId, status: 'sent' }]);
	});

	it('takes a cancel whose answer was lost for what it is', async () => {
		const { scheduleId } = await schedule();
		sandbox.faults.add({ kind: 'dropResponse', method: 'DELETE', times: 1 });
		expect(await outputOf({ operation: 'cancel', ...byId(scheduleId) }, setting)).toMatchObject([
			{ status: 'cancelled' },
		]);
	});
});

describe('Send', () => {
	it.each(gatewayIds)('sends a text at once through %s', async (gateway) => {
		const credential = credentialFor(sandbox, {}, gateway);
		const items = await outputOf(
			{ resource: 'message', operation: 'send', ...MESSAGE, options: { reference: 'order-7' } },
			{ credential },
		);
		expect(items).toMatchObject([
			{
				gateway,
				recipient: '+919988066776',
				recipientKind: 'phone',
				type: 'text',
				text: MESSAGE.text,
				reference: 'order-7',
				failure: null,
				failureCode: null,
			},
		]);
		const keys = Object.keys(items[0]);
		expect(keys.slice(0, 4)).toEqual(['status', 'recipient', 'text', 'failure']);
		expect(keys.slice(-2)).toEqual(['messageId', 'queueId']);
		expect(items[0]).not.toHaveProperty('error');
		expect(items[0]).not.toHaveProperty('raw');
		// A queue takes a moment.
		await sandbox.idle();
		expect(sandbox.messages(gateway as never)).toMatchObject([{ text: MESSAGE.text }]);
	});

	it('sends an image', async () => {
		const [item] = await outputOf(
			{ resource: 'message', operation: 'send', ...IMAGE, simplify: false },
			setting,
		);
		expect(item).toMatchObject({ type: 'image', mediaUrl: IMAGE.mediaUrl, status: 'sent' });
		expect(item).toHaveProperty('raw.messageId', item.messageId);
	});

	it.each(['video', 'document', 'audio', 'voice'])(
		'refuses %s before any request, since ChatWhatsApp documents no way',
		async (messageType) => {
			const error = await errorOf(
				{ resource: 'message', operation: 'send', ...IMAGE, messageType },
				setting,
			);
			expect(error.message).toMatch(
				`ChatWhatsApp documents no way to send ${messageType} immediately`,
			);
			expect(error.description).toMatch(/"Message Type"/);
			expect(error.context.itemIndex).toBe(0);
			expect(sandbox.requests()).toEqual([]);
		},
	);

	it.each(['whapi', 'greenApi', 'hypersenderWhatsApp'])(
		'refuses to schedule at %s before any request, and says what to do',
		async (gateway) => {
			const error = await errorOf(
				{ ...MESSAGE, sendAt: inSeconds(3600) },
				{ credential: credentialFor(sandbox, {}, gateway) },
			);
			expect(error.message).toMatch(/has no scheduler of its own/);
			expect(error.description).toMatch(/"Store Messages In"/);
			expect(sandbox.requests()).toEqual([]);
		},
	);
});

describe('From List', () => {
	const NOTE = { name: 'In a Data Table or PostgreSQL? Choose By ID: "schedule_id"', value: false };

	it('shows recipient, local time and first words, and finds by any of them or by id', async () => {
		const sendAt = inSeconds(3600);
		const { scheduleId } = await schedule({ sendAt, text: `Dinner ${'at eight '.repeat(9)}` });
		await schedule({ ...IMAGE, recipient: '+919988066777' });
		const listing = { ...setting, settings: { timezone: 'UTC' } };
		const { results } = await searchList(listing);
		expect(results).toHaveLength(3);
		const at = sendAt.slice(0, 16).replace('T', ' ');
		const [dinner] = (await searchList(listing, 'DINNER')).results;
		expect(dinner).toMatchObject({ value: scheduleId });
		expect(dinner.name).toMatch(`+919988066776 – ${at} – Dinner at eight`);
		expect(dinner.name).toMatch(/…$/);
		expect((await searchList(listing, '66777')).results).toMatchObject([
			{ name: expect.stringMatching(/image: Look$/) },
			NOTE,
		]);
		expect((await searchList(listing, String(scheduleId))).results).toEqual([dinner, NOTE]);
		expect((await searchList(listing, 'nothing like that')).results).toEqual([NOTE]);
	});

	it('leaves out what is no longer pending', async () => {
		const { scheduleId } = await schedule();
		await execute({ operation: 'cancel', ...byId(scheduleId) }, setting);
		expect((await searchList(setting)).results).toEqual([
			{ name: 'Nothing is pending at ChatWhatsApp', value: false },
			{ ...NOTE, value: true },
		]);
	});

	it('says what to do where the gateway stores nothing, by lines that cannot be chosen', async () => {
		expect((await searchList({ credential: credentialFor(sandbox, {}, 'whapi') })).results).toEqual(
			[
				{ name: 'Whapi.Cloud stores no messages itself', value: false },
				{ name: 'Choose By ID: "schedule_id" in the table or PostgreSQL', value: true },
			],
		);
	});

	it('says what is wrong when the gateway does not answer', async () => {
		const credential = credentialFor(sandbox, { chatWhatsAppApiKey: 'wask_wrong_key' });
		await expect(searchList({ credential })).rejects.toThrow(/does not accept the credential/);
	});
});
