import { tz } from 'moment-timezone';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { DataTables } from './dataTables.mts';
import {
	byId,
	credentialFor,
	errorOf,
	execute,
	hurry,
	outputOf,
	runByEngine,
	type Json,
	type Setting,
} from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

/**
 * *Timezone* set to *Recipient's*, from the parameter to the row, against moment-timezone; and the check of
 * a number's length.
 */
let sandbox: Sandbox;
let tables: DataTables;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	tables = new DataTables();
	setting = {
		credential: credentialFor(sandbox),
		tables,
		settings: { timezone: 'Europe/Berlin' },
	};
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const NEW_YORK = '+12125550123';
const KOLKATA = '+919988066776';
const TOKYO = '+819012345678';
const AUSTRALIA = '+61412345678';
const GROUP = '120363039326117111@g.us';
/** A Tuesday; only a table takes a time so far ahead. */
const AT_NINE = '2030-01-15 09:00';

const toEach = (options: Json = {}, more: Json = {}): Json => ({
	storeIn: 'dataTable',
	recipient: '={{ $json.to }}',
	text: 'See you at ten',
	sendAt: AT_NINE,
	timezone: 'recipient',
	...more,
	options,
});
const to = (...recipients: string[]) => recipients.map((each) => ({ to: each }));
const rows = () => [...tables.named('scheduled_messages').rows.values()] as Json[];
/** Checks of other kinds may have created the table. */
const stored = () => (tables.names.includes('scheduled_messages') ? rows() : []);
const instant = (wall: string, zone: string) => tz(wall, zone).toDate().toISOString();
const continuing: Partial<Setting> = { node: { onError: 'continueRegularOutput' } };

