import type { IncomingMessage, Json } from '../../sandbox/types.mts';

/** A message of somebody else, as in the samples of `messages.post`. */
export function incomingMessage(
	id: string,
	{ from, name, group, text, replyTo, buttonId }: IncomingMessage,
	ownNumber: string,
	at: Date,
): Json {
	// In the sample an answered button has a context, too: the message with the buttons.
	const context = { quoted_id: replyTo, quoted_author: ownNumber, quoted_type: 'text' };
	const chosen = { id: `ButtonsV3:${buttonId}`, title: text };
	const content =
		buttonId === undefined
			? { text: { body: text } }
			: { reply: { type: 'buttons_reply', buttons_reply: chosen } };
	return {
		id,
		from_me: false,
		type: buttonId === undefined ? 'text' : 'reply',
		chat_id: group ?? `${from}@s.whatsapp.net`,
		timestamp: Math.floor(at.getTime() / 1000),
		source: 'mobile',
		...content,
		...(replyTo !== undefined && { context }),
		from,
		...(name !== undefined && { from_name: name }),
	};
}
