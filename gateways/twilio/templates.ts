import type { Connection, Credential } from '../gateway';
import { gapLabel } from '../gapLabel';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type {
	MessageTemplate,
	TemplateLibrary,
	TemplateStatus,
	TemplateVariable,
} from '../templates';
import { senderOf } from './credential';

const PER_PAGE = 100;
/** 2,000 templates: beyond that the paging is taken for broken. */
const MAX_PAGES = 20;

/** `status` of `approval_requests`; those but the first four stand in third parties' code only. */
const APPROVALS: Readonly<Record<string, TemplateStatus>> = {
	approved: 'approved',
	rejected: 'rejected',
	pending: 'pending',
	/** Not submitted to WhatsApp. */
	unsubmitted: 'pending',
	received: 'pending',
	paused: 'paused',
	disabled: 'disabled',
};

/** The templates of the account (Twilio's OpenAPI file `content_v1`, `ContentAndApprovals`). */
export const templates: TemplateLibrary = {
	async list(connection, { search = '', cursor }) {
		const { contents, next } = await readPage(connection, cursor ?? firstPage());
		const words = search.toLowerCase();
		const found = contents
			.map((content) => toTemplate(content, connection.credential))
			.filter((template) => template !== null)
			.filter(({ name, title, text }) =>
				[name, title ?? '', text].some((each) => each.toLowerCase().includes(words)),
			);
		return { templates: found, cursor: next };
	},

	/** By its id, which no other template has, in any language. */
	async find(connection, { name }) {
		let cursor: string | null = firstPage();
		for (let page = 0; page < MAX_PAGES && cursor !== null; page++) {
			const { contents, next }: Page = await readPage(connection, cursor);
			const content = contents.find((each) => textAt(each, 'sid') === name);
			if (content !== undefined) return toTemplate(content, connection.credential);
			cursor = next;
		}
		return null;
	},
};

interface Page {
	readonly contents: readonly JsonObject[];
	/** The query of the next page; null at the end. */
	readonly next: string | null;
}

const firstPage = () => `PageSize=${PER_PAGE}`;

async function readPage(connection: Connection, query: string): Promise<Page> {
	const response = await connection.request({
		host: 'content',
		method: 'GET',
		path: '/v1/ContentAndApprovals',
		query: Object.fromEntries(new URLSearchParams(query)),
		idempotent: true,
	});
	const body = isObject(response.body) ? response.body : {};
	if (!Array.isArray(body.contents)) {
		throw connection.unexpected(response, 'the list "contents"', false);
	}
	const next = textAt(objectAt(body, 'meta'), 'next_page_url');
	return {
		contents: body.contents.filter(isObject),
		// Its address is no reason to send the key anywhere.
		next: next === null ? null : next.slice(next.indexOf('?') + 1),
	};
}

function toTemplate(content: JsonObject, credential: Credential): MessageTemplate | null {
	const name = textAt(content, 'sid');
	if (name === null) return null;
	const approval = objectAt(content, 'approval_requests');
	const gatewayStatus = textAt(approval, 'status');
	const types = objectAt(content, 'types');
	const texts = textsOf(types);
	return {
		name,
		language: textAt(content, 'language'),
		title: textAt(content, 'friendly_name'),
		category: textAt(approval, 'category'),
		status: statusOf(gatewayStatus, types, credential),
		gatewayStatus,
		text: texts[0] ?? '',
		variables: variablesOf(objectAt(content, 'variables'), texts, types),
		unsupported: null,
	};
}

/** Only WhatsApp asks for an approval. */
function statusOf(word: string | null, types: JsonObject, credential: Credential): TemplateStatus {
	if (senderOf(credential).channel === 'sms') return 'approved';
	if (word === 'unsubmitted' && needsNoApproval(types)) return 'windowOnly';
	return word !== null && Object.hasOwn(APPROVALS, word) ? APPROVALS[word] : 'unknown';
}

/** "Can reply to inbound messages" without a condition (twilio.com/docs/content/session-definitions). */
const REPLIES = new Set([
	'twilio/text',
	'twilio/media',
	'twilio/location',
	'twilio/quick-reply',
	'twilio/list-picker',
]);

/** "In session over WhatsApp without approval, only three buttons are allowed" (…/content/twilio-quick-reply). */
const MAX_BUTTONS = 3;

/**
 * Whether WhatsApp takes a template without an approval, from who was written to within 24 hours. Of several
 * types Twilio sends the most complex one, so all of them must be such.
 */
function needsNoApproval(types: JsonObject): boolean {
	const entries = Object.entries(types);
	return (
		entries.length > 0 &&
		entries.every(([type, content]) => {
			const actions = isObject(content) && Array.isArray(content.actions) ? content.actions : [];
			return REPLIES.has(type) && actions.length <= MAX_BUTTONS;
		})
	);
}

/** The text of each type, such as `twilio/text` and `whatsapp/card`. */
const textsOf = (types: JsonObject): string[] =>
	Object.values(types)
		.filter(isObject)
		.map((type) => textAt(type, 'body') ?? textAt(type, 'title'))
		.filter((text) => text !== null);

const GAP = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** All names with a sample, and gaps without one; the ids are those that `ContentVariables` takes. */
function variablesOf(
	samples: JsonObject,
	texts: readonly string[],
	types: JsonObject,
): TemplateVariable[] {
	const gaps = [...JSON.stringify(types).matchAll(GAP)].map(([, id]) => id);
	return [...new Set([...Object.keys(samples), ...gaps])].map((id) => ({
		id,
		label: labelOf(id, texts),
		kind: isMedia(id, types) ? 'mediaUrl' : 'text',
		example: textAt(samples, id),
	}));
}

/** The words around a gap. */
function labelOf(id: string, texts: readonly string[]): string {
	for (const text of texts) {
		const gap = [...text.matchAll(GAP)].find((match) => match[1] === id);
		if (gap === undefined) continue;
		return gapLabel(text, gap.index);
	}
	return id;
}

/** Whether a gap is the whole URL of a file; as a part of one it is text. */
const isMedia = (id: string, types: JsonObject): boolean =>
	Object.values(types)
		.filter(isObject)
		.flatMap(({ media }) => (Array.isArray(media) ? media : []))
		.some((url) => typeof url === 'string' && url.trim().replace(/\s/g, '') === `{{${id}}}`);
