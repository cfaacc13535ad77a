import type { GatewayExamples } from '../../test/gateways/examples.mts';

const ACKS = ['PENDING', 'SERVER', 'DEVICE', 'READ', 'PLAYED', 'ERROR'];

const ID = 'true_4915112345678@c.us_3EB08A6895830F110A5E4D';

export const examples: GatewayExamples = {
	event: 'message-ack-noweb.webhook.json',
	words: [
		...ACKS.map((ackName): [string, unknown] => [
			`ack \`${ackName}\``,
			{ event: 'message.ack', payload: { id: ID, ackName } },
		]),
		[
			'ack `SERVER` with the receipt of one of a group (NOWEB)',
			{
				event: 'message.ack.group',
				payload: {
					id: 'true_120363402931855007@g.us_3EB03166C14ACBB1F4A2F2',
					ackName: 'SERVER',
					_data: { receipt: { receiptTimestamp: 1764640440 } },
				},
			},
		],
		[
			'event `message.revoked`',
			{ event: 'message.revoked', payload: { before: { id: ID }, revokedMessageId: ID } },
		],
	],
};
