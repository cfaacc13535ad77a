import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, Dialect } from '../../sandbox/dialect.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { IncomingMessage, Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import { account } from './sandboxAccount.mts';
import { bodyProblems, contentProblem, jidOf, readBody, sendRoutes } from './sandboxContent.mts';
import { incomingData } from './sandboxIncoming.mts';
import {
	foundMessages,
	graphError,
	keyOf,
	licenceBody,
	recordOf,
	updateOf,
	type Flavour,
} from './sandboxRecords.mts';
import {
	changeRow,
	events,
	falseInstant,
	policy,
	settingsProblems,
	type WebhookRow,
} from './sandboxWebhook.mts';

/** `open` and `close` are Baileys' words, `refused` the server's own. */
const states: readonly string[] = ['open', 'connecting', 'close', 'refused'];

/** The words of Baileys and of Meta for the common ones, as scripts may use them. */
const words: Record<string, [baileys: string, meta: string]> = {
	failed: ['ERROR', 'FAILED'],
	queued: ['PENDING', 'PENDING'],
	sent: ['SERVER_ACK', 'SENT'],
	delivered: ['DELIVERY_ACK', 'DELIVERED'],
	read: ['READ', 'READ'],
	played: ['PLAYED', 'PLAYED'],
};
const vendorWords = new Set(Object.values(words).flat());

interface InstanceRoute {
	Params: { instance: string };
}

/** github.com/EvolutionAPI/evolution-api: self-hosted, one webhook per instance; 2.3, 1.8, 2.4 and Meta's channel. */
class EvolutionApi extends Dialect {
	override readonly account = account;
	readonly host = '/evolution-api';
	readonly mount = '/evolution-api';
	override readonly settableStatuses = ['sent', 'delivered', 'read', 'failed'];
	#version = '2.3.7';
	#isLicensed = true;
	#isMeta = false;
	#stores = true;
	#state: string | undefined = 'open';
	#webhook: WebhookRow | null = null;
	/** All statuses that a message had, as rows of the table `MessageUpdate`. */
	readonly #updates = new Map<string, Array<{ status: string; at: Date }>>();

	/** The server's version: below 2 it speaks the dialect of 1.8. */
	setVersion(version: string): void {
		this.#version = version;
	}

	/** Whether the licence that 2.4 asks for is activated. */
	setLicence(isActivated: boolean): void {
		this.#isLicensed = isActivated;
	}

	/** Makes it an instance of Meta's channel, or of WhatsApp Web again. */
	setMeta(isMeta: boolean): void {
		this.#isMeta = isMeta;
	}

	/** `DATABASE_SAVE_DATA_NEW_MESSAGE` and `DATABASE_SAVE_MESSAGE_UPDATE`. */
	setStores(stores: boolean): void {
		this.#stores = stores;
	}

	/** An instance that is known, but not in the server's memory, has no state. */
	unload(): void {
		this.#state = undefined;
	}

