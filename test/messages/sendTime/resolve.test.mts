import { textOf } from '../../../gateways/transport/gatewayError';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { resolveSendTime } from '../../../messages/sendTime';

import { runs } from '../../proof.mts';

const now = new Date('2026-01-15T10:00:00Z'); // a Thursday
const at = (value: unknown, timezone = 'Asia/Kolkata') => resolveSendTime(value, timezone, { now });

/** What a call refuses with. */
function refusalOf(call: () => unknown): InvalidParameterError {
	try {
		call();
	} catch (refusal) {
		if (refusal instanceof InvalidParameterError) return refusal;
		throw refusal;
	}
	throw new Error('not refused');
}

describe('a value with an offset is an instant', () => {
	it.each([
		['2026-02-01T15:00:00Z', '2026-02-01T15:00:00.000Z'],
		['2026-02-01t15:00:00z', '2026-02-01T15:00:00.000Z'],
		['2026-02-01T15:00:00+02:00', '2026-02-01T13:00:00.000Z'],
		['2026-02-01T15:00:00.5-0330', '2026-02-01T18:30:00.500Z'],
		['2026-02-01T15:00+14', '2026-02-01T01:00:00.000Z'],
		['2026-02-01T15:00\u221203:00', '2026-02-01T18:00:00.000Z'],
		['2026-02-01T15:00-00:00', '2026-02-01T15:00:00.000Z'],
		['2026-02-01 15:00:00.123456 +05:30', '2026-02-01T09:30:00.123Z'],
		['20260201T150000Z', '2026-02-01T15:00:00.000Z'],
		['20260201T1500+0200', '2026-02-01T13:00:00.000Z'],
		['2026-02-01T15:00+01:00[Europe/Berlin]', '2026-02-01T14:00:00.000Z'],
		['2026-02-01T15:00Z[Europe/Berlin]', '2026-02-01T15:00:00.000Z'],
		['  2026-02-01T15:00:00Z\n', '2026-02-01T15:00:00.000Z'],
	])('%j', (value, scheduledAt) => {
		expect(at(value)).toEqual(at(scheduledAt));
		expect(at(value).scheduledAt).toBe(scheduledAt);
		expect(at(value, 'America/New_York').scheduledAt).toBe(scheduledAt);
	});

	it('shows it in the timezone of the node', () => {
		expect(at('2026-02-01T15:00:00+02:00')).toEqual({
			scheduledAt: '2026-02-01T13:00:00.000Z',
			local: '2026-02-01T18:30:00.000+05:30',
			timezone: 'Asia/Kolkata',
			offset: '+05:30',
		});
		expect(at('2026-02-01T15:00:00+02:00', 'UTC')).toEqual({
			scheduledAt: '2026-02-01T13:00:00.000Z',
			local: '2026-02-01T13:00:00.000+00:00',
			timezone: 'UTC',
			offset: '+00:00',
		});
	});
});

describe('a value without an offset is clock time in the timezone', () => {
	it.each([
		['2026-02-01T15:00:00', '2026-02-01T09:30:00.000Z'],
		['2026-02-01T15:00:00.000', '2026-02-01T09:30:00.000Z'],
		['2026-02-01T15:00:00,250', '2026-02-01T09:30:00.250Z'],
		['2026-02-01 15:00', '2026-02-01T09:30:00.000Z'],
		['2026-02-01  15:00:30', '2026-02-01T09:30:30.000Z'],
		['2026-02-01\u00a015:00', '2026-02-01T09:30:00.000Z'],
		['2026-2-1 9:05', '2026-02-01T03:35:00.000Z'],
		['2026/02/01 15:00', '2026-02-01T09:30:00.000Z'],
		['20260201T150000', '2026-02-01T09:30:00.000Z'],
		['2028-02-29 00:00', '2028-02-28T18:30:00.000Z'],
		['2026-02-01T15:00[Europe/Berlin]', '2026-02-01T14:00:00.000Z'],
		['2026-02-01 15:00 [America/New_York]', '2026-02-01T20:00:00.000Z'],
	])('%j', (value, scheduledAt) => {
		expect(at(value).scheduledAt).toBe(scheduledAt);
		expect(at(value)).not.toHaveProperty('adjusted');
	});
});

