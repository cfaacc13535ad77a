import { parseDateTime } from '../../../messages/sendTime/dateTimeText';
import { timeZone } from '../../../messages/sendTime/zone';

describe('the first and the last year', () => {
	it.each([
		'2000-01-01T00:00Z',
		'2000-01-01T00:00-01:00',
		'2000-01-01T01:00+01:00',
		'2100-12-31T23:59:59.999Z',
		'2100-12-31T23:59+01:00',
		'2100-12-31T22:59-01:00',
	])('hold %s', (text) => {
		expect(parseDateTime(text)).toMatchObject({ kind: 'read' });
	});

	it.each([
		'1999-12-31T23:59Z',
		'2000-01-01T00:59+01:00',
		'2100-12-31T23:00-01:00',
		'2101-01-01T00:00Z',
	])('do not hold %s: what counts is the instant', (text) => {
		expect(parseDateTime(text)).toEqual({ kind: 'outOfRange' });
	});
});

it.each([
	'America/Argentina/Buenos_Aires',
	'Asia/Ho_Chi_Minh',
	'Asia/Kathmandu',
	'Asia/Kolkata',
	'Asia/Yangon',
	'Europe/Kyiv',
])('%s is proposed for a slip, also where Intl lists it by its former name', (name) => {
	expect(() => timeZone(`${name}x`)).toThrow(`did you mean ${name}?`);
});
