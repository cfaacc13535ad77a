import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import axios from 'axios';

import type { Activity } from './activity.mts';
import type { Cancel, Clock } from './clock.mts';
import type { Faults } from './faults.mts';
import { seededRandom } from './random.mts';
import type { GatewayId, WebhookDelivery } from './types.mts';

/** What a vendor does about a webhook that is not taken. */
export interface RetryPolicy {
	/** Whether this HTTP status settles the matter. */
	accepts: (status: number) => boolean;
	/** Sandbox milliseconds before the next try; undefined gives up. `attempt` is the one that failed. */
	pauseMs: (attempt: number) => number | undefined;
	/** Whether later webhooks wait until this one is settled, retries included. */
	blocking: boolean;
	/** How long the receiver may take, in real milliseconds: its work does not run faster. */
	timeoutMs: number;
}

/** For vendors whose documents tell nothing of retries: there is none. */
export const noRetry: RetryPolicy = {
	accepts: (status) => status >= 200 && status < 300,
	pauseMs: () => undefined,
	blocking: false,
	timeoutMs: 30_000, // undocumented
};

/** A webhook to be handed over. */
export interface Webhook {
	gateway: GatewayId;
	/** The vendor's name of the event, for the record and for faults. */
	event: string;
	url: string;
	headers: Record<string, string>;
	/** Sent as JSON; a text as it is, with the type that the headers tell. */
	body: unknown;
	/** The body as the vendor writes it, where that is not what `JSON.stringify` makes of it. */
	text?: string;
	/** Default POST. */
	method?: string;
	/** Webhooks of one orderingKey are handed over in order: usually the message's id. */
	orderingKey: string;
	policy: RetryPolicy;
}

interface ReorderBuffer {
	webhooks: Webhook[];
	end: () => void;
	cancel: Cancel;
}

/** Hands webhooks over by HTTP, with the vendor's retries and the faults in force. */
export class Webhooks {
	readonly deliveries: WebhookDelivery[] = [];
	readonly #queues = new Map<string, Promise<void>>();
	readonly #lots = new Map<GatewayId, ReorderBuffer>();
	readonly #stopped = new AbortController();
	/**
	 * A connection for each delivery: a kept one may be closed by the receiver just when the next
	 * delivery goes out on it, and where a vendor repeats nothing that one would be lost.
	 */
	readonly #agents = {
		httpAgent: new HttpAgent({ maxSockets: 32 }),
		httpsAgent: new HttpsAgent({ maxSockets: 32 }),
	};
	readonly #random: () => number;

	constructor(
		private readonly clock: Clock,
		private readonly activity: Activity,
		private readonly faults: Faults,
		private readonly log: (line: string) => void,
		seed: number,
	) {
		this.#random = seededRandom(seed);
		// Each delivery under way listens to it.
		setMaxListeners(0, this.#stopped.signal);
	}

	/** Hands a webhook over in the background. */
	deliver(webhook: Webhook): void {
		const struck = this.faults.forWebhook(webhook.gateway, webhook.event);
		if (struck.some(({ kind }) => kind === 'webhookLost')) return;
		const copies = struck.some(({ kind }) => kind === 'duplicateWebhook') ? 2 : 1;
		const late = struck.find((fault) => fault.kind === 'webhookLate');
		const shuffle = struck.find((fault) => fault.kind === 'reorderWebhooks');
		const go = () => {
			for (let copy = 0; copy < copies; copy++) {
				if (shuffle) this.#collect(webhook, shuffle.window ?? 3, shuffle.delayMs ?? 10_000);
				else this.#enqueue(webhook);
			}
		};
		if (late) this.clock.after(late.delayMs, go);
		else go();
	}

	/** Breaks off what is under way, for good. */
	stop(): void {
		this.#stopped.abort();
		for (const lot of this.#lots.values()) lot.end();
		this.#agents.httpAgent.destroy();
		this.#agents.httpsAgent.destroy();
	}

	#collect(webhook: Webhook, window: number, delayMs: number) {
		const { gateway } = webhook;
		let lot = this.#lots.get(gateway);
		if (!lot) {
			const cancel = this.clock.after(delayMs, () => this.#release(gateway));
			lot = { webhooks: [], end: this.activity.begin('delivery'), cancel };
			this.#lots.set(gateway, lot);
		}
		lot.webhooks.push(webhook);
		if (lot.webhooks.length >= window) this.#release(gateway);
	}

	/** Sends a lot in another order than it came. */
	#release(gateway: GatewayId) {
		const lot = this.#lots.get(gateway);
		if (!lot) return;
		this.#lots.delete(gateway);
		const shuffled = [...lot.webhooks];
		for (let i = shuffled.length - 1; i > 0; i--) {
			// Never in its own place (Sattolo's algorithm): the order surely differs.
			const j = Math.floor(this.#random() * i);
			[shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
		}
		// One orderingKey, or those of different messages would race.
		for (const webhook of shuffled) this.#enqueue({ ...webhook, orderingKey: 'shuffled' });
		lot.cancel();
		lot.end();
	}

	#enqueue(webhook: Webhook) {
		if (this.#stopped.signal.aborted) return;
		const end = this.activity.begin('delivery');
		const orderingKey = `${webhook.gateway} ${webhook.orderingKey}`;
		const before = this.#queues.get(orderingKey) ?? Promise.resolve();
		const turn = before.then(() => this.#handOver(webhook, end));
		this.#queues.set(orderingKey, turn);
		void turn.then(() => {
			if (this.#queues.get(orderingKey) === turn) this.#queues.delete(orderingKey);
		});
	}

	/** Resolves when the next webhook of the orderingKey may go; calls `end` when this one is settled. */
	async #handOver(webhook: Webhook, end: () => void): Promise<void> {
		const status = await this.#post(webhook, 1);
		const settled = this.#retry(webhook, status).finally(end);
		if (webhook.policy.blocking) await settled;
	}

	async #retry(webhook: Webhook, firstStatus: number | null): Promise<void> {
		const { accepts, pauseMs } = webhook.policy;
		let status = firstStatus;
		for (let attempt = 1; status === null || !accepts(status); attempt++) {
			const pause = pauseMs(attempt);
			if (pause === undefined || this.#stopped.signal.aborted) return;
			await this.clock.wait(pause);
			status = await this.#post(webhook, attempt + 1);
		}
	}

	async #post(webhook: Webhook, attempt: number): Promise<number | null> {
		const { gateway, event, url, body, policy } = webhook;
		const { text = typeof body === 'string' ? body : JSON.stringify(body) } = webhook;
		const method = webhook.method ?? 'POST';
		const headers = { 'content-type': 'application/json', ...webhook.headers };
		const at = this.clock.now().toISOString();
		const delivery: WebhookDelivery = {
			gateway,
			event,
			method,
			url,
			headers,
			body: structuredClone(body),
			attempt,
			at,
			status: null,
		};
		this.deliveries.push(delivery);
		try {
			const { status } = await axios.request({
				...this.#agents,
				method,
				url,
				headers,
				data: text,
				timeout: policy.timeoutMs,
				signal: this.#stopped.signal,
				// The receiver's answer is of no interest, whatever it is.
				validateStatus: () => true,
				responseType: 'text',
				maxRedirects: 0,
				proxy: false,
			});
			delivery.status = status;
		} catch (error) {
			delivery.error = error instanceof Error ? error.message : String(error);
		}
		this.log(`webhook ${event} of ${gateway} to ${url}: ${delivery.status ?? delivery.error}`);
		return delivery.status;
	}
}
