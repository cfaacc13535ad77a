import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type {
	Connection,
	RegistrationRecord,
	WantedWebhook,
	WebhookRegistration,
} from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { methodPath } from './credential';

/** The switches that statuses need (…/OutgoingMessageStatus; green-api.com/en/docs/api/account/SetSettings). */
const FLAGS = ['outgoingWebhook', 'outgoingMessageWebhook', 'outgoingAPIMessageWebhook'] as const;

/**
 * An instance has one webhook address. Another's is replaced only when the user says so, and what was
 * there is put back on removal. For that, the record holds it, **its `webhookUrlToken` included**:
 * that secret of the previous owner then stands in the workflow's static data.
 *
 * `setSettings` restarts the instance and takes up to five minutes to apply, so it is called only where
 * something has to change. `getSettings` and `setSettings` take one call a second each; the transport
 * repeats what is answered by 429.
 */
export const registration: WebhookRegistration = {
	async check(connection, wanted) {
		return Object.keys(changes(await read(connection), wanted)).length === 0;
	},

	async register(connection, wanted, previous) {
		const settings = await read(connection);
		const current = urlOf(settings);
		const isOurs =
			current === wanted.url || (previous !== null && current === textAt(previous, 'url'));
		if (!isOurs && current !== '' && !wanted.replaceExisting) throw taken(current);
		const needed = changes(settings, wanted);
		if (Object.keys(needed).length > 0) await write(connection, needed);
		const before = isOurs ? known(previous) : ownerOf(settings);
		return { url: wanted.url, previous: { ...before, ...switchedOff(settings) } };
	},

	async remove(connection, { url }, record) {
		const settings = await read(connection);
		// Somebody else has taken the place meanwhile.
		if (urlOf(settings) !== url) return;
		await write(connection, { webhookUrl: '', webhookUrlToken: '', ...known(record) });
	},
};

/** The settings as they are. An answer without an address is an error, not a free place. */
async function read(connection: Connection): Promise<JsonObject> {
	const response = await connection.request({
		method: 'GET',
		path: methodPath(connection.credential, 'getSettings'),
		kind: 'repeatable',
	});
	const { body } = response;
	if (!isObject(body) || !(body.webhookUrl === null || typeof body.webhookUrl === 'string')) {
		throw connection.unexpected(response, '"webhookUrl"', false);
	}
	return body;
}

/** Settings that are not named stay as they are. */
async function write(connection: Connection, settings: JsonObject): Promise<void> {
	const response = await connection.request({
		method: 'POST',
		path: methodPath(connection.credential, 'setSettings'),
		body: settings,
		kind: 'repeatable',
	});
	if (!isObject(response.body) || response.body.saveSettings !== true) {
		throw connection.unexpected(response, '"saveSettings": true', false);
	}
}

const urlOf = (settings: JsonObject): string => textAt(settings, 'webhookUrl') ?? '';

/** The settings that are not yet as wanted. */
function changes(settings: JsonObject, { url, secret }: WantedWebhook): JsonObject {
	const wanted = {
		webhookUrl: url,
		webhookUrlToken: secret ?? '',
		...Object.fromEntries(FLAGS.map((flag) => [flag, 'yes'])),
	};
	return Object.fromEntries(
		Object.entries(wanted).filter(([key, value]) => (textAt(settings, key) ?? '') !== value),
	);
}

const ownerOf = (settings: JsonObject): RegistrationRecord => ({
	webhookUrl: urlOf(settings),
	webhookUrlToken: textAt(settings, 'webhookUrlToken') ?? '',
});

/** The switches that are turned on for us only, and turned off again later. */
const switchedOff = (settings: JsonObject): RegistrationRecord =>
	Object.fromEntries(FLAGS.filter((flag) => settings[flag] === 'no').map((flag) => [flag, 'no']));

/** What an earlier record says was there before us; empty where nothing is known of it. */
function known(record: RegistrationRecord | null): RegistrationRecord {
	const previous = objectAt(record ?? {}, 'previous');
	return Object.fromEntries(
		['webhookUrl', 'webhookUrlToken', ...FLAGS]
			.filter((key) => typeof previous[key] === 'string')
			.map((key) => [key, previous[key]]),
	);
}

const taken = (url: string) =>
	new GatewayError(
		'rejected',
		`GREEN-API has one webhook address for each instance, and it is already in use: it leads to ${URL.canParse(url) ? new URL(url).host : 'another address'}. Turn on "Replace Existing Webhook" to replace it until this trigger is switched off`,
		{ hint: 'Or use an instance of its own for this trigger.' },
	);
