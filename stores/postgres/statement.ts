/** What a placeholder may stand for; dates are ISO 8601 texts. */
export type SqlValue = string | number | boolean | null;

/**
 * One SQL statement that returns exactly one row with one column, `result`, which is JSON as text: so
 * no setting of whoever runs it (large numbers, dates) changes what comes back.
 *
 * The text has placeholders only ($1, $2 …). No value of a user ever stands in it: n8n evaluates
 * `{{ }}` in the text of a query.
 */
export interface Statement {
	readonly text: string;
	readonly values: readonly SqlValue[];
}

/** Collects the values of one statement and names their placeholders. */
export class Placeholders {
	readonly values: SqlValue[] = [];

	/** The placeholder of a value. */
	add(value: SqlValue): string {
		this.values.push(typeof value === 'string' ? storable(value) : value);
		return `$${this.values.length}`;
	}

	/** The placeholder of a value that the statement reads as JSON. */
	json(value: unknown): string {
		const clean = (_: string, one: unknown) => (typeof one === 'string' ? storable(one) : one);
		return `${this.add(JSON.stringify(value, clean))}::jsonb`;
	}
}

/** PostgreSQL takes neither NUL nor half of a surrogate pair into a text, and a message has no use for them. */
const storable = (text: string): string =>
	text.replaceAll('\0', REPLACEMENT).replace(LONE_SURROGATE, REPLACEMENT);
const REPLACEMENT = '\uFFFD';
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Several statements as one text: PostgreSQL runs them one after the other in one transaction. */
export function joined(statements: readonly Statement[]): Statement {
	const values: SqlValue[] = [];
	const texts = statements.map(({ text, values: own }) => {
		const before = values.length;
		values.push(...own);
		return text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + before}`);
	});
	return { text: texts.join(';\n'), values };
}
