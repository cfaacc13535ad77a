import { changeSettings, type SettingsChange } from '../changeSettings';
import type { Connection, WebhookRegistration } from '../gateway';
import { isObject, textAt, type JsonObject } from '../json';
import { GatewayError } from '../transport/gatewayError';
import type { DesiredWebhook, RegistrationRecord } from '../webhooks';
import { enterByHand, isEntered, sendsHeaders } from './enteredWebhook';
import {
	isHeader,
	MAX_SEALED_LENGTH,
	sealedIn,
	sealFormer,
	unsealFormer,
	withSealed,
} from './formerWebhook';
import { isAtLeast, versionOf } from './version';
import {
	FREE,
	fetchWebhook,
	isSame,
	readSettings,
	saveWebhook,
	type WebhookSettings,
} from './webhookSettings';

/** What reports a message of ours; every version has these, and an unknown name is refused. */
const EVENTS = ['MESSAGES_UPDATE', 'SEND_MESSAGE', 'MESSAGES_DELETE'] as const;

/** The same, and where it is wanted what reports a message of others. */
const eventsFor = ({ received }: DesiredWebhook): readonly string[] =>
	received === true ? [...EVENTS, 'MESSAGES_UPSERT'] : EVENTS;

/**
 * An instance has one webhook. Another's is replaced only when the user says so, and restored on removal.
 * What stood there is kept, encrypted, in a header of our own webhook ({@link sealFormer}): n8n saves a
 * node's static data only after a successful `create`, so a lost response would leave our URL there and no
 * record of the owner's. The record in static data is a copy, used only if it is of the very URL that the
 * instance has. A webhook that is turned off calls nobody, so its place is free; it comes back turned off.
 */
export const registration: WebhookRegistration = {
	async check(connection, wanted) {
		if (!sendsHeaders(await versionOf(connection))) {
			return await isEntered(connection, wanted, eventsFor(wanted));
		}
		const current = await fetchWebhook(connection);
		return current.url === wanted.url && isSame(current, asWanted(current, wanted));
	},

	async register(connection, wanted, previous) {
		const version = await versionOf(connection);
		if (!sendsHeaders(version)) throw enterByHand(version, eventsFor(wanted));
		return await change(connection, (current) => {
			const isOurs = isOurUrl(current.url, wanted.url, previous);
			if (!isOurs && isInUse(current) && !wanted.replaceExisting) throw taken(current.url);
			// Our secret may have stayed there, and would come back with it.
			const former = isOurs
				? formerOf(current, connection, previous)
				: withoutOurs(current, wanted.url, connection);
			const base = isOurs ? current : { ...FREE, headers: {} };
			const next = keeping(asWanted(base, wanted), current, former, connection);
			return {
				change: isSame(current, next) ? null : next,
				// A record of what cannot be read would be taken for one of a place that was free.
				result: { url: wanted.url, ...(former === null ? {} : { previous: { ...former } }) },
			};
		});
	},

	async remove(connection, { url }, record) {
		const version = await versionOf(connection);
		// The user has entered it, and may have published another trigger with it.
		if (!sendsHeaders(version)) return;
		const takesEmptyUrl = isAtLeast(version, 2, 3);
		await change(connection, (current) => {
			if (!isOurUrl(current.url, url, record)) {
				// Somebody else has taken the place meanwhile; it may be one of us that is to restore ours.
				const without = withoutOurs(current, url, connection);
				return { change: isSame(current, without) ? null : without, result: undefined };
			}
			const former = formerOf(current, connection, record);
			// To clear the place would destroy the only record.
			if (former === null) throw unreadable();
			// Up to 2.2 a URL is needed even to turn a webhook off.
			const restored = former.url !== '' || takesEmptyUrl ? former : { ...former, url };
			return { change: isSame(current, restored) ? null : restored, result: undefined };
		});
	},
};

type Plan<Result> = SettingsChange<WebhookSettings, WebhookSettings, Result>['plan'];

const change = async <Result>(connection: Connection, plan: Plan<Result>): Promise<Result> =>
	await changeSettings({
		fetch: async () => await fetchWebhook(connection),
		plan,
		save: async (webhook) => await saveWebhook(connection, webhook),
	});

const isInUse = ({ enabled, url }: WebhookSettings): boolean => enabled && url !== '';

/** Whether a URL is this trigger's: now, or by the record where it was before. */
const isOurUrl = (current: string, url: string, record: RegistrationRecord | null): boolean =>
	current !== '' && (current === url || current === recordedUrl(record));

const recordedUrl = (record: RegistrationRecord | null) =>
	record === null ? null : textAt(record, 'url');