describe('Schedule', () => {
	it('is at that time where each recipient is, and says how it knows', async () => {
		const items = to(NEW_YORK, KOLKATA, AUSTRALIA, GROUP, '+18005550123');
		const output = await outputOf(toEach(), { ...setting, items });
		const wanted: Array<[string, string, number]> = [
			['America/New_York', 'number', 1],
			['Asia/Kolkata', 'number', 1],
			['Australia/Sydney', 'number', 5],
			['Europe/Berlin', 'fallback', 0],
			['Europe/Berlin', 'fallback', 0],
		];
		expect(
			output.map(({ timezone, timezoneSource, possibleTimezones }) => [
				timezone,
				timezoneSource,
				(possibleTimezones as unknown[]).length,
			]),
		).toEqual(wanted);
		output.forEach((item, index) => {
			const [zone, source] = wanted[index];
			expect(item.scheduledAt).toBe(instant(AT_NINE, zone));
			expect(item.scheduledAtLocal).toBe('Tue, 15 Jan 2030, 09:00');
			expect(item.adjusted).toEqual([]);
			expect(differences(item, schemaOf('scheduledMessage', 'schedule'))).toEqual([]);
			expect(rows().find(({ schedule_id: id }) => id === item.scheduleId)).toMatchObject({
				timezone: zone,
				timezone_source: source,
				send_at: item.scheduledAt,
			});
		});
	});

	it('takes a given timezone before the number, and the chosen fallback', async () => {
		const items = [
			{ to: NEW_YORK, zone: 'america/denver' },
			{ to: NEW_YORK, zone: '' },
			{ to: GROUP, zone: 'Asia/Tokyo' },
			{ to: GROUP, zone: '  ' },
		];
		const more = { recipientTimezone: '={{ $json.zone }}', fallbackTimezone: 'Africa/Nairobi' };
		const output = await outputOf(toEach({}, more), { ...setting, items });
		expect(output.map(({ timezone, timezoneSource }) => [timezone, timezoneSource])).toEqual([
			['America/Denver', 'given'],
			['America/New_York', 'number'],
			['Asia/Tokyo', 'given'],
			['Africa/Nairobi', 'fallback'],
		]);
		expect(output.map(({ scheduledAt }) => scheduledAt)).toEqual([
			instant(AT_NINE, 'America/Denver'),
			instant(AT_NINE, 'America/New_York'),
			instant(AT_NINE, 'Asia/Tokyo'),
			instant(AT_NINE, 'Africa/Nairobi'),
		]);
	});

	it.each([
		['latest', 'Australia/Perth', 'number', ['severalTimezones']],
		['fallback', 'Europe/Berlin', 'fallback', ['severalTimezones']],
		['main', 'Australia/Sydney', 'number', []],
	])('with several timezones: %s', async (ifSeveralTimezones, zone, source, reasons) => {
		const items = to(AUSTRALIA);
		const [item] = await outputOf(toEach({ ifSeveralTimezones }), { ...setting, items });
		expect([item.timezone, item.timezoneSource]).toEqual([zone, source]);
		expect(item.scheduledAt).toBe(instant(AT_NINE, zone));
		expect((item.adjusted as Json[]).map(({ reason }) => reason)).toEqual(reasons);
	});

	it('can be an expression, and other timezones stay what they were', async () => {
		const items = [
			{ to: NEW_YORK, zone: 'recipient' },
			{ to: NEW_YORK, zone: 'Asia/Tokyo' },
			{ to: NEW_YORK, zone: '' },
		];
		const more = { timezone: '={{ $json.zone }}' };
		const output = await outputOf(toEach({}, more), { ...setting, items });
		expect(output.map(({ timezone, timezoneSource }) => [timezone, timezoneSource])).toEqual([
			['America/New_York', 'number'],
			['Asia/Tokyo', null],
			['Europe/Berlin', null],
		]);
		expect(rows().map((row) => row.timezone_source)).toEqual(['number', null, null]);
	});

	it('knows by each recipient’s own clock whether the time has passed', async () => {
		// An hour from now by the clock of UTC: long past in India, in the evening in Hawaii.
		const at = Math.ceil(Date.now() / 60_000) * 60_000 + 3_600_000;
		const sendAt = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
		const items = to(KOLKATA, '+18085550123');
		const [india, hawaii] = await outputOf(toEach({ ifTimePassed: 'nextDay' }, { sendAt }), {
			...setting,
			items,
		});
		expect(Date.parse(String(india.scheduledAt))).toBe(at - 5.5 * 3_600_000 + 86_400_000);
		expect(india.adjusted).toMatchObject([{ reason: 'passed' }]);
		expect(Date.parse(String(hawaii.scheduledAt))).toBe(at + 10 * 3_600_000);
		expect(hawaii.adjusted).toEqual([]);

		const rejected = await outputOf(toEach({}, { sendAt }), { ...setting, ...continuing, items });
		expect(rejected[0].error).toContain('in Asia/Kolkata, which passed 4 hours');
		expect(rejected[1]).toMatchObject({ status: 'scheduled', timezone: 'Pacific/Honolulu' });
	});

	it('keeps Sending Window and Spacing by each recipient’s own clock', async () => {
		const window = { from: '09:00', to: '12:00', timezone: '', weekdays: [1, 2, 3, 4, 5, 6, 7] };
		const options = { sendingWindow: { window }, spacing: 60 };
		const items = to(NEW_YORK, TOKYO, NEW_YORK, KOLKATA, TOKYO);
		const output = await outputOf(toEach(options, { sendAt: '2030-01-15 06:00' }), {
			...setting,
			items,
		});
		expect(output.map(({ scheduledAtLocal }) => scheduledAtLocal)).toEqual([
			'Tue, 15 Jan 2030, 09:00',
			'Tue, 15 Jan 2030, 09:00',
			'Tue, 15 Jan 2030, 09:01',
			'Tue, 15 Jan 2030, 09:00',
			'Tue, 15 Jan 2030, 09:01',
		]);
		expect(output[0].scheduledAt).toBe(instant('2030-01-15 09:00', 'America/New_York'));
		expect(output[1].scheduledAt).toBe(instant('2030-01-15 09:00', 'Asia/Tokyo'));
		expect(rows().map((row) => String(row.sending_window).split(' ').at(-1))).toEqual([
			'America/New_York',
			'Asia/Tokyo',
			'America/New_York',
			'Asia/Kolkata',
			'Asia/Tokyo',
		]);
	});

	it('schedules at the gateway, too', async () => {
		const more = { storeIn: 'gateway', sendAt: 'in 3 days 09:00' };
		const [item] = await outputOf(toEach({}, more), { ...setting, items: to(KOLKATA) });
		expect(item).toMatchObject({ timezone: 'Asia/Kolkata', timezoneSource: 'number' });
		expect(item.scheduledAtLocal).toMatch(/, 09:00$/);
		expect(sandbox.messages('chatWhatsApp')).toMatchObject([{ scheduledAt: item.scheduledAt }]);
	});

	it('finds the same message again in another run', async () => {
		const options = { ifAlreadyScheduled: 'return' };
		const items = to(KOLKATA, NEW_YORK);
		const run = async () => await outputOf(toEach(options), { ...setting, items });
		const ids = (output: Json[]) => output.map(({ scheduleId }) => scheduleId);
		expect(ids(await run())).toEqual(ids(await run()));
		expect(rows()).toHaveLength(2);
	});

	it.each([
		['a group', GROUP, { ifTimezoneUnknown: 'reject' }, {}, 'a group, so its timezone is unknown'],
		['a LID', '12345678901@lid', { ifTimezoneUnknown: 'reject' }, {}, 'a LID, so its'],
		['a toll-free number', '+18005550123', { ifTimezoneUnknown: 'reject' }, {}, 'of no place'],
		[
			'several',
			AUSTRALIA,
			{ ifSeveralTimezones: 'reject' },
			{},
			'can be in 5 timezones: Australia',
		],
		[
			'no timezone',
			NEW_YORK,
			{},
			{ recipientTimezone: 'Mars/Phobos' },
			'"Recipient\'s Timezone" is',
		],
		['no fallback', NEW_YORK, {}, { fallbackTimezone: 'IST' }, '"Fallback Timezone" is "IST"'],
		['another rule', NEW_YORK, { ifSeveralTimezones: 'any' }, {}, 'Use one of: main, latest'],
		['another rule', NEW_YORK, { ifTimezoneUnknown: '' }, {}, 'Use one of: fallback, reject.'],
		['no time', GROUP, { ifTimezoneUnknown: 'reject' }, { sendAt: 'soon' }, '"Send At" is "soon"'],
	])('rejects %s before anything is stored: %s', async (_, recipient, options, more, said) => {
		const items = to(NEW_YORK, recipient);
		const { message } = await errorOf(toEach(options, more), { ...setting, items });
		expect(message).toContain(said);
		expect(stored()).toEqual([]);
	});
});

