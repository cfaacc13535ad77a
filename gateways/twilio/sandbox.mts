import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import { DelayQueue } from '../../sandbox/held.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { IncomingMessage, Json, WebhookTarget } from '../../sandbox/types.mts';
import { oneRetry, signedForm, signedJson, type SignedCall } from './sandboxCallback.mts';
import { createProblem, isScheduled, problem, type Problem } from './sandboxChecks.mts';
import { contentsOf, serviceRecord, type Service } from './sandboxContent.mts';
import { incomingFields } from './sandboxIncoming.mts';
import { callbackFields, messageRecord, typeOfFile, type TwilioMessage } from './sandboxRecord.mts';
import { Windows } from './sandboxWindow.mts';

/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
const account = {
	accountSid: `AC${'5f0c'.repeat(8)}`,
	authToken: 'sandboxTwilioAuthToken4Tq8Zr2Kx',
	apiKeySid: `SK${'7d3b'.repeat(8)}`,
	apiKeySecret: 'sandboxTwilioApiKeySecret9Wm3Vb',
	serviceSid: `MG${'2e1a'.repeat(8)}`,
	phoneNumber: '+15017122661',
	whatsAppSender: 'whatsapp:+15017122661',
};

const states = ['active', 'suspended', 'closed'];

/** What a script may say of a message, in the common word and in Twilio's. */
const statusWords: Record<string, string> = { expired: 'failed', cancelled: 'canceled' };
const knownStatuses = ['queued', 'sending', 'sent', 'delivered', 'read', 'undelivered', 'failed'];

const mostInList = 1_000;

interface Route {
	Params: { account: string; file: string; service: string };
	Querystring: Record<string, string | undefined>;
}

