import type { GatewayExamples } from '../../test/gateways/examples.mts';

const WORDS = [
	...['PENDING', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED', 'ERROR'],
	...['SENT', 'DELIVERED', 'FAILED'],
];

const key = {
	remoteJid: '553188561070@s.whatsapp.net',
	fromMe: true,
	id: '3EB0FCA6FD5AC08629C2B5',
};

export const examples: GatewayExamples = {
	event: 'messages-update.webhook.json',
	words: [
		...WORDS.map((status): [string, unknown] => [
			`webhook \`messages.update\`, status \`${status}\``,
			{ event: 'messages.update', data: { keyId: key.id, fromMe: true, status } },
		]),
		['webhook `send.message`', { event: 'send.message', data: { key } }],
		['webhook `messages.delete`', { event: 'messages.delete', data: key }],
	],
};
