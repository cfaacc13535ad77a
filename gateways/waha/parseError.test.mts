import { waha } from '.';
import noLid from './fixtures/no-lid.json';
import noMessage from './fixtures/no-message.json';
import noSession from './fixtures/no-session.json';
import notWorking from './fixtures/not-working.json';
import plusOnly from './fixtures/plus-only.json';
import sessionNotFound from './fixtures/session-not-found.json';
import unauthorized from './fixtures/unauthorized.json';
import { notLoaded } from './testValues.mts';

const parse = (status: number, body: unknown) => waha.parseError({ status, headers: {}, body });
const thrown = (message: string) => ({ ...noLid, exception: { ...noLid.exception, message } });

it.each<[number, unknown, object | null]>([
	[401, unauthorized, { text: 'Unauthorized' }],
	[403, { message: 'Forbidden', statusCode: 403 }, { text: 'Forbidden', fault: 'account' }],
	[404, noMessage, { text: 'Message not found' }],
	[404, sessionNotFound, { text: 'Session not found', fault: 'account' }],
	[422, noSession, { text: 'Session "shop" does not exist', fault: 'account' }],
	[422, plusOnly, { fault: 'message', hint: expect.stringContaining('2026.6.1') }],
	[
		422,
		{ message: "WAHA Core support only 'default' session. You tried to access 'x' session …" },
		{ fault: 'account', hint: expect.stringContaining('"default"') },
	],
	[
		422,
		{ message: 'Use "devlikeapro/waha:chrome" docker image to send video in WEBJS' },
		{ fault: 'message' },
	],
	[
		501,
		{ statusCode: 501, message: "The method is not implemented by 'WPP' engine." },
		{ kind: 'rejected', fault: 'message' },
	],
	[500, noLid, { text: noLid.exception.message, code: '2', kind: 'rejected', fault: 'message' }],
	[
		500,
		thrown('server returned error 463'),
		{
			kind: 'rateLimited',
			isPerRecipient: true,
			retryAfterMs: 3_600_000,
			hint: expect.stringContaining('do not restart'),
		},
	],
	[
		500,
		notLoaded,
		{
			text: 'Request failed with status code 404',
			kind: 'rejected',
			fault: 'message',
			happened: 'could not load the file',
			hint: 'Check "Media URL".',
		},
	],
	[500, thrown('Protocol error'), { text: 'Protocol error' }],
	[
		400,
		{ statusCode: 400, message: ['a must be b', 7, 'c'], error: 'Bad Request' },
		{ text: 'a must be b; c' },
	],
	[
		404,
		{ error: { code: 404, key: 'FILE_NOT_FOUND', message: 'File not found', details: 'gone' } },
		{ text: 'File not found: gone', code: 'FILE_NOT_FOUND' },
	],
	[502, '<html>', null],
	[500, {}, null],
	[500, { message: [] }, null],
])('%d %j', (status, body, expected) => {
	if (expected === null) return expect(parse(status, body)).toBeNull();
	expect(parse(status, body)).toMatchObject(expected);
});

it.each([
	['STARTING', 'is still starting'],
	['SCAN_QR_CODE', 'Scan its QR code'],
	['FAILED', 'has failed'],
	['STOPPED', 'Start it'],
	['NEW_WORD', 'is NEW_WORD and not WORKING'],
	['toString', 'is toString and not WORKING'],
])('a session that is %s: nothing was sent, and what to do', (status, words) => {
	expect(parse(422, { ...notWorking, status })).toEqual({
		text: notWorking.error,
		code: undefined,
		fault: 'account',
		happened: 'has a session that does not work',
		hint: expect.stringContaining(words),
	});
});

it('leaves errors that nobody explains without a fault: they may have been sent', () => {
	const texts = ['Execution context was destroyed', 'Request failed with status code 404'];
	for (const text of texts) {
		for (const status of [500, 502, 504]) {
			expect(parse(status, thrown(text))).not.toHaveProperty('fault');
		}
	}
});
