import { isObject } from '../json';

/**
 * The webhook of an item of n8n's own *WhatsApp Trigger*, which emits each change apart: its `value`, and
 * `field` beside (n8n-nodes-base 2.41, WhatsAppTrigger.node.ts). Null for anything else.
 */
export function wholeWebhook(part: unknown): unknown {
	if (!isObject(part) || typeof part.field !== 'string' || !isObject(part.metadata)) return null;
	const { field, ...value } = part;
	return { object: 'whatsapp_business_account', entry: [{ changes: [{ field, value }] }] };
}
