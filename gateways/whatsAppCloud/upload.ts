import { DAY_MS } from '../../messages/duration';
import { essenceOf } from '../../messages/mediaFile';
import { isObject, textAt } from '../json';
import type { Connection } from '../gateway';
import type { MessageWithFile, UploadCapabilities, UploadedFile } from '../uploads';
import { account } from './credential';

const MB = 1024 * 1024;

const rules = (maxBytes: number, ...mimeTypes: string[]) => ({ maxBytes, mimeTypes });

const IMAGE = rules(5 * MB, 'image/jpeg', 'image/png');
const VIDEO = rules(16 * MB, 'video/mp4', 'video/3gpp');

/** "Supported media types" and "expire after 30 days" (…/business-phone-numbers/media). */
export const uploads: UploadCapabilities = {
	goes: 'first',
	types: {
		image: IMAGE,
		video: VIDEO,
		document: rules(
			100 * MB,
			'text/plain',
			'application/pdf',
			'application/vnd.ms-excel',
			'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
			'application/msword',
			'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
			'application/vnd.ms-powerpoint',
			'application/vnd.openxmlformats-officedocument.presentationml.presentation',
		),
		audio: rules(16 * MB, 'audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'),
		// "Voice messages must be Ogg files encoded with the OPUS codec".
		voice: rules(16 * MB, 'audio/ogg'),
	},
	// A header takes the `id` of an upload as well as a `link`; of documents, PDF only (…/templates/utility-templates).
	templateVariables: {
		'header.image': IMAGE,
		'header.video': VIDEO,
		'header.document': rules(100 * MB, 'application/pdf'),
	},
	keptMs: 30 * DAY_MS,
};

/** `POST /{phone-number-id}/media`: gives the id that messages of this number can name. */
export async function upload(
	connection: Connection,
	{ file }: MessageWithFile,
): Promise<UploadedFile> {
	const contentType = essenceOf(file);
	const response = await connection.request({
		method: 'POST',
		path: `/${account(connection.credential)}/media`,
		multipart: {
			messaging_product: 'whatsapp',
			type: contentType,
			file: { fileName: file.fileName ?? 'file', contentType, data: file.data },
		},
		idempotent: true,
	});
	const mediaId = isObject(response.body) ? textAt(response.body, 'id') : null;
	if (mediaId === null) throw connection.unexpected(response, '"id"', false);
	return { mediaId };
}
