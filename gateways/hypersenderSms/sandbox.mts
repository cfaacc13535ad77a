import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IANAZone } from 'luxon';

import { defineSandbox } from '../../sandbox/define.mts';
import { asRecord, Dialect, textOf, type DialectContext } from '../../sandbox/dialect.mts';
import { DelayQueue } from '../../sandbox/held.mts';
import type { ScriptStep } from '../../sandbox/script.mts';
import type { IncomingMessage, Json, SandboxMessage, WebhookTarget } from '../../sandbox/types.mts';
import {
	authorize,
	hypersenderWebhook,
	laravelError,
	type InstanceRoute,
} from '../hypersender/sandboxAccess.mts';
import { account } from './sandboxAccount.mts';
import { incomingSms } from './sandboxIncoming.mts';
import { filterSms, paginate, sortSms } from './sandboxList.mts';
import {
	gmtOffset,
	instantOf,
	newSms,
	phoneRecord,
	smsRecord,
	threadRecord,
	type Phone,
	type Sms,
} from './sandboxRecord.mts';

const longestHorizonMs = 3 * 24 * 60 * 60 * 1000;

const events: Record<string, string> = {
	scheduled: 'message.notification.scheduled',
	sent: 'message.phone.sent',
	delivered: 'message.phone.delivered',
	failed: 'message.send.failed',
	expired: 'message.send.expired',
};

/** docs.hypersender.com: SMS through an own phone, API v1, with native scheduling. */
class HypersenderSms extends Dialect {
	readonly host = '/hypersender';
	readonly mount = '/hypersender/api/sms/v1';
	override readonly settableStatuses = ['sent', 'delivered', 'failed', 'expired'];
	/** The account holder's zone: `schedule_send_at` of a request is on its clock, no answer is. */
	#timezone = account.timezone;
	readonly #list: Sms[] = [];
	readonly #threads = new Map<string, string>();
	protected override readonly held: DelayQueue;
	readonly #phone: Phone;
	#webhook: WebhookTarget | null = null;

	constructor(kit: DialectContext) {
		super(kit);
		this.held = new DelayQueue(kit.clock);
		this.#phone = { isOnline: true, lastMessageAt: null, since: kit.clock.now() };
	}

