import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import type { RateLimit } from '../../sandbox/rateLimit.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { Cancel } from '../../sandbox/clock.mts';
import type { IncomingMessage, Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import { isReceivedFile } from '../../sandbox/uploads.mts';
import type { RetryPolicy } from '../../sandbox/webhooks.mts';
import { incomingMessage } from './sandboxIncoming.mts';
import {
	changeSettings,
	isStatusWanted,
	newSettings,
	settingsProblem,
	shownSettings,
	type GreenSettings,
} from './sandboxSettings.mts';

/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
const account = {
	idInstance: 1101000001,
	apiTokenInstance: 'sandboxd75b3a66374942c5b3c019c698abc2067e151558acbd412345',
	/** The instance's own number. */
	wid: '11001234567@c.us',
};

const second = 1000;
const minute = 60_000;
const day = 24 * 60 * minute;
const longestSettingsDelayMs = 5 * minute;
const longestDelayMs = 86_400_000;
/** "The method returns the first 500 messages." */
const maxQueued = 500;

const states: readonly string[] = [
	'notAuthorized',
	'authorized',
	'blocked',
	'starting',
	'yellowCard',
	'suspended',
	'pendingCode',
];

const statuses: readonly string[] = [
	'sent',
	'delivered',
	'read',
	'failed',
	'noAccount',
	'notInGroup',
	'yellowCard',
	'suspended',
	'noActiveSession',
];

/** Calls per second; where the vendor gives no figure for WhatsApp there is no limit here. */
const limits: Record<string, number> = {
	sendMessage: 50,
	sendFileByUrl: 50,
	getSettings: 1,
	setSettings: 1,
	getStateInstance: 1,
	lastOutgoingMessages: 1,
	getChatHistory: 1,
	showMessagesQueue: 1,
	clearMessagesQueue: 1,
	getMessage: 10,
	deleteMessage: 10,
};

/** Only HTTP 200 will do; else again every minute, the same one first, for 24 hours. */
const policy: RetryPolicy = {
	accepts: (status) => status === 200,
	pauseMs: (attempt) => (attempt * minute <= day ? minute : undefined),
	blocking: true,
	timeoutMs: 180 * second,
};

/** What the vendor's list of file types calls supported; what is not here is sent as a file. */
const kinds: Array<[type: string, extensions: string]> = [
	['image', 'bmp jpeg jpg png'],
	['video', 'mov mp4'],
	['audio', 'm4a mp3 ogg'],
];

/** "The maximum file size that can be sent is 100 MB." */
const maxFileBytes = 100 * 1024 * 1024;

/** Where uploaded files are, as in the vendor's samples. */
const storage = 'https://sw-media-out.storage.yandexcloud.net';

/** undocumented: the vendor's list; here a few of it */
const extensions: Record<string, string> = {
	'image/jpeg': 'jpg',
	'image/png': 'png',
	'video/mp4': 'mp4',
	'audio/mpeg': 'mp3',
	'audio/ogg': 'ogg',
	'application/pdf': 'pdf',
	'text/plain': 'txt',
};

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

const typeOfFile = (fileName: string): string => {
	const extension = fileName.split('.').at(-1)?.toLowerCase() ?? '';
	return kinds.find(([, list]) => list.split(' ').includes(extension))?.[0] ?? 'document';
};

interface MethodRoute {
	Params: { idInstance: string; method: string; token: string };
	Querystring: Record<string, string | undefined>;
}

type Answer = { status: number; body: unknown };

const ok = (body: unknown): Answer => ({ status: 200, body });

interface Queued {
	message: SandboxMessage;
	/** The vendor's method that put it there. */
	method: string;
	timeMs: number;
}

/** green-api.com: a queue with pacing, one webhook per instance; also its WABA flavour. */
class GreenApi extends Dialect {
	override readonly account = account;
	readonly host = '/green-api';
	readonly mount = '/green-api';
	override readonly settableStatuses = ['sent', 'delivered', 'read', 'failed'];
	readonly #limits = new Map<string, RateLimit>();
	readonly #queue: Queued[] = [];
	readonly #methods: Record<string, (request: FastifyRequest<MethodRoute>) => Answer>;
	/** As saved, and as `getSettings` tells. */
	#saved: GreenSettings = newSettings(account.wid);
	/** As in effect. */
	#settings: GreenSettings = this.#saved;
	#applying: Cancel = () => undefined;
	#state = 'authorized';
	#isSending = false;
	/** Nominal: by the delays, not by the clock. */
	#lastSentMs = 0;
	#isWaba = false;
	#typeInstance = 'whatsapp';

	constructor(kit: DialectContext) {
		super(kit);
		for (const [method, limit] of Object.entries(limits)) {
			this.#limits.set(method, this.rateLimit(limit, second));
		}
		this.#methods = {
			'POST sendMessage': (request) => this.#take(request, ['chatId', 'message']),
			'POST sendFileByUrl': (request) => this.#take(request, ['chatId', 'urlFile', 'fileName']),
			'POST uploadFile': (request) => this.#upload(request),
			'POST sendTemplate': (request) => this.#take(request, ['chatId', 'templateId']),
			'POST getMessage': (request) => this.#getMessage(request),
			'POST deleteMessage': (request) => this.#deleteMessage(request),
			'POST setSettings': (request) => this.#setSettings(request),
			'GET getSettings': () => ok(shownSettings(this.#saved, this.#isWaba)),
			'GET getStateInstance': () => ok({ stateInstance: this.#state }),
			'GET lastOutgoingMessages': ({ query }) => this.#lastOutgoing(query.minutes),
			'POST getChatHistory': ({ body }) => this.#chatHistory(asRecord(body)),
			'GET showMessagesQueue': () =>
				ok(this.#queue.slice(0, maxQueued).map((queued) => this.#queueEntry(queued))),
			'GET clearMessagesQueue': () => {
				this.#queue.length = 0;
				return ok({ isCleared: true });
			},
		};
	}

	/** undocumented: the JSON of the errors 400, 401, 403, 404 and 429 */
	override errorBody(_status: number, text: string, retryAfter?: number): Json {
		return { message: text, ...(retryAfter !== undefined && { retryAfter }) };
	}

	override quotaAnswer(path: string) {
		const method = path.split('/')[2] ?? '';
		// undocumented: the figures' meaning for each method and the texts
		const used = { method, used: 3, total: 3 };
		const description = 'Monthly quota has been exceeded. Upgrade to the Business plan.';
		return {
			status: 466,
			body: {
				invokeStatus: { ...used, status: 'QUOTE_EXCEEDED', description },
				correspondentsStatus: { ...used, status: 'CORRESPONDENTS_QUOTE_EXCEEDED', description },
			},
		};
	}

	/** As in the vendor's console, but in effect at once. The target's own headers are ignored. */
	override setWebhook(target: WebhookTarget | null): void {
		const flag = target ? 'yes' : 'no';
		this.#saved = changeSettings(this.#saved, {
			webhookUrl: target?.url ?? '',
			webhookUrlToken: target?.secret ?? '',
			outgoingWebhook: flag,
			outgoingMessageWebhook: flag,
			outgoingAPIMessageWebhook: flag,
			incomingWebhook: target?.received ? 'yes' : 'no',
		});
		this.#applying();
		this.#settings = this.#saved;
	}

	override webhookUrls(): string[] {
		const { webhookUrl } = this.#saved;
		return webhookUrl ? [String(webhookUrl)] : [];
	}

	/** While the instance is not authorized, messages stay in its queue. */
	override setHealth(state: string): void {
		if (!states.includes(state)) {
			throw new RangeError(`stateInstance is one of: ${states.join(', ')}`);
		}
		if (state === this.#state) return;
		this.#state = state;
		const now = this.kit.clock.now();
		if (this.#settings.stateWebhook === 'yes') {
			this.#deliver('stateInstanceChanged', {
				typeWebhook: 'stateInstanceChanged',
				instanceData: this.#instanceData(),
				timestamp: seconds(now),
				stateInstance: state,
			});
		}
		this.#sendNext();
	}

	/**
	 * Makes it a WhatsApp Business API instance, or an ordinary one again. `typeInstance` stays
	 * `whatsapp` unless told otherwise: so says the documented sample of the WABA flavour.
	 */
	setWaba(isWaba: boolean, typeInstance = 'whatsapp'): void {
		this.#isWaba = isWaba;
		this.#typeInstance = typeInstance;
	}

	override post(event: string, body: unknown): void {
		this.#deliver(event, body);
	}

	override sendFromPhone(to: string, text: string): void {
		const message = this.phoneText(this.kit.ids.whatsApp(20), to, text, 'pending');
		this.messages.push(message);
		this.#tellOf(message, this.kit.clock.now());
	}

	override receiveMessage(message: IncomingMessage): string {
		const idMessage = this.kit.ids.whatsApp(20);
		if (this.#settings.incomingWebhook !== 'yes') return idMessage;
		this.#deliver('incomingMessageReceived', {
			typeWebhook: 'incomingMessageReceived',
			instanceData: this.#instanceData(),
			timestamp: seconds(this.kit.clock.now()),
			idMessage,
			...incomingMessage(message, account.wid),
		});
		return idMessage;
	}

	override routes(app: FastifyInstance): void {
		app.all<MethodRoute>('/waInstance:idInstance/:method/:token', async (request, reply) => {
			const { idInstance, method, token } = request.params;
			if (idInstance !== String(account.idInstance)) return this.#refuse(reply, 403, 'Forbidden');
			if (token !== account.apiTokenInstance) return this.#refuse(reply, 401, 'Unauthorized');
			const call = this.#methods[`${request.method} ${method}`];
			if (!call || (method === 'sendTemplate' && !this.#isWaba)) {
				return this.#refuse(reply, 404, 'Not found');
			}
			const verdict = this.#limits.get(method)?.take();
			if (verdict && !verdict.allowed) return this.#refuse(reply, 429, 'Too many requests');
			if (this.#state === 'starting' && method.startsWith('send')) {
				return this.#refuse(reply, 400, 'instance in starting process try later');
			}
			const { status, body } = call(request);
			return reply.code(status).send(body);
		});
	}

	#refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
		return reply.code(status).send(this.errorBody(status, text));
	}

	#bad(text: string): Answer {
		return { status: 400, body: this.errorBody(400, text) };
	}

	#take({ body: raw, params }: FastifyRequest<MethodRoute>, required: string[]): Answer {
		const body = asRecord(raw);
		const missing = required.find((field) => !textOf(body[field]));
		if (missing) return this.#bad(`Validation failed. Details: '${missing}' is required`);
		const to = String(body.chatId);
		if (!/^[\d-]+@((c|g)\.us|lid)$/.test(to)) {
			return this.#bad("Validation failed. Details: 'chatId' must be a phone or group chat id");
		}
		const fileName = textOf(body.fileName);
		const message: SandboxMessage = {
			id: this.kit.ids.whatsApp(20),
			to,
			type: this.#typeOf(params.method, fileName),
			text: textOf(body.message),
			mediaUrl: textOf(body.urlFile),
			caption: textOf(body.caption),
			fileName,
			status: 'pending',
			takenAt: this.kit.clock.now().toISOString(),
			body: raw,
		};
		this.messages.push(message);
		this.#queue.push({ message, method: params.method, timeMs: Date.now() });
		this.#sendNext();
		return ok({ idMessage: message.id });
	}

	/** Gives a link that holds for 15 days; its extension is by the content type, else by `GA-Filename`. */
	#upload({ body, headers }: FastifyRequest<MethodRoute>): Answer {
		// undocumented: the texts
		if (!isReceivedFile(body)) return this.#bad("Validation failed. Details: 'file' is required");
		if (body.bytes > maxFileBytes)
			return { status: 500, body: this.errorBody(500, 'File too big') };
		const given = String(headers['ga-filename'] ?? '');
		const [essence] = body.contentType.split(';');
		const extension = extensions[essence] ?? (/\.(\w+)$/.exec(given)?.[1] || 'bin');
		const name = `${this.kit.ids.uuid()}.${extension}`;
		return ok({ urlFile: `${storage}/${account.idInstance}/${name}` });
	}

	#typeOf(method: string, fileName: string | null): string {
		if (method === 'sendTemplate') return 'template';
		return fileName ? typeOfFile(fileName) : 'text';
	}

	/** Sends what is queued, in order, each after the instance's delay. */
	#sendNext() {
		if (this.#isSending || this.#state !== 'authorized' || this.#queue.length === 0) return;
		const delayMs = Number(this.#settings.delaySendMessagesMilliseconds);
		// Above this, the vendor says, nothing is sent at all.
		if (delayMs > longestDelayMs) return;
		this.#isSending = true;
		this.kit.clock.after(delayMs, () => {
			this.#isSending = false;
			const queued = this.#state === 'authorized' ? this.#queue.shift() : undefined;
			// What waited for 24 hours is dropped.
			if (queued && Date.now() - queued.timeMs < this.kit.clock.real(day)) {
				const taken = new Date(queued.message.takenAt).getTime();
				this.#lastSentMs = Math.max(taken, this.#lastSentMs) + delayMs;
				this.#tellOf(queued.message, new Date(this.#lastSentMs));
			}
			this.#sendNext();
		});
	}

	/** Tells of the sent message, and then of its statuses. */
	#tellOf(message: SandboxMessage, at: Date) {
		message.sentAt = at.toISOString();
		const byApi = !message.fromPhone;
		const steps = this.script(message.to, this.#usualStatuses(message.to));
		// Not for recipients without an account.
		const hasAccount = !steps.some(({ status }) => status === 'noAccount');
		const flag = byApi ? 'outgoingAPIMessageWebhook' : 'outgoingMessageWebhook';
		if (this.#settings[flag] === 'yes' && hasAccount) {
			const typeWebhook = byApi ? 'outgoingAPIMessageReceived' : 'outgoingMessageReceived';
			this.#deliver(typeWebhook, this.#ownMessage(typeWebhook, message, at));
		}
		this.play(message, steps, { from: at, delayMs: this.kit.statusDelayMs });
	}

	protected override advance(
		message: SandboxMessage,
		{ status, reason }: ScriptStep,
		at: Date,
	): void {
		if (!statuses.includes(status)) return;
		// By hand also what is still queued.
		const place = this.#queue.findIndex((queued) => queued.message === message);
		if (place >= 0) this.#queue.splice(place, 1);
		message.sentAt ??= at.toISOString();
		message.status = status;
		message.reason = reason;
		const byApi = !message.fromPhone;
		if (!isStatusWanted(this.#settings, status, byApi)) return;
		this.#deliver('outgoingMessageStatus', {
			typeWebhook: 'outgoingMessageStatus',
			chatId: message.to,
			instanceData: this.#instanceData(),
			timestamp: seconds(at),
			idMessage: message.id,
			status,
			...(reason && { description: reason }),
			sendByApi: byApi,
		});
	}

	/** Numbers that end in 0000 are, by agreement, not on WhatsApp. */
	#usualStatuses(to: string): string[] {
		if (!to.endsWith('0000@c.us')) return ['sent', 'delivered', 'read'];
		return [this.#isWaba ? 'failed' : 'noAccount'];
	}

	#instanceData() {
		const { idInstance, wid } = account;
		return { idInstance, wid, typeInstance: this.#typeInstance };
	}

	#ownMessage(typeWebhook: string, message: SandboxMessage, at: Date): Json {
		return {
			typeWebhook,
			instanceData: this.#instanceData(),
			timestamp: seconds(at),
			idMessage: message.id,
			senderData: {
				chatId: message.to,
				// The conversation once more: so it is in the sample.
				sender: message.to,
				chatName: '',
				senderName: '',
			},
			messageData: this.#messageData(message),
		};
	}

	#messageData({ type, text, mediaUrl, caption, fileName }: SandboxMessage): Json {
		if (type === 'text') {
			return { typeMessage: 'textMessage', textMessageData: { textMessage: text } };
		}
		// undocumented here: the fields of other types
		const fileMessageData = { downloadUrl: mediaUrl, caption: caption ?? '', fileName };
		return { typeMessage: `${type}Message`, ...(mediaUrl && { fileMessageData }) };
	}

	/** One webhook after another: a failing endpoint holds up the later ones. */
	#deliver(event: string, body: unknown) {
		const { webhookUrl, webhookUrlToken } = this.#settings;
		if (!webhookUrl) return;
		// undocumented: the scheme; the vendor's own guard looks only at what follows the first space
		const headers: Record<string, string> = webhookUrlToken
			? { Authorization: `Bearer ${webhookUrlToken}` }
			: {};
		const url = String(webhookUrl);
		this.kit.webhooks.deliver({
			gateway: this.id,
			event,
			url,
			headers,
			body,
			orderingKey: '',
			policy,
		});
	}

	/** The vendor reboots the instance; until the new settings take effect, the old ones hold. */
	#setSettings({ body }: FastifyRequest<MethodRoute>): Answer {
		const change = asRecord(body);
		const known = shownSettings(this.#saved, this.#isWaba);
		const problem = settingsProblem(change, known);
		if (problem) return this.#bad(problem);
		this.#saved = { ...this.#saved, ...changeSettings(known, change) };
		this.#applying();
		this.#applying = this.kit.clock.after(this.kit.ids.fraction() * longestSettingsDelayMs, () => {
			this.#settings = this.#saved;
			this.#sendNext();
		});
		return ok({ saveSettings: true });
	}

	#queueEntry({ message, method }: Queued): Json {
		return { messageID: message.id, type: method, body: message.body };
	}

	#journalEntry(message: SandboxMessage): Json {
		const sentAt = new Date(message.sentAt ?? message.takenAt);
		return {
			type: 'outgoing',
			idMessage: message.id,
			timestamp: seconds(sentAt),
			typeMessage: this.#messageData(message).typeMessage,
			chatId: message.to,
			...(message.text !== null && { textMessage: message.text }),
			...(message.mediaUrl !== null && {
				downloadUrl: message.mediaUrl,
				caption: message.caption ?? '',
				fileName: message.fileName,
			}),
			sendByApi: !message.fromPhone,
			statusMessage: message.status,
		};
	}

	#findBy({ body }: FastifyRequest<MethodRoute>): SandboxMessage | undefined {
		const { chatId, idMessage } = asRecord(body);
		const message = this.find(String(idMessage));
		return message?.to === chatId && message?.sentAt ? message : undefined;
	}

	/** undocumented: the answer for a message that is unknown, or still queued */
	#getMessage(request: FastifyRequest<MethodRoute>): Answer {
		const message = this.#findBy(request);
		return message ? ok(this.#journalEntry(message)) : this.#bad('Message not found');
	}

	/** undocumented: the answers */
	#deleteMessage(request: FastifyRequest<MethodRoute>): Answer {
		const message = this.#findBy(request);
		return message ? ok({}) : this.#bad('Message not found');
	}

	/** The newest first. What is still queued is not in it; what the others write never comes here. */
	#chatHistory({ chatId, count = 100 }: Json): Answer {
		if (!textOf(chatId)) return this.#bad("Validation failed. Details: 'chatId' is required");
		const sent = this.messages
			.filter(({ to, sentAt }) => to === chatId && sentAt)
			.sort((a, b) => Date.parse(String(b.sentAt)) - Date.parse(String(a.sentAt)));
		return ok(sent.slice(0, Number(count)).map((message) => this.#journalEntry(message)));
	}

	#lastOutgoing(minutes = '1440'): Answer {
		const since = Date.now() - Number(minutes) * minute;
		const recent = this.messages
			.filter(({ sentAt }) => sentAt && Date.parse(sentAt) >= since)
			.reverse();
		return ok(recent.map((message) => this.#journalEntry(message)));
	}
}

export const greenApi = defineSandbox({
	dialect: GreenApi,
	credential: ({ baseUrl, idInstance, apiTokenInstance }) => ({
		greenApiUrl: baseUrl,
		greenApiIdInstance: String(idInstance),
		greenApiToken: apiTokenInstance,
		greenApiMediaUrl: baseUrl,
	}),
	firstMessage: ({ baseUrl, idInstance, apiTokenInstance }) => ({
		url: `${baseUrl}/waInstance${idInstance}/sendMessage/${apiTokenInstance}`,
		headers: {},
		body: { chatId: '11001234568@c.us', message: 'Hello' },
	}),
	lastStatus: 'read',
	states: {
		ready: 'authorized',
		notReady: ['notAuthorized', 'blocked', 'starting', 'yellowCard', 'suspended', 'pendingCode'],
	},
	arrivesAs: { voice: 'audio' },
});
