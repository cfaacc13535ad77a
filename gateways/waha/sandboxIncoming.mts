import type { IncomingMessage, Json } from '../../sandbox/types.mts';
import { jidOf, seconds } from './sandboxMessages.mts';
import type { WahaServer } from './sandboxServer.mts';

/** What the engines have in common of a message. */
interface Parts {
	readonly message: IncomingMessage;
	readonly id: string;
	readonly at: Date;
	readonly person: string;
	readonly chat: string;
}

/** The payload of `message` and `message.any`, in the form of the engine. */
export function incomingPayload(
	message: IncomingMessage,
	id: string,
	at: Date,
	server: WahaServer,
): Json {
	const { group, text, replyTo } = message;
	const person = `${message.from.replace(/\D/g, '')}@c.us`;
	const chat = group ?? person;
	const isGroup = group !== undefined;
	const parts = { message, id, at, person, chat };
	return {
		id: `false_${chat}_${id}${isGroup ? `_${person}` : ''}`,
		timestamp: seconds(at),
		from: chat,
		fromMe: false,
		source: 'app',
		body: text,
		...(isGroup && { participant: person }),
		hasMedia: false,
		media: null,
		ack: 2,
		ackName: 'DEVICE',
		replyTo: replyTo === undefined ? null : { id: replyTo, participant: null, body: null },
		_data: dataOf(parts, server),
	};
}

/** `_data`: only there is which button was pressed. */
function dataOf({ message, id, at, person, chat }: Parts, { engine }: WahaServer): Json {
	const { name = 'Anna', text, buttonId, group } = message;
	switch (engine) {
		case 'NOWEB':
			return {
				key: {
					remoteJid: jidOf(chat),
					fromMe: false,
					id,
					...(group !== undefined && { participant: jidOf(person) }),
				},
				messageTimestamp: seconds(at),
				pushName: name,
				message: contentOf(text, buttonId),
			};
		case 'GOWS':
			return {
				Info: {
					Chat: jidOf(chat),
					Sender: jidOf(person),
					IsFromMe: false,
					IsGroup: group !== undefined,
					ID: id,
					PushName: name,
				},
				Message: contentOf(text, buttonId),
			};
		default:
			return {
				type: buttonId === undefined ? 'chat' : 'template_button_reply',
				notifyName: name,
				...(buttonId !== undefined && { selectedButtonId: buttonId }),
			};
	}
}

const contentOf = (text: string, buttonId: string | undefined): Json =>
	buttonId === undefined
		? { conversation: text }
		: { templateButtonReplyMessage: { selectedId: buttonId, selectedDisplayText: text } };
