import type { IncomingMessage, Json } from '../../sandbox/types.mts';
import { account } from './sandboxAccount.mts';
import { jidOf } from './sandboxContent.mts';
import type { Flavour } from './sandboxRecords.mts';

/** `data` of `messages.upsert`: WhatsApp's own message in version 2 and 1, or what is left of Meta's. */
export function incomingData(
	{ from, name, group, text, replyTo, buttonId }: IncomingMessage,
	id: string,
	at: Date,
	{ isV1, isMeta }: Flavour,
): Json {
	const person = jidOf(from.replace(/\D/g, ''));
	const contextInfo = replyTo === undefined ? undefined : { stanzaId: replyTo };
	const { messageType, message } = isMeta
		? ofMeta(text, buttonId)
		: ofWhatsApp(text, buttonId, isV1);
	const time = Math.floor(at.getTime() / 1000);
	return {
		key: {
			remoteJid: group ?? person,
			fromMe: false,
			id,
			...(group !== undefined && { participant: person }),
		},
		pushName: name ?? 'Anna',
		...(!isMeta && { status: 'DELIVERY_ACK' }),
		message: { ...message, ...(isMeta && contextInfo && { contextInfo }) },
		...(contextInfo && { contextInfo }),
		...(!isV1 && { messageType }),
		messageTimestamp: isV1 ? String(time) : time,
		instanceId: account.instanceId,
		source: isMeta ? 'unknown' : 'android',
	};
}

/** Of a button only its title is left. */
const ofMeta = (text: string, buttonId: string | undefined) => ({
	messageType: buttonId === undefined ? 'conversation' : 'buttonMessage',
	message: { conversation: text },
});

function ofWhatsApp(text: string, buttonId: string | undefined, isV1: boolean) {
	if (buttonId !== undefined) {
		const templateButtonReplyMessage = { selectedId: buttonId, selectedDisplayText: text };
		return {
			messageType: 'templateButtonReplyMessage',
			message: { templateButtonReplyMessage },
		};
	}
	const message = isV1 ? { extendedTextMessage: { text } } : { conversation: text };
	return { messageType: 'conversation', message };
}
