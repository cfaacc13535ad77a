import {
	needsAttention,
	renderBoard,
	type BoardMessage,
	type MessageDetails,
	type Overview,
	type SearchResults,
	type Service,
} from '../../board';
import { dayChart, hourChart, shareBar } from '../../board/chart';
import { allReasons, figuresOf, todayLines, totalOf } from '../../board/figures';
import { createFormat } from '../../board/format';
import { createMask } from '../../board/mask';
import { STYLE } from '../../board/style';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../messages/duration';
import { noneByStatus } from '../../stores/table/groupStatistics';
import { cardsOf, each, faultsOf, tablesOf, wordsOf } from './reading.mts';
import { NOW, ZONE } from './seed.mts';

/** What a person reads on each page of the board, of data that are small enough to be told in words. */
const LOOK = { timezone: ZONE, language: 'en-GB', masksNumbers: true };
const format = createFormat('en-GB', ZONE);
const iso = (ms: number) => new Date(ms).toISOString();
const page = (data: Parameters<typeof renderBoard>[0], look = LOOK) => renderBoard(data, look).html;

const MESSAGE: BoardMessage = {
	id: 'id-1',
	status: 'failed',
	isSending: false,
	recipient: '+491511234567',
	text: 'Your table is ready',
	type: 'text',
	reference: 'order-7',
	group: 'spring',
	failure: 'Not on WhatsApp',
	gateway: 'Whapi.Cloud',
	account: 'main',
	credential: 'Shop Berlin',
	scheduledAt: iso(NOW - HOUR_MS),
	changedAt: iso(NOW - HOUR_MS),
};
const BARE: BoardMessage = {
	...MESSAGE,
	id: null,
	status: 'scheduled',
	isSending: true,
	recipient: null,
	text: null,
	type: 'template',
	reference: null,
	group: null,
	failure: null,
	scheduledAt: null,
};
const BUSY: Service = {
	due: 2,
	waiting: 4,
	sending: 1,
	overdue: 6,
	oldestOverdueSeconds: 200,
	overdueMessages: [BARE],
	unconfirmed: 3,
	unreadable: 2,
	latenessMedianSeconds: 0.4,
	lateness99Seconds: 12,
	paused: [
		{
			gateway: 'Whapi.Cloud',
			account: 'main',
			credential: 'Shop Berlin',
			pausedBy: 'operation',
			reason: 'Moving to +491511234567',
			since: iso(NOW - HOUR_MS),
			until: null,
		},
		{
			gateway: 'WAHA',
			account: 'second',
			credential: null,
			pausedBy: 'gateway',
			reason: null,
			since: null,
			until: iso(NOW + HOUR_MS),
		},
	],
	unserved: [
		{ gateway: 'WAHA', account: null, credential: null, messages: 7, lastRunAt: iso(NOW - DAY_MS) },
	],
};
const IDLE: Service = {
	...BUSY,
	due: 0,
	waiting: 0,
	sending: 0,
	overdue: 0,
	oldestOverdueSeconds: null,
	overdueMessages: [],
	unconfirmed: 0,
	unreadable: 0,
	latenessMedianSeconds: null,
	lateness99Seconds: null,
	paused: [],
	unserved: [],
};
const FULL: Overview = {
	view: 'overview',
	now: NOW,
	since: NOW - DAY_MS,
	today: {
		...noneByStatus(),
		scheduled: 4,
		queued: 1,
		suspended: 1,
		sent: 2,
		delivered: 8,
		read: 3,
		played: 1,
		deleted: 1,
		failed: 2,
		expired: 1,
		unconfirmed: 1,
		cancelled: 1,
	},
	upcoming: [
		{ at: NOW + MINUTE_MS, count: 1 },
		{ at: NOW + HOUR_MS, count: 4 },
		{ at: NOW + DAY_MS, count: 7 },
	],
	later: 5,
	failures: {
		total: 21,
		reasons: [
			{ reason: 'Blocked by +491511234567', count: 9 },
			{ reason: null, count: 4 },
		],
		newest: [MESSAGE],
	},
	service: BUSY,
	isComplete: true,
};
const EMPTY: Overview = {
	...FULL,
	today: noneByStatus(),
	upcoming: [],
	later: 0,
	failures: { total: 0, reasons: [], newest: [] },
	service: IDLE,
};
const AT_GATEWAY: Overview = { ...FULL, service: null };
const PART: Overview = { ...EMPTY, isComplete: false };

