import { isObject } from './json';

/**
 * What webhooks carry of a message's file, and what no workflow needs: the file itself or its preview in
 * base64, and WhatsApp's key of a message.
 */
const CUT = new Set(['base64', 'jpegThumbnail', 'messageSecret']);

/** Deeper than any vendor's webhook. What is below is cut off: a body may be nested without end. */
const MAX_DEPTH = 40;

/**
 * A copy of the part of a webhook that becomes an event's `raw`, without files, previews and secrets.
 * Never throws.
 *
 * @param more other keys that the vendor has for such
 */
export function withoutFiles(part: unknown, more: readonly string[] = []): unknown {
	return copyOf(part, more.length === 0 ? CUT : new Set([...CUT, ...more]), 0);
}

function copyOf(value: unknown, cut: ReadonlySet<string>, depth: number): unknown {
	if (Array.isArray(value)) {
		return depth === MAX_DEPTH ? [] : value.map((entry) => copyOf(entry, cut, depth + 1));
	}
	if (!isObject(value)) return value;
	const kept = depth === MAX_DEPTH ? [] : Object.entries(value).filter(([key]) => !cut.has(key));
	// Not by assignment, which would take `__proto__` for the prototype.
	return Object.fromEntries(kept.map(([key, entry]) => [key, copyOf(entry, cut, depth + 1)]));
}
