import { whatsAppCloud } from '.';
import type { ContentInput } from '../../messages/message';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import sentText from './fixtures/sent-text.json';
import { credential, messageTo, NUMBER } from './testValues.mts';

const to = '+1 650-555-1234';
const data = new TextEncoder().encode('not really a photo');
const file = { fileName: 'a.png', mimeType: 'image/png; q=1', bytes: data.byteLength, data };
const IMAGE: ContentInput = { type: 'image', hasFile: true };

it('uploads a file with its type', async () => {
	const { connection, requests } = fakeGateway(whatsAppCloud, credential, () => ok({ id: '4490' }));
	const message = { ...messageTo(IMAGE, to, null), file };
	expect(await whatsAppCloud.upload?.(connection, message)).toEqual({ mediaId: '4490' });
	const [{ method, url, headers, encodedBody }] = requests;
	expect([method, url]).toEqual(['POST', `/${NUMBER}/media`]);
	const type = headers['Content-Type'];
	const form = await new Response(encodedBody as Uint8Array, {
		headers: { 'content-type': type },
	}).formData();
	expect(form.get('messaging_product')).toBe('whatsapp');
	expect(form.get('type')).toBe('image/png');
	const part = form.get('file') as File;
	expect([part.name, part.type, await part.text()]).toEqual([
		'a.png',
		'image/png',
		'not really a photo',
	]);
});

it('says so where the answer has no id', async () => {
	const { connection } = fakeGateway(whatsAppCloud, credential, () => ok({}));
	const message = { ...messageTo(IMAGE, to, null), file };
	await expect(whatsAppCloud.upload?.(connection, message)).rejects.toMatchObject({
		details: { outcomeUnknown: false },
	});
});

it.each([
	['image', 'image', { id: '4490', caption: 'c' }, { caption: 'c' }],
	['voice', 'audio', { id: '4490', voice: true }, {}],
	['document', 'document', { id: '4490', filename: 'a.pdf' }, { fileName: 'a.pdf' }],
])('sends %s by its id', async (type, name, object, more) => {
	const { connection, requests } = fakeGateway(whatsAppCloud, credential, () => ok(sentText));
	const sent = await whatsAppCloud.send(
		connection,
		messageTo({ type, mediaId: '4490', ...more }, to, null),
	);
	expect(requests[0].body).toMatchObject({ type: name, [name]: object });
	expect(sent).toMatchObject({ mediaId: '4490', mediaUrl: null });
});
