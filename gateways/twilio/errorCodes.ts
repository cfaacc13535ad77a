import type { VendorError } from '../gateway';

type Meaning = Pick<VendorError, 'kind' | 'fault' | 'hint' | 'notSent'>;

interface ErrorCode extends Meaning {
	/** What it says, for people. */
	readonly words: string;
}

const CREDENTIAL = 'in the Message Gateway API credential';

const account = (words: string, hint?: string): ErrorCode => ({ words, fault: 'account', hint });
const message = (words: string, hint?: string): ErrorCode => ({ words, fault: 'message', hint });
const sender = (words: string): ErrorCode =>
	account(words, `Check "Sender", "Channel" and "Messaging Service SID" ${CREDENTIAL}.`);
const said = (words: string): ErrorCode => ({ words });
/** Of the sender, or of this recipient's country only: the messages after it show which. */
const senderOrRecipient = (words: string): ErrorCode => ({
	words,
	kind: 'forbidden',
	hint: 'Check that "Sender" or the Messaging Service reaches the country of this recipient.',
});

/** Free content on WhatsApp, more than 24 hours after the recipient's last message (…/docs/api/errors/63016). */
export const WINDOW_CLOSED = '63016';

/** The recipient answered STOP, or a word like it. */
export const OPTED_OUT = '21610';

/**
 * The codes of twilio.com/docs/api/errors that concern sending. Those of 2xxxx and 35xxx come as the answer to a
 * request, those of 30xxx and 63xxx mostly later, with a status.
 */
