/**
 * `npm run docs:screenshots`: makes the pictures of the README and the docs, in a real n8n with a
 * sandbox gateway, and writes them into docs/images. Look at each of them before you commit it.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import axios from 'axios';
import type { Browser, Locator, Page } from 'playwright-core';

import { output, type Json, type WorkflowJson } from '../harness/client.mts';
import { readExample } from '../harness/examples.mts';
import { projectRoot } from '../harness/folders.mts';
import {
	chain,
	credentialFor,
	inSeconds,
	listening,
	oneNode,
	startEnvironment,
	SECRET,
	until,
	type Environment,
} from '../test/e2e/environment.mts';
import { pageOf, pauseSecond, storeWith } from '../test/board/pages.mts';
import { seededRows } from '../test/board/seed.mts';
import { inPage, newContext, openBrowser } from '../test/ui/browser.mts';
import { Editor } from '../test/ui/editor.mts';

/** The name that the examples ask for. */
const CREDENTIAL = 'Message Gateway account';
/** Of a gateway without a scheduler: n8n holds its messages. */
const HOLDING = 'Whapi.Cloud';
/** Of a gateway with templates. */
const TEMPLATES = 'WhatsApp Business Platform';

/** A page's width in which n8n has room for all that stands above a node's output. */
const WIDE = 1440;

/** A picture that is much larger slows the README down. */
const largestBytes = 160_000;

const images = join(projectRoot(), 'docs', 'images');

async function save(name: string, shown: Page | Locator) {
	await seen('page' in shown ? shown.page() : shown);
	const picture = await shown.screenshot({ animations: 'disabled' });
	const file = join(images, `${name}.png`);
	writeFileSync(file, picture);
	const { size } = statSync(file);
	console.log(`${file} (${Math.round(size / 1000)} kB)`);
	if (size > largestBytes) throw new Error(`${name}.png is larger than ${largestBytes} bytes.`);
}

/** Notices that cover what is to be seen, and the blinking cursor. */
const unwanted =
	'.el-notification, .vue-flow__minimap { display: none } * { caret-color: transparent }';

/** Icons come after the rest of the page. */
async function seen(page: Page) {
	await page.waitForLoadState('networkidle');
	await page.waitForFunction(
		'[...document.images].every((image) => image.complete && image.naturalWidth > 0)',
	);
}

type Steps = (editor: Editor, environment: Environment) => Promise<void>;

/** The example "Schedule a message" on the canvas, as it is imported. */
const canvas: Steps = async (editor, { n8n }) => {
	const id = await n8n.createWorkflow(readExample('schedule-a-message.json'));
	await editor.openWorkflow(id, 4);
	await editor.fit();
	await save('canvas', editor.page);
};

/** Another example, in the dark theme. */
const canvasDark: Steps = async (editor, { n8n }) => {
	await editor.page.emulateMedia({ colorScheme: 'dark' });
	const id = await n8n.createWorkflow(readExample('list-reschedule-cancel.json'));
	await editor.openWorkflow(id, 3);
	await editor.fit();
	await save('canvas-dark', editor.page);
};

/** Both nodes in the nodes panel. */
const panel: Steps = async (editor) => {
	await editor.page.setViewportSize({ width: 1280, height: 1100 });
	await editor.openNewWorkflow();
	await editor.searchNodes('message scheduler');
	await editor.entries('Message Scheduler').click();
	await editor.entries('On message delivered').waitFor();
	await editor.unfold('Triggers');
	await editor.unfold('Actions');
	await editor.entries('Send due scheduled messages').waitFor();
	await save('nodes-panel', editor.marked('node-creator'));
};

/** The action node: filled in by hand, run, and its output. */
const node: Steps = async (editor, { n8n }) => {
	const id = await n8n.createWorkflow({
		name: 'Remind a guest',
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'Schedule a message',
				type: 'n8n-nodes-message-scheduler.messageScheduler',
				parameters: {},
				credentials: { messageGatewayApi: CREDENTIAL },
			},
		],
		connections: chain('Start', 'Schedule a message'),
		settings: { timezone: 'Europe/Berlin' },
	});
	await editor.page.setViewportSize({ width: WIDE, height: 960 });
	await editor.openWorkflow(id, 2);
	await editor.openNode('Schedule a message');
	await editor.fill('recipient', '+1 202-555-0101');
	await editor.fill('text', 'Your table is ready at seven. See you!');
	await editor.pickTomorrow('sendAt', '18:30:00');
	await editor.execute();
	await editor.view('schema');
	await save('node', editor.page);
};

