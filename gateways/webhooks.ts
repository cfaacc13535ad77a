/** A webhook delivery, as n8n received it. */
export interface Delivery {
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly query: Readonly<Record<string, unknown>>;
	readonly body: unknown;
}

/** Whether a delivery is trusted; if not, why (told to nobody but the log). */
export type VerificationResult =
	| { readonly verified: true }
	| { readonly verified: false; readonly reason: string };

/** What parsing needs beside the body. */
export interface ParseContext {
	/** When n8n received it: ISO 8601, UTC. */
	readonly receivedAt: string;
}

/** The webhook that a trigger wants. */
export interface DesiredWebhook {
	readonly url: string;
	/** What the gateway is to send along with each call; null where the user wants none. */
	readonly secret: string | null;
	/** Whether a webhook of somebody else may be replaced, where there is room for one only. */
	readonly replaceExisting: boolean;
}

/**
 * What was there before and is restored on removal. JSON, kept in the workflow's static data, which n8n
 * saves only after a successful `create`: what must not be lost is kept at the gateway, too.
 */
export type RegistrationRecord = Readonly<Record<string, unknown>>;
