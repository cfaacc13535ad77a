import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { FileInfo, MediaFile, ReadableBytes } from '../../messages/mediaFile';
import { quote, shorten } from '../../messages/text';

const PARAMETER = 'Input Binary Field';

/** A file of an item, as far as it is known without reading it. */
export interface InputFile extends FileInfo {
	readonly binary: IBinaryData;
}

/**
 * Finds the file of an item.
 *
 * @param field the name of a binary field, or, from an expression, such a field of another node's item
 * @throws InvalidParameterError naming *Input Binary Field*
 */
export function findInputFile(
	context: IExecuteFunctions,
	index: number,
	field: unknown,
): InputFile {
	const binary = isBinaryData(field) ? field : fieldOf(context, index, field);
	const { mimeType, fileName, fileExtension, id, data, bytes } = binary;
	return {
		binary,
		mimeType,
		fileName: fileName || (fileExtension ? `file.${fileExtension}` : null),
		// With an id, `data` names where n8n keeps the file.
		bytes: id ? (typeof bytes === 'number' ? bytes : null) : Buffer.byteLength(data, 'base64'),
	};
}

function fieldOf(context: IExecuteFunctions, index: number, field: unknown): IBinaryData {
	const name = typeof field === 'string' ? field.trim() : field;
	if (typeof name !== 'string' || name === '') {
		throw new InvalidParameterError(
			PARAMETER,
			`"${PARAMETER}" is ${name === '' ? 'empty' : quote(field)}. Enter the name of the binary field, e.g. data.`,
		);
	}
	const fields = context.getInputData()[index]?.binary ?? {};
	if (Object.hasOwn(fields, name)) return fields[name];
	const names = Object.keys(fields).map((one) => `"${shorten(one)}"`);
	throw new InvalidParameterError(
		PARAMETER,
		`"${PARAMETER}" is ${quote(name)}, but the item has no such binary field`,
		names.length === 0
			? 'The item has no file at all. Check the nodes before this one: some drop files, such as "Edit Fields" without "Include Other Input Fields".'
			: `Its binary fields: ${names.slice(0, MAX_NAMES).join(', ')}.`,
	);
}

const MAX_NAMES = 10;

const isBinaryData = (value: unknown): value is IBinaryData =>
	typeof value === 'object' &&
	value !== null &&
	[(value as IBinaryData).data, (value as IBinaryData).id].some((one) => typeof one === 'string') &&
	typeof (value as IBinaryData).mimeType === 'string';

/**
 * Opens a file: in memory if n8n keeps it in the item, otherwise as a stream.
 *
 * @throws InvalidParameterError naming *Input Binary Field*, if n8n no longer has it
 */
export async function openInputFile(
	{ helpers }: Pick<IExecuteFunctions, 'helpers'>,
	{ binary, fileName, mimeType }: InputFile,
): Promise<MediaFile> {
	const { id } = binary;
	if (!id) {
		const data = Buffer.from(binary.data, 'base64');
		return { fileName, mimeType, bytes: data.byteLength, data };
	}
	const gone = (error: unknown): never => {
		throw new InvalidParameterError(
			PARAMETER,
			`n8n no longer has the file${fileName === null ? '' : ` "${shorten(fileName, 80)}"`} of "${PARAMETER}"`,
			`Run the node that reads or creates the file again. n8n says: ${shorten(error instanceof Error ? error.message : String(error), 200)}`,
		);
	};
	const { fileSize } = await helpers.getBinaryMetadata(id).catch(gone);
	const open = async () => (await helpers.getBinaryStream(id).catch(gone)) as ReadableBytes;
	return { fileName, mimeType, bytes: fileSize, data: { bytes: fileSize, open } };
}
