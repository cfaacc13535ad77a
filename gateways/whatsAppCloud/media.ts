import type { OutgoingMessage } from '../../messages/message';
import { unsupported } from '../transport/gatewayError';

/** Where Meta gets a file: from its public URL. */
export interface MediaSource {
	readonly link: string;
}

/** What Meta calls the types of media. A voice note is audio of a kind. */
const MEDIA = {
	image: 'image',
	video: 'video',
	document: 'document',
	audio: 'audio',
	voice: 'audio',
} as const;
export type MediaType = keyof typeof MEDIA;

const CAPTIONED: readonly MediaType[] = ['image', 'video', 'document'];

/** Where the file of a message, or of a template's header, is. */
export const mediaSource = (url: string): MediaSource => ({ link: url });

/**
 * A message of media: its `type`, and the object of that name (…/messages/image-messages and its neighbours).
 *
 * @throws GatewayError of kind `unsupported` for a caption or file name that the type does not have
 */
export function mediaContent(
	type: MediaType,
	source: MediaSource,
	{ caption, fileName }: Pick<OutgoingMessage, 'caption' | 'fileName'>,
): Record<string, unknown> {
	if (caption !== null && !CAPTIONED.includes(type)) {
		throw unsupported(
			`"Caption" is set, but the WhatsApp Business Platform does not support it for ${type}`,
			'Leave "Caption" empty, or send it as a separate message.',
		);
	}
	if (fileName !== null && type !== 'document') {
		throw unsupported(
			'"File Name" is set, but the WhatsApp Business Platform takes a file name for documents only',
			'Leave "File Name" empty, or choose document as "Message Type".',
		);
	}
	const media = {
		...source,
		...(caption === null ? {} : { caption }),
		...(fileName === null ? {} : { filename: fileName }),
		// Only Ogg with Opus is a voice note; the vendor's answer says so otherwise.
		...(type === 'voice' ? { voice: true } : {}),
	};
	return { type: MEDIA[type], [MEDIA[type]]: media };
}
