/** A real n8n whose store workflow reaches a real PostgreSQL. */
import { gateways } from '../../gateways/registry';
import { credentialFor, startEnvironment, type Stage } from '../e2e/stage.mts';
import { expectAllOperations } from '../e2e/tableOperations.mts';
import type { Json } from '../../harness/client.mts';
import { setUpStore } from './n8nStore.mts';
import { startServer, type Server } from './store.mts';

let server: Server;
let stage: Stage;
let place: Json;

beforeAll(async () => {
	server = await startServer();
	stage = await startEnvironment({}, { clockFactor: 600 });
	for (const { id } of gateways) {
		await stage.n8n.createCredential(id, 'messageGatewayApi', credentialFor(stage.sandbox, id));
	}
	({ place } = await setUpStore(stage.n8n, server.port));
}, 300_000);

afterAll(async () => {
	await stage?.close();
	await server?.close();
}, 60_000);

describe.each(gateways.map(({ id }) => id))('stored in PostgreSQL for %s', (gateway) => {
	it('schedules, lists, reads, moves, cancels, and sends what is due, once', async () => {
		await expectAllOperations(stage, gateway, undefined, place);
	}, 60_000);
});
