import { greenApi } from '.';
import { parseContent } from '../../messages/message';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import type { Outcome } from '../transport/request';
import { credential, messageTo, TOKEN } from './testValues.mts';

const data = new TextEncoder().encode('not really a photo');
/** In the form of the vendor's samples of `urlFile`. */
const urlFile =
	'https://sw-media-out.storage.yandexcloud.net/1101123456/95917013-579d-429f-9145-469865c4a6e8.jpg';

const messageOf = (file: { fileName: string | null; mimeType?: string }, type = 'image') => ({
	...messageTo('11001234567', { type, hasFile: true }),
	file: { mimeType: 'image/jpeg', ...file, bytes: data.byteLength, data },
});
async function upload(
	message: ReturnType<typeof messageOf>,
	{ answer = ok({ urlFile }), more = {} }: { answer?: Outcome; more?: object } = {},
) {
	const { connection, requests } = fakeGateway(greenApi, { ...credential, ...more }, () => answer, {
		authenticates: true,
	});
	return { uploaded: await greenApi.upload?.(connection, message), requests };
}

it('goes to the media host with the file as the body', async () => {
	const { uploaded, requests } = await upload(messageOf({ fileName: 'photo.jpg' }));
	expect(uploaded).toEqual({ mediaId: urlFile, fileName: 'photo.jpg' });
	const [{ method, url, headers, encodedBody }] = requests;
	const token = encodeURIComponent(TOKEN);
	expect([method, url]).toEqual([
		'POST',
		`https://media.green-api.com/waInstance1234/uploadFile/${token}`,
	]);
	expect(headers).toEqual({ 'Content-Type': 'image/jpeg' });
	expect(Buffer.from(encodedBody as Uint8Array).toString()).toBe('not really a photo');
});

it('goes to the host of the credential', async () => {
	const more = { greenApiMediaUrl: 'https://1101.media.greenapi.com/' };
	const { requests } = await upload(messageOf({ fileName: 'photo.jpg' }), { more });
	expect(requests[0].url).toMatch(/^https:\/\/1101\.media\.greenapi\.com\/waInstance1234\//);
});

it('tells the name of a file whose type is unknown', async () => {
	const unknown = { fileName: 'Größe\r\nx: 1.cdr', mimeType: 'application/octet-stream' };
	const { uploaded, requests } = await upload(messageOf(unknown, 'document'));
	expect(requests[0].headers['GA-Filename']).toBe('Gr_e_x_1.cdr');
	expect(uploaded?.fileName).toBe('Größe\r\nx: 1.cdr');
});

it.each([
	['no name', null, /the file in "Input Binary Field" has no name with an extension/],
	['another kind', 'song.mp3', /sends as audio, but "Message Type" is image/],
])('refuses a file of %s', async (_, fileName, words) => {
	await expect(upload(messageOf({ fileName }))).rejects.toThrow(words);
});

it.each([
	['no link', ok({}), 'unexpectedResponse'],
	['a refusal', { status: 401, headers: {}, body: `no such token ${TOKEN}` }, 'unauthorized'],
])('knows that %s has sent nothing, and shows no token', async (_, answer, kind) => {
	const failed = upload(messageOf({ fileName: 'photo.jpg' }), { answer });
	await expect(failed).rejects.toMatchObject({ kind, details: { outcomeUnknown: false } });
	const error: unknown = await failed.catch((one: unknown) => one);
	expect(JSON.stringify(error) + String(error)).not.toContain(TOKEN);
});

it('sends an uploaded file by its link, under its name', async () => {
	const { connection, requests } = fakeGateway(greenApi, credential, () => ok({ idMessage: 'A' }));
	const content = parseContent({ type: 'image', mediaId: urlFile, fileName: 'photo.jpg' });
	const sent = await greenApi.send(connection, {
		...messageTo('11001234567', { type: 'text', text: 'x' }),
		...content,
	});
	expect(requests[0].body).toEqual({
		chatId: '11001234567@c.us',
		urlFile,
		fileName: 'photo.jpg',
	});
	expect(sent).toMatchObject({ mediaId: urlFile, mediaUrl: null });
});
