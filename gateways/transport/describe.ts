import { optionalField } from '../credential';
import type { Credential, Gateway } from '../gateway';
import { GatewayError, type AnswerKind, type Fault } from './gatewayError';
import type { GatewayRequest, GatewayResponse, NoAnswer } from './request';
import { isOpenEnded } from './retry';

/** The gateway and the credential that a request was for. */
export interface Who {
	readonly gateway: Gateway;
	readonly credential: Credential;
}
interface Tried {
	readonly wanted: GatewayRequest;
	readonly tries: number;
	readonly askedMs?: number;
}

/** Says in words what an answer that is no success means and what to do. */
export function describeAnswer(
	who: Who,
	response: GatewayResponse,
	{ wanted, tries, askedMs }: Tried,
): GatewayError {
	const { status } = response;
	const explained = who.gateway.explain(response);
	const kind = explained?.kind ?? kindOf(status);
	// A kind of the vendor's own says enough.
	const fault = explained?.fault ?? (explained?.kind === undefined ? faultOf(status) : undefined);
	const text = redact(who, explained?.text ?? fallbackText(response));
	const said = text === '' ? `HTTP ${status}` : `"${text}" (HTTP ${status})`;
	const after = tries > 1 ? `, after ${tries} tries` : '';
	return new GatewayError(
		kind,
		`${who.gateway.label} ${explained?.happened ?? WHAT_HAPPENED[kind]}: ${said}${after}`,
		{
			hint: explained?.hint ?? hintFor(status, kind, who, askedMs),
			status,
			code: explained?.code === undefined ? undefined : redact(who, explained.code),
			retryAfterMs: askedMs,
			fault,
			// Where it is known whose fault it is, it was a refusal, even if a 5xx says it.
			openEnded: wanted.kind === 'create' && fault === undefined && isOpenEnded(response),
		},
	);
}

function kindOf(status: number): AnswerKind {
	if (status === 401) return 'unauthorized';
	if (status === 403) return 'forbidden';
	if (status === 404) return 'notFound';
	if (status === 429) return 'rateLimited';
	if (status === 408 || status >= 500) return 'unavailable';
	return status < 400 ? 'unexpectedAnswer' : 'rejected';
}

/** The statuses that say, for every vendor, that the account is not paid or its quota is used up. */
const UNPAID = new Set([402, 466]);

/** Whose fault a refusal is by its HTTP status; undefined where the kind of error says it. */
const faultOf = (status: number): Fault | undefined => (UNPAID.has(status) ? 'account' : undefined);

const WHAT_HAPPENED: Readonly<Record<AnswerKind, string>> = {
	unauthorized: 'does not accept the credential',
	forbidden: 'does not let this credential do that',
	notFound: 'does not find what the request names',
	rateLimited: 'is limiting the request rate',
	unavailable: 'could not handle the request',
	unexpectedAnswer: 'redirected the request to another URL',
	rejected: 'refused the request',
};

function hintFor(status: number, kind: AnswerKind, who: Who, askedMs: number | undefined): string {
	if (UNPAID.has(status)) {
		return 'The plan of the account is not paid, or its quota is used up. Look at the plan at the gateway.';
	}
	const { credentialFields } = who.gateway;
	const secret = credentialFields.find((field) => field.secret)?.label ?? 'key';
	const base = baseLabel(who);
	switch (kind) {
		case 'unauthorized':
			return `Check "${secret}" in the Message Gateway API credential.`;
		case 'forbidden':
			return `Check that "${secret}" belongs to the account in the Message Gateway API credential.`;
		case 'notFound':
			return `Check the id, and the account and "${base}" in the Message Gateway API credential.`;
		case 'rateLimited':
			return `Wait ${askedMs === undefined ? 'a moment' : `${Math.ceil(askedMs / 1000)} seconds`}, or lower "Max Parallel Requests" under Options.`;
		case 'unavailable':
			return 'Try again later. If it goes on, look at the state of the gateway.';
		case 'unexpectedAnswer':
			return `Enter the final address as "${base}" in the credential; now it is ${baseOf(who)}.`;
		case 'rejected':
			return 'Check the values of this item.';
	}
}

