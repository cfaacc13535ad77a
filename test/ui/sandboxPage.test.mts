import axios from 'axios';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { gateways } from '../../gateways/registry';
import { credentialForm, guides } from '../../harness/credentialForm.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { startReceiver, type Receiver } from '../sandbox/receiver.mts';
import { inPage, newContext, openBrowser } from './browser.mts';

/** The sandbox's page in a real browser, as somebody plays with it; needs no n8n. */
const SECRET = 'the-secret-of-the-test';

/** Runs as a script where a page shows it unescaped. */
const HOSTILE = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script> & "Hi"';

let browser: Browser;
let context: BrowserContext;
let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
	browser = await openBrowser();
	context = await newContext(browser);
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	receiver = await startReceiver();
}, 120_000);

beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 60, rateLimits: false, guides: guides(SECRET) });
});

afterEach(async () => await sandbox.close());

afterAll(async () => {
	await receiver?.close();
	await browser?.close();
});

/** Steps on the page of a gateway; fails where the page tells of a fault in its console. */
const onPage = async (gateway: string, steps: (page: Page) => Promise<void>) =>
	await inPage(context, async (page) => {
		const faults: string[] = [];
		page.on('pageerror', (error) => faults.push(String(error)));
		page.on('console', (line) => {
			if (/Content Security Policy/i.test(line.text())) faults.push(line.text());
		});
		await page.goto(`${sandbox.origin}/?gateway=${gateway}`);
		await steps(page);
		expect(faults).toEqual([]);
		expect(await page.evaluate('window.harmed')).toBeUndefined();
	});

const send = async (body: string) => {
	const { baseUrl, apiToken } = sandbox.accounts.whapi;
	return await axios.post<{ message: { id: string } }>(
		`${baseUrl}/messages/text`,
		{ to: '61371989951', body },
		{ headers: { Authorization: `Bearer ${apiToken}` }, validateStatus: () => true },
	);
};

const schedule = async (text: string) => {
	const { baseUrl, sessionId, apiKey } = sandbox.accounts.chatWhatsApp;
	const scheduledAt = new Date(Date.now() + 10 * 3_600_000).toISOString();
	await axios.post(
		`${baseUrl}/sessions/${sessionId}/scheduled`,
		{ to: '919988066776', text, scheduledAt },
		{ headers: { 'X-API-Key': apiKey } },
	);
};

it('shows what to enter into the credential of each gateway, to be copied', async () => {
	await onPage(gateways[0].id, async (page) => {
		for (const { id, label } of gateways) {
			await page.getByRole('link', { name: label }).click();
			await page.waitForURL(`**/?gateway=${id}`);
			const form = credentialForm(sandbox, id as keyof Sandbox['accounts'], SECRET);
			const rows = page.locator('#credential tr');
			const shown = await rows.evaluateAll((all) =>
				all.map((row) => [
					row.querySelector('th')!.firstChild!.textContent!.trim(),
					row.querySelector('code')!.textContent,
				]),
			);
			expect(shown).toEqual(form.map((field) => [field.label, field.value]));
			for (const { label: name, value } of form) {
				await page.getByRole('button', { name: `Copy ${name}`, exact: true }).click();
				await page.waitForFunction(
					`navigator.clipboard.readText().then((text) => text === ${JSON.stringify(value)})`,
				);
			}
		}
	});
});

it('shows by itself what comes, as text, and sets its status', async () => {
	sandbox.setWebhook('whapi', { url: receiver.url });
	await onPage('whapi', async (page) => {
		await page.getByText('No message received yet.').waitFor();
		await page.getByRole('button', { name: 'Stop at sent' }).click();
		await page.locator('#way-sent[aria-pressed=true]').waitFor();
		const { id } = (await send(HOSTILE)).data.message;
		const row = page.locator(`#messages tr[data-message="${id}"]`);
		await row.getByText('sent', { exact: true }).first().waitFor();
		expect(await row.locator('.text').innerText()).toBe(HOSTILE);
		expect(await page.locator('img').count()).toBe(0);
		await page.locator('#tab-whapi').getByText('1', { exact: true }).waitFor();

		await row.getByRole('button', { name: 'failed' }).click();
		await row.locator('td.bad', { hasText: 'failed' }).waitFor();
		expect(sandbox.messages('whapi')).toMatchObject([{ status: 'failed' }]);
		const delivery = page.locator('#deliveries tbody tr').first();
		await delivery.getByText('statuses.post').waitFor();
		await delivery.getByText('200').waitFor();
		expect(receiver.bodies().at(-1)).toMatchObject({ statuses: [{ id, status: 'failed' }] });

		// What is unfolded stays so when more comes.
		await delivery.getByText('Body').click();
		await row.getByRole('button', { name: 'delivered' }).click();
		await page.locator('#deliveries details[open]').getByText('"status": "failed"').waitFor();
	});
});