	get #isV1(): boolean {
		return this.#version.startsWith('1.');
	}

	override errorBody(status: number, text: string): Json {
		const errors: Record<number, string> = {
			400: 'Bad Request',
			401: 'Unauthorized',
			403: 'Forbidden',
			404: 'Not Found',
		};
		const message = status < 500 && status !== 401 ? [text] : text;
		return { status, error: errors[status] ?? 'Internal Server Error', response: { message } };
	}

	/** As the manager enters it: for all events that it offers to tick, here those of messages. */
	override setWebhook(target: WebhookTarget | null): void {
		const webhook = {
			enabled: target !== null,
			url: target?.url ?? '',
			headers: {
				...(target?.secret && { Authorization: `Bearer ${target.secret}` }),
				...target?.headers,
			},
			byEvents: false,
			base64: false,
			events: ['MESSAGES_UPDATE', 'MESSAGES_DELETE', 'SEND_MESSAGE', 'MESSAGES_UPSERT'],
		};
		this.#setRow({ webhook });
	}

	override webhookUrls(): string[] {
		return this.#webhook?.enabled ? [this.#webhook.url] : [];
	}

	override setHealth(state: string): void {
		if (!states.includes(state)) throw new RangeError(`A state is one of: ${states.join(', ')}`);
		if (state === this.#state) return;
		this.#state = state;
		const data = { instance: account.instanceName, state, statusReason: 200 };
		this.#tell('connection.update', data, '');
	}

	override post(event: string, body: unknown): void {
		this.#deliver(event, body, '');
	}

	override sendFromPhone(to: string, text: string): void {
		const message = this.phoneText(
			`3A${this.kit.ids.hex(18).toUpperCase()}`,
			jidOf(to),
			text,
			'SERVER_ACK',
		);
		this.messages.push(message);
		this.#tell('messages.upsert', recordOf(message, this.#isV1), message.id);
		this.#play(message);
	}

	override receiveMessage(message: IncomingMessage): string {
		const id = this.#isMeta
			? `wamid.${this.kit.ids.mixed(40)}`
			: `3A${this.kit.ids.hex(18).toUpperCase()}`;
		const data = incomingData(message, id, this.kit.clock.now(), this.#flavour);
		this.#tell('messages.upsert', data, id);
		return id;
	}

	/**
	 * The owner edits a message on the phone: an update with the new message, and a status that nobody
	 * reported: `DELETED` up to 2.3.6, `SERVER_ACK` since, in version 1 none.
	 */
	edit(id: string, text: string): void {
		const message = this.find(id);
		if (!message) throw new RangeError(`There is no message "${id}"`);
		message.text = text;
		const [major, minor, patch] = this.#version.split('.').map(Number);
		const isLate = major > 2 || minor > 3 || (minor === 3 && patch >= 7);
		const status = this.#isV1 ? undefined : isLate ? 'SERVER_ACK' : 'DELETED';
		const edited = { editedMessage: { message: { conversation: text } } };
		const update = updateOf(message, status, this.kit.clock.now(), this.#flavour);
		this.#tell('messages.update', { ...update, message: edited }, id);
	}

	override routes(app: FastifyInstance): void {
		app.get('/', async () => ({
			status: 200,
			message: 'Welcome to the Evolution API, it is working!',
			version: this.#version,
			clientName: 'evolution_exchange',
			manager: `${this.kit.origin()}${this.mount}/manager`,
			documentation: 'https://doc.evolution-api.com',
			whatsappWebVersion: '2.3000.1023204200',
		}));
		app.addHook<InstanceRoute>('preHandler', async (request, reply) => this.#guard(request, reply));
		for (const route of sendRoutes) {
			app.post<InstanceRoute>(`/message/${route}/:instance`, async (request, reply) =>
				this.#send(route, request, reply),
			);
		}
		app.get<InstanceRoute>('/instance/connectionState/:instance', async ({ params }) => ({
			instance: { instanceName: params.instance, state: this.#isMeta ? 'open' : this.#state },
		}));
		app.get<InstanceRoute>('/webhook/find/:instance', async (_request, reply) =>
			reply.type('application/json').send(JSON.stringify(this.#foundWebhook())),
		);
		app.post<InstanceRoute>('/webhook/set/:instance', async (request, reply) =>
			this.#takeWebhook(asRecord(request.body), reply),
		);
		app.post<InstanceRoute>('/chat/findMessages/:instance', async ({ body }) =>
			this.#findMessages(asRecord(body)),
		);
		app.post<InstanceRoute>('/chat/findStatusMessage/:instance', async ({ body }) =>
			this.#findStatuses(asRecord(asRecord(body).where)),
		);
		app.delete<InstanceRoute>(
			'/chat/deleteMessageForEveryone/:instance',
			async (request, reply) => {
				const message = this.find(String(asRecord(request.body).id));
				// undocumented: WhatsApp's answer to the deletion of what is not there
				if (!message) return this.#bad(reply, 'Message not found');
				this.#delete(message);
				return reply.code(201).send({ key: keyOf(message) });
			},
		);
	}

	/** The licence, the instance, and only then the key; the welcome is open to all. */
	async #guard(
		request: FastifyRequest<InstanceRoute>,
		reply: FastifyReply,
	): Promise<FastifyReply | undefined> {
		const { instance } = request.params;
		if (instance === undefined) return undefined;
		if (!this.#isLicensed)
			return reply.code(503).send(licenceBody(`${this.kit.origin()}${this.mount}`));
		if (instance !== account.instanceName) {
			return reply.code(404).send(this.errorBody(404, `The "${instance}" instance does not exist`));
		}
		const key = request.headers.apikey;
		return key === account.apiKey || key === account.globalKey
			? undefined
			: reply.code(401).send(this.errorBody(401, 'Unauthorized'));
	}

	#bad(reply: FastifyReply, message: unknown): FastifyReply {
		return reply
			.code(400)
			.send({ status: 400, error: 'Bad Request', response: { message: [message] } });
	}

	#send(route: string, request: FastifyRequest<InstanceRoute>, reply: FastifyReply): FastifyReply {
		const body = asRecord(request.body);
		const problems = bodyProblems(route, body, this.#isV1);
		if (problems.length > 0) return this.#bad(reply, problems);
		const asked = readBody(route, body, this.#isV1);
		const problem = contentProblem(asked);
		if (problem) return this.#bad(reply, problem);
		const jid = jidOf(asked.number);
		// Numbers that end in 0000 are, by agreement, not on WhatsApp, and at Meta not allowed.
		const isAbsent = /0000@s\.whatsapp\.net$/.test(jid);
		if (this.#isMeta) {
			if (isAbsent) return reply.code(201).send(graphError);
		} else {
			if (this.#state !== 'open') return this.#bad(reply, 'Error: Connection Closed');
			if (isAbsent || (jid.endsWith('@lid') && !this.#knowsLids())) {
				return this.#bad(reply, { jid, exists: false, number: asked.number });
			}
		}
		const now = this.kit.clock.now().toISOString();
		const message: SandboxMessage = {
			id: this.#isMeta ? `wamid.${this.kit.ids.mixed(40)}` : this.kit.ids.whatsApp(22),
			to: jid,
			type: asked.type,
			text: asked.text,
			mediaUrl: asked.media,
			caption: asked.caption,
			fileName: asked.fileName ?? this.#givenName(asked.type),
			status: 'PENDING',
			takenAt: now,
			sentAt: now,
			body: request.body,
		};
		this.messages.push(message);
		this.#tell('send.message', recordOf(message, this.#isV1), message.id);
		this.#play(message);
		return reply.code(201).send(recordOf(message, this.#isV1));
	}

	#givenName(type: string): string | null {
		return type === 'image' ? 'image.jpg' : type === 'video' ? 'video.mp4' : null;
	}

	/** Up to 2.3 each LID is said not to be on WhatsApp. */
	#knowsLids(): boolean {
		return !this.#isV1 && Number(this.#version.split('.')[1]) >= 4;
	}

	#play(message: SandboxMessage): void {
		const voice = message.type === 'voice' ? ['played'] : [];
		const steps = this.script(message.to, ['sent', 'delivered', 'read', ...voice]);
		this.play(message, steps, {
			from: new Date(message.takenAt),
			delayMs: this.kit.statusDelayMs,
		});
	}

	protected override advance(message: SandboxMessage, { status }: ScriptStep, at: Date): void {
		if (status === 'deleted') return this.#delete(message);
		const known = Object.hasOwn(words, status) ? words[status][this.#isMeta ? 1 : 0] : status;
		if (!vendorWords.has(known)) return;
		message.status = known;
		this.#updates.set(message.id, [
			...(this.#updates.get(message.id) ?? []),
			{ status: known, at },
		]);
		this.#tell('messages.update', updateOf(message, known, at, this.#flavour), message.id);
	}

	#delete(message: SandboxMessage): void {
		message.status = 'deleted';
		const key = keyOf(message);
		const data = this.#isV1 ? key : { ...key, status: 'DELETED' };
		this.#tell('messages.delete', data, message.id);
	}

	get #flavour(): Flavour {
		return { isV1: this.#isV1, isMeta: this.#isMeta };
	}

	#findMessages(query: Json): unknown {
		const messages = this.#stores ? this.messages : [];
		const statusesOf = (id: string) => (this.#updates.get(id) ?? []).map(({ status }) => status);
		return foundMessages(query, messages, statusesOf, this.#isV1);
	}

	#findStatuses({ id }: Json): unknown {
		const message = this.find(String(id));
		if (!message || !this.#stores) return [];
		return (this.#updates.get(message.id) ?? []).map(({ status, at }) =>
			updateOf(message, status, at, this.#flavour),
		);
	}

	#setRow(body: Json): void {
		this.#webhook = changeRow(this.#webhook, body, this.kit.clock.now(), 'cm1');
	}

	/** Version 1 has other names, no headers, and a row where there is none. */
	#foundWebhook(): unknown {
		if (!this.#isV1) return this.#webhook;
		const { enabled = false, url = '', events: chosen = [] } = this.#webhook ?? {};
		return { enabled, url, events: chosen, webhook_by_events: false, webhook_base64: false };
	}

	#takeWebhook(body: Json, reply: FastifyReply): FastifyReply {
		const problems = settingsProblems(body, this.#isV1);
		if (problems.length > 0) return this.#bad(reply, problems);
		const webhook = this.#isV1 ? { enabled: true, ...body } : asRecord(body.webhook);
		const isHttp = /^https?:\/\//.test(String(webhook.url));
		if ((this.#isV1 || /^2\.[0-2]\./.test(this.#version)) && !isHttp) {
			return this.#bad(reply, 'Invalid "url" property');
		}
		if (String(webhook.url).length > 500 || (webhook.enabled && !Array.isArray(webhook.events))) {
			const text = "Cannot read properties of undefined (reading 'length')";
			return reply.code(500).send(this.errorBody(500, text));
		}
		const isOff = this.#isV1 && webhook.enabled === false;
		this.#setRow({ webhook: isOff ? { ...webhook, url: '' } : webhook });
		const stored = this.#isV1
			? { webhook: { instanceName: account.instanceName, webhook: body } }
			: this.#webhook;
		return reply.code(201).send(stored);
	}

	#tell(event: string, data: unknown, orderingKey: string): void {
		const name = event.replaceAll('.', '_').toUpperCase();
		if (!events.includes(name) || !this.#webhook?.events.includes(name)) return;
		const now = this.kit.clock.now();
		const body = {
			event,
			instance: account.instanceName,
			data,
			destination: this.#webhook.url,
			date_time: falseInstant(now),
			sender: account.wuid,
			server_url: `${this.kit.origin()}${this.mount}`,
			// `AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES` is true in the vendor's example.
			apikey: account.apiKey,
		};
		this.#deliver(event, body, orderingKey);
	}

	/** Calls are not awaited, so their order is not sure; here those of one message keep it. */
	#deliver(event: string, body: unknown, orderingKey: string): void {
		const row = this.#webhook;
		if (!row?.enabled || !/^https?:\/\//.test(row.url)) return;
		const headers = Object.entries((row.headers ?? {}) as Record<string, string>);
		const path = event.replaceAll('.', '-');
		this.kit.webhooks.deliver({
			gateway: this.id,
			event,
			url: row.webhookByEvents ? `${row.url}/${path}` : row.url,
			headers: this.#isV1 ? {} : Object.fromEntries(headers.filter(([name]) => name !== 'jwt_key')),
			body,
			orderingKey,
			policy,
		});
	}
}

export const evolutionApi = defineSandbox({
	dialect: EvolutionApi,
	credential: ({ baseUrl, instanceName, apiKey }) => ({
		evolutionApiUrl: baseUrl,
		evolutionApiInstance: instanceName,
		evolutionApiKey: apiKey,
	}),
	firstMessage: ({ baseUrl, instanceName, apiKey }) => ({
		url: `${baseUrl}/message/sendText/${encodeURIComponent(instanceName)}`,
		headers: { apikey: apiKey },
		body: { number: '553188561070', text: 'Hello' },
	}),
	lastStatus: 'read',
	states: { ready: 'open', notReady: ['connecting', 'close', 'refused'], leavesInDoubt: true },
	statusWords: {
		sent: 'SERVER_ACK',
		delivered: 'DELIVERY_ACK',
		read: 'READ',
		failed: 'ERROR',
	},
});
