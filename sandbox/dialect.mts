import type { FastifyInstance } from 'fastify';

import type { Clock } from './clock.mts';
import type { RateHints } from './faults.mts';
import type { DelayQueue } from './held.mts';
import type { Ids } from './random.mts';
import { RateLimit } from './rateLimit.mts';
import { play, type PlayOptions, type ScriptStep, type Scripts } from './script.mts';
import type { GatewayId, IncomingMessage, SandboxMessage, WebhookTarget } from './types.mts';
import type { Webhooks } from './webhooks.mts';

/** What every dialect works with. */
export interface DialectContext {
	/** The gateway's id, as the registry has it. */
	id: GatewayId;
	clock: Clock;
	ids: Ids;
	scripts: Scripts;
	webhooks: Webhooks;
	/** Between the statuses of a sequence, in sandbox time. */
	statusDelayMs: number;
	rateLimits: boolean;
	/** `http://127.0.0.1:<port>`, known once the server listens. */
	origin: () => string;
}

/** What comes of a message that somebody has taken back: no status follows. */
const withdrawn: readonly string[] = ['cancelled', 'deleted', 'revoked'];

/** One vendor's way of speaking HTTP. */
export abstract class Dialect {
	readonly id: GatewayId;
	/** The account that exists here: fixed values, valid in every run, and no secrets elsewhere. */
	abstract readonly account: object;
	/** The path that stands for the vendor's host. */
	abstract readonly host: string;
	/** The path under which this dialect's routes are; begins with `host`. */
	abstract readonly mount: string;
	/** Everything that the gateway has taken, oldest first. */
	readonly messages: SandboxMessage[] = [];
	/** The statuses that somebody can set by hand, in the common words. */
	abstract readonly settableStatuses: readonly string[];
	/** What somebody who sets statuses by hand has to know of the vendor's webhooks. */
	readonly statusNote?: string;
	/** The scheduled messages, by their schedule id, where the gateway has any. */
	protected readonly held?: DelayQueue;
	/** Those whose status somebody has set: what their script had in store is off. */
	readonly #setByHand = new WeakSet<SandboxMessage>();

	constructor(protected readonly kit: DialectContext) {
		this.id = kit.id;
	}

	/** Adds the vendor's routes to a server that is mounted already. */
	abstract routes(app: FastifyInstance): void;

	/** Where a 429 says how long to wait, as far as the vendor documents it. */
	readonly rateHints: RateHints = 'none';

	/** The body of an error in the vendor's form; `retryAfter` is in seconds. */
	abstract errorBody(status: number, text: string, retryAfter?: number): unknown;

	/** As if entered in the vendor's dashboard: takes effect at once. Null takes it away. */
	abstract setWebhook(target: WebhookTarget | null): void;

	/** The addresses to which webhooks go, as saved. */
	abstract webhookUrls(): string[];

	/** Makes a status true, and tells of it. Words that the vendor does not have change nothing. */
	protected abstract advance(message: SandboxMessage, step: ScriptStep, at: Date): void;

	/** Sends any body as the vendor would send it, with the vendor's headers. */
	abstract post(event: string, body: unknown): void;

	/** The state of the session, instance or channel, in the vendor's own word. */
	abstract setHealth(state: string): void;

	/** The answer to a request beyond the plan's quota, where the vendor documents one. */
	quotaAnswer?(path: string): { status: number; body: unknown };

	/** A text written on the account's own phone, where the vendor tells of such messages. */
	sendFromPhone?(to: string, text: string): void;

	/**
	 * Somebody writes to the account, where the vendor documents a webhook for that. It is told only as far
	 * as the account's settings ask for it.
	 *
	 * @returns the gateway's id of the message
	 */
	receiveMessage?(message: IncomingMessage): string;

	/** What the network forgets when it restarts, where it forgets anything. */
	restart?(): void;

	/** Fires the messages that the gateway holds, where it holds any. */
	fireUntil?(until?: Date): void;

	/** When a scheduled message goes out, by the real clock; undefined for those that are not held. */
	goesOutAt({ scheduleId }: SandboxMessage): Date | undefined {
		return scheduleId === undefined ? undefined : this.held?.firesAt(scheduleId);
	}

	/**
	 * Sends a held message now.
	 *
	 * @throws RangeError where no such message is held
	 */
	sendNow(id: string): void {
		const scheduleId = this.find(id)?.scheduleId;
		if (scheduleId === undefined || !this.held?.fire(scheduleId)) {
			throw new RangeError(`No scheduled message "${id}" waits`);
		}
	}

	/** Whether somebody can still set the status of this message. */
	isSettable({ status, forgotten }: SandboxMessage): boolean {
		return !forgotten && !withdrawn.includes(status);
	}

	/**
	 * Makes a status true now and tells of it; nothing else follows by itself.
	 *
	 * @throws RangeError where there is no such message or status
	 */
	setStatus(id: string, step: ScriptStep): void {
		const message = this.find(id);
		if (!message || !this.isSettable(message)) {
			throw new RangeError(`There is no message "${id}" whose status can change`);
		}
		if (!this.settableStatuses.includes(step.status)) {
			throw new RangeError(`A status is one of: ${this.settableStatuses.join(', ')}`);
		}
		this.#setByHand.add(message);
		if (message.scheduleId !== undefined) this.held?.drop(message.scheduleId);
		this.advance(message, step, this.kit.clock.now());
	}

	/** Applies the steps one after another, until somebody sets the message's status by hand. */
	protected play(
		message: SandboxMessage,
		steps: readonly ScriptStep[],
		options: PlayOptions,
	): void {
		play(this.kit.clock, steps, options, (step, at) => {
			if (!this.#setByHand.has(message)) this.advance(message, step, at);
		});
	}

	protected rateLimit(limit: number, windowMs: number): RateLimit {
		return new RateLimit(this.kit.clock, limit, windowMs, this.kit.rateLimits);
	}

	/** The script for a message, or the default in its place. */
	protected script(to: string, usual: readonly string[]): readonly ScriptStep[] {
		return this.kit.scripts.find(this.id, to) ?? usual.map((status) => ({ status }));
	}

	/** A text written on the phone, as a message. */
	protected phoneText(id: string, to: string, text: string, status: string): SandboxMessage {
		const now = this.kit.clock.now().toISOString();
		const content = { type: 'text', text, mediaUrl: null, caption: null, fileName: null };
		const times = { takenAt: now, sentAt: now };
		return { id, to, ...content, status, ...times, body: null, fromPhone: true };
	}

	protected find(id: string): SandboxMessage | undefined {
		return this.messages.find((message) => message.id === id && !message.forgotten);
	}
}

/** A value of a body whose form nobody guarantees. */
export const asRecord = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: {};

/** The text, or null where there is none. */
export const textOf = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value : null;

/** The token of `Authorization: Bearer <token>`. */
export const bearer = (authorization: string | undefined): string | undefined =>
	/^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
