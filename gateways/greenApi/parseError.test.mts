import { greenApi } from '.';
import quota from './fixtures/quota-exceeded.json';

const explain = (status: number, body: unknown) =>
	greenApi.parseError({ status, headers: {}, body });

const CALLS = { fault: 'account', hint: expect.stringMatching(/plan in the console/) };

it.each<[number, unknown, unknown]>([
	[
		400,
		'instance account not authorized\n',
		{
			text: 'instance account not authorized',
			fault: 'account',
			hint: expect.stringMatching(/QR code/),
		},
	],
	[
		400,
		{ statusCode: 400, path: '/waInstance1/x/t', message: "'chatId' is bad" },
		{ text: "'chatId' is bad" },
	],
	[400, { path: '/waInstance1/x/t' }, null],
	[400, '', null],
	[401, '', { text: 'wrong apiTokenInstance', fault: 'account' }],
	[401, 'Unauthorized', { text: 'Unauthorized', fault: 'account' }],
	[
		403,
		null,
		{ text: 'wrong idInstance', fault: 'account', hint: expect.stringMatching(/"idInstance"/) },
	],
	[
		404,
		'<html>404</html>',
		{
			text: 'wrong method: the "API URL" may be another service\'s',
			fault: 'account',
			hint: expect.stringMatching(/"API URL"/),
		},
	],
	[429, '', { text: 'too many requests a second' }],
	[
		466,
		{ ...quota, correspondentsStatus: { ...quota.correspondentsStatus, status: 'OK' } },
		{ text: '... (3 of 3 used)', code: 'QUOTE_EXCEEDED', ...CALLS },
	],
	[466, quota, { text: '... (3 of 3 used); ... (3 of 3 used)', code: 'QUOTE_EXCEEDED', ...CALLS }],
	[
		466,
		{ correspondentsStatus: { status: 'CORRESPONDENTS_QUOTE_EXCEEDED' } },
		{
			text: "a quota of the instance's plan is used up",
			code: 'CORRESPONDENTS_QUOTE_EXCEEDED',
			kind: 'forbidden',
			hint: expect.stringMatching(/no further chat/),
		},
	],
	[466, {}, { text: "a quota of the instance's plan is used up" }],
	[500, { message: 7 }, { text: '7' }],
	[502, '', null],
])('%d %j', (status, body, expected) => {
	expect(explain(status, body)).toEqual(expected);
});
