import { createHash, createHmac } from 'node:crypto';
import { call, type Call, type Sender } from '../../test/e2e/hostileSender.mts';

/** JSON at Twilio: the URL gets the hash of the body, and is signed alone. */
function twilioCall(key: string, url: string, body: string): Call {
	const query = `?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
	const signature = createHmac('sha1', key).update(`${url}${query}`).digest('base64');
	return call([['x-twilio-signature', signature]], query);
}

export const sender: Sender = {
	genuine: ({ accounts: { twilio } }, id, more) =>
		`[{"specversion":"1.0","type":"com.twilio.messaging.message.sent","data":{"messageSid":"SM${id}","accountSid":"${twilio.accountSid}","to":"+12345678901","messageStatus":"SENT","timestamp":"2025-01-01T00:00:00.000Z"}${more}}]`,
	sign: ({ accounts: { twilio } }, url, body) => twilioCall(twilio.authToken, url, body),
	forge({ accounts: { twilio } }, url, body) {
		const right = twilioCall(twilio.authToken, url, body);
		return [
			call([], right.query),
			call([['x-twilio-signature', '']], right.query),
			call([['x-twilio-signature', 'wrong']], right.query),
			call(right.headers),
			twilioCall(twilio.apiKeySecret, url, body),
			twilioCall('', url, body),
			twilioCall(twilio.authToken, url, `${body} `),
			twilioCall(twilio.authToken, `${url}x`, body),
			call(right.headers, `${right.query}&more=1`),
			call(right.headers, right.query.toUpperCase()),
			call([['x-twilio-signature', 'wrong'], ...right.headers], right.query),
		];
	},
};