const CODES: Readonly<Record<string, ErrorCode>> = {
	10001: account('The account is not active', 'Check the account in the Twilio Console.'),
	14107: { words: 'Too many requests', kind: 'rateLimited' },
	20003: {
		words: 'Access is denied',
		kind: 'unauthorized',
		fault: 'account',
		hint: `Check "Account SID" and "Auth Token" (or the API key) ${CREDENTIAL}: they must belong together, and to the region of "Base URL".`,
	},
	20005: account('The account is not active', 'Check the account in the Twilio Console.'),
	20404: { words: 'It does not exist', kind: 'notFound' },
	20429: { words: 'Too many requests', kind: 'rateLimited' },
	21211: message('The recipient is not a valid number'),
	21212: sender('The sender is not a valid number'),
	21265: message('The recipient is a short code'),
	21266: message('Recipient and sender are the same number'),
	21408: message(
		'The account may not send to this country',
		'Turn the country on under Geo Permissions in the Twilio Console.',
	),
	21601: sender('The sender cannot send messages'),
	21606: senderOrRecipient('The sender cannot send to this recipient'),
	21608: message(
		'A trial account sends to verified numbers only',
		'Verify the number in the Twilio Console, or upgrade the account.',
	),
	21609: account(
		'The status URL is not valid',
		'Check "Status URL" in the Message Gateway API credential: a public host name without underscores.',
	),
	[OPTED_OUT]: message(
		'The recipient has unsubscribed',
		'The recipient answered STOP and gets no more messages from this sender until the answer START.',
	),
	21611: {
		words: 'The queue of the sender is full',
		kind: 'unavailable',
		notSent: true,
		hint: 'Send later, or use a Messaging Service with more senders.',
	},
	21612: message('The sender cannot reach this recipient'),
	21614: message('The recipient is not a mobile number'),
	21617: message('The text is longer than 1,600 characters'),
	21620: message('The media URL is not valid'),
	21635: message('The recipient is a landline'),
	21654: message('The template is missing'),
	21655: message('The template id is not valid'),
	21656: message('The variables of the template are not valid'),
	21659: senderOrRecipient('The sender is not a number of Twilio that can send to this recipient'),
	21660: sender('The sender is not of this account'),
	21661: sender('The sender cannot send messages'),
	21701: sender('The Messaging Service does not exist'),
	21703: senderOrRecipient('The Messaging Service has no number for this recipient'),
	21704: sender('The Messaging Service has no sender'),
	21705: sender('The Messaging Service SID is not valid'),
	30001: said('The queue of the sender was full'),
	30002: account('The account is suspended', 'Check the account in the Twilio Console.'),
	30003: said('The handset cannot be reached'),
	30004: said('The message is blocked'),
	30005: said('The handset is unknown'),
	30006: said('The number is a landline, or its carrier cannot be reached'),
	30007: said('The carrier filtered the message'),
	30008: said('Unknown error'),
	30020: said('Scheduling failed at Twilio'),
	30022: said('A limit of the US carriers (A2P 10DLC) is reached'),
	30023: said('The daily limit of the US carriers (A2P 10DLC) is reached'),
	30032: said('The toll-free number is not verified'),
	30034: said('The number is not registered for A2P 10DLC'),
	30036: said('The validity period ran out'),
	30400: said('The parameters do not fit'),
	30409: {
		words: 'The message can no longer be cancelled',
		hint: 'It is being sent or was sent. Twilio begins some minutes before its time.',
	},
	30410: said('The provider did not answer in time'),
	30450: said('The message is blocked as SMS pumping'),
	30453: said('The message is blocked as SMS pumping'),
	30500: said('Internal error at Twilio'),
	35111: said('The time is missing'),
	35114: said('The time is not accepted'),
	35115: said('The time is not accepted'),
	35117: said('The time is not accepted'),
	35118: sender('A Messaging Service is required'),
	35125: {
		words: 'The account has too many scheduled messages',
		hint: 'Set "Store Messages In" to "n8n Data Table", or wait until some have gone out.',
	},
	35126: said('The kind of schedule is not accepted'),
	35127: message('A template has no text of its own'),
	63001: sender('The channel does not accept the account'),
	63002: sender('The channel does not accept the sender'),
	63003: message('The channel does not accept the recipient'),
	63005: message('The channel does not accept the content'),
	63007: sender('The sender is not connected to the channel'),
	63010: said('Internal error of the channel'),
	63012: said('Internal error of the channel'),
	63013: message('The content is against the rules of the channel'),
	63015: message('The recipient has not joined the WhatsApp Sandbox'),
	[WINDOW_CLOSED]: message(
		'The last message of the recipient is more than 24 hours old',
		'Outside that window WhatsApp takes templates only: choose "Template" as "Message Type".',
	),
	63017: said('The channel limits the rate'),
	63018: said('The channel limits the rate'),
	63019: message('The channel could not download the media'),
	63021: message('The content is not valid'),
	63024: message('The recipient is not valid on the channel'),
	63027: message('The template does not exist'),
	63028: message('The number of variables does not fit the template'),
	63032: message('WhatsApp does not deliver to this recipient (an experiment)'),
	63033: message('The recipient has blocked the sender'),
	63034: message('The media is too large'),
	63035: message('RCS does not support this operation'),
	63036: message('The recipient cannot be reached by RCS'),
	63038: {
		words: 'The daily limit of messages is reached',
		kind: 'rejected',
		fault: 'account',
		hint: 'Wait until tomorrow, or ask Twilio to raise the limit.',
	},
	63040: message('The template was rejected'),
	63041: message('The template is paused'),
	63042: message('The template is disabled'),
	63049: message('WhatsApp limits marketing messages to this recipient'),
	63051: account('The WhatsApp Business account is locked'),
	63112: account('Meta disabled the WhatsApp Business account'),
	90010: account('The account is not active', 'Check the account in the Twilio Console.'),
};

/** Twilio's code in words; null if it is not among those that concern sending. */
export const wordsOf = (code: string): string | null =>
	Object.hasOwn(CODES, code) ? CODES[code].words : null;

/** What a code means for whoever sends. */
export function meaningOf(code: string): Meaning {
	if (!Object.hasOwn(CODES, code)) return {};
	const { kind, fault, notSent, hint } = CODES[code];
	return { kind, fault, notSent, hint };
}
