import { gateways } from '../../gateways/registry';
import type { Gateway } from '../../gateways/gateway';
import { eventTitle } from '../../nodes/MessageSchedulerTrigger/eventTitle';
import {
	assertEventsCanCome,
	assertReachable,
} from '../../nodes/MessageSchedulerTrigger/requirements';

/** What a trigger refuses when it is published: a hook of n8n can refuse, but not warn. */
describe.each(gateways.map((gateway) => [gateway.label, gateway] as const))(
	'%s',
	(label, gateway) => {
		const { statuses } = gateway.capabilities.webhooks;
		/** One that it does not report. */
		const other = (['cancelled', 'played', 'suspended'] as const).find(
			(status) => !statuses.includes(status),
		)!;

		it.each(statuses)('%s alone is enough', (status) => {
			expect(() => assertEventsCanCome(gateway, [status])).not.toThrow();
		});

		it('one of the chosen statuses is enough, and an undocumented word may always come', () => {
			expect(() => assertEventsCanCome(gateway, [other, 'unconfirmed', statuses[0]])).not.toThrow();
			expect(() => assertEventsCanCome(gateway, ['unknown'])).not.toThrow();
		});

		it('names the gateway, what is chosen, and what it reports', () => {
			const attempt = () => assertEventsCanCome(gateway, [other, 'unconfirmed']);
			expect(attempt).toThrow(`"Trigger On" is ${eventTitle(other)}, Unconfirmed, but`);
			expect(attempt).toThrow(`the webhooks of ${label} report only`);
			for (const status of statuses) expect(attempt).toThrow(new RegExp(status, 'i'));
			expect(attempt).toThrow(expect.objectContaining({ parameter: 'Trigger On' }));
		});

		it('wants at least one status', () => {
			expect(() => assertEventsCanCome(gateway, [])).toThrow('"Trigger On" is empty');
		});

		it('takes preferences alone only where the gateway reports them', () => {
			const withPreferences = (preferences: boolean): Gateway => ({
				...gateway,
				capabilities: {
					...gateway.capabilities,
					webhooks: { ...gateway.capabilities.webhooks, preferences },
				},
			});
			const attempt = (preferences: boolean, chosen: string[]) => () =>
				assertEventsCanCome(withPreferences(preferences), chosen);
			expect(attempt(true, ['preference'])).not.toThrow();
			expect(attempt(false, ['preference', statuses[0]])).not.toThrow();
			expect(attempt(false, ['preference'])).toThrow('"Trigger On" is Preference Changed, but');
		});

		it.each([[['received']], [['received', statuses[0]]]])(
			'%j: only where it reports what people write',
			(chosen) => {
				const withReceived = (received: 'sameUrl' | 'separateUrl' | null): Gateway => ({
					...gateway,
					capabilities: {
						...gateway.capabilities,
						webhooks: { ...gateway.capabilities.webhooks, received },
					},
				});
				for (const received of ['sameUrl', 'separateUrl'] as const) {
					expect(() => assertEventsCanCome(withReceived(received), chosen)).not.toThrow();
				}
				const attempt = () => assertEventsCanCome(withReceived(null), chosen);
				expect(attempt).toThrow(
					`"Trigger On" has Message Received, but ${label} documents no webhook for messages that people write.`,
				);
				expect(attempt).toThrow(expect.objectContaining({ parameter: 'Trigger On' }));
			},
		);
	},
);

const [gateway] = gateways;
const PUBLIC = 'https://gateway.example.com';
const LOOPBACK = 'http://localhost:5678/webhook/1';

describe('an address that leads back to the machine of n8n', () => {
	it.each([LOOPBACK, 'http://127.0.0.1:5678/', 'http://[::1]:5678/', 'http://0.0.0.0:5678/'])(
		'%s is refused where the gateway is on the internet',
		(webhookUrl) => {
			const attempt = () => assertReachable(gateway, webhookUrl, PUBLIC);
			expect(attempt).toThrow('which is not reachable from the internet');
			expect(attempt).toThrow(gateway.label);
			expect(attempt).toThrow('WEBHOOK_URL');
		},
	);

	it.each([
		'http://127.0.0.1:3000',
		'http://192.168.1.5',
		'http://chatwhatsapp:3000',
		'http://host.docker.internal:3000',
	])('is taken where the gateway is near: %s', (gatewayUrl) => {
		expect(() => assertReachable(gateway, LOOPBACK, gatewayUrl)).not.toThrow();
	});

	it('shows no password that the address holds', () => {
		const attempt = () => assertReachable(gateway, 'http://me:word@localhost/', PUBLIC);
		expect(attempt).toThrow('lead to "localhost"');
	});
});

describe('any other address', () => {
	it.each([
		'https://n8n.example.com/webhook/1',
		'http://192.168.1.20:5678/',
		'http://n8n:5678/',
		'',
	])('"%s" is taken: what it leads to is not for the trigger to know', (webhookUrl) => {
		expect(() => assertReachable(gateway, webhookUrl, PUBLIC)).not.toThrow();
	});
});
