import { InvalidParameterError } from '../messages/invalidParameterError';
import { TEMPLATE_LABELS, type TemplateContent, type TemplateLabels } from '../messages/template';
import { shorten } from '../messages/text';
import type { Connection, Gateway } from './gateway';
import type { MessageTemplate, TemplateLibrary, TemplateVariable } from './templates';

/**
 * Checks a template message against the template as the gateway has it, which it returns: that it exists and
 * can be sent, and that each variable has a value of its kind. One request, or a second one for what is not
 * found.
 *
 * @throws InvalidParameterError naming one of the labels; GatewayError if the gateway cannot be asked
 */
export async function checkTemplate(
	{ label, templates }: { readonly label: string; readonly templates: TemplateLibrary },
	connection: Connection,
	content: TemplateContent,
	use: TemplateUse = OF_MESSAGE,
): Promise<MessageTemplate> {
	const found = await templates.find(connection, content);
	const { labels, when } = use;
	if (found === null) throw await notFound(label, templates, connection, content, labels);
	assertCanBeSent(label, found, labels);
	if (when === 'windowClosed') assertApproved(label, found, labels);
	assertFilled(found, content, use);
	return found;
}

/** What a template is for. */
export interface TemplateUse {
	readonly labels: TemplateLabels;
	/** `windowClosed`: it is sent only to who has not written within 24 hours. */
	readonly when: 'anyTime' | 'windowClosed';
	/** The id of the variable that a file from n8n fills; null, or not given, if there is no such file. */
	readonly fileVariable?: string | null;
}

/** The template of a message itself. */
export const OF_MESSAGE: TemplateUse = { labels: TEMPLATE_LABELS, when: 'anyTime' };

/** The gateway with its templates, if it has a list of them. */
export const libraryOf = ({
	label,
	templates,
}: Gateway): { readonly label: string; readonly templates: TemplateLibrary } | null =>
	templates === undefined ? null : { label, templates };

/** A template as people name it: with its language, which is a part of what it is known by. */
export const nameOf = ({ name, language }: Pick<TemplateContent, 'name' | 'language'>): string =>
	language === null ? name : `${name} (${language})`;

/** Whether a template can be sent, and if not, why. */
export function whyNotSendable(label: string, template: MessageTemplate): string | null {
	if (template.unsupported !== null) {
		return `this package cannot send it: ${template.unsupported}`;
	}
	if (template.status === 'approved' || template.status === 'windowOnly') return null;
	const word = wordOf(template);
	return template.status === 'unknown'
		? `its status at ${label} has no documented meaning${word}`
		: `it is ${STATUS_WORDS[template.status]} at ${label}${word}`;
}

const STATUS_WORDS = {
	pending: 'not approved yet',
	rejected: 'rejected',
	paused: 'paused',
	disabled: 'disabled',
} as const;

function assertCanBeSent(label: string, template: MessageTemplate, labels: TemplateLabels): void {
	const reason = whyNotSendable(label, template);
	if (reason === null) return;
	throw new InvalidParameterError(
		labels.template,
		`"${labels.template}" is "${nameOf(template)}", but ${reason}`,
		'Choose an approved template from the list.',
	);
}

function assertApproved(label: string, template: MessageTemplate, labels: TemplateLabels): void {
	if (template.status === 'approved') return;
	throw new InvalidParameterError(
		labels.template,
		`"${labels.template}" is "${nameOf(template)}", but ${label} delivers it within the 24-hour window only${wordOf(template)}`,
		'Choose an approved template from the list.',
	);
}

/** The vendor's word for its status, in brackets. */
const wordOf = ({ gatewayStatus }: MessageTemplate): string =>
	gatewayStatus === null ? '' : ` (${shorten(gatewayStatus)})`;

/** What a person should know of a template before it is sent; null if there is nothing. */
export const templateWarning = (label: string, template: MessageTemplate): string | null =>
	template.status !== 'windowOnly'
		? null
		: `${label} delivers the template "${template.title ?? nameOf(template)}" only if the recipient writes to you within the 24 hours before it is sent, since it was not approved${wordOf(template)}.`;

/** A wrong language is the likeliest cause, so the languages that exist are named. */
async function notFound(
	label: string,
	templates: TemplateLibrary,
	connection: Connection,
	content: TemplateContent,
	labels: TemplateLabels,
): Promise<InvalidParameterError> {
	const alike = await templates.list(connection, { search: content.name });
	const languages = alike.templates
		.filter(({ name }) => name === content.name)
		.map(({ language }) => language)
		.filter((language) => language !== null);
	if (languages.length > 0) {
		return new InvalidParameterError(
			labels.language,
			content.language === null
				? `"${labels.language}" is empty, but ${label} has the template "${shorten(content.name)}" by language`
				: `"${labels.language}" is "${shorten(content.language)}", in which ${label} does not have the template "${shorten(content.name)}"`,
			`Enter one of: ${languages.join(', ')}.`,
		);
	}
	return new InvalidParameterError(
		labels.template,
		`"${labels.template}" is "${shorten(nameOf(content), 80)}", which ${label} does not have`,
		'Choose one from the list, or check its name.',
	);
}

function assertFilled(
	template: MessageTemplate,
	{ variables }: TemplateContent,
	{ labels, fileVariable = null }: TemplateUse,
): void {
	const parameter = labels.variables;
	const known = new Map(template.variables.map((variable) => [variable.id, variable]));
	if (fileVariable !== null && !known.has(fileVariable)) throw noPlaceFor(fileVariable, template);
	const lacking = template.variables.filter(
		({ id, optional }) => optional !== true && id !== fileVariable && !Object.hasOwn(variables, id),
	);
	if (lacking.length > 0) {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" has no value for ${lacking.map(describe).join(' and ')} of the template "${nameOf(template)}"`,
			'Enter a value for each variable of the template.',
		);
	}
	const surplus = Object.keys(variables).filter((id) => !known.has(id));
	if (surplus.length > 0) {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" has ${surplus.map((id) => `"${shorten(id)}"`).join(' and ')}, which the template "${nameOf(template)}" does not have`,
			known.size === 0
				? 'Remove it: the template has no variables.'
				: `Its variables are: ${[...known.keys()].join(', ')}. Choose the template again to see them.`,
		);
	}
	for (const [id, value] of Object.entries(variables)) {
		const variable = known.get(id);
		if (variable?.kind !== 'mediaUrl' || isPublicUrl(value)) continue;
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" is "${shorten(value, 80)}" at ${describe(variable)}, which is not a public URL`,
			'Enter a URL that begins with https:// or http://. The gateway downloads the file from it.',
		);
	}
}

/** The file is of another type than the template takes, or the template takes none. */
function noPlaceFor(fileVariable: string, template: MessageTemplate): InvalidParameterError {
	const files = template.variables.filter(({ kind }) => kind === 'mediaUrl');
	return new InvalidParameterError(
		'Input Binary Field',
		`The file in "Input Binary Field" is for "${fileVariable}", which the template "${nameOf(template)}" does not have`,
		files.length === 0
			? 'Set "Media Source" to "URL": the template has no file.'
			: `Choose a file for ${files.map(describe).join(' or ')}.`,
	);
}

const describe = ({ id, label }: TemplateVariable): string =>
	label === id ? `"${id}"` : `"${id}" (${shorten(label, 60)})`;

const isPublicUrl = (value: string): boolean =>
	/^https?:\/\/\S+$/i.test(value) && URL.canParse(value);
