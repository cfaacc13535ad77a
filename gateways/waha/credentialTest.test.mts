import { waha } from '.';
import session from './fixtures/session.json';
import notFound from './fixtures/session-not-found.json';
import unauthorized from './fixtures/unauthorized.json';
import { ok } from '../../test/gateways/fakeGateway.mts';
import type { Outcome } from '../transport/request';
import { behind, credential, KEY, refusal, SERVERS } from './testValues.mts';

async function test(answer: Outcome, server: object | null = SERVERS.noweb) {
	const { connection, requests } = behind(server, () => answer);
	return { told: await waha.testCredential(connection), requests };
}

it('asks for the session, and of one that works for the version', async () => {
	const { told, requests } = await test(ok(session));
	expect(told).toEqual({ ready: true, message: 'The WAHA session works.' });
	expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
		'GET /api/sessions/default',
		'GET /api/server/version',
	]);
});

it.each([
	['STOPPED', 'is stopped. Start it'],
	['STARTING', 'is still starting'],
	['SCAN_QR_CODE', 'Scan its QR code'],
	['PASSKEY_REQUIRED', 'waits for a passkey'],
	['PASSKEY_CONFIRMATION_REQUIRED', 'confirmation of a passkey'],
	['FAILED', 'has failed. Restart it'],
	['NEW_WORD', 'its state is "NEW_WORD"'],
	['constructor', 'its state is "constructor"'],
])('tells the state %s in words, by one request', async (status, words) => {
	const { told, requests } = await test(ok({ ...session, status }));
	expect(told).toEqual({ ready: false, message: expect.stringContaining(words) });
	expect(requests).toHaveLength(1);
});

it('tells what an old Core lacks, which still sends', async () => {
	const { told } = await test(ok(session), SERVERS.oldCore);
	expect(told.ready).toBe(true);
	expect(told.message).toBe(
		'The WAHA session works. WAHA Core 2025.10.4 sends text only, and forgets webhooks that n8n registers when it restarts. Update WAHA to 2026.6.1 or newer for both.',
	);
});

it.each([SERVERS.oldNoweb, null])('says nothing of it elsewhere: %j', async (server) => {
	const { told } = await test(ok(session), server);
	expect(told.message).toBe('The WAHA session works.');
});

it.each<[string, Outcome, object]>([
	['a wrong key', refusal(401, unauthorized), { kind: 'unauthorized' }],
	[
		'an unknown session',
		refusal(404, notFound),
		{ kind: 'notFound', details: { fault: 'account', hint: expect.stringContaining('"Session"') } },
	],
	['no state', ok({}), { kind: 'unexpectedResponse' }],
	['another service', ok('<html>'), { kind: 'unexpectedResponse' }],
])('explains %s', async (_, answer, error) => {
	await expect(test(answer)).rejects.toMatchObject(error);
});

it('names the account by session and server, and sends the key in a header only', () => {
	expect(waha.account(credential())).toBe('default@waha.example/wa');
	const at = (wahaUrl: string) => waha.account(credential({ wahaUrl }));
	expect(at('http://localhost:3000')).toBe('default@localhost:3000');
	expect(at('https://user:pass@waha.example')).toBe('default@waha.example');
	expect(waha.isNamed!(credential(), 'default')).toBe(true);
	expect(waha.isNamed!(credential(), 'shop')).toBe(false);
	const request = waha.authenticate(credential(), {
		method: 'GET',
		url: '/api/sessions/default',
		headers: {},
		query: {},
	});
	expect(request.headers).toEqual({ 'X-Api-Key': KEY });
	expect(request.url).toBe('https://waha.example/wa/api/sessions/default');
});
