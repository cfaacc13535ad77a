import type { GatewayId } from './registry.mts';

export type { GatewayId };

export type Json = Record<string, unknown>;

/** A message as the gateway holds it, whatever its dialect; `status` is the vendor's own word. */
export interface SandboxMessage {
	/** The network's id of the message. A scheduled one has it from the start, but tells it only when sent. */
	id: string;
	scheduleId?: string;
	to: string;
	type: string;
	text: string | null;
	mediaUrl: string | null;
	caption: string | null;
	fileName: string | null;
	/** ISO 8601, UTC. */
	scheduledAt?: string;
	status: string;
	/** Why it failed, where the script said so. */
	reason?: string;
	takenAt: string;
	/** Nominal: the scheduled time (or the time it was taken) plus the status delays. */
	sentAt?: string;
	/** The sender's own id of the message, where the gateway keeps one. */
	requestId?: string;
	/** The id in the gateway's queue, where it has one. */
	queuedRequestId?: string;
	/** The request body as it came. */
	body: unknown;
	/** True when it was written on the account's phone, not sent by the API. */
	fromPhone?: boolean;
	/** True when the gateway has lost the message in a restart. */
	forgotten?: boolean;
}

/** What somebody writes to the account, whatever its dialect. */
export interface IncomingMessage {
	/** The person: a phone number with country code, in digits. */
	from: string;
	/** As the person calls themself. */
	name?: string;
	/** The group that it is written in; without it, it is a direct message. */
	group?: string;
	/** The text, or the title of the button that was pressed. */
	text: string;
	/** The id of the message that it answers, as the gateway gave it. */
	replyTo?: string;
	/** The id of the button that was pressed, where the vendor has buttons. */
	buttonId?: string;
}

/** What a user would enter in the vendor's dashboard, or give when the session is created. */
export interface WebhookTarget {
	url: string;
	/** Whether it is to tell of incoming messages too, where the vendor has a switch for these. */
	received?: boolean;
	/** Sent as the vendor sends its secret; ignored where the vendor has none. */
	secret?: string;
	/** The webhook's own headers where the vendor keeps some; elsewhere they are added to the vendor's. */
	headers?: Record<string, string>;
}

/** One request that reached a gateway. */
export interface RecordedRequest {
	gateway: GatewayId | null;
	method: string;
	/** The vendor's path: without the sandbox's mount and without the query. */
	path: string;
	query: Json;
	headers: Record<string, string | string[] | undefined>;
	body: unknown;
	at: string;
	/** The HTTP status that was answered; null while under way and when no answer got out. */
	status: number | null;
	/** The fault that befell it, if any. */
	fault?: string;
}

/** One attempt to hand over a webhook. */
export interface WebhookDelivery {
	gateway: GatewayId;
	/** The vendor's name of the event. */
	event: string;
	method: string;
	url: string;
	headers: Record<string, string>;
	body: unknown;
	/** 1 for the first try. */
	attempt: number;
	at: string;
	/** What the receiver answered; null while under way or when it did not answer. */
	status: number | null;
	error?: string;
}
