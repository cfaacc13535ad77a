import type { Backend } from '../backend';
import { tableBoard } from './board';
import { createDispatchQueue } from './dispatchQueue';
import { purge, purgeThese } from './purge';
import { statistics } from './statistics';
import type { MessageTable } from './table';

/** Any table of messages as a store, such as a Data Table of n8n. */
export const createTableBackend = (
	messages: MessageTable,
	name: string,
	{ accounts, findAccounts, now }: Pick<Backend, 'accounts' | 'findAccounts' | 'now'>,
): Backend => ({
	messages,
	name,
	accounts,
	findAccounts,
	now,
	queue: (senders, adoption) => createDispatchQueue(messages, senders, adoption),
	list: null,
	purge: async (before) => await purge(messages, before),
	purgeThese: async (ids, before) => await purgeThese(messages, ids, before),
	board: async (period) => await tableBoard(messages, await findAccounts(), period),
	statistics: async (period) => await statistics(messages, await accounts(), period),
});
