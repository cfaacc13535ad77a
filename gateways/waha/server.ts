import type { Connection, Credential } from '../gateway';
import { isObject, textAt } from '../json';

/**
 * Which WAHA runs (waha.devlike.pro/docs/how-to/observability, "Get server version"). Text as the server tells
 * it; null if it tells none.
 */
export interface Server {
	/** Such as `2026.7.1`. */
	readonly version: string;
	/** `WEBJS`, `WPP`, `NOWEB` or `GOWS`: one for all sessions of the server. */
	readonly engine: string | null;
	/** `CORE` or `PLUS`. */
	readonly tier: string | null;
}

/**
 * The answers by credential, which is another object in each run: one run asks once, and what it learned while
 * connecting is known when it sends.
 */
const asked = new WeakMap<Credential, Promise<Server>>();

/**
 * Asks the server for its version and engine, once a run. A failure is not kept.
 *
 * @throws GatewayError where it cannot be asked
 */
export async function askServer(connection: Connection): Promise<Server> {
	const { credential } = connection;
	const known = asked.get(credential);
	if (known !== undefined) return await known;
	const asking = readServer(connection);
	asked.set(credential, asking);
	asking.catch(() => asked.delete(credential));
	return await asking;
}

/** The server, or null where it cannot be asked: then nothing is assumed of its version. */
export const serverIfKnown = async (connection: Connection): Promise<Server | null> =>
	await askServer(connection).catch(() => null);

async function readServer(connection: Connection): Promise<Server> {
	const response = await connection.request({
		method: 'GET',
		path: '/api/server/version',
		idempotent: true,
	});
	const body = isObject(response.body) ? response.body : {};
	const version = textAt(body, 'version');
	if (version === null) throw connection.unexpected(response, '"version"', false);
	return { version, engine: textAt(body, 'engine'), tier: textAt(body, 'tier') };
}

/** Whether the server is of this version (`[2026, 6, 1]`) or a later one. */
export function isSince({ version }: Server, wanted: readonly number[]): boolean {
	const parts = version.split('.').map((part) => Number.parseInt(part, 10));
	for (const [index, number] of wanted.entries()) {
		const part = Number.isNaN(parts[index]) ? 0 : (parts[index] ?? 0);
		if (part !== number) return part > number;
	}
	return true;
}

/** Core before WAHA Plus became part of it: no media, and webhooks in memory only (blog, "WAHA 2026.6"). */
export const isOldCore = (server: Server): boolean =>
	server.tier === 'CORE' && !isSince(server, [2026, 6, 1]);

/** Whether a text may be sent with an id of ours (changelog, 2026.4.3: NOWEB and GOWS). */
export const takesMessageIds = (server: Server): boolean =>
	(server.engine === 'NOWEB' || server.engine === 'GOWS') && isSince(server, [2026, 4, 3]);

/**
 * Whether a message is found by its bare id in all chats (…/how-to/chats, "Get message by id": GOWS and NOWEB;
 * in NOWEB since 2026.4.1, by the changelog).
 */
export const findsByIdAlone = (server: Server): boolean =>
	server.engine === 'GOWS' || (server.engine === 'NOWEB' && isSince(server, [2026, 4, 1]));

/** Whether acknowledgements of groups have an event of their own (changelog, 2025.12.2). */
export const hasGroupAcks = (server: Server): boolean => isSince(server, [2025, 12, 2]);

/** Whether edits have an event of their own (changelog, 2025.6.3). */
export const hasEdits = (server: Server): boolean => isSince(server, [2025, 6, 3]);

/** Whether the list of a chat has all files that were sent (changelog, 2026.4.1: GOWS, fix #1998). */
export const listsFiles = (server: Server): boolean =>
	server.engine !== 'GOWS' || isSince(server, [2026, 4, 1]);

/** Its name for people: `WAHA Core 2025.10.4`. */
export const nameOf = ({ version, tier }: Server): string =>
	`WAHA ${tier === 'CORE' ? 'Core ' : tier === 'PLUS' ? 'Plus ' : ''}${version}`;
