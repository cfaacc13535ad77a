import { isChat, personOf } from './person';

const PHONE = '4915112345678@s.whatsapp.net';
const LID = '212738495827364@lid';

it.each<[string | null, boolean]>([
	[PHONE, true],
	[LID, true],
	['120363039326117111@g.us', true],
	[null, true],
	['120363144038483540@newsletter', false],
	['status@broadcast', false],
	['1612345678@broadcast', false],
	['broadcast@g.us', true],
	['x@newsletter.example', true],
])('persons write to the account in %s: %s', (address, expected) => {
	expect(isChat(address)).toBe(expected);
});

it.each<[what: string, addresses: Array<string | null>, from: string | null, lid: string | null]>([
	['the number', [PHONE], PHONE, null],
	['the number, whatever comes first', [LID, PHONE], PHONE, LID],
	['the number, whatever comes last', [PHONE, LID], PHONE, LID],
	['the LID where there is no number', [null, LID], LID, LID],
	['the first of two without a number', ['x@y', LID], 'x@y', LID],
	['the first of two numbers', [PHONE, '14155238886@c.us'], PHONE, null],
	['nobody', [null, ''], null, null],
	['nobody of nothing', [], null, null],
])('a person is %s', (_, addresses, from, lid) => {
	const person = personOf(...addresses);
	expect([person.from?.address ?? null, person.fromLid]).toEqual([from, lid]);
});
