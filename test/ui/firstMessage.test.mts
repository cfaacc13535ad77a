import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { guides } from '../../harness/credentialForm.mts';
import { readExample } from '../../harness/examples.mts';
import { credentialFor, SECRET } from '../e2e/environment.mts';
import { inPage } from './browser.mts';
import { patience, signedIn } from './inEditor.mts';

/** README's "Quick start", click by click. */
const ui = signedIn({ clipboard: true, guides: guides(SECRET) });
const { inEditor } = ui;

/** The values that the sandbox's page shows for a gateway's credential, by the labels of n8n's form. */
const valuesOnPage = async (gateway: string): Promise<ReadonlyMap<string, string>> =>
	await inPage(ui.context, async (page) => {
		await page.goto(`${ui.environment.sandbox.origin}/?gateway=${gateway}`);
		const rows = await page
			.locator('#credential tr')
			.evaluateAll((all) =>
				all.map((row) => [
					row.querySelector('th')!.firstChild!.textContent!.trim(),
					row.querySelector('code')!.textContent!,
				]),
			);
		return new Map(rows.map(([label, value]) => [label, value]));
	});

it(
	'goes out at the gateway: credential, import, number, Execute step',
	inEditor(async (editor) => {
		const values = await valuesOnPage('chatWhatsApp');
		await editor.newCredential('Message Gateway API');
		await editor.choose('gateway', values.get('Gateway')!);
		const fields = new MessageGatewayApi().properties.filter(
			({ name, displayOptions }) =>
				name !== 'gateway' && (displayOptions?.show?.gateway?.includes('chatWhatsApp') ?? true),
		);
		for (const { name, displayName } of fields) {
			await editor.fill(name, values.get(displayName)!);
		}
		expect(await editor.saveCredential()).toBe('good');
		await editor.page.keyboard.press('Escape');

		await editor.importWorkflow(readExample('first-message.json'));
		await editor.openNode('Schedule a Message');
		expect(await editor.credential()).toBe('Message Gateway account');
		await editor.fill('recipient', '+49 1512 3456789');
		await editor.execute();
		const row = await editor.firstRow();
		expect(Object.entries(row).slice(0, 4)).toEqual([
			['status', 'scheduled'],
			['scheduledAtLocal', expect.stringMatching(/^\w{3}, \d\d? \w{3} \d{4}, \d\d:\d\d(:\d\d)?$/)],
			['recipient', '+4915123456789'],
			['text', 'Hello! This is my first scheduled message.'],
		]);
		await editor.output
			.getByText('1 real message was scheduled. Each "Execute step" repeats this.')
			.waitFor();
		expect(ui.environment.sandbox.messages('chatWhatsApp')).toMatchObject([
			{ to: '4915123456789', text: 'Hello! This is my first scheduled message.' },
		]);
	}),
	patience,
);

it(
	'waits in n8n: a gateway without a scheduler says which field to set, then that nobody sends',
	inEditor(async (editor) => {
		await ui.environment.n8n.createCredential(
			'Whapi',
			'messageGatewayApi',
			credentialFor(ui.environment.sandbox, 'whapi'),
		);
		await editor.openHome();
		await editor.importWorkflow(readExample('first-message.json'));
		await editor.openNode('Schedule a Message');
		await editor.chooseCredential('Whapi');
		const refusal = await editor.executeRefused();
		expect(refusal).toContain('Whapi.Cloud has no scheduler of its own');
		expect(refusal).toContain('set "Store Messages In" to "n8n Data Table"');

		await editor.choose('storeIn', 'n8n Data Table');
		await editor.execute();
		expect(await editor.firstRow()).toMatchObject({ status: 'scheduled' });
		await editor.output.getByText(/^1 real message was scheduled/).waitFor();
		await editor.output
			.getByText(/^"Send Due" has never run for this Whapi\.Cloud account.*send-due-messages\.json/)
			.waitFor();
		await editor.closeNode();

		await editor.importWorkflow(readExample('send-due-messages.json'));
		await editor.openNode('Send Due');
		await editor.chooseCredential('Whapi');
		await editor.closeNode();
		expect(await editor.publish()).toContain('Workflow published');
	}),
	patience,
);
