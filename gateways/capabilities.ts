import type { MessageType } from '../messages/message';
import type { Status } from '../messages/status';
import type { UploadCapabilities } from './uploads';

/** What a gateway's own scheduler can do. */
export interface ScheduleCapabilities {
	readonly types: readonly MessageType[];
	/** How far ahead a message must at least be; null if the vendor says nothing. */
	readonly minLeadMs: number | null;
	/** How far ahead it may be at most. */
	readonly maxLeadMs: number | null;
	/** Whether scheduled messages survive a restart of the gateway. */
	readonly isDurable: boolean;
	/**
	 * `cancel`: the vendor documents a cancel. `delete`: it documents only the deletion of a message,
	 * which the user has to choose as what it is.
	 */
	readonly cancelsBy: 'cancel' | 'delete';
}

/** How a message that was sent can be looked up. */
export interface LookupCapabilities {
	/** What the id is that the gateway looks up: of the message, or of its queued request. */
	readonly by: 'messageId' | 'queueId';
	/** Whether the recipient must be named too. */
	readonly needsRecipient: boolean;
}

/** What a gateway can do. Data: refusals, the docs table and the tests all read it from here. */
export interface Capabilities {
	/** How messages reach people. */
	readonly channel: 'whatsapp' | 'sms';
	/** Message types that can be sent at once. */
	readonly messageTypes: readonly MessageType[];
	/** Null if the gateway has no scheduler. */
	readonly scheduling: ScheduleCapabilities | null;
	/** What it would take to schedule, where this credential lacks it: `a "…" in the credential`. */
	readonly schedulingNeeds?: string;
	/** Null if the gateway documents no way to look a sent message up. */
	readonly lookup: LookupCapabilities | null;
	/** How many messages a minute the vendor documents for one account; null if it says nothing. */
	readonly messagesPerMinute: number | null;
	/**
	 * How long after it was taken a message may still be missing where `Gateway.findSent` looks, in
	 * milliseconds, by the vendor's documents. Until then, not to have found it says nothing.
	 */
	readonly sentListDelayMs?: number;
	/** Whether the gateway keeps the user's reference and tells it again. */
	readonly returnsReference: boolean;
	/**
	 * The vendor's code, of an error and of a failed message's failure, for free content outside the time in
	 * which the vendor lets it through (so many hours after the recipient last wrote): a template would be
	 * delivered. Not there where the vendor has no such rule.
	 */
	readonly windowClosedCode?: string;
	/** Not there if the vendor documents no upload of files. */
	readonly uploads?: UploadCapabilities;
	readonly webhooks: WebhookCapabilities;
	/** The vendor's pages. */
	readonly documentation: readonly string[];
}

export interface WebhookCapabilities {
	/**
	 * `api`: the trigger registers itself; `manual`: the user enters its URL at the gateway; `perMessage`:
	 * the user enters it in the credential, and it goes along with each message (`statusUrlOf`).
	 */
	readonly registration: 'api' | 'manual' | 'perMessage';
	/** Where the user enters the trigger's address: one sentence that begins with a verb. */
	readonly setupInstruction: string;
	/** The statuses that its webhooks can tell. */
	readonly statuses: readonly Status[];
	/**
	 * Whether they tell what people write back: with `separateUrl` by a second address that the user enters
	 * at the vendor; null where the vendor documents no such webhook.
	 */
	readonly received: 'sameUrl' | 'separateUrl' | null;
	/**
	 * With `separateUrl`: where the user enters the same address once more, for incoming messages. One
	 * sentence that begins with a verb.
	 */
	readonly receivedInstruction?: string;
	/** Whether they also report what a person has chosen about our messages; no without it. */
	readonly preferences?: boolean;
	/** Whether the vendor documents a way to send a secret along in a header. */
	readonly sendsSecretHeader: boolean;
}
