import { ensureTable, insertRows } from '../../harness/tables.mts';
import { ACTION, chain, credentialFor } from '../e2e/environment.mts';
import type { Editor } from './editor.mts';
import { patience, signedIn } from './inEditor.mts';

/** What n8n's editor shows of messages that n8n stores: the list that cannot have them, and the table. */
const CREDENTIAL = 'Whapi';

const ui = signedIn({
	prepare: async ({ n8n, sandbox }) =>
		void (await n8n.createCredential(
			CREDENTIAL,
			'messageGatewayApi',
			credentialFor(sandbox, 'whapi'),
		)),
});
const { inEditor } = ui;

/** A workflow of one node with that operation, opened at the node. */
async function openOperation(
	editor: Editor,
	operation: string,
	dataTable = 'scheduled_messages',
): Promise<void> {
	const id = await ui.environment.n8n.createWorkflow({
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'Node',
				type: ACTION,
				parameters: {
					operation,
					storeIn: 'dataTable',
					dataTable: { __rl: true, mode: 'name', value: dataTable },
				},
				credentials: { messageGatewayApi: CREDENTIAL },
			},
		],
		connections: chain('Start', 'Node'),
	});
	await editor.openWorkflow(id, 2);
	await editor.openNode('Node');
}

it(
	'From List says in whole lines what to do for messages that n8n stores, and offers none of them',
	inEditor(async (editor) => {
		await openOperation(editor, 'cancel');
		const lines = await editor.listed('scheduleId');
		expect(await lines.allInnerTexts()).toEqual([
			'Whapi.Cloud stores no messages itself',
			'Choose By ID: "schedule_id" in the table or PostgreSQL',
		]);
		// n8n cuts off what is too long for a line.
		for (const line of await lines.locator('span').all()) {
			const { scrollWidth, clientWidth } = await line.evaluate((element) => ({
				scrollWidth: element['scrollWidth' as never] as number,
				clientWidth: element['clientWidth' as never] as number,
			}));
			expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
		}
		expect(await editor.marked('rlc-error-container').count()).toBe(0);
		await lines.first().click();
		const input = editor.parameter('scheduleId').getByTestId('rlc-input');
		expect(await input.inputValue()).toBe('');
	}),
	patience,
);

it.each([
	['schedule', 1],
	['sendDue', 0],
])(
	'the table is entered by name or by id; that it is created is said for Schedule only: %s',
	async (operation, times) =>
		await inEditor(async (editor) => {
			await openOperation(editor, operation);
			const field = editor.parameter('dataTable');
			const input = field.getByTestId('rlc-input');
			expect(await input.inputValue()).toBe('scheduled_messages');
			expect(await editor.parameters.getByText('Created if it does not exist').count()).toBe(times);
			await field.getByTestId('rlc-mode-selector').click();
			await editor.marked('mode-id').click();
			await editor.parameters.getByText("The last part of the table's URL").waitFor();
		})(),
	patience,
);

it(
	'refuses the mistyped name of a table, with the nearest one',
	inEditor(async (editor) => {
		await ensureTable(ui.environment.n8n);
		await openOperation(editor, 'getAll', 'sheduled_mesages');
		const refusal = await editor.executeRefused();
		expect(refusal).toContain('"Data Table" is "sheduled_mesages"');
		expect(refusal).toContain('Did you mean "scheduled_messages"?');
		await editor.page.goto(`${ui.environment.n8n.url}home/datatables`);
		await editor.marked('data-table-card').first().waitFor();
		const tables = await editor.marked('data-table-card').allInnerTexts();
		expect(tables.filter((name) => name.includes('sheduled'))).toEqual([]);
	}),
	patience,
);

it(
	'shows a failure’s reason without scrolling',
	inEditor(async (editor) => {
		await ensureTable(ui.environment.n8n);
		await insertRows(ui.environment.n8n, [
			{ status: 'failed', recipient: '+12025550103', text: 'Hi', failure: 'Not on WhatsApp' },
		]);
		await editor.page.setViewportSize({ width: 1440, height: 900 });
		await editor.openDataTable('scheduled_messages');
		const heads = editor.marked('data-table-grid').locator('[role="columnheader"]');
		const shown: Array<{ readonly name: string; readonly right: number }> = [];
		for (const head of await heads.all()) {
			const { x = 0, width = 0 } = (await head.boundingBox()) ?? {};
			shown.push({ name: (await head.innerText()).trim(), right: x + width });
		}
		const named = shown.filter(({ name }) => name !== '').sort((a, b) => a.right - b.right);
		expect(named.map(({ name }) => name).slice(0, 6)).toEqual([
			'id',
			'status',
			'send_at',
			'recipient',
			'text',
			'failure',
		]);
		expect(named[5].right).toBeLessThanOrEqual(1_440);
		await editor.page.getByText('Not on WhatsApp').waitFor();
	}),
	patience,
);
