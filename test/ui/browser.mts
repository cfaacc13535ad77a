import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, selectors, type Browser, type BrowserContext, type Page } from 'playwright-core';

import { chromiumMissing, findChromium } from '../../harness/chromium.mts';

/** n8n marks what tests look for with an attribute of its own spelling. */
selectors.setTestIdAttribute('data-test-id');

/** Long, since a machine that tests may be busy with other things; nobody waits where all is well. */
const patienceMs = 60_000;

/** Starts a Chromium without a window, in a fresh profile that goes when it is closed. */
export async function openBrowser(): Promise<Browser> {
	const executablePath = findChromium();
	if (executablePath === undefined) throw new Error(chromiumMissing);
	return await chromium.launch({
		executablePath,
		args: [
			// It finds this machine only. (To stop requests one by one would turn its cache off.)
			'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			// Text would otherwise be drawn after the machine's own screen.
			'--font-render-hinting=none',
		],
	});
}

/**
 * A person's browser: its pages share a cache and who is signed in.
 *
 * @param timezone of the person in front of it
 */
export async function newContext(browser: Browser, timezone = 'UTC'): Promise<BrowserContext> {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 },
		colorScheme: 'light',
		reducedMotion: 'reduce',
		locale: 'en-US',
		timezoneId: timezone,
	});
	context.setDefaultTimeout(patienceMs);
	return context;
}

/** Runs steps in a page of their own; where they fail, the error tells what the page showed. */
export async function inPage<T>(
	context: BrowserContext,
	steps: (page: Page) => Promise<T>,
): Promise<T> {
	const page = await context.newPage();
	try {
		return await steps(page);
	} catch (error) {
		throw new Error(`${(error as Error).message}\n\n${await lastSeen(page)}`, { cause: error });
	} finally {
		await page.close();
	}
}

/** The page's words, for logs, and its picture, for a person at the machine. */
async function lastSeen(page: Page): Promise<string> {
	const picture = join(mkdtempSync(join(tmpdir(), 'message-scheduler-ui-')), 'failure.png');
	const options = { timeout: 10_000 };
	await page.screenshot({ path: picture, ...options }).catch(() => undefined);
	const words = await page.innerText('body', options).catch(() => '(nothing could be read)');
	return `At ${page.url()}, pictured in ${picture}, the page says:\n${words.slice(0, 3_000)}`;
}
