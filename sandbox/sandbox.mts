import type { FastifyInstance } from 'fastify';

import { Activity } from './activity.mts';
import { Clock } from './clock.mts';
import { controlRoutes } from './control.mts';
import { countRequests, type RequestCounts } from './counts.mts';
import { curlCommand, type FirstMessage } from './define.mts';
import type { Dialect } from './dialect.mts';
import { Downtime } from './downtime.mts';
import { Faults, type Fault } from './faults.mts';
import { guidesByAccount, type Guide } from './page/guide.mts';
import { viewOf } from './page/look.mts';
import { pageRoutes } from './page/routes.mts';
import type { GatewayView } from './page/view.mts';
import { Ids } from './random.mts';
import {
	createDialects,
	definitionOf,
	gatewayIds,
	isGatewayId,
	type Accounts,
	type Dialects,
	type GatewayId,
} from './registry.mts';
import { Scripts, type ScriptSequence } from './script.mts';
import { createServer } from './server.mts';
import type {
	IncomingMessage,
	Json,
	RecordedRequest,
	SandboxMessage,
	WebhookDelivery,
	WebhookTarget,
} from './types.mts';
import { Webhooks } from './webhooks.mts';

export interface SandboxOptions {
	/** Default 0: a free one. */
	port?: number;
	/** How many times faster waits pass; default 1. Instants are not scaled. */
	clockFactor?: number;
	/** The same seed gives the same ids and the same faults; default 1. */
	seed?: number;
	/** Whether the vendors' documented limits are enforced; default true. */
	rateLimits?: boolean;
	/** Real milliseconds before every answer; default 0. */
	answerDelayMs?: number;
	/** Between the statuses of a sequence, in sandbox time; default 1000. */
	statusDelayMs?: number;
	/** In force from the start. */
	faults?: readonly Fault[];
	/** What the page at `/` says of each gateway; by default its account, by the names of its parts. */
	guides?: (sandbox: Sandbox) => readonly Guide[];
	/** Told of webhooks and faults, a line each. */
	logger?: (line: string) => void;
}

/** The running stand-in: what a test sets up, and what it can look at afterwards. */
export class Sandbox {
	/** The faults in force. */
	readonly faults: Faults;
	readonly #activity = new Activity();
	readonly #clock: Clock;
	readonly #webhooks: Webhooks;
	readonly #scripts = new Scripts();
	readonly #requests: RecordedRequest[] = [];
	readonly #gateways: Dialects;
	readonly #server: FastifyInstance;
	readonly #downtime: Downtime;
	readonly #guides: (sandbox: Sandbox) => readonly Guide[];
	#origin = '';