const FOUND: SearchResults = {
	view: 'search',
	now: NOW,
	search: { status: 'failed', recipient: '+491511234567', reference: 'order-7', group: 'spring' },
	messages: [MESSAGE, BARE],
	newer: '9',
	older: '7',
	note: null,
	order: 'stored',
	hasGroups: true,
};
const ALL: SearchResults = { ...FOUND, search: {}, newer: null, older: null, order: 'time' };
const NOTHING: SearchResults = { ...FOUND, messages: [], newer: '9', older: null };
const NOTE: SearchResults = { ...FOUND, messages: [], note: 'Nobody has +491511234567.' };

const DETAILS: MessageDetails = {
	...MESSAGE,
	storedAt: iso(NOW - 3 * DAY_MS),
	requestedAt: iso(NOW - 2 * HOUR_MS),
	notBefore: iso(NOW - MINUTE_MS),
	replacedAt: iso(NOW - 50 * MINUTE_MS),
	startedAt: iso(NOW - 40 * MINUTE_MS),
	sentAt: iso(NOW - 39 * MINUTE_MS),
	expiresAt: iso(NOW + DAY_MS),
	attempts: 3,
	sendingWindow: 'Mon 09:00-18:00 Europe/Berlin',
	timezone: 'Europe/Berlin',
	mediaUrl: 'https://files.example/menu.pdf',
	fileName: null,
	template: '{"name":"reminder"}',
	gatewayStatus: 'undeliverable',
	messageId: 'wamid.1',
};
const WAITING: MessageDetails = {
	...DETAILS,
	status: 'scheduled',
	scheduledAt: iso(NOW + HOUR_MS),
	requestedAt: iso(NOW + HOUR_MS),
	notBefore: iso(NOW + 2 * HOUR_MS),
	replacedAt: null,
	startedAt: null,
	sentAt: null,
	attempts: 0,
	failure: null,
	fileName: 'menu.pdf',
	template: null,
	gatewayStatus: null,
	messageId: null,
	group: null,
};
const one = (message: MessageDetails | null) => ({ view: 'message', now: NOW, message }) as const;

it.each([
	['busy', FULL],
	['empty', EMPTY],
	['stored at a gateway', AT_GATEWAY],
	['too large', PART],
	['found', FOUND],
	['all', ALL],
	['nothing', NOTHING],
	['a note', NOTE],
	['done', one(DETAILS)],
	['waiting', one(WAITING)],
	['missing', one(null)],
])('a page is well-formed HTML without an empty paragraph: %s', (_, data) => {
	expect(faultsOf(page(data))).toEqual([]);
	expect(page(data)).not.toMatch(/<p[^>]*>\s*<\/p>/);
});

it.each([
	['busy', FULL],
	['empty', EMPTY],
	['too large', PART],
])('an e-mail is well-formed HTML without a style sheet, picture or link: %s', (_, data) => {
	const { html } = renderBoard(data, LOOK, 'email');
	expect(faultsOf(html)).toEqual([]);
	expect(html).not.toMatch(/<(?:style|svg|img|a|script|link)\b/);
});

describe('the frame', () => {
	it('names the page, the time and its zone, and where the reader is', () => {
		for (const [data, title, current] of [
			[FULL, 'Scheduled messages', 'Overview'],
			[FOUND, 'Messages', 'Messages'],
			[one(null), 'Message', undefined],
		] as const) {
			const html = page(data);
			expect(html).toContain(`<title>${title}</title>`);
			expect(each(html, 'h1').map(wordsOf)).toEqual([title]);
			expect(wordsOf(html)).toContain('As of Sun 22 Nov 2026, 09:24 (Europe/Berlin)');
			const links = each(each(html, 'header')[0], 'a');
			expect(links.map(wordsOf)).toEqual(['Overview', 'Messages']);
			expect(links.map((link) => /href="([^"]*)"/.exec(link)![1])).toEqual(['?', '?view=search']);
			expect(links.filter((link) => link.includes('aria-current="page"')).map(wordsOf)).toEqual(
				current === undefined ? [] : [current],
			);
		}
	});
});

