import type { OutgoingMessage } from '../../messages/message';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import type { Connection } from '../gateway';
import { isObject, objectAt, textAt, unixInstantAt } from '../json';
import { GatewayError, unsupported } from '../transport/gatewayError';
import type { GatewayResponse } from '../transport/request';
import { account, instancePath } from './credential';
import { isGraphError } from './graphError';
import { fileNameOf, mediaOf } from './mediaFile';
import { assertTakesLid, toNumber } from './recipient';
import { versionOf, type Version } from './version';
import { withoutSecrets } from './withoutSecrets';

/** Hands a message to WhatsApp. */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	assertSendable(message);
	const version = await versionOf(connection);
	assertTakesLid(message.recipient, version);
	const number = toNumber(message.recipient);
	const response = await post(connection, message, version);
	const { status, body } = response;
	const sent = isObject(body) ? body : {};
	const key = objectAt(sent, 'key');
	const messageId = textAt(key, 'id');
	if (messageId === null) {
		// A server of Meta's channel answers 201 with what Meta refused.
		if (isGraphError(sent)) throw connection.refused(response);
		// "return;": sent, but the media could not be stored in S3.
		if (status !== 201 || !isEmpty(body)) throw connection.unexpected(response, '"key.id"', true);
	}
	return createSentMessage(message, {
		// WhatsApp may know a number by another one, or by a LID; who was asked for stays the recipient.
		recipient: { ...message.recipient, address: textAt(key, 'remoteJid') ?? number },
		fileName: message.type === 'text' ? null : fileNameOf(message),
		gateway: 'evolutionApi',
		account: account(connection.credential),
		messageId,
		// `PENDING` in each answer: handed over, but the network does not have it yet.
		status: 'queued',
		gatewayStatus: textAt(sent, 'status'),
		acceptedAt: unixInstantAt(sent, 'messageTimestamp'),
		raw: withoutSecrets(body ?? null),
	});
}

/** The answer; as the 201 without a body where only storing the message failed. */
async function post(
	connection: Connection,
	message: OutgoingMessage,
	version: Version,
): Promise<GatewayResponse> {
	return await connection
		.request({
			method: 'POST',
			path: instancePath(connection.credential, PATHS[message.type] ?? 'message/sendMedia'),
			body: sendBody(message, version),
			idempotent: false,
		})
		.catch((error: unknown) => {
			if (isNotStored(error)) return { status: 201, headers: {}, body: '' };
			throw error;
		});
}

/**
 * Whether WhatsApp has the message, and only the server's database failed: it stores what was sent within
 * the same `try`, whose errors are a 400 with their text (src/api/integrations/channel/whatsapp,
 * `sendMessageWithTyping`).
 */
const isNotStored = (error: unknown): boolean =>
	error instanceof GatewayError &&
	error.details.status === 400 &&
	/: "PrismaClient\w*Error: /.test(error.message);

const PATHS: Readonly<Partial<Record<OutgoingMessage['type'], string>>> = {
	text: 'message/sendText',
	voice: 'message/sendWhatsAppAudio',
};

const isEmpty = (body: unknown): boolean => body === '' || body === null || body === undefined;

/** Refuses what no version takes. */
export function assertSendable(message: OutgoingMessage): void {
	toNumber(message.recipient);
	if (message.type === 'text') return;
	mediaOf(message);
	fileNameOf(message);
	if (message.caption !== null && (message.type === 'audio' || message.type === 'voice')) {
		throw unsupported(
			`"Caption" is set, but WhatsApp shows none for ${message.type}`,
			'Leave "Caption" empty, or send it as a separate message.',
		);
	}
}

/**
 * The body of `sendText`, `sendMedia` or `sendWhatsAppAudio`, which version 1 wants nested
 * (src/validate/message.schema.ts; v1.8: src/validate/validate.schema.ts). Without `delay`, which would
 * keep the request open.
 */
export function sendBody(message: OutgoingMessage, { major }: Version) {
	const number = toNumber(message.recipient);
	const [name, content] = contentOf(message);
	return major < 2 ? { number, [name]: content } : { number, ...content };
}

/** The content of a message, and what version 1 calls it. */
function contentOf(message: OutgoingMessage): [name: string, content: Record<string, unknown>] {
	const { type, text, caption } = message;
	if (type === 'text') return ['textMessage', { text }];
	const media = mediaOf(message);
	if (type === 'voice') return ['audioMessage', { audio: media }];
	const fileName = fileNameOf(message);
	return [
		'mediaMessage',
		{
			mediatype: type,
			media,
			...(fileName === null ? {} : { fileName }),
			...(caption === null ? {} : { caption }),
		},
	];
}
