import { isObject, textAt, type JsonObject } from '../json';
import type { Connection, WebhookRegistration } from '../gateway';
import type { RegistrationRecord, DesiredWebhook } from '../webhooks';
import { changeSettings, type SettingsChange } from '../changeSettings';
import { GatewayError } from '../transport/gatewayError';
import { methodPath } from './credential';
import { carryOver, sealInto, splitUrl, unseal } from './formerWebhook';

/**
 * The switches that statuses need (…/OutgoingMessageStatus; green-api.com/en/docs/api/account/SetSettings).
 * WABA has no `outgoingMessageWebhook`: its pages call it deprecated, and the vendor's server for WABA
 * (github.com/green-api/mcp-gateway-waba) does not know it. It is asked for only if `getSettings` returns it;
 * else it would be missing for ever, and the instance be restarted at each activation.
 */
const FLAGS = ['outgoingWebhook', 'outgoingMessageWebhook', 'outgoingAPIMessageWebhook'] as const;

/**
 * The switches that incoming messages need: all of them, their edits, deletions and votes
 * (…/receiving/notifications-format/incoming-message). All are off in a new instance.
 */
const RECEIVED_FLAGS = [
	'incomingWebhook',
	'editedMessageWebhook',
	'deletedMessageWebhook',
	'pollMessageWebhook',
] as const;

/** Those without which nothing comes at all. Any other is asked for only if `getSettings` returns it. */
const REQUIRED = new Set<string>([
	'outgoingWebhook',
	'outgoingAPIMessageWebhook',
	'incomingWebhook',
]);

/**
 * The longest webhook URL that is entered. The vendor documents no limit; this is what any server and
 * proxy takes.
 */
const MAX_URL_LENGTH = 2_000;

/**
 * An instance has one webhook URL. Another's is replaced only when the user says so, and restored on
 * removal. What stood there is kept, encrypted, in the query of our own URL ({@link sealInto}): n8n
 * saves a node's static data only after a successful `create`, and whole, so a lost response to
 * `setSettings` would leave our URL there and no record of the owner's. The record in static data is a
 * copy, used only if it is of the very URL that the instance has.
 *
 * `setSettings` restarts the instance and takes up to five minutes to apply, so it is called only where
 * something has to change. `getSettings` and `setSettings` take one call a second each; the transport
 * repeats what is answered by 429.
 */
export const registration: WebhookRegistration = {
	async check(connection, wanted) {
		const settings = await fetchSettings(connection);
		const current = urlOf(settings);
		return (
			splitUrl(current).url === wanted.url &&
			changes(settings, { ...wanted, url: current }) === null
		);
	},

	async register(connection, wanted, previous) {
		return await change(connection, (settings) => {
			const current = urlOf(settings);
			const isOurs = isOurUrl(current, wanted.url, previous);
			if (!isOurs && current !== '' && !wanted.replaceExisting) throw taken(current);
			const former = isOurs ? formerOf(current, connection, previous) : ownerOf(settings);
			const restored = { ...former, ...switchedOff(settings, wanted) };
			const url = urlWith(connection, { wanted: wanted.url, current, restored, former });
			if (url.length > MAX_URL_LENGTH) throw tooLong();
			return {
				change: changes(settings, { ...wanted, url }),
				// A record of what cannot be read would be taken for one of a place that was free.
				result: { url, ...(former === null ? {} : { previous: restored }) },
			};
		});
	},

	async remove(connection, { url }, record) {
		await change(connection, (settings) => {
			const current = urlOf(settings);
			if (!isOurUrl(current, url, record)) {
				// Somebody else has taken the place meanwhile; it may be one of us that is to restore ours.
				const without = withoutUrl(current, url, connection);
				return {
					change: without === current ? null : { webhookUrl: without },
					result: undefined,
				};
			}
			const former = formerOf(current, connection, record);
			// To clear the place would destroy the only record.
			if (former === null) throw unreadable();
			return { change: { webhookUrl: '', webhookUrlToken: '', ...former }, result: undefined };
		});
	},
};

type Plan<Result> = SettingsChange<JsonObject, JsonObject, Result>['plan'];

const change = async <Result>(connection: Connection, plan: Plan<Result>): Promise<Result> =>
	await changeSettings({
		fetch: async () => await fetchSettings(connection),
		plan,
		save: async (settings) => await saveSettings(connection, settings),
	});

/** Whether a URL is this trigger's: by its address, or by the record of where it was before. */
const isOurUrl = (current: string, url: string, record: RegistrationRecord | null): boolean =>
	splitUrl(current).url === url || (current !== '' && current === recordedUrl(record));

const recordedUrl = (record: RegistrationRecord | null) =>
	record === null ? null : textAt(record, 'url');

/**
 * What stood there before our URL: from the URL itself, otherwise from the record of that very URL. A URL
 * that keeps nothing was entered where nothing was. Null if it keeps something that cannot be read.
 */
function formerOf(
	current: string,
	{ credential }: Connection,
	record: RegistrationRecord | null,
): RegistrationRecord | null {
	const { sealed } = splitUrl(current);
	const kept = sealed === null ? null : unseal(sealed, credential);
	if (kept !== null) return restorable(kept);
	if (current === recordedUrl(record) && isObject(record?.previous)) {
		return restorable(record.previous);
	}
	return sealed === null ? {} : null;
}