describe('the style', () => {
	it('knows each colour that it uses, by day and by night', () => {
		const [day, night] = STYLE.split('prefers-color-scheme:dark');
		const used = [...STYLE.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
		expect(used.length).toBeGreaterThan(20);
		for (const name of used) {
			expect([name, day.includes(`${name}:#`)]).toEqual([name, true]);
			expect([name, night.includes(`${name}:#`)]).toEqual([name, true]);
		}
	});

	it('puts the label of each hour below its column', () => {
		for (let column = 1; column <= 48; column++) {
			expect(STYLE).toMatch(new RegExp(`[}\\n]\\.c${column}\\{grid-column-start:${column}\\}`));
		}
	});
});

describe('the figures', () => {
	const figures = (data: Overview) =>
		figuresOf(data, format).map(({ label, value, more, tone, status }) => [
			label,
			value,
			wordsOf(more),
			tone,
			status,
		]);

	it('say what goes out, waits and went wrong', () => {
		expect(figures(FULL)).toEqual([
			['To send', '23', '5 in the next 24 hours', '', 'scheduled'],
			['Due now', '2', '1 being sent, 4 wait for a window or a retry', '', null],
			['Overdue', '6', 'the oldest for 3 min 20 s', 'bad', null],
			['Not sent or unclear', '21', 'since Sat 21 Nov 2026, 09:24', 'bad', null],
			['To review', '3', 'unconfirmed: may have been sent', 'warn', 'unconfirmed'],
			['Median delay', '0.4 s', '99% within 12 s', '', null],
			['Paused accounts', '2', 'see below', 'warn', null],
		]);
	});

	it('warn of nothing where nothing is wrong', () => {
		expect(figures(EMPTY)).toEqual([
			['To send', '0', '0 in the next 24 hours', '', 'scheduled'],
			['Due now', '0', 'nothing waits', '', null],
			['Overdue', '0', 'none', '', null],
			['Not sent or unclear', '0', 'since Sat 21 Nov 2026, 09:24', '', null],
			['To review', '0', 'no message is unconfirmed', '', 'unconfirmed'],
			['Median delay', '–', 'nothing was sent', '', null],
			['Paused accounts', '0', 'all accounts may send', '', null],
		]);
	});

	it('know of a gateway’s own messages only how many there are', () => {
		expect(figures(AT_GATEWAY).map(([label, value]) => [label, value])).toEqual([
			['To send', '17'],
			['Not sent or unclear', '21'],
		]);
	});

	it('warn that not all were counted', () => {
		const failed = ['Not sent or unclear', '0+', 'since Sat 21 Nov 2026, 09:24, not all counted'];
		expect(figures(PART)[3]).toEqual([...failed, 'warn', null]);
		expect(figures({ ...FULL, isComplete: false })[3][3]).toBe('bad');
	});

	it('stand on the page with a link to the messages that they count', () => {
		expect(page(FULL)).toMatch(/<main id="content">\s*<section aria-label="Figures">/);
		const list = each(page(FULL), 'ul').find((html) => html.includes('class="figures"'))!;
		expect(each(list, 'li').map(wordsOf)).toEqual(
			figures(FULL).map(([label, value, more]) => `${value} ${label} ${more}`),
		);
		expect(each(list, 'a').map((link) => /href="([^"]*)"/.exec(link)![1])).toEqual([
			'?view=search&amp;status=scheduled',
			'?view=search&amp;status=unconfirmed',
		]);
		expect(each(list, 'li').map((html) => /^<li(?: class="(\w+)")?>/.exec(html)![1])).toEqual(
			figures(FULL).map(([, , , tone]) => tone || undefined),
		);
	});
});

it.each<[string, Partial<Overview>]>([
	['a failure', { failures: { total: 1, reasons: [], newest: [] } }],
	['what was not counted', { isComplete: false }],
	['an overdue message', { service: { ...IDLE, overdue: 1 } }],
	['an unconfirmed one', { service: { ...IDLE, unconfirmed: 1 } }],
	['an unreadable one', { service: { ...IDLE, unreadable: 1 } }],
	['a paused account', { service: { ...IDLE, paused: BUSY.paused } }],
	['an unserved one', { service: { ...IDLE, unserved: BUSY.unserved } }],
])('%s needs a person', (_, more) => {
	expect(needsAttention(EMPTY)).toBe(false);
	expect(needsAttention({ ...EMPTY, service: null })).toBe(false);
	expect(needsAttention({ ...EMPTY, ...more })).toBe(true);
});

