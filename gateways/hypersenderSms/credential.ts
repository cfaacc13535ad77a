import { InvalidParameterError } from '../../messages/invalidParameterError';
import { isTimezone } from '../../messages/sendTime';
import { baseUrlField, optionalField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import { authenticateWith } from '../hypersender/access';
import { shorten } from '../../messages/text';

/** The version stands in the address, since the end of v1 has been announced. */
const BASE_URL: CredentialField = {
	name: 'hypersenderSmsUrl',
	label: 'Base URL',
	description: 'URL of the SMS API, with its version and without the instance',
	default: 'https://app.hypersender.com/api/sms/v1',
};

const INSTANCE_ID: CredentialField = {
	name: 'hypersenderSmsInstanceId',
	label: 'Instance ID',
	description: 'ID of the SMS instance, as the Hypersender dashboard shows it',
	placeholder: 'e.g. 9defcf1e-552c-4bef-a843-872edec576ef',
};

const API_TOKEN: CredentialField = {
	name: 'hypersenderSmsApiToken',
	label: 'API Token',
	description: 'A token of the Hypersender account for the SMS API',
	placeholder: 'e.g. 234|3uB2p…',
	secret: true,
};

/** `schedule_send_at` is "relative to your defined Timezone" (…/sms/messages/send-message). */
const TIMEZONE: CredentialField = {
	name: 'hypersenderSmsTimezone',
	label: 'Account Timezone',
	description:
		'Timezone of the Hypersender account, in which the gateway interprets the times of scheduled messages: a name such as Africa/Cairo, or an offset such as GMT+2. See the account settings in the dashboard. Times in responses are in UTC.',
	hint: 'Required for scheduling: the gateway interprets times in the timezone of your account',
	placeholder: 'e.g. Africa/Cairo',
	optional: true,
};

export const credentialFields: readonly CredentialField[] = [
	BASE_URL,
	INSTANCE_ID,
	API_TOKEN,
	TIMEZONE,
];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, BASE_URL);

export const account = (credential: Credential): string => requiredField(credential, INSTANCE_ID);

/** The instance, or empty text: what verifies a webhook must not throw. */
export const instanceOf = (credential: Credential): string =>
	optionalField(credential, INSTANCE_ID.name);

/**
 * The account's timezone.
 *
 * @throws InvalidParameterError naming *Account Timezone*, where it is missing or not a timezone
 */
export function timezone(credential: Credential): string {
	const name = requiredField(credential, TIMEZONE);
	if (!isTimezone(name))
		throw new InvalidParameterError(TIMEZONE.label, notATimezone(name), NAME_ONE);
	return name;
}

/** The account's timezone, or null if there is none that can be used. */
export function knownTimezone(credential: Credential): string | null {
	const name = optionalField(credential, TIMEZONE.name);
	return isTimezone(name) ? name : null;
}

/** What is wrong with *Account Timezone*; null if it is well, or not filled in. */
export function timezoneProblem(credential: Credential): string | null {
	const name = optionalField(credential, TIMEZONE.name);
	return name === '' || isTimezone(name) ? null : `${notATimezone(name)}. ${NAME_ONE}`;
}

const notATimezone = (name: string) =>
	`"${TIMEZONE.label}" is "${shorten(name)}", which is not a timezone`;
const NAME_ONE =
	'Enter a name such as Africa/Cairo, or an offset such as GMT+2, in the Message Gateway API credential.';

export const authenticate = authenticateWith({
	baseUrl: BASE_URL,
	instanceId: INSTANCE_ID,
	apiToken: API_TOKEN,
});
