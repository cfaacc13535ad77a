import type { GatewayExamples } from '../../test/gateways/examples.mts';

const callback = (status: string, more: object = {}) => ({
	MessageSid: 'SM1342fe1b2c904d1ab04f0fc7a58abca9',
	MessageStatus: status,
	...more,
});

export const examples: GatewayExamples = {
	event: 'undelivered.webhook.json',
	words: [
		['`queued`', callback('queued')],
		['`sending`', callback('sending')],
		['`sent`', callback('sent')],
		['`delivered`', callback('delivered')],
		['`partially_delivered` (deprecated)', callback('partially_delivered')],
		['`read` (WhatsApp, RCS)', callback('read')],
		['`undelivered`', callback('undelivered', { ErrorCode: '30003' })],
		['`failed`', callback('failed', { ErrorCode: '30008' })],
		[
			'`failed` with the error 30036 (validity period expired)',
			callback('failed', { ErrorCode: '30036' }),
		],
		['`canceled`', callback('canceled')],
	],
};
