import type { Connection, Gateway } from '../../gateways/gateway';
import {
	checkTemplate,
	OF_MESSAGE,
	templateWarning,
	type TemplateUse,
} from '../../gateways/templateChecks';
import { variableForFile } from '../../gateways/templateFiles';
import type { MessageTemplate, TemplateLibrary } from '../../gateways/templates';
import {
	GatewayError,
	textOf,
	unsupported,
	type GatewayErrorKind,
} from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { FileInfo } from '../../messages/mediaFile';
import { settle } from '../../messages/settle';
import type { TemplateContent } from '../../messages/template';

/**
 * Checks a template message against the gateway's templates, each of which is read once a run.
 *
 * @returns a warning if the gateway does not let them be read, or delivers it at times only; null if all is well
 * @throws InvalidParameterError naming one of the labels; GatewayError
 */
export type TemplateCheck = (content: TemplateContent, use?: CheckedUse) => Promise<string | null>;

/**
 * The check of templates for one run. A gateway without a list of templates, a credential that does not
 * reach it, or an outage does not keep a message from being stored or sent: the gateway decides then.
 */
export function createTemplateCheck(gateway: Gateway, connection: Connection): TemplateCheck {
	const { label, templates } = gateway;
	if (templates === undefined) return async () => null;
	const library = { label, templates: cached(templates) };
	return async (content, { file = null, ...given } = {}) => {
		const fileVariable = file === null ? null : variableForFile(gateway, file);
		const use = { ...OF_MESSAGE, ...given, fileVariable };
		const checked = await settle(checkTemplate(library, connection, content, use));
		if (checked.ok) return templateWarning(label, checked.value);
		const { error } = checked;
		if (!(error instanceof GatewayError) || !SAYS_NOTHING.has(error.kind)) throw error;
		return `The template was not checked. ${textOf(error)}`;
	};
}

/** What a template is for; unless given, the message itself, without a file from n8n. */
export type CheckedUse = Partial<Omit<TemplateUse, 'fileVariable'>> & {
	readonly file?: FileInfo | null;
};

/** What is no statement about the template. A message that n8n stores must not be lost for an outage. */
const SAYS_NOTHING: ReadonlySet<GatewayErrorKind> = new Set([
	'unsupported',
	'unreachable',
	'timedOut',
	'unavailable',
	'rateLimited',
]);

/** A field of the credential that only the list of templates needs is no fault of the message. */
async function find(
	templates: TemplateLibrary,
	connection: Connection,
	template: Parameters<TemplateLibrary['find']>[1],
): Promise<MessageTemplate | null> {
	const found = await settle(templates.find(connection, template));
	if (found.ok) return found.value;
	const { error } = found;
	throw error instanceof InvalidParameterError ? unsupported(error.message, error.hint) : error;
}

/** The same, with each template looked up once. */
function cached(templates: TemplateLibrary): TemplateLibrary {
	const found = new Map<string, Promise<MessageTemplate | null>>();
	return {
		list: async (connection, page) => await templates.list(connection, page),
		find: async (connection, template) => {
			const key = JSON.stringify([template.name, template.language]);
			const known = found.get(key) ?? find(templates, connection, template);
			found.set(key, known);
			return await known;
		},
	};
}
