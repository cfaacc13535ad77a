import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { removeFolder } from './launch.mts';
import { findProgram, quietPorts, startService, unprivileged, type Service } from './service.mts';

/** Its superuser, who needs no password. */
export const DATABASE_USER = 'n8n';

/** An empty PostgreSQL of its own, which anybody on this machine may use while it runs. */
export async function startPostgres(
	folder: string,
	port: number,
	settings: readonly string[] = [],
	onLog?: (line: string) => void,
): Promise<Service> {
	const user = unprivileged();
	mkdirSync(folder);
	if (user?.uid !== undefined) spawnSync('chown', [`${user.uid}:${user.gid}`, folder]);
	const data = join(folder, 'data');
	const { status, stderr } = spawnSync(
		findProgram('initdb')!,
		['-D', data, '-U', DATABASE_USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
		{ ...user, cwd: folder, encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(`PostgreSQL could not be set up: ${stderr}`);
	return await runPostgres(folder, port, settings, onLog);
}

/** Starts the server on data that are there. */
const runPostgres = async (
	folder: string,
	port: number,
	settings: readonly string[],
	onLog?: (line: string) => void,
): Promise<Service> =>
	await startService({
		name: 'PostgreSQL',
		command: findProgram('postgres')!,
		args: [
			...['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1'],
			// No socket in the file system: the path of one must be short.
			...['-k', '', '-c', 'timezone=UTC', ...settings],
		],
		cwd: folder,
		user: unprivileged(),
		ready: 'database system is ready to accept connections',
		onLog,
	});

/** What a PostgreSQL of our own needs and this machine lacks, one sentence each; empty where all is there. */
export const missingForPostgres = (): string[] => [
	...(['initdb', 'postgres'].every(findProgram)
		? []
		: ['PostgreSQL is missing. On Debian and Ubuntu: apt-get install postgresql']),
	...(unprivileged() === undefined
		? ['PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it.']
		: []),
];

/** A PostgreSQL that ends with us. */
export interface PostgresServer {
	readonly port: number;
	/** Ends it as a power cut would, and starts it again on the same data. */
	restart(): Promise<void>;
	/** Ends it as a power cut would. */
	kill(): Promise<void>;
	start(): Promise<void>;
	close(): Promise<void>;
}

/** Starts an empty PostgreSQL on a free port of loopback and in a temporary folder. */
export async function startPostgresServer(
	settings: readonly string[] = [],
	onLog?: (line: string) => void,
): Promise<PostgresServer> {
	const missing = missingForPostgres();
	if (missing.length > 0) throw new Error(missing.join('\n'));
	const folder = mkdtempSync(join(tmpdir(), 'message-store-'));
	// PostgreSQL's own user has to get through.
	chmodSync(folder, 0o711);
	const [port] = await quietPorts(1);
	const data = join(folder, 'postgres');
	let service = await startPostgres(data, port, settings, onLog);
	const start = async () => {
		// What was killed may take a moment to be gone.
		for (let attempt = 1; ; attempt++) {
			try {
				service = await runPostgres(data, port, settings, onLog);
				return;
			} catch (error) {
				if (attempt === 20) throw error;
				await new Promise((resolve) => setTimeout(resolve, 250));
			}
		}
	};
	const kill = async () => await service.kill();
	return {
		port,
		start,
		kill,
		restart: async () => {
			await kill();
			await start();
		},
		close: async () => {
			await kill();
			removeFolder(folder);
		},
	};
}
