import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, bearer, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import { TokenBucket } from '../../sandbox/rateLimit.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { IncomingMessage, Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import { isReceivedFile } from '../../sandbox/uploads.mts';
import { errorOf, graphError, statusError } from './sandboxErrors.mts';
import { incomingParts } from './sandboxIncoming.mts';
import { healthOf, healthStates, numberFields } from './sandboxNumber.mts';
import { contentOf, mediaIdsOf, sendProblem } from './sandboxSend.mts';
import {
	defaultTemplates,
	templatePage,
	templateProblem,
	type SandboxTemplate,
} from './sandboxTemplates.mts';
import { Callbacks, wabaId } from './sandboxWebhooks.mts';

/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
const account = {
	apiVersion: 'v25.0',
	phoneNumberId: '106540352242922',
	wabaId,
	displayPhoneNumber: '15550783881',
	accessToken: 'EAAsandboxWhatsAppCloud7Kq2Lw9Zx4Vb1Nm6',
	appSecret: 'sandboxAppSecret4f1c0a9be27d',
};

const words = ['sent', 'delivered', 'read', 'played', 'failed'];

/** Messages a second of one number, received ones included. */
const perSecond = 80;
/** One message to one user each six seconds; bursts of 45 borrow from later ones. */
const pair = { perSecond: 1 / 6, burst: 45 };

/** How a message is refused: in the answer, or by a status afterwards. */
export type RefusalBy = 'answer' | 'webhook';

interface Refusal {
	code: number;
	by: RefusalBy;
}

interface NumberRoute {
	Params: { id: string };
	Querystring: Record<string, string | undefined>;
}

/** The Cloud API of one number: templates, the 24-hour window, overrides, signed webhooks in batches. */
class WhatsAppCloud extends Dialect {
	override readonly account = account;
	readonly host = '/whatsapp-cloud';
	readonly mount = '/whatsapp-cloud';
	override readonly settableStatuses = ['sent', 'delivered', 'read', 'failed'];
	/** The templates of the account. */
	templates: SandboxTemplate[] = defaultTemplates();
	/** What the access token may do. */
	readonly permissions = new Set(['whatsapp_business_messaging', 'whatsapp_business_management']);
	readonly callbacks: Callbacks;
	/** Who has not written for 24 hours; by default everybody has. */
	readonly #closed = new Map<string, RefusalBy>();
	readonly #refusals = new Map<string, Refusal>();
	/** The ids of uploaded files. */
	readonly #media = new Set<string>();
	readonly #hidden = new Set<string>();
	readonly #pairs = new Map<string, TokenBucket>();
	readonly #throughput;
	#health = 'AVAILABLE';

	constructor(kit: DialectContext) {
		super(kit);
		this.callbacks = new Callbacks(kit, account.appSecret);
		this.#throughput = this.rateLimit(perSecond, 1000);
	}

	/** The recipient has not written for 24 hours: anything but a template is refused. */
	closeWindow(to: string, by: RefusalBy = 'answer'): void {
		this.#closed.set(digits(to), by);
	}

	/** Every message to the recipient is refused with a code. */
	refuse(to: string, code: number, by: RefusalBy = 'answer'): void {
		this.#refusals.set(digits(to), { code, by });
	}

	/** The recipient's phone number is not shown: statuses have the user's id instead. */
	hidePhone(to: string): void {
		this.#hidden.add(digits(to));
	}

