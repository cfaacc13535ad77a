import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { IncomingMessage, Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import {
	exceptionOf,
	noSuchSession,
	notByEngine,
	notWorking,
	plusOnly,
	refusal,
	sendException,
	thrown,
} from './sandboxErrors.mts';
import { incomingPayload } from './sandboxIncoming.mts';
import {
	ackNames,
	ackPayload,
	acks,
	isGroup,
	listed,
	reply,
	revocations,
	seconds,
	sendRoutes,
	serialId,
	shown,
	taken,
	type AckName,
} from './sandboxMessages.mts';
import {
	configProblems,
	enteredWebhook,
	isOldCore,
	isSince,
	isWanted,
	type WahaServer,
	type WahaWebhook,
} from './sandboxServer.mts';
import { notReady, WahaSession } from './sandboxSession.mts';
import { delivery, envelope } from './sandboxWebhooks.mts';

/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
const account = {
	session: 'default',
	apiKey: 'sandboxWaha5Tg8Hn2Bv6Yc9Xm3Lk7Qp1',
	/** The session's own number. */
	me: '4915199999999@c.us',
};

interface Route {
	Params: { session: string; chat: string; id: string; phone: string };
	Querystring: Record<string, string | undefined>;
}

/** waha.devlike.pro: sessions on a server of one's own, on one of four engines. */
class Waha extends Dialect {
	override readonly account = account;
	readonly host = '/waha';
	readonly mount = '/waha';
	override readonly settableStatuses = ['sent', 'delivered', 'read', 'played', 'failed'];
	/** The session, which tests may look into: its configuration and restarts. */
	readonly session: WahaSession;
	#repliesEmpty = false;

	constructor(kit: DialectContext) {
		super(kit);
		this.session = new WahaSession(account.session, account.me, kit.clock);
	}

	get #server(): WahaServer {
		return this.session.server;
	}

	/** Another version, tier or engine, from now on. */
	setServer(changes: Partial<WahaServer>): void {
		this.session.server = { ...this.#server, ...changes };
	}

	/** As if the container was started with these variables. */
	setEnvironment(variables: Record<string, string>): void {
		this.session.environment = variables;
	}

	/** Answers as WEBJS 2025.6.5: 201 and nothing else. */
	setRepliesEmpty(isEmpty: boolean): void {
		this.#repliesEmpty = isEmpty;
	}

	override errorBody(status: number, text: string): Json {
		return status < 500 ? refusal(status, text) : thrown(exceptionOf(text), this.#server);
	}

	/** Replaces all webhooks of the session by this one, without a restart. */
	override setWebhook(target: WebhookTarget | null): void {
		const webhooks = target ? [enteredWebhook(target)] : [];
		this.session.config = { ...this.session.config, webhooks };
	}

	override webhookUrls(): string[] {
		return this.session.webhooks().map(({ url }) => url);
	}

	override setHealth(state: string): void {
		if (state !== 'WORKING' && !notReady.includes(state)) {
			throw new RangeError(`A session is one of: WORKING, ${notReady.join(', ')}`);
		}
		this.session.state = state;
	}

	/** To every webhook, whatever events it asks for. */
	override post(event: string, body: unknown): void {
		for (const webhook of this.session.webhooks()) this.#deliver(webhook, event, body, '');
	}

	override restart(): void {
		this.session.forget();
	}

	override sendFromPhone(to: string, text: string): void {
		this.#begin(this.phoneText(this.kit.ids.whatsApp(22), to, text, 'PENDING'));
	}

	/** By both events, to whom asks for both. */
	override receiveMessage(message: IncomingMessage): string {
		const id = this.kit.ids.whatsApp(22);
		const payload = incomingPayload(message, id, this.kit.clock.now(), this.#server);
		this.#tell('message', { id }, payload);
		this.#tell('message.any', { id }, payload);
		return id;
	}

	override routes(app: FastifyInstance): void {
		app.addHook('preHandler', async (request, answer) => {
			const { 'x-api-key': key } = { ...(request.query as Json), ...request.headers };
			if (key === account.apiKey) return undefined;
			return answer.code(401).send(this.errorBody(401, 'Unauthorized'));
		});
		app.get('/ping', async () => ({ message: 'pong' }));
		app.get('/api/server/version', async () => this.#server);
		app.get('/api/version', async () => this.#server);
		app.get('/api/server/environment', async () => this.session.environment);
		app.get<Route>('/api/sessions/:session', async ({ params }, answer) =>
			params.session === account.session ? this.session.shown() : this.#noSession(answer),
		);
		app.put<Route>('/api/sessions/:session', async (request, answer) =>
			request.params.session === account.session
				? this.#update(request, answer)
				: this.#noSession(answer),
		);
		for (const [route, type] of Object.entries(sendRoutes)) {
			app.post(`/api/${route}`, async (request, answer) => this.#send(request, answer, type));
		}
		app.get<Route>('/api/:session/new-message-id', async (request, answer) =>
			this.#inSession(request, answer, () =>
				this.#takesIds()
					? { id: this.kit.ids.whatsApp(22) }
					: answer.code(501).send(notByEngine(this.#server.engine)),
			),
		);
		app.get<Route>('/api/:session/lids/pn/:phone', async (request, answer) =>
			this.#inSession(request, answer, () => ({
				lid: null,
				pn: `${request.params.phone.split('@')[0]}@c.us`,
			})),
		);
		app.get<Route>('/api/:session/chats/:chat/messages', async (request, answer) =>
			this.#inSession(request, answer, () =>
				listed(this.messages, request.params.chat, request.query).map((each) => this.#shown(each)),
			),
		);
		app.get<Route>('/api/:session/chats/:chat/messages/:id', async (request, answer) =>
			this.#inSession(request, answer, () => {
				const message = this.#named(request.params);
				return message ? this.#shown(message) : this.#refuse(answer, 404, 'Message not found');
			}),
		);
		app.delete<Route>('/api/:session/chats/:chat/messages/:id', async (request, answer) =>
			this.#inSession(request, answer, () => {
				const message = this.#named(request.params);
				if (!message) return this.#refuse(answer, 404, 'Message not found');
				this.#revoke(message, this.kit.clock.now());
				// undocumented: the answer
				return {};
			}),
		);
	}

	#refuse(answer: FastifyReply, status: number, text: string): FastifyReply {
		return answer.code(status).send(this.errorBody(status, text));
	}

	#noSession(answer: FastifyReply): FastifyReply {
		return this.#refuse(answer, 404, 'Session not found');
	}

	#takesIds(): boolean {
		return !this.#isWeb() && isSince(this.#server.version, '2026.4.3');
	}

	#update(request: FastifyRequest, answer: FastifyReply): Json | FastifyReply {
		const config = asRecord(asRecord(request.body).config);
		const problems = configProblems(config, this.#server.version);
		if (problems.length > 0) return answer.code(400).send(refusal(400, problems));
		this.session.update(config);
		return this.session.shown();
	}

	/** Waits for the session to work, and answers then; else it refuses in the vendor's own form. */
	async #inSession(
		{ params }: { params: { session: string } },
		answer: FastifyReply,
		work: () => unknown,
	): Promise<unknown> {
		const { session } = params;
		if (session !== account.session) {
			return answer.code(422).send(noSuchSession(session, isOldCore(this.#server)));
		}
		if (!(await this.session.works())) {
			return answer.code(422).send(notWorking(session, this.session.state));
		}
		return work();
	}

	async #send(request: FastifyRequest, answer: FastifyReply, type: string): Promise<unknown> {
		const body = asRecord(request.body);
		const session = textOf(body.session) ?? '';
		return await this.#inSession({ params: { session } }, answer, () => {
			if (type !== 'text' && isOldCore(this.#server)) {
				return answer.code(422).send(plusOnly(this.#server.engine));
			}
			const file = asRecord(body.file);
			if (type !== 'text' && !textOf(file.url) && !textOf(file.data)) {
				const text = 'Either "file.url" or "file.data" must be specified.';
				return this.#refuse(answer, 422, text);
			}
			const exception = sendException(body);
			if (exception !== null) {
				const echoed = { path: request.url, method: 'POST', body, query: {} };
				return answer.code(500).send(thrown(exception, this.#server, echoed));
			}
			const chosen = this.#takesIds() && type === 'text' ? textOf(body.id) : null;
			const id = chosen ?? this.kit.ids.whatsApp(22);
			const message = taken(body, { id, type, at: this.kit.clock.now() });
			this.#begin(message);
			answer.code(201);
			return this.#repliesEmpty ? answer.send() : reply(message, this.#server, account.me);
		});
	}

	#shown(message: SandboxMessage): Json {
		return shown(message, this.#server, account.me);
	}

	/** By the id in full; NOWEB and GOWS also by the bare one, and then in all chats. */
	#named({ chat, id }: Route['Params']): SandboxMessage | undefined {
		const parts = id.split('_');
		// WEBJS does not find its own group message by an id with a participant either.
		if (this.#isWeb() && parts.length !== 3) return undefined;
		const message = this.find(parts.length === 1 ? id : parts[2]);
		return message && (chat === 'all' || message.to === chat) ? message : undefined;
	}

	#isWeb(): boolean {
		return ['WEBJS', 'WPP'].includes(this.#server.engine);
	}

	/** Tells of the new message, and then of its acknowledgements. */
	#begin(message: SandboxMessage) {
		this.messages.push(message);
		// GOWS has no acknowledgement for it: what was sent is told of so.
		const isSent = this.#server.engine === 'GOWS';
		if (isSent) message.status = 'SERVER';
		this.#tell('message.any', message, this.#shown(message));
		const usual = ['SERVER', 'DEVICE', 'READ', ...(message.type === 'voice' ? ['PLAYED'] : [])];
		const from = new Date(message.takenAt);
		this.play(message, this.script(message.to, usual), { from, delayMs: this.kit.statusDelayMs });
	}

	protected override advance(message: SandboxMessage, step: ScriptStep, at: Date): void {
		if (revocations.includes(step.status)) return this.#revoke(message, at);
		const ackName = step.status in acks ? (step.status as AckName) : ackNames[step.status];
		if (!ackName) return;
		message.status = ackName;
		const payload = ackPayload(message, ackName, at, { server: this.#server, me: account.me });
		if (payload === null) return;
		const isOwnEvent = isGroup(message.to) && isSince(this.#server.version, '2025.12.2');
		this.#tell(isOwnEvent ? 'message.ack.group' : 'message.ack', message, payload);
	}

	#revoke(message: SandboxMessage, at: Date) {
		message.status = 'revoked';
		const after = `true_${message.to}_${this.kit.ids.whatsApp(22)}`;
		this.#tell('message.revoked', message, {
			after: { id: after, timestamp: seconds(at), from: message.to, fromMe: true },
			revokedMessageId: message.id,
			before: { id: serialId(message), from: message.to, fromMe: true },
		});
	}

	#tell(event: string, { id }: Pick<SandboxMessage, 'id'>, payload: Json) {
		const body = envelope(event, payload, { ...this.#place, me: account.me });
		for (const webhook of this.session.webhooks()) {
			if (isWanted(webhook, event)) this.#deliver(webhook, event, body, id);
		}
	}

	#deliver(webhook: WahaWebhook, event: string, body: unknown, about: string) {
		this.kit.webhooks.deliver(delivery(webhook, { event, body, about }, this.#place));
	}

	get #place() {
		return { session: this.session, kit: this.kit };
	}
}

export const waha = defineSandbox({
	dialect: Waha,
	credential: ({ baseUrl, session, apiKey }) => ({
		wahaUrl: baseUrl,
		wahaSession: session,
		wahaApiKey: apiKey,
	}),
	firstMessage: ({ baseUrl, session, apiKey }) => ({
		url: `${baseUrl}/api/sendText`,
		headers: { 'X-Api-Key': apiKey },
		body: { session, chatId: '4915112345678@c.us', text: 'Hello' },
	}),
	lastStatus: 'read',
	states: { ready: 'WORKING', notReady: [...notReady] },
	statusWords: {
		sent: 'SERVER',
		delivered: 'DEVICE',
		read: 'READ',
		played: 'PLAYED',
		failed: 'ERROR',
	},
});
