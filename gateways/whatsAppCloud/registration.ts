import { InvalidParameterError } from '../../messages/invalidParameterError';
import { settle } from '../../messages/settle';
import { changeSettings } from '../changeSettings';
import type { Connection, WebhookRegistration } from '../gateway';
import { isObject, objectAt, textAt } from '../json';
import { GatewayError } from '../transport/gatewayError';
import type { RegistrationRecord } from '../webhooks';
import { account, APP_SECRET, baseUrl, verifyToken } from './credential';
import { isNotSubscribed, subscribeApp } from './subscription';

/** …/webhooks/override */
const MAX_URL_LENGTH = 200;

/**
 * A number can have a webhook of its own, which goes before that of its WhatsApp Business Account and that of the
 * app (…/webhooks/override). It concerns this number and this app only, so it is the one that the trigger
 * sets; the app's subscription, which all numbers share, is never changed.
 *
 * Meta sends its challenge while the address is being set. Without a webhook of its own, a number falls back to
 * those of the account and the app: that is how ours is removed. Another's is replaced only when the user
 * says so. Its URL can be read but not its verify token, so it is put back only if it accepts ours, as another
 * trigger with this credential does.
 */
export const registration: WebhookRegistration = {
	async check(connection, wanted) {
		return (await fetchUrl(connection)) === wanted.url;
	},

	async register(connection, wanted, previous) {
		assertUrl(connection, wanted.url);
		return await changeSettings({
			fetch: async () => await fetchUrl(connection),
			plan: (current) => {
				const isOurs = current === null || isOneOf(current, wanted.url, previous);
				if (!isOurs && !wanted.replaceExisting) throw taken(current);
				const former = isOurs ? formerOf(previous) : current;
				return {
					change: current === wanted.url ? null : wanted.url,
					result: { url: wanted.url, ...(former === null ? {} : { former }) },
				};
			},
			save: async (url) => await setUrl(connection, url),
		});
	},

	async remove(connection, { url }, record) {
		const current = await fetchUrl(connection);
		if (current === null || !isOneOf(current, url, record)) return;
		const former = formerOf(record);
		if (former !== null && (await settle(saveUrl(connection, former))).ok) return;
		await changeSettings({
			fetch: async () => await fetchUrl(connection),
			plan: (now) => ({ change: now === current ? '' : null, result: undefined }),
			save: async (none) => await saveUrl(connection, none),
		});
	},
};

const isOneOf = (current: string, url: string, record: RegistrationRecord | null): boolean =>
	current === url || (record !== null && current === textAt(record, 'url'));

/** The URL that ours replaced. */
const formerOf = (record: RegistrationRecord | null): string | null =>
	record === null ? null : textAt(record, 'former');

/** The number's own URL; null if it has none. */
async function fetchUrl(connection: Connection): Promise<string | null> {
	const response = await connection.request({
		method: 'GET',
		path: `/${account(connection.credential)}`,
		query: { fields: 'webhook_configuration' },
		idempotent: true,
	});
	const { body } = response;
	// Without any webhook the configuration may be missing; the id never is.
	if (!isObject(body) || textAt(body, 'id') === null) {
		throw connection.unexpected(response, '"id"', false);
	}
	return textAt(objectAt(body, 'webhook_configuration'), 'phone_number');
}

/** Sets the URL, after the app was subscribed to the account where it is not. */
async function setUrl(connection: Connection, url: string): Promise<void> {
	const saved = await settle(saveUrl(connection, url));
	if (saved.ok) return;
	if (!isNotSubscribed(saved.error)) throw explained(saved.error);
	await subscribeApp(connection);
	await saveUrl(connection, url).catch((error: unknown) => {
		throw explained(error);
	});
}

/** Empty: none. */
async function saveUrl(connection: Connection, url: string): Promise<void> {
	const response = await connection.request({
		method: 'POST',
		path: `/${account(connection.credential)}`,
		body: {
			webhook_configuration: {
				override_callback_uri: url,
				...(url === '' ? {} : { verify_token: verifyToken(connection.credential) }),
			},
		},
		// Others may have changed it before a repetition: see `changeSettings`.
		idempotent: false,
	});
	if (!isObject(response.body) || String(response.body.success) !== 'true') {
		throw connection.unexpected(response, '"success": true', true);
	}
}

/** Rejects what Meta would reject, before anything is asked. */
function assertUrl({ credential }: Connection, url: string): void {
	if (verifyToken(credential) === '') {
		throw new InvalidParameterError(
			APP_SECRET.label,
			`"${APP_SECRET.label}" is empty in the Message Gateway API credential, so Meta's webhooks could not be verified. Enter it.`,
		);
	}
	if (!url.startsWith('https://') && baseUrl(credential).startsWith('https://')) {
		throw new InvalidParameterError(
			'Production URL',
			`The webhook URL of this trigger is ${url}, but Meta accepts https only. Set N8N_WEBHOOK_URL (in older versions WEBHOOK_URL) in the environment of n8n to its public URL with https, and restart n8n.`,
		);
	}
	if (url.length > MAX_URL_LENGTH) {
		throw new InvalidParameterError(
			'Production URL',
			`The webhook URL of this trigger has ${url.length} characters, but Meta takes at most ${MAX_URL_LENGTH} for the webhook of a number. Enter a "Verify Token" in the credential and the URL by hand.`,
		);
	}
}

/** Meta's `(#2200) Callback verification failed …` (github.com/chatwoot/chatwoot/issues/14738). */
const CHALLENGE_FAILED = '2200';

/** What to do where the webhook cannot be set. */
function explained(error: unknown): unknown {
	if (!(error instanceof GatewayError)) return error;
	const { kind, message, details } = error;
	if (kind === 'forbidden') {
		return new GatewayError(kind, message, {
			...details,
			hint: 'The access token lacks the permission whatsapp_business_management. Grant it to the system user and enter a new token; or enter a "Verify Token" in the credential, and the webhook by hand in the App Dashboard.',
		});
	}
	if (details.code === CHALLENGE_FAILED || details.code === '100') {
		return new GatewayError(kind, message, {
			...details,
			hint: 'Meta calls the webhook URL while it is registered. Check that the URL is reachable from the internet, with a valid certificate and without a login before it.',
		});
	}
	return error;
}

const taken = (url: string) =>
	new GatewayError(
		'rejected',
		`A number of the WhatsApp Business Platform has one webhook of its own, and it is already in use: it leads to ${URL.canParse(url) ? new URL(url).host : 'another URL'}. Turn on "Replace Existing Webhook" to replace it`,
		{
			hint: 'Or use a separate number for this trigger. Afterwards Meta falls back to the webhook of the account or the app: the verify token of the replaced one cannot be read.',
		},
	);
