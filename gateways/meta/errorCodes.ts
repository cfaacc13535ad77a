import type { VendorError } from '../gateway';

/** What a code means, beside the vendor's words. */
export type Meaning = Pick<
	VendorError,
	'kind' | 'fault' | 'notSent' | 'retryAfterMs' | 'isPerRecipient' | 'hint'
>;

/** Free content more than 24 hours after the recipient last wrote or called. */
export const WINDOW_CLOSED = '131047';

/** The user has stopped the marketing messages of this business. */
export const OPTED_OUT = '131050';

const TOKEN_HINT =
	'The access token has expired or was withdrawn. Create one for a system user in the Business Settings, and enter it as "Access Token" in the Message Gateway API credential.';
const PERMISSION_HINT =
	'The access token lacks a permission. Sending needs whatsapp_business_messaging; templates, webhooks and the state of the number need whatsapp_business_management. Grant them to the system user, create a new token, and enter it as "Access Token" in the credential.';
const QUALITY_HINT = 'Check the quality of the number in WhatsApp Manager.';
const RESTRICTED_HINT =
	'Check the restrictions of the account in the Business Support Home of Meta Business Suite.';
const REGISTER_HINT = 'Check the registration of the number in WhatsApp Manager.';
const VARIABLES_HINT =
	'Choose the template again, and enter one value for each of its variables under "Variables".';
const TEMPLATE_HINT = 'Check the template in WhatsApp Manager, or choose another "Template".';
const RATE_HINT =
	'Wait a moment, or reduce "Messages per Minute" or "Max Parallel Requests" under Options.';

/** One message to one user each six seconds (…/about-the-platform, "Pair rate limits"). */
const PAIR_RATE_MS = 6_000;

/** The messages of the account do not go out now. */
const account = (hint: string, more: Meaning = {}): Meaning => ({
	kind: 'rejected',
	fault: 'account',
	hint,
	...more,
});

/** This message never will go out. */
const message = (hint: string): Meaning => ({ kind: 'rejected', fault: 'message', hint });

/** It may have been sent. */
const UNCLEAR: Meaning = {
	kind: 'unavailable',
	hint: 'Look in WhatsApp whether the message arrived before you send it again.',
};

/** Nothing was sent; the same may go through later. */
const later = (hint: string): Meaning => ({ kind: 'unavailable', notSent: true, hint });

/**
 * developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes, of each gateway that
 * leads to Meta. The HTTP status says little: most come with 400.
 */
const CODES: Readonly<Record<string, Meaning>> = {
	0: account(TOKEN_HINT, { kind: 'unauthorized' }),
	190: account(TOKEN_HINT, { kind: 'unauthorized' }),
	3: account(PERMISSION_HINT, { kind: 'forbidden' }),
	10: account(PERMISSION_HINT, { kind: 'forbidden' }),
	131005: account(PERMISSION_HINT, { kind: 'forbidden' }),
	4: { kind: 'rateLimited', hint: RATE_HINT },
	80007: { kind: 'rateLimited', hint: RATE_HINT },
	80008: { kind: 'rateLimited', hint: RATE_HINT },
	130429: { kind: 'rateLimited', hint: RATE_HINT },
	131056: {
		kind: 'rateLimited',
		isPerRecipient: true,
		retryAfterMs: PAIR_RATE_MS,
		hint: 'Send fewer messages to this recipient: one in six seconds is allowed. Others go on.',
	},
	// "Invalid request or possible server error", "Message failed to send due to an unknown error", and
	// "again" for a downtime or overload: none of them says that nothing was sent, and Graph is known to
	// answer 2 to what it has done (koala's issue 699 on GitHub).
	1: UNCLEAR,
	2: UNCLEAR,
	131000: UNCLEAR,
	131016: UNCLEAR,
	131057: later('The number is in maintenance, which takes a few minutes. Retry later.'),
	33: account('The number was deleted. Enter the ID of another one as "Phone Number ID".'),
	368: account(RESTRICTED_HINT),
	131031: account(RESTRICTED_HINT),
	131048: account(QUALITY_HINT),
	131064: account('The limit of the account lifts by itself. Retry later.'),
	133016: account(REGISTER_HINT),
	131037: account('Have the display name of the number approved in WhatsApp Manager.'),
	131045: account(REGISTER_HINT),
	133010: account(REGISTER_HINT),
	131042: account('Check the payment method of the WhatsApp Business Account.'),
	134011: account('Accept the terms that WhatsApp Manager shows.'),
	130497: message('The account may not write to users in the country of this recipient.'),
	130403: message('The business has blocked this user. Unblock the user, or leave the number out.'),
	130472: message('The recipient takes part in an experiment of Meta. Do not send it again.'),
	131008: message('Check the values of this item.'),
	131009: message('Check the values of this item.'),
	131021: message('The recipient is the number that sends. Enter another "Recipient".'),
	131026: message(
		'The number may not be on WhatsApp, or its user has an old version or has not accepted the terms. Check "Recipient", or reach the person in another way.',
	),
	[WINDOW_CLOSED]: message(
		'Send a template: choose Template as "Message Type". Anything else is delivered only within 24 hours after the recipient last wrote.',
	),
	131049: message('Meta limits marketing to this recipient. Do not send it again within 24 hours.'),
	[OPTED_OUT]: message(
		'The recipient has stopped marketing messages of this business. Do not send any.',
	),
	131051: message('Choose another "Message Type".'),
	131052: message('Check the media of the message.'),
	131053: message(
		'Meta could not take the file. Check that "Media URL" is public and that its server gives the right Content-Type; images are JPEG or PNG, videos MP4 or 3GPP, voice messages Ogg with Opus, and none is too large.',
	),
	131062: message('This message needs a phone number. Enter one as "Recipient".'),
	131063: message('Marketing templates are turned off for this number on the Cloud API.'),
	132000: message(VARIABLES_HINT),
	132012: message(VARIABLES_HINT),
	132018: message(VARIABLES_HINT),
	132001: message(
		'The template does not exist in this language, or is not approved. Check "Template" and "Template Language".',
	),
	132005: message('The text with its variables is too long. Shorten the "Variables".'),
	132007: message(TEMPLATE_HINT),
	132015: message(
		'Meta has paused the template because of its quality. Improve it in WhatsApp Manager, or choose another "Template".',
	),
	132016: message(
		'Meta has disabled the template because of its quality. Choose another "Template".',
	),
	132068: message('The Flow of the template is blocked. Choose another "Template".'),
	132069: message(
		'The Flow of the template is throttled. Choose another "Template", or retry later.',
	),
	135000: message('Check the values of this item.'),
	137000: message('Check the values of this item.'),
};

/** `(#100) Unsupported post request. Object with ID '…' does not exist, …` (subcode 33; whatsapp-cloud-api-rs#3). */
const NO_SUCH_OBJECT = '33';

/** What a code says; nothing of one that the vendor does not document. */
export function meaningOf(code: string, subcode: string | null): Meaning {
	if (Object.hasOwn(CODES, code)) return CODES[code];
	const number = Number(code);
	if (number >= 200 && number <= 299) return account(PERMISSION_HINT, { kind: 'forbidden' });
	if (number >= 133000 && number <= 133015) return account(REGISTER_HINT);
	if (code === '100' && subcode === NO_SUCH_OBJECT) {
		return account(
			'Check "Phone Number ID" and "WhatsApp Business Account ID" in the Message Gateway API credential, and that the access token may use both. An ID is not the phone number.',
			{ kind: 'notFound' },
		);
	}
	return code === '100' ? message('Check the values of this item.') : {};
}
