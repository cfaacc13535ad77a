import axios from 'axios';

import { gatewayById, gateways } from '../../gateways/registry';
import { output } from '../../harness/client.mts';
import {
	ACTION,
	chain,
	credentialFor,
	listening,
	oneNode,
	SECRET,
	until,
} from '../e2e/environment.mts';
import { patience, signedIn } from './inEditor.mts';

/**
 * n8n's editor in a real browser, with both nodes, on one n8n and one sandbox gateway.
 */
const CREDENTIAL = 'Gateway';

/** Far from the timezone of n8n and of the workflows: what a browser thinks of the time must not count. */
const BROWSER_TIMEZONE = 'America/New_York';

const ui = signedIn({
	timezone: BROWSER_TIMEZONE,
	prepare: async ({ n8n, sandbox }) =>
		void (await n8n.createCredential(
			CREDENTIAL,
			'messageGatewayApi',
			credentialFor(sandbox, 'chatWhatsApp'),
		)),
});
const { inEditor } = ui;

/** What people look for. */
const SEARCHES = [
	'message scheduler',
	'whatsapp',
	'sms',
	'text message',
	'scheduled',
	'reminder',
	'appointment',
	'delivery',
	...gateways.map(({ label }) => label),
];

describe('the nodes panel', () => {
	it(
		'shows one entry for both nodes, by their name and by what people look for',
		inEditor(async (editor) => {
			await editor.openNewWorkflow();
			for (const words of SEARCHES) {
				// In between, so that no list of an earlier search is looked at.
				await editor.searchNodes('nothing is called this');
				await editor.marked('node-creator-no-results').waitFor();
				await editor.searchNodes(words);
				await editor.entries('Message Scheduler').first().waitFor();
				const ours = (await editor.entryNames()).filter((name) => name.startsWith('Message S'));
				expect(ours).toEqual(['Message Scheduler']);
				await editor
					.marked('node-creator-item-description')
					.filter({
						hasText: 'Schedule WhatsApp and SMS messages, and start workflows when they are',
					})
					.waitFor();
			}
		}),
		patience,
	);

	it(
		'offers every status as a trigger and every operation as an action',
		inEditor(async (editor) => {
			await editor.openNewWorkflow();
			await editor.searchNodes('message scheduler');
			await editor.entries('Message Scheduler').click();
			await editor.entries('On message delivered').waitFor();
			await editor.unfold('Actions');
			await editor.entries('Schedule message').waitFor();
			expect(await editor.entryNames()).toEqual([
				'On message cancelled',
				'On message deleted',
				'On message delivered',
				'On message expired',
				'On message failed',
				'On message received',
				'On message played',
				'On preference changed',
				'On message queued',
				'On message read',
				'On message scheduled',
				'On message sent',
				'On message suspended',
				'On message status unknown',
				'Add person to do not contact',
				'Check do not contact',
				'Get many people on do not contact',
				'Remove person from do not contact',
				'Get message',
				'Send message',
				'Create board of scheduled messages',
				'Cancel scheduled message',
				'Cancel many scheduled messages',
				'Get scheduled message',
				'Get many scheduled messages',
				'Move scheduled messages to PostgreSQL',
				'Pause account',
				'Purge old scheduled messages',
				'Record status of scheduled message',
				'Reschedule message',
				'Reschedule many messages',
				'Resume account',
				'Retry scheduled messages',
				'Schedule message',
				'Send due scheduled messages',
				'Get statistics of scheduled messages',
				'Read webhook',
			]);
			await editor.entries('On message delivered').click();
			await editor.parameter('events').getByText('Delivered', { exact: true }).waitFor();
		}),
		patience,
	);
});

describe('the credential', () => {
	const secrets = Object.fromEntries(
		gateways.map(({ id, credentialFields }) => [
			id,
			credentialFields.find(({ secret }) => secret)!.name,
		]),
	);

	/** What a person chooses for a field that is a list; undefined for one to type into. */
	const choiceOf = (id: string, name: string, value: unknown): string | undefined =>
		gatewayById(id)
			.credentialFields.find((field) => field.name === name)
			?.options?.find((option) => option.value === value)?.name;

	it.each(gateways.map(({ id, label, signingKeyField }) => [label, id, signingKeyField]))(
		'of %s is filled in and tested: first a wrong key, then the right one',
		async (label, id, signingKeyField) =>
			await inEditor(async (editor) => {
				const fields = credentialFor(ui.environment.sandbox, id);
				// Who signs webhooks has no field for a secret of ours.
				const absent = signingKeyField === undefined ? ['gateway'] : ['gateway', 'webhookSecret'];
				const entered = Object.entries(fields).filter(([name]) => !absent.includes(name));
				await editor.newCredential('Message Gateway API');
				await editor.choose('gateway', label);
				for (const [name, value] of entered) {
					const choice = choiceOf(id, name, value);
					const wrong = name === secrets[id];
					if (choice !== undefined) await editor.choose(name, choice);
					else await editor.fill(name, wrong ? 'a key that nobody has' : String(value));
				}
				expect(await editor.saveCredential()).toBe('bad');
				await editor.page.getByText('More details').click();
				await editor.page.getByText(`${label} does not accept the credential`).waitFor();
				await editor.fill(secrets[id], String(fields[secrets[id]]));
				expect(await editor.saveCredential()).toBe('good');
			})(),
		patience,
	);
});

