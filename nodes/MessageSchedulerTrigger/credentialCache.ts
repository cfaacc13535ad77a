import type { IWebhookFunctions } from 'n8n-workflow';
import type { Credential } from '../../gateways/gateway';
import { CREDENTIAL_TYPE } from '../shared/transport';

/** A changed credential takes effect after at most this time. */
const CACHE_TTL_MS = 5_000;
/** Triggers whose credential one process caches. */
const MAX_TRIGGERS = 1_000;

interface Recent {
	readonly readAt: number;
	readonly credential: Promise<Credential>;
}

const recent = new Map<string, Recent>();

/**
 * The trigger's credential, cached for a few seconds: gateways send bursts, and n8n creates a sandbox for
 * expressions each time it reads a credential, which costs more than the rest of a webhook. Errors are
 * not cached.
 */
export async function cachedCredential(context: IWebhookFunctions): Promise<Credential> {
	const { id: nodeId, credentials } = context.getNode();
	const read = async () => await context.getCredentials(CREDENTIAL_TYPE);
	// During a test event, a changed credential takes effect immediately.
	if (context.getMode() === 'manual') return await read();
	const key = `${context.getWorkflow().id ?? ''}/${nodeId}/${credentials?.[CREDENTIAL_TYPE]?.id ?? ''}`;
	const now = Date.now();
	const known = recent.get(key);
	if (known !== undefined && now - known.readAt < CACHE_TTL_MS) return await known.credential;
	if (recent.size >= MAX_TRIGGERS) recent.clear();
	const credential = read();
	recent.set(key, { readAt: now, credential });
	credential.catch(() => recent.delete(key));
	return await credential;
}