describe('today', () => {
	it('counts what is delivered or read as sent, and not what the gateway still has, each message once', () => {
		const counts = (data: Overview) =>
			todayLines(data).map(({ label, count, isPart }) => [label, count, isPart]);
		const lines = [
			['Still to be sent', 4, false],
			['Accepted by the gateway', 1, false],
			['Held by the gateway', 1, false],
			['Sent', 15, false],
			['of these delivered', 12, true],
			['of these read', 4, true],
			['Failed', 2, false],
			['Expired', 1, false],
			['Unconfirmed', 1, false],
			['Cancelled', 1, false],
		];
		expect(counts(FULL)).toEqual(lines);
		expect(totalOf(todayLines(FULL))).toBe(26);
		const odd = { ...FULL, today: { ...FULL.today, unknown: 2 } };
		expect(counts(odd)).toEqual([...lines, ['Unknown status', 2, false]]);
		expect(counts(EMPTY).map(([label]) => label)).not.toContain('Held by the gateway');
	});

	it('stands on the page with shares and bars', () => {
		const html = page(FULL);
		expect(tablesOf(html)['Messages whose time is today, by their status now']).toEqual({
			head: ['Status', 'Bar', 'Messages', 'Share'],
			rows: [
				['Still to be sent', '', '4', '15%'],
				['Accepted by the gateway', '', '1', '4%'],
				['Held by the gateway', '', '1', '4%'],
				['Sent', '', '15', '58%'],
				['of these delivered', '', '12', '46%'],
				['of these read', '', '4', '15%'],
				['Failed', '', '2', '8%'],
				['Expired', '', '1', '4%'],
				['Unconfirmed', '', '1', '4%'],
				['Cancelled', '', '1', '4%'],
			],
		});
		expect(cardsOf(html).Today).toBe('26 messages, Sunday 22 November');
		expect(html).toMatch(/class="f-scheduled"\s+width="15.38"/);
		expect(html.match(/<tr class="part">/g)).toHaveLength(2);
		expect(tablesOf(page(EMPTY))['Messages whose time is today, by their status now'].rows).toEqual(
			expect.arrayContaining([['Sent', '', '0', '0%']]),
		);
	});
});

describe('what was not sent', () => {
	it('is told by reasons that add up', () => {
		expect(allReasons(FULL).at(-1)).toEqual({ reason: 'Other reasons', count: 8 });
		const whole = { ...FULL, failures: { ...FULL.failures, total: 13 } };
		expect(allReasons(whole)).toEqual(FULL.failures.reasons);
		const html = page(FULL);
		expect(tablesOf(html)['Failed, expired and unconfirmed messages by their reason']).toEqual({
			head: ['Reason', 'Bar', 'Messages'],
			rows: [
				['Blocked by +49151123••••', '', '9'],
				['No reason given', '', '4'],
				['Other reasons', '', '8'],
			],
		});
		expect(html).toMatch(/class="f-failed"\s+width="42.86"/);
		expect(cardsOf(html)['Why messages were not sent']).toBe('since Sat 21 Nov 2026, 09:24');
	});

	it('is listed, with a link to each message', () => {
		const html = page(FULL);
		expect(tablesOf(html)['Messages that were not sent, the last first']).toEqual({
			head: ['Time', 'Recipient', 'Text', 'Status'],
			rows: [
				[
					'Sun 22 Nov 2026, 08:24',
					'+49151123•••• order-7 spring',
					'Your table is ready',
					'failed Not on WhatsApp',
				],
			],
		});
		expect(html).toContain('<a href="?view=message&amp;id=id-1">');
		expect(html).toMatch(/class="chip bad"/);
		expect(cardsOf(html)['Not sent lately']).toBe('the last first');
	});

	it('is said to be nothing only where all were counted', () => {
		expect(wordsOf(page(EMPTY))).toContain('No message failed, expired or is unconfirmed');
		expect(cardsOf(page(EMPTY))).not.toHaveProperty('Not sent lately');
		expect(wordsOf(page(PART)).split('Some were not counted')).toHaveLength(3);
		expect(wordsOf(page(PART))).not.toContain('No message failed');
	});
});

describe('what waits', () => {
	it('is told by account: who paused it, why and until when', () => {
		const html = page(FULL);
		expect(tablesOf(html)['Paused accounts']).toEqual({
			head: ['Account', 'Paused by', 'Reason', 'Since', 'Until'],
			rows: [
				[
					'Shop Berlin',
					'a person',
					'Moving to +49151123••••',
					'Sun 22 Nov 2026, 08:24',
					'until resumed',
				],
				['second', 'Send Due', 'no reason given', '–', 'Sun 22 Nov 2026, 10:24'],
			],
		});
		expect([...html.matchAll(/data-label="([^"]*)"/g)].slice(0, 4).map(([, name]) => name)).toEqual(
			['Paused by', 'Reason', 'Since', 'Until'],
		);
		expect(wordsOf(html)).toContain(
			'No run of Send Due serves WAHA (WAHA): 7 wait. Last run: Sat 21 Nov 2026, 09:24',
		);
		expect(wordsOf(html)).toContain('2 without a time that can be read');
		expect(cardsOf(html)).toHaveProperty('Paused and waiting');
		expect(cardsOf(page(EMPTY))).not.toHaveProperty('Paused and waiting');
	});

	it('is listed where it is overdue, also what has no time, recipient or text', () => {
		const html = page(FULL);
		expect(tablesOf(html)['Overdue messages, the oldest first'].rows).toEqual([
			['No time', '–', 'template', 'being sent'],
		]);
		expect(cardsOf(html).Overdue).toBe('the oldest first');
		expect(cardsOf(page(EMPTY))).not.toHaveProperty('Overdue');
		// Only a table whose cells a narrow page puts below each other needs their names.
		expect(each(html, 'table').filter((table) => table.includes('data-label'))).toHaveLength(1);
	});

	it('is not known of messages that a gateway stores', () => {
		const words = wordsOf(page(AT_GATEWAY));
		expect(words).toContain('The gateway stores these messages.');
		expect(words).not.toContain('Paused');
		expect(wordsOf(page(FULL))).not.toContain('The gateway stores these messages.');
	});
});

