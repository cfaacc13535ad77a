import type { Backend } from '../backend';
import { settle } from '../../messages/settle';
import type { DoNotContactColumn } from '../doNotContact/columns';
import type { AccountColumn } from '../table/accounts';
import type { ColumnName } from '../table/columns';

import type { MessageTable } from '../table/table';
import { sqlBoard } from './board';
import type { Database } from './database';
import { explain, SqlError } from './errors';
import { gathered } from './gathered';
import { listMessages } from './list';
import type { TableNames } from './names';
import { purgeMessages, purgeThese } from './purge';
import { createSqlQueue } from './queue';
import { ensureTables, storeTables } from './schema';
import { sqlStatistics } from './statistics';
import { createSqlTable } from './table';

/**
 * A store on PostgreSQL.
 *
 * @param options `create`: whether tables that are missing are created
 * @throws InvalidParameterError or GatewayError that says what to set right
 */
export async function openSqlBackend(
	database: Database,
	names: TableNames,
	options: { readonly create: boolean },
): Promise<Backend> {
	const explained = withExplanations(database, names);
	await inWords(ensureTables(database, names, options), names);
	const tables = storeTables(names);
	const events = createSqlTable<ColumnName>(explained, tables.events);
	const messages: MessageTable = gathered({
		...createSqlTable<ColumnName>(explained, tables.messages),
		events: async () => events,
	});
	const accounts = createSqlTable<AccountColumn>(explained, tables.accounts);
	const doNotContact = createSqlTable<DoNotContactColumn>(explained, tables.doNotContact);
	return {
		messages,
		name: names.table,
		accounts: async () => accounts,
		findAccounts: async () => accounts,
		doNotContact: async () => doNotContact,
		findDoNotContact: async () => doNotContact,
		now: () => explained.now(),
		queue: (senders, adoption) =>
			createSqlQueue(
				explained,
				messages,
				{ ...tables, senders, channel: adoption.gateway.capabilities.channel },
				adoption,
			),
		list: async (senders, filter, limit) =>
			await listMessages(explained, tables.messages, senders, filter, limit),
		purge: async (before) => await purgeMessages(explained, tables.messages, before),
		purgeThese: async (ids, before) => await purgeThese(explained, tables.messages, ids, before),
		board: async (period) => await sqlBoard(explained, tables, accounts, period),
		statistics: async (period) => await sqlStatistics(explained, tables.messages, accounts, period),
	};
}

/** The same database, whose errors say what to set right. */
const withExplanations = (database: Database, names: TableNames): Database => ({
	run: async (statement) => await inWords(database.run(statement), names),
	runAll: async (statements) => await inWords(database.runAll(statements), names),
	now: () => database.now(),
});

async function inWords<T>(work: Promise<T>, names: TableNames): Promise<T> {
	const outcome = await settle(work);
	if (outcome.ok) return outcome.value;
	throw outcome.error instanceof SqlError ? explain(outcome.error, names) : outcome.error;
}