describe('Reschedule', () => {
	const reschedule = (scheduleId: unknown, more: Json = {}): Json => ({
		operation: 'reschedule',
		...byId(scheduleId),
		sendAt: '2030-07-15 18:30',
		timezone: 'recipient',
		...more,
	});

	it('moves to that time where the recipient is, and writes it into the row', async () => {
		const scheduled = await outputOf(toEach({}, { timezone: '' }), {
			...setting,
			items: to(NEW_YORK, KOLKATA, GROUP),
		});
		const output = await outputOf(reschedule('={{ $json.scheduleId }}'), {
			...setting,
			items: scheduled,
		});
		expect(output.map(({ timezone, timezoneSource }) => [timezone, timezoneSource])).toEqual([
			['America/New_York', 'number'],
			['Asia/Kolkata', 'number'],
			['Europe/Berlin', 'fallback'],
		]);
		for (const item of output) {
			expect(item.scheduledAt).toBe(instant('2030-07-15 18:30', String(item.timezone)));
			expect(differences(item, schemaOf('scheduledMessage', 'reschedule'))).toEqual([]);
		}
		expect(rows().map((row) => [row.timezone, row.timezone_source])).toEqual([
			['America/New_York', 'number'],
			['Asia/Kolkata', 'number'],
			['Europe/Berlin', 'fallback'],
		]);
	});

	it('remembers the timezone that was given when it was scheduled', async () => {
		const given = toEach({}, { recipientTimezone: 'America/Denver' });
		const [{ scheduleId }] = await outputOf(given, { ...setting, items: to(NEW_YORK) });
		const [moved] = await outputOf(reschedule(scheduleId), setting);
		expect(moved).toMatchObject({ timezone: 'America/Denver', timezoneSource: 'given' });
		expect(moved.scheduledAt).toBe(instant('2030-07-15 18:30', 'America/Denver'));
		const plain = { timezone: 'UTC' };
		const [again] = await outputOf(reschedule(scheduleId, plain), setting);
		expect(again).toMatchObject({ timezone: 'UTC', timezoneSource: null });
		expect(rows()).toMatchObject([{ timezone: 'America/Denver', timezone_source: 'given' }]);
	});

	it('rejects a group without moving it', async () => {
		const [{ scheduleId }] = await outputOf(toEach(), { ...setting, items: to(GROUP) });
		const options = { ifTimezoneUnknown: 'reject' };
		const { message } = await errorOf(reschedule(scheduleId, { options }), setting);
		expect(message).toBe(`"Recipient" is ${GROUP}, a group, so its timezone is unknown`);
		expect(rows()).toMatchObject([{ send_at: instant(AT_NINE, 'Europe/Berlin') }]);
	});

	it('goes on after a response that was lost at the gateway', async () => {
		const at = { storeIn: 'gateway', sendAt: 'in 3 days 09:00' };
		const [{ scheduleId }] = await outputOf(toEach({}, at), { ...setting, items: to(KOLKATA) });
		let posts = 0;
		const { items } = await runByEngine(reschedule(scheduleId, { sendAt: 'in 4 days 09:00' }), {
			...setting,
			node: { retryOnFail: true, maxTries: 3 },
			onRequest: ({ method }) => {
				if (method === 'POST' && ++posts === 1)
					sandbox.faults.add({ kind: 'dropResponse', method: 'POST', times: 1 });
			},
		});
		expect(items).toMatchObject([{ status: 'scheduled', timezone: 'Asia/Kolkata' }]);
		expect(items[0].scheduledAtLocal).toMatch(/, 09:00$/);
		const pending = sandbox.messages('chatWhatsApp').filter(({ status }) => status === 'pending');
		expect(pending).toMatchObject([{ scheduledAt: items[0].scheduledAt }]);
	});
});