/** twilio.com: messages, their scheduler, Messaging Services and templates, on one host. */
class Twilio extends Dialect {
	override readonly account = account;
	readonly host = '/twilio';
	readonly mount = '/twilio';
	override readonly settableStatuses = ['sent', 'delivered', 'failed'];
	override readonly messages: TwilioMessage[] = [];
	protected override readonly held: DelayQueue;
	readonly #service: Service = {
		sid: account.serviceSid,
		statusCallback: null,
		inboundRequestUrl: 'https://www.example.com/',
		usesNumber: true,
	};
	/** Who may be written to on WhatsApp without an approved template. */
	readonly windows = new Windows();
	#headers: Record<string, string> = {};
	#state = 'active';

	constructor(kit: DialectContext) {
		super(kit);
		this.held = new DelayQueue(kit.clock);
	}

	override errorBody(status: number, text: string): Json {
		const codes: Record<number, number> = { 401: 20003, 404: 20404, 429: 20429, 503: 20503 };
		return this.#error({ code: codes[status] ?? 20500, text, status });
	}

	override setWebhook(target: WebhookTarget | null): void {
		this.#service.statusCallback = target?.url ?? null;
		this.#service.usesNumber = target?.received !== true;
		if (target?.received === true) this.#service.inboundRequestUrl = target.url;
		this.#headers = target?.headers ?? {};
	}

	override webhookUrls(): string[] {
		return [this.#service.statusCallback].filter((url) => url !== null);
	}

	override setHealth(state: string): void {
		if (!states.includes(state)) throw new RangeError(`An account is one of: ${states.join(', ')}`);
		this.#state = state;
	}

	/** As a form, if it has texts only; otherwise as JSON, as Event Streams does. */
	override post(event: string, body: unknown): void {
		const { statusCallback } = this.#service;
		if (statusCallback === null) return;
		const isFlat =
			typeof body === 'object' &&
			body !== null &&
			!Array.isArray(body) &&
			Object.values(body).every((value) => typeof value === 'string');
		const call = isFlat
			? signedForm(account.authToken, statusCallback, body as Record<string, string>)
			: signedJson(account.authToken, statusCallback, body);
		this.#deliver(event, call, '');
	}

	/** To the URL for incoming messages of the Messaging Service, if it is the one that is used. */
	override receiveMessage(message: IncomingMessage): string {
		const sid = `SM${this.kit.ids.hex(32)}`;
		const fields = incomingFields(message, sid, account);
		this.windows.open(fields.From);
		const { usesNumber, inboundRequestUrl } = this.#service;
		if (!usesNumber) {
			this.#deliver('message', signedForm(account.authToken, inboundRequestUrl, fields), '');
		}
		return sid;
	}

	override fireUntil(until?: Date): void {
		this.held.fireUntil(until);
	}

	override routes(app: FastifyInstance): void {
		app.addHook('preHandler', async (request, reply) => this.#authorize(request, reply));

		app.get<Route>('/2010-04-01/Accounts/:file', async (request, reply) => {
			const isOwn = request.params.file === `${account.accountSid}.json`;
			if (!isOwn) return this.#refuse(reply, notFound(request));
			// "Standard keys may not read it"; undocumented: the code
			if (!this.#isToken(request)) return this.#refuse(reply, denied());
			return this.#accountRecord();
		});

		const messages = '/2010-04-01/Accounts/:account/Messages';
		app.register(async (scope) => {
			scope.addHook<Route>('preHandler', async (request, reply) => {
				if (request.params.account === account.accountSid) return undefined;
				return this.#refuse(reply, notFound(request));
			});
			scope.post<Route>(`${messages}.json`, async (request, reply) => this.#create(request, reply));
			scope.get<Route>(`${messages}.json`, async (request, reply) => this.#list(request, reply));
			scope.get<Route>(`${messages}/:file`, async (request, reply) => {
				const message = this.#messageOf(request);
				if (!message) return this.#refuse(reply, notFound(request));
				return messageRecord(message, account.accountSid);
			});
			scope.post<Route>(`${messages}/:file`, async (request, reply) =>
				this.#update(request, reply),
			);
		});

		app.get<Route>('/v1/Services/:service', async (request, reply) => {
			if (request.params.service !== this.#service.sid) {
				return this.#refuse(reply, notFound(request));
			}
			return serviceRecord(this.#service, account.accountSid);
		});
		app.post<Route>('/v1/Services/:service', async (request, reply) => {
			if (request.params.service !== this.#service.sid) {
				return this.#refuse(reply, notFound(request));
			}
			const form = formOf(request);
			const callback = form.get('StatusCallback');
			// Fields that are not named stay. undocumented: that an empty one clears it
			if (callback !== null) this.#service.statusCallback = textOf(callback);
			this.#service.inboundRequestUrl =
				form.get('InboundRequestUrl') ?? this.#service.inboundRequestUrl;
			const usesNumber = form.get('UseInboundWebhookOnNumber');
			if (usesNumber !== null) this.#service.usesNumber = usesNumber === 'true';
			return serviceRecord(this.#service, account.accountSid);
		});
		app.get<Route>('/v1/ContentAndApprovals', async (request) => this.#contents(request));
	}

	#error({ code, text, status }: Problem): Json {
		return {
			code,
			message: text,
			more_info: `https://www.twilio.com/docs/errors/${code}`,
			status,
		};
	}

	#refuse(reply: FastifyReply, refused: Problem): FastifyReply {
		return reply.code(refused.status).send(this.#error(refused));
	}

	#isToken({ headers }: FastifyRequest): boolean {
		return headers.authorization === basic(account.accountSid, account.authToken);
	}

	async #authorize(request: FastifyRequest, reply: FastifyReply) {
		const isKey = request.headers.authorization === basic(account.apiKeySid, account.apiKeySecret);
		if (isKey || this.#isToken(request)) return undefined;
		return this.#refuse(reply, denied());
	}

	#accountRecord(): Json {
		const { accountSid } = account;
		return {
			// As the vendor answers, to whoever has it already.
			auth_token: account.authToken,
			date_created: 'Thu, 01 Jan 2026 20:00:00 +0000',
			date_updated: 'Thu, 01 Jan 2026 20:00:00 +0000',
			friendly_name: 'Sandbox',
			owner_account_sid: accountSid,
			sid: accountSid,
			status: this.#state,
			subresource_uris: {},
			type: 'Full',
			uri: `/2010-04-01/Accounts/${accountSid}.json`,
		};
	}

	#create(request: FastifyRequest<Route>, reply: FastifyReply): FastifyReply {
		const form = formOf(request);
		const now = this.kit.clock.now();
		// undocumented: the HTTP status of 20005
		if (this.#state !== 'active')
			return this.#refuse(reply, problem(20005, 'Account not active', 401));
		const refused = createProblem(
			form,
			{
				senders: [account.phoneNumber, account.whatsAppSender],
				services: [account.serviceSid],
				templates: contentsOf(account.accountSid).map(({ sid }) => sid),
			},
			now,
		);
		if (refused) return this.#refuse(reply, refused);
		const message = this.#taken(form, now);
		this.messages.push(message);
		if (message.scheduleId === undefined) {
			this.#go(message, now);
		} else {
			const due = new Date(message.scheduledAt!);
			this.held.hold(message.id, due, () => this.#go(message, due));
		}
		return reply.code(201).send(messageRecord(message, account.accountSid));
	}

	#taken(form: URLSearchParams, now: Date): TwilioMessage {
		const media = form.getAll('MediaUrl');
		const body = textOf(form.get('Body'));
		const service = textOf(form.get('MessagingServiceSid'));
		const waits = isScheduled(form);
		const id = `${media.length > 0 ? 'MM' : 'SM'}${this.kit.ids.hex(32)}`;
		const usual = service === null ? 'queued' : 'accepted';
		return {
			id,
			...(waits && { scheduleId: id, scheduledAt: new Date(form.get('SendAt')!).toISOString() }),
			to: form.get('To')!,
			type: form.has('ContentSid') ? 'template' : typeOfFile(media[0]),
			text: media.length > 0 ? null : body,
			mediaUrl: media[0] ?? null,
			caption: media.length > 0 ? body : null,
			fileName: null,
			status: waits ? 'scheduled' : usual,
			takenAt: now.toISOString(),
			body: Object.fromEntries(form),
			from: textOf(form.get('From')),
			service,
			statusCallback: textOf(form.get('StatusCallback')),
			mediaCount: media.length,
			errorCode: null,
			createdAt: now,
			updatedAt: now,
		};
	}

	/** No callback tells the status of the answer; of a scheduled message the first tells `queued`. */
	#go(message: TwilioMessage, from: Date) {
		const isWhatsApp = message.to.startsWith('whatsapp:');
		const first = message.service === null ? [] : ['queued'];
		const usual = [...first, 'sent', 'delivered', ...(isWhatsApp ? ['read'] : [])];
		const options = { from, delayMs: this.kit.statusDelayMs };
		const { ContentSid } = asRecord(message.body);
		const template = contentsOf(account.accountSid).find(({ sid }) => sid === ContentSid);
		// Looked at when it goes out, and not when it is scheduled.
		const reason = this.windows.errorOf(message.to, template);
		const steps: readonly ScriptStep[] =
			reason === null
				? this.script(message.to, usual)
				: [...first.map((status) => ({ status })), { status: 'failed', reason }];
		this.play(message, steps, options);
	}

	#list(request: FastifyRequest<Route>, reply: FastifyReply): FastifyReply | Json {
		const { To, From, PageSize = '50', PageToken } = request.query;
		const size = Number(PageSize);
		if (size > mostInList) return this.#refuse(reply, problem(20007, 'Page size too large'));
		// undocumented: where messages stand that have not been sent; here by when they were made
		const all = this.messages
			.filter(({ to, from }) => (!To || to === To) && (!From || from === From))
			.reverse();
		const after = PageToken === undefined ? -1 : all.findIndex(({ id }) => `PA${id}` === PageToken);
		const start = after + 1;
		const messages = all.slice(start, start + size);
		const page = Math.floor(start / size);
		const path = `/2010-04-01/Accounts/${account.accountSid}/Messages.json`;
		const uri = (number: number, token?: string) => {
			const query = new URLSearchParams({
				...(To && { To }),
				...(From && { From }),
				PageSize: String(size),
				Page: String(number),
				...(token && { PageToken: token }),
			});
			return `${path}?${query.toString()}`;
		};
		const isLast = start + size >= all.length;
		return {
			end: Math.max(start, start + messages.length - 1),
			first_page_uri: uri(0),
			next_page_uri: isLast ? null : uri(page + 1, `PA${messages.at(-1)!.id}`),
			page,
			page_size: size,
			previous_page_uri: null,
			messages: messages.map((message) => messageRecord(message, account.accountSid)),
			start,
			uri: uri(page, PageToken),
		};
	}

	#messageOf({ params }: FastifyRequest<Route>): TwilioMessage | undefined {
		const sid = params.file.replace(/\.json$/, '');
		return this.messages.find(({ id }) => id === sid);
	}

	#update(request: FastifyRequest<Route>, reply: FastifyReply): FastifyReply | Json {
		const message = this.#messageOf(request);
		if (!message) return this.#refuse(reply, notFound(request));
		const form = formOf(request);
		if (form.get('Status') !== 'canceled' || form.has('Body')) {
			return this.#refuse(reply, problem(30400, 'The parameters are not valid'));
		}
		// undocumented: the HTTP status
		if (message.status !== 'scheduled') {
			return this.#refuse(reply, problem(30409, 'This message cannot be canceled'));
		}
		this.held.drop(message.id);
		this.#tell(message, 'canceled');
		return messageRecord(message, account.accountSid);
	}

	#contents(request: FastifyRequest<Route>): Json {
		const { PageSize = '20', Page = '0' } = request.query;
		const all = contentsOf(account.accountSid);
		const size = Number(PageSize);
		const page = Number(Page);
		const base = `${this.kit.origin()}${this.mount}/v1/ContentAndApprovals?PageSize=${size}`;
		const end = (page + 1) * size;
		return {
			contents: all.slice(page * size, end),
			meta: {
				page,
				page_size: size,
				first_page_url: `${base}&Page=0`,
				url: `${base}&Page=${page}`,
				previous_page_url: null,
				next_page_url: end < all.length ? `${base}&Page=${page + 1}&PageToken=PA${end}` : null,
				key: 'contents',
			},
		};
	}

	protected override advance(message: TwilioMessage, step: ScriptStep, at: Date): void {
		const word = statusWords[step.status] ?? step.status;
		if (!knownStatuses.includes(word)) return;
		const usual = step.status === 'expired' ? 30036 : 30008;
		const isFailure = word === 'failed' || word === 'undelivered';
		message.reason = step.reason;
		message.errorCode = isFailure ? Number(/^\d{5}$/.exec(step.reason ?? '')?.[0] ?? usual) : null;
		message.from ??= message.to.startsWith('whatsapp:')
			? account.whatsAppSender
			: account.phoneNumber;
		if (word === 'sent') message.sentAt = at.toISOString();
		this.#tell(message, word);
	}

	#tell(message: TwilioMessage, status: string) {
		message.status = status;
		message.updatedAt = this.kit.clock.now();
		const ofService = message.service === null ? null : this.#service.statusCallback;
		const target = message.statusCallback ?? ofService;
		if (target === null) return;
		const fields = callbackFields(message, account.accountSid);
		this.#deliver(status, signedForm(account.authToken, target, fields), message.id);
	}

	#deliver(event: string, { url, headers, body }: SignedCall, orderingKey: string) {
		const token = { 'i-twilio-idempotency-token': this.kit.ids.uuid() };
		this.kit.webhooks.deliver({
			gateway: this.id,
			event,
			url,
			headers: { ...headers, ...token, ...this.#headers },
			body,
			orderingKey,
			policy: oneRetry,
		});
	}
}

