import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, bearer, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import { DelayQueue } from '../../sandbox/held.mts';
import type { RateLimit, RateVerdict } from '../../sandbox/rateLimit.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import { noRetry } from '../../sandbox/webhooks.mts';
import { scheduleProblem, sendProblem } from './sandboxChecks.mts';

/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
const account = {
	sessionId: 'e67a00be-ed45-4356-9488-049cabb9895d',
	apiKey: 'wask_sandbox_5f0c2f1e7d3b4a6988c1d2e3f4a5b6c7',
	/** Reaches every session and may create some. */
	adminKey: 'wamk_sandbox_a1b2c3d4e5f60718293a4b5c6d7e8f90',
	/** A session of somebody else. */
	otherSessionId: '0f3b7a52-6a0e-4d0c-9a70-3f1d2c4b5a69',
};

type State = 'starting' | 'qr_ready' | 'ready' | 'missing';

const states: readonly string[] = ['starting', 'qr_ready', 'ready', 'missing'];

interface Session {
	id: string;
	name: string;
	apiKey: string;
	/** `missing`: the session is no more. */
	state: State;
	webhook: WebhookTarget | null;
}

interface Scheduled {
	/** As the API shows it. */
	record: Json & { id: string; status: string };
	session: Session;
	message: SandboxMessage;
}

interface SessionRoute {
	Params: { id: string; scheduledId: string };
	Querystring: Record<string, string | undefined>;
}

const minute = 60_000;
const whatsAppAddress = (to: string) =>
	to.includes('@') ? to : `${to.replace(/\D/g, '')}@s.whatsapp.net`;

/** docs.chatwhatsapp.in: sessions, direct messages, messages scheduled in memory. */
class ChatWhatsApp extends Dialect {
	override readonly account = account;
	readonly host = '/chatwhatsapp';
	readonly mount = '/chatwhatsapp';
	override readonly rateHints = 'body';
	override readonly settableStatuses = ['sent', 'failed'];
	override readonly statusNote =
		'The only webhook that ChatWhatsApp documents says that a scheduled message was sent.';
	readonly #sessions = new Map<string, Session>();
	readonly #scheduled = new Map<string, Scheduled>();
	protected override readonly held: DelayQueue;
	readonly #limits: Record<'general' | 'sending' | 'creation' | 'qr', RateLimit>;

