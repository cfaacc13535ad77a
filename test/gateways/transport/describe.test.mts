import { gateways } from '../../../gateways/registry';
import type { Credential } from '../../../gateways/gateway';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { GatewayError } from '../../../gateways/transport/gatewayError';
import { redact } from '../../../gateways/transport/errors';
import { chatWhatsApp } from '../../../gateways/chatWhatsApp';
import { NetworkFailure, type Outcome } from '../../../gateways/transport/request';
import {
	answer,
	create,
	credential,
	KEY,
	reach,
	read,
	rejection,
	SECRET,
} from './surroundings.mts';

const once = { policy: { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 } };
const errorOf = async (outcome: Outcome, used: Credential = credential) =>
	await rejection(reach([outcome], { ...once, credential: used }).connection.request(read));
const said = (error: string) => ({ success: false, error });

it.each<[string, Outcome, string, string, string]>([
	[
		'400',
		answer(400, said('Invalid phone number')),
		'rejected',
		'ChatWhatsApp rejected the request: "Invalid phone number" (HTTP 400)',
		'Check the values of this item.',
	],
	[
		'401',
		answer(401, said('Invalid API key')),
		'unauthorized',
		'ChatWhatsApp does not accept the credential: "Invalid API key" (HTTP 401)',
		'Check "API Key" in the Message Gateway API credential.',
	],
	[
		'403',
		answer(403, said('This API key can only access its own session')),
		'forbidden',
		'ChatWhatsApp does not allow this credential to do that: "This API key can only access its own session" (HTTP 403)',
		'Check that "API Key" belongs to the account in the Message Gateway API credential.',
	],
	[
		'404',
		answer(404, said('Session not found')),
		'notFound',
		'ChatWhatsApp has no session with this "Session ID": "Session not found" (HTTP 404)',
		'Enter the id of your session as "Session ID" in the Message Gateway API credential. If it is right, check "Base URL": the session may be at another installation.',
	],
	[
		'402',
		answer(402, said('Please pay')),
		'rejected',
		'ChatWhatsApp rejected the request: "Please pay" (HTTP 402)',
		'The plan of the account is not paid, or its quota is used up. Check the plan at the gateway.',
	],
	[
		'404 of something else',
		answer(404, said('Not here')),
		'notFound',
		'ChatWhatsApp does not find the requested object: "Not here" (HTTP 404)',
		'Check the id, and the account and "Base URL" in the Message Gateway API credential.',
	],
	[
		'408',
		answer(408),
		'unavailable',
		'ChatWhatsApp could not handle the request: HTTP 408',
		'Retry later. If this continues, check the state of the gateway.',
	],
	[
		'429',
		answer(429, said('Slow down')),
		'rateLimited',
		'ChatWhatsApp is limiting the request rate: "Slow down" (HTTP 429)',
		'Wait a moment, or reduce "Max Parallel Requests" under Options.',
	],
	[
		'500',
		answer(500, '<html><body>Internal Server Error</body></html>'),
		'unavailable',
		'ChatWhatsApp could not handle the request: HTTP 500',
		'Retry later. If this continues, check the state of the gateway.',
	],
	[
		'503 in plain words',
		answer(503, ' Service Unavailable\n'),
		'unavailable',
		'ChatWhatsApp could not handle the request: "Service Unavailable" (HTTP 503)',
		'Retry later. If this continues, check the state of the gateway.',
	],
	[
		'302',
		answer(302, ''),
		'unexpectedResponse',
		'ChatWhatsApp redirected the request to another URL: HTTP 302',
		'Enter the final URL as "Base URL" in the credential; currently it is https://api.chatwhatsapp.in.',
	],
	[
		'nobody listening',
		new NetworkFailure('unreachable', 'ECONNREFUSED'),
		'unreachable',
		'ChatWhatsApp cannot be reached at https://api.chatwhatsapp.in (ECONNREFUSED)',
		'Check "Base URL" in the Message Gateway API credential, and that n8n can reach that URL.',
	],
	[
		'a reset',
		new NetworkFailure('broken', 'ECONNRESET'),
		'unreachable',
		'The connection to ChatWhatsApp at https://api.chatwhatsapp.in was interrupted (ECONNRESET)',
		'Check "Base URL" in the Message Gateway API credential, and that n8n can reach that URL.',
	],
	[
		'a time-out',
		new NetworkFailure('timedOut', 'ETIMEDOUT'),
		'timedOut',
		'ChatWhatsApp did not respond in time (ETIMEDOUT)',
		'Retry, or increase "Timeout" under Options.',
	],
])('says after %s who, what, and what to do', async (_, outcome, kind, message, hint) => {
	const error = await errorOf(outcome);
	expect(error).toBeInstanceOf(GatewayError);
	expect([error.kind, error.message, error.details.hint]).toEqual([kind, message, hint]);
});

it('cuts a long reason, and leaves out what is no reason', async () => {
	const long = await errorOf(answer(400, said('x'.repeat(10_000))));
	expect(long.message.length).toBeLessThan(400);
	for (const body of ['y'.repeat(201), '<p>no</p>', 7, null, [], { error: {} }]) {
		const { message } = await errorOf(answer(400, body));
		expect(message).toBe('ChatWhatsApp rejected the request: HTTP 400');
	}
});

