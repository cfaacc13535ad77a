/** A real n8n whose store workflow reaches a real PostgreSQL. */
import { gateways } from '../../gateways/registry';
import { credentialFor, startEnvironment, type Environment } from '../e2e/environment.mts';
import { expectAllOperations } from '../e2e/tableOperations.mts';
import type { Json } from '../../harness/client.mts';
import { setUpStore } from './n8nStore.mts';
import { startServer, type Server } from './store.mts';

let server: Server;
let environment: Environment;
let place: Json;

beforeAll(async () => {
	server = await startServer();
	environment = await startEnvironment({}, { clockFactor: 600 });
	for (const { id } of gateways) {
		await environment.n8n.createCredential(
			id,
			'messageGatewayApi',
			credentialFor(environment.sandbox, id),
		);
	}
	({ place } = await setUpStore(environment.n8n, server.port));
}, 300_000);

afterAll(async () => {
	await environment?.close();
	await server?.close();
}, 60_000);

describe.each(gateways.map(({ id }) => id))('stored in PostgreSQL for %s', (gateway) => {
	it('schedules, lists, reads, moves, cancels, and sends what is due, once', async () => {
		await expectAllOperations(environment, gateway, undefined, place);
	}, 60_000);
});
