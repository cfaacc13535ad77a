import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { expectSameShape } from '../../test/sandbox/shape.mts';
import { posted } from '../../test/gateways/posted.mts';
import sms from './fixtures/received-sms.webhook.json';
import reply from './fixtures/received-whatsapp-reply.webhook.json';
import { twilio } from '.';

let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 1000 });
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

it('an incoming message has the form of the samples, and a signature that is verified', async () => {
	sandbox.setWebhook('twilio', { url: receiver.url, received: true });
	sandbox.receive('twilio', { from: '15558675310', text: 'Yes, Tuesday is fine' });
	await sandbox.idle();
	const button = { name: 'Anna', replyTo: 'SM1', buttonId: 'confirm-17' };
	sandbox.receive('twilio', { from: '15558675310', text: 'Confirm', ...button });
	await sandbox.idle();
	const [ofSms, ofWhatsApp] = receiver.received;
	expectSameShape(ofSms.body, sms);
	expect(Object.keys(ofWhatsApp.body).sort()).toEqual(
		[...Object.keys(reply), 'ButtonText', 'ButtonPayload'].sort(),
	);
	const { accountSid, authToken } = sandbox.accounts.twilio;
	const credential = { twilioAccountSid: accountSid, twilioAuthToken: authToken };
	for (const { headers, text } of receiver.received) {
		const form = [...new URLSearchParams(text)];
		const rawBody = Buffer.from(text);
		const body = Object.fromEntries(form);
		const call = posted({ url: receiver.url, headers, query: {}, body, rawBody, form });
		expect(twilio.verifyWebhook(credential, call)).toEqual({ verified: true });
	}
});

it('goes to its own URL, and only while the number’s own webhook is not used', async () => {
	const write = async () => {
		sandbox.receive('twilio', { from: '15558675310', text: 'Hi' });
		await sandbox.idle();
		return receiver.received.length;
	};
	sandbox.setWebhook('twilio', { url: receiver.url });
	expect(await write()).toBe(0);
	const { baseUrl, serviceSid, accountSid, authToken } = sandbox.accounts.twilio;
	const set = async (fields: Record<string, string>) =>
		await fetch(`${baseUrl}/v1/Services/${serviceSid}`, {
			method: 'POST',
			headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
			body: new URLSearchParams(fields),
		});
	await set({ InboundRequestUrl: receiver.url });
	expect(await write()).toBe(0);
	await set({ UseInboundWebhookOnNumber: 'false' });
	expect(await write()).toBe(1);
	expect(() => sandbox.receive('twilio', { from: '1', text: 'x', group: 'g' })).toThrow(RangeError);
});
