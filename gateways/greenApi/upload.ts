import { essenceOf } from '../../messages/mediaFile';
import { isObject, textAt } from '../json';
import type { Connection } from '../gateway';
import type { MessageWithFile, UploadCapabilities, UploadedFile } from '../uploads';
import { methodPath } from './credential';
import { fileNameOf } from './fileName';
import { DAY_MS } from '../../messages/duration';

/** "The maximum file size that can be sent is 100 MB" (green-api.com/en/docs/api/sending/UploadFile). */
const RULES = { maxBytes: 100 * 1024 * 1024, mimeTypes: null };

/** What a file is sent as, its name's extension says: `fileNameOf` checks it. */
export const uploads: UploadCapabilities = {
	goes: 'first',
	types: { image: RULES, video: RULES, document: RULES, audio: RULES, voice: RULES },
	// "Link lifetime is 15 days."
	keptMs: 15 * DAY_MS,
};

/**
 * Puts a file into the vendor's storage, from which `sendFileByUrl` sends it (…/sending/UploadFile). Not
 * `sendFileByUpload`, which would send it at once, and twice if its answer is lost.
 */
export async function upload(
	connection: Connection,
	message: MessageWithFile,
): Promise<UploadedFile> {
	const { mimeType, data } = message.file;
	const fileName = fileNameOf(message);
	const response = await connection.request({
		method: 'POST',
		host: 'media',
		path: methodPath(connection.credential, 'uploadFile'),
		headers: isUnknown(mimeType) ? { 'GA-Filename': asciiName(fileName) } : {},
		file: { fileName, contentType: mimeType, data },
		idempotent: true,
	});
	const mediaId = isObject(response.body) ? textAt(response.body, 'urlFile') : null;
	if (mediaId === null) throw connection.unexpected(response, '"urlFile"', false);
	return { mediaId, fileName };
}

/** "If the file type is not in the list, then GA-Filename is passed". */
const isUnknown = (mimeType: string): boolean =>
	essenceOf({ mimeType }) === 'application/octet-stream';

/** A header takes no other letters, and only the extension counts: the recipient's name goes with the message. */
const asciiName = (fileName: string): string => fileName.replace(/[^\w.-]+/g, '_');
