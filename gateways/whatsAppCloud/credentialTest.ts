import { shorten } from '../../messages/text';
import type { Connection, CredentialTestResult } from '../gateway';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import { GatewayError } from '../transport/gatewayError';
import { account } from './credential';

const FIELDS =
	'verified_name,display_phone_number,quality_rating,platform_type,throughput,status,health_status';

/** What `health_status` is about, in words that follow "because of". */
const ENTITIES: Readonly<Record<string, string>> = {
	PHONE_NUMBER: 'the phone number',
	WABA: 'the WhatsApp Business Account',
	BUSINESS: 'the business',
	APP: 'the app',
	MESSAGE_TEMPLATE: 'the template',
};

/**
 * Reads the number's state (…/support/health-status; the fields of a phone number in …/about-the-platform), which
 * counts as a management call: 200 an hour at least.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection
		.request({
			method: 'GET',
			path: `/${account(connection.credential)}`,
			query: { fields: FIELDS },
			idempotent: true,
		})
		.catch((error: unknown) => {
			throw withPermission(error);
		});
	const number = isObject(response.body) ? response.body : {};
	if (textAt(number, 'id') === null) throw connection.unexpected(response, '"id"', false);
	const name = nameOf(number);
	const platform = textAt(number, 'platform_type');
	if (platform !== null && platform !== 'CLOUD_API') {
		return {
			ready: false,
			message: `${name} is not registered with the Cloud API: its platform is ${shorten(platform)}. Register it, then test again.`,
		};
	}
	const health = objectAt(number, 'health_status');
	// Not there in older versions: nothing speaks against sending.
	const state = textAt(health, 'can_send_message') ?? 'AVAILABLE';
	const ready = state !== 'BLOCKED';
	const verb = Object.hasOwn(VERBS, state) ? VERBS[state] : `has the state ${shorten(state)}`;
	return { ready, message: [`${name} ${verb}.`, ...reasons(health), ...details(number)].join(' ') };
}

const VERBS: Readonly<Record<string, string>> = {
	AVAILABLE: 'can send messages',
	LIMITED: 'can send messages, but with limits',
	BLOCKED: 'cannot send messages',
};

/** `The number +15550783881 (Lucky Shrub)` */
function nameOf(number: JsonObject): string {
	const phone = textAt(number, 'display_phone_number') ?? textAt(number, 'id') ?? '';
	const name = textAt(number, 'verified_name');
	return `The number ${shorten(phone)}${name === null ? '' : ` (${shorten(name)})`}`;
}

/** Why it is limited or blocked, and what the vendor suggests. */
function reasons(health: JsonObject): string[] {
	const entities = Array.isArray(health.entities) ? health.entities.filter(isObject) : [];
	return entities.flatMap((entity) => {
		const type = textAt(entity, 'entity_type') ?? '';
		const about = Object.hasOwn(ENTITIES, type) ? ENTITIES[type] : shorten(type);
		const errors = Array.isArray(entity.errors) ? entity.errors.filter(isObject) : [];
		const info: unknown[] = Array.isArray(entity.additional_info) ? entity.additional_info : [];
		const said = [
			...errors.flatMap((error) => [
				textAt(error, 'error_description'),
				textAt(error, 'possible_solution'),
			]),
			...info.map((text) => (typeof text === 'string' ? text : null)),
		].filter((text) => text !== null);
		return said.length === 0 ? [] : [`Because of ${about}: ${shorten(said.join(' '), 200)}`];
	});
}

/** Quality, throughput and status, as far as they are told. */
function details(number: JsonObject): string[] {
	const facts = [
		['quality', textAt(number, 'quality_rating')],
		['throughput', textAt(objectAt(number, 'throughput'), 'level')],
		['status', textAt(number, 'status')],
	] as const;
	const told = facts.filter(([, value]) => value !== null);
	if (told.length === 0) return [];
	const text = told
		.map(([fact, value]) => `${fact} ${shorten(value ?? '').toLowerCase()}`)
		.join(', ');
	return [`${text[0].toUpperCase()}${text.slice(1)}.`];
}

/** Of the two permissions, this read needs one. */
function withPermission(error: unknown): unknown {
	if (!(error instanceof GatewayError) || error.kind !== 'forbidden') return error;
	return new GatewayError(error.kind, error.message, {
		...error.details,
		hint: 'The access token lacks the permission whatsapp_business_management, or may not use this number. Grant it to the system user, create a new token, and enter it as "Access Token" in the credential. Sending needs whatsapp_business_messaging as well.',
	});
}
