import type { IncomingMessage, Json } from '../../sandbox/types.mts';

/** `senderData` and `messageData` of a message of somebody else, as in the vendor's collection. */
export function incomingMessage(
	{ from, name = from, group, text, replyTo, buttonId }: IncomingMessage,
	wid: string,
): Json {
	const sender = `${from}@c.us`;
	return {
		senderData: {
			chatId: group ?? sender,
			chatName: name,
			sender,
			senderName: name,
			// undocumented: what it is for somebody who is not in the address book
			senderContactName: '',
		},
		messageData: { ...contentOf(text, replyTo, buttonId), ...quote(wid, replyTo, buttonId) },
	};
}

function contentOf(text: string, replyTo?: string, buttonId?: string): Json {
	if (buttonId === undefined) {
		return { typeMessage: 'textMessage', textMessageData: { textMessage: text } };
	}
	const templateButtonReplyMessage = {
		stanzaId: replyTo ?? '',
		// undocumented: where it counts from if a message has several; here always the first
		selectedIndex: 0,
		selectedId: buttonId,
		selectedDisplayText: text,
	};
	return { typeMessage: 'templateButtonsReplyMessage', templateButtonReplyMessage };
}

/** What a text quotes: one of ours. */
const quote = (participant: string, stanzaId?: string, buttonId?: string): Json =>
	stanzaId === undefined || buttonId !== undefined
		? {}
		: { quotedMessage: { stanzaId, participant, typeMessage: 'textMessage', textMessage: '' } };