describe('objects and numbers', () => {
	const instant = Date.UTC(2026, 1, 1, 9, 30);

	it.each<[string, unknown]>([
		['a Luxon DateTime', DateTime.fromMillis(instant, { zone: 'America/New_York' })],
		[
			'a DateTime of another copy of Luxon',
			{ isLuxonDateTime: true, isValid: true, toMillis: () => instant },
		],
		['a Date', new Date(instant)],
		['a Date of another context', { getTime: () => instant }],
		['Unix seconds', instant / 1000],
		['Unix milliseconds', instant],
		['Unix seconds as text', String(instant / 1000)],
		['Unix milliseconds as text', String(instant)],
		['Unix seconds with a fraction as text', `${instant / 1000}.000`],
	])('%s', (_, value) => {
		expect(at(value).scheduledAt).toBe('2026-02-01T09:30:00.000Z');
	});

	it.each<[number, string]>([
		[946684800, '2000-01-01T00:00:00.000Z'],
		[946684800000, '2000-01-01T00:00:00.000Z'],
		[4133980799, '2100-12-31T23:59:59.000Z'],
		[4133980799999, '2100-12-31T23:59:59.999Z'],
		[1767225600.123, '2026-01-01T00:00:00.123Z'],
	])('%d reads in one way only', (value, scheduledAt) => {
		expect(at(value).scheduledAt).toBe(scheduledAt);
	});
});

describe('DST changes', () => {
	it('moves a skipped time forward by the length of the gap, and says so', () => {
		expect(at('2026-03-29 02:30', 'Europe/Berlin')).toEqual({
			scheduledAt: '2026-03-29T01:30:00.000Z',
			local: '2026-03-29T03:30:00.000+02:00',
			timezone: 'Europe/Berlin',
			offset: '+02:00',
			adjusted: [
				{
					reason: 'dstGap',
					from: '2026-03-29T02:30:00.000',
					to: '2026-03-29T03:30:00.000+02:00',
					note: 'The clock in Europe/Berlin skips 2026-03-29 02:30, so the time was moved forward by 1 hour to 2026-03-29 03:30.',
				},
			],
		});
	});

	it('takes the earlier of two, and says so', () => {
		expect(at('2026-10-25 02:30', 'Europe/Berlin')).toEqual({
			scheduledAt: '2026-10-25T00:30:00.000Z',
			local: '2026-10-25T02:30:00.000+02:00',
			timezone: 'Europe/Berlin',
			offset: '+02:00',
			adjusted: [
				{
					reason: 'dstOverlap',
					from: '2026-10-25T02:30:00.000',
					to: '2026-10-25T02:30:00.000+02:00',
					note: 'The clock in Europe/Berlin shows 2026-10-25 02:30 twice, so the earlier of the two (+02:00) was used.',
				},
			],
		});
	});

	it.each([
		['half an hour', '2026-10-04 02:15', 'Australia/Lord_Howe', '2026-10-04T02:45:00.000+11:00'],
		['at midnight', '2026-03-29 00:00', 'Asia/Beirut', '2026-03-29T01:00:00.000+03:00'],
		['a whole day', '2011-12-30 09:00', 'Pacific/Apia', '2011-12-31T09:00:00.000+14:00'],
	])('knows a gap of %s', (_, value, zone, local) => {
		expect(at(value, zone)).toMatchObject({ local, adjusted: [{ reason: 'dstGap' }] });
	});

	it.each(['2026-10-25T02:30:00+01:00', '2026-10-25T02:30:00+02:00'])(
		'leaves %s, which says which of the two it is',
		(value) => {
			const resolved = at(value, 'Europe/Berlin');
			expect(resolved.local).toBe(value.replace('+', '.000+'));
			expect(resolved).not.toHaveProperty('adjusted');
		},
	);
});

