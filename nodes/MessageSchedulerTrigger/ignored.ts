import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Gateway } from '../../gateways/gateway';
import { webhookKeyLabel } from '../../gateways/webhookSecret';
import type { StatusEvent } from '../../messages/statusEvent';
import { statusTitle } from './statusTitle';

/** A webhook that starts nothing, and what its sender reads. */
export interface IgnoredWebhook {
	readonly reason: 'rejected' | 'notJson' | 'noStatus' | 'notChosen' | 'notReady';
	/** What a person reads: what happened, and what to do. Holds no secret. */
	readonly text: string;
	/** The HTTP status of the answer. */
	readonly httpStatus: number;
	/** Null where the credential does not tell. */
	readonly gateway: Gateway | null;
	/** What the webhook told of. */
	readonly events?: readonly StatusEvent[];
	/** ISO 8601, UTC. */
	readonly receivedAt: string;
}

/**
 * The answer to a webhook that starts nothing. While a person listens for a test event, one item says
 * why: else the editor would go on listening, and the sender alone would know. Nothing of the webhook
 * itself stands in it but statuses: it may come from anybody.
 */
export function withReason(
	context: IWebhookFunctions,
	answer: IWebhookResponseData,
	ignored: IgnoredWebhook,
): IWebhookResponseData {
	if (context.getMode() !== 'manual') return answer;
	return { ...answer, workflowData: [[{ json: ignoredItem(ignored) }]] };
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

/** What is said of a webhook whose sender is not trusted. */
export const rejectedText = (gateway: Gateway, why: string): string =>
	`The webhook was rejected: ${why}. Compare "${webhookKeyLabel(gateway)}" and the account in the credential with what is set at the gateway.`;

/** What is said of a trusted webhook without a status that starts the workflow. */
export const ignoredText = (gateway: Gateway, events: readonly StatusEvent[]): string =>
	events.length === 0
		? `The webhook of ${gateway.label} tells no status of a message that was sent. Listen again, then send a message.`
		: `The webhook of ${gateway.label} tells ${statusesOf(events).map(statusTitle).join(', ')}, which is not chosen under "Trigger On". Choose it there, or listen again.`;

const statusesOf = (events: readonly StatusEvent[]): string[] => [
	...new Set(events.map(({ status }) => status)),
];
