import { createHash } from 'node:crypto';
import type { MessageContent } from '../../messages/message';
import type { Recipient } from '../../messages/recipient';
import { templateParts } from '../../messages/template';

/** What *Return the Scheduled One* compares. */
export interface Likeness extends MessageContent {
	readonly recipient: Recipient;
	/** The requested time, before spacing, jitter, window and rules: ISO 8601, UTC. */
	readonly requestedAt: string;
}

/**
 * A hash that two messages share if and only if they have the same recipient, content and requested time.
 * Spaces around a text do not count.
 */
export function fingerprint(message: Likeness): string {
	const { recipient, type, text, mediaUrl, caption, fileName, template, requestedAt } = message;
	const parts = [
		recipient.phone ?? recipient.address,
		type,
		trimmed(text),
		mediaUrl,
		trimmed(caption),
		fileName,
		Date.parse(requestedAt),
		// Hashes that a table holds already have none.
		...(template === null ? [] : [templateParts(template)]),
	];
	return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27);
}

const trimmed = (text: string | null) => text?.trim() || null;