describe('relative text', () => {
	it.each([
		['now', '2026-01-15T15:30:00.000+05:30'],
		['in 2 hours', '2026-01-15T17:30:00.000+05:30'],
		['IN 90 MINUTES', '2026-01-15T17:00:00.000+05:30'],
		['in 1 hour 30 minutes', '2026-01-15T17:00:00.000+05:30'],
		['in 1 hour and 30 minutes', '2026-01-15T17:00:00.000+05:30'],
		['in 1 day, 2 hours, and 3 min', '2026-01-16T17:33:00.000+05:30'],
		['in 2h30m', '2026-01-15T18:00:00.000+05:30'],
		['+90m', '2026-01-15T17:00:00.000+05:30'],
		['+ 90 m', '2026-01-15T17:00:00.000+05:30'],
		['+2h30m', '2026-01-15T18:00:00.000+05:30'],
		['+45s', '2026-01-15T15:30:45.000+05:30'],
		['+1d', '2026-01-16T15:30:00.000+05:30'],
		['+1w', '2026-01-22T15:30:00.000+05:30'],
		['in 3 days 09:00', '2026-01-18T09:00:00.000+05:30'],
		['+1w at 9:00', '2026-01-22T09:00:00.000+05:30'],
		['tomorrow 09:00', '2026-01-16T09:00:00.000+05:30'],
		['Tomorrow at 09:00:30', '2026-01-16T09:00:30.000+05:30'],
		['today 18:30', '2026-01-15T18:30:00.000+05:30'],
		['today 08:00', '2026-01-15T08:00:00.000+05:30'],
		['monday 08:00', '2026-01-19T08:00:00.000+05:30'],
		['next monday 08:00', '2026-01-19T08:00:00.000+05:30'],
		['thursday 18:00', '2026-01-15T18:00:00.000+05:30'],
		['thursday 15:30', '2026-01-22T15:30:00.000+05:30'],
		['Thu 08:00', '2026-01-22T08:00:00.000+05:30'],
		['next thursday 18:00', '2026-01-22T18:00:00.000+05:30'],
		['wednesday 08:00', '2026-01-21T08:00:00.000+05:30'],
	])('%s', (value, local) => {
		expect(at(value).local).toBe(local);
	});

	it("begins the day at the zone's midnight, not at UTC's", () => {
		const late = { now: new Date('2026-01-15T20:00:00Z') }; // already Friday in Kolkata
		expect(resolveSendTime('today 09:00', 'Asia/Kolkata', late).local).toMatch(/^2026-01-16T09/);
		expect(resolveSendTime('today 09:00', 'America/New_York', late).local).toMatch(
			/^2026-01-15T09/,
		);
		expect(resolveSendTime('friday 03:00', 'Asia/Kolkata', late).local).toMatch(/^2026-01-16T03/);
	});

	it('counts days by the calendar, hours by the time that passes', () => {
		const eve = { now: new Date('2026-03-28T11:00:00Z') }; // 12:00 in Berlin, the day before DST
		expect(resolveSendTime('+1d', 'Europe/Berlin', eve).local).toBe(
			'2026-03-29T12:00:00.000+02:00',
		);
		expect(resolveSendTime('+24h', 'Europe/Berlin', eve).local).toBe(
			'2026-03-29T13:00:00.000+02:00',
		);
		expect(resolveSendTime('tomorrow 02:30', 'Europe/Berlin', eve)).toMatchObject({
			local: '2026-03-29T03:30:00.000+02:00',
			adjusted: [{ reason: 'dstGap' }],
		});
	});

	it('stays in the second of two equal hours', () => {
		const second = { now: new Date('2026-10-25T01:10:00Z') };
		expect(resolveSendTime('+5m', 'Europe/Berlin', second).scheduledAt).toBe(
			'2026-10-25T01:15:00.000Z',
		);
	});

	it('needs to be told the current time', () => {
		expect(refusalOf(() => resolveSendTime('in 2 hours', 'UTC')).message).toBe(
			'"Send At" is "in 2 hours", which requires the current time.',
		);
	});

	it('marks "now" as the earliest moment', () => {
		expect(at('now')).toMatchObject({ earliest: true });
		expect(at('+0s')).not.toHaveProperty('earliest');
	});
});

