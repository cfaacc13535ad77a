import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Gateway } from '../../gateways/gateway';
import { webhookKeyLabel } from '../../gateways/webhookSecret';
import type { StatusEvent } from '../../messages/statusEvent';
import { shorten } from '../../messages/text';
import { statusTitle } from './statusTitle';

/** A webhook that does not start the workflow, and the response to it. */
export interface IgnoredWebhook {
	readonly reason: 'rejected' | 'notJson' | 'otherAccount' | 'noStatus' | 'notChosen' | 'notReady';
	/** What happened and what to do, for people. Contains no secret. */
	readonly text: string;
	/** The HTTP status of the response. */
	readonly httpStatus: number;
	/** Null if the credential cannot be read. */
	readonly gateway: Gateway | null;
	/** The statuses that the webhook reports. */
	readonly events?: readonly StatusEvent[];
	/** ISO 8601, UTC. */
	readonly receivedAt: string;
}

/**
 * The response to a webhook that does not start the workflow. While a person listens for a test event, one
 * item says why: otherwise the editor would continue to listen, and only the sender would know. The item
 * contains nothing of the webhook except statuses, since anybody may have sent it.
 */
export function withReason(
	context: IWebhookFunctions,
	response: IWebhookResponseData,
	ignored: IgnoredWebhook,
): IWebhookResponseData {
	if (context.getMode() !== 'manual') return response;
	return { ...response, workflowData: [[{ json: ignoredItem(ignored) }]] };
}

function ignoredItem({
	reason,
	text,
	httpStatus,
	gateway,
	events = [],
	receivedAt,
}: IgnoredWebhook): IDataObject {
	return {
		ignored: text,
		reason,
		httpStatus,
		statuses: statusesOf(events),
		gateway: gateway?.id ?? null,
		receivedAt,
	};
}

/** The text for a webhook that could not be verified. */
export const rejectedText = (gateway: Gateway, why: string): string =>
	`The webhook was rejected: ${why}. Compare "${webhookKeyLabel(gateway)}" and the account in the credential with the settings at the gateway.`;

/** The text for a verified webhook about other accounts only. */
export const otherAccountText = (gateway: Gateway, events: readonly StatusEvent[]): string =>
	`The webhook of ${gateway.label} reports statuses of ${shorten(accountsOf(events).join(', '), 80)}, which is not the account in the credential. Compare them, or listen again.`;

const accountsOf = (events: readonly StatusEvent[]): string[] => [
	...new Set(events.map(({ account }) => String(account))),
];

/** The text for a verified webhook without a status that starts the workflow. */
export const ignoredText = (gateway: Gateway, events: readonly StatusEvent[]): string =>
	events.length === 0
		? `The webhook of ${gateway.label} does not report the status of a sent message. Listen again, then send a message.`
		: `The webhook of ${gateway.label} reports ${statusesOf(events).map(statusTitle).join(', ')}, which is not chosen under "Trigger On". Choose it there, or listen again.`;

const statusesOf = (events: readonly StatusEvent[]): string[] => [
	...new Set(events.map(({ status }) => status)),
];