/** Our URL with what is to be restored in its query: as it stands there, if it is right already. */
function urlWith(
	{ credential }: Connection,
	{
		wanted,
		current,
		restored,
		former,
	}: Readonly<{
		wanted: string;
		current: string;
		restored: RegistrationRecord;
		former: RegistrationRecord | null;
	}>,
): string {
	const { url, sealed } = splitUrl(current);
	const isSomething = Object.values(restored).some((value) => value !== '');
	// What cannot be read is left for whoever has the token it was sealed with.
	if (former === null && sealed !== null) return carryOver(wanted, sealed);
	if (url === wanted) {
		const kept = sealed === null ? null : unseal(sealed, credential);
		// No two seals are the same, and each change restarts the instance.
		if (sealed === null ? !isSomething : kept !== null && hasAll(kept, restored)) return current;
	}
	return isSomething ? sealInto(wanted, credential, restored) : wanted;
}

/** Whether what is kept already says all that is to be restored: a switch may have been turned on since. */
const hasAll = (kept: RegistrationRecord, restored: RegistrationRecord): boolean =>
	Object.entries(restored).every(([key, value]) => kept[key] === value);

/**
 * A URL without ours among those that it is to restore: an earlier trigger that goes while a later one
 * has the place hands its own former webhook on.
 */
function withoutUrl(current: string, ours: string, connection: Connection): string {
	const { credential } = connection;
	const { url, sealed } = splitUrl(current);
	const kept = sealed === null ? null : unseal(sealed, credential);
	if (kept === null) return current;
	const former = textAt(kept, 'webhookUrl') ?? '';
	if (splitUrl(former).url === ours && former !== '') {
		const ofOurs = formerOf(former, connection, null);
		if (ofOurs === null) return current;
		const restored = { webhookUrl: '', webhookUrlToken: '', ...ofOurs };
		return sealInto(url, credential, { ...kept, ...restored });
	}
	const without = withoutUrl(former, ours, connection);
	return without === former ? current : sealInto(url, credential, { ...kept, webhookUrl: without });
}

/** The settings as they are. An answer without an address is an error, not a free place. */
async function fetchSettings(connection: Connection): Promise<JsonObject> {
	const response = await connection.request({
		method: 'GET',
		path: methodPath(connection.credential, 'getSettings'),
		idempotent: true,
	});
	const { body } = response;
	if (!isObject(body) || !(body.webhookUrl === null || typeof body.webhookUrl === 'string')) {
		throw connection.unexpected(response, '"webhookUrl"', false);
	}
	return body;
}

/** Settings that are not named stay as they are. */
async function saveSettings(connection: Connection, settings: JsonObject): Promise<void> {
	const response = await connection.request({
		method: 'POST',
		path: methodPath(connection.credential, 'setSettings'),
		body: settings,
		// Another may change the settings before a repetition: see `changeSettings`.
		idempotent: false,
	});
	if (!isObject(response.body) || response.body.saveSettings !== true) {
		throw connection.unexpected(response, '"saveSettings": true', false);
	}
}

const urlOf = (settings: JsonObject): string => textAt(settings, 'webhookUrl') ?? '';

/** The settings that are not yet as wanted; null if there are none. */
function changes(
	settings: JsonObject,
	wanted: Pick<DesiredWebhook, 'url' | 'secret' | 'received'>,
): JsonObject | null {
	const target = {
		webhookUrl: wanted.url,
		webhookUrlToken: wanted.secret ?? '',
		...Object.fromEntries(flagsOf(settings, wanted).map((flag) => [flag, 'yes'])),
	};
	const needed = Object.entries(target).filter(
		([key, value]) => (textAt(settings, key) ?? '') !== value,
	);
	return needed.length === 0 ? null : Object.fromEntries(needed);
}

const flagsOf = (settings: JsonObject, { received = false }: Pick<DesiredWebhook, 'received'>) =>
	[...FLAGS, ...(received ? RECEIVED_FLAGS : [])].filter(
		(flag) => REQUIRED.has(flag) || Object.hasOwn(settings, flag),
	);

const ownerOf = (settings: JsonObject): RegistrationRecord => ({
	webhookUrl: urlOf(settings),
	webhookUrlToken: textAt(settings, 'webhookUrlToken') ?? '',
});

/** The switches that are turned on for us only, and turned off again later. */
const switchedOff = (
	settings: JsonObject,
	wanted: Pick<DesiredWebhook, 'received'>,
): RegistrationRecord =>
	Object.fromEntries(
		flagsOf(settings, wanted)
			.filter((flag) => settings[flag] === 'no')
			.map((flag) => [flag, 'no']),
	);

/** What of a record can be restored. */
const restorable = (former: JsonObject): RegistrationRecord =>
	Object.fromEntries(
		['webhookUrl', 'webhookUrlToken', ...FLAGS, ...RECEIVED_FLAGS]
			.filter((key) => typeof former[key] === 'string')
			.map((key) => [key, former[key]]),
	);

const taken = (url: string) =>
	new GatewayError(
		'rejected',
		`GREEN-API has one webhook URL per instance, and it is already in use: it leads to ${URL.canParse(url) ? new URL(url).host : 'another URL'}. Turn on "Replace Existing Webhook" to replace it until the workflow is unpublished`,
		{ hint: 'Or use a separate instance for this trigger.' },
	);

const tooLong = () =>
	new GatewayError(
		'rejected',
		`The webhook URL of this trigger together with what GREEN-API has to restore later is longer than ${MAX_URL_LENGTH} characters, so nothing was changed`,
		{ hint: 'Remove the current webhook in the GREEN-API console, or use a separate instance.' },
	);

const unreadable = () =>
	new GatewayError(
		'rejected',
		'The webhook that this trigger replaced at GREEN-API cannot be restored: it was stored with an earlier "apiTokenInstance", so nothing was changed',
		{
			hint: 'Enter the former webhook in the GREEN-API console, or enter the earlier token in the credential and unpublish again.',
		},
	);
