import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createCA, createCert } from 'mkcert';

import { removeFolder } from './launch.mts';

/** One version of a package. */
export interface PublishedVersion {
	/** Its package.json. */
	readonly manifest: { readonly name: string; readonly version: string };
	/** The path of its tarball. */
	readonly tarball: string;
}

/** A package registry on loopback, in the place of the public one. */
export interface Registry {
	/** What n8n is started with so that it, and the npm that it calls, come here. */
	readonly env: Readonly<Record<string, string>>;
	/** The paths that were asked for. */
	readonly requests: string[];
	/** Publishes a version, which is the latest from now on. */
	publish(version: PublishedVersion): void;
	close(): Promise<void>;
}

/**
 * Starts a registry with the packages that are published to it, and nothing else.
 *
 * n8n takes community packages from the public registry only, another one needs a license. So this is
 * a proxy that stands for every host that n8n asks for, with certificates of an authority that only
 * that n8n trusts: nothing gets out of the machine.
 */
export async function startRegistry(): Promise<Registry> {
	const folder = mkdtempSync(join(tmpdir(), 'registry-'));
	const organization = 'message-scheduler harness';
	const authority = await createCA({
		organization,
		countryCode: 'XX',
		state: '-',
		locality: '-',
		validity: 1,
	});
	const authorityFile = join(folder, 'authority.pem');
	writeFileSync(authorityFile, authority.cert);

	const published: PublishedVersion[] = [];
	const requests: string[] = [];
	const answer = (request: IncomingMessage, response: ServerResponse) => {
		// A proxy is asked for whole addresses, a server for paths.
		const path = decodeURIComponent(new URL(request.url ?? '/', 'http://registry').pathname);
		requests.push(path);
		respond(published, `https://${request.headers.host}`, path, response);
	};
	const hosts = new Map<string, Promise<Server>>();
	const serverFor = async (host: string): Promise<Server> => {
		const { key, cert } = await createCert({
			ca: authority,
			domains: [host],
			validity: 1,
			organization,
		});
		return createSecureServer({ key, cert }, answer);
	};

	const sockets = new Set<Socket>();
	const proxy = createServer(answer);
	proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
		sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
		const host = (request.url ?? '').replace(/:\d+$/, '');
		const server = hosts.get(host) ?? serverFor(host);
		hosts.set(host, server);
		void server.then((secure) => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			secure.emit('connection', socket);
		});
	});
	await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	return {
		env: {
			HTTP_PROXY: url,
			HTTPS_PROXY: url,
			NO_PROXY: '127.0.0.1,localhost',
			NODE_EXTRA_CA_CERTS: authorityFile,
			// npm looks at this alone where the machine's own npm has an authority of its own.
			npm_config_cafile: authorityFile,
		},
		requests,
		publish: (version) => void published.push(version),
		close: async () => {
			for (const socket of sockets) socket.destroy();
			proxy.closeAllConnections();
			await new Promise((resolve) => proxy.close(resolve));
			removeFolder(folder);
		},
	};
}

/** As npm's registry answers: https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md */
function respond(
	published: readonly PublishedVersion[],
	origin: string,
	path: string,
	response: ServerResponse,
): void {
	const [name = '', wanted] = path.slice(1).split('/');
	const versions = published.filter(({ manifest }) => manifest.name === name);
	const latest = versions.at(-1);
	const file = (version: string) => `/tarballs/${version}.tgz`;
	const asked = published.find(({ manifest }) => path === file(manifest.version));
	if (asked) {
		response.end(readFileSync(asked.tarball));
		return;
	}
	const described = versions.map(({ manifest, tarball }) => ({
		...manifest,
		dist: {
			tarball: origin + file(manifest.version),
			integrity: `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`,
		},
	}));
	const byVersion = Object.fromEntries(described.map((each) => [each.version, each]));
	const tags = { latest: latest?.manifest.version ?? '' };
	const body =
		wanted === undefined
			? latest && { name, 'dist-tags': tags, versions: byVersion }
			: byVersion[wanted === 'latest' ? tags.latest : wanted];
	response.statusCode = body ? 200 : 404;
	response.setHeader('content-type', 'application/json');
	response.end(JSON.stringify(body ?? { error: 'Not found' }));
}
