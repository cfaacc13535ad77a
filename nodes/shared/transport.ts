import {
	sleep,
	type IExecuteFunctions,
	type IHookFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type IN8nHttpFullResponse,
} from 'n8n-workflow';
import type { Credential } from '../../gateways/gateway';
import { parseJson } from '../../gateways/json';
import type { TransportRuntime } from '../../gateways/transport/connection';
import {
	toNetworkFailure,
	type GatewayResponse,
	type NetworkFailure,
	type PreparedRequest,
	type SendRequest,
} from '../../gateways/transport/request';

/** The name of the one credential type. */
export const CREDENTIAL_TYPE = 'messageGatewayApi';

/** Default time to wait for a response. */
export const DEFAULT_TIMEOUT_MS = 30_000;

type RequestContext = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions;

/** n8n as the runtime of a connection: its request helper, its clock, its cancel signal. */
export function n8nRuntime(
	context: RequestContext,
	credential: Credential,
	timeoutMs = DEFAULT_TIMEOUT_MS,
): TransportRuntime {
	const signal =
		'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	return {
		send: createSendRequest(context, credential, timeoutMs),
		now: () => Date.now(),
		random: () => Math.random(),
		isCancelled: () => signal?.aborted === true,
		sleep: async (ms) => {
			await (signal === undefined ? sleep(ms) : sleepUnlessAborted(ms, signal));
		},
	};
}

/**
 * Sends through n8n's request helper. Any status resolves: the helper would otherwise repeat a 401, and
 * its error would contain the URL, which may contain a token.
 */
function createSendRequest(
	context: RequestContext,
	credential: Credential,
	timeout: number,
): SendRequest {
	return async (request) => {
		const { options: body, close } = await openBody(request);
		const options: IHttpRequestOptions = {
			method: request.method,
			url: request.url,
			headers: { Accept: 'application/json', ...request.headers },
			qs: request.query,
			...body,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// A redirect would turn a POST into a GET, and may carry the key elsewhere.
			disableFollowRedirect: true,
			timeout,
		};
		return await context.helpers.httpRequestWithAuthentication
			.call(context, CREDENTIAL_TYPE, options, {
				// Otherwise n8n reads and decrypts the credential again for each request.
				credentialsDecrypted: {
					id: '',
					name: '',
					type: CREDENTIAL_TYPE,
					data: { ...credential } as never,
				},
			})
			.then(toResponse, parseNetworkError)
			.finally(close);
	};
}

/** The body of one attempt; `close` lets go of a file that was not read to its end. */
async function openBody({ body, encodedBody }: PreparedRequest): Promise<{
	readonly options: Partial<IHttpRequestOptions>;
	close(): void;
}> {
	const close = () => {};
	if (body !== undefined) return { options: { body: { ...body }, json: true }, close };
	if (encodedBody === undefined) return { options: {}, close };
	if (typeof encodedBody === 'string') return { options: { body: encodedBody }, close };
	if (encodedBody instanceof Uint8Array) {
		const { buffer, byteOffset, byteLength } = encodedBody;
		return { options: { body: Buffer.from(buffer, byteOffset, byteLength) }, close };
	}
	const { before, stream, after } = encodedBody;
	const opened = await stream.open();
	const whole = opened.compose(async function* (bytes) {
		if (before.byteLength > 0) yield before;
		yield* bytes;
		if (after.byteLength > 0) yield after;
	});
	return {
		options: { body: whole as never },
		close: () => {
			// Destroyed before anybody has read it, it would raise an error that nobody can catch.
			whole.on('error', () => {});
			whole.resume();
			opened.destroy();
		},
	};
}

function toResponse(response: IN8nHttpFullResponse): GatewayResponse {
	const headers = Object.entries(response.headers ?? {}).map(([name, value]) => [
		name.toLowerCase(),
		Array.isArray(value) ? value.join(', ') : String(value),
	]);
	return {
		status: response.statusCode,
		headers: Object.fromEntries(headers) as Record<string, string>,
		body: parsedBody(response.body),
	};
}

/** A body is parsed by its content, since gateways are not strict about the content type. */
function parsedBody(body: unknown): unknown {
	if (typeof body !== 'string') return body;
	const parsed = parseJson(body);
	return parsed === undefined ? body : parsed;
}

/** Extracts the system's code from n8n's error and drops the rest, which may contain the URL. */
export function parseNetworkError(error: unknown): NetworkFailure {
	return toNetworkFailure(codeOf(error, 4));
}

function codeOf(error: unknown, depth: number): string | null {
	if (depth === 0 || typeof error !== 'object' || error === null) return null;
	// Some versions of n8n's error have no cause; all keep the system's code as `httpCode`.
	const { code, httpCode, cause, name } = error as Record<string, unknown>;
	const known = [code, httpCode].find(isSystemCode);
	if (known !== undefined) return known;
	return codeOf(cause, depth - 1) ?? (name === 'CanceledError' ? 'ERR_CANCELED' : null);
}

const isSystemCode = (value: unknown): value is string =>
	typeof value === 'string' && /^[A-Z][A-Z0-9_]+$/.test(value);

/** Leaves no listener behind: an execution may pause thousands of times. */
async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	let wake = () => {};
	const aborted = new Promise<void>((resolve) => (wake = resolve));
	signal.addEventListener('abort', wake, { once: true });
	await Promise.race([sleep(ms), aborted]);
	signal.removeEventListener('abort', wake);
}
