import { GatewayError } from '../transport/gatewayError';
import type { Outcome } from '../transport/request';
import { evolutionApi } from '.';
import closed from './fixtures/connection-closed.json';
import closed223 from './fixtures/connection-closed-2.2.3.json';
import graphError from './fixtures/graph-error.json';
import licence from './fixtures/licence-required.json';
import notOnWhatsApp from './fixtures/not-on-whatsapp.json';
import schemaError from './fixtures/schema-error.json';
import unauthorized from './fixtures/unauthorized.json';
import unknownInstance from './fixtures/unknown-instance.json';
import { KEY, messageTo, server } from './testValues.mts';

const bad = (...message: unknown[]) => ({
	status: 400,
	error: 'Bad Request',
	response: { message },
});
/** What the host of a voice note's file answered, as the server hands it on. */
const notLoaded = (status: number): [number, unknown] => [
	status,
	{ status, error: 'x', response: { message: `Request failed with status code ${status}` } },
];
const failed = (message: unknown) => ({
	status: 500,
	error: 'Internal Server Error',
	response: { message },
});

async function refusalOf(status: number, body: unknown) {
	const answer: Outcome = { status, headers: {}, body };
	const there = server(() => answer);
	const message = messageTo('+491511234', { type: 'text', text: 'x' });
	const error: unknown = await evolutionApi
		.send(there.connection, message)
		.catch((caught: unknown) => caught);
	if (!(error instanceof GatewayError)) throw new Error(`no refusal but ${String(error)}`);
	return { error, attempts: there.asked().length };
}

describe('a send that is refused', () => {
	it.each<
		[number, unknown, string, 'account' | 'message' | undefined, 'unknown' | 'certain', RegExp]
	>([
		[503, licence, 'forbidden', 'account', 'certain', /has no activated licence.*not activated/],
		[401, unauthorized, 'unauthorized', undefined, 'certain', /Unauthorized/],
		[404, unknownInstance, 'notFound', 'account', 'certain', /"invalid-instance" instance/],
		[404, bad('Cannot POST /x'), 'notFound', 'account', 'certain', /Cannot POST/],
		[400, notOnWhatsApp, 'rejected', 'message', 'certain', /the number 491511234 is not on/],
		[400, schemaError, 'rejected', undefined, 'certain', /instance requires property "webhook"/],
		[400, bad(['Invalid format']), 'rejected', undefined, 'certain', /Invalid format/],
		[400, bad('Text is required'), 'rejected', undefined, 'certain', /Text is required/],
		[
			400,
			bad(['instance requires property "textMessage"']),
			'rejected',
			'account',
			'certain',
			/textMessage/,
		],
		[400, bad('Owned media must be a url or base64'), 'rejected', 'message', 'certain', /Owned/],
		[400, closed, 'unavailable', undefined, 'unknown', /has lost its connection to WhatsApp/],
		[500, closed223, 'unavailable', undefined, 'unknown', /has lost its connection to WhatsApp/],
		[500, failed(['Error: Connection Closed']), 'unavailable', undefined, 'unknown', /lost/],
		[400, bad('SessionError: No sessions'), 'rejected', undefined, 'certain', /No sessions/],
		[400, bad('Error: Timed Out'), 'unavailable', undefined, 'unknown', /while it sent/],
		// Only at its beginning is it the server's database: see send.test.mts.
		[
			400,
			bad('Error: no PrismaClientKnownRequestError: x'),
			'unavailable',
			undefined,
			'unknown',
			/while it sent/,
		],
		[
			500,
			failed('PrismaClientKnownRequestError: before the send'),
			'unavailable',
			undefined,
			'unknown',
			/before the send/,
		],
		[400, bad('[object Object]'), 'rejected', undefined, 'certain', /object Object/],
		[
			500,
			failed('AxiosError: Request failed with status code 404'),
			'rejected',
			'message',
			'certain',
			/AxiosError/,
		],
		[
			500,
			failed(['Error: Failed to fetch stream from https://files.example/gone.pdf']),
			'rejected',
			'message',
			'certain',
			/Failed to fetch stream/,
		],
		[...notLoaded(401), 'rejected', 'message', 'certain', /status code 401/],
		[...notLoaded(403), 'rejected', 'message', 'certain', /status code 403/],
		[...notLoaded(404), 'rejected', 'message', 'certain', /status code 404/],
		[...notLoaded(429), 'rejected', 'message', 'certain', /status code 429/],
		[...notLoaded(503), 'rejected', 'message', 'certain', /status code 503/],
		[
			500,
			failed('getaddrinfo ENOTFOUND files.example'),
			'rejected',
			'message',
			'certain',
			/ENOTFOUND/,
		],
		// Not of a file: whatever else failed with such words.
		[
			500,
			failed('x: Request failed with status code 404'),
			'unavailable',
			undefined,
			'unknown',
			/x:/,
		],
		[500, failed('Cannot read properties'), 'unavailable', undefined, 'unknown', /Cannot read/],
		[502, '<html>Bad Gateway</html>', 'unavailable', undefined, 'unknown', /HTTP 502/],
		[503, {}, 'unavailable', undefined, 'unknown', /HTTP 503/],
		// Only a success has Meta's words for a refusal.
		[400, graphError, 'rejected', undefined, 'certain', /131030/],
	])('%d %j: %s', async (status, body, kind, fault, certainty, words) => {
		const { error, attempts } = await refusalOf(status, body);
		expect(error.kind).toBe(kind);
		expect(error.details.fault).toBe(fault);
		expect(error.details.outcomeUnknown).toBe(certainty === 'unknown');
		expect(error.message).toMatch(words);
		expect(attempts).toBe(1);
	});

	it.each<[unknown, RegExp]>([
		[licence, /Activate the licence in the server's manager/],
		[unknownInstance, /the name, not the ID/],
		[closed, /Restart the instance in the manager.*even if its state is "open"/],
		[bad('[object Object]'), /group/],
		[notLoaded(429)[1], /^Check "Media URL": the server could not load the file\.$/],
		[failed(['Error: Failed to fetch stream from https://a.example/x']), /Check "Media URL"/],
	])('%j says what to do', async (body, hint) => {
		const status = body === licence ? 503 : (body as { status: number }).status;
		expect((await refusalOf(status, body)).error.details.hint).toMatch(hint);
	});

	it('never tells the key', async () => {
		const { error } = await refusalOf(400, bad(`Error: no such key ${KEY}`));
		expect(JSON.stringify([error.message, error])).not.toContain(KEY);
	});
});

it('the licence is not waited for: it does not pass by itself, not for a read either', async () => {
	const there = server(() => ({ status: 503, headers: {}, body: licence }));
	await expect(evolutionApi.testCredential(there.connection)).rejects.toMatchObject({
		kind: 'forbidden',
		message: 'Evolution API has no activated licence: "service not activated" (HTTP 503)',
		details: { code: 'LICENSE_REQUIRED', fault: 'account' },
	});
	expect(there.requests).toHaveLength(1);
});

it.each([
	['', null],
	['<html>', null],
	[null, null],
	[[], null],
	[{}, null],
	[{ response: { message: [[[['too deep']]]] } }, null],
	[{ response: { message: [{ exists: true }, 7, 'x'] } }, { text: 'x' }],
	[{ error: 'Bad Request', response: {} }, { text: 'Bad Request' }],
	[{ message: 'a', response: { message: ['b', ['c']] } }, { text: 'b; c' }],
])('%j', (body, expected) => {
	const said = evolutionApi.parseError({ status: 418, headers: {}, body });
	expect(said).toEqual(expected);
});
