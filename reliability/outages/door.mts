import { connect, createServer, type Server, type Socket } from 'node:net';

import { quietPorts } from '../../harness/service.mts';

/** A port in front of a server that can be shut, as when nothing listens there any more. */
export interface Door {
	/** `http://127.0.0.1:<port>` */
	readonly origin: string;
	/** Breaks what is connected; from then on connections are refused. */
	shut(): Promise<void>;
	/** Takes connections again, on the same port. */
	open(): Promise<void>;
	close(): Promise<void>;
}

/** Opens a door to a server on loopback, which goes on and keeps its record while the door is shut. */
export async function openDoor(toPort: number): Promise<Door> {
	// Below the ports of outgoing connections, so that nobody takes it while the door is shut.
	const [port] = await quietPorts(1);
	const sockets = new Set<Socket>();
	let server: Server | undefined;
	const open = async () => {
		const opened = createServer((client) => {
			const upstream = connect(toPort, '127.0.0.1');
			join(client, upstream, sockets);
			join(upstream, client, sockets);
		});
		await new Promise<void>((resolve, reject) => {
			opened.once('error', reject);
			opened.listen(port, '127.0.0.1', resolve);
		});
		server = opened;
	};
	const shut = async () => {
		const closed = server;
		server = undefined;
		for (const socket of sockets) socket.destroy();
		if (closed === undefined) return;
		await new Promise<void>((resolve) => closed.close(() => resolve()));
	};
	await open();
	return { origin: `http://127.0.0.1:${port}`, shut, open, close: shut };
}

/** What one side says goes to the other; how it ends, too. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
	sockets.add(from);
	from.on('error', () => to.resetAndDestroy());
	from.on('close', () => {
		sockets.delete(from);
		to.destroySoon();
	});
	from.pipe(to);
}