/** The output of a list, as a table. */
const table: Steps = async (editor, { n8n }) => {
	const words = [
		['+12025550102', 'Your parcel comes today'],
		['+12025550103', 'Your call starts in ten minutes'],
		['+12025550104', 'The museum opens at nine'],
	];
	const nextHour = Math.ceil(Date.now() / 3_600_000 + 1) * 3_600_000;
	const items = words.map(([to, text], i) => ({
		to,
		text,
		at: new Date(nextHour + i * 1_800_000).toISOString(),
	}));
	const parameters = {
		recipient: '={{ $json.to }}',
		text: '={{ $json.text }}',
		sendAt: '={{ $json.at }}',
	};
	await n8n.runManually(await n8n.createWorkflow(oneNode(CREDENTIAL, parameters, { items })));
	const id = await n8n.createWorkflow(
		oneNode(CREDENTIAL, { operation: 'getAll', filters: { status: 'scheduled' } }),
	);
	await editor.page.setViewportSize({ width: 2100, height: 600 });
	await editor.openWorkflow(id, 4);
	await editor.openNode('Message Scheduler');
	await editor.execute();
	await editor.view('table');
	await save('output', editor.output);
};

/** A test event in the trigger. */
const trigger: Steps = async (editor, { n8n, sandbox }) => {
	const id = await n8n.createWorkflow(listening(CREDENTIAL));
	await editor.page.setViewportSize({ width: WIDE, height: 800 });
	await editor.openWorkflow(id);
	await editor.openNode('Status');
	const url = await editor.webhookUrl('Test URL');
	await editor.listen();
	await axios.post(`${url}?secret=${encodeURIComponent(SECRET)}`, {
		event: 'message.sent',
		sessionId: sandbox.accounts.chatWhatsApp.sessionId,
		timestamp: new Date().toISOString(),
		scheduledId: 'sched_abc123',
		status: 'success',
		result: { messageId: '3EB0ABC123456789', to: '12025550101@s.whatsapp.net' },
	});
	await editor.firstRow();
	await editor.view('schema');
	await editor.webhookUrl('Production URL');
	await save('trigger', editor.page);
};

/** The list of templates, and a field for each variable of the one that was chosen. */
const template: Steps = async (editor, { n8n }) => {
	const id = await n8n.createWorkflow(
		oneNode(TEMPLATES, { messageType: 'template', recipient: '+1 202-555-0101' }),
	);
	await editor.page.setViewportSize({ width: 1280, height: 940 });
	await editor.openWorkflow(id, 4);
	await editor.openNode('Message Scheduler');
	const entries = await editor.listed('template');
	await save('template-list', editor.parameters);
	await entries.filter({ hasText: 'appointment_reminder' }).first().click();
	await editor.fill('body.1', 'Ana');
	await editor.fill('body.2', 'Monday at ten');
	await editor.fill('button.0.payload', 'coming');
	await editor.fill('button.1.url', '17');
	// Takes the hints of the field away.
	await editor.parameters.getByText('Recipient', { exact: true }).click();
	await save('template', editor.parameters);
};

/** The credential, filled in and tested. */
const credential: Steps = async (editor, { n8n, sandbox }) => {
	await editor.page.setViewportSize({ width: 1280, height: 1100 });
	await editor.newCredential('Message Gateway API');
	await editor.choose('gateway', 'ChatWhatsApp');
	const fields = Object.entries(credentialFor(sandbox, 'chatWhatsApp'));
	for (const [name, value] of fields.filter(([name]) => name !== 'gateway')) {
		await editor.fill(name, String(value));
	}
	await editor.saveCredential();
	await save('credential', editor.marked('editCredential-modal'));
	// With the name that n8n gives to the first one; what is shown next has its own of that name.
	const [{ id }] = await n8n.request<Array<{ id: string }>>('GET', '/credentials');
	await n8n.request('DELETE', `/credentials/${id}`);
};

