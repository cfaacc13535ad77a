/** *Sending Window* with quiet hours, and *Frequency Cap*: what a user enters, and what the table then has. */
import { readFileSync } from 'node:fs';
import type { INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { QUIET_HOURS } from '../../messages/sendTime';
import { frequencyCapOptions } from '../../nodes/MessageScheduler/fields/frequencyCap';
import { sendingWindowOption } from '../../nodes/MessageScheduler/fields/sendingWindow';
import { cage } from '../gateways/parrot.mts';
import type { AccountColumn } from '../../stores/table/accounts';
import { accountsTable } from '../stores/table/fakes.mts';
import { MemoryTable } from '../stores/table/memoryTable.mts';
import { errorOf, hurry, inSeconds, outputOf, type Json } from './fakeContext.mts';

let mockMessages: MemoryTable;
let mockAccounts: MemoryTable<AccountColumn>;

// The tables are n8n's; what reaches them has tests of its own, on a real n8n.
jest.mock('../../nodes/shared/dataTable', () => ({
	...jest.requireActual<object>('../../nodes/shared/dataTable'),
	openTable: async () => Object.assign(mockMessages, { name: 'scheduled_messages' }),
	openTableOf: async () => mockAccounts,
	findTableOf: async () => mockAccounts,
	tableById: () => mockMessages,
}));

const credential = {
	gateway: 'parrot',
	parrotUrl: 'https://parrot.example',
	parrotKey: 'nut-0815',
};
const SYDNEY_MOBILE = '+61412345678';
const ZONES =
	'Australia/Sydney, Australia/Brisbane, Australia/Perth, Australia/Adelaide, Australia/Darwin';
const DAILY = 'Mon Tue Wed Thu Fri Sat Sun';

beforeEach(() => {
	cage.reset();
	mockMessages = new MemoryTable();
	mockAccounts = accountsTable();
	hurry();
});
afterEach(() => jest.restoreAllMocks());

const rows = () => [...mockMessages.rows.values()];
/** Two in the morning in Berlin, on a Monday some years ahead. */
const SEND_AT = '2027-11-22T02:00';
const message = (options: Json, changes: Json = {}): Json => ({
	operation: 'schedule',
	recipient: '+4915112345678',
	messageType: 'text',
	text: 'Autumn sale',
	storeIn: 'dataTable',
	sendAt: SEND_AT,
	timezone: 'Europe/Berlin',
	options,
	...changes,
});
const within = (window: Json, options: Json = {}): Json => ({
	sendingWindow: { window },
	...options,
});
const run = async (parameters: Json, items?: Json[]) =>
	await outputOf(parameters, { credential, items });
const windows = () => rows().map((row) => row.sending_window);

describe('Hours', () => {
	it('is called by what it chooses: when messages may be sent, and how certain that is', () => {
		const [{ values }] = sendingWindowOption.options as INodePropertyCollection[];
		const [{ displayName, description, options }] = values;
		expect(displayName).toBe('Hours');
		expect(description).toMatch(/^Hours in which messages may be sent: /);
		expect(description).toContain('Certainty: A = law read, B = several sources, C = custom.');
		const presets = (options as INodePropertyOptions[]).slice(2);
		expect(presets).toHaveLength(QUIET_HOURS.length);
		for (const preset of presets) expect(preset.description).toMatch(/ Certainty: [ABC]\.$/);
	});

	it('of a preset move the time, are stored, and are kept when the message is sent', async () => {
		const [item] = await run(message(within({ quietHours: 'germany' })));
		expect(item.scheduledAt).toBe('2027-11-22T07:00:00.000Z');
		expect(item.adjusted).toMatchObject([{ reason: 'sendingWindow' }]);
		expect(windows()).toEqual([`${DAILY} 08:00-21:00 Europe/Berlin`]);
	});

	it('by the country of each number, in its own timezones', async () => {
		const window = { quietHours: 'byCountry' };
		const items = ['+4915112345678', SYDNEY_MOBILE, '+919988066776', '120363039326117111@g.us'];
		await run(
			message(within(window), { recipient: '={{ $json.to }}' }),
			items.map((to) => ({ to })),
		);
		expect(windows()).toEqual([
			`${DAILY} 08:00-21:00 Europe/Berlin`,
			`Mon Tue Wed Thu Fri 09:00-20:00; Sat 09:00-17:00 ${ZONES}`,
			`${DAILY} 10:00-21:00 Asia/Kolkata`,
			// A group has no country: other hours, and the timezone of the time.
			`${DAILY} 09:00-20:00 Europe/Berlin`,
		]);
		// Not before nine in Perth, which is UTC+8.
		expect(rows()[1].send_at).toBe('2027-11-22T01:00:00.000Z');
	});

	it.each(['byCountry', 'usStrict'])(
		'of %s are by the recipient’s clock, whatever the timezone of the time and of the window',
		async (quietHours) => {
			const options = within({ quietHours, timezone: 'Europe/Berlin' });
			// Ten in the morning in Berlin, four at night in New York.
			const more = { recipient: '+12125550123', sendAt: '2027-11-22T10:00' };
			const [item] = await run(message(options, more));
			expect(windows()).toEqual([
				'Mon Tue Wed Thu Fri Sat 09:00-20:00; Sun 12:00-20:00 America/New_York',
			]);
			expect(item.scheduledAt).toBe('2027-11-22T14:00:00.000Z');
		},
	);

	it('of one’s own are by the clock of the time unless the recipient’s is chosen', async () => {
		const own = { from: '10:00', to: '12:00', weekdays: [1] };
		await run(message(within(own), { recipient: '+12125550123' }));
		expect(windows()).toEqual(['Mon 10:00-12:00 Europe/Berlin']);
	});

	it.each<[unknown, string]>([
		[undefined, 'Mon Tue Wed Thu Fri'],
		[7, 'Sun'],
		['={{ "7" }}', 'Sun'],
		['={{ "1, 2" }}', 'Mon Tue'],
		[['6', 7], 'Sat Sun'],
	])('of one’s own on the weekdays %j are on %s', async (weekdays, names) => {
		await run(message(within({ from: '10:00', to: '12:00', weekdays } as Json)));
		expect(windows()).toEqual([`${names} 10:00-12:00 Europe/Berlin`]);
	});

	it.each([
		['={{ "true" }}', 'Asia/Tokyo'],
		['={{ "false" }}', 'Europe/Berlin'],
	])('of one’s own with %s as the recipient’s clock are in %s', async (text, zone) => {
		const own = { from: '10:00', to: '12:00', weekdays: [1], inRecipientTimezone: text };
		await run(message(within(own), { recipient: '+819012345678' }));
		expect(windows()).toEqual([`Mon 10:00-12:00 ${zone}`]);
	});

	it('of one’s own, by the clock of the recipient; a group has that of the window', async () => {
		const window = { from: '10:00', to: '12:00', weekdays: [1, 2], inRecipientTimezone: true };
		const options = within({ ...window, timezone: 'America/Lima' });
		const recipient = '={{ $json.to }}';
		await run(message(options, { recipient }), [
			{ to: '+819012345678' },
			{ to: '120363039326117111@g.us' },
		]);
		expect(windows()).toEqual([
			'Mon Tue 10:00-12:00 Asia/Tokyo',
			'Mon Tue 10:00-12:00 America/Lima',
		]);
	});

	it('go by the timezone that the user gives for the recipient, not by the number', async () => {
		const own = { timezone: 'recipient', recipientTimezone: 'Australia/Perth' };
		const options = within({ quietHours: 'australia', inRecipientTimezone: true });
		await run(message(options, { recipient: SYDNEY_MOBILE, ...own }));
		expect(windows()).toEqual(['Mon Tue Wed Thu Fri 09:00-20:00; Sat 09:00-17:00 Australia/Perth']);
	});

	it('that are never open in all timezones are kept in the first one, and the output says so', async () => {
		const window = { from: '10:00', to: '18:00', weekdays: [1, 2, 3, 4, 5, 6, 7] };
		const options = within({ ...window, inRecipientTimezone: true });
		const [item] = await run(message(options, { recipient: '+79161234567' }));
		expect(item.adjusted).toMatchObject([
			{ note: expect.stringContaining('so it is kept in Europe/Moscow alone') },
			{ reason: 'sendingWindow', note: expect.stringContaining('moved to the next opening') },
		]);
		expect(windows()).toEqual([`${DAILY} 10:00-18:00 Europe/Moscow`]);
		expect(item.scheduledAt).toBe('2027-11-22T07:00:00.000Z');
	});

	it.each([
		['a text', '2027-11-22, 2027-11-23'],
		['a list', "={{ ['2027-11-23', '2027-11-22'] }}"],
	])('are none on the days of No Sending On, as %s', async (_, closedOn) => {
		const [item] = await run(message(within({ quietHours: 'germany', closedOn })));
		expect(item.scheduledAt).toBe('2027-11-24T07:00:00.000Z');
		expect(windows()).toEqual([`${DAILY} 08:00-21:00 Europe/Berlin not on 2027-11-22, 2027-11-23`]);
	});

	it('are off unless chosen', async () => {
		const [item] = await run(message({}));
		expect(item.adjusted).toEqual([]);
		expect(rows()).toMatchObject([{ sending_window: null, frequency_cap: null }]);
	});

	it.each<[Json, string]>([
		[
			{ quietHours: 'atlantis' },
			'"Sending Window" has "atlantis" as "Hours". Use one of: own, byCountry, australia',
		],
		[{ from: '09:00', to: '09:00' }, '"Sending Window" begins and ends at 09:00'],
		[{ weekdays: [] }, '"Sending Window" has no weekday'],
		[{ weekdays: '' }, '"Sending Window" has "" as "Weekdays"'],
		[{ weekdays: 'Monday' }, '"Sending Window" has "Monday" as "Weekdays". Enter numbers from 1'],
		[{ weekdays: [1, 8] }, '"Sending Window" has "8" as "Weekdays"'],
		[{ weekdays: '={{ null }}' }, '"Sending Window" has "null" as "Weekdays"'],
		[
			{ inRecipientTimezone: 'yes' },
			'"Sending Window" has "yes" as "In the Recipient\'s Timezone". Use true or false.',
		],
		[{ closedOn: 'Christmas' }, '"Sending Window" has "Christmas" in "No Sending On"'],
		[{ closedOn: '25.12.2027' }, '"Sending Window" has "25.12.2027" in "No Sending On"'],
		[{ timezone: 'Berlin' }, '"Sending Window: Timezone" is "Berlin"'],
	])('refuse %j, and nothing is stored', async (window, sentence) => {
		const { message: words } = await errorOf(message(within(window)), { credential });
		expect(words).toContain(sentence);
		expect(rows()).toEqual([]);
	});
});

describe('Frequency Cap', () => {
	it('says in the node and in both pages for whom it is turned off', () => {
		const words = 'urn it off for what must go out and should not use up the cap, such as codes.';
		const texts = [
			frequencyCapOptions[0].description,
			...['operations', 'recipients-time'].map((page) => readFileSync(`docs/${page}.md`, 'utf8')),
		];
		for (const text of texts) expect(text).toContain(words);
	});

	const cap = (values: Json, more: Json = {}) => ({ frequencyCap: { cap: values }, ...more });

	it.each<[Json, string | null]>([
		[cap({ messages: 3, period: 24, unit: 'hours', over: 'hold' }), '3 in 24 h, hold'],
		[cap({ messages: 1, period: 7, unit: 'days', over: 'skip' }), '1 in 7 d, skip'],
		[cap({ messages: 1 }, { countsTowardCap: false }), '1 in 24 h, hold, not counted'],
		[{ countsTowardCap: false }, 'not counted'],
		[{ countsTowardCap: true }, null],
	])('%j is stored as %j', async (options, text) => {
		await run(message(options));
		expect(rows().map((row) => row.frequency_cap)).toEqual([text]);
	});

	it('leaves Valid For as the user has entered it', async () => {
		await run(message(cap({ messages: 1 }, { validForMinutes: 30 })));
		await run(message(cap({ messages: 1, over: 'skip' })));
		expect(rows().map((row) => row.valid_for_minutes)).toEqual([30, 1_440]);
	});

	it.each<[string, Json, number]>([
		['the cap alone', {}, 2 * 24],
		['a window with nights', within({ quietHours: 'germany' }), 2 * 24 + 11],
		['a window with weekends', within({ from: '09:00', to: '18:00' }), 2 * 24 + 63],
	])('is waited for by %s: Valid For is long enough', async (_, window, hours) => {
		await run(message(cap({ messages: 1 }, window)));
		expect(rows().map((row) => row.valid_for_minutes)).toEqual([hours * 60]);
	});

	it('does not let a message of a Friday expire over the weekend', async () => {
		const friday = Date.parse('2027-11-26T10:00:00Z');
		const options = cap({ messages: 1 }, within({ from: '09:00', to: '18:00' }));
		await run(message(options, { sendAt: new Date(friday).toISOString() }), [{}, {}]);
		jest.useFakeTimers({ now: friday, doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] });
		try {
			await run({ operation: 'sendDue' });
		} finally {
			jest.useRealTimers();
		}
		expect(rows().map(({ status }) => status)).toEqual(['sent', 'scheduled']);
		expect(rows()[1].next_attempt_at).toBe('2027-11-29T08:00:00.000Z');
	});

	it('is kept by Send Due: one of two to a person goes out, and the other is held', async () => {
		const options = { ifTimePassed: 'sendEarliest', ...cap({ messages: 1 }) };
		const to = { recipient: '={{ $json.to }}', sendAt: inSeconds(-60) };
		const [one, other] = ['+4915112345678', '+4915112345679'];
		await run(
			message(options, to),
			[one, one, other].map((recipient) => ({ to: recipient })),
		);
		for (const row of rows()) {
			Object.assign(row, { send_at: inSeconds(-120), next_attempt_at: inSeconds(-5) });
		}
		// Held for a day, it is worth sending for a day more.
		expect(rows().map((row) => row.valid_for_minutes)).toEqual([2_880, 2_880, 2_880]);
		expect(await run({ operation: 'sendDue' })).toHaveLength(2);
		expect(cage.sent).toHaveLength(2);
		expect(
			rows()
				.map(({ status }) => status)
				.sort(),
		).toEqual(['scheduled', 'sent', 'sent']);
		const held = rows().find(({ status }) => status === 'scheduled')!;
		expect(held.failure).toBe('Held by its frequency cap (1 in 24 h).');
		expect(await run({ operation: 'sendDue' })).toEqual([]);
	});

	it.each<[Json, string]>([
		[{ messages: 0 }, '"Frequency Cap" has "0" as "Messages". Enter a whole number from 1 to 1000'],
		[{ messages: -1 }, '"Frequency Cap" has "-1" as "Messages"'],
		[{ messages: 1.5 }, '"Frequency Cap" has "1.5" as "Messages"'],
		[{ messages: '={{ "many" }}' }, '"Frequency Cap" has "NaN" as "Messages"'],
		[{ period: 0 }, '"Frequency Cap" has a period of "0" hours'],
		[{ period: 32, unit: 'days' }, '"Frequency Cap" has a period of "768" hours'],
		[{ period: '' }, '"Frequency Cap" has a period of "NaN" hours'],
		[{ unit: 'weeks' }, '"Frequency Cap" has "weeks" as "Unit". Use hours or days.'],
		[{ over: 'drop' }, '"Frequency Cap" has "drop" as "Over the Cap". Use hold or skip.'],
	])('refuses %j, and nothing is stored', async (values, sentence) => {
		const { message: words } = await errorOf(message(cap(values)), { credential });
		expect(words).toContain(sentence);
		expect(rows()).toEqual([]);
	});

	it('is refused for a message that the gateway itself would send', async () => {
		const parameters = message(cap({ messages: 1 }), { storeIn: 'gateway' });
		const { message: words } = await errorOf(parameters, { credential });
		expect(words).toContain('"Frequency Cap" is set, but the gateway itself sends this message');
		expect(cage.sent).toEqual([]);
	});
});
