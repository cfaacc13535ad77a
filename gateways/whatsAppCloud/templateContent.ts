import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { TemplateContent } from '../../messages/template';
import { shorten } from '../../messages/text';
import { mediaSource } from './media';
import { parseVariableId, type VariablePlace } from './templateVariables';

type Component = Record<string, unknown>;
type Filled = VariablePlace & { readonly id: string; readonly value: string };

/**
 * The `template` of a message: its name, language, and a component for each part with variables
 * (…/templates/utility-templates). The ids of the variables say where each belongs, so it needs no look at the
 * template.
 *
 * @param mediaId the id of an uploaded file: the variable with this value is no URL
 * @throws InvalidParameterError naming *Template*, *Template Language* or *Variables*
 */
export function templateContent(
	template: TemplateContent | null,
	mediaId: string | null = null,
): Record<string, unknown> {
	if (template === null) {
		throw new InvalidParameterError('Template', '"Template" is empty. Choose a template.');
	}
	const { name, language, variables } = template;
	if (!/^[a-z0-9_]{1,512}$/.test(name)) {
		throw new InvalidParameterError(
			'Template',
			`"Template" is "${shorten(name)}", but names of templates have lower-case letters, digits and underscores only. Choose one from the list.`,
		);
	}
	if (language === null) {
		throw new InvalidParameterError(
			'Template Language',
			`"Template Language" is empty. Enter the code of the language as the template has it, e.g. en_US or en.`,
		);
	}
	const filled = Object.entries(variables).map(([id, value]): Filled => {
		const place = parseVariableId(id);
		if (place === null) throw unknownVariable(id);
		return { ...place, id, value };
	});
	const components = [...header(filled, mediaId), ...body(filled), ...buttons(filled)];
	return { name, language: { code: language }, ...(components.length === 0 ? {} : { components }) };
}

function header(filled: readonly Filled[], mediaId: string | null): Component[] {
	const media = filled.filter(({ part }) => part === 'headerMedia');
	const texts = filled.filter(({ part }) => part === 'headerText');
	if (media.length + texts.length === 0) return [];
	if (media.length + texts.length > 1) {
		throw new InvalidParameterError(
			'Variables',
			'"Variables" has more than one value for the header, which takes one. Choose the template again.',
		);
	}
	const parameters =
		media.length === 0
			? textParameters(texts)
			: media.map(({ id, key, value }) => ({
					type: key,
					[key]: value === mediaId ? { id: value } : mediaSource(publicUrl(id, value)),
				}));
	return [{ type: 'header', parameters }];
}

const body = (filled: readonly Filled[]): Component[] => {
	const parameters = textParameters(filled.filter(({ part }) => part === 'body'));
	return parameters.length === 0 ? [] : [{ type: 'body', parameters }];
};

/** `{{1}}`, `{{2}}` … by their order; named ones by their names, in any order. */
function textParameters(filled: readonly Filled[]): Component[] {
	const numbered = filled.filter(({ key }) => isNumber(key));
	if (numbered.length === 0) {
		return filled.map(({ key, value }) => ({ type: 'text', parameter_name: key, text: value }));
	}
	if (numbered.length < filled.length) throw mixed(filled);
	const sorted = numbered.sort((a, b) => Number(a.key) - Number(b.key));
	sorted.forEach(({ id, key }, index) => {
		const expected = String(index + 1);
		if (key !== expected) throw missing(id.replace(/[^.]+$/, expected));
	});
	return sorted.map(({ value }) => ({ type: 'text', text: value }));
}

/** The index is the place among all buttons; a string in the vendor's examples. */
const buttons = (filled: readonly Filled[]): Component[] =>
	filled
		.filter(({ part }) => part === 'urlButton' || part === 'replyButton')
		.sort((a, b) => Number(a.key) - Number(b.key))
		.map(({ part, key, value }) =>
			part === 'urlButton'
				? button('url', key, { type: 'text', text: value })
				: button('quick_reply', key, { type: 'payload', payload: value }),
		);

const button = (subType: string, index: string, parameter: Component): Component => ({
	type: 'button',
	sub_type: subType,
	index,
	parameters: [parameter],
});

const isNumber = (key: string): boolean => /^\d+$/.test(key);

function publicUrl(id: string, value: string): string {
	if (/^https?:\/\/\S+$/i.test(value) && URL.canParse(value)) return value;
	throw new InvalidParameterError(
		'Variables',
		`"Variables" is "${shorten(value)}" at "${id}", which is not a public URL. Enter one that begins with https:// or http://.`,
	);
}

const missing = (id: string) =>
	new InvalidParameterError(
		'Variables',
		`"Variables" lacks "${id}". Enter a value for each variable of the template.`,
	);

const mixed = (filled: readonly Filled[]) =>
	new InvalidParameterError(
		'Variables',
		`"Variables" has numbers and names in one part (${shorten(filled.map(({ id }) => id).join(', '), 80)}). Choose the template again.`,
	);

const unknownVariable = (id: string) =>
	new InvalidParameterError(
		'Variables',
		`"Variables" has "${shorten(id)}", which is no variable of a WhatsApp template. Use names such as body.1, body.first_name, header.text.1, header.image, button.0.url or button.1.payload.`,
	);