describe('a scheduled message', () => {
	const behindStart = (name: string, parameters: object, credential = CREDENTIAL) => ({
		name,
		type: ACTION,
		parameters: { ...parameters },
		credentials: { messageGatewayApi: credential },
	});
	const start = { name: 'Start', type: 'n8n-nodes-base.manualTrigger' };

	it(
		'goes out at the clock time of the date picker, in the workflow’s timezone and not the browser’s',
		inEditor(async (editor) => {
			const id = await ui.environment.n8n.createWorkflow({
				nodes: [start, behindStart('Schedule', {})],
				connections: chain('Start', 'Schedule'),
				settings: { timezone: 'Asia/Kolkata' },
			});
			await editor.openWorkflow(id, 2);
			await editor.openNode('Schedule');
			await editor.fill('recipient', '+91 99880 66776');
			await editor.fill('text', 'Picked by hand');
			const picked = await editor.pickTomorrow('sendAt', '15:30:00');
			expect(picked).toMatch(/^\d{4}-\d\d-\d\d 15:30:00$/);
			await editor.execute();

			const wall = picked.replace(' ', 'T');
			const row = await editor.firstRow();
			expect(row).toMatchObject({
				status: 'scheduled',
				scheduledAtLocal: expect.stringMatching(/^\w{3}, \d\d? \w{3} \d{4}, 15:30$/),
				timezone: 'Asia/Kolkata',
				recipient: '+919988066776',
				text: 'Picked by hand',
			});
			expect(Object.keys(row).slice(0, 4)).toEqual([
				'status',
				'scheduledAtLocal',
				'recipient',
				'text',
			]);
			const held = ui.environment.sandbox.messages('chatWhatsApp');
			const sent = held.find(({ scheduleId }) => scheduleId === row.scheduleId);
			expect(sent?.scheduledAt).toBe(new Date(`${wall}+05:30`).toISOString());

			await editor.view('schema');
			expect(await editor.schemaNames(editor.output)).toEqual(
				expect.arrayContaining(['scheduleId', 'status', 'scheduledAt', 'recipient', 'gateway']),
			);
		}),
		patience,
	);

	it(
		'is chosen from the list and cancelled; its fields are known before the first run',
		inEditor(async (editor) => {
			const { n8n, sandbox } = ui.environment;
			const scheduling = {
				recipient: '+919988066777',
				text: 'Choose me from the list',
				sendAt: "={{ $now.plus(2, 'hours') }}",
			};
			await n8n.runManually(await n8n.createWorkflow(oneNode(CREDENTIAL, scheduling)), {
				timeoutMs: patience / 3,
			});
			const id = await n8n.createWorkflow({
				nodes: [start, behindStart('Cancel', { operation: 'cancel' }), behindStart('After', {})],
				connections: chain('Start', 'Cancel', 'After'),
			});
			await editor.openWorkflow(id, 3);
			await editor.openNode('After');
			expect(await editor.schemaNames(editor.input)).toEqual(
				expect.arrayContaining(['scheduleId', 'status', 'scheduledAt']),
			);
			await editor.closeNode();

			await editor.openNode('Cancel');
			const entries = await editor.listed('scheduleId');
			const mine = entries.filter({ hasText: 'Choose me from the list' });
			expect(await mine.innerText()).toMatch(/^\+919988066777 – \d{4}-\d\d-\d\d \d\d:\d\d – /);
			await mine.click();
			await editor.execute();
			const row = await editor.firstRow();
			expect(row).toMatchObject({ status: 'cancelled', text: 'Choose me from the list' });
			const held = sandbox.messages('chatWhatsApp');
			expect(held.find(({ scheduleId }) => scheduleId === row.scheduleId)?.status).toBe(
				'cancelled',
			);
		}),
		patience,
	);
});

