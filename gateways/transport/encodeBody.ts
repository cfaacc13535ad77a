import { randomUUID } from 'node:crypto';
import type { FilePart, GatewayRequest, PreparedRequest } from './request';

/** What a request's body adds to it: JSON stays as it is; anything else is encoded, and its type told. */
export function encodeBody({
	body,
	form,
	multipart,
}: Pick<GatewayRequest, 'body' | 'form' | 'multipart'>): Pick<
	PreparedRequest,
	'headers' | 'body' | 'encodedBody'
> {
	if (form !== undefined) {
		return {
			headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
			encodedBody: encodeForm(form),
		};
	}
	if (multipart !== undefined) {
		const boundary = randomUUID();
		return {
			headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
			encodedBody: encodeMultipart(multipart, boundary),
		};
	}
	return { headers: {}, body };
}

function encodeForm(form: NonNullable<GatewayRequest['form']>): string {
	const pairs = Object.entries(form).flatMap(([name, values]) =>
		[values].flat().map((value): [string, string] => [name, value]),
	);
	return new URLSearchParams(pairs).toString();
}

/** RFC 7578; names are escaped as browsers do (html.spec.whatwg.org, multipart-form-data). */
function encodeMultipart(
	parts: NonNullable<GatewayRequest['multipart']>,
	boundary: string,
): Uint8Array {
	const chunks = Object.entries(parts).flatMap(([name, part]) => [
		`--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"${describe(part)}\r\n\r\n`,
		typeof part === 'string' ? part : part.data,
		'\r\n',
	]);
	return Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk)));
}

const describe = (part: string | FilePart): string =>
	typeof part === 'string'
		? ''
		: `; filename="${escaped(part.fileName)}"\r\nContent-Type: ${part.contentType.replace(/[\r\n]/g, '')}`;

const escaped = (text: string): string =>
	text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
