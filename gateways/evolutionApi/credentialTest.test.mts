import { ok } from '../../test/gateways/fakeGateway.mts';
import { evolutionApi } from '.';
import open from './fixtures/connection-state.json';
import { server } from './testValues.mts';

async function test(body: unknown) {
	const there = server(() => ok(body));
	return { result: await evolutionApi.testCredential(there.connection), ...there };
}
const inState = (state: unknown) => ({ instance: { ...open.instance, state } });

it('is ready when connected', async () => {
	const { result, requests } = await test(open);
	expect(result).toEqual({
		ready: true,
		message: 'The Evolution API instance is connected to WhatsApp.',
	});
	expect(requests).toMatchObject([{ method: 'GET', url: '/instance/connectionState/my%20shop' }]);
});

it.each([
	['close', 'Scan its QR code'],
	['connecting', 'is connecting'],
	['refused', 'Pair it again'],
	['sleeping', 'its state is "sleeping"'],
	['constructor', 'its state is "constructor"'],
	[undefined, 'the server has not loaded it'],
	[null, 'the server has not loaded it'],
])('tells the state %s in words, though the answer is 200', async (state, words) => {
	const { result } = await test(inState(state));
	expect(result).toEqual({ ready: false, message: expect.stringContaining(words) });
});

it.each([[{}], ['<html>'], [null], [{ instance: {} }], [{ instance: 'x', state: 'open' }]])(
	'takes nothing else for an answer: %j',
	async (body) => {
		await expect(test(body)).rejects.toMatchObject({ kind: 'unexpectedResponse' });
	},
);
