import { isObject, objectAt, textAt } from '../json';

/** Kinds of media, whose caption stands beside them (the OpenAPI file, `Message`). */
const MEDIA = ['image', 'video', 'gif', 'short', 'document', 'audio', 'voice'] as const;

/** The text or caption of a message (`messages.post`); a status (`statuses.post`) has none. */
export function eventText(raw: unknown): string | null {
	if (!isObject(raw)) return null;
	const body =
		textAt(objectAt(raw, 'text'), 'body') ?? textAt(objectAt(raw, 'link_preview'), 'body');
	const captions = MEDIA.map((kind) => textAt(objectAt(raw, kind), 'caption'));
	return body ?? captions.find((caption) => caption !== null) ?? null;
}
