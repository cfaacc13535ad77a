import { personIn } from '../../../stores/doNotContact/person';

it.each<[string | number, string]>([
	['+1 (415) 523-8886', '+14155238886'],
	[14_155_238_886, '+14155238886'],
	['“+14155238886”,', '+14155238886'],
	['- 14155238886 -', '+14155238886'],
	['14155238886:3@s.whatsapp.net', '+14155238886'],
	[' 212738495827364:12@lid ', '212738495827364@lid'],
	// Addresses of gateways, as those report them.
	['US.13491208655302741918', 'US.13491208655302741918'],
	['ana.diaz@example.com', 'ana.diaz@example.com'],
	['Özlem1', 'Özlem1'],
	['4ana', '4ana'],
	['a@b', 'a@b'],
	['ana.diaz7', 'ana.diaz7'],
])('%j means %s', (person, meant) => expect(personIn({ person })).toBe(meant));

it.each([
	null,
	'',
	' ',
	'Ana',
	'Ana Diaz',
	'Ana Diaz 7',
	'ana@example.com and ben@example.com',
	'ana@example.com ben',
	'@ana7',
	'=ana7',
	'12/34',
	'01512345678',
	'0151-2345678',
	'tel:+14155238886',
	'a:+1',
	'...',
])('%j means nobody whom a message could reach', (person) =>
	expect(personIn({ person })).toBeNull(),
);
