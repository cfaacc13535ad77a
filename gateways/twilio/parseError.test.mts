import { connect } from '../transport/connection';
import { GatewayError } from '../transport/gatewayError';
import tooMany from './fixtures/too-many-requests.json';
import unauthorized from './fixtures/unauthorized.json';
import unverified from './fixtures/unverified-recipient.json';
import { twilio } from './index';
import { credential, message, TOKEN } from './testValues.mts';

async function refusal(status: number, body: unknown, headers = {}): Promise<GatewayError> {
	const connection = connect(
		twilio,
		credential,
		{
			send: async () => ({ status, headers, body }),
			now: () => 0,
			sleep: async () => {},
			random: () => 0,
		},
		{ policy: { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 } },
	);
	const error: unknown = await twilio.send(connection, message).catch((caught: unknown) => caught);
	if (!(error instanceof GatewayError)) throw new Error(`no refusal but ${String(error)}`);
	return error;
}

const coded = (code: number, status = 400) => ({ code, message: `text of ${code}`, status });

/** Whose fault it is: `account` holds all messages back, `message` concerns this one alone. */
it.each<[status: number, body: unknown, kind: string, fault: string | undefined, isOpen?: true]>([
	[401, unauthorized, 'unauthorized', 'account'],
	[403, coded(20003, 403), 'unauthorized', 'account'],
	[403, coded(20005, 403), 'forbidden', 'account'],
	[404, coded(20404, 404), 'notFound', undefined],
	[429, tooMany, 'rateLimited', undefined],
	[400, coded(20429), 'rateLimited', undefined],
	[429, coded(14107, 429), 'rateLimited', undefined],
	[500, coded(20500, 500), 'unavailable', undefined, true],
	[503, coded(20503, 503), 'unavailable', undefined, true],
	[400, coded(21211), 'rejected', 'message'],
	[400, coded(21610), 'rejected', 'message'],
	[400, unverified, 'rejected', 'message'],
	[400, coded(21612), 'rejected', 'message'],
	[400, coded(21617), 'rejected', 'message'],
	[400, coded(21609), 'rejected', 'account'],
	// A recipient in another country is refused by the same codes as a wrong sender.
	[400, coded(21606), 'forbidden', undefined],
	[400, coded(21659), 'forbidden', undefined],
	[400, coded(21703), 'forbidden', undefined],
	[400, coded(21661), 'rejected', 'account'],
	[400, coded(10001), 'rejected', 'account'],
	[429, coded(63038, 429), 'rejected', 'account'],
	[400, coded(21660), 'rejected', 'account'],
	[400, coded(21701), 'rejected', 'account'],
	[400, coded(21705), 'rejected', 'account'],
	[400, coded(63007), 'rejected', 'account'],
	// The queue of the sender is full: nothing was sent, and later there is room.
	[400, coded(21611), 'unavailable', undefined],
	[400, coded(35114), 'rejected', undefined],
	[400, coded(99999), 'rejected', undefined],
	// RFC 9457, of the newest hosts.
	[
		400,
		{ type: 'x', title: 'Bad', status: 400, code: 21211, detail: 'why' },
		'rejected',
		'message',
	],
	[502, 'Bad Gateway', 'unavailable', undefined, true],
])('%d %j: %s, fault %s', async (...row) => {
	const [status, body, kind, fault, isOpen = false] = row;
	const { kind: told, details } = await refusal(status, body);
	expect([told, details.fault, details.outcomeUnknown]).toEqual([kind, fault, isOpen]);
	expect(details.hint).toEqual(expect.any(String));
});

it('says Twilio’s text and code, and what to do', async () => {
	const error = await refusal(400, coded(21610));
	expect(error.message).toBe('Twilio rejected the request: "text of 21610" (HTTP 400)');
	expect(error.details).toMatchObject({
		code: '21610',
		hint: expect.stringContaining('STOP'),
	});
	const rfc = await refusal(400, { title: 'Bad', code: 21211, detail: 'why' });
	expect(rfc.message).toContain('"why"');
	const bare = await refusal(400, { code: 21211 });
	expect(bare.message).toContain('"The recipient is not a valid number"');
});

it('tells how many requests Twilio counts, where it limits them', async () => {
	const headers = { 'twilio-concurrent-requests': '27' };
	const { details } = await refusal(429, tooMany, headers);
	expect(details.hint).toBe(
		'Twilio counts 27 concurrent requests of this account. Reduce "Max Parallel Requests" under Options.',
	);
	expect((await refusal(400, coded(21211), headers)).details.hint).not.toContain('27');
	const odd = { 'twilio-concurrent-requests': '<b>' };
	expect((await refusal(429, tooMany, odd)).details.hint).not.toContain('<b>');
});

it('lets no token out', async () => {
	const token = 'a-long-auth-token-0123456789';
	const using = { ...credential, twilioAuthToken: token };
	expect(TOKEN).not.toBe(token);
	const connection = connect(twilio, using, {
		send: async () => ({ status: 400, headers: {}, body: { code: 1, message: `no ${token}` } }),
		now: () => 0,
		sleep: async () => {},
		random: () => 0,
	});
	const error: unknown = await twilio.send(connection, message).catch((caught: unknown) => caught);
	expect((error as Error).message).toContain('no ***');
	expect(JSON.stringify(error)).not.toContain(token);
});
