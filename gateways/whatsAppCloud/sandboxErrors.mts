import type { Json } from '../../sandbox/types.mts';

/** Titles and details of the codes that the sandbox gives. undocumented: some of the titles */
const texts: Record<number, [title: string, details: string]> = {
	10: [
		'Application does not have permission for this action',
		'Permission is either not granted or has been removed.',
	],
	100: ['Invalid parameter', 'Unsupported or misspelled parameter.'],
	130429: ['Rate limit hit', 'Cloud API message throughput has been reached.'],
	131000: ['Something went wrong', 'Message failed to send due to an unknown error.'],
	131005: ['Access denied', 'Permission is either not granted or has been removed.'],
	131021: ['Recipient cannot be sender', 'Sender and recipient phone number is the same.'],
	131026: ['Message undeliverable', 'Message Undeliverable.'],
	131031: ['Account has been locked', 'The account has been restricted or disabled.'],
	131047: [
		'Re-engagement message',
		'More than 24 hours have passed since the recipient last replied to the sender number.',
	],
	131049: [
		'This message was not delivered to maintain healthy ecosystem engagement.',
		'In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
	],
	131050: [
		'User has stopped marketing messages',
		'Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.',
	],
	131053: ['Media upload error', 'Unable to upload the media used in the message.'],
	131056: [
		'Pair rate limit hit',
		'Too many messages sent from the sender phone number to the same recipient phone number.',
	],
	131057: ['Account in maintenance mode', 'Business Account is in maintenance mode'],
	132000: [
		'Number of parameters does not match the expected number of params',
		'The number of variable parameters does not match the number in the template.',
	],
	132001: [
		'Template name does not exist in the translation',
		'The template does not exist in the specified language or has not been approved.',
	],
	132012: [
		'Parameter format does not match format in the created template',
		'Variable parameter values formatted incorrectly.',
	],
	132015: ['Template is paused', 'Template is paused due to low quality.'],
	132016: ['Template is disabled', 'Template has been paused too many times and is disabled.'],
};

const textOf = (code: number): [string, string] => texts[code] ?? [`Error ${code}`, `${code}`];

/** The error of a status `failed`. */
export function statusError(code: number, details = textOf(code)[1]): Json {
	const [title] = textOf(code);
	const href = '/documentation/business-messaging/whatsapp/support/error-codes';
	return { code, title, message: title, error_data: { details }, href };
}

/** The body of an error; `trace` is Meta's id of the request. */
export function errorOf(code: number, trace: string, details = textOf(code)[1]): Json {
	return {
		error: {
			message: `(#${code}) ${textOf(code)[0]}`,
			type: 'OAuthException',
			code,
			error_data: { messaging_product: 'whatsapp', details },
			fbtrace_id: trace,
		},
	};
}

/** An error without `error_data`, as the Graph API itself gives it. */
export const graphError = (
	message: string,
	code: number,
	subcode: number,
	trace: string,
): Json => ({
	error: { message, type: 'OAuthException', code, error_subcode: subcode, fbtrace_id: trace },
});
