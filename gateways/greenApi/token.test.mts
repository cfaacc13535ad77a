import { greenApi } from '.';
import { toResponseError, toNetworkError, unexpectedResponseError } from '../transport/errors';
import type { GatewayError } from '../transport/gatewayError';
import { NetworkFailure, toNetworkFailure, type Outcome } from '../transport/request';
import quota from './fixtures/quota-exceeded.json';
import fresh from './fixtures/settings.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, messageTo, SECRET, TOKEN, wanted } from './testValues.mts';

/** All that an error can show anywhere. */
const textOf = (error: GatewayError) =>
	[
		error.message,
		error.stack,
		JSON.stringify(error),
		JSON.stringify(error.details),
		String(error.cause),
	].join();

function expectNoToken(text: string) {
	for (const secret of [TOKEN, encodeURIComponent(TOKEN), SECRET])
		expect(text).not.toContain(secret);
}

const path = `/waInstance1234/sendMessage/${encodeURIComponent(TOKEN)}`;
const who = { gateway: greenApi, credential };
const echoes: Array<[number, unknown]> = [
	[400, { statusCode: 400, path, message: `Validation failed at ${path}` }],
	[401, `Unauthorized: ${TOKEN}`],
	[403, { path }],
	[404, `Cannot POST ${path}`],
	[404, { message: `no route ${path} (${TOKEN})` }],
	[404, `<html>${path}</html>`],
	[429, path],
	[466, quota],
	[466, { invokeStatus: { status: `${TOKEN}_EXCEEDED`, description: path, used: 1, total: 1 } }],
	[466, { invokeStatus: { status: 'QUOTE_EXCEEDED', description: path, used: TOKEN, total: 1 } }],
	[500, { message: path }],
	[502, `${'x'.repeat(280)}${path}`],
	[302, path],
];

it.each(echoes)('an answer %d %j does not show the token', (status, body) => {
	const response = { status, headers: { location: path }, body };
	expectNoToken(textOf(toResponseError(who, response, { idempotent: false, attempts: 2 })));
	expectNoToken(textOf(unexpectedResponseError(who, response, '"idMessage"', true)));
	expectNoToken(JSON.stringify(greenApi.parseError({ ...response, body: { path, url: path } })));
});

const silences = ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'ERR_CANCELED', null];

it.each(silences)('no answer (%s) does not show the token', (code) => {
	expectNoToken(
		textOf(toNetworkError(who, toNetworkFailure(code), { idempotent: false, attempts: 1 })),
	);
});

it.each([
	...echoes.map(([status, body]): Outcome => ({ status, headers: {}, body })),
	...silences.map((code) => toNetworkFailure(code)),
	ok(path),
	ok({ path }),
])('no method of the gateway shows it when the answer is %j', async (outcome) => {
	const { connection } = fakeGateway(greenApi, credential, () => outcome);
	const message = messageTo('+11001234567', { type: 'text', text: 'Hello' });
	const registration = greenApi.registration!;
	const tries = [
		greenApi.send(connection, message),
		greenApi.lookup!(connection, 'a', message.recipient),
		greenApi.testCredential(connection),
		registration.check(connection, wanted),
		registration.register(connection, wanted, null),
		registration.remove(connection, wanted, null),
	];
	const results = await Promise.allSettled(tries);
	expect(results.map(({ status }) => status)).toEqual(tries.map(() => 'rejected'));
	for (const result of results) expectNoToken(textOf((result as PromiseRejectedResult).reason));
});

it('a gateway that cannot be reached is named without the path', () => {
	const error = toNetworkError(who, new NetworkFailure('unreachable', 'ECONNREFUSED'), {
		idempotent: false,
		attempts: 1,
	});
	expect(error.message).toBe(
		'GREEN-API cannot be reached at https://1101.api.green-api.com (ECONNREFUSED)',
	);
});

it('what the gateway keeps and gives out does not hold it', async () => {
	const { connection, requests } = fakeGateway(greenApi, credential, ({ url }) =>
		ok(url.includes('getSettings') ? fresh : { saveSettings: true, idMessage: 'a' }),
	);
	const message = messageTo('+11001234567', { type: 'text', text: 'Hello' });
	const given = [
		await greenApi.send(connection, message),
		await greenApi.registration!.register(connection, wanted, null),
		greenApi.account(credential),
		requests.map(({ body, headers, query }) => ({ body, headers, query })),
	];
	expect(JSON.stringify(given)).not.toContain(TOKEN);
	expect(JSON.stringify(given)).not.toContain(encodeURIComponent(TOKEN));
});
