/** What is known of a file before it is opened. */
export interface FileInfo {
	/** With its extension, where it has one. */
	readonly fileName: string | null;
	/** As it was told, such as `audio/ogg; codecs=opus`. */
	readonly mimeType: string;
	/** How many bytes it has; null where that is known only when it is opened. */
	readonly bytes: number | null;
}

/** A file to send, ready to be read. */
export interface MediaFile extends FileInfo {
	readonly bytes: number;
	readonly data: Uint8Array | ByteStream;
}

/** Bytes that are read while they are sent: each attempt opens them anew, from the first one. */
export interface ByteStream {
	/** How many there are. */
	readonly bytes: number;
	/** @throws InvalidParameterError if they are gone */
	open(): Promise<ReadableBytes>;
}

/** A readable stream of Node, as far as a body needs it. */
export interface ReadableBytes extends AsyncIterable<Uint8Array> {
	/** The same bytes as another function passes them on. */
	compose(through: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): ReadableBytes;
	/** Closes what it reads from. */
	destroy(): unknown;
	/** Reads to the end, for nobody. */
	resume(): unknown;
	on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The MIME type without its parameters, in lower case. */
export const essenceOf = ({ mimeType }: Pick<FileInfo, 'mimeType'>): string =>
	mimeType.split(';')[0].trim().toLowerCase();
