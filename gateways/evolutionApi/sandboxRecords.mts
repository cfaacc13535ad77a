import { asRecord } from '../../sandbox/dialect.mts';
import type { Json, SandboxMessage } from '../../sandbox/types.mts';
import { account } from './sandboxAccount.mts';
import { recordedContent } from './sandboxContent.mts';

/** What changes the form of a record. */
export interface Flavour {
	isV1: boolean;
	isMeta: boolean;
}

const seconds = (at: string) => Math.floor(Date.parse(at) / 1000);

/** The id of a message in the server's database. */
const rowId = ({ id }: SandboxMessage) => `cm${id.slice(-10).toLowerCase()}`;

export const keyOf = ({ id, to }: SandboxMessage): Json => ({ remoteJid: to, fromMe: true, id });

/** The answer to a send, `send.message`, and a row of the table `Message`. */
export function recordOf(message: SandboxMessage, isV1: boolean): Json {
	const { messageType, message: content } = recordedContent(message);
	if (isV1) {
		const extended = { extendedTextMessage: { text: message.text } };
		return {
			key: keyOf(message),
			message: message.type === 'text' ? extended : content,
			// As the vendor's file for version 1 has it.
			messageTimestamp: String(seconds(message.takenAt)),
			status: 'PENDING',
		};
	}
	return {
		key: keyOf(message),
		pushName: 'Você',
		status: message.fromPhone ? 'SERVER_ACK' : 'PENDING',
		message: content,
		messageType,
		messageTimestamp: seconds(message.takenAt),
		instanceId: account.instanceId,
		source: message.fromPhone ? 'ios' : 'web',
	};
}

/** `data` of `messages.update`; its time stands in version 1 alone. */
export function updateOf(
	message: SandboxMessage,
	status: string | undefined,
	at: Date,
	{ isV1, isMeta }: Flavour,
): Json {
	const { id, to } = message;
	if (isV1) {
		const owner = account.instanceName;
		return { remoteJid: to, fromMe: true, id, status, datetime: at.getTime(), owner };
	}
	return {
		keyId: id,
		remoteJid: to,
		// Meta's channel compares the wrong two numbers.
		fromMe: !isMeta,
		...(isMeta && { participant: to }),
		status,
		instanceId: account.instanceId,
		messageId: rowId(message),
	};
}

/** `chat/findMessages`, the newest first: a list in version 1, then a page. */
export function foundMessages(
	query: Json,
	messages: readonly SandboxMessage[],
	statusesOf: (id: string) => string[],
	isV1: boolean,
): unknown {
	const where = asRecord(query.where);
	const { id: wanted } = asRecord(where.key);
	const { gte, lte } = asRecord(where.messageTimestamp);
	// One alone does nothing, and version 1 has neither.
	const hasRange = gte !== undefined && lte !== undefined && !isV1;
	const isWithin = ({ takenAt }: SandboxMessage) =>
		!hasRange ||
		(seconds(takenAt) >= seconds(String(gte)) && seconds(takenAt) <= seconds(String(lte)));
	const found = messages
		.filter(({ id }) => wanted === undefined || wanted === id)
		.filter(isWithin)
		.reverse();
	if (isV1) {
		const limit = Number(query.limit ?? 0) || found.length;
		return found.slice(0, limit).map((message) => ({
			...recordOf(message, true),
			messageType: message.type === 'text' ? 'extendedTextMessage' : undefined,
			owner: account.instanceName,
		}));
	}
	const offset = Number(query.offset ?? 50);
	const page = Number(query.page ?? 1);
	const records = found
		.slice(offset * (page - 1), offset * page)
		.map((message) => storedRow(message, statusesOf(message.id)));
	const pages = Math.ceil(found.length / offset);
	return { messages: { total: found.length, pages, currentPage: page, records } };
}

function storedRow(message: SandboxMessage, statuses: string[]): Json {
	const { key, pushName, messageType, ...others } = recordOf(message, false);
	const { message: content, messageTimestamp, instanceId, source } = others;
	return {
		id: rowId(message),
		...{ key, pushName, messageType, message: content, messageTimestamp, instanceId, source },
		contextInfo: null,
		MessageUpdate: statuses.map((status) => ({ status })),
	};
}

/** What Meta refuses, as the server hands it on. */
export const graphError: Json = {
	message: '(#131030) Recipient phone number not in allowed list',
	type: 'OAuthException',
	code: 131030,
	fbtrace_id: 'AbCdEf',
};

/** What 2.4 answers without a licence. */
export function licenceBody(base: string): Json {
	const url = `${base}/manager/login`;
	const docs = 'https://docs.evolutionfoundation.com.br/licensing';
	return {
		error: 'service not activated',
		code: 'LICENSE_REQUIRED',
		register_url: url,
		instance_id: account.instanceId,
		docs_url: docs,
		message: `This Evolution API instance is not activated. Open ${url} to activate. Docs: ${docs}`,
	};
}
