import type { Gateway } from '../../gateways/gateway';
import { gateways } from '../../gateways/registry';
import type { MessageTemplate } from '../../gateways/templates';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { isObject, textAt } from '../../gateways/json';
import type { OutgoingMessage } from '../../messages/message';
import { createReceivedMessage, type ReceivedType } from '../../messages/receivedMessage';
import { createSentMessage } from '../../messages/sentMessage';
import { createStatusEvent } from '../../messages/statusEvent';
import { describeAddress, parseRecipient } from '../../messages/recipient';

/** A gateway with templates and a 24-hour window, in memory; it is in the registry once imported. */
export const template = (changes: Partial<MessageTemplate> = {}): MessageTemplate => ({
	name: 'reminder',
	language: 'en_US',
	title: null,
	category: 'UTILITY',
	status: 'approved',
	gatewayStatus: 'APPROVED',
	text: 'Hello {{1}}, your appointment is at {{2}}',
	variables: [
		{ id: 'body.1', label: '{{1}}: Hello {{1}}', kind: 'text', example: 'Ana' },
		{ id: 'body.2', label: 'Body: appointment is at {{2}}', kind: 'text', example: null },
	],
	unsupported: null,
	...changes,
});

export const CLOSED = '4711';

/** What the gateway has, and what it was asked. */
export const cage = {
	templates: [template()],
	perPage: 2,
	/** Recipients that have not written. */
	closed: new Set<string>(),
	sent: [] as OutgoingMessage[],
	finds: 0,
	lists: 0,
	/** Whether the credential lacks what only the list needs. */
	isUnreadable: false,
	reset(): void {
		Object.assign(cage, { templates: [template()], sent: [], finds: 0, lists: 0 });
		Object.assign(cage, { closed: new Set<string>(), isUnreadable: false });
	},
};

const assertReadable = (): void => {
	if (!cage.isUnreadable) return;
	throw new GatewayError('unsupported', 'Parrot reads templates with a "Perch" only', {
		hint: 'Enter "Perch" in the credential.',
	});
};

export const parrot: Gateway = {
	id: 'parrot',
	label: 'Parrot',
	capabilities: {
		channel: 'whatsapp',
		messageTypes: ['text', 'template'],
		scheduling: null,
		lookup: null,
		messagesPerMinute: null,
		returnsReference: true,
		windowClosedCode: CLOSED,
		webhooks: {
			registration: 'manual',
			setupInstruction: 'Tell the parrot.',
			statuses: ['delivered', 'failed'],
			received: 'sameUrl',
			sendsSecretHeader: true,
		},
		documentation: ['https://parrot.example'],
	},
	credentialFields: [
		{ name: 'parrotUrl', label: 'Cage URL', description: 'Where it lives' },
		{ name: 'parrotKey', label: 'Nut', description: 'What it eats', secret: true },
	],
	baseUrl: () => 'https://parrot.example',
	account: () => 'cage-1',
	authenticate: (_, request) => request,
	parseError: () => null,
	testCredential: async () => ({ ready: true, message: 'Hello!' }),
	async send(_, message) {
		if (message.type === 'text' && cage.closed.has(message.recipient.phone ?? '')) {
			throw new GatewayError('rejected', 'Parrot rejected the message: the window is closed', {
				status: 400,
				code: CLOSED,
				fault: 'message',
			});
		}
		cage.sent.push(message);
		const account = 'cage-1';
		const messageId = `squawk-${cage.sent.length}`;
		const reported = { gateway: 'parrot', account, status: 'sent', messageId, raw: null } as const;
		return createSentMessage(message, reported);
	},
	assertSendable: () => {},
	templates: {
		list: async (_, { cursor }) => {
			assertReadable();
			cage.lists++;
			const from = Number(cursor ?? 0);
			const to = from + cage.perPage;
			return {
				templates: cage.templates.slice(from, to),
				cursor: to < cage.templates.length ? String(to) : null,
			};
		},
		find: async (_, { name, language }) => {
			assertReadable();
			cage.finds++;
			return cage.templates.find((one) => one.name === name && one.language === language) ?? null;
		},
	},
	verifyWebhook: ({ parrotKey }, { headers, rawBody }) =>
		headers['x-nut'] !== parrotKey
			? { verified: false, reason: 'the nut is another' }
			: rawBody === null
				? { verified: false, reason: 'its bytes cannot be read' }
				: { verified: true },
	withoutSecrets: (body) => (isObject(body) ? { ...body, nut: undefined } : body),
	parseWebhook: (body, { receivedAt }) => {
		const statuses: unknown = isObject(body) ? body.statuses : null;
		return (Array.isArray(statuses) ? statuses : []).filter(isObject).map((status) =>
			createStatusEvent({
				gateway: 'parrot',
				account: textAt(status, 'cage') ?? 'cage-1',
				channel: 'whatsapp',
				status: status.code === undefined ? 'delivered' : 'failed',
				messageId: textAt(status, 'id'),
				recipient: parseRecipient(textAt(status, 'to') ?? '+919988066776'),
				reference: textAt(status, 'reference'),
				failure:
					status.code === undefined
						? null
						: { code: textAt(status, 'code'), reason: 'the window is closed' },
				receivedAt,
				raw: status,
			}),
		);
	},
	parseReceived: (body, { receivedAt }) => {
		const messages: unknown = isObject(body) ? body.messages : null;
		return (Array.isArray(messages) ? messages : []).filter(isObject).map((message) => {
			const from = describeAddress(message.from ?? '+919988066776');
			const choice = isObject(message.button) ? message.button : null;
			const said = textAt(message, 'verdict');
			return createReceivedMessage({
				gateway: 'parrot',
				account: textAt(message, 'cage') ?? 'cage-1',
				channel: 'whatsapp',
				type: (textAt(message, 'type') ?? 'text') as ReceivedType,
				messageId: textAt(message, 'id'),
				from,
				chat: describeAddress(message.flock) ?? from,
				text: textAt(message, 'text'),
				button:
					choice === null
						? null
						: { id: textAt(choice, 'id'), title: textAt(choice, 'title'), kind: 'button' },
				inReplyTo: textAt(message, 'answers'),
				aboutMessageId: textAt(message, 'about'),
				optOut: said === 'stop' || said === 'start' || said === 'help' ? said : null,
				occurredAt: textAt(message, 'at'),
				receivedAt,
				raw: message,
			});
		});
	},
};

(gateways as Gateway[]).push(parrot);
