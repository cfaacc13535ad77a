import { asRecord, textOf } from '../../sandbox/dialect.mts';
import type { Json, SandboxMessage } from '../../sandbox/types.mts';

const media = ['image', 'video', 'document', 'audio'];
const types = ['text', 'template', ...media];

const maxTextLength = 4096;
const maxCaptionLength = 1024;
const maxCallbackLength = 512;

/** What of a request to send the vendor does not take, in words. undocumented: the words */
export function sendProblem(body: Json): string | undefined {
	if (body.messaging_product !== 'whatsapp') return 'messaging_product is required';
	const to = textOf(body.to);
	if (!to || !/^\+?[\d\s()-]{7,25}$/.test(to)) return 'to is not a phone number';
	const type = String(body.type ?? 'text');
	if (!types.includes(type)) return `Unsupported message type ${type}`;
	const content = asRecord(body[type]);
	if (Object.keys(content).length === 0) return `${type} is required`;
	const callback = body.biz_opaque_callback_data;
	if (callback !== undefined && String(callback).length > maxCallbackLength) {
		return 'biz_opaque_callback_data is too long';
	}
	if (type === 'text') {
		const length = textOf(content.body)?.length ?? 0;
		return length >= 1 && length <= maxTextLength ? undefined : 'text.body has a wrong length';
	}
	if (type === 'template') {
		const known = textOf(content.name) && textOf(asRecord(content.language).code);
		return known ? undefined : 'template.name and template.language.code are required';
	}
	return mediaProblem(type, content);
}

function mediaProblem(type: string, content: Json): string | undefined {
	const link = textOf(content.link);
	if (!link && !textOf(content.id)) return `${type}.link or ${type}.id is required`;
	if (link && !/^https?:\/\//.test(link)) return `${type}.link is not a URL`;
	if (content.caption !== undefined && type === 'audio') return 'audio has no caption';
	if (content.filename !== undefined && type !== 'document') return `${type} has no filename`;
	if (content.voice !== undefined && type !== 'audio') return `${type} has no voice`;
	const { length } = textOf(content.caption) ?? '';
	return length > maxCaptionLength ? `${type}.caption is too long` : undefined;
}

/** The ids of the uploads that a message names: as its media, or in the header of its template. */
export function mediaIdsOf(body: Json): string[] {
	const content = asRecord(body[String(body.type)]);
	const components = Array.isArray(content.components) ? content.components.map(asRecord) : [];
	const parameters = components
		.filter(({ type }) => type === 'header')
		.flatMap((header) => (Array.isArray(header.parameters) ? header.parameters.map(asRecord) : []));
	const named = [content, ...parameters.map((each) => asRecord(each[String(each.type)]))];
	return named.flatMap(({ id }) => (id === undefined ? [] : [String(id)]));
}

/** What a message is made of. */
export function contentOf(
	body: Json,
): Pick<SandboxMessage, 'type' | 'text' | 'mediaUrl' | 'caption' | 'fileName'> {
	const type = String(body.type ?? 'text');
	const content = asRecord(body[type]);
	return {
		type,
		text: textOf(content.body),
		mediaUrl: textOf(content.link),
		caption: textOf(content.caption),
		fileName: textOf(content.filename),
	};
}