describe('what goes out', () => {
	it('is told in words beside the pictures', () => {
		const html = page(FULL);
		const peak = '12 messages, most from Mon 09:00: 7 in an hour';
		expect(cardsOf(html)).toMatchObject({ 'Next 48 hours': peak, 'Next 14 days': '5 later' });
		expect(wordsOf(/aria-label="(The next 48 hours[^"]*)"/.exec(html)![1])).toBe(
			`The next 48 hours: ${peak}.`,
		);
		expect(tablesOf(html)['Messages to be sent by the hour']).toEqual({
			head: ['From', 'Messages'],
			rows: [
				['Sun 22 Nov 2026, 09:00', '1'],
				['Sun 22 Nov 2026, 10:00', '4'],
				['Mon 23 Nov 2026, 09:00', '7'],
			],
		});
		const empty = page(EMPTY);
		expect(cardsOf(empty)).toMatchObject({ 'Next 48 hours': 'no message', 'Next 14 days': '' });
		expect(empty).not.toContain('The hours as a table');
		const [single] = FULL.upcoming;
		expect(cardsOf(page({ ...EMPTY, upcoming: [single] }))['Next 48 hours']).toBe(
			'1 message, most from Sun 09:00: 1 in an hour',
		);
	});

	it('names the first of the fullest hours', () => {
		const upcoming = [
			{ at: NOW + HOUR_MS, count: 4 },
			{ at: NOW + DAY_MS, count: 4 },
		];
		expect(cardsOf(page({ ...EMPTY, upcoming }))['Next 48 hours']).toBe(
			'8 messages, most from Sun 10:00: 4 in an hour',
		);
	});

	it('is a column for each hour, the fullest as high as the picture', () => {
		const hours = Array.from({ length: 48 }, (_, index) => ({
			at: NOW - 24 * MINUTE_MS + index * HOUR_MS,
			count: index === 0 ? 10 : index === 7 ? 1_000 : index === 9 ? 333 : 0,
		}));
		const { text } = hourChart(hours, format, 'a picture');
		const columns = [
			...text.matchAll(
				/<rect\s+class="plan"\s+x="([^"]*)"\s+y="([^"]*)"\s+width="0.76"\s+height="([^"]*)"\s*><title>([^<]*)</g,
			),
		];
		expect(columns.map(([, ...values]) => values)).toEqual([
			['0.12', '97.5', '2.5', 'Sun 09:00: 10'],
			['7.12', '0', '100', 'Sun 16:00: 1,000'],
			['9.12', '66.7', '33.3', 'Sun 18:00: 333'],
		]);
		expect(text).toContain('viewBox="0 0 48 100"');
	});

	it.each([
		[
			'12:00',
			0,
			[
				'c4 12:00 Sun 22',
				'c10 minor 18:00',
				'c16 00:00 Mon 23',
				'c22 minor 06:00',
				'c28 12:00',
				'c34 minor 18:00',
				'c40 00:00 Tue 24',
			],
		],
		['18:00', 6, ['c4 18:00 Sun 22', 'c10 00:00 Mon 23']],
	])('has the clock below, and the day where it begins: from %s on', (_, hour, expected) => {
		const hours = Array.from({ length: 48 }, (__, index) => ({
			at: NOW - 24 * MINUTE_MS + (hour + index) * HOUR_MS,
			count: 1,
		}));
		const labels = each(hourChart(hours, format, '').text, 'span');
		const read = labels.map((html) => `${/class="([^"]*)"/.exec(html)![1]} ${wordsOf(html)}`);
		expect(read.slice(0, expected.length)).toEqual(expected);
		expect(read).toHaveLength(7);
	});

	it('is a column for each day with its figure', () => {
		const days = [0, 3, 400].map((count, index) => ({ at: NOW + index * DAY_MS, count }));
		const { text } = dayChart(days, format);
		const items = each(text, 'li');
		expect(items.map(wordsOf)).toEqual(['0 Sun 22', '3 Mon 23', '400 Tue 24']);
		expect(items.map((html) => html.includes('class="none"'))).toEqual([true, false, false]);
		expect(
			items.map((html) => /y="([^"]*)" width="7" height="([^"]*)"/.exec(html)?.slice(1)),
		).toEqual([undefined, ['97.5', '2.5'], ['0', '100']]);
	});

	it.each([
		[0, '0'],
		[0.001, '0.8'],
		[1 / 3, '33.33'],
		[1, '100'],
	])('has a bar of %d as long as %s', (share, width) =>
		expect(shareBar(share, 'sent').text).toMatch(new RegExp(`"f-sent"\\s+width="${width}"`)),
	);
});

