import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { addressesText } from '../../demo/addresses.mts';
import { parseOptions, STORES, usage } from '../../demo/options.mts';
import { withPostgres } from '../../demo/postgres.mts';
import { gateways } from '../../gateways/registry';
import { readExample } from '../../harness/examples.mts';
import { credentialForm } from '../../harness/credentialForm.mts';
import { gatewayIds, startSandbox, type Sandbox } from '../../sandbox/index.mts';

describe('the options of npm start', () => {
	it('are a gateway that schedules and its own store, unless others are given', () => {
		const defaults = { gateway: 'chatWhatsApp', store: 'gateway', once: false, help: false };
		expect(parseOptions([])).toEqual(defaults);
		expect(parseOptions(['--store', 'postgres', '--gateway', 'whapi', '--once'])).toEqual({
			...defaults,
			store: 'postgres',
			gateway: 'whapi',
			once: true,
		});
	});

	it.each([
		[['--store', 'mysql'], 'There is no store "mysql". Choose one of: gateway, postgres.'],
		[['--stroe', 'postgres'], /--stroe/],
		[['postgres'], /postgres/],
	])('%j is refused', (args, said) => {
		expect(() => parseOptions(args)).toThrow(said);
	});

	it('are all in its help', () => {
		for (const option of ['--gateway', '--store', '--once', '--help', ...STORES]) {
			expect(usage).toContain(option);
		}
	});
});

it('the demo with PostgreSQL stores there what it schedules, and sends within a minute', () => {
	const place = { storeIn: 'postgres' };
	const { nodes } = withPostgres(readExample('schedule-a-message.json'), place);
	const ours = nodes.filter(({ type }) => type.endsWith('.messageScheduler'));
	expect(ours.map(({ parameters }) => parameters)).toMatchObject([
		{ ...place, sendAt: "={{ $now.plus(10 * 2, 'seconds') }}" },
		{ ...place, sendAt: "={{ $now.plus(10 * 3, 'seconds') }}" },
		{ ...place, sendAt: expect.stringMatching(/plus\(10 \* 4, 'seconds'\).*HH:mm:ss'/) },
	]);
	const sent = withPostgres(readExample('send-a-message.json'), place).nodes;
	expect(sent).toEqual(readExample('send-a-message.json').nodes);
});

/** What `npm start` tells at its end. */
let sandbox: Sandbox;

beforeAll(async () => void (sandbox = await startSandbox()));
afterAll(async () => await sandbox.close());

/** As a terminal shows it, without colours. */
const linesFor = (gateway: (typeof gatewayIds)[number]) =>
	addressesText({
		editor: 'http://127.0.0.1:65535',
		owner: { email: 'owner@message-scheduler.example', password: 'Schedule-1-message' },
		page: `${sandbox.origin}/?gateway=${gateway}`,
		fields: credentialForm(sandbox, gateway, 'the-secret-of-the-demo'),
	})
		// eslint-disable-next-line no-control-regex
		.replace(/\u001b\[\d+m/g, '')
		.split('\n');

it.each(gateways.map((gateway) => [gateway.id, gateway] as const))(
	'shows what an empty credential for %s asks for, in a terminal of 80 columns and 24 rows',
	(id, { label, credentialFields, signingKeyField, capabilities }) => {
		const gateway = id as (typeof gatewayIds)[number];
		const lines = linesFor(gateway);
		expect(lines.length).toBeLessThanOrEqual(20);
		expect(lines.filter((line) => line.length > 80)).toEqual([]);
		const labels = [
			'Gateway',
			...credentialFields.map((field) => field.label),
			// Who signs with a key of its own needs no secret of ours.
			...(signingKeyField === undefined ? ['Webhook Secret'] : []),
			...(capabilities.webhooks.registration === 'perMessage' ? ['Status URL'] : []),
		];
		const rows = lines.filter((line) => line.startsWith('    ') && !line.startsWith('     '));
		expect(rows.map((row) => row.trim().split(/ {2,}/)[0])).toEqual(labels);
		const values = rows.map((row) => row.trim().split(/ {2,}/)[1]);
		expect(values[0]).toBe(label);
		expect(values[1]).toBe(sandbox.accounts[gateway].baseUrl);
		expect(values.includes('the-secret-of-the-demo')).toBe(signingKeyField === undefined);
		expect(values).not.toContain('');
		expect(lines.join('\n')).toContain(`${sandbox.origin}/?gateway=${gateway}`);
	},
);

it('names the credential as n8n lists it', () => {
	expect(linesFor('whapi').join('\n')).toContain(`(${new MessageGatewayApi().displayName})`);
});

it('says for every field whether it may stay empty', () => {
	const { properties } = new MessageGatewayApi();
	for (const gateway of gatewayIds) {
		for (const { label, isOptional } of credentialForm(sandbox, gateway, 'x').slice(1)) {
			const field = properties.find(
				({ displayName, displayOptions }) =>
					displayName === label && (displayOptions?.show?.gateway?.includes(gateway) ?? true),
			);
			expect([gateway, label, isOptional]).toEqual([gateway, label, !field?.required]);
		}
	}
});
