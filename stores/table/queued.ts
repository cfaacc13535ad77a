import type { Connection, Gateway } from '../../gateways/gateway';
import { STATUSES } from '../../messages/status';
import { settle } from '../settle';
import type { Row } from './columns';
import { toScheduledMessage, type Sender } from './rows';
import { PAGE, where, type MessageTable } from './table';

/** What naming needs. */
export interface Naming {
	readonly gateway: Gateway;
	readonly connection: Connection;
	readonly table: MessageTable;
	readonly sender: Sender;
	now(): number;
}

/** Looked up at once; the rest the next time. */
const MOST = 50;

/** What a gateway has not named for so long, it will not name any more. */
const GIVEN_UP_AFTER_MS = 2 * 86_400_000;

/**
 * Finds the message ids of messages that a gateway took into a queue. Such a gateway tells the id of a
 * message only when it is asked, and its webhooks tell nothing but that id.
 */
export async function nameQueued(naming: Naming): Promise<number> {
	const { gateway, connection, table, sender } = naming;
	const { lookUp, capabilities } = gateway;
	if (capabilities.looksUp?.by !== 'queueId' || lookUp === undefined) return 0;
	const unnamed = await table.select(
		[
			...where({ gateway: sender.gateway, account: sender.account, status: 'queued' }),
			{ column: 'message_id', is: 'isEmpty', value: null },
			{
				column: 'sent_at',
				is: 'gte',
				value: new Date(naming.now() - GIVEN_UP_AFTER_MS).toISOString(),
			},
		],
		PAGE,
	);
	const found = await Promise.all(
		inTurn(
			unnamed.filter(({ queue_id: id }) => typeof id === 'string' && id !== ''),
			naming.now(),
		).map(async (row) => await named(row)),
	);
	const changes = found.filter((change) => change !== null);
	if (changes.length > 0) await table.update(changes);
	return changes.length;

	async function named(row: Row) {
		const { recipient } = toScheduledMessage(row, table.id);
		const outcome = await settle(lookUp!(connection, String(row.queue_id), recipient));
		// It is asked again the next time.
		if (!outcome.ok) return null;
		const { messageId, status, failure } = outcome.value;
		if (status === 'failed') {
			const values = {
				status,
				status_rank: STATUSES.failed.rank,
				failure: failure?.reason ?? null,
			};
			return { where: where({ id: row.id, status: 'queued' }), values };
		}
		if (messageId === null) return null;
		return { where: where({ id: row.id }), values: { message_id: messageId } };
	}
}

/** Others each time, so that some which the gateway never names do not stand before the rest. */
function inTurn<T>(list: readonly T[], now: number): T[] {
	const first = now % Math.max(1, list.length);
	return [...list.slice(first), ...list.slice(0, first)].slice(0, MOST);
}
