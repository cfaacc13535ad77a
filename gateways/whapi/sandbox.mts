import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, bearer, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { IncomingMessage, Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import { isReceivedFile } from '../../sandbox/uploads.mts';
import type { RetryPolicy } from '../../sandbox/webhooks.mts';
import { incomingMessage } from './sandboxIncoming.mts';
import {
	allowedEvents,
	changeSettings,
	defaultSettings,
	settingsProblem,
	type WhapiSettings,
	type WhapiWebhook,
} from './sandboxSettings.mts';

/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
const account = {
	channelId: 'MANTIS-M72HC',
	apiToken: 'sandboxWhapiToken7Kq2Lw9Zx4Vb1Nm6',
	/** The channel's own number. */
	phoneNumber: '61371989950',
};

const mediaTypes = ['image', 'video', 'document', 'audio', 'voice'];

/** Of `POST /media`, by the OpenAPI file, which writes `audio/acc`. */
const mediaContentTypes: readonly string[] = [
	'application/pdf',
	'application/msword',
	'application/vnd.ms-powerpoint',
	'application/vnd.ms-excel',
	'text/plain',
	'image/jpeg',
	'image/png',
	'audio/acc',
	'audio/mp4',
	'audio/amr',
	'audio/mpeg',
	'audio/ogg',
	'video/mp4',
];

/** The numbers follow the order of the documented list; those of 2, 3 and 4 stand in samples. */
const statusCodes: Record<string, number> = {
	failed: 0,
	pending: 1,
	sent: 2,
	delivered: 3,
	read: 4,
	played: 5,
	deleted: 6,
};

/** undocumented: the codes of STOP and SYNC_ERROR */
const healthCodes: Record<string, number> = {
	INIT: 1,
	LAUNCH: 2,
	QR: 3,
	AUTH: 4,
	ERROR: 5,
	STOP: 0,
	SYNC_ERROR: 6,
};

/** undocumented: how often the vendor tries */
const maxAttempts = 10;

/** The most that `count` may ask for. */
const maxInList = 500;

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

interface MessageRoute {
	Params: { id: string };
	Querystring: Record<string, string | undefined>;
}

/** whapi.cloud: sends at once, holds several webhooks, batches statuses in arrays. */
class Whapi extends Dialect {
	override readonly account = account;
	readonly host = '/whapi';
	readonly mount = '/whapi';
	override readonly settableStatuses = ['sent', 'delivered', 'read', 'failed'];
	readonly #startedAt: Date;
	/** The ids of uploaded files. */
	readonly #media = new Set<string>();
	#settings: WhapiSettings = defaultSettings();
	#health = 'AUTH';

	constructor(kit: DialectContext) {
		super(kit);
		this.#startedAt = kit.clock.now();
	}

	override errorBody(status: number, text: string, retryAfter?: number): Json {
		// undocumented: whether `code` is the HTTP status
		const error = { code: status, message: text };
		return { error: { ...error, ...(retryAfter !== undefined && { retryAfter }) } };
	}

	override quotaAnswer() {
		return { status: 402, body: this.errorBody(402, 'Trial version limit exceeded') };
	}

	/** Replaces all webhooks of the channel by this one, for messages and statuses. */
	override setWebhook(target: WebhookTarget | null): void {
		if (!target) {
			this.#settings = { ...this.#settings, webhooks: [] };
			return;
		}
		// Whapi knows no secret, only headers of one's own.
		const authorization = target.secret && { Authorization: `Bearer ${target.secret}` };
		const events = [
			{ type: 'messages', method: 'post' },
			{ type: 'statuses', method: 'post' },
			{ type: 'statuses', method: 'put' },
		];
		const headers = { ...authorization, ...target.headers };
		const webhook: WhapiWebhook = { url: target.url, mode: 'body', events, headers };
		this.#settings = { ...this.#settings, webhooks: [webhook] };
	}

	override webhookUrls(): string[] {
		return this.#settings.webhooks.map(({ url }) => url);
	}

	override setHealth(state: string): void {
		if (!(state in healthCodes)) {
			throw new RangeError(`A channel is one of: ${Object.keys(healthCodes).join(', ')}`);
		}
		this.#health = state;
	}

	/** To every webhook, whatever events it asks for. */
	override post(event: string, body: unknown): void {
		for (const webhook of this.#settings.webhooks) this.#deliver(webhook, event, body, '');
	}

	override sendFromPhone(to: string, text: string): void {
		const message = this.phoneText(this.#newId(), to, text, 'sent');
		this.messages.push(message);
		this.#begin(message, this.kit.clock.now());
	}

	/** To the webhooks that ask for `messages.post`, as those of own messages do. */
	override receiveMessage(message: IncomingMessage): string {
		const id = this.#newId();
		const record = incomingMessage(id, message, account.phoneNumber, this.kit.clock.now());
		this.#tell({ type: 'messages', method: 'post' }, { id }, { messages: [record] });
		return id;
	}

	override routes(app: FastifyInstance): void {
		app.addHook('preHandler', async (request, reply) => {
			const token = bearer(request.headers.authorization);
			if (token === account.apiToken) return undefined;
			// undocumented: the text of a 401
			return token === undefined
				? this.#refuse(reply, 401, 'Unauthorized')
				: this.#refuse(reply, 404, 'Channel not found');
		});
		app.post('/messages/text', async (request, reply) => this.#send(request, reply, 'text'));
		for (const type of mediaTypes) {
			app.post(`/messages/${type}`, async (request, reply) => this.#send(request, reply, type));
		}
		app.post('/media', async ({ body }, reply) => {
			// undocumented: the texts
			if (!isReceivedFile(body) || body.bytes === 0) return this.#refuse(reply, 400, 'No file');
			const [essence] = body.contentType.split(';');
			if (!mediaContentTypes.includes(essence)) {
				return this.#refuse(reply, 415, `Unsupported content type: ${essence}`);
			}
			const id = `${essence.replace(/\W/g, '')}-${this.kit.ids.mixed(14)}-media`;
			this.#media.add(id);
			return { media: [{ id }] };
		});
		app.get<MessageRoute>('/messages/list', async ({ query }) => this.#list(query));
		app.get<MessageRoute>('/messages/list/:id', async ({ params: { id }, query }, reply) => {
			if (!/^[\d-]{10,31}@[\w.]+$/.test(id)) {
				return this.#refuse(reply, 400, `ChatID does not match its pattern: ${id}`);
			}
			// undocumented: when a chat is there; here from its first message on
			const isKnown = this.messages.some(({ to }) => to === id);
			return isKnown ? this.#list(query, id) : this.#refuse(reply, 404, 'Specified chat not found');
		});
		app.get<MessageRoute>('/messages/:id', async ({ params }, reply) => {
			const message = this.find(params.id);
			return message ? this.#shown(message) : this.#refuse(reply, 404, 'Message not found');
		});
		app.delete<MessageRoute>('/messages/:id', async ({ params }, reply) => {
			const message = this.find(params.id);
			if (!message) return this.#refuse(reply, 404, 'Message not found');
			this.#setStatus(message, 'deleted', this.kit.clock.now());
			return { success: true };
		});
		app.get<MessageRoute>('/statuses/:id', async ({ params }) => {
			const message = this.find(params.id);
			return { statuses: message ? [this.#status(message, this.kit.clock.now())] : [] };
		});
		app.get('/settings', async () => this.#settings);
		app.patch('/settings', async (request, reply) => {
			const change = asRecord(request.body);
			const problem = settingsProblem(change);
			if (problem) return this.#refuse(reply, 400, problem);
			const before = this.#settings;
			const { after, changes } = changeSettings(before, change);
			this.#settings = after;
			// undocumented: whether both are whole settings; here they are
			return { before_update: before, after_update: after, changes };
		});
		app.delete('/settings', async () => {
			this.#settings = defaultSettings();
			return this.#settings;
		});
		app.get('/settings/events', async () => allowedEvents());
		app.get<MessageRoute>('/health', async ({ query }) => {
			// Without `wakeup=false` the vendor launches a channel that does not run.
			if (query.wakeup !== 'false' && ['STOP', 'INIT'].includes(this.#health)) {
				this.#health = 'LAUNCH';
			}
			const { channelId, phoneNumber } = account;
			return {
				channel_id: channelId,
				start_at: seconds(this.#startedAt),
				uptime: seconds(this.kit.clock.now()) - seconds(this.#startedAt),
				version: 'sandbox',
				status: { code: healthCodes[this.#health], text: this.#health },
				user: { id: phoneNumber, name: 'Sandbox' },
			};
		});
		app.get('/users/profile', async () => ({ name: 'Sandbox' }));
		// The documents have a 204 among the answers: no limits.
		app.get('/limits', async (_request, reply) => reply.code(204).send());
	}

	#refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
		return reply.code(status).send(this.errorBody(status, text));
	}

	#send(request: FastifyRequest, reply: FastifyReply, type: string) {
		const body = asRecord(request.body);
		const content = type === 'text' ? 'body' : 'media';
		const to = textOf(body.to);
		// undocumented: the texts
		if (!to || !textOf(body[content])) {
			return this.#refuse(reply, 400, `${to ? content : 'to'} is required`);
		}
		if (!/^[\d-]{7,31}(@(s\.whatsapp\.net|g\.us|newsletter))?$/.test(to)) {
			return this.#refuse(reply, 400, `to is no phone number or chat id: ${to}`);
		}
		const media = textOf(body.media);
		// undocumented: how it tells an id from a URL and what it says of an unknown one
		if (media !== null && !/^(https?|data):/.test(media) && !this.#media.has(media)) {
			return this.#refuse(reply, 404, 'Specified media not found');
		}
		if (this.#health !== 'AUTH') {
			return this.#refuse(reply, 401, 'Need channel authorization for send message');
		}
		const now = this.kit.clock.now();
		const message: SandboxMessage = {
			id: this.#newId(),
			to: to.includes('@') ? to : `${to}@s.whatsapp.net`,
			type,
			text: type === 'text' ? textOf(body.body) : null,
			mediaUrl: textOf(body.media),
			caption: textOf(body.caption),
			fileName: textOf(body.filename),
			status: 'pending',
			takenAt: now.toISOString(),
			sentAt: now.toISOString(),
			body: request.body,
		};
		this.messages.push(message);
		this.#begin(message, now);
		return { sent: true, message: this.#shown(message) };
	}

	#newId(): string {
		return `${this.kit.ids.mixed(14)}-wNoTwl0rVw`;
	}

	/** Tells of the new message, and then of its statuses. */
	#begin(message: SandboxMessage, now: Date) {
		const content = { messages: [this.#ownMessage(message)] };
		this.#tell({ type: 'messages', method: 'post' }, message, content);
		this.#play(message, now);
	}

	#play(message: SandboxMessage, from: Date) {
		// Only voice messages are documented to be played.
		const usual = ['sent', 'delivered', 'read', ...(message.type === 'voice' ? ['played'] : [])];
		const steps = this.script(message.to, usual);
		this.play(message, steps, { from, delayMs: this.kit.statusDelayMs });
	}

	protected override advance(message: SandboxMessage, step: ScriptStep, at: Date): void {
		if (!(step.status in statusCodes)) return;
		message.reason = step.reason;
		this.#setStatus(message, step.status, at);
	}

	#setStatus(message: SandboxMessage, status: string, at: Date) {
		message.status = status;
		const body = { statuses: [this.#status(message, at)] };
		this.#tell({ type: 'statuses', method: 'post' }, message, body);
	}

	#status({ id, status, to, reason }: SandboxMessage, at: Date): Json {
		return {
			id,
			code: statusCodes[status],
			status,
			recipient_id: to,
			timestamp: String(seconds(at)),
			// In the vendor's OpenAPI file, not on its help page; undocumented: the codes
			...(status === 'failed' && reason && { errors: [{ code: 500, message: reason }] }),
		};
	}

	/** What a message is made of: `text`, or an object named like the media type. */
	#content({ type, text, mediaUrl, caption, fileName }: SandboxMessage): Json {
		if (type === 'text') return { text: { body: text } };
		// undocumented: the fields of media; here what was sent
		const media = {
			...(mediaUrl && { link: mediaUrl }),
			...(caption && { caption }),
			...(fileName && { filename: fileName }),
		};
		return { [type]: media };
	}

	/** As in the webhook `messages.post`; the one of an API message has no status in the sample. */
	#ownMessage(message: SandboxMessage): Json {
		const isMobile = message.fromPhone === true;
		return {
			id: message.id,
			from_me: true,
			type: message.type,
			chat_id: message.to,
			timestamp: seconds(new Date(message.takenAt)),
			...(isMobile
				? { source: 'mobile', status: message.status }
				: { source: 'api', device_id: 11 }),
			...this.#content(message),
			from: account.phoneNumber,
			...(isMobile && { from_name: 'Sandbox' }),
		};
	}

	#shown(message: SandboxMessage): Json {
		return {
			id: message.id,
			status: message.status,
			chat_id: message.to,
			from_me: true,
			type: message.type,
			source: message.fromPhone ? 'mobile' : 'api',
			timestamp: seconds(new Date(message.takenAt)),
			device_id: 11,
			...this.#content(message),
			from: account.phoneNumber,
		};
	}

	#list(query: Record<string, string | undefined>, chatId?: string): Json {
		const { offset = '0', time_from, time_to, from_me, sort = 'desc' } = query;
		const count = Math.min(maxInList, Number(query.count ?? 100));
		const within = this.messages.filter(({ takenAt, to }) => {
			const at = seconds(new Date(takenAt));
			// Nothing ever comes in here.
			const isAsked = from_me !== 'false' && (chatId === undefined || to === chatId);
			return isAsked && at >= Number(time_from ?? 0) && at <= Number(time_to ?? Infinity);
		});
		const sorted = sort === 'asc' ? within : [...within].reverse();
		const page = sorted.slice(Number(offset), Number(offset) + count);
		const messages = page.map((message) => this.#shown(message));
		return { messages, count: messages.length, total: within.length, offset: Number(offset) };
	}

	#tell(
		{ type, method }: { type: string; method: string },
		message: Pick<SandboxMessage, 'id'>,
		content: Json,
	) {
		const body = { ...content, event: { type, event: method }, channel_id: account.channelId };
		for (const webhook of this.#settings.webhooks) {
			// undocumented: what a webhook without `events` gets; here nothing
			const isWanted = webhook.events?.some(
				(event) => event.type === type && event.method === method,
			);
			if (isWanted) this.#deliver(webhook, `${type}.${method}`, body, message.id);
		}
	}

	#deliver(
		{ url, mode, headers = {} }: WhapiWebhook,
		event: string,
		body: unknown,
		orderingKey: string,
	) {
		const [type, method = 'post'] = event.split('.');
		this.kit.webhooks.deliver({
			gateway: this.id,
			event,
			// The documented example of a path is `/message/post`.
			url: mode === 'path' ? `${url}/${type.replace(/s$/, '')}/${method}` : url,
			method: mode === 'method' ? method.toUpperCase() : 'POST',
			headers,
			body,
			orderingKey: `${url} ${orderingKey}`,
			policy: this.#policy(),
		});
	}

	/** The pause grows linearly up to its cap. */
	#policy(): RetryPolicy {
		const { callback_backoff_delay_ms: step, max_callback_backoff_delay_ms: cap } = this.#settings;
		return {
			accepts: (status) => status === 200,
			pauseMs: (attempt) => (attempt < maxAttempts ? Math.min(attempt * step, cap) : undefined),
			blocking: false,
			timeoutMs: 30_000, // undocumented
		};
	}
}

export const whapi = defineSandbox({
	dialect: Whapi,
	credential: ({ baseUrl, apiToken, channelId }) => ({
		whapiUrl: baseUrl,
		whapiToken: apiToken,
		whapiChannelId: channelId,
	}),
	firstMessage: ({ baseUrl, apiToken }) => ({
		url: `${baseUrl}/messages/text`,
		headers: { Authorization: `Bearer ${apiToken}` },
		body: { to: '61371989951', body: 'Hello' },
	}),
	lastStatus: 'read',
	states: {
		ready: 'AUTH',
		notReady: ['INIT', 'LAUNCH', 'QR', 'STOP', 'ERROR', 'SYNC_ERROR'],
	},
});
