import { seededRandom } from './random.mts';
import { TokenBucket } from './rateLimit.mts';
import type { GatewayId } from './types.mts';

interface CommonFault {
	/** All gateways without it. */
	gateway?: GatewayId;
	/** From 0 to 1; default 1. */
	probability?: number;
	/** How often at most; default unlimited. */
	times?: number;
	/** How long it lasts, in real milliseconds from when it is added; default until it is removed. */
	forMs?: number;
}

/** Where a 429 says how long to wait. */
export type RateHints = 'body' | 'header' | 'reset' | 'none';

interface RequestMatch extends CommonFault {
	method?: string;
	/** Against the vendor's path, without the query: a text that it contains, or an expression. */
	path?: string | RegExp;
}

interface WebhookMatch extends CommonFault {
	/** Against the vendor's event name, e.g. `message.sent`. */
	event?: string | RegExp;
}

/** Something that goes wrong with a request. */
export type RequestFault = RequestMatch &
	(
		| /** Processed, then the connection breaks without an answer. */ { kind: 'dropResponse' }
		| /** An error (default 500) without processing. */ { kind: 'errorBefore'; status?: number }
		| /** Processed, then an error (default 500). */ { kind: 'errorAfter'; status?: number }
		| {
				/** 429 without processing; `hints` says where the time to wait stands (default `body`). */
				kind: 'rateLimit';
				hints?: RateHints;
				/** Seconds; default 1. */
				retryAfter?: number;
		  }
		| {
				/**
				 * The gateway takes only so many matching requests a second for one account; the others get a
				 * 429. `burst` at once at most (default: those of a second). `hints`: by default as the vendor
				 * documents it.
				 */
				kind: 'pace';
				perSecond: number;
				burst?: number;
				hints?: RateHints;
		  }
		| /** The vendor's quota answer where it documents one, else 429. */ { kind: 'quota' }
		| /** Processed, but the answer comes so many real milliseconds later. */ {
				kind: 'delay';
				ms: number;
		  }
		| /** Never answered. */ { kind: 'hang'; processed?: boolean }
		| /** The connection breaks before the request is processed. */ { kind: 'reset' }
		| /** Processed, then half of the answer and a broken connection. */ { kind: 'truncateBody' }
		| /** 200 with a page instead of JSON. */ { kind: 'html'; processed?: boolean }
		| /** Any status and body. */ {
				kind: 'status';
				status: number;
				body?: unknown;
				headers?: Record<string, string>;
				processed?: boolean;
		  }
	);

/** Something that goes wrong with a webhook on its way. */
export type WebhookFault = WebhookMatch &
	(
		| { kind: 'duplicateWebhook' }
		| /** So many sandbox milliseconds later. */ { kind: 'webhookLate'; delayMs: number }
		| {
				/** Held back until `window` webhooks (default 3) have come together, then sent out of order. */
				kind: 'reorderWebhooks';
				window?: number;
				/** Sandbox milliseconds after which an incomplete lot is sent; default 10000. */
				delayMs?: number;
		  }
		| { kind: 'webhookLost' }
	);

export type Fault = RequestFault | WebhookFault;

export type FaultKind = Fault['kind'];

const requestKinds: readonly RequestFault['kind'][] = [
	'dropResponse',
	'errorBefore',
	'errorAfter',
	'rateLimit',
	'pace',
	'quota',
	'delay',
	'hang',
	'reset',
	'truncateBody',
	'html',
	'status',
];

const webhookKinds: readonly WebhookFault['kind'][] = [
	'duplicateWebhook',
	'webhookLate',
	'reorderWebhooks',
	'webhookLost',
];

/** One time that a fault struck. */
export interface AppliedFault {
	id: number;
	kind: FaultKind;
	gateway: GatewayId;
	/** `POST /sessions/…` or the webhook's event. */
	where: string;
	at: string;
}

/** A fault as it befalls a request. */
export type StruckFault = RequestFault & {
	/** A `pace` fault: milliseconds until the next request is taken. */
	waitMs?: number;
};

/** A fault in force. */
export type ListedFault = Fault & {
	id: number;
	/** How often it struck. */
	applied: number;
	/** When it was added, ISO 8601. */
	since: string;
	/** When it ends by itself, ISO 8601; null where it does not. */
	until: string | null;
};

interface Entry {
	id: number;
	fault: Fault;
	applied: number;
	since: number;
	/** Milliseconds since 1970; infinite where it lasts until it is removed. */
	until: number;
	/** Of a `pace` fault: one for each gateway, which has one account here. */
	buckets: Map<GatewayId, TokenBucket>;
	/** Each fault draws from its own sequence, so that one does not disturb another. */
	random: () => number;
}

const isRequestFault = (fault: Fault): fault is RequestFault =>
	(requestKinds as readonly string[]).includes(fault.kind);

