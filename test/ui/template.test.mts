import { readExample } from '../../harness/examples.mts';
import { credentialFor } from '../e2e/environment.mts';
import { patience, signedIn } from './inEditor.mts';

/** "Your first template" of the gateway's page, click by click. */
const GATEWAY = 'whatsAppCloud';
const ui = signedIn({ clipboard: true });
const { inEditor } = ui;

it(
	'sends a template: credential, import, template from the list, one field for each variable',
	inEditor(async (editor) => {
		const { sandbox } = ui.environment;
		await editor.newCredential('Message Gateway API');
		await editor.choose('gateway', 'WhatsApp Business Platform (Cloud API)');
		for (const [name, value] of Object.entries(credentialFor(sandbox, GATEWAY))) {
			if (name.startsWith(GATEWAY)) await editor.fill(name, String(value));
		}
		expect(await editor.saveCredential()).toBe('good');
		await editor.page.keyboard.press('Escape');

		await editor.importWorkflow(readExample('send-a-message.json'));
		await editor.openNode('Send a Text');
		expect(await editor.credential()).toBe('Message Gateway account');
		await editor.fill('recipient', '+1 650 555 1234');
		await editor.choose('messageType', 'Template');
		const templates = await editor.listed('template');
		await templates.filter({ hasText: 'appointment_reminder' }).first().click();
		// Names what each field fills, within the room that n8n has for a label.
		await editor.parameters.getByText('{{2}}: ', { exact: false }).first().waitFor();
		await editor.fill('body.1', 'Ana');
		await editor.fill('body.2', 'Monday at ten');
		await editor.fill('button.1.url', '17');
		await editor.execute();
		expect(await editor.firstRow()).toMatchObject({ recipient: '+16505551234' });
		expect(sandbox.messages(GATEWAY)).toMatchObject([
			{ to: '16505551234', type: 'template', body: { template: { name: 'appointment_reminder' } } },
		]);
		const filled = JSON.stringify(sandbox.messages(GATEWAY)[0].body);
		for (const value of ['Ana', 'Monday at ten', '17'])
			expect(filled).toContain(`"text":"${value}"`);
	}),
	patience,
);
