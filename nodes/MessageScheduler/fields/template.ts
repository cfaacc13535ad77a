import type { IDisplayOptions, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isObject } from '../../../gateways/json';
import {
	parseTemplate,
	TEMPLATE_LABELS,
	type TemplateContent,
	type TemplateLabels,
} from '../../../messages/template';

/** The parameters in which one template is chosen and filled. */
export interface TemplateParameters {
	readonly template: string;
	readonly language: string;
	readonly variables: string;
	/** What says where the template's file is; not there if that can only be one of the variables. */
	readonly mediaSource?: string;
	readonly labels: TemplateLabels;
}

/** Those of the message itself. */
export const MESSAGE_TEMPLATE: TemplateParameters = {
	template: 'template',
	language: 'templateLanguage',
	variables: 'templateVariables',
	mediaSource: 'mediaSource',
	labels: TEMPLATE_LABELS,
};

/** Those of what is sent instead of a message that the gateway no longer delivers. */
export const REPLACEMENT: TemplateParameters = {
	template: 'replacementTemplate',
	language: 'replacementLanguage',
	variables: 'replacementVariables',
	labels: {
		template: 'Replacement Template',
		language: 'Replacement Language',
		variables: 'Replacement Variables',
	},
};

/** The fields of a template, and when they are shown. `fileFields`: those for a file from n8n. */
export const templateFields = (
	{ template, language, variables, mediaSource, labels }: TemplateParameters,
	displayOptions: IDisplayOptions,
	fileFields: readonly INodeProperties[] = [],
): INodeProperties[] => [
	{
		displayName: labels.template,
		name: template,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description:
			'Message that the gateway has approved, and whose gaps you fill. WhatsApp delivers nothing else to somebody who has not written to you within 24 hours.',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchTemplates', searchable: true },
				hint: 'Lists the approved templates of the credential’s account',
			},
			{
				displayName: 'By Name',
				name: 'name',
				type: 'string',
				placeholder: 'e.g. appointment_reminder',
				hint: 'The name of the template at the gateway, or its ID where the gateway has IDs only',
			},
		],
		displayOptions,
	},
	{
		displayName: labels.language,
		name: language,
		type: 'string',
		default: '',
		placeholder: 'e.g. en_US',
		description:
			'Code of the language in which the gateway has the template, exactly as the gateway writes it. Leave it empty if the gateway needs none.',
		displayOptions: {
			...displayOptions,
			show: { ...displayOptions.show, [`/${template}.mode`]: ['name'] },
		},
	},
	...fileFields,
	{
		displayName: labels.variables,
		name: variables,
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description: 'What fills the gaps of the template',
		typeOptions: {
			loadOptionsDependsOn: [
				`${template}.value`,
				language,
				...(mediaSource === undefined ? [] : [mediaSource]),
			],
			resourceMapper: {
				resourceMapperMethod: variables,
				mode: 'add',
				fieldWords: { singular: 'variable', plural: 'variables' },
				addAllFields: true,
				supportAutoMap: false,
				noFieldsError: 'Choose a template. Its variables are shown here.',
			},
		},
		displayOptions,
	},
];

/**
 * Reads the template of one item.
 *
 * @throws InvalidParameterError naming one of the labels
 */
export function readTemplate(
	context: IExecuteFunctions,
	index: number,
	{ template, language, variables, labels }: TemplateParameters,
): TemplateContent {
	const read = (name: string): unknown => context.getNodeParameter(name, index, '');
	const mapped = read(variables);
	return parseTemplate(
		{
			...parseChoice(read(template), read(language)),
			// The mapper's own object, or what an expression put in its place.
			variables: isObject(mapped) && 'mappingMode' in mapped ? mapped.value : mapped || null,
		},
		labels,
	);
}

/** What the parameters of a template name: an entry of the list says the language along. */
export function parseChoice(
	locator: unknown,
	language: unknown,
): { readonly name: unknown; readonly language: unknown } {
	if (!isObject(locator)) return { name: locator, language };
	const { mode, value } = locator;
	if (mode !== 'list' || typeof value !== 'string') return { name: value, language };
	const at = value.lastIndexOf(SEPARATOR);
	return at === -1
		? { name: value, language: null }
		: { name: value.slice(0, at), language: value.slice(at + SEPARATOR.length) };
}

/** The value of an entry of the list. */
export const formatChoice = ({
	name,
	language,
}: Pick<TemplateContent, 'name' | 'language'>): string =>
	language === null && !name.includes(SEPARATOR) ? name : `${name}${SEPARATOR}${language ?? ''}`;

const SEPARATOR = '|';
