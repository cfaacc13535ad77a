import { InvalidParameterError } from './invalidParameterError';
import { settleSync } from './settle';
import { quote, shorten } from './text';

/**
 * The content of a template message: the gateway has the text, with gaps, and the user fills them.
 */
export interface TemplateContent {
	/** What the gateway knows the template by: its name, or an id where names are not unique. */
	readonly name: string;
	/** The vendor's code of the language, such as `en_US`; null if the gateway needs none. */
	readonly language: string | null;
	/** What fills each gap, by the id of its variable. The gateway that made the ids reads them again. */
	readonly variables: Readonly<Record<string, string>>;
}

/** What a template is made of: an object of these, or the same as JSON, as a table's cell holds it. */
export interface TemplateInput {
	name?: unknown;
	language?: unknown;
	/** An empty one counts as not given. */
	variables?: unknown;
}

/** What the user knows the parts of a template as. */
export interface TemplateLabels {
	readonly template: string;
	readonly language: string;
	readonly variables: string;
}

/** The parameters of a template message. */
export const TEMPLATE_LABELS: TemplateLabels = {
	template: 'Template',
	language: 'Template Language',
	variables: 'Variables',
};

/**
 * Parses the template of a message.
 *
 * @throws InvalidParameterError naming one of the labels
 */
export function parseTemplate(
	value: unknown,
	labels: TemplateLabels = TEMPLATE_LABELS,
): TemplateContent {
	const parameter = labels.template;
	const input = typeof value === 'string' ? fromJson(value, parameter) : (value ?? {});
	if (!isRecord(input)) {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" is ${quote(input)}. Choose a template, or enter its name.`,
		);
	}
	const { name, language, variables } = input as TemplateInput;
	const known = text(parameter, name);
	if (known === '') {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" is empty. Choose a template, or enter its name.`,
		);
	}
	return {
		name: known,
		language: text(labels.language, language) || null,
		variables: parseVariables(variables ?? {}, labels.variables),
	};
}

/** A template as a table's cell holds it. */
export const formatTemplate = (template: TemplateContent | null): string | null =>
	template === null ? null : JSON.stringify(template);

/** Whether two templates are the same and filled with the same. */
export const isSameTemplate = (a: TemplateContent | null, b: TemplateContent | null): boolean =>
	JSON.stringify(templateParts(a)) === JSON.stringify(templateParts(b));

/** The same parts for the same template, whatever the order of its variables. */
export const templateParts = (template: TemplateContent | null): unknown =>
	template && [
		template.name,
		template.language,
		Object.entries(template.variables).sort(([a], [b]) => (a < b ? -1 : 1)),
	];

function parseVariables(variables: unknown, parameter: string): TemplateContent['variables'] {
	if (!isRecord(variables)) {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" is ${quote(variables)}. Enter one value for each variable.`,
		);
	}
	return Object.fromEntries(
		Object.entries(variables)
			.map(([id, value]): [string, string] => {
				if (value === null || value === undefined) return [id, ''];
				if (['string', 'number', 'boolean'].includes(typeof value)) return [id, String(value)];
				throw new InvalidParameterError(
					parameter,
					`"${parameter}" is ${quote(value)} at "${shorten(id)}". Enter text.`,
				);
			})
			.filter(([, value]) => value !== ''),
	);
}

function fromJson(json: string, parameter: string): unknown {
	if (json.trim() === '') return {};
	const parsed = settleSync(() => JSON.parse(json) as unknown);
	if (parsed.ok) return parsed.value;
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is ${quote(json)}, which is not JSON`,
		`Enter it like this: ${EXAMPLE}`,
	);
}

const EXAMPLE = formatTemplate({
	name: 'reminder',
	language: 'en',
	variables: { 'body.1': 'Ana' },
});

function text(parameter: string, value: unknown): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'string') return value.trim();
	if (typeof value === 'number') return String(value);
	throw new InvalidParameterError(parameter, `"${parameter}" is ${quote(value)}. Enter text.`);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
