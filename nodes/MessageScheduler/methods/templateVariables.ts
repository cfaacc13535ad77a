import type {
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import type { Gateway } from '../../../gateways/gateway';
import { nameOf, whyNotSendable } from '../../../gateways/templateChecks';
import type { TemplateVariable } from '../../../gateways/templates';
import { settle } from '../../../messages/settle';
import { parseTemplate, type TemplateContent } from '../../../messages/template';
import { shorten } from '../../../messages/text';
import { connectToGateway } from '../../shared/connectToGateway';
import { toNodeError } from '../../shared/nodeErrors';
import { parseChoice, type TemplateParameters } from '../fields/template';

type Method = (this: ILoadOptionsFunctions) => Promise<ResourceMapperFields>;

/**
 * The variables of the chosen template, as fields of *Variables*. n8n also asks for them while no
 * template is chosen. What goes wrong is thrown: n8n would take no fields as a template without
 * variables, and drop what the user has entered.
 */
export const templateVariables = (parameters: TemplateParameters): Method =>
	async function (this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
		const found = await settle(fieldsOf(this, parameters));
		if (!found.ok) throw toNodeError(this.getNode(), found.error);
		return found.value;
	};

async function fieldsOf(
	context: ILoadOptionsFunctions,
	parameters: TemplateParameters,
): Promise<ResourceMapperFields> {
	const chosen = chosenTemplate(context, parameters);
	if (chosen === null) return none('Choose a template. Its variables are shown here.');
	const { gateway, connection } = await connectToGateway(context);
	const { label, templates } = gateway;
	if (templates === undefined) {
		return none(`${label} documents no list of templates, so their variables are not known here.`);
	}
	const template = await templates.find(connection, chosen);
	if (template === null) return none(`${label} does not have the template ${nameOf(chosen)}.`);
	const reason = whyNotSendable(label, template);
	if (reason !== null) return none(`${nameOf(template)}: ${reason}.`);
	const isFilled = isFromFile(context, gateway, parameters);
	const variables = template.variables.filter(({ id }) => !isFilled(id));
	return variables.length === 0
		? none(
				`The template ${nameOf(template)} has no ${template.variables.length === 0 ? '' : 'other '}variables.`,
			)
		: { fields: variables.map(toField) };
}

/** Whether a file from n8n fills a variable, which then needs no value. */
function isFromFile(
	context: ILoadOptionsFunctions,
	{ capabilities: { uploads } }: Gateway,
	{ mediaSource }: TemplateParameters,
): (id: string) => boolean {
	const isFile =
		mediaSource !== undefined && context.getCurrentNodeParameter(mediaSource) === 'binary';
	return (id) => isFile && Object.hasOwn(uploads?.templateVariables ?? {}, id);
}

function chosenTemplate(
	context: ILoadOptionsFunctions,
	{ template, language, labels }: TemplateParameters,
): TemplateContent | null {
	const choice = parseChoice(
		context.getCurrentNodeParameter(template),
		context.getCurrentNodeParameter(language),
	);
	const { name } = choice;
	const isChosen = (typeof name === 'string' && name.trim() !== '') || typeof name === 'number';
	return isChosen ? parseTemplate(choice, labels) : null;
}

const toField = ({ id, label, example, optional }: TemplateVariable): ResourceMapperField => ({
	id,
	displayName: example === null ? label : `${label} (e.g. ${shorten(example)})`,
	required: optional !== true,
	display: true,
	type: 'string',
	defaultMatch: false,
	canBeUsedToMatch: false,
});

/** n8n shows the notice as HTML. */
const none = (notice: string): ResourceMapperFields => ({
	fields: [],
	emptyFieldsNotice: notice.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
});
