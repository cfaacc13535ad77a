import { textOf } from '../../sandbox/dialect.mts';
import type { Json } from '../../sandbox/types.mts';
import type { WahaServer } from './sandboxServer.mts';

/** undocumented: the names that Nest, which WAHA is made with, gives by default */
const names: Record<number, string> = {
	400: 'Bad Request',
	403: 'Forbidden',
	404: 'Not Found',
	422: 'Unprocessable Entity',
	429: 'Too Many Requests',
	501: 'Not Implemented',
};

/** An error that the vendor throws on purpose. */
export const refusal = (status: number, message: string | string[]): Json =>
	status === 401
		? { message, statusCode: status }
		: { statusCode: status, message, error: names[status] };

/** Whatever else was thrown, with the request, which is echoed. */
export const thrown = (exception: Json, version: WahaServer, request: Json = {}): Json => ({
	statusCode: 500,
	timestamp: new Date().toISOString(),
	exception,
	request,
	version,
});

export const exceptionOf = (text: string): Json => ({
	message: text,
	name: 'Error',
	stack: `Error: ${text}\n    at /app/dist/core`,
});

/**
 * What is thrown while a message is sent: nothing is validated before. Numbers that end in 0404 are not on WhatsApp
 * and those in 0463 new to the account, by agreement.
 */
export function sendException({ chatId }: Json): Json | null {
	const to = textOf(chatId);
	if (to === null) return exceptionOf("Cannot read properties of undefined (reading 'includes')");
	const phone = to.split('@')[0];
	const details = phone.endsWith('0404')
		? `no LID found for ${phone}@s.whatsapp.net from server`
		: phone.endsWith('0463')
			? 'failed to send message: server returned error 463'
			: null;
	if (details === null) return null;
	return { ...exceptionOf(`2 UNKNOWN: ${details}`), code: 2, details };
}

/** What is refused in a session that is not there: an old Core has one only. */
export const noSuchSession = (session: string, isOldCore: boolean): Json =>
	isOldCore
		? refusal(
				422,
				`WAHA Core support only 'default' session. You tried to access '${session}' session`,
			)
		: {
				error: session ? `Session "${session}" does not exist` : 'Session name is required',
				session,
			};

/** What is refused after the wait for a session that does not work. */
export const notWorking = (session: string, status: string): Json => ({
	error: 'Session status is not as expected. Try again later or restart the session',
	session,
	status,
	expected: ['WORKING'],
});

const seeDocs = 'Check the docs and try another engine: https://waha.devlike.pro/';

export const notByEngine = (engine: string): Json =>
	refusal(501, `The method is not implemented by '${engine}' engine. ${seeDocs}`);

export const plusOnly = (engine: string): Json =>
	refusal(
		422,
		`The feature is available only in Plus version for '${engine}' engine. Check this out: https://waha.devlike.pro/`,
	);
