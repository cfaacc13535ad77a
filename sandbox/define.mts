import type { Dialect, DialectContext } from './dialect.mts';
import type { Json } from './types.mts';

/** The account of a dialect, as the world outside the sandbox needs it. */
export type AccountOf<D> = D extends { account: infer Account }
	? Account & {
			/** Where the gateway is: what a user enters as its base URL. */
			baseUrl: string;
		}
	: never;

/** What the tools know of one gateway: they read all of it here, and name no gateway themselves. */
export interface SandboxDefinition<D> {
	/** Speaks the vendor's HTTP. */
	readonly dialect: new (kit: DialectContext) => D;
	/** What a user enters into the package's credential for the account: the gateway's own fields. */
	readonly credential: (account: AccountOf<D>) => Json;
	/** A command that sends a first message; see {@link curlCommand}. */
	readonly curl: (account: AccountOf<D>) => string;
	/** The last status of a message here, in the common word. */
	readonly lastStatus: string;
}

/**
 * The one thing that a gateway's `sandbox.mts` exports: `sandbox/registry.mts` lists it. That its
 * dialect is a {@link Dialect} is checked there, since the ids come from that list.
 */
export const defineSandbox = <D,>(definition: SandboxDefinition<D>): SandboxDefinition<D> =>
	definition;

/** A `curl` that posts JSON. */
export function curlCommand(url: string, headers: Record<string, string>, body: Json): string {
	const all = { ...headers, 'Content-Type': 'application/json' };
	const options = Object.entries(all).map(([name, value]) => `-H '${name}: ${value}'`);
	return ['curl', url, ...options, `-d '${JSON.stringify(body)}'`].join(' ');
}

/** A definition whose dialect is not known by its type. */
export interface AnySandboxDefinition {
	readonly dialect: new (kit: DialectContext) => Dialect;
	readonly credential: (account: never) => Json;
	readonly curl: (account: never) => string;
	readonly lastStatus: string;
}
