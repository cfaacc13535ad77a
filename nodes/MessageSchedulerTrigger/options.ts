import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

type TriggerContext = IHookFunctions | IWebhookFunctions;

/** The choices of *Trigger On* beside the statuses. */
export const RECEIVED = 'received';
export const PREFERENCE = 'preference';

/** The trigger's *Options*; undefined if the user did not add one. Those about received messages are shared. */
export const readOptions = (context: TriggerContext) =>
	context.getNodeParameter('options', {}) as Readonly<Record<string, unknown>> & {
		readonly acceptUnauthenticated?: boolean;
		readonly replaceExisting?: boolean;
		readonly skipDuplicates?: boolean;
		readonly skipOutOfOrder?: boolean;
	};

/** What the user chose under *Trigger On*: statuses, {@link RECEIVED} and {@link PREFERENCE}. */
export function readEvents(context: TriggerContext): string[] {
	const events = context.getNodeParameter('events', []);
	return Array.isArray(events) ? events.map(String) : [];
}
