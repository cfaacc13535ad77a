import { asRecord } from '../../sandbox/dialect.mts';
import type { Json } from '../../sandbox/types.mts';
import type { RetryPolicy } from '../../sandbox/webhooks.mts';

/** A row of the table `Webhook`, one for each instance (prisma/postgresql-schema.prisma). */
export interface WebhookRow {
	id: string;
	url: string;
	headers: Json | null;
	enabled: boolean;
	events: string[];
	webhookByEvents: boolean;
	webhookBase64: boolean;
	createdAt: string;
	updatedAt: string;
	instanceId: string;
}

/** `EventController.events` of 2.3. */
export const events = [
	'APPLICATION_STARTUP QRCODE_UPDATED MESSAGES_SET MESSAGES_UPSERT MESSAGES_EDITED MESSAGES_UPDATE',
	'MESSAGES_DELETE SEND_MESSAGE SEND_MESSAGE_UPDATE CONTACTS_SET CONTACTS_UPSERT CONTACTS_UPDATE',
	'PRESENCE_UPDATE CHATS_SET CHATS_UPSERT CHATS_UPDATE CHATS_DELETE GROUPS_UPSERT GROUP_UPDATE',
	'GROUP_PARTICIPANTS_UPDATE CONNECTION_UPDATE LABELS_EDIT LABELS_ASSOCIATION CALL TYPEBOT_START',
	'TYPEBOT_CHANGE_STATUS REMOVE_INSTANCE LOGOUT_INSTANCE INSTANCE_CREATE INSTANCE_DELETE STATUS_INSTANCE',
].flatMap((line) => line.split(' '));

/** What the schema of `webhook/set` refuses, each in the words of its validator; version 1 has no wrapper. */
export function settingsProblems(body: Json, isV1: boolean): string[] {
	if (!isV1 && body.webhook === undefined) return ['instance requires property "webhook"'];
	const webhook = isV1 ? body : asRecord(body.webhook);
	const path = isV1 ? 'instance' : 'instance.webhook';
	const problems = (isV1 ? ['url'] : ['enabled', 'url'])
		.filter((name) => webhook[name] === undefined)
		.map((name) => `${path} requires property "${name}"`);
	const types: Array<[string, (value: unknown) => boolean, string]> = [
		['enabled', (value) => typeof value === 'boolean', 'boolean'],
		['url', (value) => typeof value === 'string', 'string'],
		['headers', (value) => asRecord(value) === value, 'object'],
		['byEvents', (value) => typeof value === 'boolean', 'boolean'],
		['base64', (value) => typeof value === 'boolean', 'boolean'],
		['events', Array.isArray, 'array'],
	];
	for (const [name, isRight, type] of types) {
		if (webhook[name] !== undefined && !isRight(webhook[name])) {
			problems.push(`${path}.${name} is not of a type(s) ${type}`);
		}
	}
	const unknown = (Array.isArray(webhook.events) ? webhook.events : []).findIndex(
		(event) => !events.includes(String(event)),
	);
	if (unknown >= 0) {
		problems.push(`${path}.events[${unknown}] is not one of enum values: ${events.join(',')}`);
	}
	return problems.map((problem) => problem.replace('instance.', ''));
}

/** What `webhook/set` makes of the row: names that are absent keep what is there. */
export function changeRow(
	before: WebhookRow | null,
	body: Json,
	now: Date,
	id: string,
): WebhookRow {
	const webhook = asRecord(body.webhook);
	const at = now.toISOString();
	const given = webhook.events as string[];
	const isEnabled = webhook.enabled === true;
	const known = before ?? {
		id,
		headers: null,
		webhookByEvents: false,
		webhookBase64: false,
		createdAt: at,
		instanceId: '2be09e30-ed3b-45a4-be8c-2070ca2fa5d5',
	};
	return {
		id: known.id,
		url: String(webhook.url),
		headers: webhook.headers === undefined ? known.headers : asRecord(webhook.headers),
		enabled: isEnabled,
		// Turned off it loses its events; turned on without any it gets all.
		events: isEnabled ? (given.length === 0 ? events : given) : [],
		webhookByEvents: (webhook.byEvents as boolean | undefined) ?? known.webhookByEvents,
		webhookBase64: (webhook.base64 as boolean | undefined) ?? known.webhookBase64,
		createdAt: known.createdAt,
		updatedAt: at,
		instanceId: known.instanceId,
	};
}

/** `WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES`. */
const final = [400, 401, 403, 404, 422];
const maxAttempts = 10;
const firstDelayMs = 5_000;
const maxDelayMs = 300_000;

/** From 2.3.0 on: doubling from five seconds, and never again after an answer that calls it wrong. */
export const policy: RetryPolicy = {
	accepts: (status) => (status >= 200 && status < 300) || final.includes(status),
	pauseMs: (attempt) =>
		attempt < maxAttempts ? Math.min(firstDelayMs * 2 ** (attempt - 1), maxDelayMs) : undefined,
	blocking: false,
	timeoutMs: 30_000,
};

/** `Date.now() - tzoffset` in São Paulo, the zone of the vendor's image: a clock time that says that it is UTC. */
export const falseInstant = (at: Date): string =>
	new Date(at.getTime() - 3 * 3_600_000).toISOString();