	constructor(options: SandboxOptions) {
		const { seed = 1, logger: log = () => undefined } = options;
		this.#clock = new Clock(options.clockFactor ?? 1, this.#activity);
		this.faults = new Faults(seed, log);
		for (const fault of options.faults ?? []) this.faults.add(fault);
		this.#webhooks = new Webhooks(this.#clock, this.#activity, this.faults, log, seed);
		this.#gateways = createDialects({
			clock: this.#clock,
			ids: new Ids(seed),
			scripts: this.#scripts,
			webhooks: this.#webhooks,
			statusDelayMs: options.statusDelayMs ?? 1000,
			rateLimits: options.rateLimits ?? true,
			origin: () => this.#origin,
		});
		this.#guides = options.guides ?? guidesByAccount;
		this.#server = createServer({
			dialects: Object.values(this.#gateways),
			clock: this.#clock,
			faults: this.faults,
			requests: this.#requests,
			answerDelayMs: options.answerDelayMs ?? 0,
			control: (app) => controlRoutes(app, this),
			page: (app) => pageRoutes(app, this),
		});
		this.#downtime = new Downtime(this.#server, this.#clock);
	}

	/** Called once, by `startSandbox`. */
	async listen(port: number): Promise<void> {
		this.#origin = await this.#server.listen({ host: '127.0.0.1', port });
	}

	/** `http://127.0.0.1:<port>` */
	get origin(): string {
		return this.#origin;
	}

	/** Where each gateway is, and the credentials that are valid there. */
	get accounts(): Accounts {
		const ofDialect = ({ mount, account }: Dialect) => ({
			baseUrl: `${this.#origin}${mount}`,
			...account,
		});
		return Object.fromEntries(
			gatewayIds.map((id) => [id, ofDialect(this.#gateways[id])]),
		) as Accounts;
	}

	/** What a user enters into the package's credential for a gateway's account: its own fields. */
	credential(gateway: GatewayId): Json {
		return definitionOf(gateway).credential(this.accounts[gateway] as never);
	}

	/** A request that sends, or schedules, a first text through a gateway. */
	firstMessage(gateway: GatewayId): FirstMessage {
		return definitionOf(gateway).firstMessage(this.accounts[gateway] as never);
	}

	/** The same as a command. */
	curl(gateway: GatewayId): string {
		return curlCommand(this.firstMessage(gateway));
	}

	/** What can be done with one gateway only: `sandbox.dialect('someGateway').doSomething()`. */
	dialect<Id extends GatewayId>(gateway: Id): Dialects[Id] {
		if (!isGatewayId(gateway)) throw new RangeError(`There is no gateway "${String(gateway)}"`);
		return this.#gateways[gateway];
	}

	/** What the page says of each gateway. */
	get guides(): readonly Guide[] {
		return this.#guides(this);
	}

	/** As a user would enter it in the vendor's dashboard; null takes it away. */
	setWebhook(gateway: GatewayId, target: WebhookTarget | null): void {
		this.#dialect(gateway).setWebhook(target);
	}

	/** Everything that the gateway has taken, oldest first: a copy. */
	messages(gateway: GatewayId): SandboxMessage[] {
		return structuredClone(this.#dialect(gateway).messages);
	}

	/**
	 * What a gateway holds, got and told, for people: the latest first, and at most
	 * `most` messages.
	 * Its messages are the sandbox's own, not to be changed.
	 */
	look(gateway: GatewayId, most = 50): GatewayView {
		const view = {
			gateway,
			clockFactor: this.#clock.factor,
			dialect: this.#dialect(gateway),
			script: this.#scripts.forEverybody(gateway)?.map(({ status }) => status),
			faults: this.faults.list(),
			deliveries: this.deliveries(gateway),
			requests: this.requests(gateway),
		};
		return viewOf(view, most);
	}

	/** The requests that came, oldest first; those to the page and to `/_sandbox` are left out. */
	requests(gateway?: GatewayId): RecordedRequest[] {
		return this.#requests.filter((request) => !gateway || request.gateway === gateway);
	}

	/**
	 * How many requests came, by path, fault and status.
	 *
	 * @param since and `until`: ISO 8601; from the one on, and before the other
	 */
	counts({
		gateway,
		since = '',
		until = '~',
	}: { gateway?: GatewayId; since?: string; until?: string } = {}): RequestCounts {
		return countRequests(this.requests(gateway).filter(({ at }) => at >= since && at < until));
	}

	clearRequests(): void {
		this.#requests.length = 0;
	}

	/** Every attempt to hand over a webhook, oldest first. */
	deliveries(gateway?: GatewayId): WebhookDelivery[] {
		return this.#webhooks.deliveries.filter((each) => !gateway || each.gateway === gateway);
	}

	clearDeliveries(): void {
		this.#webhooks.deliveries.length = 0;
	}

	/** The state of a session, instance or channel, in the vendor's word. */
	setHealth(gateway: GatewayId, state: string): void {
		this.#dialect(gateway).setHealth(state);
	}

	/**
	 * What happens to the messages sent from now on, to everybody or to one recipient. Null takes back
	 * all that was said: they go their usual way.
	 */
	script(
		gateway: GatewayId,
		sequence: ScriptSequence | null,
		{ to }: { to?: string | RegExp } = {},
	): void {
		const { id } = this.#dialect(gateway);
		if (sequence === null) this.#scripts.clear(id);
		else this.#scripts.set(id, sequence, to);
	}

	/**
	 * Makes a message's status true now and tells of it, in the common word: `sent`, `delivered`, `read`
	 * or `failed`, as far as the vendor has them. Nothing else follows by itself.
	 *
	 * @throws RangeError where there is no such message or status
	 */
	setStatus(gateway: GatewayId, id: string, status: string, reason?: string): void {
		this.#dialect(gateway).setStatus(id, { status, reason });
	}

	/**
	 * Sends a message now that the gateway holds until its time.
	 *
	 * @throws RangeError where no such message is held
	 */
	sendNow(gateway: GatewayId, id: string): void {
		this.#dialect(gateway).sendNow(id);
	}

	/** As if somebody wrote a text on the account's phone; only where the vendor tells of such messages. */
	sendFromPhone(gateway: GatewayId, to: string, text: string): void {
		const dialect = this.#dialect(gateway);
		if (!dialect.sendFromPhone) throw new RangeError(`${gateway} tells nothing of its phone`);
		dialect.sendFromPhone(to, text);
	}

	/**
	 * As if somebody wrote to the account; only where the vendor documents a webhook for that. Told as far
	 * as the account's settings ask for it.
	 *
	 * @returns the gateway's id of the message
	 */
	receive(gateway: GatewayId, message: IncomingMessage): string {
		const dialect = this.#dialect(gateway);
		if (!dialect.receiveMessage)
			throw new RangeError(`${gateway} tells nothing of incoming messages`);
		return dialect.receiveMessage(message);
	}

	/** Sends any body as a webhook of this vendor, with the vendor's headers and authentication. */
	post(gateway: GatewayId, body: unknown, event = 'test'): void {
		this.#dialect(gateway).post(event, body);
	}

	/** A gateway that keeps scheduled messages in memory forgets them; the others forget nothing. */
	restart(gateway: GatewayId): void {
		this.#dialect(gateway).restart?.();
	}

	/** Fires now what the gateways hold until `until`; without it, everything that they hold. */
	fireDue(until?: Date): void {
		for (const dialect of Object.values<Dialect>(this.#gateways)) dialect.fireUntil?.(until);
	}

	/**
	 * Stops listening for so many real milliseconds: connections under way break, new ones are refused,
	 * also those to `/_sandbox`. What the gateways hold stays, and goes out at its time.
	 *
	 * @returns when the sandbox listens again, on the same port
	 */
	async goDown(forMs: number): Promise<void> {
		await this.#downtime.begin(this.#origin, forMs);
	}

	/** Ends what {@link goDown} began, before its time. */
	goUp(): void {
		this.#downtime.end();
	}

	/**
	 * Resolves when no timer is pending and no webhook is under way. With `ignoreScheduled`, messages
	 * that are held until their time do not count.
	 */
	async idle({ ignoreScheduled = false } = {}): Promise<void> {
		await this.#activity.idle(ignoreScheduled ? ['scheduled'] : []);
	}

	/** Ends everything: server, timers, webhooks. */
	async close(): Promise<void> {
		this.#downtime.close();
		this.#clock.stop();
		this.#webhooks.stop();
		this.#activity.close();
		await this.#server.close();
	}

	#dialect(gateway: GatewayId): Dialect {
		return this.dialect(gateway);
	}
}
