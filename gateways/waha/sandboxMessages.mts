import { asRecord, textOf } from '../../sandbox/dialect.mts';
import type { Json, SandboxMessage } from '../../sandbox/types.mts';
import type { WahaServer } from './sandboxServer.mts';

export const acks = { ERROR: -1, PENDING: 0, SERVER: 1, DEVICE: 2, READ: 3, PLAYED: 4 };

export type AckName = keyof typeof acks;

/** The common words, as scripts may use them. */
export const ackNames: Record<string, AckName> = {
	failed: 'ERROR',
	pending: 'PENDING',
	queued: 'PENDING',
	sent: 'SERVER',
	delivered: 'DEVICE',
	read: 'READ',
	played: 'PLAYED',
};

export const ackOf = ({ status }: SandboxMessage): AckName =>
	status in acks ? (status as AckName) : 'PENDING';

/** What each route sends. */
export const sendRoutes: Record<string, string> = {
	sendText: 'text',
	sendImage: 'image',
	sendVideo: 'video',
	sendFile: 'document',
	sendVoice: 'voice',
};

export const revocations: readonly string[] = ['revoked', 'deleted'];

export const isGroup = (chat: string): boolean => chat.endsWith('@g.us');

export const jidOf = (chat: string): string => chat.replace(/@c\.us$/, '@s.whatsapp.net');

export const seconds = (at: Date | string): number => Math.floor(new Date(at).getTime() / 1000);

/** `true_<chat>_<ID>`. */
export const serialId = ({ to, id }: SandboxMessage): string => `true_${to}_${id}`;

/** A message as it was asked for; plain digits are a phone number. */
export function taken(
	body: Json,
	{ id, type, at }: { id: string; type: string; at: Date },
): SandboxMessage {
	const chatId = String(body.chatId);
	const file = asRecord(body.file);
	return {
		id,
		to: chatId.includes('@') ? chatId : `${chatId}@c.us`,
		type,
		text: textOf(body.text),
		mediaUrl: textOf(file.url),
		caption: textOf(body.caption),
		fileName: textOf(file.filename),
		status: 'PENDING',
		takenAt: at.toISOString(),
		sentAt: at.toISOString(),
		body,
	};
}

const webTypes: Record<string, string> = { text: 'chat', voice: 'ptt' };

/** What WhatsApp calls the content. */
function contentOf({ type, text, caption, fileName }: SandboxMessage): Json {
	if (type === 'text') return { extendedTextMessage: { text } };
	const name = type === 'voice' ? 'audioMessage' : `${type}Message`;
	const media = {
		...(caption && { caption }),
		...(fileName && { fileName }),
		...(type === 'voice' && { ptt: true }),
	};
	return { [name]: media };
}

const keyOf = ({ to, id }: SandboxMessage): Json => ({ remoteJid: jidOf(to), fromMe: true, id });

/** `_data`, in the form of the engine. */
function rawOf(message: SandboxMessage, { engine }: WahaServer): Json {
	const { type, takenAt, fileName } = message;
	switch (engine) {
		case 'NOWEB':
			return {
				key: keyOf(message),
				messageTimestamp: seconds(takenAt),
				pushName: 'Shop',
				broadcast: false,
				status: acks[ackOf(message)] + 1,
				message: contentOf(message),
			};
		case 'GOWS':
			return { Info: { ID: message.id, IsFromMe: true }, Message: contentOf(message) };
		default:
			return { type: webTypes[type] ?? type, ...(fileName && { filename: fileName }) };
	}
}

/** A message as the look-up, the list and `message.any` show it. */
export function shown(message: SandboxMessage, server: WahaServer, me: string): Json {
	const { to, type, fromPhone, takenAt, text, caption } = message;
	const ackName = ackOf(message);
	// GOWS cannot tell a stored ERROR from nothing.
	const isLost = server.engine === 'GOWS' && ackName === 'ERROR';
	const isWeb = server.engine === 'WEBJS' || server.engine === 'WPP';
	return {
		id: serialId(message),
		timestamp: seconds(takenAt),
		from: isWeb ? me : to,
		fromMe: true,
		source: fromPhone ? 'app' : 'api',
		body: text ?? caption,
		...(isWeb || isGroup(to) ? { to } : {}),
		hasMedia: type !== 'text',
		media: null,
		ack: isLost ? null : acks[ackName],
		ackName: isLost ? 'UNKNOWN' : ackName,
		replyTo: null,
		_data: rawOf(message, server),
	};
}

