import type { Credential, Delivery, Verdict } from '../gateway';
import { verifyDelivery } from '../hypersender/verify';
import { isObject, objectAt, textAt } from '../json';
import { equalSecrets } from '../webhookSecret';
import { instanceOf } from './credential';

/** The instance stands in the header and, for WhatsApp, in the body too: both must be ours. */
export function verify(credential: Credential, delivery: Delivery): Verdict {
	const instanceId = instanceOf(credential);
	const verdict = verifyDelivery(credential, delivery, instanceId);
	const body = isObject(delivery.body) ? delivery.body : {};
	const told = textAt(objectAt(body, 'data'), 'instanceId');
	const isOurs = equalSecrets(told ?? instanceId, instanceId);
	if (!verdict.trusted || isOurs) return verdict;
	return { trusted: false, reason: 'the body of the webhook is of another instance' };
}
