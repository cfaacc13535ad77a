import { personOf, withoutDevice } from '../../messages/doNotContact';
import { parseRecipient } from '../../messages/recipient';
import { settleSync } from '../../messages/settle';
import { textOf } from '../table/rows';
import type { DoNotContactRow } from './columns';

/**
 * What is not in digits only is an address; gateways have others than those that we send to. But a name is none, nor is
 * a number with anything around it, `tel:+14155238886`.
 */
const ADDRESS = /^(?=[\p{L}\p{N}])(?=.*[^0-9+() ./-])(?=.*[0-9@])(?!.*\+\d)\S+$/u;

/** What spreadsheets and copied lists leave around a number: `'+14155238886`, `<+14155238886>;`. */
const AROUND = /^[^\p{L}\p{N}+]+|[^\p{L}\p{N}]+$/gu;

/**
 * Whom a row means, in the form in which people are compared: somebody may have typed it in any form that *Recipient*
 * takes. Null if no message could reach what stands there, such as a number without a country code.
 */
export function personIn(row: Pick<DoNotContactRow, 'person'>): string | null {
	const text = withoutDevice(textOf(row.person)?.trim() ?? '');
	for (const form of [text, text.replace(AROUND, '')]) {
		const parsed = settleSync(() => parseRecipient(form));
		if (parsed.ok) return personOf(parsed.value);
	}
	return ADDRESS.test(text) ? text : null;
}
