import type { MessageToSchedule, OutgoingMessage } from '../messages/message';
import type { Recipient } from '../messages/recipient';
import type { ReceivedMessage } from '../messages/receivedMessage';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { SentMessage } from '../messages/sentMessage';
import type { Status } from '../messages/status';
import type { StatusEvent } from '../messages/statusEvent';
import type { ResponseErrorKind, Fault } from './transport/gatewayError';
import type { GatewayResponse, PreparedRequest } from './transport/request';
import type { Capabilities } from './capabilities';
import type { Connection, Credential } from './connection';
import type { TemplateLibrary } from './templates';
import type { MessageWithFile, UploadedFile } from './uploads';
import type {
	Delivery,
	DesiredWebhook,
	ParseContext,
	RegistrationRecord,
	VerificationResult,
	WebhookAnswer,
} from './webhooks';

export type { Connection, Credential } from './connection';

/** A field that the credential shows when this gateway is chosen. */
export interface CredentialField {
	/** Unique among all gateways' fields: n8n keeps a field's value when the user switches gateways. */
	readonly name: string;
	readonly label: string;
	readonly description: string;
	readonly default?: string;
	readonly placeholder?: string;
	/** Always in sight, below the field; the description shows only when the mouse is on the label. */
	readonly hint?: string;
	/** A secret is masked, and is cut out of every text that leaves the transport. */
	readonly secret?: boolean;
	readonly optional?: boolean;
	/** What there is to choose from; without it the field takes any text. */
	readonly options?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
}

/** Which scheduled messages to list. What is not given does not filter. */
export interface ListFilter {
	readonly status?: Status;
	readonly recipient?: Recipient;
	/** Instants, ISO 8601, UTC; both inclusive. */
	readonly scheduledAfter?: string;
	readonly scheduledBefore?: string;
	/** Words of the text or the caption, in upper or lower case. A gateway need not look at them. */
	readonly text?: string;
	/** The user's id of the message. */
	readonly reference?: string;
	/** What the message belongs to; never asked of a gateway, since none keeps it. */
	readonly group?: string;
	/** Taken by the gateway at this instant or before, and not delivered since: ISO 8601, UTC; as `group`. */
	readonly notDeliveredSince?: string;
}

/** The state of an account, as the credential test tells it. */
export interface CredentialTestResult {
	readonly ready: boolean;
	/**
	 * Whether messages go out all the same, where what is not ready concerns something else, such as a
	 * field that only scheduling needs. Not given: as `ready`.
	 */
	readonly sends?: boolean;
	/** What a person reads: what is wrong and what to do, or that all is well. */
	readonly message: string;
}

/** Registers a trigger's webhook by the vendor's API, as a good neighbour of others' webhooks. */
export interface WebhookRegistration {
	/** Whether exactly the wanted webhook is there. Only reads. */
	check(connection: Connection, wanted: DesiredWebhook): Promise<boolean>;
	/**
	 * Adds, adopts or repairs ours and keeps the others'. `previous` is the record of an earlier
	 * registration of this trigger, if there is one: what it replaced must not be forgotten.
	 *
	 * @throws GatewayError of kind `rejected` where another's webhook stands in the only place
	 */
	register(
		connection: Connection,
		wanted: DesiredWebhook,
		previous: RegistrationRecord | null,
	): Promise<RegistrationRecord>;
	/** Takes away ours, if it is still there, and puts back what it had replaced. */
	remove(
		connection: Connection,
		webhook: { readonly url: string },
		record: RegistrationRecord | null,
	): Promise<void>;
}

/** A gateway's own scheduler. */
export interface NativeScheduler {
	/** Creates; never repeats by itself. */
	schedule(connection: Connection, message: MessageToSchedule): Promise<ScheduledMessage>;
	get(connection: Connection, scheduleId: string): Promise<ScheduledMessage>;
	/**
	 * All that match, in any order. Filters that the gateway lacks are applied afterwards. Not there where
	 * the vendor documents no list.
	 */
	list?(connection: Connection, filter: ListFilter): Promise<ScheduledMessage[]>;
	/**
	 * Those that may have come of this very message, in any status: by the reference where the gateway
	 * keeps it, else by recipient, content and time. With `byContent` always by the latter: those of
	 * other executions, which had another reference, count as well; only pending ones are needed then. Not
	 * there where the vendor does not tell enough: a create of unknown outcome is then never made again.
	 */
	find?(
		connection: Connection,
		message: MessageToSchedule,
		how?: { readonly byContent?: boolean },
	): Promise<ScheduledMessage[]>;
	/** Resolves when the gateway has said that it is cancelled. */
	cancel(connection: Connection, scheduleId: string): Promise<void>;
}

