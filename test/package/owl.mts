import { createHmac } from 'node:crypto';
import { addressOf, optionalField } from '../../gateways/credential';
import type { Gateway } from '../../gateways/gateway';
import { isObject, objectAt, textAt } from '../../gateways/json';
import { REFERENCE_QUERY, statusUrlOf } from '../../gateways/statusUrl';
import { equalSecrets } from '../../gateways/webhookSecret';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { createSentMessage } from '../../messages/sentMessage';
import { createStatusEvent } from '../../messages/statusEvent';

/** A gateway that uses whatever the interface offers and no gateway of the package needs yet. */
const at = (name: string) => (credential: Readonly<Record<string, unknown>>) =>
	optionalField(credential, name);
const nest = at('owlNest');
const tower = at('owlTower');

const scheduling = {
	types: ['text'],
	minLeadMs: null,
	maxLeadMs: null,
	isDurable: true,
	cancelsBy: 'cancel',
} as const;

const capabilities: Gateway['capabilities'] = {
	channel: 'whatsapp',
	messageTypes: ['text'],
	scheduling,
	lookup: null,
	messagesPerMinute: null,
	returnsReference: false,
	webhooks: {
		registration: 'perMessage',
		setupInstruction: 'Enter it as "Status URL" in the credential.',
		statuses: ['delivered'],
		received: null,
		sendsSecretHeader: false,
	},
	documentation: ['https://owl.example'],
};

/** Only with a *Roost*. */
const capabilitiesFor: Gateway['capabilitiesFor'] = (credential) => ({
	...capabilities,
	scheduling: at('owlRoost')(credential) === '' ? null : scheduling,
});

/** It tells neither whom a message is for nor when it is due. */
const scheduled = (scheduleId: string, status: ScheduledMessage['status']): ScheduledMessage => ({
	scheduleId,
	gateway: 'owl',
	storedIn: 'gateway',
	account: 'owl-1',
	recipient: null,
	type: 'text',
	text: null,
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	scheduledAt: null,
	status,
	gatewayStatus: null,
	createdAt: null,
	messageId: null,
	reference: null,
	failure: null,
	raw: null,
});

const field = (name: string, label: string, secret = false) => ({
	name,
	label,
	description: `The ${label}`,
	...(secret ? { secret } : {}),
});

export const owl: Gateway = {
	id: 'owl',
	label: 'Night Owl',
	capabilities,
	capabilitiesFor,
	async findCapabilities({ request, credential }) {
		const { body } = await request({ method: 'GET', path: '/engine', idempotent: true });
		const known = capabilitiesFor(credential);
		return objectAt({ body }, 'body').wings === 2
			? { ...known, messageTypes: ['text', 'image'] }
			: known;
	},
	credentialFields: [
		field('owlNest', 'Nest URL'),
		field('owlTower', 'Tower URL'),
		field('owlKey', 'Mouse', true),
		field('owlRing', 'Ring Secret', true),
		{ ...field('owlRoost', 'Roost'), optional: true },
	],
	baseUrl: nest,
	hosts: (credential) => ({ tower: tower(credential) }),
	account: () => 'owl-1',
	authenticate: (credential, request) => ({
		...request,
		url: addressOf(nest(credential), [tower(credential)], request.url),
		headers: { ...request.headers, 'x-mouse': at('owlKey')(credential) },
	}),
	parseError({ body }) {
		const code = isObject(body) ? textAt(body, 'code') : null;
		switch (code) {
			case '130429':
				return { text: 'too fast', code, kind: 'rateLimited' };
			case '131030':
				return { text: 'no such mouse', code, kind: 'rejected' };
			case 'ASLEEP':
				return { text: 'asleep', code, kind: 'unavailable', notSent: true };
			default:
				return null;
		}
	},
	testCredential: async () => ({ ready: true, message: 'Hoo.' }),
	async send({ request, credential, refused }, message) {
		const { recipient, text, mediaUrl, reference } = message;
		if (mediaUrl !== null) {
			const data = new TextEncoder().encode('\u0000\r\n--not a boundary');
			const feather = { fileName: 'a "feather".bin', contentType: 'image/png', data };
			await request({
				host: 'tower',
				method: 'POST',
				path: '/uploads',
				multipart: { purpose: 'é & more', file: feather },
				idempotent: false,
			});
		}
		const statusUrl = statusUrlOf(credential, reference);
		const response = await request({
			method: 'POST',
			path: '/messages',
			form: {
				To: recipient.phone ?? '',
				Body: text ?? '',
				MediaUrl: mediaUrl === null ? [] : [mediaUrl, `${mediaUrl}?again=1&b=2`],
				...(statusUrl === null ? {} : { StatusCallback: statusUrl }),
			},
			idempotent: false,
		});
		if (isObject(response.body) && 'code' in response.body) throw refused(response);
		return createSentMessage(message, {
			gateway: 'owl',
			account: 'owl-1',
			status: 'sent',
			raw: null,
		});
	},
	assertSendable: () => {},
	scheduler: {
		async schedule({ request }, { text }) {
			await request({ method: 'POST', path: '/later', body: { text }, idempotent: false });
			return scheduled('owl-17', 'scheduled');
		},
		get: async (_, scheduleId) => scheduled(scheduleId, 'scheduled'),
		cancel: async ({ request }, id) =>
			void (await request({ method: 'DELETE', path: `/later/${id}`, idempotent: true })),
	},
	signingKeyField: 'owlRing',
	answerChallenge: (credential, { query }) =>
		equalSecrets(String(query['hub.verify_token']), at('owlRing')(credential))
			? { status: 200, contentType: 'text/plain', body: String(query['hub.challenge']) }
			: null,
	acknowledgement: { contentType: 'text/xml', body: '<Response/>' },
	withoutSecrets: (body) => (isObject(body) ? { ...body, apikey: undefined } : body),
	verifyWebhook(credential, { headers, rawBody, url, form }) {
		if (rawBody === null) return { verified: false, reason: 'its bytes cannot be read' };
		const signed = createHmac('sha256', at('owlRing')(credential)).update(url);
		for (const [name, value] of form ?? []) signed.update(`${name}=${value};`);
		if (form === null) signed.update(rawBody);
		return equalSecrets(String(headers['x-signature']), signed.digest('hex'))
			? { verified: true }
			: { verified: false, reason: 'the signature is another' };
	},
	parseWebhook: (body, { receivedAt, query }) => [
		createStatusEvent({
			gateway: 'owl',
			channel: 'sms',
			status: 'delivered',
			messageId: isObject(body) ? textAt(body, 'id') : null,
			reference: textAt(query ?? {}, REFERENCE_QUERY),
			receivedAt,
			raw: body,
		}),
	],
};

/** The same, registered by an API: the vendor tries the URL out before it answers. */
export const registeredOwl: Gateway = {
	...owl,
	capabilities: {
		...capabilities,
		webhooks: { ...capabilities.webhooks, registration: 'api' },
	},
	capabilitiesFor: undefined,
	findCapabilities: undefined,
	registration: {
		check: async () => false,
		async register({ request }, { url }) {
			await request({ method: 'POST', path: '/register', body: { url }, idempotent: true });
			return {};
		},
		remove: async () => {},
	},
};
