import { optionalField } from '../credential';
import type { Credential, Gateway } from '../gateway';
import { decodePercent } from '../percentEncoding';
import { GatewayError, type ResponseErrorKind, type Fault } from './gatewayError';
import type { GatewayResponse, NetworkFailure } from './request';
import { mayHaveBeenProcessed } from './retry';

/** The gateway and the credential that a request was for. */
export interface RequestTarget {
	readonly gateway: Gateway;
	readonly credential: Credential;
}
/** The request that an error is about. */
export interface AttemptInfo {
	readonly idempotent: boolean;
	/** Attempts made, including the last. */
	readonly attempts: number;
	/** How long the gateway asked to wait. */
	readonly retryAfterMs?: number;
	/** Where it went, if to another host of the gateway than the credential's base address. */
	readonly address?: string;
}

/** The error for a response that is not a success: what it means and what to do. */
export function toResponseError(
	target: RequestTarget,
	response: GatewayResponse,
	{ idempotent, attempts, retryAfterMs }: AttemptInfo,
): GatewayError {
	const { status } = response;
	const explained = target.gateway.parseError(response);
	const kind = explained?.kind ?? kindOf(status);
	// A kind from the vendor is specific enough.
	const fault = explained?.fault ?? (explained?.kind === undefined ? faultOf(status) : undefined);
	const text = redact(target, explained?.text ?? fallbackText(response));
	const said = text === '' ? `HTTP ${status}` : `"${text}" (HTTP ${status})`;
	const after = attempts > 1 ? `, after ${attempts} attempts` : '';
	return new GatewayError(
		kind,
		`${target.gateway.label} ${explained?.happened ?? WHAT_HAPPENED[kind]}: ${said}${after}`,
		{
			hint: explained?.hint ?? hintFor(status, kind, target, retryAfterMs),
			status,
			code: explained?.code === undefined ? undefined : redact(target, explained.code),
			retryAfterMs,
			fault,
			isPerRecipient: explained?.isPerRecipient,
			// If the fault is known, the gateway rejected the request, even with a 5xx.
			outcomeUnknown:
				!idempotent && fault === undefined && mayHaveBeenProcessed(response, explained ?? {}),
		},
	);
}

function kindOf(status: number): ResponseErrorKind {
	if (status === 401) return 'unauthorized';
	if (status === 403) return 'forbidden';
	if (status === 404) return 'notFound';
	if (status === 429) return 'rateLimited';
	if (status === 408 || status >= 500) return 'unavailable';
	return status >= 300 && status < 400 ? 'unexpectedResponse' : 'rejected';
}

/** The statuses that mean, for every vendor, that the account is not paid or its quota is used up. */
const UNPAID = new Set([402, 466]);

/** The fault of a rejection by its HTTP status; undefined if the kind of error implies it. */
const faultOf = (status: number): Fault | undefined => (UNPAID.has(status) ? 'account' : undefined);

const WHAT_HAPPENED: Readonly<Record<ResponseErrorKind, string>> = {
	unauthorized: 'does not accept the credential',
	forbidden: 'does not allow this credential to do that',
	notFound: 'does not find the requested object',
	rateLimited: 'is limiting the request rate',
	unavailable: 'could not handle the request',
	unexpectedResponse: 'redirected the request to another URL',
	rejected: 'rejected the request',
};

function hintFor(
	status: number,
	kind: ResponseErrorKind,
	target: RequestTarget,
	retryAfterMs: number | undefined,
): string {
	if (UNPAID.has(status)) {
		return 'The plan of the account is not paid, or its quota is used up. Check the plan at the gateway.';
	}
	const { credentialFields } = target.gateway;
	const secret = credentialFields.find((field) => field.secret)?.label ?? 'key';
	const base = baseLabel(target);
	switch (kind) {
		case 'unauthorized':
			return `Check "${secret}" in the Message Gateway API credential.`;
		case 'forbidden':
			return `Check that "${secret}" belongs to the account in the Message Gateway API credential.`;
		case 'notFound':
			return `Check the id, and the account and "${base}" in the Message Gateway API credential.`;
		case 'rateLimited':
			return `Wait ${retryAfterMs === undefined ? 'a moment' : `${Math.ceil(retryAfterMs / 1000)} seconds`}, or reduce "Max Parallel Requests" under Options.`;
		case 'unavailable':
			return 'Retry later. If this continues, check the state of the gateway.';
		case 'unexpectedResponse':
			return `Enter the final URL as "${base}" in the credential; currently it is ${baseOf(target)}.`;
		case 'rejected':
			return 'Check the values of this item.';
	}
}

