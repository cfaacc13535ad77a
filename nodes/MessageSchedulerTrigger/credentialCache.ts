import type { IWebhookFunctions } from 'n8n-workflow';
import type { Credential } from '../../gateways/gateway';
import { CREDENTIAL_TYPE } from '../shared/transport';

/** A changed credential counts this much later. */
const CACHE_TTL_MS = 5_000;
/** Triggers whose credential one process keeps. */
const MAX_TRIGGERS = 1_000;

interface Recent {
	readonly readAt: number;
	readonly credential: Promise<Credential>;
}

const recent = new Map<string, Recent>();

/**
 * The trigger's credential, as it was at most a few seconds ago: gateways send bursts, and n8n sets up
 * a sandbox for expressions each time that it reads a credential, which costs more than all else that
 * a webhook needs. One that cannot be read is not kept.
 */
export async function cachedCredential(context: IWebhookFunctions): Promise<Credential> {
	const { id: nodeId, credentials } = context.getNode();
	const read = async () => await context.getCredentials(CREDENTIAL_TYPE);
	// While a person tries things out, what they have just changed counts at once.
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
