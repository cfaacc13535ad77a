import type { MediaFile } from '../messages/mediaFile';
import type { MessageType, OutgoingMessage } from '../messages/message';

/** Which files a gateway takes for a type of message. */
export interface FileRules {
	/** Null if the vendor says nothing. */
	readonly maxBytes: number | null;
	/** MIME types without parameters; null if the vendor names none. */
	readonly mimeTypes: readonly string[] | null;
}

/** Files for a template: by the id of the variable that one fills, such as `header.image`. No type occurs twice. */
export type TemplateFileRules = Readonly<
	Record<string, FileRules & { readonly mimeTypes: readonly string[] }>
>;

/** What a gateway documents of files that it takes itself, in place of a public URL. */
export interface UploadCapabilities {
	/**
	 * `first`: an upload gives an id or a URL, which messages then name (`Gateway.upload`). `withMessage`:
	 * the file is part of the request that sends the message (`OutgoingMessage.file`).
	 */
	readonly goes: 'first' | 'withMessage';
	/** A type that is not here takes a public URL only. */
	readonly types: Readonly<Partial<Record<MessageType, FileRules>>>;
	/** Not there if the files of a template can only be public URLs. With `first` only. */
	readonly templateVariables?: TemplateFileRules;
	/** How long an uploaded file can be sent, in milliseconds; null if the vendor says nothing. */
	readonly keptMs: number | null;
}

/** A message whose file the gateway has not got yet. */
export type MessageWithFile = OutgoingMessage & { readonly file: MediaFile };

/** Whether a message has a file that can be read. */
export const hasFile = (message: OutgoingMessage): message is MessageWithFile =>
	message.file !== undefined && 'data' in message.file;

/** What an uploaded file is known by from then on. */
export interface UploadedFile {
	/** Its id or URL: only this gateway, and this account, can send by it. In a template, a variable has it. */
	readonly mediaId: string;
	/** The name with which to send it, where sending needs one; unless given, the message's own. */
	readonly fileName?: string;
}

/** All of a file in base64, for a gateway that takes it as text: it is held in memory. */
export async function base64Of({ data }: MediaFile): Promise<string> {
	if (data instanceof Uint8Array) return Buffer.from(data).toString('base64');
	const chunks: Uint8Array[] = [];
	for await (const chunk of await data.open()) chunks.push(chunk);
	return Buffer.concat(chunks).toString('base64');
}
