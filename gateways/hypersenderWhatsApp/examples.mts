import type { GatewayExamples } from '../../test/gateways/examples.mts';

const ACKS = ['PENDING', 'SERVER', 'DEVICE', 'READ', 'PLAYED', 'ERROR'];

export const examples: GatewayExamples = {
	event: 'message-ack.webhook.json',
	words: [
		...ACKS.map((ackName): [string, unknown] => [
			`ack \`${ackName}\``,
			{ event: 'message.ack', data: { payload: { fromMe: true, ackName } } },
		]),
		[
			'event `message.revoked`',
			{ event: 'message.revoked', data: { payload: { after: { fromMe: true } } } },
		],
		[
			'event `message.waiting`',
			{ event: 'message.waiting', data: { payload: { fromMe: true, ackName: 'PENDING' } } },
		],
	],
};
