import { GatewayError, textOf } from '../../gateways/transport/gatewayError';
import type { DoNotContactEntry } from '../../messages/doNotContact';
import { sameRecipientForms } from '../../messages/sameRecipient';
import { settle } from '../../messages/settle';
import { holdsFor, MAX_PEOPLE, toEntry, type DoNotContactTable, type ListOwner } from './columns';

/** Who is on the list, of those who were asked for: the first entry that holds for the account. */
export type Listed = ReadonlyMap<string, DoNotContactEntry>;

/**
 * Of these people, those whom the account must not write to, under whichever form of their number: one access for every 450 of them, however
 * long the list is.
 */
export async function listedOf(
	table: DoNotContactTable,
	owner: ListOwner,
	people: readonly string[],
): Promise<Listed> {
	const asked = new Set(people);
	const wanted = [...new Set(people.flatMap(sameRecipientForms))];
	const listed = new Map<string, DoNotContactEntry>();
	for (let from = 0; from < wanted.length; from += MAX_PEOPLE) {
		const rows = await table.selectAny('person', wanted.slice(from, from + MAX_PEOPLE));
		for (const row of rows.sort((a, b) => a.id - b.id)) {
			const entry = toEntry(row);
			if (!holdsFor(row, owner)) continue;
			for (const form of sameRecipientForms(entry.person)) {
				if (asked.has(form) && !listed.has(form)) listed.set(form, entry);
			}
		}
	}
	return listed;
}

/**
 * The same for whoever is about to write to them: nobody is, as long as the list cannot be read.
 *
 * @param hint what becomes of the messages then
 * @throws GatewayError that says so
 */
export async function listedBeforeSending(
	table: DoNotContactTable,
	owner: ListOwner,
	people: readonly string[],
	hint: string,
): Promise<Listed> {
	const listed = await settle(listedOf(table, owner, people));
	if (listed.ok) return listed.value;
	throw new GatewayError(
		'unavailable',
		`"Do Not Contact" cannot be read, so nothing is sent: ${textOf(listed.error)}`,
		{ hint },
	);
}
