import type { TemplateContent } from '../../messages/template';
import type { Connection } from '../gateway';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { MessageTemplate, TemplateLibrary, TemplateStatus } from '../templates';
import { GatewayError, unsupported } from '../transport/gatewayError';
import { wabaId } from './credential';
import { UnsupportedPart, variablesOf } from './templateVariables';

/** The default and the maximum are not documented; the vendor's example has 5. */
const PER_PAGE = 50;
/** An account has 250 templates, verified ones more; further pages are taken for broken paging. */
const MAX_PAGES = 200;

const FIELDS = 'id,name,language,status,category,parameter_format,components';

/** The words of the reference "WhatsApp Business HSM" and of the webhooks about templates; others are `unknown`. */
const STATUSES: Readonly<Record<string, TemplateStatus>> = {
	APPROVED: 'approved',
	REINSTATED: 'approved',
	PENDING: 'pending',
	IN_APPEAL: 'pending',
	REJECTED: 'rejected',
	PAUSED: 'paused',
	DISABLED: 'disabled',
	PENDING_DELETION: 'disabled',
	DELETED: 'disabled',
	ARCHIVED: 'disabled',
};

interface Page {
	readonly templates: readonly MessageTemplate[];
	readonly cursor: string | null;
}

/** The templates of the WhatsApp Business Account: `GET /{waba-id}/message_templates`. */
export const templates: TemplateLibrary = {
	/** The vendor does not say whether its filter `name` takes a part of a name, so a search looks at all. */
	async list(connection, { search = '', cursor }) {
		const wanted = search.trim().toLowerCase();
		let next = cursor;
		for (let page = 1; page <= MAX_PAGES; page++) {
			const found = await fetchPage(connection, { after: next });
			const matching = found.templates.filter((template) => matches(template, wanted));
			if (matching.length > 0 || found.cursor === null) return { ...found, templates: matching };
			next = found.cursor;
		}
		return { templates: [], cursor: null };
	},

	async find(connection, { name, language }) {
		let after: string | undefined;
		for (let page = 1; page <= MAX_PAGES; page++) {
			const { templates: found, cursor } = await fetchPage(connection, { name, after });
			const template = found.find((each) => isNamed(each, { name, language }));
			if (template !== undefined || cursor === null) return template ?? null;
			after = cursor;
		}
		return null;
	},
};

const isNamed = (
	template: MessageTemplate,
	{ name, language }: Pick<TemplateContent, 'name' | 'language'>,
): boolean => template.name === name && (language === null || template.language === language);

const matches = ({ name, language, category, text }: MessageTemplate, wanted: string): boolean =>
	wanted === '' || [name, language, category, text].join('\n').toLowerCase().includes(wanted);

async function fetchPage(
	connection: Connection,
	{ name, after }: { readonly name?: string; readonly after?: string },
): Promise<Page> {
	const response = await connection
		.request({
			method: 'GET',
			path: `/${wabaId(connection.credential)}/message_templates`,
			query: {
				fields: FIELDS,
				limit: PER_PAGE,
				...(name === undefined ? {} : { name }),
				...(after === undefined ? {} : { after }),
			},
			idempotent: true,
		})
		.catch((error: unknown) => {
			throw isForbidden(error) ? notReadable(error) : error;
		});
	const body = isObject(response.body) ? response.body : {};
	if (!Array.isArray(body.data)) throw connection.unexpected(response, 'the list "data"', false);
	const paging = objectAt(body, 'paging');
	// `next` is a whole URL, and absent on the last page.
	const hasNext = textAt(paging, 'next') !== null;
	return {
		templates: body.data.filter(isObject).map(toTemplate),
		cursor: hasNext ? textAt(objectAt(paging, 'cursors'), 'after') : null,
	};
}

const isForbidden = (error: unknown): error is GatewayError =>
	error instanceof GatewayError && error.kind === 'forbidden';

/** A token without this permission still sends templates, so it is no reason not to send one. */
const notReadable = ({ message }: GatewayError): GatewayError =>
	unsupported(
		message,
		'The access token needs the permission whatsapp_business_management to read templates. Without it, enter the name of the template.',
	);

/** A template as listed (…/templates/template-management). */
export function toTemplate(entry: JsonObject): MessageTemplate {
	const gatewayStatus = textAt(entry, 'status');
	const status = (gatewayStatus ?? '').toUpperCase();
	const components = Array.isArray(entry.components) ? entry.components.filter(isObject) : [];
	const parts = components.map(variablesOf);
	const missing = parts.find((part) => part instanceof UnsupportedPart);
	return {
		name: textAt(entry, 'name') ?? '',
		language: textAt(entry, 'language'),
		title: null,
		category: textAt(entry, 'category'),
		status: Object.hasOwn(STATUSES, status) ? STATUSES[status] : 'unknown',
		gatewayStatus,
		text: components.flatMap(wordsOf).join('\n'),
		variables: parts.flatMap((part) => (part instanceof UnsupportedPart ? [] : part)),
		unsupported: missing === undefined ? null : `it has ${missing.reason}`,
	};
}

/** Header, body and footer as they are, each button in brackets. */
function wordsOf(component: JsonObject): string[] {
	const text = textAt(component, 'text');
	const buttons = Array.isArray(component.buttons) ? component.buttons.filter(isObject) : [];
	return [
		...(text === null ? [] : [text]),
		...buttons.map((button) => `[${textAt(button, 'text') ?? textAt(button, 'type') ?? ''}]`),
	];
}
