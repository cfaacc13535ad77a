import { greenApi } from '.';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential } from './testValues.mts';

async function test(body: unknown) {
	const { connection, requests } = fakeGateway(greenApi, credential, () => ok(body));
	return { health: await greenApi.testCredential(connection), requests };
}

it('is ready when authorised', async () => {
	const { health, requests } = await test({ stateInstance: 'authorized' });
	expect(health).toEqual({ ready: true, message: 'The GREEN-API instance is authorised.' });
	expect(requests).toMatchObject([
		{ method: 'GET', url: expect.stringContaining('/waInstance1234/getStateInstance') },
	]);
});

it.each([
	['notAuthorized', 'Scan its QR code'],
	['blocked', 'is blocked'],
	['starting', 'is still starting'],
	['yellowCard', 'suspended for spam'],
	['suspended', 'suspended by WhatsApp'],
	['pendingCode', 'waiting for the code'],
	[null, 'is being created'],
	['sleepMode', 'sleeps'],
	['other', 'its state is "other"'],
	['constructor', 'its state is "constructor"'],
])('tells the state %s in words, though the answer is 200', async (stateInstance, words) => {
	const { health } = await test({ stateInstance });
	expect(health).toEqual({ ready: false, message: expect.stringContaining(words) });
});

it('takes nothing else for an answer', async () => {
	await expect(test({})).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});