describe('what is refused', () => {
	const readable = 'such as 2026-02-01 15:00, 2026-02-01T15:00:00+02:00 or "in 2 hours"';

	it.each<[unknown, string]>([
		['', `is empty. Enter a date and time ${readable}.`],
		['   ', `is empty. Enter a date and time ${readable}.`],
		[undefined, `is empty. Enter a date and time ${readable}.`],
		[null, `is empty. Enter a date and time ${readable}.`],
		[true, `is "true". Enter a date and time ${readable}.`],
		[10n, `is "10". Enter a date and time ${readable}.`],
		[[], `is a list. Enter a date and time ${readable}.`],
		[{}, `is an object. Enter a date and time ${readable}.`],
		[() => 0, `is a function. Enter a date and time ${readable}.`],
		[
			'2026-02-01',
			'is "2026-02-01", a date without a time of day; add one, as in 2026-02-01 09:00.',
		],
		['tomorrow', 'is "tomorrow", a day without a time of day; add one, as in tomorrow 09:00.'],
		[
			'next monday',
			'is "next monday", a day without a time of day; add one, as in next monday 09:00.',
		],
		[
			'03/04/2026',
			'is "03/04/2026", which is ambiguous (day or month first); write the year first, such as 2026-04-03 15:00.',
		],
		['2026-02-30 15:00', 'is "2026-02-30 15:00", a date or time that does not exist; correct it.'],
		[
			'1999-12-31 15:00',
			'is "1999-12-31 15:00", which is outside the years 2000 to 2100; enter a date within them.',
		],
		[
			'0026-02-01 15:00',
			'is "0026-02-01 15:00", which is outside the years 2000 to 2100; enter a date within them.',
		],
		[
			'0026-02-01T15:00:00.000Z',
			'is "0026-02-01T15:00:00.000Z", which is outside the years 2000 to 2100; enter a date within them.',
		],
		[
			'99999-02-01 15:00',
			`is "99999-02-01 15:00", which cannot be read as a time. Enter a date and time ${readable}.`,
		],
		[
			new Date('0026-02-01T15:00:00Z'),
			'is "0026-02-01T15:00:00.000Z", which is outside the years 2000 to 2100; enter a date within them.',
		],
		[
			new Date('+099999-02-01T15:00:00Z'),
			'is "+099999-02-01T15:00:00.000Z", which is outside the years 2000 to 2100; enter a date within them.',
		],
		[
			DateTime.utc(99_999),
			'is "+099999-01-01T00:00:00.000Z", which is outside the years 2000 to 2100; enter a date within them.',
		],
		[
			new Date(0),
			'is "1970-01-01T00:00:00.000Z", which is outside the years 2000 to 2100; enter a date within them.',
		],
		[new Date(Number.NaN), 'is a Date that is not valid; check the expression that creates it.'],
		[
			DateTime.fromISO('nonsense'),
			'is a DateTime that is not valid ("the input "nonsense" can\'t be parsed as …"); check the expression that creates it.',
		],
		[
			46054.625,
			`is "46054.625", which is not a Unix time of the years 2000 to 2100 in seconds or milliseconds. Enter a date and time ${readable}.`,
		],
		[
			'2026-02-01T15:00+05:00[Europe/Berlin]',
			'is "2026-02-01T15:00+05:00[Europe/Berlin]", whose offset is not the one of Europe/Berlin at that time; remove one of the two.',
		],
		[
			'2026-02-01T15:00[Europe/Berln]',
			'is "Europe/Berln", which is not the name of a timezone; did you mean Europe/Berlin?',
		],
		[
			'sometime',
			`is "sometime", which cannot be read as a time. Enter a date and time ${readable}.`,
		],
	])('%p', (value, told) => {
		const refusal = refusalOf(() => at(value));
		expect(textOf(refusal)).toBe(`"Send At" ${told}`);
		expect(refusal.parameter).toBe('Send At');
	});

	it.each<unknown>([
		'3.4.2026',
		'3.4.2026 15:00',
		'03/04/2026 15:00',
		'03-04-2026T15:00',
		'25/12/2026 10:00',
		'1/2/26 9:00 PM',
		'2026-13-01 15:00',
		'2026-00-01 15:00',
		'2026-02-00 15:00',
		'2026-02-29 15:00',
		'2026-02-01 24:00',
		'2026-02-01 15:60',
		'2026-02-01 15:00:60',
		'2026-02-01T15:00+25:00',
		'2026-02-01T15:00+02:75',
		'2026-02-01T15:00+14:30',
		'2026-02-01 9:05 PM',
		'2026-02-01T15',
		'2026-032T15:00',
		'2026-W05-7T15:00',
		'2026-02/01 15:00',
		'Sun, 01 Feb 2026 15:00:00 GMT',
		'Sun Feb 01 2026 15:00:00 GMT+0530 (India Standard Time)',
		'February 1, 2026 3:00 PM',
		'2026-02-01T15:00:00 05:30',
		'2026-02-01T15:00:00Z; drop',
		'15:00',
		'20260201',
		'202602011500',
		'20260201150000',
		'-1769938200',
		'1e9',
		Infinity,
		Number.NaN,
		-1769938200,
		'9999-12-31 15:00',
		'2101-01-01 00:00',
		'in 2 months',
		'in 2 hours 09:00',
		'in 1.5 hours',
		'in -2 hours',
		'in',
		'+',
		'+5',
		'5m',
		'-5m',
		'in 2 hours ago',
		'in 999999 weeks',
		`in ${'999999w'.repeat(16)}`,
		'tomorrow 25:00',
		'tomorrow 9am',
		'yesterday 09:00',
		'someday 09:00',
		'next tomorrow 09:00',
		'x'.repeat(100_000),
		'+'.repeat(119),
		{ toMillis: () => Infinity },
		{ toMillis: () => 1e300 },
		{ getTime: () => 'soon' },
		Symbol('soon'),
	])('%p', (value) => {
		expect(textOf(refusalOf(() => at(value)))).toMatch(/^"Send At" is .{1,240}[.?]$/);
	});

	it('names the parameter as the user sees it', () => {
		expect(
			refusalOf(() => resolveSendTime('soon', 'UTC', { parameter: 'New Send At' })).message,
		).toMatch(/^"New Send At" is "soon"/);
	});

	it('refuses whatever else there is in one calm sentence', () => {
		const hostile = fc.oneof(
			fc.anything(),
			fc.string({ maxLength: 200 }),
			fc.double(),
			fc.mixedCase(
				fc.constantFrom('in 2 hours', '+1d2h', 'next friday at 08:00', 'tomorrow 09:00'),
			),
			fc.stringMatching(
				/^[0-9]{1,5}[-/.][0-9]{1,3}[-/.][0-9]{1,3}[T ][0-9]{1,2}:[0-9]{2}(Z|[+-][0-9]{2})?$/,
			),
			fc.stringMatching(/^(in |\+)[0-9]{1,7} ?(s|m|h|d|w|days|hours|months)( [0-9]{2}:[0-9]{2})?$/),
		);
		fc.assert(
			fc.property(hostile, (value) => {
				let message: string;
				try {
					const { scheduledAt, local } = at(value);
					const year = Number(scheduledAt.slice(0, 4));
					return year >= 2000 && year <= 2100 && at(local).scheduledAt === scheduledAt;
				} catch (refusal) {
					if (!(refusal instanceof InvalidParameterError)) throw refusal;
					message = textOf(refusal);
				}
				return /^"Send At" .{1,300}[.?]$/s.test(message) && !/\n/.test(message);
			}),
			runs(1_000, 100_000),
		);
	}, 300_000);
});

