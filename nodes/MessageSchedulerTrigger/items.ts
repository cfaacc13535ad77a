import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { isTimezone } from '../../messages/sendTime';
import { toEventItem, type WebhookEvent } from '../../messages/webhookEvent';
import { withOptOut } from '../shared/receivedOptions';
import { readOptions, RECEIVED } from './options';

/** The items of events: times in the workflow's timezone, received messages with what their words mean. */
export function toItems(
	context: IWebhookFunctions,
	events: readonly WebhookEvent[],
): INodeExecutionData[] {
	const timezone = readTimezone(context);
	// n8n resolves a parameter anew each time, and most webhooks report statuses only.
	const hasReceived = events.some(({ event }) => event === RECEIVED);
	const marked = hasReceived ? withOptOut(readOptions(context)) : null;
	return events.map((event) => ({
		json: toEventItem(
			event.event === 'received' && marked !== null ? marked(event) : event,
			timezone,
		) as unknown as IDataObject,
	}));
}

/** The workflow's timezone; UTC if n8n is configured with an unknown one. */
function readTimezone(context: IWebhookFunctions): string {
	const timezone = context.getTimezone();
	return isTimezone(timezone) ? timezone : 'UTC';
}
