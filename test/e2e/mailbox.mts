import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A mail server on loopback that takes every mail and sends none on. */
export interface Mailbox {
	/** What n8n's SMTP credential needs. */
	readonly credential: Record<string, unknown>;
	/** The mails so far, each with its headers and its text. */
	readonly mails: string[];
	close(): Promise<void>;
}

/** Speaks as much SMTP as n8n's *Send Email* needs (RFC 5321): no encryption, no log-in. */
export async function openMailbox(): Promise<Mailbox> {
	const mails: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
		const say = (line: string) => socket.write(`${line}\r\n`);
		let waiting = '';
		let mail: string[] | null = null;
		say('220 mailbox');
		socket.setEncoding('utf8').on('data', (chunk) => {
			const lines = (waiting + String(chunk)).split('\r\n');
			waiting = lines.pop() ?? '';
			for (const line of lines) {
				if (mail === null) {
					const command = line.slice(0, 4).toUpperCase();
					if (command === 'DATA') mail = [];
					say(command === 'DATA' ? '354 go on' : command === 'QUIT' ? '221 bye' : '250 ok');
				} else if (line === '.') {
					mails.push(mail.join('\n'));
					mail = null;
					say('250 ok');
				} else {
					mail.push(line);
				}
			}
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		credential: {
			user: '',
			password: '',
			host: '127.0.0.1',
			port,
			secure: false,
			disableStartTls: true,
		},
		mails,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
