import type { IncomingMessage, Json } from '../../sandbox/types.mts';

/**
 * The payload of `message.any` for a message of somebody else. The vendor shows none: the fields are those of
 * its sample of an own message, and `replyTo` is text, as its page says.
 *
 * @throws RangeError for a button, which nobody can be sent here
 */
export function incomingPayload(
	id: string,
	{ from, name = from, group, text, replyTo, buttonId }: IncomingMessage,
	at: Date,
): Json {
	if (buttonId !== undefined) throw new RangeError('Hypersender documents no buttons');
	const timestamp = Math.floor(at.getTime() / 1000);
	const person = `${from}@s.whatsapp.net`;
	return {
		id: `false_${group ?? `${from}@c.us`}_${id}`,
		timestamp,
		from: group ?? `${from}@c.us`,
		fromMe: false,
		source: 'app',
		body: text,
		hasMedia: false,
		media: null,
		ack: 2,
		ackName: 'DEVICE',
		replyTo: replyTo ?? null,
		// undocumented: where a group's message names the person
		...(group !== undefined && { participant: `${from}@c.us` }),
		_data: {
			key: {
				remoteJid: group ?? person,
				// Made up, as that of an own message; undocumented: what stands there in a group
				...(group === undefined && { remoteJidAlt: `1889${from.slice(-11)}@lid` }),
				fromMe: false,
				id,
			},
			messageTimestamp: timestamp,
			pushName: name,
			broadcast: false,
			status: 3,
			message: { conversation: text },
		},
	};
}
