import type { IncomingMessage, Json } from '../../sandbox/types.mts';

/** What a person's message adds to a value of the field `messages`, as the vendor's pages show each kind. */
export function incomingParts(
	{ from, name, group, text, replyTo, buttonId }: IncomingMessage,
	{ id, at, business }: { id: string; at: Date; business: string },
): Json {
	const person = from.replace(/\D/g, '');
	const content =
		buttonId === undefined
			? { type: 'text', text: { body: text } }
			: {
					type: 'interactive',
					interactive: { type: 'button_reply', button_reply: { id: buttonId, title: text } },
				};
	return {
		contacts: [{ profile: { name: name ?? 'Sheena Nelson' }, wa_id: person }],
		messages: [
			{
				...(replyTo !== undefined && { context: { from: business, id: replyTo } }),
				from: person,
				...(group !== undefined && { group_id: group }),
				id,
				timestamp: String(Math.floor(at.getTime() / 1000)),
				...content,
			},
		],
	};
}
