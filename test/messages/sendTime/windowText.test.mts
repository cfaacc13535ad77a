import fc from 'fast-check';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { formatWindow, parseWindow, type SendingWindow } from '../../../messages/sendTime';
import { runs } from '../../proof.mts';
import { zones } from './reckoning.mts';

const workdays: SendingWindow = {
	from: '09:00',
	to: '18:00',
	weekdays: [1, 2, 3, 4, 5],
	timezone: 'Europe/Berlin',
};

it('is one line that a person can read', () => {
	expect(formatWindow(workdays)).toBe('Mon Tue Wed Thu Fri 09:00-18:00 Europe/Berlin');
	expect(formatWindow({ ...workdays, weekdays: [7, 6], from: '22:00', to: '24:00' })).toBe(
		'Sat Sun 22:00-24:00 Europe/Berlin',
	);
});

it('reads what it wrote, whatever the window', () => {
	const time = fc
		.integer({ min: 0, max: 24 * 60 - 1 })
		.map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16));
	const anyWindow = fc
		.record({
			from: time,
			to: fc.oneof(time, fc.constant('24:00')),
			weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
			timezone: fc.oneof(fc.constantFrom(...zones), fc.constantFrom('UTC+2', '+05:30', 'GMT')),
		})
		.filter(({ from, to }) => from !== to);
	fc.assert(
		fc.property(anyWindow, (window) => {
			const text = formatWindow(window);
			expect(parseWindow(text)).toEqual({
				...window,
				weekdays: [...window.weekdays].sort((one, other) => one - other),
			});
			expect(formatWindow(parseWindow(text))).toBe(text);
		}),
		runs(300, 20_000),
	);
});

it.each<[string, SendingWindow]>([
	[
		'Mon Tue Wed Thu Fri 09:00-18:00; Sat 10:00-14:00 Europe/Berlin',
		{ ...workdays, moreHours: [{ weekdays: [6], from: '10:00', to: '14:00' }] },
	],
	[
		'Mon Tue Wed Thu Fri 09:00-18:00 Europe/Madrid, Atlantic/Canary',
		{ ...workdays, timezone: 'Europe/Madrid', otherTimezones: ['Atlantic/Canary'] },
	],
	[
		'Mon Tue Wed Thu Fri 09:00-18:00 Europe/Berlin not on 2026-12-25, 2026-12-26',
		{ ...workdays, closedOn: ['2026-12-25', '2026-12-26'] },
	],
	[
		'Mon Tue Wed Thu Fri 09:00-18:00; Sat 10:00-14:00 Europe/Madrid, Atlantic/Canary not on 2026-12-25',
		{
			...workdays,
			moreHours: [{ weekdays: [6], from: '10:00', to: '14:00' }],
			timezone: 'Europe/Madrid',
			otherTimezones: ['Atlantic/Canary'],
			closedOn: ['2026-12-25'],
		},
	],
])('%s has further hours, timezones or closed days', (text, window) => {
	expect(formatWindow(window)).toBe(text);
	expect(parseWindow(text)).toEqual(window);
});

it.each([
	'Mon Tue Wed Thu Fri 09:00-18:00;Sat 10:00 - 14:00  Europe/Madrid,Atlantic/Canary  NOT ON 2026-12-25 2026-12-26',
	'Mon, Tue, Wed, Thu, Fri 09:00–18:00 ; Sat 10:00–14:00 Europe/Madrid , Atlantic/Canary not on 2026-12-25,2026-12-26',
])('reads further parts as a person may have edited them: %s', (text) => {
	expect(parseWindow(text)).toEqual({
		...workdays,
		moreHours: [{ weekdays: [6], from: '10:00', to: '14:00' }],
		timezone: 'Europe/Madrid',
		otherTimezones: ['Atlantic/Canary'],
		closedOn: ['2026-12-25', '2026-12-26'],
	});
});

it('reads what the node itself takes as a time of day', () => {
	const short = { ...workdays, from: '9:00', to: '18:00:00' };
	expect(parseWindow(formatWindow(short))).toEqual(short);
});

