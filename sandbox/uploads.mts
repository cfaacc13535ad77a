import { createHash } from 'node:crypto';

/** A file that came in: what a test or a person wants to know of it, without its bytes. */
export interface ReceivedFile {
	/** Null where the request does not tell it. */
	readonly fileName: string | null;
	readonly contentType: string;
	readonly bytes: number;
	readonly sha256: string;
}

const receivedFile = (
	data: Uint8Array,
	contentType: string,
	fileName: string | null = null,
): ReceivedFile => ({
	fileName,
	contentType,
	bytes: data.byteLength,
	sha256: createHash('sha256').update(data).digest('hex'),
});

/** Whether a value of a body is a file that came in. */
export const isReceivedFile = (value: unknown): value is ReceivedFile =>
	typeof value === 'object' && value !== null && 'sha256' in value;

/** A multipart body: each field's text, or its file. */
async function readMultipart(body: Buffer, contentType: string) {
	const form = await new Response(new Uint8Array(body), {
		headers: { 'content-type': contentType },
	}).formData();
	const fields = [...form].map(async ([name, value]) => [
		name,
		typeof value === 'string'
			? value
			: receivedFile(new Uint8Array(await value.arrayBuffer()), value.type, value.name),
	]);
	return Object.fromEntries(await Promise.all(fields)) as Record<string, string | ReceivedFile>;
}

/**
 * A body by its content type: JSON parsed, forms and other text as text, a multipart body as its fields, and
 * anything else as a file.
 *
 * @throws SyntaxError or TypeError where it is not what its type says
 */
export async function readBody(body: Buffer, contentType = ''): Promise<unknown> {
	if (body.byteLength === 0) return undefined;
	if (/\bjson\b/i.test(contentType)) return JSON.parse(body.toString());
	if (/^multipart\/form-data/i.test(contentType)) return await readMultipart(body, contentType);
	if (contentType === '' || /^(text\/(?!plain)|application\/x-www-form)/i.test(contentType)) {
		return body.toString();
	}
	return receivedFile(body, contentType);
}
