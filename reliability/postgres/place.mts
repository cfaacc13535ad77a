import type { Json } from '../../harness/client.mts';
import type { N8n } from '../../harness/n8n.mts';
import type { SqlClient } from '../../harness/sqlClient.mts';
import { setUpStore } from '../../test/postgres/n8nStore.mts';
import { fill, FROM_ITEM, IN_TABLE, item, operation, row, runTimed } from '../table/harness.mts';

/** Where the messages are, and how a proof fills it. */
export interface Place {
	readonly name: string;
	readonly parameters: Json;
	/** Messages that are done with: a tenth of them failed. */
	fillOld(count: number): Promise<void>;
	fillDue(count: number): Promise<void>;
}

export const tablePlace = (n8n: N8n, account: string): Place => ({
	name: 'n8n Data Table',
	parameters: IN_TABLE,
	fillOld: async (count) =>
		await fill(
			n8n,
			Array.from({ length: count }, (_, index) =>
				row(account, `An older message, number ${index}`, Date.now() - 1e9 - index, {
					status: index % 10 === 0 ? 'failed' : 'delivered',
					message_id: `old-${index}`,
				}),
			),
		),
	fillDue: async (count) =>
		await fill(
			n8n,
			Array.from({ length: count }, (_, index) => row(account, `due ${index}`, Date.now() - 1_000)),
		),
});

/** PostgreSQL, reached by the example workflow as a user sets it up. */
export async function postgresPlace(
	n8n: N8n,
	sql: SqlClient,
	port: number,
	account: string,
): Promise<Place> {
	const { place: parameters } = await setUpStore(n8n, port);
	// The first one creates the tables.
	await runTimed(
		n8n,
		await n8n.createWorkflow(
			operation('schedule', { ...FROM_ITEM, ...parameters }, [item('first', Date.now() + 1e9)]),
		),
	);
	const insert = async (count: number, columns: string, values: string) =>
		void (await sql.query(
			`insert into scheduled_messages (gateway, account, credential, recipient, timezone, valid_for_minutes, requested_at, content, send_at, ${columns})
			select 'whapi', '${account}', 'x', '+9199880' || (10000 + (i::bigint * 7919) % 89999), 'UTC', 1440, now(), jsonb_build_object('type', 'text', 'text', 'A message as long as they are, number ' || i), ${values}
			from generate_series(1, ${count}) i`,
		));
	return {
		name: 'PostgreSQL',
		parameters,
		fillOld: async (count) => {
			await insert(
				count,
				'status, status_rank, message_id, sent_at, send_started_at, updated_at',
				`now() - i * interval '2 s' - interval '2 days', case when i % 10 = 0 then 'failed' else 'delivered' end, 40, 'old-' || gen_random_uuid(), now() - interval '2 days', now() - interval '2 days', now() - interval '2 days'`,
			);
			await sql.query('vacuum analyze scheduled_messages');
			// What it takes to write so many rows to disk is no part of what is measured next.
			await sql.query('checkpoint');
		},
		fillDue: async (count) => await insert(count, 'status', `now() - interval '1 s', 'scheduled'`),
	};
}
