import type { ListFilter } from '../../gateways/gateway';
import { byTime, matches, ON_THE_WAY } from '../matches';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { Row } from '../table/columns';
import { SENDING, toScheduledMessage, type SendingAccount } from '../table/rows';
import { whereIn, type Condition } from '../table/table';
import { anyCasePattern } from './anyCase';
import type { Database } from './database';
import { toRow } from './rows';
import type { Statement } from './statement';
import { selectSql, type SqlTable } from './table';

/** Rows of one page. */
const PAGE_SIZE = 1_000;

/**
 * The account's messages that match, the earliest first: page by page behind the last row of the page
 * before (keyset), so that the thousandth page costs as much as the first.
 *
 * @param limit at least so many, if there are
 */
export async function listMessages(
	database: Database,
	table: SqlTable,
	senders: readonly SendingAccount[],
	filter: ListFilter,
	limit: number,
): Promise<ScheduledMessage[]> {
	const ofSender = async (sender: SendingAccount): Promise<ScheduledMessage[]> => {
		const found: ScheduledMessage[] = [];
		let after: Row | null = null;
		for (let left = limit; left > 0; ) {
			const size = Math.min(PAGE_SIZE, left);
			const page: Row[] = await readPage(database, table, sender, filter, after, size);
			const fitting = page.map(toScheduledMessage).filter((message) => matches(message, filter));
			found.push(...fitting);
			left -= fitting.length;
			if (page.length < size) break;
			after = page[page.length - 1];
		}
		return found;
	};
	// Together, so that they share their accesses.
	return (await Promise.all(senders.map(ofSender))).flat().sort(byTime);
}

async function readPage(
	database: Database,
	table: SqlTable,
	{ gateway, account }: SendingAccount,
	filter: ListFilter,
	after: Row | null,
	limit: number,
): Promise<Row[]> {
	const { status, recipient, scheduledAfter, scheduledBefore, text } = filter;
	const { reference, group, notDeliveredSince } = filter;
	const from = (column: 'send_at' | 'sent_at', is: 'gte' | 'lte', value?: string): Condition[] =>
		value === undefined ? [] : [{ column, is, value }];
	const statement = selectSql(table, {
		conditions: [
			...whereIn({ gateway, account }),
			...(status === undefined || status === 'queued' ? [] : whereIn({ status })),
			...(recipient === undefined ? [] : whereIn({ recipient: recipient.address })),
			...from('send_at', 'gte', scheduledAfter),
			...from('send_at', 'lte', scheduledBefore),
			...from('sent_at', 'lte', notDeliveredSince),
			...(reference === undefined ? [] : whereIn({ reference })),
			...(group === undefined ? [] : whereIn({ group_name: group })),
		],
		limit,
		by: 'send_at',
		more: (placeholders) => [
			// Whoever asks sees what is being sent as queued.
			...(status === 'queued' ? [`t.status in ('queued', '${SENDING}')`] : []),
			...(notDeliveredSince === undefined
				? []
				: [
						`t.status = any (array(select jsonb_array_elements_text(${placeholders.json(ON_THE_WAY)})))`,
					]),
			...(after === null
				? []
				: [
						`(t.send_at, t.id) > (${placeholders.add(after.send_at)}::timestamptz, ${placeholders.add(after.id)}::bigint)`,
					]),
			...(text === undefined ? [] : [containing(placeholders.add(anyCasePattern(text)))]),
		],
	});
	const [, rows] = await database.runAll([WITHOUT_JIT, statement]);
	return (rows as unknown[]).map((json): Row => toRow(json, table.columns));
}

/**
 * For this transaction. The planner takes a word for rare and the search for long, and would compile it,
 * which takes a hundred times as long as to find the first fifty.
 */
const WITHOUT_JIT: Statement = {
	text: `select to_json(set_config('jit', 'off', true))::text as result`,
	values: [],
};

const containing = (placeholder: string): string =>
	`(t.content->>'text' ~ ${placeholder} or t.content->>'caption' ~ ${placeholder})`;
