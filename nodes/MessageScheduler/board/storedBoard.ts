import { boardDays, type SearchResults } from '../../../board';
import { DAY_MS } from '../../../messages/duration';
import type { Backend } from '../../../stores/backend';
import type { BoardFigures } from '../../../stores/boardFigures';
import type { ColumnName, Row } from '../../../stores/table/columns';
import { textOf } from '../../../stores/table/rows';
import { where, type Condition } from '../../../stores/table/table';
import { detailsFromRow, fromRow, gatewayLabel } from './boardMessage';
import {
	PAGE_LENGTH,
	recipientOf,
	type BoardScope,
	type BoardSource,
	type SearchQuery,
} from './source';

/** The board over a Data Table or PostgreSQL: the messages of all accounts. */
export function storedBoard(backend: Backend, scope: BoardScope): BoardSource {
	const { now, days, timezone } = scope;
	const { messages } = backend;
	return {
		overview: async () => {
			const { today, until } = boardDays(now, timezone);
			const since = Math.min(now - days * DAY_MS, today.from);
			const figures = await backend.board({ now, since, timezone, today, until });
			return { view: 'overview', now, since, ...overviewOf(figures) };
		},

		search: async (query) => {
			const { note, recipient } = recipientOf(query, scope);
			const { reference, group, status } = query;
			const search = { recipient: query.recipient, reference, group, status };
			const frame = { view: 'search', now, search, order: 'stored', hasGroups: true } as const;
			if (note !== null) return { ...frame, messages: [], newer: null, older: null, note };
			const page = await readPage(query, recipient?.address ?? null);
			return { ...frame, note, ...page };
		},

		message: async (id) => {
			const [row] = id === '' ? [] : await messages.selectAny('schedule_id', [id]);
			return { view: 'message', now, message: row === undefined ? null : detailsFromRow(row) };
		},
	};

	/** By the rows' ids, so that no message is missed or seen twice while others come. */
	async function readPage(
		query: SearchQuery,
		recipient: string | null,
	): Promise<Pick<SearchResults, 'messages' | 'newer' | 'older'>> {
		const [before, after] = [cursorOf(query.before), cursorOf(query.after)];
		const conditions = conditionsOf(query, recipient);
		const read = async (direction: 'asc' | 'desc', cursor: readonly Condition[]) =>
			await messages.select(
				[...conditions, ...cursor],
				PAGE_LENGTH + 1,
				'id' as ColumnName,
				direction,
			);
		const isBack = after !== null;
		const rows = isBack
			? await read('asc', [{ column: 'id', is: 'gt', value: after }])
			: await read('desc', before === null ? [] : [{ column: 'id', is: 'lt', value: before }]);
		const isMore = rows.length > PAGE_LENGTH;
		const page = rows.slice(0, PAGE_LENGTH);
		if (isBack) page.reverse();
		return {
			messages: page.map(fromRow),
			newer: (isBack ? isMore : before !== null) ? idOf(page[0]) : null,
			older: (isBack ? true : isMore) ? idOf(page.at(-1)) : null,
		};
	}
}

const idOf = (row: Row | undefined): string | null => (row === undefined ? null : String(row.id));

/** An id of a row; what is none begins at the newest. */
const cursorOf = (text: string | undefined): number | null =>
	text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;

const conditionsOf = (
	{ reference, group, status }: SearchQuery,
	recipient: string | null,
): Condition[] => [
	...(recipient === null ? [] : where({ recipient })),
	...(reference === undefined ? [] : where({ reference })),
	...(group === undefined ? [] : where({ group_name: group })),
	...(status === undefined ? [] : where({ status })),
];

function overviewOf({ statistics, failures, overdue, ...figures }: BoardFigures) {
	const named = <
		T extends { readonly gateway: string; readonly account: string; readonly credential: string },
	>(
		one: T,
	) => ({
		...one,
		gateway: gatewayLabel(one.gateway),
		account: textOf(one.account),
		credential: textOf(one.credential),
	});
	return {
		...figures,
		failures: { ...failures, newest: failures.newest.map(fromRow) },
		service: {
			...statistics,
			overdueMessages: overdue.map(fromRow),
			paused: statistics.paused.map(named),
			unserved: statistics.unserved.map(named),
		},
	};
}