it('reads no text that is longer than any window', () => {
	const long = (length: number) => {
		const [begin, end] = ['Mon Tue Wed Thu Fri', '09:00-18:00 Europe/Berlin'];
		return `${begin}${' '.repeat(length - begin.length - end.length)}${end}`;
	};
	expect(parseWindow(long(10_000))).toEqual(workdays);
	expect(() => parseWindow(long(10_001))).toThrow(InvalidParameterError);
});

it('names each timezone and closed day once', () => {
	expect(
		parseWindow('Mon Mon 09:00-18:00 UTC, Asia/Tokyo, UTC not on 2026-12-25, 2026-12-25'),
	).toEqual({
		from: '09:00',
		to: '18:00',
		weekdays: [1],
		timezone: 'UTC',
		otherTimezones: ['Asia/Tokyo'],
		closedOn: ['2026-12-25'],
	});
});

it.each([
	['  Mon Tue Wed Thu Fri 09:00-18:00 Europe/Berlin\n'],
	['mon tue WED Thu fri 09:00-18:00 Europe/Berlin'],
	['Mon, Tue, Wed, Thu, Fri 09:00-18:00 Europe/Berlin'],
	['Mon,Tue,Wed,Thu,Fri 09:00-18:00 Europe/Berlin'],
	['Mon Tue Wed Thu Fri  09:00 - 18:00  Europe/Berlin'],
	['Mon Tue Wed Thu Fri 09:00–18:00 Europe/Berlin'],
])('reads %j as a person may have edited it', (text) => {
	expect(parseWindow(text)).toEqual(workdays);
});

it.each([
	[''],
	['soon'],
	['09:00-18:00 Europe/Berlin'],
	['Mon-Fri 09:00-18:00 Europe/Berlin'],
	['Mo Di Mi 09:00-18:00 Europe/Berlin'],
	['Mon Abc 09:00-18:00 Europe/Berlin'],
	['Mon 09:00 Europe/Berlin'],
	['Mon 9-18 Europe/Berlin'],
	['Mon 09:00-18:00'],
	['Mon 09:00-18:00 Europe/Berlin Mon'],
	['Mon Tue 09:00-18:00\nWed 09:00-18:00 UTC'],
	['Mon 09:00-18:00; UTC'],
	['Mon 09:00-18:00;; Tue 09:00-18:00 UTC'],
	['Mon 09:00-18:00 UTC, '],
	['Mon 09:00-18:00 UTC not on'],
	['Mon 09:00-18:00 not on 2026-12-25'],
])('refuses %j and says how to write it', (text) => {
	expect(() => parseWindow(text)).toThrow(InvalidParameterError);
	expect(() => parseWindow(text)).toThrow(
		/^"Sending Window" is ".*"\. Enter a window such as Mon Tue Wed Thu Fri 09:00-18:00 Europe\/Berlin\.$/,
	);
});

it.each([
	[
		'Mon 09:00-25:00 UTC',
		'"Sending Window" has "25:00" as "To"; enter a time of day such as 09:00.',
	],
	[
		'Mon 09:60-10:00 UTC',
		'"Sending Window" has "09:60" as "From"; enter a time of day such as 09:00.',
	],
	['Mon 09:00-09:00 UTC', '"Sending Window" begins and ends at 09:00; choose two different times.'],
	[
		'Mon 09:00-18:00 Berlin',
		'"Sending Window: Timezone" is "Berlin", which is not the name of a timezone; did you mean Europe/Berlin?',
	],
])('refuses %j, whose form is right', (text, message) => {
	expect(() => parseWindow(text)).toThrow(new InvalidParameterError('Sending Window', message));
});

it('takes or refuses any text, and throws nothing else', () => {
	const like = fc
		.array(
			fc.constantFrom(
				'Mon',
				'Sun',
				'X',
				'09:00',
				'18:00',
				'99:99',
				'-',
				' ',
				',',
				'; ',
				' not on ',
				'2026-12-25',
				'UTC',
				'Nowhere',
			),
			{ maxLength: 12 },
		)
		.map((parts) => parts.join(''));
	fc.assert(
		fc.property(fc.oneof(fc.string(), like), (text) => {
			try {
				return formatWindow(parseWindow(text)) !== '';
			} catch (refusal) {
				return refusal instanceof InvalidParameterError;
			}
		}),
		runs(1_000, 100_000),
	);
});