describe('a search', () => {
	const inputs = (html: string) =>
		[...html.matchAll(/name="(\w+)"\s+value="([^"]*)"/g)].map(([, name, value]) => [name, value]);

	it('has a form that says what was looked for', () => {
		const html = page(FOUND);
		expect(inputs(html)).toEqual([
			['view', 'search'],
			['recipient', '+491511234567'],
			['reference', 'order-7'],
			['group', 'spring'],
		]);
		expect(each(html, 'label').map((label) => wordsOf(label).split(' ')[0])).toEqual([
			'Recipient',
			'Reference',
			'Group',
			'Status',
		]);
		const options = each(html, 'option');
		expect(options.map(wordsOf).slice(0, 3)).toEqual(['any', 'scheduled', 'sent']);
		const selected = (one: string) =>
			each(one, 'option')
				.filter((option) => / selected>/.test(option))
				.map(wordsOf);
		expect(selected(html)).toEqual(['failed']);
		expect(selected(page(ALL))).toEqual(['any']);
		expect(inputs(page({ ...ALL, hasGroups: false })).map(([name]) => name)).toEqual([
			'view',
			'recipient',
			'reference',
		]);
	});

	it('says what it found, and in which order', () => {
		const html = page(FOUND);
		const caption =
			'Messages with the status failed to the recipient "+49151123••••" with the reference "order-7" of the group "spring", the last stored first';
		expect(Object.keys(tablesOf(html))).toEqual([caption]);
		expect(tablesOf(html)[caption].rows).toHaveLength(2);
		expect(cardsOf(html)).toMatchObject({ Found: '2 on this page, the last stored first' });
		expect(cardsOf(page(ALL))).toMatchObject({ 'All messages': '2, the latest time first' });
		expect(Object.keys(tablesOf(page(ALL)))).toEqual(['Messages, the latest time first']);
	});

	it('says that it found nothing, or why it could not look', () => {
		expect(wordsOf(page(NOTHING))).toContain('No message fits with the status failed');
		expect(wordsOf(page({ ...NOTHING, search: {} }))).toContain('No message fits.');
		expect(page(NOTE)).toContain('<p role="alert">Nobody has +49151123••••.</p>');
		expect(page(NOTE)).not.toContain('aria-label="Pages"');
	});

	it('goes on to the pages beside it', () => {
		const filter =
			'view=search&status=failed&recipient=%2B491511234567&reference=order-7&group=spring';
		const links = (data: SearchResults) =>
			each(page(data), 'nav')
				.filter((html) => html.includes('aria-label="Pages"'))
				.flatMap((html) => each(html, 'a'))
				.map((html) => [wordsOf(html), wordsOf(/href="([^"]*)"/.exec(html)![1])]);
		const [newest, newer, older] = [
			['Newest', `?${filter}`],
			['Newer', `?${filter}&after=9`],
			['Older', `?${filter}&before=7`],
		];
		expect(links(FOUND)).toEqual([newest, newer, older]);
		expect(links({ ...FOUND, older: null })).toEqual([newest, newer]);
		expect(links({ ...FOUND, newer: null })).toEqual([older]);
		expect(links({ ...FOUND, older: null, newer: null })).toEqual([]);
		expect(links(NOTHING)).toEqual([newest, newer]);
		expect(page({ ...NOTHING, newer: null })).not.toContain('aria-label="Pages"');
		expect(cardsOf(page({ ...FOUND, newer: null })).Found).toMatch(/^2 on this page/);
		expect(cardsOf(page({ ...FOUND, newer: null, older: null })).Found).toMatch(/^2, /);
	});
});

describe('a message', () => {
	const stepsOf = (message: MessageDetails) => {
		const [list] = each(page(one(message)), 'ol').filter((html) => html.includes('class="way"'));
		return each(list, 'li').map((html) => [
			/^<li(?: class="(\w+)")?>/.exec(html)![1] ?? '',
			wordsOf(html),
		]);
	};
	const factsOf = (message: MessageDetails) => {
		const html = page(one(message));
		const values = each(html, 'dd').map(wordsOf);
		return Object.fromEntries(
			each(html, 'dt').map((name, index) => [wordsOf(name), values[index]]),
		);
	};

	it('has its way behind it, by time, and says what is true now', () => {
		expect(stepsOf(DETAILS)).toEqual([
			['', 'Stored Thu 19 Nov 2026, 09:24'],
			['', 'Requested time Sun 22 Nov 2026, 07:24'],
			['', 'Its time Sun 22 Nov 2026, 08:24'],
			['', 'Replaced by its template Sun 22 Nov 2026, 08:34'],
			['', 'Request to the gateway began Sun 22 Nov 2026, 08:44 attempt 3'],
			['', 'Accepted by the gateway Sun 22 Nov 2026, 08:45'],
			['bad', 'Now: failed Sun 22 Nov 2026, 08:24 Will not arrive: Not on WhatsApp'],
		]);
		const [began] = stepsOf({ ...DETAILS, attempts: 1 }).filter(([, words]) =>
			words.startsWith('Request to'),
		);
		expect(began[1]).toBe('Request to the gateway began Sun 22 Nov 2026, 08:44');
	});

	it('has what is still to come ahead of it', () => {
		expect(stepsOf(WAITING)).toEqual([
			['', 'Stored Thu 19 Nov 2026, 09:24'],
			['', 'Last change: scheduled Sun 22 Nov 2026, 08:24 Stored until its time'],
			['open', 'To be sent Sun 22 Nov 2026, 10:24'],
			['open', 'Not sent before Sun 22 Nov 2026, 11:24'],
			['open', 'Expires if it was not sent Mon 23 Nov 2026, 09:24'],
		]);
		const [, ...others] = stepsOf({ ...WAITING, notBefore: WAITING.scheduledAt });
		expect(others.map(([, words]) => words).join()).not.toContain('Not sent before');
		expect(stepsOf({ ...WAITING, scheduledAt: null }).map(([, words]) => words)).toContain(
			'Not sent before Sun 22 Nov 2026, 11:24',
		);
	});

	it('that is being sent says so', () => {
		const words = stepsOf({ ...WAITING, isSending: true }).map(([, text]) => text);
		expect(words[1]).toBe(
			'Last change: being sent Sun 22 Nov 2026, 08:24 The request is in flight',
		);
	});

	it('tells what is known of it and leaves out what is not', () => {
		expect(factsOf(DETAILS)).toEqual({
			Recipient: '+49151123••••',
			Reference: 'order-7',
			Group: 'spring',
			Account: 'Shop Berlin',
			Gateway: 'Whapi.Cloud',
			Type: 'text',
			File: 'https://files.example/menu.pdf',
			Template: '{"name":"reminder"}',
			'Sending window': 'Mon 09:00-18:00 Europe/Berlin',
			Timezone: 'Europe/Berlin',
			'Status of the gateway': 'undeliverable',
			'Message ID': 'wamid.1',
			'Schedule ID': 'id-1',
		});
		expect(factsOf({ ...WAITING, recipient: null, reference: '' })).toEqual({
			Account: 'Shop Berlin',
			Gateway: 'Whapi.Cloud',
			Type: 'text',
			File: 'menu.pdf',
			'Sending window': 'Mon 09:00-18:00 Europe/Berlin',
			Timezone: 'Europe/Berlin',
			'Schedule ID': 'id-1',
		});
	});

	it('shows its text, a long one not to its end', () => {
		const quoted = (text: string | null) =>
			each(page(one({ ...DETAILS, text })), 'pre').map((html) => html.replace(/<[^>]*>\s?/g, ''));
		expect(quoted('Line 1\n  line 2')).toEqual(['Line 1\n  line 2']);
		expect(quoted('x'.repeat(20_000))).toEqual(['x'.repeat(20_000)]);
		expect(quoted('x'.repeat(20_001))).toEqual([`${'x'.repeat(20_000)}…`]);
		expect(quoted(null)).toEqual([]);
	});
});

describe('an e-mail', () => {
	const mail = renderBoard(FULL, LOOK, 'email');

	it('has in its subject all that needs a person', () => {
		expect(wordsOf(mail.title)).toBe(
			'Messages since Sat 21 Nov 2026, 09:24: 21 not sent or unclear, 6 overdue, 3 to review, 2 paused accounts, 1 unserved account, 2 without a time',
		);
		const twice = { ...BUSY, unserved: [...BUSY.unserved, ...BUSY.unserved] };
		expect(renderBoard({ ...FULL, service: twice }, LOOK, 'email').title).toContain(
			', 2 unserved accounts,',
		);
		for (const data of [EMPTY, { ...EMPTY, service: null }]) {
			expect(wordsOf(renderBoard(data, LOOK, 'email').title)).toBe(
				'Messages since Sat 21 Nov 2026, 09:24: 0 not sent or unclear',
			);
		}
	});

	it('says whether all were counted', () => {
		const partly = renderBoard({ ...FULL, isComplete: false }, LOOK, 'email');
		expect(wordsOf(partly.html)).toContain('Some were not counted');
		expect(wordsOf(mail.html)).not.toContain('Some were not counted');
	});

	it('has the figures as tables', () => {
		const tables = tablesOf(mail.html);
		expect(Object.keys(tables)).toEqual([
			'Figures',
			'Messages of today by their status now',
			'Paused accounts',
			'Not served by Send Due',
			'Not sent or unclear, by reason',
			'Not sent or unclear, the last first',
		]);
		expect(Object.values(tables).map(({ head }) => head.join())).toEqual([
			'Figure,Count,',
			'Status,Messages',
			'Account,Paused by,Reason,Since,Until',
			'Account,Gateway,Messages,Last run',
			'Reason,Messages',
			'Time,Recipient,Status,Reason',
		]);
		expect(tables.Figures.rows).toHaveLength(7);
		expect(tables.Figures.rows[0]).toEqual(['To send', '23', '5 in the next 24 hours']);
		expect(tables['Messages of today by their status now'].rows[3]).toEqual(['Sent', '15']);
		expect(tables['Paused accounts'].rows[1]).toEqual([
			'second',
			'Send Due',
			'no reason given',
			'–',
			'Sun 22 Nov 2026, 10:24',
		]);
		expect(tables['Not served by Send Due'].rows).toEqual([
			['WAHA', 'WAHA', '7', 'Sat 21 Nov 2026, 09:24'],
		]);
		expect(tables['Not sent or unclear, by reason'].rows).toEqual([
			['Blocked by +49151123••••', '9'],
			['No reason given', '4'],
			['Other reasons', '8'],
		]);
		expect(tables['Not sent or unclear, the last first'].rows).toEqual([
			['Sun 22 Nov 2026, 08:24', '+49151123••••', 'failed', 'Not on WhatsApp'],
		]);
	});

	it('has numbers at the right, and no table without rows', () => {
		const cells = each(mail.html, 'th|td');
		const right = cells.filter((cell) => cell.includes('text-align:right'));
		expect(right.map(wordsOf)).toEqual(expect.arrayContaining(['Count', 'Messages', '23', '15']));
		expect(right.map(wordsOf)).not.toContain('To send');
		expect(cells.every((cell) => cell.includes('padding:6px'))).toBe(true);
		expect(Object.keys(tablesOf(renderBoard(EMPTY, LOOK, 'email').html))).toEqual([
			'Figures',
			'Messages of today by their status now',
		]);
	});

	it('is one of the overview alone', () => {
		expect(renderBoard(FOUND, LOOK, 'email')).toEqual(renderBoard(FOUND, LOOK));
	});
});

describe('numbers and times', () => {
	it.each([
		[0, 0, '0%'],
		[1, 200, '0.5%'],
		[1, 100, '1%'],
		[1, 2, '50%'],
		[99, 100, '99%'],
		[199, 200, '99.5%'],
		[7, 7, '100%'],
	])('%d of %d are %s', (part, all, share) => expect(format.share(part, all)).toBe(share));

	it.each([null, 'no time', ''])('of %j there is no time', (at) =>
		expect(format.time(at).text).toBe('–'),
	);

	it('a time says itself to machines, in UTC', () => {
		expect(format.time('2026-11-22T09:24:00+01:00').text).toMatch(
			/^<time datetime="2026-11-22T08:24:00.000Z" lang="en-GB"\s*>Sun,? 22 Nov 2026, 09:24<\/time\s*>$/,
		);
	});

	it.each(['', 'no language', 'x_y'])('%j is no language', (language) =>
		expect(() => createFormat(language, ZONE)).toThrow('"Language" is '),
	);
});

it('shows whole numbers where the mask is off', () => {
	const mask = createMask(false);
	expect(mask.text('+491511234567')).toBe('+491511234567');
	expect(mask.id('for 491511234567', '+491511234567')).toBe('for 491511234567');
	expect(page(FULL, { ...LOOK, masksNumbers: false })).toContain('+491511234567');
});
