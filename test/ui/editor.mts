import type { Locator, Page } from 'playwright-core';

import type { WorkflowJson } from '../../harness/client.mts';
import type { N8n } from '../../harness/n8n.mts';

/** How a node's data can be shown. */
export type View = 'schema' | 'table' | 'json';

/** How often something is tried again that a page still in motion may have swallowed. */
const tries = 5;
const tryForMs = 10_000;

/** More than n8n's own pause before it takes a text over. */
const typingPauseMs = 500;

/**
 * n8n's editor as a person uses it. What n8n marks for tests is found by that mark; every function
 * waits for what it needs and for nothing else.
 */
export class Editor {
	constructor(
		readonly page: Page,
		private readonly n8n: Pick<N8n, 'url' | 'owner'>,
	) {}

	/** What n8n marks with this name. */
	marked(name: string, within: Page | Locator = this.page): Locator {
		return within.getByTestId(name);
	}

	/** Signs in by the form, as the owner. */
	async signIn() {
		await this.page.goto(`${this.n8n.url}signin`);
		await this.marked('emailOrLdapLoginId').locator('input').fill(this.n8n.owner.email);
		await this.marked('password').locator('input').fill(this.n8n.owner.password);
		await this.marked('form-submit-button').click();
		await this.page.waitForURL(/\/home\//);
	}

	/** Opens the list of workflows, as n8n does after signing in. */
	async openHome() {
		await this.page.goto(`${this.n8n.url}home/workflows`);
	}

	/** Begins something by n8n's own menu at the upper left. */
	async create(entry: 'New workflow' | 'New credential') {
		await this.again(
			async () => await this.marked('universal-add').click(),
			async () => await this.page.getByText(entry, { exact: true }).waitFor({ timeout: tryForMs }),
		);
		await this.page.getByText(entry, { exact: true }).click();
	}

	/** Pastes a workflow onto the canvas of a new one, as one does with the content of an example. */
	async importWorkflow(workflow: WorkflowJson) {
		await this.create('New workflow');
		await this.marked('canvas-add-button').waitFor();
		const text = JSON.stringify(workflow);
		await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
		await this.page.keyboard.press('Control+V');
		const notes = workflow.nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		await this.canvasNodes.nth(workflow.nodes.length - notes.length - 1).waitFor();
	}

	/** Opens an empty workflow. */
	async openNewWorkflow() {
		await this.page.goto(`${this.n8n.url}workflow/new`);
		await this.marked('canvas-add-button').waitFor();
	}

	/** Opens a workflow and waits until all its nodes are there. */
	async openWorkflow(id: string, nodes = 1) {
		await this.page.goto(`${this.n8n.url}workflow/${id}`);
		await this.canvasNodes.nth(nodes - 1).waitFor();
	}

	/** Brings the whole workflow into sight. */
	async fit() {
		await this.marked('zoom-to-fit').click();
	}

	get canvasNodes(): Locator {
		return this.marked('canvas-node');
	}

	// --- The nodes panel

	/** Opens the nodes panel of an empty workflow and searches. */
	async searchNodes(words: string) {
		if (!(await this.marked('node-creator').isVisible())) {
			await this.marked('canvas-add-button').click();
		}
		await this.marked('node-creator-search-bar').fill(words);
	}

	/** The entries of the nodes panel with exactly this name. */
	entries(name: string): Locator {
		return this.marked('node-creator-item-name').filter({ hasText: exactly(name) });
	}

	/** The names that the nodes panel lists, a node's triggers and actions among them. */
	async entryNames(): Promise<string[]> {
		return (await this.marked('node-creator-item-name').allInnerTexts()).map((name) => name.trim());
	}

	/** Unfolds a node's triggers or actions. */
	async unfold(category: 'Triggers' | 'Actions') {
		await this.marked('node-creator-category-item').filter({ hasText: category }).click();
	}

	// --- A node

	/** Opens a node of the canvas. */
	async openNode(name: string) {
		const node = this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
		// The canvas still moves into its place after loading.
		await this.again(
			async () => await node.dblclick(),
			async () => await this.parameters.waitFor({ timeout: tryForMs }),
		);
	}

	/** Takes a node of the canvas out of the way of items, by its key. */
	async deactivateNode(name: string) {
		const node = this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
		// What was pasted is selected as a whole.
		await this.page.locator('.vue-flow__pane').click({ position: { x: 200, y: 80 } });
		await node.click();
		await this.page.keyboard.press('d');
		await node.getByText('(Deactivated)').waitFor();
	}

	async closeNode() {
		await this.marked('ndv-close-button').click();
		await this.parameters.waitFor({ state: 'hidden' });
	}

	get parameters(): Locator {
		return this.marked('node-parameters');
	}

	/** A parameter of the open node, or a field of the open credential, by its internal name. */
	parameter(name: string): Locator {
		return this.marked(`parameter-input-${name}`);
	}

	/** Types into a text field. */
	async fill(name: string, value: string) {
		await this.parameter(name).locator('input, textarea').first().fill(value);
	}

	/** Chooses from a drop-down list, by the visible name. */
	async choose(name: string, choice: string) {
		await this.again(
			async () => await this.parameter(name).click(),
			async () => await this.option(choice).waitFor({ timeout: tryForMs }),
		);
		await this.option(choice).click();
		await this.option(choice).waitFor({ state: 'hidden' });
	}

	private option(choice: string): Locator {
		return this.page
			.locator('[role="option"]:visible')
			.filter({ has: this.page.getByText(choice, { exact: true }) })
			.first();
	}

	/**
	 * Picks the day after today, and a time of that day, with the mouse and the keyboard.
	 *
	 * @returns what the field shows then, e.g. `2026-02-01 15:00:00`
	 */
	async pickTomorrow(name: string, time: string): Promise<string> {
		const field = this.parameter(name).locator('input');
		await field.click();
		const days = this.page.locator('.el-date-table td:visible');
		await days.first().waitFor();
		const classes = await days.evaluateAll((cells) =>
			cells.map((cell) => String((cell as unknown as { className: string }).className)),
		);
		const today = classes.findIndex((names) => names.split(' ').includes('today'));
		await days.nth(today + 1).click();
		await this.page.getByPlaceholder('Select time').fill(time);
		await this.page.getByPlaceholder('Select time').press('Enter');
		await this.page.locator('.el-picker-panel__footer').getByText('OK', { exact: true }).click();
		await days.first().waitFor({ state: 'hidden' });
		return await field.inputValue();
	}

	/** Opens the list of a resource locator and gives its entries. */
	async listed(name: string): Promise<Locator> {
		const entries = this.marked('rlc-item');
		await this.again(
			async () => await this.parameter(name).getByTestId('rlc-input').click(),
			async () => await entries.first().waitFor({ timeout: tryForMs }),
		);
		return entries;
	}

	/** Runs the open node and waits until its output is there. */
	async execute() {
		await this.typed();
		await this.marked('node-execute-button').click();
		await this.output
			.getByText(/^\s*(\w+\s+Branch\s+\()?\d+\s+items?\)?\s*$/)
			.first()
			.waitFor();
	}

	/** Runs the open node, which refuses, and gives what its output says instead. */
	async executeRefused(): Promise<string> {
		await this.typed();
		await this.marked('node-execute-button').click();
		await this.output.getByText('Error details').waitFor();
		return await this.output.innerText();
	}

	/** The name of the credential that the open node has. */
	async credential(): Promise<string> {
		return await this.marked('node-credentials-select').locator('input').inputValue();
	}

	/** Gives the open node another credential. */
	async chooseCredential(name: string) {
		await this.again(
			async () => await this.marked('node-credentials-select').click(),
			async () => await this.option(name).waitFor({ timeout: tryForMs }),
		);
		await this.option(name).click();
	}

	get input(): Locator {
		return this.marked('ndv-input-panel');
	}

	get output(): Locator {
		return this.marked('output-panel');
	}

	/** Shows one of the branches of the open node's output. */
	async outputBranch(name: 'Success' | 'Error') {
		await this.output.getByText(new RegExp(`^\\s*${name} Branch`)).click();
	}

	/** Shows the output of the open node another way. */
	async view(view: View) {
		await this.output.getByTestId(`radio-button-${view}`).click();
	}

	/** The first row of the output table, by column. */
	async firstRow(): Promise<Record<string, string>> {
		await this.view('table');
		const table = this.output.locator('table').first();
		await table.locator('tbody td').first().waitFor();
		const titles = await table.locator('thead th').allInnerTexts();
		const cells = await table.locator('tbody tr').first().locator('td').allInnerTexts();
		return Object.fromEntries(titles.map((title, i) => [title.trim(), cells[i]?.trim() ?? '']));
	}

	/** The names of the fields that a schema lists, in its order: it draws only those in sight. */
	async schemaNames(panel: Locator): Promise<string[]> {
		const items = panel.getByTestId('run-data-schema-item');
		await items.first().waitFor();
		const names = new Set<string>();
		for (let rest = 3; rest > 0; rest--) {
			const before = names.size;
			const seen = await items.evaluateAll((elements) =>
				elements.map((element) => {
					const { innerText } = element as unknown as { innerText: string };
					return innerText.trim().split('\n')[0];
				}),
			);
			for (const name of seen) names.add(name);
			if (names.size > before) rest = 3;
			await items.last().scrollIntoViewIfNeeded();
			await this.page.waitForTimeout(200);
		}
		return [...names];
	}

	// --- Data Tables

	/** Opens a Data Table of the owner's project and waits for its rows. */
	async openDataTable(name: string) {
		await this.page.goto(`${this.n8n.url}home/datatables`);
		// Beside a table of messages stands one of its accounts, whose name begins alike.
		const title = this.page.getByText(name, { exact: true });
		await this.marked('data-table-card').filter({ has: title }).click();
		await this.marked('data-table-grid').locator('[role="row"]').nth(1).waitFor();
	}

	// --- Credentials

	/** Opens the form of a new credential of a type. */
	async newCredential(typeName: string) {
		await this.openHome();
		const select = this.marked('new-credential-type-select');
		// The menu may draw itself anew between its opening and the click.
		await this.again(
			async () => await this.create('New credential'),
			async () => await select.waitFor({ timeout: tryForMs }),
		);
		await select.locator('input').fill(typeName);
		await this.marked('new-credential-type-select-option')
			.filter({ hasText: exactly(typeName) })
			.click();
		await this.marked('new-credential-type-button').click();
		await this.marked('editCredential-modal').waitFor();
	}

	/** Saves the open credential and waits for what n8n shows of its test. */
	async saveCredential(): Promise<'good' | 'bad'> {
		await this.typed();
		const tested = this.page.waitForResponse(/\/rest\/credentials\/test$/);
		await this.marked('credential-save-button').click();
		const { data } = (await (await tested).json()) as { data: { status: string } };
		const isGood = data.status === 'OK';
		const words = isGood
			? 'Connection tested successfully'
			: 'Couldn’t connect with these settings';
		await this.page.getByText(words).waitFor();
		return isGood ? 'good' : 'bad';
	}

	// --- A trigger

	/** The trigger's address as its panel shows it. */
	async webhookUrl(kind: 'Test URL' | 'Production URL'): Promise<string> {
		const url = this.parameters
			.or(this.marked('ndv'))
			.getByText(/https?:\/\/\S+/)
			.first();
		await this.again(
			async () => {
				if (!(await url.isVisible())) {
					await this.parameters.getByText('Webhook URLs', { exact: true }).click();
				}
				await this.page.getByRole('radio', { name: kind, exact: true }).click();
			},
			async () => await url.waitFor({ timeout: tryForMs }),
		);
		return (await url.innerText()).trim();
	}

	/** Begins to wait for a test event in the open trigger. */
	async listen() {
		await this.marked('trigger-execute-button').first().click();
		await this.page.getByText('Listening for test event').first().waitFor();
	}

	/** Publishes the open workflow and gives the words of the notice that follows. */
	async publish(): Promise<string> {
		await this.confirmPublishing();
		const notice = this.page.getByRole('dialog').filter({ hasText: 'Workflow published' });
		await notice.waitFor();
		return await notice.innerText();
	}

	/** Closes the notice that follows publishing. */
	async dismissNotice() {
		await this.page.getByText('Got it', { exact: true }).click();
	}

	/** Publishes the open workflow, which a node refuses, and gives the words of the notice. */
	async publishRefused(): Promise<string> {
		await this.confirmPublishing();
		const notice = this.page.locator('.el-notification');
		await notice.first().waitFor();
		return await notice.first().innerText();
	}

	private async confirmPublishing() {
		await this.marked('workflow-open-publish-modal-button').click();
		await this.marked('workflow-publish-button').click();
	}

	/**
	 * Waits until the editor has taken over what was typed, which it does after a pause in the typing.
	 * Timers of a page run in the order of their due times, so ours comes after its own.
	 */
	private async typed() {
		await this.page.evaluate(`new Promise((resolve) => setTimeout(resolve, ${typingPauseMs}))`);
	}

	private async again(act: () => Promise<void>, check: () => Promise<void>) {
		for (let left = tries - 1; ; left--) {
			await act();
			try {
				return await check();
			} catch (error) {
				if (left === 0) throw error;
			}
		}
	}
}

/** Matches an element's whole text. */
const exactly = (text: string) =>
	new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
