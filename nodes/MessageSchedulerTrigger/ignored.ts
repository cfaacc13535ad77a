import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Gateway } from '../../gateways/gateway';
import { webhookKeyLabel } from '../../gateways/webhookSecret';
import { shorten } from '../../messages/text';
import type { WebhookEvent } from '../../messages/webhookEvent';
import { eventTitle } from './eventTitle';
import { TRIGGER_ON } from './wanted';

/** A webhook that does not start the workflow, and the response to it. */
export interface IgnoredWebhook {
	readonly reason: 'rejected' | 'notJson' | 'otherAccount' | 'noEvent' | 'notChosen' | 'notReady';
	/** What happened and what to do, for people. Contains no secret. */
	readonly text: string;
	/** The HTTP status of the response. */
	readonly httpStatus: number;
	/** Null if the credential cannot be read. */
	readonly gateway: Gateway | null;
	/** What the webhook reports. */
	readonly events?: readonly WebhookEvent[];
	/** ISO 8601, UTC. */
	readonly receivedAt: string;
}

/**
 * The response to a webhook that does not start the workflow. While a person listens for a test event, one
 * item says why: otherwise the editor would continue to listen, and only the sender would know. The item
 * contains nothing of the webhook except what kind of events it reports, since anybody may have sent it.
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
		events: kindsOf(events),
		gateway: gateway?.id ?? null,
		receivedAt,
	};
}

/** The text for a webhook that could not be verified. */
export const rejectedText = (gateway: Gateway, why: string): string =>
	`The webhook was rejected: ${why}. Compare "${webhookKeyLabel(gateway)}" and the account in the credential with the settings at the gateway.`;

/** The text for a verified webhook about other accounts only. */
export const otherAccountText = (gateway: Gateway, events: readonly WebhookEvent[]): string =>
	`The webhook of ${gateway.label} reports events of ${shorten(accountsOf(events).join(', '), 80)}, which is not the account in the credential. Compare them, or listen again.`;

const accountsOf = (events: readonly WebhookEvent[]): string[] => [
	...new Set(events.map(({ account }) => String(account))),
];

/**
 * The text for a verified webhook without an event that starts the workflow.
 *
 * @param unwantedBy the parameters that leave the events out, one for each event
 */
export function ignoredText(
	gateway: Gateway,
	events: readonly WebhookEvent[],
	unwantedBy: ReadonlyArray<string | null>,
): string {
	const reports = `The webhook of ${gateway.label} reports`;
	if (events.length === 0) {
		return `${reports} neither the status of a sent message nor a message that somebody wrote. Listen again, then send a message.`;
	}
	const option = unwantedBy.find((name) => name !== null && name !== TRIGGER_ON);
	return option === undefined
		? `${reports} ${kindsOf(events).map(eventTitle).join(', ')}, which is not chosen under "${TRIGGER_ON}". Choose it there, or listen again.`
		: `${reports} a message that "${option}" leaves out. Change that under Options, or listen again.`;
}

/** The statuses, `received` and `preference`, each once. */
const kindsOf = (events: readonly WebhookEvent[]): string[] => [
	...new Set(events.map((event) => (event.event === 'status' ? event.status : event.event))),
];