const basic = (user: string, password: string) =>
	`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const denied = () => problem(20003, 'Authenticate', 401);

const notFound = ({ recorded }: FastifyRequest<Route>) =>
	problem(20404, `The requested resource ${recorded.path} was not found`, 404);

/** Anything but a form is one without fields. */
const formOf = ({ body, headers }: FastifyRequest) =>
	new URLSearchParams(
		typeof body === 'string' && headers['content-type']?.includes('x-www-form-urlencoded')
			? body
			: '',
	);

export const twilio = defineSandbox({
	dialect: Twilio,
	credential: ({ baseUrl, accountSid, authToken, serviceSid }) => ({
		twilioUrl: baseUrl,
		twilioAccountSid: accountSid,
		twilioAuthToken: authToken,
		twilioChannel: 'sms',
		twilioMessagingServiceSid: serviceSid,
	}),
	firstMessage: ({ baseUrl, accountSid, authToken, serviceSid }) => ({
		url: `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`,
		headers: { Authorization: basic(accountSid, authToken) },
		isForm: true,
		body: { To: '+919988066776', MessagingServiceSid: serviceSid, Body: 'Hello' },
	}),
	lastStatus: 'delivered',
	states: { ready: 'active', notReady: ['suspended', 'closed'] },
	statusWords,
	withholds: ['scheduledAt', 'mediaUrl', 'template'],
	template: {
		name: `HX${'51'.repeat(16)}`,
		language: null,
		variables: { '1': 'Anna', '2': '10:30' },
	},
});
