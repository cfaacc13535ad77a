import { whapi } from '.';

const explain = (status: number, body: unknown) => whapi.parseError({ status, headers: {}, body });

/** The texts are the descriptions of the answers in the vendor's OpenAPI file (`sendMessageText`). */
it.each<[number, unknown, unknown]>([
	[400, { error: { code: 400, message: 'Bad to' } }, { text: 'Bad to', code: '400' }],
	[
		400,
		{ error: { code: 400, message: 'Bad', details: 'to must match', href: 'h', support: 's' } },
		{ text: 'Bad: to must match', code: '400' },
	],
	[
		404,
		{ error: { code: 404, message: 'Channel not found' } },
		{ text: 'Channel not found', code: '404', kind: 'unauthorized', fault: 'account' },
	],
	[
		402,
		{ error: { code: 402, message: 'Payment required' } },
		{
			text: 'Payment required',
			code: '402',
			fault: 'account',
			hint: expect.stringMatching(/plan of the channel/),
		},
	],
	[
		402,
		null,
		{
			text: '',
			code: undefined,
			fault: 'account',
			hint: expect.stringMatching(/plan of the channel/),
		},
	],
	// The token is right: nobody is to replace it.
	[
		401,
		{ error: { code: 401, message: 'Need channel authorization for send message' } },
		{
			text: 'Need channel authorization for send message',
			code: '401',
			kind: 'rejected',
			fault: 'account',
			hint: expect.stringMatching(/not logged in.*QR code/),
		},
	],
	[
		403,
		{ error: { code: 403, message: 'It is forbidden to send to this group/recipient' } },
		{
			text: 'It is forbidden to send to this group/recipient',
			code: '403',
			happened: 'does not allow the channel to write to this recipient',
			hint: expect.stringMatching(/this recipient/),
		},
	],
	[500, '<html>', null],
	[500, { error: 'oops' }, null],
	[500, [], null],
])('%d %j', (status, body, expected) => {
	expect(explain(status, body)).toEqual(expected);
});
