import { meaningOf, wordsOf } from './errorCodes';

/** The codes that concern sending (twilio.com/docs/api/errors), by whose fault each is. */
const ACCOUNT = [
	...[10001, 20003, 20005, 21212, 21601, 21609, 21660, 21661, 21701, 21704, 21705, 30002],
	...[35118, 63001, 63002, 63007, 63038, 63051, 63112, 90010],
];
const MESSAGE = [
	...[21211, 21265, 21266, 21408, 21608, 21610, 21612, 21614, 21617, 21620, 21635, 21654, 21655],
	...[21656, 35127, 63003, 63005, 63013, 63015, 63016, 63019, 63021, 63024, 63027, 63028, 63032],
	...[63033, 63034, 63035, 63036, 63040, 63041, 63042, 63049],
];
/** Others, of which the messages after them show whose it was, or which come with a status. */
const NOBODY = [
	...[14107, 20404, 20429, 21606, 21611, 21659, 21703, 30001, 30003, 30004, 30005, 30006, 30007],
	...[30008, 30020, 30022, 30023, 30032, 30034, 30036, 30400, 30409, 30410, 30450, 30453, 30500],
	...[35111, 35114, 35115, 35117, 35125, 35126, 63010, 63012, 63017, 63018],
];

it.each<[fault: 'account' | 'message' | undefined, codes: number[]]>([
	['account', ACCOUNT],
	['message', MESSAGE],
	[undefined, NOBODY],
])('is the fault of %s: %j', (fault, codes) => {
	for (const code of codes) {
		expect([code, meaningOf(String(code)).fault]).toEqual([code, fault]);
		// What stands in the item where a status has the code alone.
		expect([code, wordsOf(String(code))]).toEqual([
			code,
			expect.stringMatching(/^[A-Z].{9,}[^.]$/),
		]);
	}
});

it.each<[kind: string, codes: number[]]>([
	['rateLimited', [14107, 20429]],
	['unauthorized', [20003]],
	['notFound', [20404]],
	['forbidden', [21606, 21659, 21703]],
	['unavailable', [21611]],
	['rejected', [63038]],
])('is %s, whatever the HTTP status: %j', (kind, codes) => {
	const all = [...ACCOUNT, ...MESSAGE, ...NOBODY];
	expect(all.filter((code) => meaningOf(String(code)).kind === kind)).toEqual(codes);
});

it('certainly sent nothing where the queue was full', () => {
	const all = [...ACCOUNT, ...MESSAGE, ...NOBODY];
	expect(all.filter((code) => meaningOf(String(code)).notSent === true)).toEqual([21611]);
});

it.each(['99999', 'constructor', ''])('says nothing of %j', (code) => {
	expect([meaningOf(code), wordsOf(code)]).toEqual([{}, null]);
});
