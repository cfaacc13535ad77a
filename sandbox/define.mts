import type { Dialect, DialectContext } from './dialect.mts';
import type { Json } from './types.mts';

/** The account of a dialect, as the world outside the sandbox needs it. */
export type AccountOf<D> = D extends { account: infer Account }
	? Account & {
			/** Where the gateway is: what a user enters as its base URL. */
			baseUrl: string;
		}
	: never;

/** A POST of JSON, or of a form. */
export interface FirstMessage {
	readonly url: string;
	readonly headers: Record<string, string>;
	readonly body: Json;
	readonly isForm?: boolean;
}

/** What of a gateway needs no type of its own. */
interface Facts {
	/** The last status of a message here, in the common word. */
	readonly lastStatus: string;
	/** The states of the account that the vendor documents, in its words; without it, it documents none. */
	readonly states?: {
		readonly ready: string;
		readonly notReady: readonly string[];
		/** By the vendor's documents it is not certain that what is sent while it is not ready is not taken. */
		readonly leavesInDoubt?: boolean;
	};
	/** The vendor's words where a message here keeps these for the common ones. */
	readonly statusWords?: Readonly<Record<string, string>>;
	/** What the gateway does not tell of a message that it schedules, by our names: it is null then. */
	readonly withholds?: ReadonlyArray<'scheduledAt' | 'mediaUrl' | 'template'>;
	/** A template that can be sent, where the gateway has templates. */
	readonly template?: {
		readonly name: string;
		readonly language: string | null;
		readonly variables: Readonly<Record<string, string>>;
	};
	/** The type that a message has here if the gateway has one word for two: voice notes as audio. */
	readonly arrivesAs?: Readonly<Record<string, string>>;
}

/** What the tools know of one gateway: they read all of it here, and name no gateway themselves. */
export interface SandboxDefinition<D> extends Facts {
	/** Speaks the vendor's HTTP. */
	readonly dialect: new (kit: DialectContext) => D;
	/** What a user enters into the package's credential for the account: the gateway's own fields. */
	readonly credential: (account: AccountOf<D>) => Json;
	/** A request that sends, or schedules, a first text. */
	readonly firstMessage: (account: AccountOf<D>) => FirstMessage;
}

/**
 * The one thing that a gateway's `sandbox.mts` exports: `sandbox/registry.mts` lists it. That its
 * dialect is a {@link Dialect} is checked there, since the ids come from that list.
 */
export const defineSandbox = <D,>(definition: SandboxDefinition<D>): SandboxDefinition<D> =>
	definition;

/** The command that makes a request. */
export function curlCommand({ url, headers, body, isForm = false }: FirstMessage): string {
	const all = { ...headers, ...(!isForm && { 'Content-Type': 'application/json' }) };
	const options = Object.entries(all).map(([name, value]) => `-H '${name}: ${value}'`);
	const data = isForm
		? Object.entries(body).map(([name, value]) => `--data-urlencode '${name}=${String(value)}'`)
		: [`-d '${JSON.stringify(body)}'`];
	return ['curl', url, ...options, ...data].join(' ');
}

/** A definition whose dialect is not known by its type. */
export interface AnySandboxDefinition extends Facts {
	readonly dialect: new (kit: DialectContext) => Dialect;
	readonly credential: (account: never) => Json;
	readonly firstMessage: (account: never) => FirstMessage;
}
