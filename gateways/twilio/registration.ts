import { changeSettings, type SettingsChange } from '../changeSettings';
import type { Connection, Credential, WebhookRegistration } from '../gateway';
import { isObject, textAt } from '../json';
import { GatewayError } from '../transport/gatewayError';
import type { RegistrationRecord } from '../webhooks';
import { servicePath } from './credential';
import { carryOver, keeping, keptIn, splitUrl } from './formerUrl';

/** The longest URL that is entered. Twilio documents no limit; this is what any server and proxy takes. */
const MAX_URL_LENGTH = 2_000;

/**
 * A Messaging Service has one status callback URL (Twilio's OpenAPI file, `messaging.v1.service`), for the
 * messages that bring none of their own. Another's is replaced only when the user says so, kept in the query
 * of ours, and restored on removal. No other field of the service is written.
 */
export const registration: WebhookRegistration = {
	async check(connection, wanted) {
		return splitUrl(await fetchUrl(connection)).url === wanted.url;
	},

	async register(connection, wanted, previous) {
		const { credential } = connection;
		return await change(connection, (current) => {
			const isOurs = isOurUrl(current, wanted.url, previous);
			if (!isOurs && current !== '' && !wanted.replaceExisting) throw taken(current);
			const former = isOurs ? formerOf(current, credential, previous) : current;
			const url = urlWith(credential, wanted.url, current, former);
			if (url.length > MAX_URL_LENGTH) throw tooLong();
			return {
				change: url === current ? null : url,
				result: { url, ...(former === null || former === '' ? {} : { previous: former }) },
			};
		});
	},

	async remove(connection, { url }, record) {
		const { credential } = connection;
		await change(connection, (current) => {
			if (isOurUrl(current, url, record)) {
				const former = formerOf(current, credential, record);
				// To clear the place would destroy the only record.
				if (former === null) throw unreadable();
				return { change: former, result: undefined };
			}
			// Somebody else has taken the place meanwhile; it may be one of us that is to restore ours.
			const without = withoutUrl(current, url, credential);
			return { change: without === current ? null : without, result: undefined };
		});
	},
};

const change = async <Result>(
	connection: Connection,
	plan: SettingsChange<string, string, Result>['plan'],
): Promise<Result> =>
	await changeSettings({
		fetch: async () => await fetchUrl(connection),
		plan,
		save: async (url) => {
			await connection.request({
				host: 'messaging',
				method: 'POST',
				path: servicePath(connection.credential),
				form: { StatusCallback: url },
				// Another may change it before a repetition: see `changeSettings`.
				idempotent: false,
			});
		},
	});

/** The service's URL, empty if it has none. An answer without it is an error, not a free place. */
async function fetchUrl(connection: Connection): Promise<string> {
	const response = await connection.request({
		host: 'messaging',
		method: 'GET',
		path: servicePath(connection.credential),
		idempotent: true,
	});
	const body = isObject(response.body) ? response.body : {};
	const { status_callback: url } = body;
	if (url !== null && typeof url !== 'string') {
		throw connection.unexpected(response, '"status_callback"', false);
	}
	return url ?? '';
}

/** Whether a URL is this trigger's: by its address, or by the record of where it was before. */
const isOurUrl = (current: string, url: string, record: RegistrationRecord | null): boolean =>
	splitUrl(current).url === url || (current !== '' && current === recorded(record, 'url'));

const recorded = (record: RegistrationRecord | null, key: 'url' | 'previous') =>
	record === null ? null : textAt(record, key);

/** What stood there before our URL: empty if nothing, null if it cannot be read. */
function formerOf(
	current: string,
	credential: Credential,
	record: RegistrationRecord | null,
): string | null {
	const kept = keptIn(current, credential);
	const isRecorded = current === recorded(record, 'url');
	return (isRecorded && (kept ?? '') === '' ? recorded(record, 'previous') : null) ?? kept;
}

/** Our URL with what is to be restored in its query: as it stands there, if it is right already. */
function urlWith(
	credential: Credential,
	wanted: string,
	current: string,
	former: string | null,
): string {
	const { url, sealed } = splitUrl(current);
	// What cannot be read is left for whoever has the token it was sealed with.
	if (former === null) return sealed === null ? wanted : carryOver(wanted, sealed);
	return url === wanted && keptIn(current, credential) === former
		? current
		: keeping(wanted, former, credential);
}

/**
 * A URL without ours among those that it is to restore: an earlier trigger that goes while a later one has the
 * place hands its own former URL on.
 */
function withoutUrl(current: string, ours: string, credential: Credential): string {
	const { url, sealed } = splitUrl(current);
	const former = sealed === null ? null : keptIn(current, credential);
	if (former === null || former === '') return current;
	const without =
		splitUrl(former).url === ours
			? keptIn(former, credential)
			: withoutUrl(former, ours, credential);
	return without === null || without === former ? current : keeping(url, without, credential);
}

const taken = (url: string) =>
	new GatewayError(
		'rejected',
		`A Messaging Service of Twilio has one status callback URL, and it is already in use: it leads to ${URL.canParse(url) ? new URL(url).host : 'another URL'}. Turn on "Replace Existing Webhook" to replace it until the workflow is unpublished`,
		{
			hint: 'Or enter the Production URL of this node as "Status URL" in the credential: it then goes along with each message.',
		},
	);

const tooLong = () =>
	new GatewayError(
		'rejected',
		`The webhook URL of this trigger together with the one that Twilio has to restore later is longer than ${MAX_URL_LENGTH} characters, so nothing was changed`,
		{
			hint: 'Remove the current status callback URL of the Messaging Service in the Twilio Console.',
		},
	);

const unreadable = () =>
	new GatewayError(
		'rejected',
		'The status callback URL that this trigger replaced at Twilio cannot be restored: it was stored with an earlier "Auth Token", so nothing was changed',
		{
			hint: 'Enter the former URL in the Twilio Console, or enter the earlier token in the credential and unpublish again.',
		},
	);
