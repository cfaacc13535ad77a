import type { Backend } from '../backend';
import { listedBeforeSending } from '../doNotContact/listed';
import { tableBoard } from './board';
import { createDispatchQueue } from './dispatchQueue';
import { purge, purgeThese } from './purge';
import { statistics } from './statistics';
import type { MessageTable } from './table';

/** What becomes of stored messages while the list cannot be read. */
const WAITS = 'The stored messages wait, and are sent once the list can be read again.';

/** Any table of messages as a store, such as a Data Table of n8n. */
export const createTableBackend = (
	messages: MessageTable,
	name: string,
	beside: Pick<Backend, 'accounts' | 'findAccounts' | 'doNotContact' | 'findDoNotContact' | 'now'>,
): Backend => ({
	messages,
	name,
	...beside,
	queue: (senders, adoption) => ({
		...createDispatchQueue(messages, senders, adoption),
		listed: async (people) => {
			const list = await beside.findDoNotContact();
			if (list === null) return new Set();
			const { channel } = adoption.gateway.capabilities;
			return new Set((await listedBeforeSending(list, { senders, channel }, people, WAITS)).keys());
		},
	}),
	list: null,
	purge: async (before) => await purge(messages, before),
	purgeThese: async (ids, before) => await purgeThese(messages, ids, before),
	board: async (period) => await tableBoard(messages, await beside.findAccounts(), period),
	statistics: async (period) => await statistics(messages, await beside.accounts(), period),
});
