import type { MessageType } from '../../messages/message';

/** Where each type goes (docs.hypersender.com/v2/api-reference/whatsapp/send-messages). */
export const PATHS: Readonly<Partial<Record<MessageType, string>>> = {
	// The vendor recommends it over `send-text` for normal use; the body is the same.
	text: '/send-text-safe',
	image: '/send-image',
	video: '/send-video',
	document: '/send-file',
	voice: '/send-voice',
};

/** The paths that document a `filename`. */
export const TAKES_FILE_NAME: readonly MessageType[] = ['image', 'document'];

/** The type by the URL of a queued request; null if unknown. */
export function typeOfPath(url: string): MessageType | null {
	const path = url.slice(url.lastIndexOf('/'));
	if (path === '/send-text') return 'text';
	const types = Object.keys(PATHS) as MessageType[];
	return types.find((type) => PATHS[type] === path) ?? null;
}
