import { gatewayOf } from '../registry';
import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import account from './fixtures/account.json';
import sent from './fixtures/sent.json';
import service from './fixtures/service.json';
import unauthorized from './fixtures/unauthorized.json';
import { twilio } from './index';
import {
	ACCOUNT_SID,
	answering,
	byNumber,
	credential,
	message,
	SERVICE_SID,
	TOKEN,
} from './testValues.mts';

const KEY = { twilioApiKeySid: 'SK1', twilioApiKeySecret: 'secret-of-the-key' };
const list = { messages: [sent], next_page_uri: null };
const refused = (status: number, code: number) => ({
	status,
	headers: {},
	body: { code, message: 'no', status },
});
const test = async (answers: unknown[], using: object = credential) => {
	const { connection, requests } = answering(answers, using as never);
	const result = await twilio.testCredential(connection);
	return { ...result, urls: requests.map(({ url }) => url), requests };
};

describe('the account', () => {
	it.each<[what: string, more: object, key: string]>([
		['a number', byNumber, '/+15017122661'],
		['a Messaging Service', {}, `/${SERVICE_SID}`],
		['a number of a service', { twilioSender: '+15017122661' }, '/+15017122661'],
		['WhatsApp', { ...byNumber, twilioChannel: 'whatsapp' }, '/whatsapp:+15017122661'],
		['WhatsApp by a service', { twilioChannel: 'whatsapp' }, `/whatsapp:${SERVICE_SID}`],
		['nothing that sends', { twilioMessagingServiceSid: '' }, ''],
	])('is that of its sender: %s', (_, more, key) => {
		expect(twilio.account({ ...credential, ...more })).toBe(`${ACCOUNT_SID}${key}`);
	});

	it('is named by webhooks without the sender', () => {
		expect(twilio.isNamed!(credential, ACCOUNT_SID)).toBe(true);
		expect(twilio.isNamed!(credential, twilio.account(credential))).toBe(false);
	});

	it('is needed', () => {
		const without = { ...credential, twilioAccountSid: '' };
		expect(() => twilio.account(without)).toThrow('"Account SID" is empty');
		expect(() => gatewayOf(without)).not.toThrow();
		expect(twilio.isNamed!(without, '')).toBe(false);
	});
});

describe('hosts', () => {
	it.each([
		['https://api.twilio.com', 'https://messaging.twilio.com', 'https://content.twilio.com'],
		[
			'https://api.dublin.ie1.twilio.com/',
			'https://messaging.dublin.ie1.twilio.com',
			'https://content.dublin.ie1.twilio.com',
		],
		[
			'http://localhost:3000/twilio',
			'http://localhost:3000/twilio',
			'http://localhost:3000/twilio',
		],
		[
			'https://api.twilio.com.evil.example',
			...Array(2).fill('https://api.twilio.com.evil.example'),
		],
	])('of %s', (twilioUrl, messaging, content) => {
		expect(twilio.hosts!({ ...credential, twilioUrl })).toEqual({ messaging, content });
	});

	it('no other host gets the key', () => {
		const request = {
			method: 'GET' as const,
			url: 'https://evil.example/',
			headers: {},
			query: {},
		};
		const { url } = twilio.authenticate(credential, request);
		expect(url).toBe('https://api.twilio.comhttps://evil.example/');
	});
});

it('an API key sends in place of the Auth Token, and the account stays in the path', async () => {
	const { connection, requests } = answering([sent], { ...credential, ...KEY });
	await twilio.send(connection, message);
	const [scheme, login] = requests[0].headers.Authorization.split(' ');
	expect([scheme, Buffer.from(login, 'base64').toString()]).toEqual([
		'Basic',
		'SK1:secret-of-the-key',
	]);
	expect(requests[0].url).toContain(`/Accounts/${ACCOUNT_SID}/`);
});

it('the form offers the channel as a choice, and needs no secret but one', () => {
	const { properties } = new MessageGatewayApi();
	const field = (name: string) => properties.find((each) => each.name === name);
	expect(field('twilioChannel')).toMatchObject({
		type: 'options',
		default: 'sms',
		options: [{ value: 'sms' }, { value: 'whatsapp' }],
	});
	expect(field('twilioAuthToken')).toMatchObject({ typeOptions: { password: true } });
	expect(field('twilioAuthToken')).not.toHaveProperty('required');
	expect(field('webhookSecret')!.displayOptions!.hide!.gateway).toContain('twilio');
	expect(field('statusUrl')!.displayOptions!.show!.gateway).toContain('twilio');
});

describe('the credential test', () => {
	const active = { ...account, sid: ACCOUNT_SID, auth_token: TOKEN.repeat(5) };

	it('reads the account and the Messaging Service, and tells nothing of the Auth Token', async () => {
		const { ready, message: said, urls, requests } = await test([active, service]);
		expect([ready, said]).toEqual([true, 'The Twilio account is active.']);
		expect(urls).toEqual([
			`https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT_SID}.json`,
			`https://messaging.twilio.com/v1/Services/${SERVICE_SID}`,
		]);
		expect(requests.every(({ method }) => method === 'GET')).toBe(true);
	});

	it.each([
		['suspended', /suspended.*Console/],
		['closed', /closed/],
		['frozen', /its state is "frozen"/],
	])('says what is wrong in the state %s, by one read', async (status, text) => {
		const result = await test([{ ...active, status }]);
		expect(result).toMatchObject({ ready: false, message: expect.stringMatching(text) });
		expect(result.urls).toHaveLength(1);
	});

	it('says what a trial account does not send', async () => {
		const { message: said } = await test([{ ...active, type: 'Trial' }], byNumber);
		expect(said).toContain('verified numbers only');
	});

	it('says that nothing sends', async () => {
		const result = await test([active], { ...byNumber, twilioSender: '' });
		expect(result).toMatchObject({ ready: false, message: expect.stringContaining('"Sender"') });
	});

	it('names a Messaging Service that is not there, without which a number still sends', async () => {
		const gone = refused(404, 20404);
		const text = expect.stringContaining('"Messaging Service SID"');
		expect(await test([active, gone])).toMatchObject({ ready: false, sends: false, message: text });
		const both = { ...credential, twilioSender: '+15017122661' };
		expect(await test([active, gone], both)).toMatchObject({ ready: false, sends: true });
	});

	it('with an API key reads messages, since it may not read the account', async () => {
		const result = await test([list, refused(403, 20003)], { ...credential, ...KEY });
		expect(result).toMatchObject({
			ready: true,
			message: 'The API key reads messages of the Twilio account.',
		});
		expect(result.urls[0]).toMatch(/Messages\.json$/);
		expect(result.requests[0].query).toEqual({ PageSize: 1 });
	});

	it('says that webhooks need the Auth Token where it is missing', async () => {
		const { ready, message: said } = await test([list, service], {
			...credential,
			...KEY,
			twilioAuthToken: '',
		});
		expect(ready).toBe(true);
		expect(said).toMatch(/Without "Auth Token" the webhooks .* cannot be verified/);
	});

	it('refuses a wrong token in words, and the page of another service', async () => {
		const answer = { status: 401, headers: {}, body: unauthorized };
		await expect(test([answer])).rejects.toMatchObject({
			kind: 'unauthorized',
			details: { fault: 'account', hint: expect.stringContaining('region of "Base URL"') },
		});
		await expect(test(['<html></html>'])).rejects.toThrow('not JSON');
		await expect(test([{ ...active, sid: 'AC1' }])).rejects.toThrow('without the account');
	});
});
