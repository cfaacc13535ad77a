import type { Credential } from '../gateway';
import type { MessageToSchedule } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import type { Outcome, PreparedRequest } from '../transport/request';
import { twilio } from './index';

export const ACCOUNT_SID = `AC${'a'.repeat(32)}`;
export const SERVICE_SID = `MG${'a'.repeat(32)}`;
export const TOKEN = '12345';

/** With a Messaging Service, by SMS. */
export const credential: Credential = {
	gateway: 'twilio',
	twilioUrl: 'https://api.twilio.com',
	twilioAccountSid: ACCOUNT_SID,
	twilioAuthToken: TOKEN,
	twilioChannel: 'sms',
	twilioMessagingServiceSid: SERVICE_SID,
};

/** The same by a number of the account. */
export const byNumber: Credential = {
	...credential,
	twilioMessagingServiceSid: '',
	twilioSender: '+15017122661',
};

export const message: MessageToSchedule = {
	recipient: parseRecipient('+15558675310'),
	type: 'text',
	text: 'Hello! 👍',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	reference: null,
	idempotencyKey: 'key-1',
	scheduledAt: '2026-11-30T20:36:27.000Z',
};

export const image: MessageToSchedule = {
	...message,
	type: 'image',
	text: null,
	mediaUrl: 'https://example.com/a.png?x=1&y=2',
};

/** A connection that gets these answers in turn, the last one again and again. */
export function answering(answers: readonly unknown[], using: Credential = credential) {
	const rest = [...answers];
	const next = (): Outcome => {
		const answer = rest.length > 1 ? rest.shift() : rest[0];
		return isOutcome(answer) ? answer : ok(answer);
	};
	return fakeGateway(twilio, using, next, { authenticates: true });
}

const isOutcome = (answer: unknown): answer is Outcome =>
	typeof answer === 'object' && answer !== null && 'headers' in answer;

/** The fields of a form, each as often as it is there. */
export const formOf = ({ encodedBody }: PreparedRequest): Array<[string, string]> => [
	...new URLSearchParams(String(encodedBody)),
];
