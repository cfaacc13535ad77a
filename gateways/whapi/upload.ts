import { DAY_MS } from '../../messages/duration';
import { isObject, textAt } from '../json';
import type { Connection } from '../gateway';
import type { MessageWithFile, UploadCapabilities, UploadedFile } from '../uploads';

const AUDIO = ['audio/ogg', 'audio/mpeg', 'audio/mp4', 'audio/amr'];

const DOCUMENTS = [
	'application/pdf',
	'application/msword',
	'application/vnd.ms-powerpoint',
	'application/vnd.ms-excel',
	'text/plain',
	'image/jpeg',
	'image/png',
	'video/mp4',
	...AUDIO,
];

/** The vendor's OpenAPI file names the content types of `POST /media`, and no size. */
const rules = (...mimeTypes: string[]) => ({ maxBytes: null, mimeTypes });

export const uploads: UploadCapabilities = {
	goes: 'first',
	types: {
		image: rules('image/jpeg', 'image/png'),
		video: rules('video/mp4'),
		document: rules(...DOCUMENTS),
		audio: rules(...AUDIO),
		voice: rules(...AUDIO),
	},
	// "stored for 30 days" (support.whapi.cloud/help-desk/receiving/file-expiration-period).
	keptMs: 30 * DAY_MS,
};

/** `POST /media`, whose body is the file: gives the id by which `media` names it. */
export async function upload(
	connection: Connection,
	{ file: { mimeType, data } }: MessageWithFile,
): Promise<UploadedFile> {
	const response = await connection.request({
		method: 'POST',
		path: '/media',
		file: { fileName: '', contentType: mimeType, data },
		idempotent: true,
	});
	const list =
		isObject(response.body) && Array.isArray(response.body.media) ? response.body.media : [];
	const [first] = list.filter(isObject);
	const mediaId = first === undefined ? null : textAt(first, 'id');
	if (mediaId === null) throw connection.unexpected(response, '"media[0].id"', false);
	return { mediaId };
}