/** Our webhook as it should be; further events and headers that a user has set on it stay. */
function asWanted(current: WebhookSettings, wanted: DesiredWebhook): WebhookSettings {
	const { url, secret } = wanted;
	const kept = Object.entries(current.headers).filter(
		([name]) => !['authorization', 'jwt_key'].some((ours) => isHeader(name, ours)),
	);
	const headers = [...kept, ...(secret === null ? [] : [['Authorization', `Bearer ${secret}`]])];
	return {
		enabled: true,
		url,
		headers: Object.fromEntries(headers) as JsonObject,
		events: [...new Set([...eventsFor(wanted), ...current.events])],
		// Its path would be another than n8n's.
		byEvents: false,
		base64: false,
	};
}

/** Our webhook with what is to be restored in it: as it is there, if it is right already. */
function keeping(
	next: WebhookSettings,
	current: WebhookSettings,
	former: WebhookSettings | null,
	{ credential }: Connection,
): WebhookSettings {
	const sealed = sealedIn(next);
	// What cannot be read is left for whoever has the key it was sealed with.
	if (former === null) return next;
	if (sealed !== null && current.url === next.url) {
		const kept = unsealFormer(sealed, credential);
		if (kept.url === next.url && kept.former !== null) return next;
	}
	return sealInto(next, former, next.url, credential);
}

function sealInto(
	webhook: WebhookSettings,
	former: WebhookSettings,
	url: string,
	credential: Connection['credential'],
): WebhookSettings {
	// A free place as well: by what is sealed our headers are known wherever somebody leaves them.
	const sealed = sealFormer(url, former, credential);
	if (sealed.length > MAX_SEALED_LENGTH) throw tooLong();
	return { ...webhook, headers: withSealed(webhook.headers, sealed) };
}

/**
 * What stood there before our webhook: from the webhook itself, otherwise from the record of that very URL.
 * One that keeps nothing was entered by hand, or where nothing was. Null if it keeps something that cannot be read.
 */
function formerOf(
	current: WebhookSettings,
	{ credential }: Connection,
	record: RegistrationRecord | null,
): WebhookSettings | null {
	const sealed = sealedIn(current);
	const kept = sealed === null ? null : unsealFormer(sealed, credential);
	if (kept !== null && kept.former !== null) return kept.former;
	if (current.url === recordedUrl(record) && isObject(record?.previous)) {
		return readSettings(record.previous);
	}
	return kept === null ? FREE : null;
}

/**
 * Another's webhook without what is ours in it. One of us, which replaced ours, is to restore ours: it
 * takes over what ours was to restore. What is sealed for another URL than it stands under was left there
 * by whoever wrote that URL over ours: our headers go, since our secret is none of its business.
 */
function withoutOurs(
	current: WebhookSettings,
	ours: string,
	connection: Connection,
): WebhookSettings {
	const { credential } = connection;
	const sealed = sealedIn(current);
	const { url, former } =
		sealed === null ? { url: null, former: null } : unsealFormer(sealed, credential);
	if (former === null) return current;
	if (url !== current.url) return { ...current, headers: withoutOurHeaders(current.headers) };
	if (former.url !== ours) {
		const without = withoutOurs(former, ours, connection);
		return isSame(former, without) ? current : sealInto(current, without, url, credential);
	}
	const ofOurs = formerOf(former, connection, null);
	return ofOurs === null ? current : sealInto(current, ofOurs, url, credential);
}

const withoutOurHeaders = (headers: JsonObject): JsonObject =>
	withSealed(
		Object.fromEntries(
			Object.entries(headers).filter(([name]) => !isHeader(name, 'authorization')),
		),
		null,
	);

const taken = (url: string) =>
	new GatewayError(
		'rejected',
		`Evolution API has one webhook per instance, and it is already in use: it leads to ${URL.canParse(url) ? new URL(url).host : 'another URL'}. Turn on "Replace Existing Webhook" to replace it until the workflow is unpublished`,
		{ hint: 'Or use a separate instance for this trigger.' },
	);

const tooLong = () =>
	new GatewayError(
		'rejected',
		'The webhook that Evolution API has to restore later is too long to be kept, so nothing was changed',
		{ hint: 'Remove the current webhook in the manager, or use a separate instance.' },
	);

const unreadable = () =>
	new GatewayError(
		'rejected',
		'The webhook that this trigger replaced at Evolution API cannot be restored: it was stored with an earlier "API Key", so nothing was changed',
		{
			hint: 'Enter the former webhook in the manager, or enter the earlier key in the credential and unpublish again.',
		},
	);
