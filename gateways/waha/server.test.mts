import { waha } from '.';
import version from './fixtures/version.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { isSince } from './server';
import { behind, credential, refusal, SERVERS } from './testValues.mts';

it.each<[string, number[], boolean]>([
	['2026.6.1', [2026, 6, 1], true],
	['2026.6.0', [2026, 6, 1], false],
	['2026.10.1', [2026, 6, 1], true],
	['2025.12.9', [2026, 6, 1], false],
	['2026.6', [2026, 6, 1], false],
	['2027', [2026, 6, 1], true],
	['2026.6.1-arm', [2026, 6, 1], true],
	['latest', [2026, 6, 1], false],
	['', [2026, 6, 1], false],
])('%s since %j: %s', (text, wanted, expected) => {
	expect(isSince({ version: text, engine: null, tier: null }, wanted)).toBe(expected);
});

const find = async (server: object | null) => {
	const { connection, requests } = behind(server, () => ok({}));
	return { found: await waha.findCapabilities!(connection), requests };
};

it('asks for the version, as the vendor tells it, by one read', async () => {
	const { found, requests } = await find(version);
	expect(requests).toMatchObject([{ method: 'GET', url: '/api/server/version' }]);
	expect(found.messageTypes).toEqual(['text', 'image', 'video', 'document', 'voice']);
});

it.each<[keyof typeof SERVERS, string[], boolean]>([
	['webjs', waha.capabilities.messageTypes as string[], true],
	['wpp', waha.capabilities.messageTypes as string[], true],
	['noweb', waha.capabilities.messageTypes as string[], false],
	['gows', waha.capabilities.messageTypes as string[], false],
	['oldNoweb', waha.capabilities.messageTypes as string[], true],
	['oldGows', waha.capabilities.messageTypes as string[], false],
	['oldCore', ['text'], true],
])('%s sends %j, and needs the recipient for a look-up: %s', async (name, types, needs) => {
	const { found } = await find(SERVERS[name]);
	expect(found.messageTypes).toEqual(types);
	expect(found.lookup).toEqual({ by: 'messageId', needsRecipient: needs });
	expect(found.webhooks).toEqual(waha.capabilities.webhooks);
});

it('asks once a run', async () => {
	const { connection, requests } = behind(SERVERS.noweb, () => ok({}));
	await Promise.all([waha.findCapabilities!(connection), waha.findCapabilities!(connection)]);
	expect(requests).toHaveLength(1);
});

it('asks again after a failure, and then no more', async () => {
	const answers = [refusal(403, { message: 'Forbidden' }), ok(SERVERS.gows)];
	const { connection, requests } = fakeGateway(waha, credential(), () => answers.shift()!);
	await expect(waha.findCapabilities!(connection)).rejects.toMatchObject({ kind: 'forbidden' });
	for (let run = 0; run < 2; run++) {
		const { lookup } = await waha.findCapabilities!(connection);
		expect(lookup).toEqual({ by: 'messageId', needsRecipient: false });
	}
	expect(requests).toHaveLength(2);
});

it.each([null, {}, { engine: 'GOWS' }])('says that it cannot be asked: %j', async (server) => {
	await expect(find(server)).rejects.toMatchObject({ name: 'GatewayError' });
});