const isWebhookFault = (fault: Fault): fault is WebhookFault =>
	(webhookKinds as readonly string[]).includes(fault.kind);

const matches = (pattern: string | RegExp | undefined, text: string) => {
	if (pattern === undefined) return true;
	return pattern instanceof RegExp ? pattern.test(text) : text.includes(pattern);
};

/** The faults in force, and a record of those that struck. */
export class Faults {
	readonly #entries: Entry[] = [];
	readonly #applied: AppliedFault[] = [];
	#lastId = 0;

	constructor(
		private readonly seed: number,
		private readonly log: (line: string) => void,
	) {}

	/** Puts a fault in force; gives its number. */
	add(fault: Fault): number {
		if (!isRequestFault(fault) && !isWebhookFault(fault)) {
			const kinds = [...requestKinds, ...webhookKinds].join(', ');
			throw new RangeError(`Unknown fault "${(fault as Fault).kind}"; the kinds are ${kinds}`);
		}
		if (fault.forMs !== undefined && !(fault.forMs > 0)) {
			throw new RangeError('forMs must be a number above 0');
		}
		// Refused here, not at the first request.
		if (fault.kind === 'pace') new TokenBucket(fault.perSecond, fault.burst);
		const id = ++this.#lastId;
		const since = Date.now();
		this.#entries.push({
			id,
			fault,
			applied: 0,
			since,
			until: since + (fault.forMs ?? Infinity),
			buckets: new Map(),
			random: seededRandom(this.seed + id),
		});
		return id;
	}

	remove(id: number): void {
		const index = this.#entries.findIndex((entry) => entry.id === id);
		if (index >= 0) this.#entries.splice(index, 1);
	}

	/** Ends all faults; what they did stays in `applied()`. */
	clear(): void {
		this.#entries.length = 0;
	}

	/** The faults in force, each with its number, how often it struck, and how long it lasts. */
	list(): ListedFault[] {
		const now = Date.now();
		return this.#entries
			.filter(({ until }) => now < until)
			.map(({ id, fault, applied, since, until }) => ({
				...fault,
				id,
				applied,
				since: new Date(since).toISOString(),
				until: until === Infinity ? null : new Date(until).toISOString(),
			}));
	}

	/** Every time that a fault struck, oldest first. */
	applied(): AppliedFault[] {
		return [...this.#applied];
	}

	/** What befalls a request: any delays, and the first other fault that strikes. */
	forRequest(gateway: GatewayId, method: string, path: string): StruckFault[] {
		const struck: StruckFault[] = [];
		for (const entry of this.#entries) {
			const { fault } = entry;
			if (!isRequestFault(fault)) continue;
			if (fault.kind !== 'delay' && struck.some(({ kind }) => kind !== 'delay')) continue;
			if (fault.method !== undefined && fault.method.toUpperCase() !== method) continue;
			if (!matches(fault.path, path)) continue;
			const waitMs = this.#strike(entry, gateway, `${method} ${path}`);
			if (waitMs !== null) struck.push(fault.kind === 'pace' ? { ...fault, waitMs } : fault);
		}
		return struck;
	}

	/** What befalls a webhook: every fault that strikes. */
	forWebhook(gateway: GatewayId, event: string): WebhookFault[] {
		const struck: WebhookFault[] = [];
		for (const entry of this.#entries) {
			const { fault } = entry;
			if (!isWebhookFault(fault) || !matches(fault.event, event)) continue;
			if (this.#strike(entry, gateway, event) !== null) struck.push(fault);
		}
		return struck;
	}

	/** Null where the fault does not strike, else how long to wait: 0 but for a `pace`. */
	#strike(entry: Entry, gateway: GatewayId, where: string): number | null {
		const { fault } = entry;
		if (Date.now() >= entry.until) return null;
		if (fault.gateway !== undefined && fault.gateway !== gateway) return null;
		if (fault.times !== undefined && entry.applied >= fault.times) return null;
		if (fault.probability !== undefined && entry.random() >= fault.probability) return null;
		const waitMs =
			fault.kind === 'pace' ? this.#bucket(entry, fault, gateway).take(performance.now()) : 0;
		if (fault.kind === 'pace' && waitMs === 0) return null;
		entry.applied += 1;
		const at = new Date().toISOString();
		this.#applied.push({ id: entry.id, kind: fault.kind, gateway, where, at });
		this.log(`fault ${fault.kind} on ${gateway} ${where}`);
		return waitMs;
	}

	#bucket(
		{ buckets }: Entry,
		{ perSecond, burst }: { perSecond: number; burst?: number },
		gateway: GatewayId,
	): TokenBucket {
		const bucket = buckets.get(gateway) ?? new TokenBucket(perSecond, burst);
		buckets.set(gateway, bucket);
		return bucket;
	}
}