/** The error for a request without a response: why there is none and what to do. */
export function toNetworkError(
	target: RequestTarget,
	outcome: NetworkFailure,
	{ idempotent, attempts, address }: AttemptInfo,
): GatewayError {
	const { reason, code } = outcome;
	const { label } = target.gateway;
	const base = address === undefined ? baseOf(target) : new URL(address).origin;
	const suffix = `${code === null ? '' : ` (${code})`}${attempts > 1 ? `, after ${attempts} attempts` : ''}`;
	const outcomeUnknown = !idempotent && mayHaveBeenProcessed(outcome);
	if (reason === 'aborted' || reason === 'unsent') {
		return new GatewayError('cancelled', `The execution was stopped before ${label} responded`, {
			hint: outcomeUnknown
				? 'It is unknown whether the gateway processed the request. Check at the gateway before you run the workflow again.'
				: 'Run the workflow again.',
			outcomeUnknown,
		});
	}
	if (reason === 'timedOut') {
		return new GatewayError('timedOut', `${label} did not respond in time${suffix}`, {
			hint: 'Retry, or increase "Timeout" under Options.',
			outcomeUnknown,
		});
	}
	return new GatewayError(
		'unreachable',
		reason === 'broken'
			? `The connection to ${label} at ${base} was interrupted${suffix}`
			: `${label} cannot be reached at ${base}${suffix}`,
		{
			hint:
				address === undefined
					? `Check "${baseLabel(target)}" in the Message Gateway API credential, and that n8n can reach that URL.`
					: 'Check that n8n can reach that URL.',
			outcomeUnknown,
		},
	);
}

/** The error for a 2xx response that lacks what the vendor documents. */
export function unexpectedResponseError(
	target: RequestTarget,
	response: GatewayResponse,
	missing: string,
	outcomeUnknown: boolean,
): GatewayError {
	const base = baseOf(target);
	const explained = target.gateway.parseError(response);
	const said = redact(target, explained?.text ?? '');
	return new GatewayError(
		'unexpectedResponse',
		typeof response.body === 'string'
			? `${target.gateway.label} at ${base} returned a response that is not JSON`
			: `${target.gateway.label} at ${base} returned a response without ${missing}${said === '' ? '' : `: "${said}"`}`,
		{
			hint:
				explained?.hint ??
				`Check "${baseLabel(target)}" in the Message Gateway API credential: it may be the URL of another service.`,
			status: response.status,
			fault: explained?.fault,
			outcomeUnknown: outcomeUnknown && explained?.fault === undefined,
		},
	);
}

/** Redacts every secret of the credential in a text, and shortens it. */
export function redact(target: RequestTarget, text: string): string {
	let clean = text;
	for (const secret of secretsOf(target)) clean = clean.split(secret).join('***');
	return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
}

/** A shorter secret would redact parts of ordinary words. */
const MIN_SECRET_LENGTH = 4;

function secretsOf({ gateway, credential }: RequestTarget): string[] {
	const names = gateway.credentialFields.filter((field) => field.secret).map((field) => field.name);
	return (
		[...names, 'webhookSecret']
			.map((name) => optionalField(credential, name))
			.concat(namesInAddress(gateway.baseUrl(credential)))
			.flatMap((value) => [value, encodeURIComponent(value)])
			.filter((value) => value.length >= MIN_SECRET_LENGTH)
			// A secret may begin with another.
			.sort((a, b) => b.length - a.length)
	);
}

/** The user and password of a URL `https://user:password@host`, encoded and decoded. */
function namesInAddress(address: string): string[] {
	const { username, password } = new URL(address);
	return [username, password].flatMap((name) => [name, decodePercent(name)]);
}

/** The vendor's name for its base URL. */
const baseLabel = ({ gateway }: RequestTarget): string => gateway.credentialFields[0].label;

/** The credential's base URL without anything that could be secret. */
const baseOf = ({ gateway, credential }: RequestTarget): string =>
	new URL(gateway.baseUrl(credential)).origin;

/** A short plain-text body is a reason; HTML and long texts are not. */
function fallbackText({ body }: GatewayResponse): string {
	if (typeof body !== 'string') return '';
	const text = body.trim();
	return text.length <= 200 && !text.startsWith('<') ? text : '';
}
