import type { Gateway } from '../../gateways/gateway';
import { unsupported } from '../../gateways/transport/gatewayError';
import { assertFileKept } from '../../gateways/uploadChecks';
import { MINUTE_MS } from '../../messages/duration';
import type { Row } from './columns';
import { isReplaced } from './replacement';
import { DEFAULT_VALID_FOR_MINUTES, isoOf, templateOf, textOf, type SendingAccount } from './rows';

/** Whether a message is sent by what its gateway gave for an uploaded file. */
function isUploaded(row: Row): boolean {
	const mediaId = textOf(row.media_id);
	if (isReplaced(row) || mediaId === null) return false;
	return row.type === 'template'
		? Object.values(templateOf(row)?.variables ?? {}).includes(mediaId)
		: textOf(row.media_url) === null;
}

/**
 * Checks that the gateway still has a message's file when it is sent at another time. The file is as old
 * as the row, or newer if the message was replaced.
 *
 * @throws GatewayError of kind `unsupported`
 */
export function assertFileKeptUntil(row: Row, gateway: Gateway, sendAt: string): void {
	const uploadedAt = isoOf(row.createdAt);
	if (!isUploaded(row) || row.gateway !== gateway.id || uploadedAt === null) return;
	const validMinutes = Number(row.valid_for_minutes) || DEFAULT_VALID_FOR_MINUTES;
	const sendBy = Date.parse(sendAt) + validMinutes * MINUTE_MS;
	assertFileKept(gateway, sendBy, Date.parse(uploadedAt));
}

/**
 * Checks that a message is not moved away from the account that has its file.
 *
 * @throws GatewayError of kind `unsupported`
 */
export function assertFileMoves(row: Row, to: SendingAccount): void {
	if (!isUploaded(row) || (row.gateway === to.gateway && row.account === to.account)) return;
	throw unsupported(
		`The message is not moved: its file was uploaded to the account "${String(row.account)}", and no other account can send it`,
		`Schedule the message again with the file, or enter a public URL ${row.type === 'template' ? 'in "template"' : 'as "media_url"'} of its row.`,
	);
}