it('shows each message in its recipient’s timezone', async () => {
	await execute(toEach({}, { timezone: 'UTC' }), { ...setting, items: to(NEW_YORK, GROUP) });
	const given = toEach({}, { recipientTimezone: 'America/Denver', text: 'Another' });
	await execute(given, { ...setting, items: to(NEW_YORK) });
	const all = await outputOf(
		{ operation: 'getAll', storeIn: 'dataTable', options: { timezone: 'recipient' } },
		setting,
	);
	expect(all.map(({ timezone, scheduledAtLocal }) => [timezone, scheduledAtLocal])).toEqual([
		['America/New_York', 'Tue, 15 Jan 2030, 04:00'],
		['Europe/Berlin', 'Tue, 15 Jan 2030, 10:00'],
		['America/Denver', 'Tue, 15 Jan 2030, 09:00'],
	]);
	const [{ scheduleId }] = all;
	for (const operation of ['get', 'cancel']) {
		const options = { timezone: 'recipient' };
		const [item] = await outputOf({ operation, ...byId(scheduleId), options }, setting);
		expect(item).toMatchObject({ timezone: 'America/New_York' });
	}
	// A filter belongs to no recipient: its time is in the workflow's timezone.
	const filtered = await outputOf(
		{
			operation: 'getAll',
			storeIn: 'dataTable',
			filters: { scheduledAfter: '2030-01-15 10:01' },
			options: { timezone: 'recipient' },
		},
		setting,
	);
	expect(filtered.map(({ timezone }) => timezone)).toEqual(['America/Denver']);
});

describe('a number that is too short or too long', () => {
	const short = '+1415523888';
	const problem = '"Recipient" is +1415523888, with 9 digits behind +1. Numbers there have 10.';

	it('is scheduled and sent, with a warning', async () => {
		const items = to(short, NEW_YORK, GROUP, '+5216641234567');
		const output = await outputOf(toEach(), { ...setting, items });
		expect(output.map(({ warnings }) => warnings)).toEqual([[`${problem} Check it.`], [], [], []]);
		const send = { resource: 'message', operation: 'send', recipient: short, text: 'Hi' };
		const [sent] = await outputOf(send, setting);
		expect(sent.warnings).toEqual([`${problem} Check it.`]);
	});

	it('is rejected by an option, before anything is sent', async () => {
		const options = { ifNumberLength: 'reject' };
		const items = to(NEW_YORK, short);
		const { message } = await errorOf(toEach(options), { ...setting, items });
		expect(message).toContain(problem);
		expect(stored()).toEqual([]);
		const send = { resource: 'message', operation: 'send', recipient: short, text: 'Hi', options };
		expect((await errorOf(send, setting)).message).toContain(problem);
		expect(sandbox.messages('chatWhatsApp')).toEqual([]);
		const wrong = toEach({ ifNumberLength: 'maybe' });
		expect((await errorOf(wrong, { ...setting, items })).message).toContain(
			'"If a Number Is Too Short or Long" is "maybe". Use one of: warn, reject.',
		);
	});
});

it('is 09:00 there on each side of a change of the clock', async () => {
	const items = to(NEW_YORK);
	for (const day of ['2030-03-09', '2030-03-11', '2030-11-02', '2030-11-04']) {
		const [item] = await outputOf(toEach({}, { sendAt: `${day} 09:00` }), { ...setting, items });
		expect(item.scheduledAt).toBe(instant(`${day} 09:00`, 'America/New_York'));
	}
});
