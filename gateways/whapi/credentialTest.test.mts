import { whapi } from '.';
import health from './fixtures/health.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential } from './testValues.mts';

async function test(body: unknown, more: Record<string, unknown> = {}) {
	const { connection, requests } = fakeGateway(whapi, { ...credential, ...more }, () => ok(body));
	return { health: await whapi.testCredential(connection), requests };
}

it('does not wake the channel up', async () => {
	const { health: told, requests } = await test(health);
	expect(told).toEqual({ ready: true, message: 'The Whapi.Cloud channel is logged in.' });
	expect(requests).toMatchObject([{ method: 'GET', query: { wakeup: 'false' } }]);
	expect(requests[0].url).toMatch(/\/health$/);
});

it.each([
	['INIT', 'is still starting'],
	['LAUNCH', 'is still starting'],
	['QR', 'Scan the QR code'],
	['STOP', 'is stopped'],
	['ERROR', 'is in the state ERROR'],
	['SYNC_ERROR', 'could not synchronise'],
	['SLEEP', 'its state is "SLEEP"'],
	['constructor', 'its state is "constructor"'],
])('tells the state %s in words', async (text, words) => {
	const { health: told } = await test({ ...health, status: { code: 9, text } });
	expect(told).toEqual({ ready: false, message: expect.stringContaining(words) });
});

it('notices the token of another channel', async () => {
	const { health: told } = await test({ ...health, channel_id: 'OTHER-1' });
	expect(told.ready).toBe(false);
	expect(told.message).toContain('OTHER-1');
});

it('needs no Channel ID', async () => {
	const { health: told } = await test({ ...health, channel_id: 'OTHER-1' }, { whapiChannelId: '' });
	expect(told.ready).toBe(true);
});

it('takes nothing else for an answer', async () => {
	await expect(test({})).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});
