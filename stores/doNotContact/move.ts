import { isoOf, textOf } from '../table/rows';
import { PAGE_SIZE, type Condition, type ValuesOf } from '../table/table';
import {
	storedScope,
	type DoNotContactColumn,
	type DoNotContactRow,
	type DoNotContactTable,
} from './columns';
import { personIn } from './person';

/** What came of it. */
export interface ListMoveReport {
	/** Entries that the target has now. */
	readonly copied: number;
	/** Of whom nobody could say who they are. */
	readonly left: number;
	/** Whether the time was over before the last one. */
	readonly isMore: boolean;
}

const NOT_YET: Condition<DoNotContactColumn> = { column: 'moved_at', is: 'isEmpty', value: null };

/**
 * Copies the entries of one list into another, those first that are longest there. They stay in the
 * source, which still sends; each is copied once, so that a further run is cheap.
 *
 * @param isOver whether to begin no further page; `now`: milliseconds since 1970
 */
export async function moveList(
	source: DoNotContactTable,
	target: DoNotContactTable,
	{ isOver, now }: { isOver(): boolean; readonly now: number },
): Promise<ListMoveReport> {
	let [copied, left] = [0, 0];
	for (let last = 0; ; ) {
		const after: Condition<DoNotContactColumn> = { column: 'id', is: 'gt', value: last };
		const page = await source.select([NOT_YET, after], PAGE_SIZE);
		if (page.length === 0) return { copied, left, isMore: false };
		const values = page.map(toValues);
		const readable = page.filter((_, index) => values[index] !== null);
		await target.insert(values.filter((one) => one !== null));
		const moved_at = new Date(now).toISOString();
		await source.update(
			readable.map(({ id }) => ({
				where: [{ column: 'id', is: 'eq', value: id }],
				values: { moved_at },
			})),
		);
		copied += readable.length;
		left += page.length - readable.length;
		last = page[page.length - 1].id;
		if (isOver()) return { copied, left, isMore: true };
	}
}

/** An entry as the other list takes it; null if a person has entered somebody whom no message could reach. */
function toValues(row: DoNotContactRow): ValuesOf<DoNotContactColumn> | null {
	const person = personIn(row);
	return person === null
		? null
		: {
				person,
				scope: storedScope(row),
				reason: textOf(row.reason),
				source: textOf(row.source),
				added_at: isoOf(row.added_at),
			};
}
