import { personOf, withoutDevice } from '../../messages/doNotContact';
import { parseRecipient } from '../../messages/recipient';
import { settleSync } from '../../messages/settle';
import { textOf } from '../table/rows';
import type { DoNotContactRow } from './columns';

/** What is not in digits only is an address; gateways have others than those that we send to. */
const ADDRESS = /^(?=.*[^0-9+() ./-])\S+$/;

/**
 * Whom a row means, in the form in which people are compared: somebody may have typed it in any form that *Recipient*
 * takes. Null if no message could reach what stands there, such as a number without a country code.
 */
export function personIn(row: Pick<DoNotContactRow, 'person'>): string | null {
	const text = withoutDevice(textOf(row.person)?.trim() ?? '');
	const parsed = settleSync(() => parseRecipient(text));
	if (parsed.ok) return personOf(parsed.value);
	return ADDRESS.test(text) ? text : null;
}
