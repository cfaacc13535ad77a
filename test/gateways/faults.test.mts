import { chatWhatsApp } from '../../gateways/chatWhatsApp';
import type { Credential, Gateway } from '../../gateways/gateway';
import { greenApi } from '../../gateways/greenApi';
import { hypersenderSms } from '../../gateways/hypersenderSms';
import { hypersenderWhatsApp } from '../../gateways/hypersenderWhatsApp';
import { connect } from '../../gateways/transport/connection';
import { GatewayError, type GatewayErrorKind } from '../../gateways/transport/gatewayError';
import { whapi } from '../../gateways/whapi';
import { parseContent, type OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import callsExceeded from '../../gateways/greenApi/fixtures/calls-exceeded.json';
import chatsExceeded from '../../gateways/greenApi/fixtures/chats-exceeded.json';
import notOnWhatsApp from '../../gateways/hypersenderWhatsApp/fixtures/not-on-whatsapp.json';
import channelNotFound from '../../gateways/whapi/fixtures/channel-not-found.json';

/**
 * Whose fault it is when a send is refused: `account` holds all messages back, `message` concerns this
 * one alone, and null leaves it to the kind of error.
 */
type Row = [
	status: number,
	body: unknown,
	kind: GatewayErrorKind,
	fault: 'account' | 'message' | null,
	outcomeUnknown?: 'outcomeUnknown',
];

const message: OutgoingMessage = {
	...parseContent({ type: 'text', text: 'Hi' }),
	recipient: parseRecipient('+11001234567'),
	reference: null,
	idempotencyKey: 'key-1',
};

async function refusal(gateway: Gateway, status: number, body: unknown) {
	const credential: Credential = Object.fromEntries([
		['gateway', gateway.id],
		...gateway.credentialFields.map((field) => [field.name, field.default ?? `${field.name}-0001`]),
	]);
	const policy = { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 };
	const connection = connect(
		gateway,
		credential,
		{
			send: async () => ({ status, headers: {}, body }),
			now: () => 0,
			sleep: async () => {},
			random: () => 0,
		},
		{ policy },
	);
	const error: unknown = await gateway.send(connection, message).catch((caught: unknown) => caught);
	if (!(error instanceof GatewayError)) throw new Error(`no refusal but ${String(error)}`);
	return error;
}

function isRefusedAs(gateway: Gateway, rows: Row[]) {
	describe(gateway.label, () => {
		it.each(rows)('%d %j: %s, fault %s', async (...row) => {
			const [status, body, kind, fault, outcomeUnknown] = row;
			const error = await refusal(gateway, status, body);
			expect([error.kind, error.details.fault ?? null]).toEqual([kind, fault]);
			expect(error.details.outcomeUnknown).toBe(outcomeUnknown !== undefined);
			expect(error.details.hint).toEqual(expect.any(String));
		});
	});
}

const whapiError = (code: number, text: string) => ({ error: { code, message: text } });

/** The descriptions of the answers stand in the vendor's OpenAPI file, `sendMessageText`. */
isRefusedAs(whapi, [
	[400, whapiError(400, 'Wrong request parameters'), 'rejected', null],
	[401, whapiError(401, 'Need channel authorization for send message'), 'rejected', 'account'],
	[401, '', 'rejected', 'account'],
	[402, whapiError(402, 'Trial version limit exceeded'), 'rejected', 'account'],
	[402, null, 'rejected', 'account'],
	[403, whapiError(403, 'It is forbidden to send to this group/recipient'), 'forbidden', null],
	[404, channelNotFound, 'unauthorized', 'account'],
	[404, whapiError(404, 'Specified chat not found'), 'notFound', null],
	[413, whapiError(413, 'Request body too large'), 'rejected', null],
	[429, whapiError(429, 'Too many requests'), 'rateLimited', null],
	[500, whapiError(500, 'Internal Error'), 'unavailable', null, 'outcomeUnknown'],
]);

/** green-api.com/en/docs/api/common-errors, "Error ID". */
isRefusedAs(greenApi, [
	[400, 'instance in starting process try later', 'rejected', 'account'],
	[400, 'instance account not authorized', 'rejected', 'account'],
	[400, { message: 'instance is starting or not authorized' }, 'rejected', 'account'],
	[
		400,
		'Instance account is expired. Renew your instance from personal area',
		'rejected',
		'account',
	],
	[400, 'Instance is deleted', 'rejected', 'account'],
	[400, 'bad request data', 'rejected', null],
	[400, { message: "Validation failed. Details: 'chatId' is bad" }, 'rejected', null],
	[401, 'Unauthorized', 'unauthorized', 'account'],
	[403, 'Forbidden', 'forbidden', 'account'],
	[404, 'Not Found', 'notFound', 'account'],
	[429, 'Too Many Requests', 'rateLimited', null],
	[466, callsExceeded, 'rejected', 'account'],
	// The plan's other chats go on.
	[466, chatsExceeded, 'forbidden', null],
	[466, '', 'rejected', 'account'],
	[
		500,
		'File from url exceeded max upload size. Size: 120mb Limit: 100mb Url: https://a.example/b',
		'rejected',
		'message',
	],
	[500, 'instance account not authorized', 'unavailable', null, 'outcomeUnknown'],
	[502, 'Bad Gateway', 'unavailable', null, 'outcomeUnknown'],
]);

const chatError = (error: string) => ({ success: false, error });

/** docs.chatwhatsapp.in/errors; which status each text comes with stands nowhere. */
isRefusedAs(chatWhatsApp, [
	[400, chatError('Invalid phone number'), 'rejected', null],
	[401, chatError('Invalid API key'), 'unauthorized', 'account'],
	[403, chatError('This API key can only access its own session'), 'forbidden', 'account'],
	[403, chatError('You may not write to this group'), 'forbidden', null],
	[404, chatError('Session not found'), 'notFound', 'account'],
	[404, chatError('Recipient not found'), 'notFound', null],
	...[400, 403, 500, 503].map(
		(status): Row => [
			status,
			chatError(
				'Session not authenticated. Please scan the QR code first using GET /sessions/{id}/qr',
			),
			'rejected',
			'account',
		],
	),
	[503, chatError('Session is still connecting. Please wait.'), 'rejected', 'account'],
	// "Look at success whatever the HTTP status."
	[200, chatError('Session not authenticated.'), 'unexpectedResponse', 'account'],
	[200, chatError('Something else'), 'unexpectedResponse', null],
	[500, chatError('Internal error'), 'unavailable', null, 'outcomeUnknown'],
	[402, chatError('Pay'), 'rejected', 'account'],
]);

/** No page documents the texts about an account, so the status has to do. */
for (const gateway of [hypersenderSms, hypersenderWhatsApp]) {
	isRefusedAs(gateway, [
		[401, { message: 'Unauthenticated.' }, 'unauthorized', null],
		[402, {}, 'rejected', 'account'],
		[404, { message: 'Instance not found.' }, 'notFound', null],
		[422, notOnWhatsApp, 'rejected', 'message'],
		[404, notOnWhatsApp, 'rejected', 'message'],
		[422, { message: 'The to field is required.' }, 'rejected', null],
		[500, { message: 'Server Error' }, 'unavailable', null, 'outcomeUnknown'],
	]);
}
