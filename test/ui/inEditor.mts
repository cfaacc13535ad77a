import type { Browser, BrowserContext } from 'playwright-core';

import { startEnvironment, type Environment } from '../e2e/environment.mts';
import { inPage, newContext, openBrowser } from './browser.mts';
import { Editor } from './editor.mts';

interface EditorOptions {
	/** The timezone of the person in front of the browser. */
	readonly timezone?: string;
	/** Whether the pages may read and write the clipboard. */
	readonly clipboard?: boolean;
	/** The guides of the sandbox's page. */
	readonly guides?: NonNullable<Parameters<typeof startEnvironment>[1]>['guides'];
	/** What is there before the first test, such as credentials. */
	prepare?(environment: Environment): Promise<void>;
}

/** One n8n, one sandbox gateway and one browser in which somebody has signed in, for all tests of a file. */
export interface SignedIn {
	readonly environment: Environment;
	readonly context: BrowserContext;
	/** A test's steps, in an editor of its own. */
	inEditor(steps: (editor: Editor) => Promise<void>): () => Promise<void>;
}

/** For a test; whatever it waits for may take a third of it, on a machine that is busy with other things. */
export const patience = 180_000;

/** Starts all of it before the tests of a file, and closes it after them. */
export function signedIn({ timezone, clipboard, guides, prepare }: EditorOptions = {}): SignedIn {
	let environment: Environment;
	let browser: Browser;
	let context: BrowserContext;
	const inEditor = (steps: (editor: Editor) => Promise<void>) => async () =>
		await inPage(context, async (page) => await steps(new Editor(page, environment.n8n)));

	beforeAll(async () => {
		browser = await openBrowser();
		environment = await startEnvironment({}, guides === undefined ? {} : { guides });
		context = await newContext(browser, timezone);
		if (clipboard === true) await context.grantPermissions(['clipboard-read', 'clipboard-write']);
		await prepare?.(environment);
		await inEditor(async (editor) => await editor.signIn())();
	}, 300_000);

	afterAll(async () => {
		await browser?.close();
		await environment?.close();
	}, 60_000);

	return {
		get environment() {
			return environment;
		},
		get context() {
			return context;
		},
		inEditor,
	};
}
