import { hypersenderWhatsApp } from '.';
import health from './fixtures/health.json';
import { fakeGateway, ok } from '../hypersender/fakeGateway.mts';
import { credential } from './testValues.mts';

async function test(body: unknown) {
	const { connection, requests } = fakeGateway(hypersenderWhatsApp, credential, () => ok(body));
	return { health: await hypersenderWhatsApp.testCredential(connection), requests };
}

it('asks for the health of the instance', async () => {
	const { health: told, requests } = await test(health);
	expect(told).toEqual({ ready: true, message: 'The Hypersender WhatsApp instance is working.' });
	expect(requests).toMatchObject([{ method: 'GET', query: {} }]);
	expect(requests[0].url).toMatch(/\/health$/);
});

it.each([
	['STOPPED', 'is stopped'],
	['STARTING', 'is still starting'],
	['SCAN_QR_CODE', 'Scan its QR code'],
	['FAILED', 'has failed'],
	['PENDING', 'is not set up yet'],
	['SLEEPING', 'its state is "SLEEPING"'],
	['constructor', 'its state is "constructor"'],
])('tells the status %s in words', async (status, words) => {
	const { health: told } = await test({ ...health, status });
	expect(told).toEqual({ ready: false, message: expect.stringContaining(words) });
});

it.each([{}, '<html>', [], null])('does not take %j for an answer', async (body) => {
	await expect(test(body)).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});
