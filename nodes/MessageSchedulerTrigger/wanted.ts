import type { IWebhookFunctions } from 'n8n-workflow';
import type { WebhookEvent } from '../../messages/webhookEvent';
import { leftOutBy } from '../shared/receivedOptions';
import { readEvents, readOptions, RECEIVED } from './options';

/** The label of the parameter with the statuses and events that start the workflow. */
export const TRIGGER_ON = 'Trigger On';

/** Which events start no workflow: by the name of the parameter that says so; null of one that does. */
export function unwantedBy(context: IWebhookFunctions): (event: WebhookEvent) => string | null {
	const chosen = new Set(readEvents(context));
	const leftOut = leftOutBy(chosen.has(RECEIVED) ? readOptions(context) : {});
	return (event) => {
		if (!chosen.has(event.event === 'status' ? event.status : event.event)) return TRIGGER_ON;
		// However late a preference is reported, it is one.
		return event.event === 'received' ? leftOut(event) : null;
	};
}
