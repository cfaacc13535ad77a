import { asRecord } from '../../sandbox/dialect.mts';
import type { Json } from '../../sandbox/types.mts';

/** A kind of change: `messages.post`, `statuses.put` … */
export interface WhapiEvent {
	type: string;
	method: string;
}

export interface WhapiWebhook {
	url: string;
	events?: WhapiEvent[];
	mode?: 'body' | 'path' | 'method';
	headers?: Record<string, string>;
	[more: string]: unknown;
}

export interface WhapiSettings {
	callback_backoff_delay_ms: number;
	max_callback_backoff_delay_ms: number;
	callback_persist: boolean;
	media: Json;
	webhooks: WhapiWebhook[];
	[more: string]: unknown;
}

const types = [
	'messages',
	'statuses',
	'chats',
	'contacts',
	'groups',
	'presences',
	'calls',
	'channel',
	'users',
	'labels',
	'service',
];

const methods = ['post', 'put', 'delete', 'patch'];

const modes = ['body', 'path', 'method'];

const maxHeaders = 5;

/** undocumented: which pairs really exist; here all */
export const allowedEvents = (): WhapiEvent[] =>
	types.flatMap((type) => methods.map((method) => ({ type, method })));

/** undocumented: the defaults of the two delays */
export const defaultSettings = (): WhapiSettings => ({
	callback_backoff_delay_ms: 3000,
	max_callback_backoff_delay_ms: 900_000,
	callback_persist: false,
	media: {},
	webhooks: [],
});

/** Why a change is refused. */
export function settingsProblem(change: Json): string | undefined {
	if (change.webhooks === undefined) return undefined;
	if (!Array.isArray(change.webhooks)) return 'webhooks must be an array';
	for (const webhook of change.webhooks.map(asRecord)) {
		if (typeof webhook.url !== 'string' || !/^https?:\/\//.test(webhook.url)) {
			return 'webhooks.url is required';
		}
		if (webhook.mode !== undefined && !modes.includes(String(webhook.mode))) {
			return `webhooks.mode must be one of ${modes.join(', ')}`;
		}
		if (Object.keys(asRecord(webhook.headers)).length > maxHeaders) {
			return `webhooks.headers takes at most ${maxHeaders}`;
		}
	}
	return undefined;
}

/**
 * Fields that the change leaves out stay; `webhooks` is replaced as a whole. Fields that are no
 * settings change nothing.
 */
export function changeSettings(before: WhapiSettings, change: Json) {
	const known = Object.entries(change).filter(([name]) => name in before);
	const after = { ...before, ...Object.fromEntries(known) } as WhapiSettings;
	const changes = known
		.map(([name]) => name)
		.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
	return { after, changes };
}