describe('no token comes out', () => {
	const PASSWORD = 'p@ss word';
	const hidden: Credential = {
		...credential,
		chatWhatsAppUrl: `http://gate-user:${encodeURIComponent(PASSWORD)}@localhost:3000/`,
		chatWhatsAppApiKey: `\t${KEY}\n`,
		webhookSecret: ` ${SECRET}`,
	};
	const tokens = [KEY, SECRET, PASSWORD, 'gate-user'].flatMap((token) => [
		token,
		encodeURIComponent(token),
	]);
	const leaky = tokens.map((token) => `[${token}]`).join(' ');
	const shown = ({ message, details }: GatewayError) =>
		JSON.stringify([message, details.hint, details.code]);
	const clean = (error: GatewayError) => {
		expect(error).toBeInstanceOf(GatewayError);
		for (const token of tokens) expect(shown(error)).not.toContain(token);
	};

	it.each([301, 400, 401, 403, 404, 408, 418, 429, 500, 503])('after %d', async (status) => {
		for (const body of [said(leaky), leaky.slice(0, 190), { message: leaky }]) {
			clean(await errorOf(answer(status, body), hidden));
		}
		const { message } = await errorOf(answer(status, said(leaky)), hidden);
		expect(message).toContain('[***]');
	});

	it.each(['unreachable', 'timedOut', 'broken', 'aborted', 'unsent'] as const)(
		'where there is no answer: %s',
		async (why) => {
			for (const wanted of [read, create]) {
				const { connection } = reach([new NetworkFailure(why, 'ECODE')], {
					...once,
					credential: hidden,
				});
				clean(await rejection(connection.request(wanted)));
			}
		},
	);

	it('where a success is not what is documented', () => {
		const { connection } = reach([], { credential: hidden });
		for (const body of [said(leaky), leaky, { message: leaky }, null]) {
			clean(connection.unexpected(answer(200, body), '"id"', true));
		}
	});

	it('though one token begins with another', () => {
		const nested = { ...credential, chatWhatsAppApiKey: 'abcd', webhookSecret: 'abcdefgh' };
		const who = { gateway: chatWhatsApp, credential: nested };
		expect(redact(who, 'abcdefgh abcd')).toBe('*** ***');
	});

	it('but words are left alone, where there is no token or a very short one', () => {
		const short = { ...credential, chatWhatsAppApiKey: 'abc', webhookSecret: '' };
		const text = 'abc is not the key';
		expect(redact({ gateway: chatWhatsApp, credential: short }, text)).toBe(text);
	});

	it('of any gateway', async () => {
		for (const gateway of gateways) {
			const fields = gateway.credentialFields.map(({ name, secret, default: preset }) => [
				name,
				name.endsWith('Url') ? 'https://example.com' : secret ? `${name}-token` : (preset ?? '77'),
			]);
			const used: Credential = { ...Object.fromEntries(fields), gateway: gateway.id };
			const secrets = gateway.credentialFields.filter(({ secret }) => secret);
			expect(secrets.length).toBeGreaterThan(0);
			const text = secrets.map(({ name }) => used[name]).join(' ');
			for (const status of [400, 401, 403, 404, 429, 500]) {
				const bodies = [{ error: text }, { message: text }, { error: { message: text } }, text];
				for (const body of bodies) {
					const { connection } = reach([answer(status, body)], {
						...once,
						gateway,
						credential: used,
					});
					const error = await rejection(connection.request(read));
					expect(error).not.toBeInstanceOf(InvalidParameterError);
					expect(error.message).toContain(gateway.label);
					expect(shown(error)).not.toContain('-token');
				}
			}
		}
	});
});

describe('a success that is not what is documented', () => {
	const { connection } = reach([]);

	it('names what is missing', () => {
		const error = connection.unexpected(answer(200, { success: true }), '"scheduled"', true);
		expect(error).toMatchObject({
			kind: 'unexpectedResponse',
			message:
				'ChatWhatsApp at https://api.chatwhatsapp.in returned a response without "scheduled"',
			details: {
				hint: 'Check "Base URL" in the Message Gateway API credential: it may be the URL of another service.',
				status: 200,
				outcomeUnknown: true,
			},
		});
	});

	it("tells the vendor's words, if there are any", () => {
		const error = connection.unexpected(answer(200, said('Session busy')), '"scheduled"', false);
		expect(error.message).toMatch(/without "scheduled": "Session busy"$/);
		expect(error.details.outcomeUnknown).toBe(false);
	});

	it.each(['<html></html>', '', '{"success":tr'])('says that %j is not JSON', (body) => {
		expect(connection.unexpected(answer(200, body), '"id"', false).message).toBe(
			'ChatWhatsApp at https://api.chatwhatsapp.in returned a response that is not JSON',
		);
	});
});

it('takes a 2xx that says whose fault it is for a refusal', () => {
	const { connection } = reach([], once);
	const unexpected = (body: unknown) => connection.unexpected(answer(200, body), '"id"', true);
	expect(unexpected(said('Session not authenticated.')).details).toMatchObject({
		fault: 'account',
		outcomeUnknown: false,
		hint: expect.stringContaining('QR code'),
	});
	expect(unexpected(said('Something else')).details).toMatchObject({
		fault: undefined,
		outcomeUnknown: true,
		hint: expect.stringContaining('"Base URL"'),
	});
});
