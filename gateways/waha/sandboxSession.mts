import type { Clock } from '../../sandbox/clock.mts';
import type { Json } from '../../sandbox/types.mts';
import {
	environmentWebhook,
	isOldCore,
	newServer,
	type WahaConfig,
	type WahaServer,
	type WahaWebhook,
} from './sandboxServer.mts';

/** Every state but WORKING, in which nothing is sent. */
export const notReady: readonly string[] = [
	...['STOPPED', 'STARTING', 'SCAN_QR_CODE', 'PASSKEY_REQUIRED'],
	...['PASSKEY_CONFIRMATION_REQUIRED', 'FAILED'],
];

/** Between stop and start, in milliseconds; how long the start takes is documented nowhere. */
const pausesMs: Record<WahaServer['engine'], number> = {
	WEBJS: 3000,
	WPP: 3000,
	NOWEB: 1000,
	GOWS: 10,
};
const startMs = 2000;

/** A request waits up to 5 seconds for the session to run, and up to 10 for WORKING. */
const waitMs = 15_000;
const lookEveryMs = 500;

/** The one session here, with the server that it is on. */
export class WahaSession {
	server = newServer();
	state = 'WORKING';
	/** Null until something is set. */
	config: WahaConfig | null = null;
	environment: Record<string, string> = {};
	/** How often it was stopped and started again. */
	restarts = 0;

	constructor(
		readonly name: string,
		private readonly me: string,
		private readonly clock: Clock,
	) {}

	/** As `GET /api/sessions/{name}` shows it. */
	shown(): Json {
		return {
			name: this.name,
			status: this.state,
			...(this.config && { config: this.config }),
			me: this.state === 'WORKING' ? { id: this.me, pushName: 'Shop' } : null,
			engine: { engine: this.server.engine },
		};
	}

	/** Replaces the whole configuration; unless it is stopped, the session is stopped and started. */
	update(config: Json): void {
		this.config = structuredClone(config) as WahaConfig;
		if (this.state === 'STOPPED') return;
		this.restarts++;
		this.state = 'STARTING';
		this.clock.after(pausesMs[this.server.engine] + startMs, () => {
			if (this.state === 'STARTING') this.state = 'WORKING';
		});
	}

	/** Whether it works, now or within the time that a request waits for it. */
	async works(): Promise<boolean> {
		for (let waited = 0; this.state !== 'WORKING' && waited < waitMs; waited += lookEveryMs) {
			await this.clock.wait(lookEveryMs);
		}
		return this.state === 'WORKING';
	}

	/** What an old Core forgets when its container restarts: it keeps the configuration in memory. */
	forget(): void {
		if (isOldCore(this.server)) this.config = null;
	}

	/** The session's own, and the one of the environment. */
	webhooks(): WahaWebhook[] {
		const ofEnvironment = environmentWebhook(this.environment);
		return [...(this.config?.webhooks ?? []), ...(ofEnvironment ? [ofEnvironment] : [])];
	}
}
