import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

type TriggerContext = IHookFunctions | IWebhookFunctions;

/** The trigger's *Options*; undefined if the user did not add one. */
export const readOptions = (context: TriggerContext) =>
	context.getNodeParameter('options', {}) as {
		readonly acceptUnauthenticated?: boolean;
		readonly replaceExisting?: boolean;
		readonly skipDuplicates?: boolean;
		readonly skipOutOfOrder?: boolean;
	};

/** The statuses that the user chose under *Trigger On*. */
export function readStatuses(context: TriggerContext): string[] {
	const statuses = context.getNodeParameter('statuses', []);
	return Array.isArray(statuses) ? statuses.map(String) : [];
}
