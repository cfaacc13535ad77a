import type { MessageToSchedule } from '../../messages/message';
import { matchesMessage, type ScheduledMessage } from '../../messages/scheduledMessage';
import { isObject } from '../json';
import type { Connection, NativeScheduler } from '../gateway';
import { unsupported } from '../transport/gatewayError';
import type { GatewayRequest } from '../transport/request';
import { account, sessionOf } from './credential';
import { isRefusal } from './parseError';
import { toAddress } from './recipient';
import { scheduledWord, toScheduledMessage } from './records';

/** docs.chatwhatsapp.in/api-reference/scheduled-messages. */
export const scheduler: Required<NativeScheduler> = {
	async schedule(connection, message) {
		const response = await connection.request({
			method: 'POST',
			path: path(connection),
			body: scheduleBody(message),
			idempotent: false,
		});
		const record = toScheduledMessage(field(response.body), account(connection.credential));
		if (record === null) {
			throw connection.unexpected(response, '"scheduled"', !isRefusal(response.body));
		}
		// The documented answer repeats the text only: what was sent is what is scheduled.
		const { type, text, mediaUrl, caption, reference } = message;
		return { ...record, type, text, mediaUrl, caption, reference };
	},

	async get(connection, scheduleId) {
		const response = await connection.request(one(connection, 'GET', scheduleId));
		const record = toScheduledMessage(field(response.body), account(connection.credential));
		if (record === null) throw connection.unexpected(response, '"scheduled"', false);
		return record;
	},

	async list(connection, { status }) {
		const word = status === undefined ? undefined : scheduledWord(status);
		// No word of the gateway means this status, so nothing can have it.
		if (status !== undefined && word === undefined) return [];
		return await list(connection, word);
	},

	async find(connection, message) {
		const all = await list(connection);
		return all.filter((record) => matchesMessage(record, message));
	},

	async cancel(connection, scheduleId) {
		const response = await connection.request(one(connection, 'DELETE', scheduleId));
		if (!isObject(response.body) || response.body.success !== true) {
			throw connection.unexpected(response, '"success": true', false);
		}
	},
};

const path = ({ credential }: Connection) =>
	`/sessions/${encodeURIComponent(sessionOf(credential))}/scheduled`;

const one = (
	connection: Connection,
	method: GatewayRequest['method'],
	scheduleId: string,
): GatewayRequest => ({
	method,
	path: `${path(connection)}/${encodeURIComponent(scheduleId)}`,
	idempotent: true,
});

const field = (body: unknown): unknown => (isObject(body) ? body.scheduled : undefined);

async function list(connection: Connection, status?: string): Promise<ScheduledMessage[]> {
	const response = await connection.request({
		method: 'GET',
		path: path(connection),
		query: status === undefined ? {} : { status },
		idempotent: true,
	});
	const records = field(response.body);
	if (!Array.isArray(records)) throw connection.unexpected(response, 'the list "scheduled"', false);
	const key = account(connection.credential);
	return records
		.map((record) => toScheduledMessage(record, key))
		.filter((record) => record !== null);
}

/**
 * A text message is `{ to, text, scheduledAt }`; media is `{ to, type, media, caption, scheduledAt }`,
 * without `text`, as in the vendor's image example.
 */
function scheduleBody(message: MessageToSchedule): Record<string, unknown> {
	const to = toAddress(message.recipient);
	const { type, text, mediaUrl, caption, fileName, scheduledAt } = message;
	if (type === 'text') return { to, text, scheduledAt };
	if (fileName !== null) {
		throw unsupported(
			'"File Name" is set, but ChatWhatsApp does not accept a file name for a scheduled message',
			'Leave "File Name" empty: the name in "Media URL" is used.',
		);
	}
	return { to, type, media: mediaUrl, ...(caption === null ? {} : { caption }), scheduledAt };
}
