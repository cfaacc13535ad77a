import { isObject, objectAt, textAt, type JsonObject } from '../json';
import { changeSettings, type SettingsChange } from '../changeSettings';
import type { Connection, WebhookRegistration } from '../gateway';
import type { DesiredWebhook } from '../webhooks';

/** Events about sent messages: their creation, and each status. */
const EVENTS = [
	{ type: 'messages', method: 'post' },
	{ type: 'statuses', method: 'post' },
	{ type: 'statuses', method: 'put' },
] as const;

/**
 * A channel has a list of webhooks in its settings (the vendor's OpenAPI file, `Settings`, `Webhook`).
 * `PATCH /settings` replaces the list as a whole, so it is read, changed and written back: every entry
 * of others goes back as it came; after a lost response it is read again. Two who write at the same
 * moment can still lose one change.
 */
export const registration: WebhookRegistration = {
	async check(connection, wanted) {
		const ours = (await fetchWebhooks(connection)).filter((entry) => hasUrl(entry, wanted.url));
		return ours.length === 1 && ours.every((entry) => isAsWanted(entry, wanted));
	},

	async register(connection, wanted, previous) {
		return await change(connection, (entries) => {
			const isOurs = (entry: unknown) =>
				hasUrl(entry, wanted.url) || (previous !== null && hasUrl(entry, textAt(previous, 'url')));
			const first = entries.findIndex(isOurs);
			const place = first === -1 ? entries.length : first;
			const ours = entries.find((entry) => hasUrl(entry, wanted.url)) ?? entries[place];
			const others = (entry: unknown) => !isOurs(entry);
			return {
				change: [
					...entries.slice(0, place).filter(others),
					repaired(isObject(ours) ? ours : {}, wanted),
					...entries.slice(place).filter(others),
				],
				result: { url: wanted.url },
			};
		});
	},

	async remove(connection, { url }, record) {
		const recorded = textAt(record ?? {}, 'url');
		await change(connection, (entries) => {
			const others = entries.filter((entry) => !hasUrl(entry, url) && !hasUrl(entry, recorded));
			return { change: others.length < entries.length ? others : null, result: undefined };
		});
	},
};

type Entries = readonly unknown[];

const change = async <Result>(
	connection: Connection,
	plan: SettingsChange<Entries, Entries, Result>['plan'],
): Promise<Result> =>
	await changeSettings({
		fetch: async () => await fetchWebhooks(connection),
		plan,
		save: async (webhooks) => await saveWebhooks(connection, webhooks),
	});

/**
 * The webhooks as they are. Settings without the list have none, as the vendor's own n8n node and PHP bot
 * take it; any other answer without it is an error: writing would wipe out what is there.
 */
async function fetchWebhooks(connection: Connection): Promise<Entries> {
	const response = await connection.request({
		method: 'GET',
		path: '/settings',
		idempotent: true,
	});
	const settings = isObject(response.body) ? response.body : {};
	const { webhooks = null } = settings;
	if (Array.isArray(webhooks)) return webhooks;
	if (webhooks === null && isSettings(settings)) return [];
	throw connection.unexpected(response, 'the list "webhooks"', false);
}

/** Fields of `Settings` (the vendor's OpenAPI file), which requires none, `webhooks` neither. */
const SETTINGS = [
	'callback_backoff_delay_ms',
	'max_callback_backoff_delay_ms',
	'callback_persist',
	'media',
];

const isSettings = (body: JsonObject) => SETTINGS.some((key) => Object.hasOwn(body, key));

/** Fields that are not named stay as they are. */
async function saveWebhooks(connection: Connection, webhooks: Entries): Promise<void> {
	await connection.request({
		method: 'PATCH',
		path: '/settings',
		body: { webhooks },
		// Others may have changed the list before a repetition: see `changeSettings`.
		idempotent: false,
	});
}

const hasUrl = (entry: unknown, url: string | null): entry is JsonObject =>
	isObject(entry) && url !== null && textAt(entry, 'url') === url;

function isAsWanted(entry: JsonObject, { secret }: DesiredWebhook): boolean {
	const events = Array.isArray(entry.events) ? entry.events.filter(isObject) : [];
	return (
		(textAt(entry, 'mode') ?? 'body') === 'body' &&
		events.length === EVENTS.length &&
		EVENTS.every((wanted) =>
			events.some(({ type, method }) => type === wanted.type && method === wanted.method),
		) &&
		authorizations(entry).join() === (secret === null ? '' : bearer(secret))
	);
}

/** Our entry as it should be; what else a user has set on it stays. */
function repaired(entry: JsonObject, { url, secret }: DesiredWebhook): JsonObject {
	const kept = Object.entries(objectAt(entry, 'headers')).filter(([name]) => !isAuth(name));
	const headers = [...kept, ...(secret === null ? [] : [['Authorization', bearer(secret)]])];
	return {
		...entry,
		url,
		mode: 'body',
		events: EVENTS.map((event) => ({ ...event })),
		headers: Object.fromEntries(headers),
	};
}

const bearer = (secret: string) => `Bearer ${secret}`;

const isAuth = (header: string) => header.toLowerCase() === 'authorization';

const authorizations = (entry: JsonObject): unknown[] =>
	Object.entries(objectAt(entry, 'headers'))
		.filter(([name]) => isAuth(name))
		.map(([, value]) => value);
