import { InvalidParameterError } from '../messages/invalidParameterError';
import { essenceOf, type FileInfo } from '../messages/mediaFile';
import type { OutgoingMessage } from '../messages/message';
import { TEMPLATE_LABELS, type TemplateContent } from '../messages/template';
import type { Gateway } from './gateway';
import { unsupported } from './transport/gatewayError';
import type { FileRules, TemplateFileRules } from './uploads';

/**
 * Which files a template takes in place of a public URL, by the ids of its variables.
 *
 * @throws GatewayError of kind `unsupported`
 */
export function templateFileRules({
	label,
	capabilities: { uploads },
}: Gateway): TemplateFileRules {
	if (uploads?.templateVariables !== undefined) return uploads.templateVariables;
	throw unsupported(
		`${label} documents no way to send a file from n8n in a template`,
		'Put the file at a public URL, set "Media Source" to "URL", and enter the URL in "Variables".',
	);
}

/** What counts for one file of a template: the rules for its type, or if there are none, all types that there are. */
export function rulesForFile(gateway: Gateway, file: FileInfo): FileRules {
	const all = templateFileRules(gateway);
	const variable = variableForFile(gateway, file);
	if (variable !== null) return all[variable];
	return { maxBytes: null, mimeTypes: Object.values(all).flatMap(({ mimeTypes }) => mimeTypes) };
}

/** The id of the variable that a file fills, by its type; null if there is none for this type. */
export function variableForFile(gateway: Gateway, file: FileInfo): string | null {
	const essence = essenceOf(file);
	const found = Object.entries(templateFileRules(gateway)).find(([, { mimeTypes }]) =>
		mimeTypes.includes(essence),
	);
	return found?.[0] ?? null;
}

/**
 * Checks that no value is in the place of a template's file.
 *
 * @throws InvalidParameterError naming *Variables*
 */
export function assertFileHasPlace(
	gateway: Gateway,
	{ template, file }: Pick<OutgoingMessage, 'template' | 'file'>,
): void {
	if (template === null || file === undefined) return;
	const variable = variableForFile(gateway, file);
	if (variable === null || !Object.hasOwn(template.variables, variable)) return;
	const { variables } = TEMPLATE_LABELS;
	throw new InvalidParameterError(
		variables,
		`"${variables}" has a value for "${variable}", which the file in "Input Binary Field" fills`,
		'Remove that value, or set "Media Source" to "URL".',
	);
}

/** A template with what the gateway gave for its uploaded file, in the place of that file. */
export function withUpload(
	gateway: Gateway,
	template: TemplateContent | null,
	file: FileInfo,
	mediaId: string,
): TemplateContent | null {
	const variable = template === null ? null : variableForFile(gateway, file);
	return template === null || variable === null
		? template
		: { ...template, variables: { ...template.variables, [variable]: mediaId } };
}
