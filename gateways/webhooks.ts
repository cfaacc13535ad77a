/** A webhook delivery, as n8n received it. */
export interface Delivery {
	readonly method: 'GET' | 'POST';
	/** The public URL that it was sent to, with its query as it came: what vendors sign. */
	readonly url: string;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly query: Readonly<Record<string, unknown>>;
	/** What JSON says, or a form's parameters by their names; without what `Gateway.withoutSecrets` cuts out. */
	readonly body: unknown;
	/** The body's very bytes, which vendors sign; null where n8n cannot give them (multipart). */
	readonly rawBody: Uint8Array | null;
	/** The parameters of a form, in their order, untrimmed, a repeated name more than once; null of any other body. */
	readonly form: ReadonlyArray<readonly [name: string, value: string]> | null;
}

/** What the sender of a webhook reads. */
export interface WebhookAnswer {
	readonly status: number;
	/** Always said: a text without a type goes out as HTML, on n8n's own origin. */
	readonly contentType: 'application/json' | 'text/plain' | 'text/xml';
	readonly body: string;
}

/** Whether a delivery is trusted; if not, why (told to nobody but the log). */
export type VerificationResult =
	| { readonly verified: true }
	| { readonly verified: false; readonly reason: string };

/** What parsing needs beside the body. */
export interface ParseContext {
	/** When n8n received it: ISO 8601, UTC. */
	readonly receivedAt: string;
	/** The query of the URL, where a reference may come back; not there where only a body is parsed. */
	readonly query?: Delivery['query'];
}

/** The webhook that a trigger wants. */
export interface DesiredWebhook {
	readonly url: string;
	/** What the gateway is to send along with each call; null if the user wants none. */
	readonly secret: string | null;
	/** Whether a webhook of somebody else may be replaced, where there is room for one only. */
	readonly replaceExisting: boolean;
	/** Whether it is to tell of incoming messages, too; not given: statuses only. */
	readonly received?: boolean;
}

/**
 * What was there before and is restored on removal. JSON, kept in the workflow's static data, which n8n
 * saves only after a successful `create`: what must not be lost is kept at the gateway, too.
 */
export type RegistrationRecord = Readonly<Record<string, unknown>>;
