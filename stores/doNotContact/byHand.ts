import { settle } from '../../messages/settle';
import { isoOf, textOf } from '../table/rows';
import { PAGE_SIZE, whereIn, type Condition, type ConditionalUpdate } from '../table/table';
import type { DoNotContactColumn, DoNotContactRow, DoNotContactTable } from './columns';
import { personIn } from './person';

/** What every row has that this package writes, and people who type a row leave empty. */
const BY_HAND: ReadonlyArray<Condition<DoNotContactColumn>> = [
	{ column: 'added_at', is: 'isEmpty', value: null },
	{ column: 'source', is: 'isEmpty', value: null },
	// Before n8n 2.41, a text of no letters is not empty.
	{ column: 'source', is: 'eq', value: '' },
];

/** Stands in `reason` before what a person entered there. */
const UNREADABLE = 'Holds for nobody: enter "person" with its country code, such as +14155238886. ';

/** Updates of one look: somebody may have imported many rows, and a message waits for the answer. */
const MAX_CHANGES = PAGE_SIZE;

/**
 * A list in which people type rows themselves, in a Data Table: `person` may stand there in any form, and n8n
 * compares texts exactly. Whoever looks for people also gets the rows that nobody has looked at yet, and compares
 * them by whom they mean; the table gets them in that form, so that each is read once. What means nobody says so
 * in its `reason`.
 */
export function withRowsByHand(table: DoNotContactTable): DoNotContactTable {
	/** Rows as they are compared. */
	async function adopt(rows: readonly DoNotContactRow[]): Promise<DoNotContactRow[]> {
		const changes: Array<ConditionalUpdate<DoNotContactColumn>> = [];
		const adopted = rows.map((row) => {
			const values = isByHand(row) ? valuesFor(row) : null;
			if (values === null) return row;
			if (changes.length < MAX_CHANGES) changes.push({ where: asRead(row), values });
			return { ...row, ...values };
		});
		// The next look tries again; what this one compares does not depend on it.
		if (changes.length > 0) await settle(table.update(changes));
		return adopted;
	}

	const adoptAll = async () => void (await adopt(await table.selectEither(BY_HAND)));
	return {
		id: table.id,
		insert: async (values) => await table.insert(values),
		update: async (changes) => await table.update(changes),
		selectEither: async (conditions) => await table.selectEither(conditions),
		selectAny: async (column, values) => {
			if (column !== 'person' || values.length === 0) return await table.selectAny(column, values);
			const wanted = new Set(values);
			const rows = await table.selectEither([
				...values.map((value): Condition<DoNotContactColumn> => ({ column, is: 'eq', value })),
				...BY_HAND,
			]);
			return (await adopt(rows)).filter(({ person }) => wanted.has(String(person)));
		},
		select: async (conditions, ...rest) => {
			if (conditions.some(isAboutPerson)) await adoptAll();
			return await adopt(await table.select(conditions, ...rest));
		},
		remove: async (conditions) => {
			if (conditions.some(isAboutPerson)) await adoptAll();
			return await table.remove(conditions);
		},
	};
}

const isAboutPerson = ({ column }: Condition<DoNotContactColumn>): boolean => column === 'person';

const isByHand = (row: DoNotContactRow): boolean =>
	BY_HAND.some(({ column }) => textOf(row[column]) === null);

/** While nobody has corrected it meanwhile. */
const asRead = ({ id, person }: DoNotContactRow): Array<Condition<DoNotContactColumn>> =>
	whereIn<DoNotContactColumn>({ id, person });

/** What the row should have; null if it is blank, or has been told of before. */
function valuesFor(row: DoNotContactRow) {
	const person = personIn(row);
	const reason = textOf(row.reason) ?? '';
	const isTold = reason.startsWith(UNREADABLE);
	if (person === null) {
		return isTold || textOf(row.person) === null ? null : { reason: UNREADABLE + reason };
	}
	return {
		person,
		source: textOf(row.source) ?? 'manual',
		added_at: isoOf(row.added_at) ?? isoOf(row.createdAt),
		...(isTold ? { reason: reason.slice(UNREADABLE.length) } : {}),
	};
}