it('breaks the gateway for a while, and mends it', async () => {
	await onPage('whapi', async (page) => {
		await page.getByRole('button', { name: '503: not available' }).click();
		await page.locator('#faults').getByText('503: not available').waitFor();
		expect((await send('Hello')).status).toBe(503);
		await page.locator('#requests').getByText('503 (errorBefore)').waitFor();
		await page.getByRole('button', { name: 'End it' }).click();
		await page.locator('#faults').waitFor({ state: 'detached' });
		expect((await send('Hello')).status).toBe(200);
	});
});

it('says that nobody listens, and comes back by itself', async () => {
	await onPage('whapi', async (page) => {
		await page.getByRole('button', { name: 'Connection refused' }).click();
		await page.locator('#notice', { hasText: 'does not respond' }).waitFor();
		await expect(send('Hello')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
		sandbox.goUp();
		await page.locator('#notice:empty').waitFor({ state: 'attached' });
	});
});

it('takes the trigger’s address, and loses nothing that one types', async () => {
	await onPage('chatWhatsApp', async (page) => {
		const field = page.getByLabel('Webhook URL of the trigger');
		await field.fill('http://127.0.0.1:1/web');
		await schedule('Your table');
		await page.locator('#held').getByText('Your table').waitFor();
		expect(await field.inputValue()).toBe('http://127.0.0.1:1/web');
		expect(await page.evaluate('document.activeElement.id')).toBe('url');

		await field.fill('http:// not an address');
		await page.evaluate("document.querySelector('#webhook form').noValidate = true");
		await page.getByRole('button', { name: 'Enter' }).click();
		await page.locator('#notice', { hasText: '"Webhook URL" is "http:// not an' }).waitFor();

		await field.fill(receiver.url);
		await page.getByRole('button', { name: 'Enter' }).click();
		await page.locator('#registered').getByText(`${receiver.url}?secret=${SECRET}`).waitFor();
		await page.getByRole('button', { name: 'Send now' }).click();
		await page.locator('#deliveries td').getByText('message.sent', { exact: true }).waitFor();
		expect(receiver.received[0].path).toBe(`/webhook?secret=${SECRET}`);
	});
});

it('says when a held message goes out here, and how long that is', async () => {
	await schedule('Your table');
	await onPage('chatWhatsApp', async (page) => {
		const row = page.locator('#held tbody tr');
		const times = await row
			.locator('time')
			.evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute('datetime')!)));
		const [{ message, goesOutAt }] = sandbox.look('chatWhatsApp').held;
		expect(times).toEqual([Date.parse(message.scheduledAt!), goesOutAt.getTime()]);
		await row.getByText(/\(in \d+ min \d+ s\)/).waitFor();
	});
});

it.each(['light', 'dark'] as const)('fits 900 pixels, in the %s', async (colorScheme) => {
	await schedule('A long text that has to be broken somewhere '.repeat(4));
	await schedule('x'.repeat(300));
	const { id } = (await send('x'.repeat(300))).data.message;
	sandbox.setWebhook('whapi', { url: `${receiver.url}/${'x'.repeat(200)}` });
	await sandbox.idle({ ignoreScheduled: true });
	sandbox.setStatus('whapi', id, 'failed', 'y'.repeat(200));
	for (const kind of ['errorBefore', 'hang'] as const) sandbox.faults.add({ kind });
	for (const { id: gateway } of gateways) {
		await onPage(gateway, async (page) => {
			await page.setViewportSize({ width: 900, height: 700 });
			await page.emulateMedia({ colorScheme });
			expect([gateway, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
				gateway,
				900,
			]);
			const [ink, paper] = await page.evaluate<string[]>(
				'(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.documentElement))',
			);
			const brightness = (color: string) =>
				color
					.match(/\d+/g)!
					.slice(0, 3)
					.reduce((sum, part) => sum + Number(part), 0);
			expect(brightness(paper) > brightness(ink)).toBe(colorScheme === 'light');
		});
	}
});
