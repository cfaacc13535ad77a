import { DateTime } from 'luxon';
import { needsAttention, renderBoard, type Overview } from '../../board';
import { byDay, byHour } from '../../board/days';
import { formatSeconds } from '../../board/format';
import { figuresOf, todayLines, totalOf, toSend } from '../../board/figures';
import { createFormat } from '../../board/format';
import { DAY_MS, MINUTE_MS } from '../../messages/duration';
import { MAX_READ } from '../../stores/table/board';
import { noneByStatus } from '../../stores/table/groupStatistics';
import { dataOf, LOOK, pageOf, pauseSecond, storeWith } from './pages.mts';
import { NOW, seededRows, ZONE, type Seeded } from './seed.mts';

/**
 * The figures of the board on 10,000 seeded messages, against counts made another way: by lists and the
 * calendar of Luxon, message by message.
 */
const rows = seededRows(10_000, 7);
const now = DateTime.fromMillis(NOW, { zone: ZONE });
const timeOf = ({ send_at: at }: Seeded) => DateTime.fromISO(String(at), { zone: ZONE });
const ofStatus = (...statuses: string[]) =>
	rows.filter(({ status }) => statuses.includes(String(status)));
const scheduled = ofStatus('scheduled');
const ahead = scheduled.filter((row) => timeOf(row) > now);
const isToday = (row: Seeded) => timeOf(row).toISODate() === now.toISODate();
const failures = ofStatus('failed', 'expired', 'unconfirmed').filter(
	({ updatedAt }) => Date.parse(updatedAt) >= NOW - DAY_MS,
);
const countBy = <T,>(list: readonly T[], key: (one: T) => string) => {
	const counts: Record<string, number> = {};
	for (const one of list) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
	return counts;
};

let store: Awaited<ReturnType<typeof storeWith>>;
let data: Overview;
beforeAll(async () => {
	store = await storeWith(rows);
	await pauseSecond(store.accounts, 'Moving');
	data = (await dataOf(store)) as Overview;
});

it('the seed has something of everything', () => {
	expect(data.isComplete).toBe(true);
	expect(failures.length).toBeGreaterThan(10);
	expect(scheduled.length - ahead.length).toBeGreaterThan(1);
	expect(rows.filter(isToday).length).toBeGreaterThan(500);
});

it('what goes out by the hour of the zone', () => {
	const counted = countBy(
		ahead.filter((row) => timeOf(row) < now.startOf('hour').plus({ hours: 48 })),
		(row) => timeOf(row).startOf('hour').toUTC().toISO()!,
	);
	const hours = byHour(data.upcoming, NOW, ZONE);
	expect(hours).toHaveLength(48);
	const shown = hours.filter(({ count }) => count > 0);
	expect(
		Object.fromEntries(shown.map(({ at, count }) => [new Date(at).toISOString(), count])),
	).toEqual(counted);
});

it('what goes out by the day of the zone, and later', () => {
	const end = now.startOf('day').plus({ days: 14 });
	const counted = countBy(
		ahead.filter((row) => timeOf(row) < end),
		(row) => timeOf(row).toISODate()!,
	);
	const days = byDay(data.upcoming, NOW, ZONE).filter(({ count }) => count > 0);
	const name = (at: number) => DateTime.fromMillis(at, { zone: ZONE }).toISODate();
	expect(Object.fromEntries(days.map(({ at, count }) => [name(at), count]))).toEqual(counted);
	expect(data.later).toBe(ahead.filter((row) => timeOf(row) >= end).length);
	expect(toSend(data)).toBe(scheduled.length);
});

it('today, by status', () => {
	const counted = countBy(rows.filter(isToday), ({ status }) => String(status));
	const of = (...statuses: string[]) =>
		statuses.reduce((sum, status) => sum + (counted[status] ?? 0), 0);
	const lines = todayLines(data);
	expect(lines.map(({ label, count }) => [label, count])).toEqual([
		['Still to be sent', of('scheduled')],
		['Accepted by the gateway', of('queued')],
		['Sent', of('sent', 'delivered', 'read')],
		['of these delivered', of('delivered', 'read')],
		['of these read', of('read')],
		['Failed', of('failed')],
		['Expired', of('expired')],
		['Unconfirmed', of('unconfirmed')],
		['Cancelled', of('cancelled')],
	]);
	expect(totalOf(lines)).toBe(rows.filter(isToday).length);
});

