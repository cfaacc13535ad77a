import type { IExecuteFunctions } from 'n8n-workflow';
import type { Backend } from '../../stores/backend';
import { withRowsByHand } from '../../stores/doNotContact/byHand';
import {
	doNotContactTableName,
	type DoNotContactColumn,
	type DoNotContactTable,
} from '../../stores/doNotContact/columns';
import { accountsTableName, type AccountColumn } from '../../stores/table/accounts';
import { createTableBackend } from '../../stores/table/backend';
import {
	ACCOUNTS,
	DO_NOT_CONTACT,
	findTableOf,
	openTable,
	openTableOf,
	tableById,
	type TableRef,
} from '../shared/dataTable';

/** How often it is looked whether there is a list Do Not Contact by now. */
const LOOK_AGAIN_MS = 10_000;

/** A Data Table with the tables beside it, which are opened where they are needed. */
export async function openDataTable(
	context: IExecuteFunctions,
	ref: TableRef,
	{ create, now }: { readonly create: boolean; now(): number },
): Promise<Backend> {
	const table = await openTable(context, ref, { create });
	const accounts = once(
		async () => await openTableOf(context, accountsTableName(table.name), ACCOUNTS),
	);
	const findAccounts = async () =>
		await findTableOf<AccountColumn>(context, accountsTableName(table.name));
	const listName = doNotContactTableName(table.name);
	const { listId } = table;
	let list = listId === null ? null : listById(context, listId);
	let lookedAt = now();
	return createTableBackend(table, table.name, {
		accounts,
		findAccounts,
		doNotContact: async () =>
			(list ??= withRowsByHand(await openTableOf(context, listName, DO_NOT_CONTACT))),
		// A run may last long, and the first opt-out of all come meanwhile.
		findDoNotContact: async () => {
			if (list !== null || now() - lookedAt < LOOK_AGAIN_MS) return list;
			const at = now();
			const found = await findTableOf<DoNotContactColumn>(context, listName);
			// Only now: a look that failed has not shown that there is none.
			lookedAt = at;
			return (list ??= found && withRowsByHand(found));
		},
		now,
	});
}

/** The list Do Not Contact with that id. */
export const listById = (context: IExecuteFunctions, id: string): DoNotContactTable =>
	withRowsByHand(tableById<DoNotContactColumn>(context, id));

/** A value that is created when it is first needed. */
export function once<T>(create: () => T): () => T {
	let created: { value: T } | undefined;
	return () => (created ??= { value: create() }).value;
}
