import { mkdirSync, mkdtempSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import axios, { isAxiosError, type AxiosInstance } from 'axios';

import { client, type Client } from './client.mts';
import { ensureN8n } from './install.mts';
import { freePorts, launch, removeFolder, type Launched } from './launch.mts';
import { installPackage } from './package.mts';
import type { OnProgress } from './progress.mts';
import { defaultRelease } from './releases.mts';

/** How an n8n is to be started; everything has a default. */
export interface StartOptions {
	/** One of harness/releases.mts. */
	release?: string;
	/** A packed package to be installed into it first. */
	tarball?: string;
	/** Keeps n8n's data; without it a temporary folder, which goes with the process. */
	userFolder?: string;
	/** More settings, or others; `undefined` takes one away. */
	env?: Record<string, string | undefined>;
	/** The timezone of workflows that name none; UTC if not given. The process itself runs in `env.TZ`. */
	timezone?: string;
	onLog?: (line: string) => void;
	/** Told only where n8n has to be installed first. */
	onProgress?: OnProgress;
}

/** A running n8n. The functions of the client are on it. */
export interface N8n extends Client {
	version: string;
	/** With a slash at its end. */
	url: string;
	port: number;
	userFolder: string;
	owner: { email: string; password: string };
	/** At n8n's REST root, logged in as the owner; its errors carry n8n's sentence. */
	api: AxiosInstance;
	/** Changes with every restart. */
	readonly pid: number;
	/** The lines of the present process's output. */
	readonly log: string[];
	/** Ends it gracefully and waits; a temporary folder is removed. */
	stop(): Promise<void>;
	/** Ends it as a power cut would; the folder stays, for `restart()`. */
	kill(): Promise<void>;
	/** Starts it again in the same folder and on the same ports; one that still runs is stopped first. */
	restart(): Promise<void>;
}

/** An answer of n8n that is not a success, in n8n's words. */
export class N8nRefusal extends Error {
	constructor(
		message: string,
		readonly status: number,
		readonly body: unknown,
	) {
		super(message);
		this.name = 'N8nRefusal';
	}
}

const owner = { email: 'owner@message-scheduler.example', password: 'Schedule-1-message' };
const bootTimeoutMs = 120_000;
const triesForPorts = 3;

/** Starts a real n8n and gives it back when it answers and its owner is logged in. */
export async function startN8n(options: StartOptions = {}): Promise<N8n> {
	const version = options.release ?? defaultRelease;
	const installation = await ensureN8n(version, { onProgress: options.onProgress });
	const temporary = options.userFolder === undefined;
	const userFolder = options.userFolder ?? mkdtempSync(join(tmpdir(), 'n8n-harness-'));
	mkdirSync(userFolder, { recursive: true });

	const start = async (port: number, brokerPort: number): Promise<Launched> => {
		const env = { GENERIC_TIMEZONE: options.timezone ?? 'UTC', ...options.env };
		const { onLog } = options;
		const launched = launch({ installation, userFolder, temporary, port, brokerPort, env, onLog });
		try {
			await launched.logged('Editor is now accessible', bootTimeoutMs);
			return launched;
		} catch (error) {
			await launched.kill();
			throw error;
		}
	};

	try {
		if (options.tarball) await installPackage(options.tarball, userFolder);
		const first = await onFreePorts(start);
		const { port, brokerPort } = first;
		let running = first.launched;
		const url = `http://127.0.0.1:${port}/`;
		const api = restApi(url);
		await logIn(api).catch(async (error: unknown) => {
			await running.kill();
			throw error;
		});

		return {
			...client(api, url),
			version,
			url,
			port,
			userFolder,
			owner,
			api,
			get pid() {
				return running.pid;
			},
			get log() {
				return running.log;
			},
			stop: async () => {
				await running.stop();
				if (temporary) removeFolder(userFolder);
			},
			kill: async () => await running.kill(),
			restart: async () => {
				await running.stop();
				running = await start(port, brokerPort);
				await logIn(api);
			},
		};
	} catch (error) {
		if (temporary) removeFolder(userFolder);
		throw error;
	}
}

/** Between asking for a free port and n8n's taking it, another process may have been faster. */
async function onFreePorts(start: (port: number, brokerPort: number) => Promise<Launched>) {
	for (let tries = 1; ; tries++) {
		const [port, brokerPort] = await freePorts(2);
		try {
			return { port, brokerPort, launched: await start(port, brokerPort) };
		} catch (error) {
			const taken = /port .*(in use|already)|EADDRINUSE/i.test((error as Error).message);
			if (!taken || tries === triesForPorts) throw error;
		}
	}
}

function restApi(url: string): AxiosInstance {
	const api = axios.create({
		baseURL: `${url}rest`,
		proxy: false,
		timeout: 120_000,
		// A kept connection may be closed by n8n just when the next request goes out on it.
		httpAgent: new Agent(),
	});
	api.interceptors.response.use(undefined, (error: unknown) => {
		if (!isAxiosError(error) || !error.response) throw error;
		const { status, data, config } = error.response;
		const said = data as { message?: string; hint?: string; description?: string } | undefined;
		const words = [said?.message, said?.description, said?.hint].filter(Boolean).join(' ');
		const path = (config.url ?? '').replace(url, '/');
		throw new N8nRefusal(
			`${words || 'No reason given.'} (n8n answered ${status} to ${config.method?.toUpperCase()} ${path})`,
			status,
			data,
		);
	});
	return api;
}

/** Waits until REST answers, sets the owner up where there is none, and logs in. */
async function logIn(api: AxiosInstance) {
	const until = Date.now() + 30_000;
	for (;;) {
		try {
			const { data } = await api.get('/settings');
			if (data.data.userManagement.showSetupOnFirstLoad) {
				await api.post('/owner/setup', { ...owner, firstName: 'Olive', lastName: 'Owner' });
			}
			break;
		} catch (error) {
			if (error instanceof N8nRefusal && error.status < 500 && error.status !== 404) throw error;
			if (Date.now() > until) throw error;
			await sleep(100);
		}
	}
	const { headers } = await api.post('/login', {
		emailOrLdapLoginId: owner.email,
		password: owner.password,
	});
	const cookie = headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ');
	api.defaults.headers.common.Cookie = cookie ?? '';
}