/** Says in words why there is no answer and what to do. */
export function describeNoAnswer(
	who: Who,
	outcome: NoAnswer,
	{ wanted, tries }: Tried,
): GatewayError {
	const { why, code } = outcome;
	const { label } = who.gateway;
	const base = baseOf(who);
	const suffix = `${code === null ? '' : ` (${code})`}${tries > 1 ? `, after ${tries} tries` : ''}`;
	const openEnded = wanted.kind === 'create' && isOpenEnded(outcome);
	if (why === 'aborted' || why === 'unsent') {
		return new GatewayError('cancelled', `The execution was stopped before ${label} responded`, {
			hint: openEnded
				? 'It is unknown whether the gateway did what was asked. Look there before you run the workflow again.'
				: 'Run the workflow again.',
			openEnded,
		});
	}
	if (why === 'timedOut') {
		return new GatewayError('timedOut', `${label} did not respond in time${suffix}`, {
			hint: 'Try again, or raise "Timeout" under Options.',
			openEnded,
		});
	}
	return new GatewayError(
		'unreachable',
		why === 'broken'
			? `The connection to ${label} at ${base} broke off${suffix}`
			: `${label} cannot be reached at ${base}${suffix}`,
		{
			hint: `Check "${baseLabel(who)}" in the Message Gateway API credential, and that n8n can reach that address.`,
			openEnded,
		},
	);
}

/** The answer is a success but does not hold what the vendor documents. */
export function unexpectedAnswer(
	who: Who,
	response: GatewayResponse,
	missing: string,
	openEnded: boolean,
): GatewayError {
	const base = baseOf(who);
	const explained = who.gateway.explain(response);
	const said = redact(who, explained?.text ?? '');
	return new GatewayError(
		'unexpectedAnswer',
		typeof response.body === 'string'
			? `${who.gateway.label} at ${base} gave a response that is not JSON`
			: `${who.gateway.label} at ${base} gave a response without ${missing}${said === '' ? '' : `: "${said}"`}`,
		{
			hint:
				explained?.hint ??
				`Check "${baseLabel(who)}" in the Message Gateway API credential: it may be the address of another service.`,
			status: response.status,
			fault: explained?.fault,
			openEnded: openEnded && explained?.fault === undefined,
		},
	);
}

/** Cuts every secret of the credential out of a text, and the text to a readable length. */
export function redact(who: Who, text: string): string {
	let clean = text;
	for (const secret of secretsOf(who)) clean = clean.split(secret).join('***');
	return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
}

/** A secret shorter than this would cut holes into ordinary words. */
const SHORTEST_SECRET = 4;

function secretsOf({ gateway, credential }: Who): string[] {
	const names = gateway.credentialFields.filter((field) => field.secret).map((field) => field.name);
	return (
		[...names, 'webhookSecret']
			.map((name) => optionalField(credential, name))
			.concat(namesInAddress(gateway.baseUrl(credential)))
			.flatMap((value) => [value, encodeURIComponent(value)])
			.filter((value) => value.length >= SHORTEST_SECRET)
			// A secret may begin with another.
			.sort((a, b) => b.length - a.length)
	);
}

/** The user and password of an address `https://user:password@host`, as typed and as meant. */
function namesInAddress(address: string): string[] {
	const { username, password } = new URL(address);
	return [username, password].flatMap((name) => [name, decoded(name)]);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** What the vendor calls its base address. */
const baseLabel = ({ gateway }: Who): string => gateway.credentialFields[0].label;

/** The credential's base address without anything that could be secret. */
const baseOf = ({ gateway, credential }: Who): string =>
	new URL(gateway.baseUrl(credential)).origin;

/** A short plain-text body is a reason; HTML and long texts are not. */
function fallbackText({ body }: GatewayResponse): string {
	if (typeof body !== 'string') return '';
	const text = body.trim();
	return text.length <= 200 && !text.startsWith('<') ? text : '';
}