/** The answer to a send, which is different in each engine. */
export function reply(message: SandboxMessage, { engine }: WahaServer, me: string): Json {
	const { to, id, takenAt } = message;
	switch (engine) {
		case 'NOWEB':
			return {
				key: keyOf(message),
				message: contentOf(message),
				messageTimestamp: String(seconds(takenAt)),
				status: 'PENDING',
			};
		case 'GOWS':
			return { id: serialId(message), _data: { ID: id, Timestamp: takenAt } };
		default:
			return {
				_data: { type: webTypes[message.type] ?? message.type },
				id: { fromMe: true, remote: to, id, _serialized: serialId(message) },
				ack: 0,
				hasMedia: message.type !== 'text',
				body: message.text ?? message.caption,
				type: webTypes[message.type] ?? message.type,
				timestamp: seconds(takenAt),
				from: me,
				to,
				fromMe: true,
			};
	}
}

/** Somebody of every group, who has what is sent to it. */
const viewer = '4915112345678';

const receiptTimes: Partial<Record<AckName, string>> = {
	DEVICE: 'receiptTimestamp',
	READ: 'readTimestamp',
	PLAYED: 'playedTimestamp',
};

const gowsReceipts: Partial<Record<AckName, string>> = {
	ERROR: 'server-error',
	DEVICE: '',
	READ: 'read',
	PLAYED: 'played',
};

/** The payload of an acknowledgement; null where the engine tells of none. */
export function ackPayload(
	message: SandboxMessage,
	ackName: AckName,
	at: Date,
	{ server, me }: { server: WahaServer; me: string },
): Json | null {
	const { to, id } = message;
	const base = { id: serialId(message), from: to };
	const ack = { ack: acks[ackName], ackName };
	const isOfGroup = isGroup(to);
	switch (server.engine) {
		case 'NOWEB': {
			const time = receiptTimes[ackName];
			if (!isOfGroup || time === undefined) return { ...base, fromMe: true, ...ack };
			const receipt = { userJid: `${viewer}@s.whatsapp.net`, [time]: seconds(at) };
			// That a participant has it is called SERVER here.
			const told = ackName === 'DEVICE' ? { ack: 1, ackName: 'SERVER' } : ack;
			return {
				...base,
				id: `${base.id}_${me}`,
				fromMe: true,
				...told,
				_data: { key: { remoteJid: jidOf(to), id, fromMe: true }, receipt },
			};
		}
		case 'GOWS': {
			const word = gowsReceipts[ackName];
			if (word === undefined) return null;
			const participant = isOfGroup ? `${viewer}@c.us` : null;
			const receipt = { Chat: jidOf(to), MessageIDs: [id], Type: word, IsFromMe: false };
			const whose = { to: participant, participant, fromMe: true };
			return { ...base, ...whose, ...ack, _data: { ...receipt, IsGroup: isOfGroup } };
		}
		default:
			return isOfGroup
				? {
						id: `${base.id}_${me}`,
						from: to,
						to,
						participant: `${viewer}@c.us`,
						// Turned round.
						fromMe: false,
						...ack,
					}
				: { ...shown(message, server, me), ...ack };
	}
}

/** The messages of a chat that are asked for, the newest first, ten unless told otherwise. */
export function listed(
	messages: readonly SandboxMessage[],
	chat: string,
	query: Record<string, string | undefined>,
): SandboxMessage[] {
	const { limit = '10', offset = '0' } = query;
	const isAsked = ({ to, takenAt, forgotten }: SandboxMessage) =>
		!forgotten &&
		(chat === 'all' || to === chat) &&
		query['filter.fromMe'] !== 'false' &&
		seconds(takenAt) >= Number(query['filter.timestamp.gte'] ?? 0) &&
		seconds(takenAt) <= Number(query['filter.timestamp.lte'] ?? Infinity);
	const newest = messages.filter(isAsked).reverse();
	return newest.slice(Number(offset), Number(offset) + Number(limit));
}