it('today, what the gateway holds back is not sent, and not lost', () => {
	const lines = todayLines({ today: { ...noneByStatus(), suspended: 2, queued: 3, sent: 4 } });
	const counts = lines.filter(({ count }) => count > 0).map(({ label, count }) => [label, count]);
	expect(counts).toEqual([
		['Accepted by the gateway', 3],
		['Held by the gateway', 2],
		['Sent', 4],
	]);
	expect(totalOf(lines)).toBe(9);
});

it('what was not sent, by reason and the last ten', () => {
	const counted = countBy(failures, ({ failure }) => String(failure).replace('4915112345678', '…'));
	expect(data.failures.total).toBe(failures.length);
	expect(
		Object.fromEntries(data.failures.reasons.map(({ reason, count }) => [String(reason), count])),
	).toEqual(counted);
	const counts = data.failures.reasons.map(({ count }) => count);
	expect(counts).toEqual([...counts].sort((one, other) => other - one));
	const last = [...failures].sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
	expect(data.failures.newest.map(({ id }) => id)).toEqual(
		last.slice(0, 10).map((row) => row.schedule_id),
	);
});

it('what is overdue, but for the account that is paused', () => {
	const late = scheduled
		.filter((row) => NOW - timeOf(row).toMillis() > 2 * MINUTE_MS)
		.filter(({ account }) => account !== 'second')
		.sort((one, other) => (String(one.send_at) < String(other.send_at) ? -1 : 1));
	const { overdue, oldestOverdueSeconds, overdueMessages, paused } = data.service!;
	expect(overdue).toBe(late.length);
	expect(oldestOverdueSeconds).toBe(
		late.length === 0 ? null : Math.round((NOW - timeOf(late[0]).toMillis()) / 1_000),
	);
	expect(overdueMessages.map(({ id }) => id)).toEqual(
		late.slice(0, 10).map((row) => row.schedule_id),
	);
	expect(paused).toMatchObject([
		{ credential: 'Shop Hamburg', pausedBy: 'operation', reason: 'Moving' },
	]);
});

it('lists nothing of an account that is paused as overdue, until it is resumed', async () => {
	const late = seededRows(6).map((row, index) => ({
		...row,
		status: 'scheduled',
		send_at: new Date(NOW - 10 * MINUTE_MS).toISOString(),
		next_attempt_at: null,
		account: index % 2 === 0 ? 'main' : 'second',
	}));
	const small = await storeWith(late);
	const overdue = async () =>
		((await dataOf(small)) as Overview).service!.overdueMessages.map(({ account }) => account);
	expect((await overdue()).sort()).toEqual([...Array(3).fill('main'), ...Array(3).fill('second')]);
	await pauseSecond(small.accounts, 'Moving');
	expect(await overdue()).toEqual(['main', 'main', 'main']);
});

it('the delays', () => {
	const delays = ofStatus('queued', 'sent', 'delivered', 'read')
		.filter(({ send_started_at: at }) => Date.parse(String(at)) >= NOW - DAY_MS)
		.map((row) => Date.parse(String(row.send_started_at)) - timeOf(row).toMillis())
		.sort((one, other) => one - other);
	const at = (share: number) => Math.round(delays[Math.ceil(share * delays.length) - 1] / 100) / 10;
	expect([data.service!.latenessMedianSeconds, data.service!.lateness99Seconds]).toEqual([
		at(0.5),
		at(0.99),
	]);
});

it('the figures at the top, in the reader’s language', () => {
	const words = figuresOf(data, createFormat('de-DE', ZONE));
	const [planned] = words;
	expect(planned).toMatchObject({
		label: 'To send',
		value: scheduled.length.toLocaleString('de-DE'),
		status: 'scheduled',
	});
	expect(words.map(({ label }) => label)).toContain('Paused account');
	expect(needsAttention(data)).toBe(true);
});

