import { MINUTE_MS } from '../messages/duration';
/** A JSON object with unknown fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: neither null nor an array. */
export const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value that a JSON text stands for; undefined if it is not JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The object at a key, or an empty one. */
export const objectAt = (object: JsonObject, key: string): JsonObject => {
	const value = Object.hasOwn(object, key) ? object[key] : undefined;
	return isObject(value) ? value : {};
};

/** The text at a key, or null. Numbers count as text: vendors are not strict about ids. */
export const textAt = (object: JsonObject, key: string): string | null => {
	const value = Object.hasOwn(object, key) ? object[key] : undefined;
	if (typeof value === 'string') return value === '' ? null : value;
	return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
};

/**
 * The instant at a key as ISO 8601 in UTC, or null: from ISO text *with* an offset, since a vendor's
 * wall-clock text is not an instant.
 */
export const isoInstantAt = (object: JsonObject, key: string): string | null => {
	const value = Object.hasOwn(object, key) ? object[key] : undefined;
	if (typeof value !== 'string' || value.length > 40) return null;
	if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(value)) return null;
	const ms = Date.parse(value);
	return Number.isNaN(ms) ? null : isoText(ms);
};

/** The instant at a key as ISO 8601 in UTC, or null: from Unix seconds, as a number or as digits. */
export const unixInstantAt = (object: JsonObject, key: string): string | null => {
	const value = Object.hasOwn(object, key) ? object[key] : undefined;
	const seconds = typeof value === 'string' && /^\d{1,11}$/.test(value) ? Number(value) : value;
	if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 100_000_000_000)) return null;
	return isoText(Math.floor(seconds * 1000));
};

/** The last formatted minute: events that arrive together happened together. */
let minute = { start: Number.NaN, text: '' };

/** Like `toISOString`, which takes longer than the rest of parsing a status. */
function isoText(ms: number): string {
	const start = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
	if (start !== minute.start) {
		minute = { start, text: new Date(start).toISOString().slice(0, -'00.000Z'.length) };
	}
	// The leading one keeps the zeros.
	const digits = String(100_000 + ms - start);
	return `${minute.text}${digits.slice(1, 3)}.${digits.slice(3)}Z`;
}
