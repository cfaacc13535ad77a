import { distanceWithin, nearestName } from '../../messages/distance';

describe('the distance of two words', () => {
	it.each([
		['', '', 0],
		['table', 'table', 0],
		['table', 'tables', 1],
		['table', 'cable', 1],
		['table', 'tabel', 2],
		['kitten', 'sitting', 3],
	])('"%s" and "%s": %i', (a, b, distance) => {
		expect(distanceWithin(a, b, 3)).toBe(distance);
		expect(distanceWithin(b, a, 3)).toBe(distance);
	});

	it('is not reckoned where the lengths are farther apart than is asked for', () => {
		expect(distanceWithin('ab', 'abcde', 3)).toBe(3);
		expect(distanceWithin('ab', 'abcdef', 3)).toBe(Infinity);
	});
});

describe('the name that was probably meant', () => {
	const names = ['customers', 'scheduled_messages', 'Scheduled Calls'];

	it.each<[given: string, meant: string | undefined]>([
		['scheduled_message', 'scheduled_messages'],
		['Scheduled Messages', 'scheduled_messages'],
		['scheduled-messages', 'scheduled_messages'],
		['scheduled...calls', 'Scheduled Calls'],
		['customer', 'customers'],
		['costumers', 'customers'],
		// One letter in five of a long name may differ: three of fifteen, but not of fourteen.
		['sceduled_mesage', 'scheduled_messages'],
		['sceduled_messa', undefined],
		// Too far, and too little left to compare.
		['invoices', undefined],
		['cu', undefined],
		['', undefined],
	])('"%s": %s', (given, meant) => {
		expect(nearestName(given, names)).toBe(meant);
	});

	it('is the nearest of several', () => {
		expect(nearestName('orders', ['order_list', 'ordered', 'orders_', 'border'])).toBe('orders_');
		expect(nearestName('abcd', ['abxy', 'abcx'])).toBe('abcx');
	});

	it('is none where as many letters would change as stay', () => {
		expect(nearestName('abc', ['xyc'])).toBeUndefined();
		expect(nearestName('abcd', ['xycd'])).toBe('xycd');
	});
});