	constructor(kit: DialectContext) {
		super(kit);
		this.held = new DelayQueue(kit.clock);
		this.#limits = {
			general: this.rateLimit(100, minute),
			sending: this.rateLimit(30, minute),
			creation: this.rateLimit(10, 60 * minute),
			qr: this.rateLimit(1, 5000),
		};
		this.#addSession({ id: account.sessionId, name: 'sandbox', apiKey: account.apiKey });
		const otherKey = `wask_${kit.ids.hex(32)}`;
		this.#addSession({ id: account.otherSessionId, name: 'somebody else', apiKey: otherKey });
	}

	override errorBody(_status: number, text: string, retryAfter?: number): Json {
		return { success: false, error: text, ...(retryAfter !== undefined && { retryAfter }) };
	}

	override setWebhook(target: WebhookTarget | null): void {
		this.#own().webhook = target;
	}

	override webhookUrls(): string[] {
		const { webhook } = this.#own();
		return webhook ? [webhook.url] : [];
	}

	override setHealth(state: string): void {
		if (!states.includes(state)) throw new RangeError(`A session is one of: ${states.join(', ')}`);
		this.#own().state = state as State;
	}

	override post(event: string, body: unknown): void {
		this.#deliver(this.#own(), event, body, '');
	}

	/** The scheduled messages live in memory only: the documented weakness. */
	override restart(): void {
		this.held.clear();
		for (const { message } of this.#scheduled.values()) message.forgotten = true;
		this.#scheduled.clear();
	}

	override fireUntil(until?: Date): void {
		this.held.fireUntil(until);
	}

	override routes(app: FastifyInstance): void {
		app.addHook('preHandler', async (request, reply) => this.#countCall(request, reply));

		app.post('/sessions/create', async (request, reply) => this.#createSession(request, reply));

		app.register(async (scope) => {
			scope.addHook<SessionRoute>('preHandler', async (request, reply) => {
				await this.#authorize(request, reply);
			});
			scope.get<SessionRoute>('/sessions/:id/status', async (request) => {
				const { id, name, state } = this.#session(request);
				return { success: true, session: { id, name, state } };
			});
			scope.get<SessionRoute>('/sessions/:id/qr', async (request, reply) => {
				const { id, state } = this.#session(request);
				if (this.#isOver(this.#limits.qr.take(id), reply)) return reply;
				if (state === 'qr_ready') return { success: true, qr: `2@${this.kit.ids.mixed(64)}` };
				return this.#refuse(reply, 400, `QR code not available yet. Session state: ${state}`);
			});
			scope.post<SessionRoute>('/sessions/:id/send', async (request, reply) =>
				this.#send(request, reply, 'text'),
			);
			// Only the image's path is documented: video, document and audio answer 404 here.
			scope.post<SessionRoute>('/sessions/:id/send/image', async (request, reply) =>
				this.#send(request, reply, 'image'),
			);
			scope.post<SessionRoute>('/sessions/:id/scheduled', async (request, reply) =>
				this.#schedule(request, reply),
			);
			scope.get<SessionRoute>('/sessions/:id/scheduled', async (request) => {
				const { status } = request.query;
				const scheduled = [...this.#scheduled.values()]
					.filter(({ session }) => session.id === request.params.id)
					.map(({ record }) => record)
					.filter((record) => status === undefined || record.status === status);
				return { success: true, scheduled };
			});
			scope.get<SessionRoute>('/sessions/:id/scheduled/:scheduledId', async (request, reply) => {
				const found = this.#findScheduled(request);
				if (!found) return this.#refuse(reply, 404, 'Scheduled message not found');
				return { success: true, scheduled: found.record };
			});
			scope.delete<SessionRoute>('/sessions/:id/scheduled/:scheduledId', async (request, reply) =>
				this.#cancel(request, reply),
			);
		});
	}

	#addSession(session: Pick<Session, 'id' | 'name' | 'apiKey'>): Session {
		const added: Session = { ...session, state: 'ready', webhook: null };
		this.#sessions.set(added.id, added);
		return added;
	}

	#own(): Session {
		return this.#sessions.get(account.sessionId)!;
	}

	/** Only after `#authorize`, which has made sure that there is one. */
	#session(request: FastifyRequest<SessionRoute>): Session {
		return this.#sessions.get(request.params.id)!;
	}

	#refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
		return reply.code(status).send(this.errorBody(status, text));
	}

	#keyOf(request: FastifyRequest): string | undefined {
		const key = request.headers['x-api-key'] ?? bearer(request.headers.authorization);
		return [key ?? asRecord(request.query).api_key].flat()[0] as string | undefined;
	}

	/** The headers stand on every answer; where two limits apply, those of the narrower one. */
	#isOver(verdict: RateVerdict, reply: FastifyReply): boolean {
		reply.headers({
			'X-RateLimit-Limit': verdict.limit,
			'X-RateLimit-Remaining': verdict.remaining,
			'X-RateLimit-Reset': verdict.reset,
		});
		if (verdict.allowed) return false;
		const { retryAfter } = verdict;
		const text = `Rate limit exceeded. Please wait ${retryAfter} seconds before trying again.`;
		void reply.code(429).send(this.errorBody(429, text, retryAfter));
		return true;
	}

	async #countCall(request: FastifyRequest, reply: FastifyReply) {
		// undocumented: whether the general limit counts by key or by address
		if (this.#isOver(this.#limits.general.take(this.#keyOf(request)), reply)) return reply;
		return undefined;
	}

	async #authorize(request: FastifyRequest<SessionRoute>, reply: FastifyReply) {
		const key = this.#keyOf(request);
		const owner = [...this.#sessions.values()].find(({ apiKey }) => apiKey === key);
		// undocumented: the text for a missing key
		if (key !== account.adminKey && !owner) return this.#refuse(reply, 401, 'Invalid API key');
		const session = this.#sessions.get(request.params.id);
		if (!session || session.state === 'missing') {
			return this.#refuse(reply, 404, 'Session not found');
		}
		if (key !== account.adminKey && owner !== session) {
			return this.#refuse(reply, 403, 'This API key can only access its own session');
		}
		return undefined;
	}

	#createSession(request: FastifyRequest, reply: FastifyReply) {
		const key = this.#keyOf(request);
		// One of the two documented examples sends no key at all.
		if (key !== undefined && key !== account.adminKey) {
			return this.#refuse(reply, 401, 'Invalid API key');
		}
		if (this.#isOver(this.#limits.creation.take(key), reply)) return reply;
		const { name, webhookUrl } = asRecord(request.body);
		if (!textOf(name)) return this.#refuse(reply, 400, 'name is required');
		const apiKey = `wask_${this.kit.ids.hex(32)}`;
		const session = this.#addSession({ id: this.kit.ids.uuid(), name: String(name), apiKey });
		session.state = 'starting';
		if (textOf(webhookUrl)) session.webhook = { url: String(webhookUrl) };
		const { id, state } = session;
		const createdAt = this.kit.clock.now().toISOString();
		return reply.code(201).send({
			success: true,
			session: { id, name, state, createdAt },
			apiKey,
			warning: 'Save this API key now. It is shown only once.',
		});
	}

	/** undocumented: the HTTP code of these texts, and that scheduling asks for a ready session too */
	#isUnready({ id, state }: Session, reply: FastifyReply): boolean {
		if (state === 'ready') return false;
		const text =
			state === 'starting'
				? 'Session is still connecting. Please wait.'
				: `Session not authenticated. Please scan the QR code first using GET /sessions/${id}/qr`;
		this.#refuse(reply, 400, text);
		return true;
	}

	#send(request: FastifyRequest<SessionRoute>, reply: FastifyReply, type: 'text' | 'image') {
		const session = this.#session(request);
		if (this.#isOver(this.#limits.sending.take(session.id), reply)) return reply;
		const problem = sendProblem(request.body, type);
		if (problem) return this.#refuse(reply, 400, problem);
		if (this.#isUnready(session, reply)) return reply;
		const body = asRecord(request.body);
		const now = this.kit.clock.now().toISOString();
		const to = String(body.to);
		const message: SandboxMessage = {
			id: this.kit.ids.whatsApp(),
			to,
			type,
			text: textOf(body.text),
			mediaUrl: textOf(body.image),
			caption: textOf(body.caption),
			fileName: textOf(body.filename),
			status: 'sent',
			takenAt: now,
			sentAt: now,
			body: request.body,
		};
		this.messages.push(message);
		// No webhook: the only documented one is about scheduled messages.
		return {
			success: true,
			messageId: message.id,
			to: whatsAppAddress(to),
			type,
			status: 'sent',
			timestamp: now,
		};
	}

	#schedule(request: FastifyRequest<SessionRoute>, reply: FastifyReply) {
		const session = this.#session(request);
		const now = this.kit.clock.now();
		const problem = scheduleProblem(request.body, now);
		if (problem) return this.#refuse(reply, 400, problem);
		if (this.#isUnready(session, reply)) return reply;
		const body = asRecord(request.body);
		const { to, text, type, media, caption, scheduledAt } = body;
		const due = new Date(String(scheduledAt));
		const id = `sched_${this.kit.ids.token(12)}`;
		// undocumented: what the record of a media message shows; here what was sent, echoed
		const record = {
			id,
			to,
			...(text !== undefined && { text }),
			...(type !== undefined && type !== 'text' && { type }),
			...(media !== undefined && { media }),
			...(caption !== undefined && { caption }),
			scheduledAt,
			status: 'pending',
			createdAt: now.toISOString(),
		};
		const message: SandboxMessage = {
			id: this.kit.ids.whatsApp(),
			scheduleId: id,
			to: String(to),
			type: textOf(type) ?? 'text',
			text: textOf(text),
			mediaUrl: textOf(media),
			caption: textOf(caption),
			fileName: null,
			scheduledAt: due.toISOString(),
			status: 'pending',
			takenAt: now.toISOString(),
			body: request.body,
		};
		const scheduled = { record, session, message };
		this.messages.push(message);
		this.#scheduled.set(id, scheduled);
		this.held.hold(id, due, () => this.#fire(scheduled, due));
		return reply.code(201).send({ success: true, scheduled: { ...record } });
	}

	#findScheduled({ params }: FastifyRequest<SessionRoute>): Scheduled | undefined {
		const found = this.#scheduled.get(params.scheduledId);
		return found?.session.id === params.id ? found : undefined;
	}

	#cancel(request: FastifyRequest<SessionRoute>, reply: FastifyReply) {
		const found = this.#findScheduled(request);
		// undocumented: this text, and the code and text of the next
		if (!found) return this.#refuse(reply, 404, 'Scheduled message not found');
		if (found.record.status !== 'pending') {
			const text = `Cannot cancel a message with status ${found.record.status}`;
			return this.#refuse(reply, 400, text);
		}
		this.held.drop(found.record.id);
		this.#setStatus(found, 'cancelled');
		return { success: true, message: 'Scheduled message cancelled successfully' };
	}

	#setStatus({ record, message }: Scheduled, status: string) {
		record.status = status;
		message.status = status;
	}

	#fire(scheduled: Scheduled, due: Date) {
		const { session, message } = scheduled;
		// undocumented: what becomes of a message whose session is not ready at its time
		const steps =
			session.state === 'ready' ? this.script(message.to, ['sent']) : [{ status: 'failed' }];
		const options = { from: due, delayMs: this.kit.statusDelayMs, firstDelayMs: 0 };
		this.play(message, steps, options);
	}

	protected override advance(message: SandboxMessage, step: ScriptStep, at: Date): void {
		// The documents know no more than these two; there is no webhook for a failure.
		if (message.forgotten || (step.status !== 'sent' && step.status !== 'failed')) return;
		message.status = step.status;
		message.reason = step.reason;
		if (step.status === 'sent') message.sentAt = at.toISOString();
		// A message that was sent at once has no record, and no webhook.
		const scheduled = this.#scheduled.get(message.scheduleId ?? '');
		if (!scheduled) return;
		scheduled.record.status = step.status;
		if (step.status !== 'sent') return;
		const { session, record } = scheduled;
		this.#deliver(
			session,
			'message.sent',
			{
				event: 'message.sent',
				sessionId: session.id,
				timestamp: at.toISOString(),
				scheduledId: record.id,
				status: 'success',
				result: { messageId: message.id, to: whatsAppAddress(message.to) },
			},
			message.id,
		);
	}

	#deliver({ webhook }: Session, event: string, body: unknown, orderingKey: string) {
		if (!webhook) return;
		const { url, headers = {} } = webhook;
		// undocumented: any authentication, and retries; so a secret is not sent and nothing repeated
		this.kit.webhooks.deliver({
			gateway: this.id,
			event,
			url,
			headers,
			body,
			orderingKey,
			policy: noRetry,
		});
	}
}

export const chatWhatsApp = defineSandbox({
	dialect: ChatWhatsApp,
	credential: ({ baseUrl, sessionId, apiKey }) => ({
		chatWhatsAppUrl: baseUrl,
		chatWhatsAppSessionId: sessionId,
		chatWhatsAppApiKey: apiKey,
	}),
	firstMessage: ({ baseUrl, sessionId, apiKey }) => ({
		url: `${baseUrl}/sessions/${sessionId}/scheduled`,
		headers: { 'X-API-Key': apiKey },
		body: {
			to: '919988066776',
			text: 'Hello',
			scheduledAt: new Date(Date.now() + minute).toISOString(),
		},
	}),
	lastStatus: 'sent',
	states: { ready: 'ready', notReady: ['starting', 'qr_ready'] },
});
