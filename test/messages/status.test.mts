import { isStatus, mapStatus, STATUS_NAMES, STATUSES, type Status } from '../../messages/status';

/** The table of the architecture, to the letter: rank, and whether nothing more is expected. */
const DOCUMENTED: ReadonlyArray<[Status, number, boolean]> = [
	['unknown', 0, false],
	['scheduled', 10, false],
	['unconfirmed', 15, false],
	['queued', 20, false],
	['suspended', 25, false],
	['sent', 30, false],
	['failed', 35, true],
	['delivered', 40, false],
	['read', 50, false],
	['played', 60, true],
	['expired', 90, true],
	['cancelled', 90, true],
	['deleted', 95, true],
];

/** What a plain property look-up would find on the prototype. */
const PROTOTYPE_WORDS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

it('has exactly the documented words, ranks and ends, lowest rank first', () => {
	expect(
		Object.entries(STATUSES).map(([name, { rank, isFinal }]) => [name, rank, isFinal]),
	).toEqual(DOCUMENTED);
	expect(STATUS_NAMES).toEqual(DOCUMENTED.map(([name]) => name));
});

it('tells each word in other words', () => {
	const meanings = Object.values(STATUSES).map(({ meaning }) => meaning);
	expect(new Set(meanings).size).toBe(DOCUMENTED.length);
});

it.each(STATUS_NAMES)('knows %s', (name) => expect(isStatus(name)).toBe(true));

it.each([...PROTOTYPE_WORDS, 'Sent', '', null, undefined, 30, {}, ['sent']])(
	'does not know %j',
	(word) => expect(isStatus(word)).toBe(false),
);

describe("a vendor's word", () => {
	const table = { PENDING: 'queued', OK: 'sent' } as const;

	it('is looked up', () => {
		expect(mapStatus(table, 'PENDING')).toBe('queued');
		expect(mapStatus(table, 'OK')).toBe('sent');
	});

	it.each([...PROTOTYPE_WORDS, 'ok', 'sent', '', null, undefined, 0, {}, ['OK']])(
		'is unknown: %j',
		(word) => expect(mapStatus(table, word)).toBe('unknown'),
	);
});
