import { seededRandom } from './random.mts';
import type { GatewayId } from './types.mts';

interface CommonFault {
	/** All gateways without it. */
	gateway?: GatewayId;
	/** From 0 to 1; default 1. */
	probability?: number;
	/** How often at most; default unlimited. */
	times?: number;
}

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
		| /** Processed, then the connection breaks without an answer. */ { kind: 'loseAnswer' }
		| /** An error (default 500) without processing. */ { kind: 'errorBefore'; status?: number }
		| /** Processed, then an error (default 500). */ { kind: 'errorAfter'; status?: number }
		| {
				/** 429 without processing; `hints` says where the time to wait stands (default `body`). */
				kind: 'rateLimit';
				hints?: 'body' | 'header' | 'reset' | 'none';
				/** Seconds; default 1. */
				retryAfter?: number;
				/** Only what is above so many requests a second; without it, all. */
				perSecond?: number;
		  }
		| /** The vendor's quota answer: GREEN-API 466, Whapi 402, others 429. */ { kind: 'quota' }
		| /** Processed, but the answer comes so many real milliseconds later. */ {
				kind: 'delay';
				ms: number;
		  }
		| /** Never answered. */ { kind: 'hang'; processed?: boolean }
		| /** The connection breaks before the request is processed. */ { kind: 'reset' }
		| /** Processed, then half of the answer and a broken connection. */ { kind: 'halfBody' }
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
		| { kind: 'webhookTwice' }
		| /** So many sandbox milliseconds later. */ { kind: 'webhookLate'; delayMs: number }
		| {
				/** Held back until `window` webhooks (default 3) have come together, then sent out of order. */
				kind: 'webhookShuffle';
				window?: number;
				/** Sandbox milliseconds after which an incomplete lot is sent; default 10000. */
				delayMs?: number;
		  }
		| { kind: 'webhookLost' }
	);

export type Fault = RequestFault | WebhookFault;

export type FaultKind = Fault['kind'];

const requestKinds: readonly RequestFault['kind'][] = [
	'loseAnswer',
	'errorBefore',
	'errorAfter',
	'rateLimit',
	'quota',
	'delay',
	'hang',
	'reset',
	'halfBody',
	'html',
	'status',
];

const webhookKinds: readonly WebhookFault['kind'][] = [
	'webhookTwice',
	'webhookLate',
	'webhookShuffle',
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

interface Entry {
	id: number;
	fault: Fault;
	applied: number;
	/** Each fault draws from its own sequence, so that one does not disturb another. */
	random: () => number;
	/** Of a limit a second: when it let requests through, in the last second. */
	let: number[];
}

const isRequestFault = (fault: Fault): fault is RequestFault =>
	(requestKinds as readonly string[]).includes(fault.kind);

const isWebhookFault = (fault: Fault): fault is WebhookFault =>
	(webhookKinds as readonly string[]).includes(fault.kind);

const matches = (pattern: string | RegExp | undefined, text: string) => {
	if (pattern === undefined) return true;
	return pattern instanceof RegExp ? pattern.test(text) : text.includes(pattern);
};

/** Whether a limit a second has room for one more, which then counts. Real seconds: no clock is faster. */
function letsThrough(entry: Entry, perSecond: number | undefined): boolean {
	if (perSecond === undefined) return false;
	const now = Date.now();
	entry.let = entry.let.filter((at) => at > now - 1_000);
	if (entry.let.length >= perSecond) return false;
	entry.let.push(now);
	return true;
}

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
		const id = ++this.#lastId;
		this.#entries.push({ id, fault, applied: 0, random: seededRandom(this.seed + id), let: [] });
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

	/** The faults in force, each with its number and how often it struck. */
	list(): Array<Fault & { id: number; applied: number }> {
		return this.#entries.map(({ id, fault, applied }) => ({ ...fault, id, applied }));
	}

	/** Every time that a fault struck, oldest first. */
	applied(): AppliedFault[] {
		return [...this.#applied];
	}

	/** What befalls a request: any delays, and the first other fault that strikes. */
	forRequest(gateway: GatewayId, method: string, path: string): RequestFault[] {
		const struck: RequestFault[] = [];
		for (const entry of this.#entries) {
			const { fault } = entry;
			if (!isRequestFault(fault)) continue;
			if (fault.kind !== 'delay' && struck.some(({ kind }) => kind !== 'delay')) continue;
			if (fault.method !== undefined && fault.method.toUpperCase() !== method) continue;
			if (!matches(fault.path, path)) continue;
			if (this.#strikes(entry, gateway, `${method} ${path}`)) struck.push(fault);
		}
		return struck;
	}

	/** What befalls a webhook: every fault that strikes. */
	forWebhook(gateway: GatewayId, event: string): WebhookFault[] {
		const struck: WebhookFault[] = [];
		for (const entry of this.#entries) {
			const { fault } = entry;
			if (!isWebhookFault(fault) || !matches(fault.event, event)) continue;
			if (this.#strikes(entry, gateway, event)) struck.push(fault);
		}
		return struck;
	}

	#strikes(entry: Entry, gateway: GatewayId, where: string): boolean {
		const { fault } = entry;
		if (fault.gateway !== undefined && fault.gateway !== gateway) return false;
		if (fault.times !== undefined && entry.applied >= fault.times) return false;
		if (fault.probability !== undefined && entry.random() >= fault.probability) return false;
		if (
			isRequestFault(fault) &&
			fault.kind === 'rateLimit' &&
			letsThrough(entry, fault.perSecond)
		) {
			return false;
		}
		entry.applied += 1;
		const at = new Date().toISOString();
		this.#applied.push({ id: entry.id, kind: fault.kind, gateway, where, at });
		this.log(`fault ${fault.kind} on ${gateway} ${where}`);
		return true;
	}
}