	/** A person writes: that opens the window, and goes out as a webhook. */
	override receiveMessage(message: IncomingMessage): string {
		const id = this.#newId();
		this.#closed.delete(digits(message.from));
		const told = { id, at: this.kit.clock.now(), business: account.displayPhoneNumber };
		const value = { ...this.#value(), ...incomingParts(message, told) };
		this.callbacks.tell('messages', value, digits(message.from));
		return id;
	}

	/** Without codes for HTTP statuses of its own, Meta has one for each meaning. */
	override errorBody(status: number, text: string): Json {
		const code = { 401: 190, 404: 100, 429: 130429 }[status] ?? (status < 500 ? 100 : 131000);
		return errorOf(code, this.#trace(), text);
	}

	/** The app's own callback, as the App Dashboard sets it. */
	override setWebhook(target: WebhookTarget | null): void {
		this.callbacks.set('application', target?.url ?? '');
	}

	override webhookUrls(): string[] {
		return Object.values(this.callbacks.configuration).map(String);
	}

	override setHealth(state: string): void {
		if (!healthStates.includes(state)) {
			throw new RangeError(`A number is one of: ${healthStates.join(', ')}`);
		}
		this.#health = state;
	}

	override post(event: string, body: unknown): void {
		this.callbacks.post(event, body);
	}

	override routes(app: FastifyInstance): void {
		app.addHook('preHandler', async (request, reply) => {
			if (bearer(request.headers.authorization) === account.accessToken) return undefined;
			const body = graphError('Invalid OAuth access token', 190, 463, this.#trace());
			return reply.code(401).send(body);
		});
		// The version may be left out.
		for (const prefix of ['', '/:version(^v\\d+\\.\\d$)']) {
			void app.register(async (scope) => this.#versioned(scope), { prefix });
		}
	}

	#versioned(app: FastifyInstance) {
		app.post<NumberRoute>('/:id/messages', async (request, reply) =>
			this.#may(reply, request.params.id, account.phoneNumberId, 'whatsapp_business_messaging')
				? this.#send(request, reply)
				: reply,
		);
		app.post<NumberRoute>('/:id/media', async ({ params, body }, reply) => {
			if (!this.#may(reply, params.id, account.phoneNumberId, 'whatsapp_business_messaging')) {
				return reply;
			}
			const { messaging_product: product, type, file } = asRecord(body);
			// undocumented: the words
			if (product !== 'whatsapp') return this.#fail(reply, 100, 'messaging_product is required');
			if (!isReceivedFile(file) || file.bytes === 0)
				return this.#fail(reply, 100, 'file is required');
			if (type !== file.contentType) return this.#fail(reply, 100, 'type is not that of the file');
			const id = `${this.kit.ids.fraction()}`.slice(2, 17).padEnd(15, '7');
			this.#media.add(id);
			return { id };
		});
		app.get<NumberRoute>('/:id', async ({ params, query }, reply) => {
			if (!this.#may(reply, params.id, account.phoneNumberId)) return reply;
			const found = numberFields(query.fields, {
				webhook_configuration: this.callbacks.configuration,
				health_status: healthOf(this.#health, account),
				id: account.phoneNumberId,
			});
			if ('value' in found) return found.value;
			return this.#fail(reply, 100, `Tried accessing nonexisting field (${found.unknown})`);
		});
		app.post<NumberRoute>('/:id', async (request, reply) => {
			if (!this.#may(reply, request.params.id, account.phoneNumberId)) return reply;
			const { webhook_configuration } = asRecord(request.body);
			return await this.#override(asRecord(webhook_configuration), reply);
		});
		app.get<NumberRoute>('/:id/message_templates', async ({ params, query, url }, reply) => {
			if (!this.#may(reply, params.id, account.wabaId)) return reply;
			return templatePage(this.templates, query, (after) => {
				const next = new URL(url, this.kit.origin());
				next.searchParams.set('after', after);
				return next.href;
			});
		});
		app.get<NumberRoute>('/:id/subscribed_apps', async ({ params }, reply) => {
			if (!this.#may(reply, params.id, account.wabaId)) return reply;
			const { whatsapp_business_account: url } = this.callbacks.configuration;
			const app = {
				id: '634974688087057',
				name: 'Sandbox',
				link: 'https://www.facebook.com/games/?app_id=634974688087057',
			};
			const entry = {
				whatsapp_business_api_data: app,
				...(url !== undefined && { override_callback_uri: url }),
			};
			return { data: this.callbacks.isSubscribed ? [entry] : [] };
		});
		app.post<NumberRoute>('/:id/subscribed_apps', async ({ params, body }, reply) => {
			if (!this.#may(reply, params.id, account.wabaId)) return reply;
			this.callbacks.isSubscribed = true;
			const url = textOf(asRecord(body).override_callback_uri) ?? '';
			this.callbacks.set('whatsapp_business_account', url);
			return { success: true };
		});
	}

	/** Whether the object is this account's, and the token has the permission; refuses otherwise. */
	#may(
		reply: FastifyReply,
		id: string,
		wanted: string,
		permission = 'whatsapp_business_management',
	): boolean {
		if (id !== wanted) {
			const text = `Unsupported request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`;
			void reply.code(400).send(graphError(text, 100, 33, this.#trace()));
			return false;
		}
		// undocumented: the HTTP status
		if (!this.permissions.has(permission)) void this.#fail(reply, 10, undefined, 403);
		return this.permissions.has(permission);
	}

	#fail(reply: FastifyReply, code: number, details?: string, status = 400): FastifyReply {
		return reply.code(status).send(errorOf(code, this.#trace(), details));
	}

	async #override({ override_callback_uri: url, verify_token: token }: Json, reply: FastifyReply) {
		if (url === '') {
			this.callbacks.set('phone_number', '');
			return { success: true };
		}
		if (!this.callbacks.isSubscribed) {
			const text =
				'Before override the current callback uri, your app must be subscribed to receive messages for WhatsApp Business Account';
			return this.#fail(reply, 100, text);
		}
		const problem = await this.callbacks.problemOf(String(url), String(token));
		// The code is reported by users only.
		if (problem) return this.#fail(reply, 2200, problem);
		this.callbacks.set('phone_number', String(url));
		return { success: true };
	}

	#send(request: FastifyRequest, reply: FastifyReply) {
		const body = asRecord(request.body);
		if (!this.#throughput.take().allowed) return this.#fail(reply, 130429);
		const problem = sendProblem(body);
		if (problem !== undefined) return this.#fail(reply, 100, problem);
		const unknown = mediaIdsOf(body).find((id) => !this.#media.has(id));
		// undocumented: the words, and whether a status says so
		if (unknown !== undefined) return this.#fail(reply, 100, `Media ${unknown} does not exist`);
		const to = receiverOf(String(body.to));
		if (to === account.displayPhoneNumber) return this.#fail(reply, 131021);
		if (this.#health === 'BLOCKED') return this.#fail(reply, 131031);
		if (!this.#isWithinPairRate(to)) return this.#fail(reply, 131056);
		const isTemplate = body.type === 'template';
		const code = isTemplate ? templateProblem(this.templates, asRecord(body.template)) : undefined;
		if (code !== undefined) return this.#fail(reply, code);
		const closed = isTemplate ? undefined : this.#closed.get(to);
		const refusal = closed ? { code: 131047, by: closed } : this.#refusals.get(to);
		if (refusal?.by === 'answer') return this.#fail(reply, refusal.code);
		return this.#take(body, to, refusal);
	}

	#take(body: Json, to: string, refusal: Refusal | undefined): Json {
		const now = this.kit.clock.now();
		const message: SandboxMessage = {
			id: this.#newId(),
			to,
			...contentOf(body),
			status: 'accepted',
			takenAt: now.toISOString(),
			sentAt: now.toISOString(),
			requestId: textOf(body.biz_opaque_callback_data) ?? undefined,
			body,
		};
		this.messages.push(message);
		const isVoice = asRecord(body.audio).voice === true;
		const usual = ['sent', 'delivered', 'read', ...(isVoice ? ['played'] : [])];
		const steps: readonly ScriptStep[] = refusal
			? [{ status: 'failed', reason: String(refusal.code) }]
			: this.script(to, usual);
		this.play(message, steps, { from: now, delayMs: this.kit.statusDelayMs });
		const status = body.type === 'template' ? { message_status: 'accepted' } : {};
		return {
			messaging_product: 'whatsapp',
			contacts: [{ input: String(body.to), wa_id: to }],
			messages: [{ id: message.id, ...status }],
		};
	}

	protected override advance(message: SandboxMessage, step: ScriptStep, at: Date): void {
		if (!words.includes(step.status)) return;
		message.status = step.status;
		message.reason = step.reason;
		const isHidden = this.#hidden.has(message.to);
		const userId = `US.${message.to}0001`;
		const contact = { profile: { name: 'Pablo M.' }, ...(!isHidden && { wa_id: message.to }) };
		const status = {
			id: message.id,
			status: step.status,
			timestamp: String(Math.floor(at.getTime() / 1000)),
			...(isHidden ? { recipient_user_id: userId } : { recipient_id: message.to }),
			// undocumented: whether `failed` and `played` bring it back; here they do
			...(message.requestId !== undefined && { biz_opaque_callback_data: message.requestId }),
			...(step.status === 'failed' && { errors: [failureOf(step.reason)] }),
		};
		const contacts = isHidden ? { contacts: [{ ...contact, user_id: userId }] } : {};
		const value = { ...this.#value(), ...contacts, statuses: [status] };
		this.callbacks.tell(step.status, value, message.id);
	}

	/** What each value of the field `messages` begins with. */
	#value(): Json {
		const { displayPhoneNumber, phoneNumberId } = account;
		return {
			messaging_product: 'whatsapp',
			metadata: { display_phone_number: displayPhoneNumber, phone_number_id: phoneNumberId },
		};
	}

	#isWithinPairRate(to: string): boolean {
		if (!this.kit.rateLimits) return true;
		const bucket = this.#pairs.get(to) ?? new TokenBucket(pair.perSecond, pair.burst);
		this.#pairs.set(to, bucket);
		return bucket.take(performance.now() * this.kit.clock.factor) === 0;
	}

	#newId(): string {
		return `wamid.${Buffer.from(this.kit.ids.mixed(40)).toString('base64')}`;
	}

	#trace(): string {
		return this.kit.ids.mixed(23);
	}
}

const digits = (address: string) => address.replace(/\D/g, '');

/** Without `+`, the country code of the number that sends is put in front. */
const receiverOf = (to: string) =>
	to.trim().startsWith('+') ? digits(to) : `${account.displayPhoneNumber[0]}${digits(to)}`;

/** A script's reason is a code of Meta's, or words. */
const failureOf = (reason: string | undefined) =>
	/^\d+$/.test(reason ?? '') ? statusError(Number(reason)) : statusError(131000, reason);

export const whatsAppCloud = defineSandbox({
	dialect: WhatsAppCloud,
	credential: ({ baseUrl, apiVersion, phoneNumberId, accessToken, appSecret, wabaId: id }) => ({
		whatsAppCloudUrl: baseUrl,
		whatsAppCloudVersion: apiVersion,
		whatsAppCloudPhoneNumberId: phoneNumberId,
		whatsAppCloudAccessToken: accessToken,
		whatsAppCloudAppSecret: appSecret,
		whatsAppCloudWabaId: id,
	}),
	firstMessage: ({ baseUrl, apiVersion, phoneNumberId, accessToken }) => ({
		url: `${baseUrl}/${apiVersion}/${phoneNumberId}/messages`,
		headers: { Authorization: `Bearer ${accessToken}` },
		body: {
			messaging_product: 'whatsapp',
			to: '+16505551234',
			type: 'text',
			text: { body: 'Hello' },
		},
	}),
	lastStatus: 'read',
	states: { ready: 'AVAILABLE', notReady: ['BLOCKED'] },
	template: {
		name: 'appointment_reminder',
		language: 'en',
		variables: { 'body.1': 'Pablo', 'body.2': 'Monday at ten', 'button.1.url': '17' },
	},
	arrivesAs: { voice: 'audio' },
});
