import { whapi } from '.';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import type { Outcome } from '../transport/request';
import sentMessage from './fixtures/sent-message.json';
import { credential, messageTo } from './testValues.mts';

const TO = '+61371989951';
const data = new TextEncoder().encode('not really a PDF');
const file = { fileName: 'a.pdf', mimeType: 'application/pdf', bytes: data.byteLength, data };

async function upload(answer: Outcome) {
	const { connection, requests } = fakeGateway(whapi, credential, () => answer);
	const message = { ...messageTo(TO, { type: 'document', hasFile: true }), file };
	return { uploaded: await whapi.upload?.(connection, message), requests };
}

it('uploads a file as the body of its type', async () => {
	// The form of `UploadMediaResponse` in the vendor's OpenAPI file.
	const { uploaded, requests } = await upload(ok({ media: [{ id: 'pdf-7aa9-media' }] }));
	expect(uploaded).toEqual({ mediaId: 'pdf-7aa9-media' });
	const [{ method, url, headers, encodedBody }] = requests;
	expect([method, url, headers]).toEqual(['POST', '/media', { 'Content-Type': 'application/pdf' }]);
	expect(Buffer.from(encodedBody as Uint8Array).toString()).toBe('not really a PDF');
});

it.each([{}, { media: [] }, { media: [{}] }, { media: 'x' }, []])('refuses %j', async (body) => {
	await expect(upload(ok(body))).rejects.toMatchObject({
		kind: 'unexpectedResponse',
		details: { outcomeUnknown: false },
	});
});

it('sends an uploaded file by its id', async () => {
	const { connection, requests } = fakeGateway(whapi, credential, () => ok(sentMessage));
	const content = { type: 'document', mediaId: 'pdf-7aa9-media', fileName: 'a.pdf' };
	const sent = await whapi.send(connection, messageTo(TO, content));
	expect(requests[0].body).toMatchObject({ media: 'pdf-7aa9-media', filename: 'a.pdf' });
	expect(sent).toMatchObject({ mediaId: 'pdf-7aa9-media', mediaUrl: null });
});
