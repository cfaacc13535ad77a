import axios from 'axios';

import { output } from '../../harness/client.mts';
import {
	credentialFor,
	listening,
	startEnvironment,
	SECRET,
	until,
	type Environment,
} from './environment.mts';

/** What the trigger says to a person, in n8n's own test mode and when n8n publishes. */
let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment();
	const { n8n, sandbox } = environment;
	const own = credentialFor(sandbox, 'chatWhatsApp');
	await n8n.createCredential('Gateway', 'messageGatewayApi', own);
	await n8n.createCredential('On the internet', 'messageGatewayApi', {
		...own,
		chatWhatsAppUrl: 'https://gateway.example.com',
	});
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

it.each<[what: string, secret: string, parameters: object, status: number, item: object]>([
	[
		'a wrong secret, which the sender reads as well',
		'wrong',
		{},
		401,
		{ reason: 'rejected', ignored: expect.stringContaining('a different secret') },
	],
	[
		'a status that is not chosen',
		SECRET,
		{ events: ['sent'] },
		200,
		{
			reason: 'notChosen',
			ignored: expect.stringContaining('"Trigger On"'),
			events: ['unknown'],
		},
	],
])(
	'listening for a test event ends with one item for %s',
	async (_, secret, parameters, status, item) => {
		const { n8n } = environment;
		const id = await n8n.createWorkflow(listening('Gateway', parameters as never));
		const url = await n8n.listenForTestEvent(id, 'Status');
		const query = `?secret=${encodeURIComponent(secret)}`;
		const answer = await axios.post(
			`${url}${query}`,
			{ event: 'new.word' },
			{ validateStatus: () => true },
		);
		expect(answer.status).toBe(status);
		const [execution] = await n8n.waitForExecutions(id, 1);
		expect(execution).toMatchObject({ status: 'success', mode: 'manual' });
		expect(output(execution, 'Status')).toEqual([
			expect.objectContaining({ ...item, httpStatus: status }),
		]);
		expect(JSON.stringify(execution.data)).not.toContain('only-the-gateway-knows');
		// The listening ends; n8n takes the URL away beside the execution, on a busy machine after it.
		await until(
			async () => (await axios.post(`${url}${query}`, {}, { validateStatus: () => true })).status,
			(status) => status === 404,
		);
	},
	60_000,
);

it('cannot be published where no chosen status can come, or where the gateway cannot reach n8n', async () => {
	const { n8n } = environment;
	const silent = await n8n.createWorkflow(listening('Gateway', { events: ['delivered', 'read'] }));
	await expect(n8n.activate(silent)).rejects.toThrow(/ChatWhatsApp report only Sent/);
	const unreachable = await n8n.createWorkflow(listening('On the internet'));
	await expect(n8n.activate(unreachable)).rejects.toThrow(
		/not reachable from the internet.*WEBHOOK_URL/,
	);
	// The sandbox is on this machine, too.
	await n8n.activate(await n8n.createWorkflow(listening('Gateway')));
}, 60_000);
