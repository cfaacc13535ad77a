import axios from 'axios';

import { output } from '../../harness/client.mts';
import { guides } from '../../harness/credentialForm.mts';
import { readExample } from '../../harness/examples.mts';
import { credentialFor, inSeconds, listening, oneNode, SECRET } from '../e2e/environment.mts';
import { inPage } from './browser.mts';
import { patience, signedIn } from './inEditor.mts';

/** README's way to follow statuses, and what the editor says where none could ever come. */
const CREDENTIAL = 'Message Gateway account';

const ui = signedIn({
	clipboard: true,
	guides: guides(SECRET),
	prepare: async ({ n8n, sandbox }) => {
		const own = credentialFor(sandbox, 'chatWhatsApp');
		await n8n.createCredential(CREDENTIAL, 'messageGatewayApi', own);
		await n8n.createCredential('On the internet', 'messageGatewayApi', {
			...own,
			chatWhatsAppUrl: 'https://gateway.example.com',
		});
	},
});
const { inEditor } = ui;

it(
	'follow-statuses: imported, published, its address given to the gateway; imported again, another',
	inEditor(async (editor) => {
		const { n8n, sandbox } = ui.environment;
		const follow = async () => {
			await editor.openHome();
			await editor.importWorkflow(readExample('follow-statuses.json'));
			await editor.deactivateNode('Record Status');
			expect(await editor.publish()).toContain('Workflow published');
			await editor.dismissNotice();
			await editor.openNode('Message Status');
			const url = await editor.webhookUrl('Production URL');
			await editor.closeNode();
			return url;
		};
		const url = await follow();
		const id = new URL(editor.page.url()).pathname.split('/')[2];
		await inPage(ui.context, async (page) => {
			await page.goto(`${sandbox.origin}/?gateway=chatWhatsApp`);
			await page.getByLabel('Webhook URL of the trigger').fill(url);
			await page.getByRole('button', { name: 'Enter' }).click();
			await page.locator('#registered').getByText(url).waitFor();
		});
		await n8n.runManually(
			await n8n.createWorkflow(
				oneNode(CREDENTIAL, {
					recipient: '+4915123456789',
					text: 'Follow me',
					sendAt: inSeconds(90),
				}),
			),
			{ timeoutMs: patience / 3 },
		);
		const [execution] = await n8n.waitForExecutions(id, 1, { timeoutMs: patience / 3 });
		expect(execution.status).toBe('success');
		expect(output(execution, 'On Its Way')).toMatchObject([
			{ status: 'sent', recipient: '+4915123456789' },
		]);

		expect(await follow()).not.toBe(url);
	}),
	patience,
);

it.each<[why: string, credential: string, parameters: object, words: RegExp[]]>([
	[
		'a status that the gateway never reports',
		CREDENTIAL,
		{ events: ['delivered'] },
		[/"Trigger On" is Delivered/, /ChatWhatsApp report only Sent/, /Choose at least one status/],
	],
	[
		'an address on this machine, for a gateway on the internet',
		'On the internet',
		{},
		[/lead to "127\.0\.0\.1", which is not reachable from the internet/, /Set N8N_WEBHOOK_URL/],
	],
])(
	'is not published for %s, and says what to do',
	async (_, credential, parameters, words) =>
		await inEditor(async (editor) => {
			const id = await ui.environment.n8n.createWorkflow(listening(credential, { ...parameters }));
			await editor.openWorkflow(id);
			const notice = await editor.publishRefused();
			for (const word of words) expect(notice).toMatch(word);
		})(),
	patience,
);

it(
	'listens for a test event: one with a wrong secret shows an item that says why',
	inEditor(async (editor) => {
		const id = await ui.environment.n8n.createWorkflow(listening(CREDENTIAL));
		await editor.openWorkflow(id);
		await editor.openNode('Status');
		const url = await editor.webhookUrl('Test URL');
		await editor.listen();
		const { status } = await axios.post(
			`${url}?secret=wrong`,
			{ event: 'message.sent' },
			{ validateStatus: () => true },
		);
		expect(status).toBe(401);
		expect(await editor.firstRow()).toMatchObject({
			ignored: expect.stringMatching(
				/^The webhook was rejected: .*secret.* Compare "Webhook Secret"/,
			),
			reason: 'rejected',
			httpStatus: '401',
		});
	}),
	patience,
);
