import type { WebhookTarget } from '../types.mts';
import type { Guide } from './guide.mts';

/**
 * The webhook with the credential's secret, where the vendor would send it.
 *
 * @throws RangeError where the text is no address of the web
 */
export function webhookTarget({ webhook }: Pick<Guide, 'webhook'>, text: string): WebhookTarget {
	const typed = text.trim();
	if (!/^https?:\/\//i.test(typed) || !URL.canParse(typed)) {
		throw new RangeError(
			`"Webhook URL" is "${typed.slice(0, 80)}". Copy the URL that the trigger shows in n8n: it begins with http:// or https://.`,
		);
	}
	const { secret, secretIn } = webhook;
	if (secret === '') return { url: typed };
	if (secretIn === 'header') return { url: typed, secret };
	const url = new URL(typed);
	if (!url.searchParams.has('secret')) url.searchParams.set('secret', secret);
	return { url: url.href };
}
