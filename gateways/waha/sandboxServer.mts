import { asRecord, textOf } from '../../sandbox/dialect.mts';
import type { Json, WebhookTarget } from '../../sandbox/types.mts';
import type { RetryPolicy } from '../../sandbox/webhooks.mts';

/** What `GET /api/server/version` tells. */
export interface WahaServer {
	version: string;
	engine: 'WEBJS' | 'WPP' | 'NOWEB' | 'GOWS';
	tier: 'CORE' | 'PLUS';
	browser: string;
	platform: string;
}

export const newServer = (): WahaServer => ({
	version: '2026.7.1',
	engine: 'NOWEB',
	tier: 'CORE',
	browser: '/usr/bin/chromium',
	platform: 'linux/x64',
});

/** Whether a version is this one or a later one. */
export const isSince = (version: string, wanted: string): boolean =>
	version.localeCompare(wanted, 'en', { numeric: true }) >= 0;

/** Before Plus became part of Core: text only, the session `default` only, webhooks in memory. */
export const isOldCore = ({ tier, version }: WahaServer): boolean =>
	tier === 'CORE' && !isSince(version, '2026.6.1');

/** One webhook in a session's configuration. */
export interface WahaWebhook {
	url: string;
	events: string[];
	hmac?: { key?: string } | null;
	retries?: { policy?: string | null; delaySeconds?: number; attempts?: number } | null;
	customHeaders?: Array<{ name: string; value: string }> | null;
}

/** A session's configuration; what else stands in it is kept as it came. */
export interface WahaConfig {
	webhooks?: WahaWebhook[];
	[more: string]: unknown;
}

const events = [
	...['session.status', 'message', 'message.reaction', 'message.any', 'message.ack'],
	...['message.waiting', 'message.revoked', 'state.change', 'group.join'],
	...['group.leave', 'group.v2.join', 'presence.update', 'poll.vote', 'poll.vote.failed'],
	...['chat.archive', 'call.received', 'label.upsert', 'event.response', 'engine.event', '*'],
];

const policies = ['constant', 'linear', 'exponential'];

/** Whether a webhook is told of an event; `*` leaves two out. */
export const isWanted = ({ events: asked }: WahaWebhook, event: string): boolean =>
	asked.includes(event) ||
	(asked.includes('*') && event !== 'state.change' && event !== 'engine.event');

/** undocumented: the texts of the validation, which are those of class-validator */
export function configProblems(config: Json, version: string): string[] {
	const { webhooks } = config;
	if (webhooks === undefined || webhooks === null) return [];
	if (!Array.isArray(webhooks)) return ['config.webhooks must be an array'];
	const known = [
		...events,
		...(isSince(version, '2025.6.3') ? ['message.edited'] : []),
		...(isSince(version, '2025.12.2') ? ['message.ack.group'] : []),
	];
	return webhooks.flatMap((webhook, index) =>
		webhookProblems(asRecord(webhook), known).map((text) => `config.webhooks.${index}.${text}`),
	);
}

function webhookProblems({ url, events: asked, retries }: Json, known: string[]): string[] {
	const policy = textOf(asRecord(retries).policy);
	return [
		...(/^https?:\/\/\S+$/.test(String(url)) ? [] : ['url must be a URL address']),
		...(Array.isArray(asked) ? [] : ['events must be an array']),
		...(Array.isArray(asked) && !asked.every((event) => known.includes(String(event)))
			? ['each value in events must be one of the following values']
			: []),
		...(policy === null || policies.includes(policy) ? [] : ['retries.policy must be one of']),
	];
}

/** As somebody enters it in the dashboard of WAHA, for all events about messages. */
export const enteredWebhook = ({
	url,
	secret,
	headers = {},
	received,
}: WebhookTarget): WahaWebhook => ({
	url,
	events: [
		...['message.any', 'message.ack', 'message.ack.group', 'message.revoked'],
		...(received ? ['message.reaction', 'poll.vote', 'message.edited'] : []),
	],
	hmac: secret === undefined ? null : { key: secret },
	retries: null,
	customHeaders: Object.entries(headers).map(([name, value]) => ({ name, value })),
});

/** Any 2xx will do. 15 attempts more, 2 seconds apart, unless the webhook says otherwise. */
export function retryPolicy({ retries }: WahaWebhook): RetryPolicy {
	const { policy, delaySeconds = 2, attempts = 15 } = retries ?? {};
	const factor = (attempt: number) =>
		policy === 'exponential' ? 2 ** attempt : policy === 'linear' ? attempt : 1;
	return {
		accepts: (status) => status >= 200 && status < 300,
		pauseMs: (attempt) => (attempt <= attempts ? delaySeconds * 1000 * factor(attempt) : undefined),
		blocking: false,
		// The vendor sets none and waits for ever.
		timeoutMs: 120_000,
	};
}

/** The webhook of the environment, which is added to every session and which no session shows. */
export function environmentWebhook(variables: Record<string, string>): WahaWebhook | null {
	const { WHATSAPP_HOOK_URL, WHATSAPP_HOOK_EVENTS = '', WHATSAPP_HOOK_HMAC_KEY } = variables;
	if (!WHATSAPP_HOOK_URL) return null;
	return {
		url: WHATSAPP_HOOK_URL,
		events: WHATSAPP_HOOK_EVENTS.split(','),
		hmac: WHATSAPP_HOOK_HMAC_KEY ? { key: WHATSAPP_HOOK_HMAC_KEY } : null,
	};
}
