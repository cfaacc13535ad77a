import type { IWebhookFunctions } from 'n8n-workflow';
import { contentType, isForm, parametersOf } from '../../gateways/form';
import type { Gateway } from '../../gateways/gateway';
import { isObject, parseJson } from '../../gateways/json';
import type { Delivery } from '../../gateways/webhooks';
import { settle } from '../../messages/settle';

/** What n8n's server adds to a request, beside what its types say. */
interface ServerRequest {
	readonly method?: string;
	/** The path as n8n's server got it, with the query as it came. */
	readonly originalUrl?: string;
	/** There once n8n has read it: JSON, forms, text and XML. */
	readonly rawBody?: Uint8Array;
	readRawBody?(): Promise<void>;
}

/** Reads a webhook as n8n received it. Never throws. */
export async function readDelivery(
	context: IWebhookFunctions,
	gateway: Pick<Gateway, 'withoutSecrets'>,
): Promise<Delivery> {
	const request = context.getRequestObject() as unknown as ServerRequest;
	const headers = context.getHeaderData() as Delivery['headers'];
	const rawBody = await readBytes(request, headers);
	const given = readBody(context);
	const body = gateway.withoutSecrets === undefined ? given : gateway.withoutSecrets(given);
	return {
		method: request.method === 'GET' ? 'GET' : 'POST',
		/** Most gateways do not look at it. */
		get url() {
			return publicUrl(context, request);
		},
		headers,
		query: context.getQueryData() as Delivery['query'],
		body,
		rawBody,
		form: isForm(headers) && isObject(given) ? parametersOf(given) : null,
	};
}

/** n8n reads a multipart body into files, and cannot read it again; a sender may hang up meanwhile. */
async function readBytes(
	request: ServerRequest,
	headers: Delivery['headers'],
): Promise<Uint8Array | null> {
	if (request.rawBody === undefined && !contentType(headers).startsWith('multipart/')) {
		await settle(Promise.resolve(request.readRawBody?.()));
	}
	return request.rawBody ?? null;
}

/** n8n leaves a body as text where the content type is not JSON; gateways are not strict about that. */
function readBody(context: IWebhookFunctions): unknown {
	const body: unknown = context.getBodyData();
	return typeof body === 'string' ? parseJson(body) : body;
}

/**
 * n8n's own idea of its address, since a proxy may stand before it, with the query as it came. While a
 * person listens for a test event, only n8n since 2.41 tells the test address.
 */
function publicUrl(context: IWebhookFunctions, { originalUrl = '' }: ServerRequest): string {
	const newer = context as { getWebhookResourceUrl?(name: string): string | undefined };
	const address =
		newer.getWebhookResourceUrl?.('default') ?? context.getNodeWebhookUrl('default') ?? '';
	const query = originalUrl.indexOf('?');
	return query === -1 ? address : `${address}${originalUrl.slice(query)}`;
}