it('a page shows them, and each picture has its words', async () => {
	const page = await pageOf(store);
	expect(page).toContain(`<span class="value">${scheduled.length.toLocaleString('en-GB')}</span>`);
	expect(page).toMatch(/role="img"\s+aria-label="The next 48 hours: [\d,]+ messages, most from /);
	expect(page).not.toMatch(/undefined|NaN|\[object|Infinity/);
	expect(page.length).toBeLessThan(300_000);
});

it('lists go page by page through all that fits, back and forth, and miss nothing', async () => {
	const wanted = ofStatus('failed')
		.map((row) => row.schedule_id)
		.reverse();
	const seen: string[] = [];
	let before: string | undefined;
	let last: string | null = null;
	for (;;) {
		const query: Record<string, string> = {
			status: 'failed',
			...(before === undefined ? {} : { before }),
		};
		const page = await dataOf(store, query);
		if (page.view !== 'search') throw new Error('no list');
		seen.push(...page.messages.map(({ id }) => id!));
		expect(page.newer === null).toBe(before === undefined);
		last = page.newer ?? last;
		if (page.older === null) break;
		before = page.older;
	}
	expect(seen).toEqual(wanted);
	const back = await dataOf(store, { status: 'failed', after: last! });
	const index = seen.length - (seen.length % 50 || 50);
	expect(back.view === 'search' && back.messages.map(({ id }) => id)).toEqual(
		seen.slice(index - 50, index),
	);
});

it('a search finds by the whole number, the reference and the group, though numbers are masked', async () => {
	const one = rows.find(({ reference, group_name: group }) => reference && group)!;
	const national = String(one.recipient).replace('+49', '+49 (151) '.slice(0, 4));
	const queries: Array<Record<string, string>> = [
		{ recipient: national },
		{ reference: String(one.reference) },
		{ group: 'autumn-sale', recipient: String(one.recipient) },
	];
	for (const query of queries) {
		const found = await dataOf(store, query);
		expect(found.view === 'search' && found.messages.map(({ id }) => id)).toContain(
			one.schedule_id,
		);
	}
	const page = await pageOf(store, { reference: String(one.reference) });
	expect(page).toContain(`${String(one.recipient).slice(0, -4)}••••`);
	expect(page).not.toContain(String(one.recipient).slice(1));
	const wrong = await pageOf(store, { recipient: '0151 2345678' });
	expect(wrong).toMatch(/role="alert".*country code/s);
});

it.each(['0151 2345678', '+49 151 2345 678', '+4915123456789'])(
	'shows the number %s that was typed in its field and in links alone',
	async (recipient) => {
		const page = await pageOf(store, { recipient, reference: recipient, group: 'spring' });
		const shown = page.replace(/\b(value|href)="[^"]*"/g, '');
		expect(page).toContain(`value="${recipient}"`);
		expect(shown).not.toContain(recipient.slice(-4));
		expect(shown).toContain('•••');
	},
);

it('a message shows its way, and one that is not there is said so', async () => {
	const one = ofStatus('read')[0];
	const page = await pageOf(store, { id: String(one.schedule_id) });
	const steps = [...page.matchAll(/<b>(.*?)<\/b>/g)].map((match) => match[1]);
	expect(steps).toEqual([
		'Stored',
		'Its time',
		'Request to the gateway began',
		'Accepted by the gateway',
		'Now: read',
	]);
	const waiting = await pageOf(store, { id: String(ahead[0].schedule_id) });
	expect(waiting).toMatch(/class="open".*To be sent/s);
	expect(await pageOf(store, { id: 'nobody' })).toContain('No message has this id');
});

it('reads of a table so much that a page does not take long, and says that it is not all', async () => {
	const many = seededRows(MAX_READ + 100).map((row) => ({
		...row,
		status: 'scheduled',
		send_at: new Date(NOW + 5 * MINUTE_MS).toISOString(),
	}));
	const large = await storeWith(many);
	const counted = (await dataOf(large)) as Overview;
	expect(counted.isComplete).toBe(false);
	expect(toSend(counted)).toBe(MAX_READ);
	expect(await pageOf(large)).toContain('There are more messages than this page reads');
});

/** Delivered rows first, then failed ones, all changed just now. */
const changedRows = (delivered: number, failed: number) =>
	seededRows(delivered + failed).map((row, index) => ({
		...row,
		status: index < delivered ? 'delivered' : 'failed',
		send_at: new Date(NOW - 5 * MINUTE_MS).toISOString(),
		updatedAt: new Date(NOW - MINUTE_MS).toISOString(),
	}));

it('counts each failure behind any number of delivered messages, and says that not all were read', async () => {
	const large = await storeWith(changedRows(MAX_READ + 1, 40));
	const counted = (await dataOf(large)) as Overview;
	expect(counted.failures.total).toBe(40);
	expect(counted.failures.newest).toHaveLength(10);
	expect(counted.isComplete).toBe(false);
	const last = await storeWith(changedRows(0, MAX_READ + 5));
	const newest = ((await dataOf(last)) as Overview).failures.newest[0].id;
	expect(newest).toBe(last.table.row(MAX_READ + 5).schedule_id);
});

it('does not say that nothing failed where not all were read', async () => {
	const counted = (await dataOf(await storeWith(changedRows(MAX_READ + 1, 0)))) as Overview;
	expect(needsAttention(counted)).toBe(true);
	const page = renderBoard(counted, LOOK).html;
	expect(page).toContain('Some were not counted, so the figures are too low.');
	expect(page).not.toMatch(
		/No message failed|<span class="value">0<\/span>\s*<span class="label">Not sent/,
	);
	expect(renderBoard(counted, LOOK, 'email').title).toMatch(
		/: at least 0 not sent or unclear, not all counted/,
	);
});

it('has read all of exactly as many as it reads', async () => {
	const counted = (await dataOf(await storeWith(changedRows(MAX_READ, MAX_READ)))) as Overview;
	expect(counted.isComplete).toBe(true);
	expect(counted.failures.total).toBe(MAX_READ);
});

it('an empty store does not say that messages were sent', async () => {
	const page = await pageOf(await storeWith([]));
	expect(page).toContain('No message failed, expired or is unconfirmed since then.');
});

it('an account that was paused twice is one account', () => {
	const [pause] = data.service!.paused;
	const twice: Overview = {
		...data,
		service: {
			...data.service!,
			paused: [pause, { ...pause, pausedBy: 'gateway', reason: 'Banned', credential: null }],
		},
	};
	expect(figuresOf(twice, createFormat('en-GB', ZONE)).at(-1)).toMatchObject({
		label: 'Paused account',
		value: '1',
	});
	const mail = renderBoard(twice, LOOK, 'email');
	expect(mail.title).toMatch(/, 1 paused account\b(?!s)/);
	expect(mail.html).toContain('Banned');
});

it('an e-mail says all that needs a person, and its reasons add up', () => {
	const all: Overview = {
		...data,
		failures: { ...data.failures, total: 21, reasons: [{ reason: 'Blocked', count: 9 }] },
		service: {
			...data.service!,
			unconfirmed: 3,
			unreadable: 2,
			unserved: [
				{ gateway: 'Whapi', account: 'a', credential: 'Shop Rome', messages: 7, lastRunAt: null },
			],
		},
	};
	const mail = renderBoard(all, LOOK, 'email');
	expect(mail.title).toMatch(
		/: 21 not sent or unclear, .*3 to review, .*1 unserved account, 2 without a time$/,
	);
	// The figure of the same name has the same count.
	expect(mail.html).toMatch(/>Not sent or unclear<\/td>\s*<td[^>]*>21</);
	expect(mail.html).toMatch(/Not served by Send Due.*Shop Rome.*Whapi.*>7</s);
	expect(mail.html).toContain('2 without a time that can be read');
	expect(mail.html).toMatch(/Blocked<.*>9<.*Other reasons<.*>12</s);
});

it.each([
	[0.44, '0.4 s'],
	[59.6, '1 min'],
	[200, '3 min 20 s'],
	[3_600, '1 h'],
	[90_061, '1 d 1 h'],
])('%d seconds are %s', (seconds, words) => expect(formatSeconds(seconds)).toBe(words));

it('the days of a zone are 23 to 25 hours long, and none is lost', () => {
	const at = Date.parse('2026-10-23T22:30:00.000Z');
	const quarters = Array.from({ length: 24 * 4 * 15 }, (_, n) => ({
		at: at + n * 900_000,
		count: 1,
	}));
	const days = byDay(quarters, at, 'Europe/Berlin');
	expect(days.slice(0, 4).map(({ count }) => count)).toEqual([94, 100, 96, 96]);
	expect(LOOK.masksNumbers).toBe(true);
});
