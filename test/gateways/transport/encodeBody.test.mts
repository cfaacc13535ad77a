import fc from 'fast-check';
import { encodeBody } from '../../../gateways/transport/encodeBody';
import type { FilePart, StreamedBody } from '../../../gateways/transport/request';

const bytes = (text: string) => new TextEncoder().encode(text);
const stream = (data: Uint8Array) => ({
	bytes: data.byteLength,
	open: async (): Promise<never> => {
		throw new Error('It is opened only when it is sent');
	},
});

/** All of a body, as it goes onto the network. */
const wholeOf = (body: string | Uint8Array | StreamedBody | undefined, data: Uint8Array) => {
	if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body;
	return Buffer.concat([body.before, data, body.after]);
};

it('is the same body from memory and from a stream, and its length is told', () => {
	const property = fc.property(
		fc.uint8Array(),
		fc.string(),
		fc.string(),
		(data, text, fileName) => {
			const part = (of: FilePart['data']) => ({ fileName, contentType: 'image/png', data: of });
			const given = (of: FilePart['data']) => ({
				multipart: { first: text, file: part(of), last: text },
			});
			const inMemory = encodeBody(given(data));
			const streamed = encodeBody(given(stream(data)));
			const boundaryOf = ({ headers }: typeof streamed) => headers['Content-Type'].split('=')[1];
			const whole = Buffer.from(wholeOf(streamed.encodedBody, data) as Uint8Array);
			expect(whole.toString('latin1').replaceAll(boundaryOf(streamed), '')).toBe(
				Buffer.from(inMemory.encodedBody as Uint8Array)
					.toString('latin1')
					.replaceAll(boundaryOf(inMemory), ''),
			);
			expect(streamed.headers['Content-Length']).toBe(String(whole.byteLength));
			expect(inMemory.headers).not.toHaveProperty('Content-Length');
		},
	);
	fc.assert(property, { numRuns: 50 });
});

it('sends a file as it is, under its type, which stays on one line', () => {
	const data = bytes('hoo');
	const file = { fileName: 'a', contentType: 'image/png\r\nx-evil: 1', data };
	const { headers, encodedBody } = encodeBody({ file, headers: { 'GA-Filename': 'a.png' } });
	expect(headers).toEqual({ 'GA-Filename': 'a.png', 'Content-Type': 'image/pngx-evil: 1' });
	expect(Buffer.from(encodedBody as Uint8Array).toString()).toBe('hoo');
	const streamed = encodeBody({ file: { ...file, data: stream(data) } });
	expect(streamed.headers['Content-Length']).toBe('3');
	expect(wholeOf(streamed.encodedBody, data)).toEqual(Buffer.from(data));
});
