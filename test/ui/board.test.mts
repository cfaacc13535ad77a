import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';

import { hostileTexts } from '../board/hostile.mts';
import { pageOf, pauseSecond, storeWith } from '../board/pages.mts';
import { seededRows, type Seeded } from '../board/seed.mts';
import { inPage, newContext, openBrowser } from './browser.mts';

/** The board in a real browser; needs no n8n. */

/** What n8n puts around the pages of webhooks (packages/core/src/html-sandbox.ts). */
const N8N_SANDBOX =
	'sandbox allow-downloads allow-forms allow-modals allow-orientation-lock allow-pointer-lock allow-popups allow-presentation allow-scripts allow-top-navigation allow-top-navigation-by-user-activation allow-top-navigation-to-custom-protocols';

type Store = Awaited<ReturnType<typeof storeWith>>;

let browser: Browser;
let seeded: Store;

beforeAll(async () => {
	browser = await openBrowser();
	seeded = await storeWith(seededRows(3_000));
	await pauseSecond(seeded.accounts, 'Moving to a new number');
}, 120_000);
afterAll(async () => await browser?.close());

/** Serves a store's board as the recipe does; `policy: false` takes the page's own policy away. */
async function serve(store: Store, { policy = true } = {}) {
	const requests: string[] = [];
	const server: Server = createServer((request, response) => {
		const { searchParams } = new URL(request.url!, 'http://board');
		requests.push(request.url!);
		void pageOf(store, Object.fromEntries(searchParams)).then((html) => {
			const headers = policy ? { 'content-security-policy': N8N_SANDBOX } : {};
			response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' });
			response.end(policy ? html : html.replace(/<meta\s+http-equiv[^>]*>/, ''));
		});
	});
	await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/webhook/message-board`,
		requests,
		close: async () => await new Promise((resolve) => void server.close(resolve)),
	};
}

/** Steps on the pages of a store. */
async function onBoard(
	store: Store,
	options: Parameters<typeof serve>[1],
	steps: (page: Page, url: string, requests: readonly string[]) => Promise<void>,
): Promise<void> {
	const { url, requests, close } = await serve(store, options);
	const context = await newContext(browser);
	try {
		await inPage(context, async (page) => await steps(page, url, requests));
	} finally {
		await context.close();
		await close();
	}
}

const aMessage = () =>
	[...seeded.table.rows.values()].find(({ status, text }) => status === 'read' && text !== null)!;
const VIEWS = () => ['', '?view=search', `?view=message&id=${String(aMessage().schedule_id)}`];

describe('1,000 hostile texts', () => {
	const texts = hostileTexts(1_000);
	/** Every text in every column that a page shows. */
	const rows = seededRows(texts.length).map((row, index): Seeded => {
		const text = texts[index];
		return {
			...row,
			status: index % 2 === 0 ? 'failed' : 'unconfirmed',
			updatedAt: new Date(Date.parse('2026-11-22T08:00:00.000Z') - index * 1_000).toISOString(),
			recipient: text,
			text,
			failure: text,
			reference: text,
			group_name: text,
			credential: text,
			account: text,
			gateway: text,
			timezone: text,
			template: text,
			file_name: text,
			message_id: text,
			sending_window: text,
			type: 'text',
		};
	});

	it.each([true, false])(
		'do nothing but stand there, with the policy: %s',
		async (policy) => {
			const store = await storeWith(rows);
			await pauseSecond(store.accounts, texts[0]);
			await onBoard(store, { policy }, async (page, url, requests) => {
				const asked: string[] = [];
				page.on('request', (request) => asked.push(request.url()));
				page.on('dialog', (dialog) => void dialog.dismiss());
				const seen = new Set<string>();
				const check = async (address: string) => {
					await page.goto(address);
					const found = await page.evaluate<{
						harmed: unknown;
						strange: string[];
						texts: string[];
					}>(
						`({
						harmed: window.harmed,
						strange: [...document.querySelectorAll('script,img,iframe,object,embed,base,form[action],link,video,math,template,xmp,textarea,[onerror],[onload],[onfocus],[srcdoc]')].map((one) => one.outerHTML)
							.concat([...document.querySelectorAll('a')].map((one) => one.getAttribute('href')).filter((href) => !/^[?#]/.test(href))),
						texts: [...document.querySelectorAll('td bdi, pre.quote')].map((one) => one.textContent),
					})`,
					);
					expect({ address, harmed: found.harmed, strange: found.strange }).toEqual({
						address,
						harmed: undefined,
						strange: [],
					});
					for (const text of found.texts) seen.add(text);
				};
				await check(url);
				let next: string | null = `${url}?view=search`;
				let pages = 0;
				while (next !== null) {
					await check(next);
					pages++;
					const older = page.getByRole('link', { name: 'Older' });
					next = (await older.count()) === 0 ? null : `${url}${await older.getAttribute('href')}`;
				}
				expect(pages).toBe(20);
				for (let index = 0; index < texts.length; index += 20) {
					await check(`${url}?view=message&id=${String(rows[index].schedule_id)}`);
				}
				const text = encodeURIComponent(texts[3]);
				for (const name of ['recipient', 'reference', 'group', 'id', 'before']) {
					await check(`${url}?view=search&${name}=${text}`);
				}
				// Nothing was asked for but the pages, and the texts are there as they are.
				expect(asked.filter((one) => !one.startsWith(url))).toEqual([]);
				expect(requests.filter((one) => one !== '/favicon.ico').length).toBe(asked.length);
				const shown = [...seen].join('\n');
				for (const words of ['<script>window.harmed', '<img src=x onerror=', '</style>', '-->']) {
					expect(shown).toContain(words);
				}
			});
		},
		240_000,
	);

	it('would do harm if one was not escaped', async () => {
		const { url, close } = await serve(seeded, { policy: false });
		const context = await newContext(browser);
		try {
			await inPage(context, async (page) => {
				await page.goto(url);
				const harmful = hostileTexts(40).filter((text) => /^<(img|svg|body)/.test(text));
				await page.setContent(harmful.join(''));
				await page.waitForFunction('window.harmed > 0');
			});
		} finally {
			await context.close();
			await close();
		}
	});
});

it.each(['light', 'dark'] as const)(
	'has no finding of axe, in the %s',
	async (colorScheme) => {
		const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
		await onBoard(seeded, {}, async (page, url) => {
			await page.emulateMedia({ colorScheme });
			for (const width of [360, 1280]) {
				await page.setViewportSize({ width, height: 900 });
				for (const view of [...VIEWS(), '?view=search&recipient=nobody', '?id=nobody']) {
					await page.goto(`${url}${view}`);
					await page.evaluate(axe);
					const findings = await page.evaluate<unknown[]>(
						`axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) =>
						(passes.length < 10 ? ['nothing was looked at'] : []).concat(violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' '))))`,
					);
					expect([width, view, findings]).toEqual([width, view, []]);
				}
			}
		});
	},
	180_000,
);

it.each([360, 768, 1280, 1920])(
	'fits %d pixels in both themes, whatever a text is',
	async (width) => {
		const long = await storeWith(
			seededRows(200).map((row) => ({
				...row,
				status: 'failed',
				updatedAt: '2026-11-22T08:00:00.000Z',
				text: 'x'.repeat(5_000),
				failure: `${'y'.repeat(400)} مرحبا`,
				reference: 'z'.repeat(300),
				credential: 'c'.repeat(300),
				message_id: 'm'.repeat(300),
			})),
		);
		await pauseSecond(long.accounts, 'n'.repeat(500));
		for (const store of [seeded, long]) {
			await onBoard(store, {}, async (page, url) => {
				await page.setViewportSize({ width, height: 800 });
				for (const colorScheme of ['light', 'dark'] as const) {
					await page.emulateMedia({ colorScheme });
					for (const view of VIEWS()) {
						await page.goto(`${url}${view}`);
						const [scrolls, paper, ink] = await page.evaluate<[number, string, string]>(
							'(({ backgroundColor, color }) => [document.documentElement.scrollWidth, backgroundColor, color])(getComputedStyle(document.documentElement))',
						);
						expect([view, scrolls]).toEqual([view, width]);
						expect(brightness(paper) > brightness(ink)).toBe(colorScheme === 'light');
					}
				}
			});
		}
	},
	180_000,
);

const brightness = (color: string) =>
	color
		.match(/\d+/g)!
		.slice(0, 3)
		.reduce((sum, part) => sum + Number(part), 0);

it('works by keyboard within n8n’s sandbox: skip, search, page, message', async () => {
	await onBoard(seeded, {}, async (page, url) => {
		const faults: string[] = [];
		page.on('console', (line) => {
			if (/Content Security Policy|sandbox/i.test(line.text())) faults.push(line.text());
		});
		await page.goto(url);
		await page.keyboard.press('Tab');
		expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
		await page.goto(`${url}?view=search`);
		await page.getByLabel('Recipient').fill(String(aMessage().recipient));
		await page.keyboard.press('Enter');
		await page.waitForURL(/view=search&recipient=%2B49/);
		await page.getByText(/^Found$/).waitFor();
		await page.getByRole('row').nth(1).getByRole('link').click();
		await page.waitForURL(/view=message/);
		await page.getByRole('link', { name: 'Overview' }).click();
		await page.getByRole('heading', { name: 'Next 48 hours' }).waitFor();
		await page.getByText('The hours as a table').click();
		await page.getByRole('table', { name: 'Messages to be sent by the hour' }).waitFor();
		expect(faults).toEqual([]);
	});
});

it('prints in light colours, without what only a screen has', async () => {
	await onBoard(seeded, {}, async (page, url) => {
		await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
		await page.goto(url);
		expect(await page.getByRole('navigation', { name: 'Views' }).isVisible()).toBe(false);
		const paper = await page.evaluate<string>(
			'getComputedStyle(document.documentElement).backgroundColor',
		);
		expect(brightness(paper)).toBe(3 * 255);
		expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
	});
});