describe('the timezone', () => {
	it.each([
		['europe/berlin', 'Europe/Berlin', '+01:00'],
		[' Asia/Kolkata ', 'Asia/Kolkata', '+05:30'],
		['UTC', 'UTC', '+00:00'],
		['utc', 'UTC', '+00:00'],
		['UTC+2', 'UTC+2', '+02:00'],
		['GMT+2', 'UTC+2', '+02:00'],
		['+05:30', 'UTC+5:30', '+05:30'],
		['-0330', 'UTC-3:30', '-03:30'],
		['Etc/GMT+5', 'Etc/GMT+5', '-05:00'],
		['EST', 'EST', '-05:00'],
		['US/Eastern', 'US/Eastern', '-05:00'],
	])('%j', (given, timezone, offset) => {
		expect(at('2026-02-01T15:00:00Z', given)).toMatchObject({ timezone, offset });
	});

	it.each([
		['', 'is empty; enter a timezone such as Europe/Berlin, Asia/Kolkata or UTC.'],
		[
			'Mars/Olympus',
			'is "Mars/Olympus", which is not the name of a timezone; enter one such as Europe/Berlin, Asia/Kolkata or UTC.',
		],
		[
			'Europe/Berln',
			'is "Europe/Berln", which is not the name of a timezone; did you mean Europe/Berlin?',
		],
		['Berlin', 'is "Berlin", which is not the name of a timezone; did you mean Europe/Berlin?'],
		[
			'new york',
			'is "new york", which is not the name of a timezone; did you mean America/New_York?',
		],
		[
			'Asia/Kolkatta',
			'is "Asia/Kolkatta", which is not the name of a timezone; did you mean Asia/Kolkata?',
		],
	])('%j is refused', (given, told) => {
		const refusal = refusalOf(() => at('2026-02-01T15:00:00Z', given));
		expect(refusal).toMatchObject({ parameter: 'Timezone', message: `"Timezone" ${told}` });
	});

	it.each(['BST', 'IST', 'CST', 'bst', '+15:00', 'UTC+2:75', 'local', 'system', 'x'.repeat(5000)])(
		'%s is refused: its meaning is not sure',
		(given) => {
			expect(refusalOf(() => at('2026-02-01T15:00:00Z', given)).parameter).toBe('Timezone');
		},
	);

	it.each<unknown>([undefined, null, 7, {}])('%p is refused', (given) => {
		const call = () => resolveSendTime('2026-02-01T15:00:00Z', given as string);
		expect(refusalOf(call).parameter).toBe('Timezone');
	});
});

it('uses none of the words that frighten', async () => {
	const { readFileSync, readdirSync } = await import('node:fs');
	const folder = 'messages/sendTime';
	for (const file of readdirSync(folder)) {
		const code = readFileSync(`${folder}/${file}`, 'utf8');
		expect(code).not.toMatch(/\b(?:errors?|problems?|failures?|mistakes?)\b/i);
		expect(code).not.toMatch(
			/Date\.parse\(|Date\.now|new Date\(\)|DateTime\.(?:now|local)|Settings/,
		);
	}
});
