import { createHash } from 'node:crypto';
import { output, type Json } from '../../harness/client.mts';
import {
	ACTION,
	chain,
	credentialFor,
	inSeconds,
	itHolding,
	startEnvironment,
	type Environment,
} from './environment.mts';

/** A file that n8n keeps on its disk, made by n8n's own node, on its way through a real n8n. */
let environment: Environment;
const GATEWAYS = ['whapi', 'hypersenderWhatsApp'];

beforeAll(async () => {
	environment = await startEnvironment({}, { clockFactor: 600 });
	const { n8n, sandbox } = environment;
	for (const gateway of GATEWAYS) {
		await n8n.createCredential(gateway, 'messageGatewayApi', credentialFor(sandbox, gateway));
	}
}, 300_000);
afterAll(async () => await environment?.close(), 60_000);

const TEXT = 'Größe 7 · '.repeat(200_000);

async function runWith(gateway: string, parameters: Json): Promise<Json> {
	const id = await environment.n8n.createWorkflow({
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'Text',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: {
					mode: 'raw',
					jsonOutput: `={{ JSON.stringify({ text: 'Größe 7 · '.repeat(200000) }) }}`,
				},
			},
			{
				name: 'File',
				type: 'n8n-nodes-base.convertToFile',
				typeVersion: 1.1,
				parameters: {
					operation: 'toText',
					sourceProperty: 'text',
					binaryPropertyName: 'data',
					options: { fileName: 'sizes.txt' },
				},
			},
			{
				name: 'Message Scheduler',
				type: ACTION,
				parameters: {
					recipient: '+919988066776',
					messageType: 'document',
					mediaSource: 'binary',
					...parameters,
				},
				credentials: { messageGatewayApi: gateway },
			},
		],
		connections: chain('Start', 'Text', 'File', 'Message Scheduler'),
	});
	const execution = await environment.n8n.runManually(id);
	expect(execution.error).toBeUndefined();
	return output(execution, 'Message Scheduler')[0];
}

const sent = {
	sha256: createHash('sha256').update(TEXT).digest('hex'),
	bytes: Buffer.byteLength(TEXT),
};
const SEND = { resource: 'message', operation: 'send' };

it('is uploaded whole, and the message names it', async () => {
	const item = await runWith('whapi', SEND);
	const [upload, message] = environment.sandbox.requests('whapi');
	expect(upload.body).toMatchObject({ ...sent, contentType: 'text/plain' });
	expect(message.body).toMatchObject({ media: item.mediaId, filename: 'sizes.txt' });
}, 60_000);

it('goes whole with a message', async () => {
	await runWith('hypersenderWhatsApp', SEND);
	const [message] = environment.sandbox.requests('hypersenderWhatsApp');
	expect(message.body).toMatchObject({ filename: 'sizes.txt', file: sent });
}, 60_000);

itHolding(
	'waits in a Data Table by its id',
	async () => {
		const item = await runWith('whapi', { storeIn: 'dataTable', sendAt: inSeconds(3600) });
		expect(item).toMatchObject({ status: 'scheduled', mediaId: expect.stringMatching(/media$/) });
	},
	60_000,
);
