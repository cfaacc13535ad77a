import { createHmac } from 'node:crypto';
import type { Sandbox } from '../../sandbox/index.mts';
import { SECRET } from './environment.mts';

/** Header names may stand more than once, which ready-made clients do not do. */
export type Headers = ReadonlyArray<readonly [name: string, value: string]>;

/** A request to the trigger's URL, as raw text. */
export interface Call {
	readonly headers: Headers;
	/** With its question mark; empty for none. */
	readonly query: string;
}

/**
 * What a gateway's `sender.mts` exports, as `sender`: how its webhooks look, and what makes them genuine, from the
 * vendor's documents.
 */
export interface Sender {
	/** A status that would start the workflow, with room for more fields. */
	genuine(sandbox: Sandbox, id: string, more: string): string;
	/** What any body needs to pass as the vendor's. */
	sign(sandbox: Sandbox, url: string, body: string): Call;
	/** How the vendor reports a change of what a person wishes to be sent, where it does. */
	readonly preference?: {
		/** What the credential needs beside the usual fields. */
		readonly credential: Readonly<Record<string, string>>;
		/** `person`: digits alone. */
		body(sandbox: Sandbox, person: string): string;
	};
	/** Ways not to know the secret. */
	forge(sandbox: Sandbox, url: string, body: string): readonly Call[];
}

const secret = (value: string, name = 'x-webhook-secret'): Headers => [[name, value]];
export const call = (headers: Headers, query = ''): Call => ({ headers, query });

/** The secret comes in a header, with others if the vendor sends some. */
export const bySecret = (
	genuine: Sender['genuine'],
	more: (sandbox: Sandbox) => Headers = () => [],
): Sender => ({
	genuine,
	sign: (sandbox) => call([...secret(SECRET), ...more(sandbox)]),
	forge: (sandbox) =>
		[
			call([]),
			call(secret('')),
			call(secret('wrong')),
			call(secret(SECRET.slice(1))),
			call(secret(SECRET.repeat(2))),
			call(secret(SECRET.toUpperCase())),
			call(secret('x'.repeat(8_000))),
			call(secret('Bearer ', 'authorization')),
			call(secret(`Basic ${Buffer.from(SECRET).toString('base64')}`, 'authorization')),
			call([...secret('wrong'), ...secret(SECRET)]),
			call([], '?secret='),
			call([], '?secret=wrong'),
			call([], `?secret=${SECRET}&secret=${SECRET}`),
			call([], `?secret[]=${SECRET}`),
			call([], `?secret[a]=${SECRET}`),
			call([], `?__proto__[secret]=${SECRET}`),
			call([], `?SECRET=${SECRET}`),
		].map(({ headers, query }) => call([...headers, ...more(sandbox)], query)),
});

/** The vendor signs the bytes, in one header. */
export const bySignature = (
	header: string,
	sign: (key: string, text: string) => string,
	keyOf: (sandbox: Sandbox) => string,
	genuine: Sender['genuine'],
): Sender => {
	const signed = (value: string) => call([[header, value]]);
	return {
		genuine,
		sign: (sandbox, _url, body) => signed(sign(keyOf(sandbox), body)),
		forge(sandbox, _url, body) {
			const key = keyOf(sandbox);
			const right = sign(key, body);
			return [
				call([]),
				signed(''),
				signed('wrong'),
				signed(sign(`${key}x`, body)),
				signed(sign('', body)),
				signed(sign(key, `${body} `)),
				signed(sign(key, '')),
				signed(right.slice(0, -1)),
				signed(`${right}0`),
				call([
					[header, 'wrong'],
					[header, right],
				]),
				call([], `?${header}=${encodeURIComponent(right)}`),
			];
		},
	};
};

/** The HMAC of a text, in hexadecimal. */
export const hex = (algorithm: string, key: string, text: string): string =>
	createHmac(algorithm, key).update(text).digest('hex');

/**
 * The sender of a gateway.
 *
 * @throws Error if its folder has no `sender.mts`
 */
export async function senderOf(gateway: string): Promise<Sender> {
	const module = (await import(`../../gateways/${gateway}/sender.mts`)) as { sender: Sender };
	return module.sender;
}
