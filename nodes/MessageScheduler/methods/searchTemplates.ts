import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { unsupported } from '../../../gateways/transport/gatewayError';
import { whyNotSendable } from '../../../gateways/templateChecks';
import type { MessageTemplate } from '../../../gateways/templates';
import { settle } from '../../../messages/settle';
import { shorten } from '../../../messages/text';
import { connectToGateway } from '../../shared/connectToGateway';
import { toNodeError } from '../../shared/nodeErrors';
import { formatChoice } from '../fields/template';

/** Pages that one call reads until it has something to show: a search may match none of the first ones. */
const MAX_PAGES = 10;

/** The approved templates of the account for *From List*: name, language and category of each. */
export async function searchTemplates(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const found = await settle(search(this, filter?.trim() ?? '', paginationToken));
	if (!found.ok) throw toNodeError(this.getNode(), found.error);
	return found.value;
}

async function search(
	context: ILoadOptionsFunctions,
	filter: string,
	paginationToken: string | undefined,
): Promise<INodeListSearchResult> {
	const { gateway, connection } = await connectToGateway(context);
	const { label, templates } = gateway;
	if (templates === undefined) {
		throw gateway.capabilities.messageTypes.includes('template')
			? unsupported(`${label} documents no list of templates`, 'Choose "By Name".')
			: unsupported(`${label} does not send templates`, 'Choose another "Message Type".');
	}
	let cursor = paginationToken;
	for (let pages = 1; ; pages++) {
		const page = await templates.list(connection, {
			...(filter === '' ? {} : { search: filter }),
			...(cursor === undefined ? {} : { cursor }),
		});
		cursor = page.cursor ?? undefined;
		const results = page.templates
			.filter((template) => template.status === 'approved' && contains(template, filter))
			.map((template) => toEntry(label, template));
		if (results.length > 0 || cursor === undefined || pages === MAX_PAGES) {
			return { results, ...(cursor === undefined ? {} : { paginationToken: cursor }) };
		}
	}
}

/** Not every gateway searches itself. */
const contains = (template: MessageTemplate, filter: string): boolean => {
	const { name, title, language, category, text } = template;
	const words = [name, title, language, category, text].join('\n').toLowerCase();
	return words.includes(filter.toLowerCase());
};

/** One that cannot be sent is listed all the same: who looks for it reads why. */
function toEntry(label: string, template: MessageTemplate): INodeListSearchItems {
	const { name, title, language, category, text } = template;
	const reason = whyNotSendable(label, template);
	const details = [language, category, reason === null ? null : 'cannot be sent'];
	const known = details.filter((detail) => detail !== null && detail !== '').join(', ');
	return {
		name: known === '' ? (title ?? name) : `${title ?? name} – ${known}`,
		value: formatChoice(template),
		description: shorten(reason ?? text, MAX_TEXT),
	};
}

const MAX_TEXT = 300;
