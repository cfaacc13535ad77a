import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An output schema, as n8n reads it. */
export interface Schema {
	readonly type: string;
	readonly properties?: Record<string, Schema>;
	readonly items?: Schema;
	readonly version?: number;
}

/** Where the schemas of a node are. */
export const folder = (node: string) => join(__dirname, '../../nodes', node, '__schema__');

export const read = (...path: string[]): Schema =>
	JSON.parse(readFileSync(join(...path), 'utf8')) as Schema;

export const schemaOf = (resource: string, operation: string) =>
	read(folder('MessageScheduler'), 'v1.0.0', resource, `${operation}.json`);

/** As {@link differences}, of an item that is one of several kinds: what only another kind has may be missing. */
export const differencesOfKind = (value: unknown, schema: Schema): string[] =>
	differences(value, schema).filter((difference) => !difference.endsWith(' is missing'));

/** What a value has that its schema has not, the other way about, or of another type. */
export function differences(
	value: unknown,
	{ type, properties, items }: Schema,
	at = '$',
): string[] {
	if (value === null) return [];
	if (type === 'array') {
		if (!Array.isArray(value)) return [`${at} is no array`];
		return value.flatMap((each, index) => differences(each, items!, `${at}[${index}]`));
	}
	if (type === 'object') {
		if (typeof value !== 'object' || Array.isArray(value)) return [`${at} is no object`];
		const known = Object.entries(properties ?? {});
		// `raw` is the gateway's own.
		if (known.length === 0) return [];
		const missing = known.filter(([key]) => !Object.hasOwn(value, key));
		return [
			...missing.map(([key]) => `${at}.${key} is missing`),
			...Object.entries(value).flatMap(([key, inner]) => {
				const schema = known.find(([name]) => name === key)?.[1];
				return schema ? differences(inner, schema, `${at}.${key}`) : [`${at}.${key} is new`];
			}),
		];
	}
	const is = type === 'integer' ? Number.isInteger(value) : typeof value === type;
	return is ? [] : [`${at} is no ${type}`];
}
