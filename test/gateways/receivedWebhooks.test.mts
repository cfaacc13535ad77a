import axios from 'axios';
import { gateways } from '../../gateways/registry';
import type { Gateway } from '../../gateways/gateway';
import { connect } from '../../gateways/transport/connection';
import { toNetworkFailure, type SendRequest } from '../../gateways/transport/request';
import type { ReceivedMessage } from '../../messages/receivedMessage';
import { credentialFor } from '../../harness/credential.mts';
import {
	definitionOf,
	isGatewayId,
	startSandbox,
	type GatewayId,
	type IncomingMessage,
	type Sandbox,
} from '../../sandbox/index.mts';
import { startReceiver, type Received, type Receiver } from '../sandbox/receiver.mts';
import { posted } from './posted.mts';

/** Somebody writes to the sandbox, which speaks by the vendors' documents, and the gateway reads it. */
let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
	receiver = await startReceiver();
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 3600 });
});
afterAll(async () => {
	await sandbox.close();
	await receiver.close();
});
beforeEach(() => receiver.clear());

const SECRET = 'the-secret';
const PERSON = '919988066776';

/** Those to which somebody can write in the sandbox. */
const writable = gateways.filter(
	({ id }) => isGatewayId(id) && 'receiveMessage' in definitionOf(id).dialect.prototype,
);

const send =
	(gateway: Gateway, credential: Record<string, unknown>): SendRequest =>
	async (unsent) => {
		const request = gateway.authenticate(credential, unsent);
		const { method, url, headers, query, body = request.encodedBody } = request;
		return await axios
			.request({ method, url, headers, params: query, data: body, validateStatus: () => true })
			.then(
				({ status, data }) => ({ status, headers: {}, body: data as unknown }),
				(error: { code?: string }) => toNetworkFailure(error.code ?? null),
			);
	};

const delivery = ({ headers, body, path, text }: Received) =>
	posted({
		headers,
		body,
		query: Object.fromEntries(new URL(path, receiver.url).searchParams),
		url: new URL(path, receiver.url).href,
		rawBody: Buffer.from(text),
		form: isForm(headers) ? [...new URLSearchParams(text)] : null,
	});

const isForm = (headers: Received['headers']) =>
	headers['content-type']?.includes('x-www-form-urlencoded') === true;

describe.each(writable.map((gateway) => [gateway.id as GatewayId, gateway] as const))(
	'%s',
	(id, gateway) => {
		const credential = () => credentialFor(sandbox, id, SECRET);
		const { registration, answerChallenge } = gateway;
		const { received: way } = gateway.capabilities.webhooks;
		const connection = () =>
			connect(gateway, credential(), {
				send: send(gateway, credential()),
				now: () => Date.now(),
				random: () => 0.5,
				sleep: async () => {},
			});

		/** As the trigger does: by the vendor's API, or by hand. */
		async function ask(received: boolean): Promise<void> {
			const wanted = { url: receiver.url, secret: SECRET, replaceExisting: false, received };
			const isByHand = registration === undefined || way === 'separateUrl';
			if (isByHand || answerChallenge !== undefined) {
				sandbox.setWebhook(id, { url: receiver.url, secret: SECRET, received });
				return;
			}
			await registration.register(connection(), wanted, null);
			expect(await registration.check(connection(), wanted)).toBe(true);
			// A gateway may take minutes to apply it.
			await sandbox.idle({ ignoreScheduled: true });
		}

		async function read(message: Omit<IncomingMessage, 'from'>): Promise<{
			readonly messageId: string;
			readonly received: readonly ReceivedMessage[];
		}> {
			const messageId = sandbox.receive(id, { from: PERSON, ...message });
			await sandbox.idle({ ignoreScheduled: true });
			const context = { receivedAt: new Date().toISOString() };
			const calls = receiver.received.map(delivery);
			expect(calls.map((call) => gateway.verifyWebhook(credential(), call))).toEqual(
				calls.map(() => ({ verified: true })),
			);
			expect(calls.flatMap(({ body }) => gateway.parseWebhook(body, context))).toEqual([]);
			const received = calls.flatMap(({ body }) => gateway.parseReceived!(body, context));
			return { messageId, received };
		}

		it('tells nothing of what people write unless it is asked to, if it has a switch', async () => {
			await ask(false);
			const { received } = await read({ text: 'Hello' });
			// Without a switch it always comes; the trigger drops it then.
			expect(received.map(({ text }) => text)).toEqual(received.length === 0 ? [] : ['Hello']);
			await ask(true);
			receiver.clear();
			expect((await read({ text: 'Hello again' })).received).toMatchObject([
				{ text: 'Hello again' },
			]);
		});

		it('tells what a person wrote, who it was, and which message it answers', async () => {
			await ask(true);
			const quoted = 'ABCD1234EF567890';
			const isSms = gateway.capabilities.messageTypes.every((type) => type === 'text');
			const { messageId, received } = await read({
				text: ' Yes, Tuesday ☀ is fine\n',
				...(isSms ? {} : { name: 'Anna', replyTo: quoted }),
			});
			expect(received).toMatchObject([
				{
					gateway: id,
					account: expect.any(String),
					messageId,
					type: 'text',
					text: ' Yes, Tuesday ☀ is fine\n',
					from: { phone: `+${PERSON}`, kind: 'phone' },
					chat: { phone: `+${PERSON}`, kind: 'phone' },
					...(isSms ? {} : { fromName: 'Anna', inReplyTo: quoted }),
				},
			]);
		});

		it('tells a group and its member apart, if it has groups', async () => {
			await ask(true);
			const group = '120363043968066561@g.us';
			const written = await read({ text: 'Hi', group }).catch((error: unknown) => error);
			if (written instanceof RangeError) return;
			expect(written).toMatchObject({
				received: [
					{ chat: { address: group, kind: 'group' }, from: { phone: `+${PERSON}` }, text: 'Hi' },
				],
			});
		});

		it('tells the id of a button as it was sent, if it has buttons', async () => {
			await ask(true);
			const button = { text: 'Confirm', buttonId: 'confirm-17', replyTo: 'ABCD1234EF567890' };
			const pressed = await read(button).catch((error: unknown) => error);
			if (pressed instanceof RangeError) return;
			expect(pressed).toMatchObject({
				received: [
					{
						type: 'button',
						text: 'Confirm',
						button: { id: 'confirm-17', title: 'Confirm' },
						inReplyTo: 'ABCD1234EF567890',
					},
				],
			});
		});
	},
);
