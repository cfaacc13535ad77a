import type { Connection, Credential } from '../gateway';
import { isObject, textAt } from '../json';
import { GatewayError, type GatewayErrorKind } from '../transport/gatewayError';

/** The version of a server, as far as its dialect depends on it. */
export interface Version {
	readonly major: number;
	readonly minor: number;
}

/** Where a server does not tell: what its documents describe. */
const CURRENT: Version = { major: 2, minor: 3 };

/** One a run: n8n hands a run its credential as one object. */
const versions = new WeakMap<Credential, Promise<Version>>();

/**
 * The server's version by `GET /`, which needs no key (src/api/routes/index.router.ts). Asked once a run,
 * since the server first asks WhatsApp for a version of its own. A failure is not kept.
 *
 * @throws GatewayError where the server cannot be reached or is in trouble
 */
export async function versionOf(connection: Connection): Promise<Version> {
	const { credential } = connection;
	const known = versions.get(credential);
	if (known !== undefined) return await known;
	const asked = askVersion(connection);
	versions.set(credential, asked);
	asked.catch(() => versions.delete(credential));
	return await asked;
}

export const isAtLeast = (version: Version, major: number, minor: number): boolean =>
	version.major > major || (version.major === major && version.minor >= minor);

/** Answers of a proxy that lets only the API through. */
const HIDDEN: readonly GatewayErrorKind[] = [
	'unauthorized',
	'forbidden',
	'notFound',
	'rejected',
	'unexpectedResponse',
];

async function askVersion({ request }: Connection): Promise<Version> {
	const body = await request({ method: 'GET', path: '/', idempotent: true }).then(
		(response) => response.body,
		(error: unknown) => {
			if (error instanceof GatewayError && HIDDEN.includes(error.kind)) return null;
			throw error;
		},
	);
	const [, major, minor] =
		/^(\d{1,4})\.(\d{1,4})/.exec((isObject(body) ? textAt(body, 'version') : null) ?? '') ?? [];
	return major === undefined ? CURRENT : { major: Number(major), minor: Number(minor) };
}
