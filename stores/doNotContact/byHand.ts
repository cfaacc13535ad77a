import { settle } from '../../messages/settle';
import { isoOf, textOf } from '../table/rows';
import {
	PAGE_SIZE,
	whereIn,
	type Condition,
	type ConditionalUpdate,
	type ValuesOf,
} from '../table/table';
import {
	MAX_PEOPLE,
	type DoNotContactColumn,
	type DoNotContactRow,
	type DoNotContactTable,
} from './columns';
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

/** How a person may stand in rows with all columns: a spreadsheet that they came through drops the plus. */
const formsIn = (person: string): string[] =>
	/^\+\d+$/.test(person) ? [person, person.slice(1)] : [person];

/**
 * A list in which people type rows themselves, in a Data Table: `person` may stand there in any form, and n8n
 * compares texts exactly. Whoever looks for people also gets the rows that nobody has looked at yet, and compares
 * them by whom they mean; the table gets them in that form, so that each is read once. What means nobody says so
 * in its `reason`.
 */
export function withRowsByHand(table: DoNotContactTable): DoNotContactTable {
	/** Rows as they are compared. Those of these people are written before any others. */
	async function adopt(
		rows: readonly DoNotContactRow[],
		people: ReadonlySet<string>,
	): Promise<DoNotContactRow[]> {
		const [first, later]: Array<Array<ConditionalUpdate<DoNotContactColumn>>> = [[], []];
		const adopted = rows.map((row) => {
			const values = isAsCompared(row) ? null : valuesFor(row);
			if (values === null) return row;
			const isAsked = people.has(String(values.person));
			(isAsked ? first : later).push({ where: asRead(row), values });
			return { ...row, ...values };
		});
		const changes = [...first, ...later].slice(0, MAX_CHANGES);
		// The next look tries again; what this one compares does not depend on it.
		if (changes.length > 0) await settle(table.update(changes));
		return adopted;
	}

	/** Those of whom a person's condition is about to be compared by the table itself. */
	async function adoptAll(conditions: ReadonlyArray<Condition<DoNotContactColumn>>) {
		const people = conditions.filter(isAboutPerson).map(({ value }) => String(value));
		if (people.length > 0) await ofPeople(people);
	}

	/** The rows that mean one of these people, and those that nobody has looked at yet: each once. */
	async function ofPeople(people: readonly string[]): Promise<DoNotContactRow[]> {
		const rows = new Map<number, DoNotContactRow>();
		for (let from = 0; from < people.length; from += MAX_PEOPLE) {
			const forms = people.slice(from, from + MAX_PEOPLE).flatMap(formsIn);
			const ofForms = forms.map(
				(value): Condition<DoNotContactColumn> => ({ column: 'person', is: 'eq', value }),
			);
			const found = await table.selectEither([...ofForms, ...(from === 0 ? BY_HAND : [])]);
			for (const row of found) rows.set(row.id, row);
		}
		return await adopt([...rows.values()], new Set(people));
	}

	return {
		id: table.id,
		insert: async (values) => await table.insert(values),
		update: async (changes) => await table.update(changes),
		selectEither: async (conditions) => await table.selectEither(conditions),
		selectAny: async (column, values) => {
			if (column !== 'person' || values.length === 0) return await table.selectAny(column, values);
			const wanted = new Set(values);
			return (await ofPeople(values)).filter(({ person }) => wanted.has(String(person)));
		},
		select: async (conditions, ...rest) => {
			await adoptAll(conditions);
			return await adopt(await table.select(conditions, ...rest), new Set());
		},
		remove: async (conditions) => {
			await adoptAll(conditions);
			return await table.remove(conditions);
		},
	};
}

const isAboutPerson = ({ column }: Condition<DoNotContactColumn>): boolean => column === 'person';

/** Whether a row has what this package writes, in the form in which people are compared. */
const isAsCompared = (row: DoNotContactRow): boolean =>
	BY_HAND.every(({ column }) => textOf(row[column]) !== null) && personIn(row) === row.person;

/** While nobody has corrected it meanwhile. */
const asRead = ({ id, person }: DoNotContactRow): Array<Condition<DoNotContactColumn>> =>
	whereIn<DoNotContactColumn>({ id, person });

/** What the row should have; null if it is blank, or has been told of before. */
function valuesFor(row: DoNotContactRow): ValuesOf<DoNotContactColumn> | null {
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
