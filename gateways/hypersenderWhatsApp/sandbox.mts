import type { FastifyInstance, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import type { RateLimit } from '../../sandbox/rateLimit.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { IncomingMessage, Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import { isReceivedFile } from '../../sandbox/uploads.mts';
import {
	authorize,
	hypersenderWebhook,
	laravelError,
	type InstanceRoute,
} from '../hypersender/sandboxAccess.mts';
import { incomingPayload } from './sandboxIncoming.mts';

/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
const account = {
	instanceId: '9feef20d-744e-4bcc-8fdd-e5531e0474f0',
	apiToken: '235|sandboxWa8mN4bVc6XzQ2wErTy0UiOpAsDfGhJk',
	userId: '9cbff1d0-6c37-4612-a8bb-6db042991361',
	/** The instance's own number. */
	wid: '201553730661@c.us',
};

const instanceStates: readonly string[] = [
	'STOPPED',
	'STARTING',
	'WORKING',
	'SCAN_QR_CODE',
	'FAILED',
	'PENDING',
];

const acks = { ERROR: -1, PENDING: 0, SERVER: 1, DEVICE: 2, READ: 3, PLAYED: 4 };

type AckName = keyof typeof acks;

/** The common words, as scripts may use them. */
const ackNames: Record<string, AckName> = {
	failed: 'ERROR',
	pending: 'PENDING',
	queued: 'PENDING',
	sent: 'SERVER',
	delivered: 'DEVICE',
	read: 'READ',
	played: 'PLAYED',
};

const revocations: readonly string[] = ['revoked', 'deleted', 'message.revoked'];

/** Which fields each path needs; text or media. */
const paths = {
	'send-text': { type: 'text', required: ['chatId', 'text'] },
	'send-text-safe': { type: 'text', required: ['chatId', 'text'] },
	'send-image': { type: 'image', required: ['chatId', 'url'] },
	'send-file': { type: 'document', required: ['chatId', 'url'] },
	'send-video': { type: 'video', required: ['chatId', 'url'] },
	'send-voice': { type: 'voice', required: ['chatId', 'url'] },
};

type SendPath = keyof typeof paths;

interface Queued {
	uuid: string;
	request: Json;
	body: Json;
	path: SendPath;
	response_status: number | null;
	response_body: Json | null;
	response_header: Json | null;
}

const phoneOf = (chatId: string) => chatId.split('@')[0];

/** The other address of a person, which the SDK's sample tells beside the chat's; made up here. */
const otherJidOf = (chatId: string): string | undefined => {
	const [id, server] = chatId.split('@');
	if (server === 'c.us') return `1889${id.slice(-11)}@lid`;
	return server === 'lid' ? `20${id.slice(-10)}@s.whatsapp.net` : undefined;
};
const jidOf = (chatId: string) => chatId.replace(/@c\.us$/, '@s.whatsapp.net');

/** docs.hypersender.com: WhatsApp API v2, which queues every request and has no scheduling. */
class HypersenderWhatsApp extends Dialect {
	override readonly account = account;
	readonly host = '/hypersender';
	readonly mount = '/hypersender/api/whatsapp/v2';
	override readonly settableStatuses = ['sent', 'delivered', 'read', 'failed'];
	readonly #queue: Queued[] = [];
	readonly #requests = new Map<string, Queued>();
	readonly #healthLimit: RateLimit;
	readonly #connectedAt: Date;
	#state = 'WORKING';
	#isProcessing = false;
	#webhook: WebhookTarget | null = null;

	constructor(kit: DialectContext) {
		super(kit);
		this.#healthLimit = this.rateLimit(10, 60_000);
		this.#connectedAt = kit.clock.now();
	}

	override errorBody(_status: number, text: string, retryAfter?: number): Json {
		return { ...laravelError(text), ...(retryAfter !== undefined && { retryAfter }) };
	}

	override setWebhook(target: WebhookTarget | null): void {
		this.#webhook = target;
	}

	override webhookUrls(): string[] {
		return this.#webhook ? [this.#webhook.url] : [];
	}

	/** Unless the instance is WORKING, requests stay queued. */
	override setHealth(state: string): void {
		if (!instanceStates.includes(state)) {
			throw new RangeError(`An instance is one of: ${instanceStates.join(', ')}`);
		}
		this.#state = state;
		this.#process();
	}

	override post(event: string, body: unknown): void {
		this.#deliver(event, body, '');
	}

	override sendFromPhone(to: string, text: string): void {
		this.#begin(this.phoneText(this.kit.ids.whatsApp(), to, text, 'PENDING'), this.kit.clock.now());
	}

	/** In the event of own messages: there is none for those of others alone, and no choice of events. */
	override receiveMessage(message: IncomingMessage): string {
		const id = this.kit.ids.whatsApp();
		this.#tell('message.any', { id }, incomingPayload(id, message, this.kit.clock.now()));
		return id;
	}

	override routes(app: FastifyInstance): void {
		app.addHook<InstanceRoute>('preHandler', async (request, reply) =>
			authorize(request, reply, account),
		);
		for (const path of Object.keys(paths) as SendPath[]) {
			app.post<InstanceRoute>(`/:instance/${path}`, async (request, reply) => {
				// The documents allow multipart with a file as well; this stand-in does not.
				if (typeof request.body === 'string') {
					return reply.code(415).send(laravelError('Only JSON is understood here.'));
				}
				return this.#enqueue(request, path);
			});
		}
		app.get<InstanceRoute>('/:instance/queued-requests/:uuid', async (request, reply) => {
			const queued = this.#requests.get(request.params.uuid);
			if (!queued) return reply.code(404).send(laravelError('Queued request not found.'));
			const { uuid, response_status, response_body, response_header } = queued;
			return { uuid, request: queued.request, response_status, response_body, response_header };
		});
		app.get<InstanceRoute>('/:instance/health', async (_request, reply) => {
			const verdict = this.#healthLimit.take();
			// undocumented: the body of a 429
			if (!verdict.allowed) return reply.code(429).send(laravelError('Too Many Attempts.'));
			return {
				instance_id: account.instanceId,
				connected_at: this.#connectedAt.toISOString(),
				status: this.#state,
			};
		});
		app.delete<InstanceRoute>('/:instance/delete-message', async (request, reply) => {
			const id = request.query.messageId ?? '';
			const message = this.find(id.split('_')[2] ?? id);
			if (!message) return reply.code(404).send(laravelError('Message not found.'));
			this.#revoke(message, this.kit.clock.now());
			// undocumented: the answer
			return {};
		});
	}

	#enqueue(request: FastifyRequest<InstanceRoute>, path: SendPath): Json {
		const uuid = this.kit.ids.uuid();
		const base = `${this.kit.origin()}${this.mount}/${account.instanceId}`;
		const body = asRecord(request.body);
		const queued: Queued = {
			uuid,
			// As on the vendor's page: what was sent, and the session; `reply_to` and the like are left out.
			request: { ...body, session: '4-instance-2598' },
			body,
			path,
			response_status: null,
			response_body: null,
			response_header: null,
		};
		this.#requests.set(uuid, queued);
		this.#queue.push(queued);
		this.#process();
		// undocumented: the HTTP code of this answer; here 200
		return {
			queued: true,
			message: 'Processing your request...',
			queued_request_uuid: uuid,
			queued_request_link: `${base}/queued-requests/${uuid}`,
		};
	}

	/** Works the queue off, one request after another. */
	#process() {
		if (this.#isProcessing || this.#state !== 'WORKING' || this.#queue.length === 0) return;
		this.#isProcessing = true;
		this.kit.clock.after(this.kit.statusDelayMs, () => {
			this.#isProcessing = false;
			const queued = this.#state === 'WORKING' ? this.#queue.shift() : undefined;
			if (queued) this.#answer(queued);
			this.#process();
		});
	}

	#answer(queued: Queued) {
		const { type, required } = paths[queued.path];
		const { body } = queued;
		const settle = (status: number, answer: Json) => {
			queued.response_status = status;
			queued.response_body = answer;
			queued.response_header = { 'Content-Type': 'application/json' };
		};
		// "Provide a URL for the file", or "send the file it self as a file upload".
		const hasFile = isReceivedFile(body.file);
		const missing = required.filter(
			(field) => !textOf(body[field]) && !(field === 'url' && hasFile),
		);
		const chatId = String(body.chatId);
		if (missing.length > 0 || !/^[\d-]+@(c\.us|lid|g\.us)$/.test(chatId)) {
			// undocumented: the texts of a validation
			const fields = missing.length > 0 ? missing : ['chatId'];
			const errors = Object.fromEntries(fields.map((field) => [field, [`${field} is invalid.`]]));
			settle(422, { ...laravelError('The given data was invalid.', errors), statusCode: 422 });
			return;
		}
		// Numbers that are not on WhatsApp, by agreement: …0000 as in the SDK's fixture, …0404 by 404.
		const text = 'The number you want to send the message to is not on whatsapp.';
		if (phoneOf(chatId).endsWith('0000')) {
			const errors = { messages: [text], jid: jidOf(chatId), exists: false };
			settle(422, { message: 'The given data was invalid.', errors, statusCode: 422 });
			return;
		}
		if (phoneOf(chatId).endsWith('0404')) {
			settle(404, { message: text, statusCode: 404 });
			return;
		}
		const now = this.kit.clock.now();
		const message: SandboxMessage = {
			id: this.kit.ids.whatsApp(),
			to: chatId,
			type,
			text: textOf(body.text),
			mediaUrl: textOf(body.url),
			caption: textOf(body.caption),
			fileName: textOf(body.filename) ?? (isReceivedFile(body.file) ? body.file.fileName : null),
			status: 'PENDING',
			takenAt: now.toISOString(),
			sentAt: now.toISOString(),
			queuedRequestId: queued.uuid,
			body,
		};
		settle(201, {
			key: { id: message.id, fromMe: true, remoteJid: jidOf(chatId) },
			status: 'PENDING',
			message: this.#content(message),
			messageTimestamp: String(Math.floor(now.getTime() / 1000)),
		});
		this.#begin(message, now);
	}

	/** What WhatsApp calls the content, with the fields of the vendor's samples that are known here. */
	#content({ type, text, caption, fileName }: SandboxMessage): Json {
		if (type === 'text') return { extendedTextMessage: { text } };
		const name = type === 'voice' ? 'audioMessage' : `${type}Message`;
		return { [name]: { ...(caption && { caption }), ...(fileName && { fileName }) } };
	}

	/** Tells of the new message, and then of its acknowledgements. */
	#begin(message: SandboxMessage, now: Date) {
		this.messages.push(message);
		this.#tellAny(message, now);
		this.#play(message, now);
	}

	#play(message: SandboxMessage, from: Date) {
		const usual = ['PENDING', 'SERVER', 'DEVICE', 'READ', 'PLAYED'];
		const steps = this.script(message.to, usual);
		const options = { from, firstDelayMs: 0, delayMs: this.kit.statusDelayMs };
		this.play(message, steps, options);
	}

	protected override advance(message: SandboxMessage, step: ScriptStep, at: Date): void {
		if (revocations.includes(step.status)) return this.#revoke(message, at);
		const ackName = step.status in acks ? (step.status as AckName) : ackNames[step.status];
		if (!ackName) return;
		message.status = ackName;
		message.reason = step.reason;
		this.#tell('message.ack', message, {
			id: this.#serialId(message),
			from: message.to,
			fromMe: true,
			ack: acks[ackName],
			ackName,
		});
	}

	/** `true_<chat>_<key.id>` */
	#serialId({ to, id }: SandboxMessage): string {
		return `true_${to}_${id}`;
	}

	/** An own message: `message.any` comes for both directions. */
	#tellAny(message: SandboxMessage, at: Date) {
		const timestamp = Math.floor(at.getTime() / 1000);
		const body = message.text ?? message.caption ?? '';
		this.#tell('message.any', message, {
			id: this.#serialId(message),
			timestamp,
			from: message.to,
			fromMe: true,
			// The only documented value, though the message came by the API.
			source: 'app',
			body,
			hasMedia: message.mediaUrl !== null,
			media: null,
			ack: acks.PENDING,
			ackName: 'PENDING',
			replyTo: null,
			_data: {
				key: {
					remoteJid: jidOf(message.to),
					remoteJidAlt: otherJidOf(message.to),
					fromMe: true,
					id: message.id,
				},
				messageTimestamp: timestamp,
				pushName: 'Nagi',
				broadcast: false,
				// Another numbering than `ack`: the sample has 2 where `ack` is 1.
				status: acks.PENDING + 1,
				message: { conversation: body },
			},
		});
	}

	/** After the fixture of the vendor's SDK; undocumented: what the ids of `after` are */
	#revoke(message: SandboxMessage, at: Date) {
		message.status = 'revoked';
		const timestamp = Math.floor(at.getTime() / 1000);
		const key = { remoteJid: jidOf(message.to), fromMe: true, id: message.id };
		const revocationId = this.kit.ids.whatsApp();
		this.#tell('message.revoked', message, {
			after: {
				id: `true_${message.to}_${revocationId}`,
				timestamp,
				from: message.to,
				fromMe: true,
				body: '',
				to: account.wid,
				hasMedia: false,
				ack: acks.PENDING,
				ackName: 'PENDING',
				replyTo: null,
				_data: {
					key: { ...key, id: revocationId },
					messageTimestamp: timestamp,
					pushName: 'Nagi',
					broadcast: false,
					message: { protocolMessage: { key, type: 'REVOKE' } },
				},
			},
			before: { id: this.#serialId(message), from: message.to, fromMe: true },
			_data: {
				key,
				messageTimestamp: timestamp,
				pushName: 'Nagi',
				broadcast: false,
				message: { protocolMessage: { key, type: 'REVOKE' } },
			},
		});
	}

	#tell(event: string, message: Pick<SandboxMessage, 'id'>, payload: Json) {
		const body = {
			event,
			data: {
				id: `evt_01${this.kit.ids.token(24)}`,
				event,
				metadata: [],
				me: { id: account.wid, pushName: 'Nagi', lid: '43898877530298@lid' },
				payload,
				instanceId: account.instanceId,
				userId: account.userId,
			},
		};
		this.#deliver(event, body, message.id);
	}

	#deliver(event: string, body: unknown, orderingKey: string) {
		if (!this.#webhook) return;
		this.kit.webhooks.deliver(
			hypersenderWebhook(this.id, this.#webhook, account, event, body, orderingKey),
		);
	}
}

export const hypersenderWhatsApp = defineSandbox({
	dialect: HypersenderWhatsApp,
	credential: ({ baseUrl, instanceId, apiToken }) => ({
		hypersenderWhatsAppUrl: baseUrl,
		hypersenderWhatsAppInstanceId: instanceId,
		hypersenderWhatsAppApiToken: apiToken,
	}),
	firstMessage: ({ baseUrl, instanceId, apiToken }) => ({
		url: `${baseUrl}/${instanceId}/send-text`,
		headers: { Authorization: `Bearer ${apiToken}` },
		body: { chatId: '201063178738@c.us', text: 'Hello' },
	}),
	lastStatus: 'read',
	states: {
		ready: 'WORKING',
		notReady: ['STOPPED', 'STARTING', 'SCAN_QR_CODE', 'FAILED', 'PENDING'],
	},
	statusWords: { sent: 'SERVER', delivered: 'DEVICE', read: 'READ', failed: 'ERROR' },
});
