import { randomUUID } from 'node:crypto';
import type { ByteStream } from '../../messages/mediaFile';
import type { FilePart, GatewayRequest, PreparedRequest, StreamedBody } from './request';

type Body = Pick<GatewayRequest, 'headers' | 'body' | 'form' | 'multipart' | 'file'>;

/** What a request's body adds to it: JSON stays as it is; anything else is encoded, and its type told. */
export function encodeBody({
	headers = {},
	body,
	form,
	multipart,
	file,
}: Body): Pick<PreparedRequest, 'headers' | 'body' | 'encodedBody'> {
	if (form !== undefined) {
		return encoded('application/x-www-form-urlencoded', encodeForm(form), headers);
	}
	if (multipart !== undefined) {
		const boundary = randomUUID();
		const chunks = multipartChunks(multipart, boundary);
		return encoded(`multipart/form-data; boundary=${boundary}`, joined(chunks), headers);
	}
	if (file !== undefined) return encoded(oneLine(file.contentType), joined([file.data]), headers);
	return { headers, body };
}

function encoded(
	type: string,
	encodedBody: string | Uint8Array | StreamedBody,
	more: Readonly<Record<string, string>>,
): Pick<PreparedRequest, 'headers' | 'encodedBody'> {
	const headers = { ...more, 'Content-Type': type };
	if (typeof encodedBody === 'string' || encodedBody instanceof Uint8Array) {
		return { headers, encodedBody };
	}
	const { before, stream, after } = encodedBody;
	// Otherwise a stream goes out in chunks, which not every server takes.
	const length = before.byteLength + stream.bytes + after.byteLength;
	return { headers: { ...headers, 'Content-Length': String(length) }, encodedBody };
}

function encodeForm(form: NonNullable<GatewayRequest['form']>): string {
	const pairs = Object.entries(form).flatMap(([name, values]) =>
		[values].flat().map((value): [string, string] => [name, value]),
	);
	return new URLSearchParams(pairs).toString();
}

type Chunk = string | Uint8Array | ByteStream;

/** RFC 7578; names are escaped as browsers do (html.spec.whatwg.org, multipart-form-data). */
const multipartChunks = (
	parts: NonNullable<GatewayRequest['multipart']>,
	boundary: string,
): Chunk[] => [
	...Object.entries(parts).flatMap(([name, part]): Chunk[] => [
		`--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"${describe(part)}\r\n\r\n`,
		typeof part === 'string' ? part : part.data,
		'\r\n',
	]),
	`--${boundary}--\r\n`,
];

/** All of it in memory, unless there is a stream in it. */
function joined(chunks: readonly Chunk[]): Uint8Array | StreamedBody {
	const at = chunks.findIndex((chunk) => isStream(chunk));
	const stream = chunks[at];
	if (stream === undefined || !isStream(stream)) return concat(chunks as Bytes[]);
	const [before, after] = [chunks.slice(0, at), chunks.slice(at + 1)];
	return { before: concat(before as Bytes[]), stream, after: concat(after as Bytes[]) };
}

type Bytes = Exclude<Chunk, ByteStream>;

const isStream = (chunk: Chunk): chunk is ByteStream =>
	typeof chunk === 'object' && !(chunk instanceof Uint8Array);

const concat = (chunks: readonly Bytes[]): Uint8Array =>
	Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));

const describe = (part: string | FilePart): string =>
	typeof part === 'string'
		? ''
		: `; filename="${escaped(part.fileName)}"\r\nContent-Type: ${oneLine(part.contentType)}`;

const oneLine = (text: string): string => text.replace(/[\r\n]/g, '');

const escaped = (text: string): string =>
	text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