/** The Data Table in which n8n holds messages, with where each of them has got to. */
const dataTable: Steps = async (editor, { n8n, sandbox }) => {
	const held = { storeIn: 'dataTable', options: { ifTimePassed: 'sendEarliest' } };
	const run = async (parameters: Json, items?: Json[]) => {
		const id = await n8n.createWorkflow(oneNode(HOLDING, parameters, { items }));
		return output(await n8n.runManually(id), 'Message Scheduler');
	};
	const use = (workflow: WorkflowJson): WorkflowJson =>
		JSON.parse(JSON.stringify(workflow).replaceAll(`"${CREDENTIAL}"`, `"${HOLDING}"`));
	sandbox.script('whapi', ['sent', 'delivered'], { to: '12025550102' });
	sandbox.script('whapi', [{ status: 'failed', reason: 'Not on WhatsApp' }], {
		to: '12025550103',
	});
	const tracking = await n8n.createWorkflow(use(readExample('follow-statuses.json')));
	await n8n.activate(tracking);

	const soon = inSeconds(8);
	const items = [
		{ to: '+12025550101', text: 'Your table is ready at seven. See you!', at: soon },
		{ to: '+12025550102', text: 'Your parcel comes today', at: soon },
		{ to: '+12025550103', text: 'Your call starts in ten minutes', at: soon },
		{ to: '+12025550104', text: 'The museum opens at nine', at: inSeconds(7_200) },
		{ to: '+12025550105', text: 'Your invoice is due on Friday', at: inSeconds(90_000) },
		{ to: '+12025550106', text: 'Please confirm your appointment', at: inSeconds(180_000) },
	];
	const given = await run(
		{
			...held,
			recipient: '={{ $json.to }}',
			text: '={{ $json.text }}',
			sendAt: '={{ $json.at }}',
		},
		items,
	);
	const byId = { __rl: true, mode: 'id', value: given[3].scheduleId };
	await run({ operation: 'cancel', scheduleId: byId });
	await until(
		() => Date.now(),
		(now) => now > Date.parse(soon),
	);
	await run({ operation: 'sendDue' });
	const wanted = ['read', 'delivered', 'failed', 'cancelled', 'scheduled', 'scheduled'];
	await until(
		async () => {
			const rows = await run({ operation: 'getAll', storeIn: 'dataTable' });
			return items.map(
				({ text }) => rows.find((row) => row.text === text)?.status as string | undefined,
			);
		},
		(statuses) => statuses.join() === wanted.join(),
		60_000,
	);
	await editor.openDataTable('scheduled_messages');
	await editor.page.setViewportSize({ width: 1640, height: 400 });
	await save('data-table', editor.page);
};

/** The board, from seeded messages: it needs no n8n. The top of it in each width, in both themes. */
async function boards(browser: Browser): Promise<void> {
	const store = await storeWith(seededRows(3_000));
	await pauseSecond(store.accounts, 'Moving to a new number');
	const html = await pageOf(store);
	const sizes = { 360: 1_280, 768: 1_280, 1280: 1_330, 1920: 1_280 };
	for (const [width, height] of Object.entries(sizes).map((size) => size.map(Number))) {
		for (const colorScheme of ['light', 'dark'] as const) {
			const context = await browser.newContext({ viewport: { width, height }, colorScheme });
			const page = await context.newPage();
			await page.setContent(html);
			const name = [
				'board',
				...(width === 1280 ? [] : [width]),
				...(colorScheme === 'light' ? [] : [colorScheme]),
			];
			await save(name.join('-'), page);
			await context.close();
		}
	}
}

const pictures = { canvas, canvasDark, panel, node, table, trigger, template, dataTable };

const only = process.argv.slice(2);
mkdirSync(images, { recursive: true });
const browser = await openBrowser();
if (only.length === 0 || only.includes('boards')) await boards(browser);
if (only.join() === 'boards') {
	await browser.close();
	process.exit();
}
const environment = await startEnvironment({}, { statusDelayMs: 30_000 });
try {
	const wanted = (name: string) => only.length === 0 || only.includes(name);
	const make = async (name: string, gateway: string) =>
		await environment.n8n.createCredential(
			name,
			'messageGatewayApi',
			credentialFor(environment.sandbox, gateway),
		);
	const context = await newContext(browser);
	const inEditor = async (steps: Steps) =>
		await inPage(context, async (page) => {
			await page.addInitScript(
				`addEventListener('DOMContentLoaded', () => document.head.append(Object.assign(document.createElement('style'), { textContent: ${JSON.stringify(unwanted)} })))`,
			);
			await steps(new Editor(page, environment.n8n), environment);
		});
	await inEditor(async (editor) => await editor.signIn());
	if (wanted('credential')) await inEditor(credential);
	await make(CREDENTIAL, 'chatWhatsApp');
	await make(HOLDING, 'whapi');
	await make(TEMPLATES, 'whatsAppCloud');
	for (const [name, steps] of Object.entries(pictures)) {
		if (wanted(name)) await inEditor(steps);
	}
} finally {
	await browser.close();
	await environment.close();
}