it(
	'the error branch shows what to do, beside the item as it came: a column "message" stays',
	inEditor(async (editor) => {
		const id = await ui.environment.n8n.createWorkflow(
			oneNode(
				CREDENTIAL,
				{
					recipient: '={{ $json.to }}',
					text: '={{ $json.message }}',
					sendAt: "={{ $now.plus(2, 'hours') }}",
				},
				{
					items: [
						{ to: '+919988066778', message: 'Dear friend' },
						{ to: '0151 2345678', message: 'Dear guest' },
					],
					node: { onError: 'continueErrorOutput' },
				},
			),
		);
		await editor.openWorkflow(id, 4);
		await editor.openNode('Message Scheduler');
		await editor.execute();
		expect(await editor.firstRow()).toMatchObject({ status: 'scheduled', text: 'Dear friend' });
		await editor.outputBranch('Error');
		const row = await editor.firstRow();
		expect(row).toMatchObject({ to: '0151 2345678', message: 'Dear guest' });
		expect(row.error).toMatch(/"Recipient".*0151 2345678/);
		expect(Object.keys(row).filter((name) => name !== '')).toEqual(['to', 'message', 'error']);
	}),
	patience,
);

describe('the trigger', () => {
	const sent = () => ({
		event: 'message.sent',
		sessionId: ui.environment.sandbox.accounts.chatWhatsApp.sessionId,
		timestamp: new Date().toISOString(),
		scheduledId: 'sched_abc123',
		status: 'success',
		result: { messageId: '3EB0ABC123456789', to: '919988066776@s.whatsapp.net' },
	});
	const post = async (url: string) =>
		(await axios.post(`${url}?secret=${encodeURIComponent(SECRET)}`, sent())).status;

	it(
		'listens for a test event and shows it',
		inEditor(async (editor) => {
			const id = await ui.environment.n8n.createWorkflow(listening(CREDENTIAL));
			await editor.openWorkflow(id);
			await editor.openNode('Status');
			const url = await editor.webhookUrl('Test URL');
			expect(url).toMatch(`${ui.environment.n8n.url}webhook-test/`);
			await editor.listen();
			expect(await post(url)).toBe(200);
			const row = await editor.firstRow();
			expect(row).toMatchObject({
				status: 'sent',
				scheduleId: 'sched_abc123',
				messageId: '3EB0ABC123456789',
			});
		}),
		patience,
	);

	it(
		'keeps its fields in sight on a small screen, and says whole how the gateway gets the URL',
		inEditor(async (editor) => {
			const height = 700;
			await editor.page.setViewportSize({ width: 1366, height });
			const id = await ui.environment.n8n.createWorkflow(listening(CREDENTIAL));
			await editor.openWorkflow(id);
			await editor.openNode('Status');
			const setUp = editor.parameter('webhookSetUp').locator('input').first();
			await until(
				async () => await setUp.inputValue(),
				(shown) => shown.endsWith('enter the URL by hand'),
				patience / 3,
			);
			const { text, field } = await setUp.evaluate((input) => ({
				text: input.scrollWidth,
				field: input.clientWidth,
			}));
			expect(text).toBeLessThanOrEqual(field);
			for (const label of ['Trigger On', 'Options']) {
				const box = await editor.parameters.getByText(label, { exact: true }).last().boundingBox();
				expect([label, box!.y + box!.height <= height]).toEqual([label, true]);
			}
		}),
		patience,
	);

	it(
		'says where to enter its address, which works once the workflow is published',
		inEditor(async (editor) => {
			const id = await ui.environment.n8n.createWorkflow(listening(CREDENTIAL));
			await editor.openWorkflow(id);
			await editor.openNode('Status');
			const place = editor.parameters.getByRole('link', { name: 'The set-up of each gateway' });
			expect(await place.getAttribute('href')).toMatch(/docs\/credentials\.md#webhooks$/);
			const url = await editor.webhookUrl('Production URL');
			expect(url).toBe(await ui.environment.n8n.productionWebhookUrl(id, 'Status'));
			await editor.closeNode();
			expect(await editor.publish()).toMatch(
				/starts on each status or message that your gateway reports to the Production URL/,
			);
			// The newer releases put it into service in the background.
			await until(
				async () => await post(url).catch(() => 0),
				(status) => status === 200,
				patience / 3,
			);
			const [execution] = await ui.environment.n8n.waitForExecutions(id, 1, {
				timeoutMs: patience / 3,
			});
			expect(output(execution, 'Status')).toMatchObject([{ status: 'sent' }]);
		}),
		patience,
	);
});

it(
	'the icon is there on the canvas, for each theme its own',
	inEditor(async (editor) => {
		const id = await ui.environment.n8n.createWorkflow(listening(CREDENTIAL));
		await editor.openWorkflow(id);
		const icon = editor.canvasNodes.locator('img').first();
		for (const [theme, file] of [
			['light', 'messageScheduler.svg'],
			['dark', 'messageScheduler.dark.svg'],
		] as const) {
			await editor.page.emulateMedia({ colorScheme: theme });
			await until(
				async () => ({
					src: await icon.getAttribute('src'),
					width: await icon.evaluate((image) => image['naturalWidth' as never] as number),
				}),
				({ src, width }) => src?.endsWith(`/${file}`) === true && width > 0,
				patience / 3,
			);
		}
	}),
	patience,
);