	/** With the zone that is in force. */
	override get account() {
		return { ...account, timezone: this.#timezone };
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

	/** The phone is `online` or `offline`; messages are taken either way. */
	override setHealth(state: string): void {
		if (state !== 'online' && state !== 'offline') {
			throw new RangeError('The phone is online or offline');
		}
		this.#phone.isOnline = state === 'online';
	}

	/** Changes the zone in which `schedule_send_at` is understood; the phone is in it too. */
	setTimezone(timezone: string): void {
		if (!IANAZone.isValidZone(timezone)) throw new RangeError(`There is no zone "${timezone}"`);
		this.#timezone = timezone;
	}

	override post(event: string, body: unknown): void {
		this.#deliver(event, body, '');
	}

	/** As all webhooks of the instance: the vendor documents no choice of events. */
	override receiveMessage(message: IncomingMessage): string {
		const { group, replyTo, buttonId } = message;
		if ([group, replyTo, buttonId].some((value) => value !== undefined)) {
			throw new RangeError('There are no groups, replies and buttons in SMS');
		}
		const now = this.kit.clock.now();
		const id = this.kit.ids.orderedUuid(now);
		const ids = { id, threadId: this.kit.ids.uuid(), requestId: this.kit.ids.uuid() };
		const zone = gmtOffset(now, this.#timezone);
		const phone = phoneRecord(this.#phone, zone);
		const event = 'message.phone.received';
		this.#deliver(event, { event, data: incomingSms(ids, message, now, { zone, phone }) }, id);
		return id;
	}

	override fireUntil(until?: Date): void {
		this.held.fireUntil(until);
	}

	override routes(app: FastifyInstance): void {
		app.addHook<InstanceRoute>('preHandler', async (request, reply) =>
			authorize(request, reply, account),
		);
		app.post<InstanceRoute>('/:instance/send-message', async (request, reply) =>
			this.#take(request, reply),
		);
		app.get<InstanceRoute>('/:instance/messages', async (request) => {
			const { query } = request;
			const left = filterSms(this.#list, query, account.phoneNumber);
			const sorted = sortSms(left, query.sort);
			const page = paginate(sorted, query, this.#url(request));
			return { ...page, data: page.data.map((sms) => this.#shown(sms, query.include)) };
		});
		app.delete<InstanceRoute>('/:instance/delete-message', async (request, reply) =>
			this.#delete(request, reply),
		);
		// No heartbeat is ever kept here; the path is a cheap read.
		app.get<InstanceRoute>('/:instance/heartbeats', async (request) =>
			paginate([], request.query, this.#url(request)),
		);
	}

	#url(request: FastifyRequest): string {
		return `${this.kit.origin()}${request.url.split('?')[0]}`;
	}

	#shown(sms: Sms, include = ''): Json {
		const parts = include.split(',');
		const phone = phoneRecord(this.#phone, this.#timezone);
		return smsRecord(sms, this.#timezone, {
			...(parts.includes('phone') && { phone }),
			...(parts.includes('messageThread') && { thread: threadRecord(sms) }),
		});
	}

	#take(request: FastifyRequest<InstanceRoute>, reply: FastifyReply) {
		const body = asRecord(request.body);
		const now = this.kit.clock.now();
		const scheduleText = textOf(body.schedule_send_at);
		const due = scheduleText === null ? null : instantOf(scheduleText, this.#timezone);
		const errors = this.#problems(body, due, now);
		if (Object.keys(errors).length > 0) {
			return reply.code(422).send(laravelError('The given data was invalid.', errors));
		}
		const to = String(body.to);
		const threadId = this.#threads.get(to) ?? this.kit.ids.uuid();
		this.#threads.set(to, threadId);
		const sms = newSms(
			{
				id: this.kit.ids.orderedUuid(now),
				threadId,
				// undocumented: whether a repeated request_id is refused; it is not here
				requestId: textOf(body.request_id),
				to,
				content: String(body.content),
				scheduleSendAt: due,
			},
			now,
			{
				maxSendAttempts: body.max_send_attempts as number | undefined,
				messageExpirationSeconds: body.message_expiration_seconds as number | undefined,
			},
		);
		const message: SandboxMessage = {
			id: sms.id,
			...(due && { scheduleId: sms.id, scheduledAt: due.toISOString() }),
			to,
			type: 'text',
			text: sms.content,
			mediaUrl: null,
			caption: null,
			fileName: null,
			status: sms.status,
			takenAt: now.toISOString(),
			...(sms.requestId !== null && { requestId: sms.requestId }),
			body: request.body,
		};
		this.#list.push(sms);
		this.messages.push(message);
		this.#phone.lastMessageAt = now;
		if (due) {
			this.#tell(sms, 'scheduled');
			this.held.hold(sms.id, due, () => this.#play(sms, message, due, 0));
		} else {
			this.#play(sms, message, now, this.kit.statusDelayMs);
		}
		return this.#shown(sms, 'phone,messageThread');
	}

	/** undocumented: the vendor's texts, and that a past time is refused */
	#problems(body: Json, due: Date | null, now: Date): Record<string, string[]> {
		const errors: Record<string, string[]> = {};
		if (!textOf(body.content)) errors.content = ['The content field is required.'];
		if (!/^\+\d{7,15}$/.test(String(body.to))) {
			errors.to = ['The to field must be a phone number with + and country code.'];
		}
		if (Number(body.max_send_attempts) > 15) {
			errors.max_send_attempts = ['The max send attempts field must not be greater than 15.'];
		}
		if (body.schedule_send_at === undefined || body.schedule_send_at === null) return errors;
		const field = 'The schedule send at field must';
		if (!due) {
			errors.schedule_send_at = [`${field} match the format Y-m-d H:i:s.`];
		} else if (due.getTime() < now.getTime()) {
			errors.schedule_send_at = [`${field} be a date after now.`];
		} else if (due.getTime() > now.getTime() + longestHorizonMs) {
			errors.schedule_send_at = [`${field} be a date within 3 days.`];
		}
		return errors;
	}

	#play(sms: Sms, message: SandboxMessage, from: Date, firstDelayMs: number) {
		const steps = this.script(sms.to, ['sent', 'delivered']);
		const options = { from, firstDelayMs, delayMs: this.kit.statusDelayMs };
		this.play(message, steps, options);
	}

	protected override advance(message: SandboxMessage, step: ScriptStep, at: Date): void {
		const sms = this.#list.find(({ id }) => id === message.id);
		if (!sms || sms.status === 'deleted' || !(step.status in events)) return;
		this.#fillIn(sms, step, at);
		message.status = step.status;
		message.reason = step.reason;
		if (sms.sentAt) message.sentAt = sms.sentAt.toISOString();
		this.#tell(sms, step.status);
	}

	/** Fills the times that are filled in the vendor's sample of this status. */
	#fillIn(sms: Sms, step: ScriptStep, at: Date) {
		sms.status = step.status;
		sms.updatedAt = at;
		sms.scheduleOnPhoneAt ??= at;
		sms.sendAttemptCount = 1;
		if (step.status === 'failed') {
			sms.failedAt = at;
			sms.failureReason = step.reason ?? 'UNKNOWN';
			return;
		}
		sms.lastAttemptedAt = sms.scheduleOnPhoneAt;
		// The sample of an expired message has a `sent_at`, and no `expired_at`.
		sms.sentAt ??= at;
		if (step.status === 'delivered') sms.deliveredAt = at;
	}

	/** The webhook of a status; only the one of a scheduled message carries the phone. */
	#tell(sms: Sms, status: string) {
		const zone = gmtOffset(sms.updatedAt, this.#timezone);
		const phone = phoneRecord(this.#phone, zone);
		const parts = status === 'scheduled' ? { phone } : {};
		const event = events[status];
		this.#deliver(event, { event, data: smsRecord(sms, zone, parts) }, sms.id);
	}

	#deliver(event: string, body: unknown, orderingKey: string) {
		if (!this.#webhook) return;
		this.kit.webhooks.deliver(
			hypersenderWebhook(this.id, this.#webhook, account, event, body, orderingKey),
		);
	}

	#delete({ query }: FastifyRequest<InstanceRoute>, reply: FastifyReply) {
		// The documents say `messageId`, the vendor's SDK sends `message_id`.
		const id = query.messageId ?? query.message_id;
		const sms = this.#list.find((each) => each.id === id && each.status !== 'deleted');
		if (!sms) return reply.code(404).send(laravelError('Message not found.'));
		// undocumented: whether this stops a scheduled message; here what is no more is not sent
		this.held.drop(sms.id);
		sms.status = 'deleted';
		sms.updatedAt = this.kit.clock.now();
		const message = this.find(sms.id);
		if (message) message.status = 'deleted';
		return {};
	}
}

export const hypersenderSms = defineSandbox({
	dialect: HypersenderSms,
	credential: ({ baseUrl, instanceId, apiToken, timezone }) => ({
		hypersenderSmsUrl: baseUrl,
		hypersenderSmsInstanceId: instanceId,
		hypersenderSmsApiToken: apiToken,
		hypersenderSmsTimezone: timezone,
	}),
	firstMessage: ({ baseUrl, instanceId, apiToken }) => ({
		url: `${baseUrl}/${instanceId}/send-message`,
		headers: { Authorization: `Bearer ${apiToken}` },
		body: { to: '+201891838278', content: 'Hello' },
	}),
	lastStatus: 'delivered',
});