/**
 * One gateway: turns our types into the vendor's and back, and does nothing else. It knows no items,
 * throws {@link GatewayError} and InvalidParameterError only, and has no clock of its own.
 */
export interface Gateway {
	/** The value of the credential's *Gateway* field. */
	readonly id: string;
	/** The vendor's own spelling. */
	readonly label: string;
	/** What the vendor documents at best; read by whatever knows no credential, such as the docs. */
	readonly capabilities: Capabilities;
	/**
	 * What the gateway can do with this credential, where that depends on it (Twilio schedules with a
	 * Messaging Service only). Never throws. Read by `gatewayOf`: everything else reads `capabilities`.
	 */
	capabilitiesFor?(credential: Credential): Capabilities;
	/**
	 * What the gateway can do as it is found, where its version or engine decides: asked once a run, by one
	 * cheap read. Where it cannot be asked, those of the credential count.
	 *
	 * @throws GatewayError where it cannot be asked
	 */
	findCapabilities?(connection: Connection): Promise<Capabilities>;
	/** The base address comes first. */
	readonly credentialFields: readonly CredentialField[];
	/** Where the gateway is: http or https, no slash at the end. */
	baseUrl(credential: Credential): string;
	/**
	 * The key of the account that a credential is for: its session, instance or channel, and where that
	 * is unique on one installation only, where it is. Rate limits, pauses and waiting messages belong to
	 * it; so it is never empty, holds no secret, and two accounts never have the same one.
	 *
	 * @throws InvalidParameterError where the credential lacks what its account is known by
	 */
	account(credential: Credential): string;
	/**
	 * All keys under which messages of this account may wait, {@link Gateway.account} first. Not there
	 * where that is the only one. Read by `accountsOf`.
	 */
	accountAliases?(credential: Credential): readonly string[];
	/**
	 * Whether a webhook that names this account is of the credential's. Not there where webhooks name it
	 * by one of its keys. Read by `isOfAccount`.
	 */
	isNamed?(credential: Credential, named: string): boolean;
	/** Other hosts that take requests with this credential, by the names that requests call them; as `baseUrl`. */
	hosts?(credential: Credential): Readonly<Record<string, string>>;
	/**
	 * Puts the base address and the vendor's authentication onto a request. Where the gateway has other
	 * hosts, by `addressOf`.
	 */
	authenticate(credential: Credential, request: PreparedRequest): PreparedRequest;
	/** The vendor's words for what went wrong, from an answer that is no success; null if it gives none. */
	parseError(response: GatewayResponse): VendorError | null;
	/**
	 * Asks the gateway whether the account can send: one cheap read, which wakes nothing up. The answer
	 * is `ready: false` in every state in which it cannot, as far as the vendor tells. Where it cannot be
	 * asked (not every plan has the call), nothing is known, and a send has to show it.
	 *
	 * @throws GatewayError where the gateway gives no such answer
	 */
	testCredential(connection: Connection): Promise<CredentialTestResult>;
	send(connection: Connection, message: OutgoingMessage): Promise<SentMessage>;
	/**
	 * Refuses, without any request, what {@link Gateway.send} would refuse: a message that waits
	 * elsewhere for its time is checked when it is scheduled, not when it is too late.
	 *
	 * @throws InvalidParameterError or GatewayError of kind `unsupported`
	 */
	assertSendable(message: OutgoingMessage): void;
	/**
	 * Uploads the file of a message, which is then sent by what this gives. There where
	 * `capabilities.uploads` goes first. It sends nothing to anybody, so it may be repeated.
	 */
	upload?(connection: Connection, message: MessageWithFile): Promise<UploadedFile>;
	readonly scheduler?: NativeScheduler;
	/** There where `capabilities.messageTypes` has `template`, and the vendor documents a list. */
	readonly templates?: TemplateLibrary;
	/**
	 * The vendor's codes, of an error and of a failed message's failure, for a recipient who has asked the
	 * vendor for no more messages of this sender. Not there where the vendor documents none.
	 */
	readonly optedOutCodes?: readonly string[];
	/** Looks a sent message up; there where `capabilities.lookup` says so. */
	lookup?(connection: Connection, id: string, recipient: Recipient | null): Promise<SentMessage>;
	/**
	 * What may have come of a send whose outcome is unknown: outgoing messages to the same recipient with
	 * the same content since then (milliseconds since 1970, our clock), by the vendor's documented list.
	 * Not there where the vendor documents none. Each has a `messageId`. Whether one belongs to another
	 * message with the same content is not known here.
	 *
	 * @throws GatewayError where the list cannot be read, or does not reach back far enough
	 */
	findSent?(
		connection: Connection,
		message: OutgoingMessage,
		since: number,
	): Promise<SentMessage[]>;
	/** There where `capabilities.webhooks.registration` is `api`. */
	readonly registration?: WebhookRegistration;
	/**
	 * Answers the GET by which a vendor checks an address before it uses it, also while
	 * {@link WebhookRegistration.register} runs; null to one that is none. Constant time; never throws. Not
	 * there where the vendor sends none.
	 */
	answerChallenge?(credential: Credential, delivery: Delivery): WebhookAnswer | null;
	/** What the sender of a trusted webhook reads, with status 200; unless given `{"status":"ok"}`. */
	readonly acknowledgement?: Omit<WebhookAnswer, 'status'>;
	/**
	 * A webhook's body without the secrets in it. Nothing else than what this gives is verified, parsed,
	 * shown or stored. Never throws. Not there where the vendor puts none in.
	 */
	withoutSecrets?(body: unknown): unknown;
	/**
	 * The credential field with the key that the vendor signs webhooks with. Not there where webhooks bring
	 * the *Webhook Secret* along, which that field then takes the place of.
	 */
	readonly signingKeyField?: string;
	/** The body of a webhook may be a list. Without it such a one is not from the gateway. */
	readonly sendsLists?: boolean;
	/** Constant time; called before {@link Gateway.parseWebhook}. */
	verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult;
	/** Never throws, whatever the body; what tells of no outgoing message gives no event. */
	parseWebhook(body: unknown, context: ParseContext): StatusEvent[];
	/**
	 * The whole body of a webhook, where a person passes on a part of it, as n8n's own trigger for this
	 * vendor emits it; null for any other value. Never throws. Not there where n8n has no such trigger.
	 */
	wholeWebhook?(part: unknown): unknown;
	/**
	 * The ids of messages that others wrote, of a webhook that tells of such. There where the vendor tells
	 * statuses of these as well (that we read one), which {@link Gateway.parseWebhook} cannot tell apart from those
	 * of our own. Never throws.
	 */
	receivedIds?(body: unknown): readonly string[];
	/**
	 * The messages that persons wrote, of a webhook that tells of such: also those of groups (`chat` has
	 * the kind `group` then), reactions, edits and deletions, which the trigger leaves out unless chosen.
	 * Never the account's own, calls, presence, channels and broadcast lists, nor what has neither id nor
	 * content. `raw` is the part with this message, and the same in a webhook that comes again: without a
	 * message id it makes the event's. There where `capabilities.webhooks.received` says so. Never throws,
	 * whatever the body.
	 */
	parseReceived?(body: unknown, context: ParseContext): ReceivedMessage[];
	/**
	 * The message's text or caption out of an event's `raw`, if it has it. Not there where no webhook of
	 * the vendor has it. Never throws.
	 */
	eventText?(raw: unknown): string | null;
}

/** An answer that is no success, in the vendor's words. */
export interface VendorError {
	readonly text: string;
	readonly code?: string;
	/** How long the gateway asks to wait. */
	readonly retryAfterMs?: number;
	/** What it means, where the vendor's HTTP status says something else: a rate limit may come as a 400. */
	readonly kind?: ResponseErrorKind;
	/** Of a rate limit: whether it holds for this recipient only, so that messages to others go on. */
	readonly isPerRecipient?: boolean;
	/**
	 * Certainly, by the vendor's documents, nothing was sent, whatever the status, and the same may go
	 * through later. Where it is known whose fault that is, `fault` says so instead.
	 */
	readonly notSent?: boolean;
	/** What happened, as it goes on after the gateway's name; unless given, what the kind says. */
	readonly happened?: string;
	/**
	 * Whose fault a refusal is, where the kind alone would not say it. Given only where the vendor
	 * documents the case, so that it is certain: nothing was taken, whatever the HTTP status.
	 */
	readonly fault?: Fault;
	/** What to do, where the vendor's case has its own answer to that. */
	readonly hint?: string;
}
