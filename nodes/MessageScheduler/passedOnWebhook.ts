import { isForm, parametersOf } from '../../gateways/form';
import type { Gateway } from '../../gateways/gateway';
import { isObject, parseJson } from '../../gateways/json';
import type { Delivery } from '../../gateways/webhooks';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { quote } from '../../messages/text';

/** A webhook that somebody else received, as far as the user has it. */
export interface PassedOnWebhook {
	/** JSON, as an object or as the text that came; or a form's parameters by their names. */
	readonly body: unknown;
	readonly headers: unknown;
	readonly query: unknown;
	/** The URL that it was sent to, without its query. */
	readonly url: unknown;
	/** The body's very bytes, if they were kept. */
	readonly rawBody: Uint8Array | null;
}

/**
 * The same as the trigger's own webhooks are read. What is verified is what is parsed: the bytes count, if
 * there are any.
 *
 * @throws InvalidParameterError naming *Body*
 */
export function toDelivery(
	webhook: PassedOnWebhook,
	gateway: Pick<Gateway, 'withoutSecrets' | 'sendsLists'>,
): Delivery {
	const headers = lowerCase(webhook.headers);
	const query = isObject(webhook.query) ? webhook.query : {};
	const text = typeof webhook.body === 'string' ? webhook.body : null;
	const rawBody = webhook.rawBody ?? (text === null ? null : new TextEncoder().encode(text));
	const form = isForm(headers) ? formOf(rawBody, webhook.body) : null;
	const given =
		form !== null
			? byName(form)
			: rawBody === null
				? webhook.body
				: parseJson(new TextDecoder().decode(rawBody));
	const body = gateway.withoutSecrets === undefined ? given : gateway.withoutSecrets(given);
	const isList = gateway.sendsLists === true && Array.isArray(body);
	if (!isObject(body) && !isList) {
		throw new InvalidParameterError(
			'Body',
			`"Body" is ${given === undefined ? 'text' : quote(given)}, which is not a JSON object`,
			'Pass on the body of the webhook as it came.',
		);
	}
	return { method: 'POST', url: urlOf(webhook.url, query), headers, query, body, rawBody, form };
}

function lowerCase(headers: unknown): Delivery['headers'] {
	if (!isObject(headers)) return {};
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value as string]),
	);
}

/** From the bytes, in whose order and spelling they came, or from n8n's object, where a repeated name is a list. */
const formOf = (rawBody: Uint8Array | null, body: unknown): NonNullable<Delivery['form']> =>
	rawBody !== null
		? [...new URLSearchParams(new TextDecoder().decode(rawBody))]
		: parametersOf(isObject(body) ? body : {});

/** Parameters by their names, as n8n reads a form. */
function byName(form: NonNullable<Delivery['form']>): Record<string, unknown> {
	const values = new Map<string, string[]>();
	for (const [name, value] of form) values.set(name, [...(values.get(name) ?? []), value]);
	return Object.fromEntries(
		[...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]),
	);
}

function urlOf(url: unknown, query: Delivery['query']): string {
	const address = typeof url === 'string' ? url : '';
	const parameters = new URLSearchParams(parametersOf(query)).toString();
	return parameters === '' || address.includes('?') ? address : `${address}?${parameters}`;
}
