import { asRecord, textOf } from '../../sandbox/dialect.mts';
import type { Json, SandboxMessage } from '../../sandbox/types.mts';

/** What a send asks for, whichever the version. */
export interface Asked {
	number: string;
	type: string;
	text: string | null;
	media: string | null;
	caption: string | null;
	fileName: string | null;
}

/** The names of the fields that each route needs: those of version 2, and those of version 1's object. */
const routes: Record<string, { required: string[]; wrapper: string; wrapped: string[] }> = {
	sendText: { required: ['number', 'text'], wrapper: 'textMessage', wrapped: ['text'] },
	sendMedia: {
		required: ['number', 'mediatype'],
		wrapper: 'mediaMessage',
		wrapped: ['mediatype', 'media'],
	},
	sendWhatsAppAudio: { required: ['number'], wrapper: 'audioMessage', wrapped: ['audio'] },
};

export const sendRoutes = Object.keys(routes);

const mediaTypes = ['image', 'document', 'video', 'audio'];

/** The schema's problems, in the validator's words. */
export function bodyProblems(route: string, body: Json, isV1: boolean): string[] {
	const { required, wrapper, wrapped } = routes[route];
	const missing = (isV1 ? [wrapper, 'number'] : required)
		.filter((name) => body[name] === undefined)
		.map((name) => `instance requires property "${name}"`);
	// The schema's own description in place of the validator's words.
	if (body.number !== undefined && typeof body.number !== 'string') missing.push('Invalid format');
	const content = isV1 ? asRecord(body[wrapper]) : body;
	if (isV1 && body[wrapper] !== undefined) {
		const inner = wrapped.filter((name) => content[name] === undefined);
		missing.push(...inner.map((name) => `${wrapper} requires property "${name}"`));
	}
	if (content.mediatype !== undefined && !mediaTypes.includes(String(content.mediatype))) {
		missing.push(`mediatype is not one of enum values: ${mediaTypes.join(',')}`);
	}
	return missing;
}

/** What a valid body asks for. */
export function readBody(route: string, body: Json, isV1: boolean): Asked {
	const content = isV1 ? asRecord(body[routes[route].wrapper]) : body;
	const isVoice = route === 'sendWhatsAppAudio';
	return {
		number: String(body.number),
		type: isVoice ? 'voice' : (textOf(content.mediatype) ?? 'text'),
		text: textOf(content.text),
		media: textOf(isVoice ? content.audio : content.media),
		caption: textOf(content.caption),
		fileName: textOf(content.fileName),
	};
}

/** class-validator's `isURL`: a host needs a top-level domain, or is an address. */
const isUrl = (text: string): boolean =>
	URL.canParse(text) &&
	/^https?:$/.test(new URL(text).protocol) &&
	/\.|^\[/.test(new URL(text).hostname);

/** What the controllers refuse of what the schema let through. */
export function contentProblem({ type, text, media }: Asked): string | undefined {
	if (type === 'text') return text?.trim() ? undefined : 'Text is required';
	// Base64 is not sent here.
	if (media && isUrl(media)) return undefined;
	return type === 'voice'
		? 'Owned media must be a url, base64, or valid file with buffer'
		: 'Owned media must be a url or base64';
}

/** Why no message comes of a number as `createJid` reads it. */
export function jidOf(number: string): string {
	if (/@(g\.us|s\.whatsapp\.net|lid)$/.test(number)) return number;
	const digits = number.replace(/\D/g, '');
	if (digits.length >= 18) return `${digits}@g.us`;
	return `${rewritten(digits)}@s.whatsapp.net`;
}

/** Numbers of Mexico, Argentina and Brazil, as `createJid` rewrites them. */
function rewritten(digits: string): string {
	if (/^5[24]/.test(digits) && digits.length === 13) return digits.slice(0, 2) + digits.slice(3);
	const [, code, area, subscriber] = /^(55)(\d\d)\d(\d{8})$/.exec(digits) ?? [];
	if (code === undefined || Number(subscriber[0]) < 7 || Number(area) < 31) return digits;
	return `${code}${area}${subscriber}`;
}

/** The file's type as the server guesses it, for the few that tests use. */
const mimetypes: Record<string, string> = {
	jpg: 'image/jpeg',
	png: 'image/png',
	mp4: 'video/mp4',
	pdf: 'application/pdf',
	mp3: 'audio/mpeg',
	ogg: 'audio/ogg',
};

/** `message` and `messageType` of a record. */
export function recordedContent(message: SandboxMessage): { messageType: string; message: Json } {
	const { type, text, caption, fileName } = message;
	if (type === 'text') return { messageType: 'conversation', message: { conversation: text } };
	if (type === 'voice') {
		const audioMessage = { mimetype: 'audio/ogg; codecs=opus', ptt: true };
		return { messageType: 'audioMessage', message: { audioMessage } };
	}
	const messageType = `${type}Message`;
	const extension = fileName?.split('.').at(-1)?.toLowerCase() ?? '';
	const media = {
		// WhatsApp's own, encrypted.
		url: 'https://mmg.whatsapp.net/v/t62.7118-24/sandbox.enc',
		// An unknown extension ends as this word.
		mimetype: fileName ? (mimetypes[extension] ?? 'false') : 'application/octet-stream',
		jpegThumbnail: 'c2FuZGJveA==',
		mediaKey: 'c2FuZGJveA==',
		...(caption && { caption }),
		...(fileName && { fileName }),
	};
	return { messageType, message: { [messageType]: media } };
}
