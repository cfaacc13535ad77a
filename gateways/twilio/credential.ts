import { InvalidParameterError } from '../../messages/invalidParameterError';
import { addressOf, baseUrlField, optionalField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { PreparedRequest } from '../transport/request';

const BASE_URL: CredentialField = {
	name: 'twilioUrl',
	label: 'Base URL',
	description:
		'URL of the API. For an account in another region than US1, the URL with edge and region, e.g. https://api.dublin.ie1.twilio.com.',
	default: 'https://api.twilio.com',
};

const ACCOUNT_SID: CredentialField = {
	name: 'twilioAccountSid',
	label: 'Account SID',
	description: 'SID of the account or subaccount, from the Twilio Console. It begins with AC.',
	placeholder: 'e.g. AC0123…',
};

export const AUTH_TOKEN: CredentialField = {
	name: 'twilioAuthToken',
	label: 'Auth Token',
	description:
		'The primary Auth Token of that account, from the Twilio Console. Twilio signs its webhooks with it, so the trigger needs it even where an API key sends.',
	hint: 'Needed by the trigger, and to send unless you enter an API key',
	secret: true,
	optional: true,
};

const API_KEY_SID: CredentialField = {
	name: 'twilioApiKeySid',
	label: 'API Key SID',
	description:
		'SID of an API key of that account, to send with it instead of the Auth Token. It begins with SK.',
	placeholder: 'e.g. SK0123…',
	optional: true,
};

export const API_KEY_SECRET: CredentialField = {
	name: 'twilioApiKeySecret',
	label: 'API Key Secret',
	description: 'Secret of that API key. Twilio shows it once, at its creation.',
	secret: true,
	optional: true,
};

const CHANNEL: CredentialField = {
	name: 'twilioChannel',
	label: 'Channel',
	description: 'How messages reach their recipients',
	options: [
		{ name: 'SMS and MMS', value: 'sms' },
		{ name: 'WhatsApp', value: 'whatsapp' },
	],
	default: 'sms',
};

const SENDER: CredentialField = {
	name: 'twilioSender',
	label: 'Sender',
	description:
		'A number of the account with country code, a short code, or an alphanumeric sender ID. If empty, the Messaging Service chooses the sender.',
	placeholder: 'e.g. +15017122661',
	optional: true,
};

export const SERVICE_SID: CredentialField = {
	name: 'twilioMessagingServiceSid',
	label: 'Messaging Service SID',
	description:
		'SID of the Messaging Service that sends. It begins with MG. Twilio schedules messages only with a Messaging Service.',
	hint: 'Required for scheduling at Twilio',
	placeholder: 'e.g. MG0123…',
	optional: true,
};

export const credentialFields: readonly CredentialField[] = [
	BASE_URL,
	ACCOUNT_SID,
	AUTH_TOKEN,
	API_KEY_SID,
	API_KEY_SECRET,
	CHANNEL,
	SENDER,
	SERVICE_SID,
];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, BASE_URL);

/**
 * Twilio's other hosts of the same edge and region, as its SDKs name them. Any other base URL, such as that
 * of a proxy, has all of them.
 */
export function hosts(credential: Credential) {
	const base = baseUrl(credential);
	const host = (name: string) =>
		base.replace(/^(https:\/\/)api(\.(?:[a-z\d-]+\.[a-z\d-]+\.)?twilio\.com)$/i, `$1${name}$2`);
	return { messaging: host('messaging'), content: host('content') };
}

export const accountSid = (credential: Credential): string =>
	requiredField(credential, ACCOUNT_SID);

/** The Account SID, or empty text: what verifies a webhook must not throw. */
export const knownAccountSid = (credential: Credential): string =>
	optionalField(credential, ACCOUNT_SID.name);

/** The key that Twilio signs webhooks with, or empty text. */
export const authToken = (credential: Credential): string =>
	optionalField(credential, AUTH_TOKEN.name);

/** What sends: a sender of the account, a Messaging Service, or a sender with the features of a service. */
export interface Sender {
	readonly channel: 'sms' | 'whatsapp';
	/** As Twilio writes it: `+1…`, `whatsapp:+1…`, a short code or an alphanumeric id. */
	readonly from: string | null;
	readonly service: string | null;
}

const WHATSAPP = 'whatsapp:';

/** A sender that names WhatsApp decides, whatever *Channel* says. */
export function senderOf(credential: Credential): Sender {
	const entered = optionalField(credential, SENDER.name);
	const isWhatsApp =
		optionalField(credential, CHANNEL.name) === 'whatsapp' || entered.startsWith(WHATSAPP);
	const bare = entered.startsWith(WHATSAPP) ? entered.slice(WHATSAPP.length) : entered;
	const name = bare.startsWith('+') ? bare.replace(/[\s().-]/g, '') : bare;
	const from = isWhatsApp ? `${WHATSAPP}${name}` : name;
	return {
		channel: isWhatsApp ? 'whatsapp' : 'sms',
		from: name === '' ? null : from,
		service: optionalField(credential, SERVICE_SID.name) || null,
	};
}

/**
 * The account and what sends: a message that waits goes out by the sender for which it was written, and not
 * by another one of the same account, nor as SMS instead of WhatsApp.
 */
export function account(credential: Credential): string {
	const { channel, from, service } = senderOf(credential);
	const sender = from ?? (channel === 'sms' ? service : `${WHATSAPP}${service ?? ''}`);
	return [accountSid(credential), ...(sender === null ? [] : [sender])].join('/');
}

/** Webhooks name the Account SID alone. */
export const isNamed = (credential: Credential, named: string): boolean =>
	named !== '' && named === knownAccountSid(credential);

/** Basic authentication: the API key if there is one, else the Auth Token (twilio.com/docs/usage/requests-to-twilio). */
export function authenticate(credential: Credential, request: PreparedRequest): PreparedRequest {
	const { messaging, content } = hosts(credential);
	return {
		...request,
		url: addressOf(baseUrl(credential), [messaging, content], request.url),
		headers: {
			...request.headers,
			Authorization: `Basic ${Buffer.from(loginOf(credential)).toString('base64')}`,
		},
	};
}

/** Whether an API key sends, not the Auth Token. */
export const usesApiKey = (credential: Credential): boolean =>
	optionalField(credential, API_KEY_SID.name) !== '';

function loginOf(credential: Credential): string {
	const key = optionalField(credential, API_KEY_SID.name);
	if (key !== '') return `${key}:${requiredField(credential, API_KEY_SECRET)}`;
	const token = authToken(credential);
	if (token !== '') return `${accountSid(credential)}:${token}`;
	throw new InvalidParameterError(
		AUTH_TOKEN.label,
		`"${AUTH_TOKEN.label}" is empty. Enter it in the Message Gateway API credential, or enter "${API_KEY_SID.label}" and "${API_KEY_SECRET.label}".`,
	);
}

/** The path of the account's messages. `.json`: otherwise the answer is XML. */
export const messagesPath = (credential: Credential): string =>
	`${accountPath(credential)}/Messages.json`;

/** The path of one message. */
export const messagePath = (credential: Credential, sid: string): string =>
	`${accountPath(credential)}/Messages/${encodeURIComponent(sid)}.json`;

export const accountPath = (credential: Credential): string =>
	`/2010-04-01/Accounts/${encodeURIComponent(accountSid(credential))}`;

/** The path of the Messaging Service, at the host `messaging`. */
export const servicePath = (credential: Credential): string =>
	`/v1/Services/${encodeURIComponent(requiredField(credential, SERVICE_SID))}`;
