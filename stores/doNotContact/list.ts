import type { DoNotContactEntry, Scope, Source } from '../../messages/doNotContact';
import { sameRecipientForms, sameRecipientKey } from '../../messages/sameRecipient';
import { insertThenLook } from '../deduplication/insertThenLook';
import { KeyedMutex } from '../keyedMutex';
import { Batcher } from '../table/batcher';
import { isoOf } from '../table/rows';
import { PAGE_SIZE, whereIn, type Condition, type ValuesOf } from '../table/table';
import {
	MAX_PEOPLE,
	scopeText,
	scopeTexts,
	toEntry,
	type DoNotContactColumn,
	type DoNotContactRow,
	type DoNotContactTable,
	type ListOwner,
} from './columns';
import { listedOf } from './listed';

/** What is entered of a person. */
export interface NewEntry {
	readonly person: string;
	readonly scope: Scope;
	readonly reason: string | null;
	readonly source: Source;
	/** Since when they want it, in milliseconds since 1970; now without it. */
	readonly at?: number | null;
}

/** Which entries to list; what is not given does not filter. */
export interface EntryFilter {
	readonly person?: string;
	readonly scope?: Scope;
	readonly source?: Source;
}

/** The list Do Not Contact, as one account sees and changes it. What many items ask for is gathered. */
export interface DoNotContactList {
	/** The entry that keeps the account from writing to a person; null if there is none. */
	find(person: string): Promise<DoNotContactEntry | null>;
	/**
	 * Enters a person, unless they are there with this scope: then the earlier entry stays. A wish that is
	 * repeated counts from the later time on.
	 */
	add(entry: NewEntry): Promise<{ readonly entry: DoNotContactEntry; readonly isNew: boolean }>;
	/** Removes a person's entries with a scope, or all without one; tells how many there were. */
	remove(person: string, scope: Scope | null): Promise<number>;
	/**
	 * Removes what a person's own wish has brought into the account's scope until a time, in milliseconds
	 * since 1970: a wish that is reported late takes back no later one.
	 */
	takeBack(person: string, at: number): Promise<void>;
	/** The entries of all accounts, the earliest first. */
	entries(filter: EntryFilter, limit: number): Promise<DoNotContactEntry[]>;
}

/** What the person alone has asked for, and may take back; others have entered the rest. */
const OWN_WISHES: ReadonlySet<unknown> = new Set<Source>(['reply', 'gateway']);

/** @param now milliseconds since 1970 */
export function createDoNotContactList(
	table: DoNotContactTable,
	owner: ListOwner,
	now: () => number,
): DoNotContactList {
	const finds = new Batcher(async (people: string[]) => {
		const listed = await listedOf(table, owner, people);
		return people.map((person) => listed.get(person) ?? null);
	}, MAX_PEOPLE);
	const rowsOf = new Batcher(async (people: string[]) => {
		const forms = [...new Set(people.flatMap(sameRecipientForms))];
		const rows = await table.selectAny('person', forms);
		const sorted = rows.sort((a, b) => a.id - b.id);
		const ofForm = (form: string) => sorted.filter((row) => row.person === form);
		return people.map((person) => sameRecipientForms(person).flatMap(ofForm));
	}, MAX_PEOPLE);
	const inserts = new Batcher(
		async (values: Array<ValuesOf<DoNotContactColumn>>) => await table.insert(values),
		PAGE_SIZE,
	);
	const mutex = new KeyedMutex();

	/** The same entry, as of a later wish. */
	async function moveForward(row: DoNotContactRow, added_at: string): Promise<DoNotContactRow> {
		if (isoOf(row.added_at) === null || isoOf(row.added_at)! >= added_at) return row;
		const where: Array<Condition<DoNotContactColumn>> = [
			...whereIn<DoNotContactColumn>({ id: row.id }),
			{ column: 'added_at', is: 'lt', value: added_at },
		];
		const [[moved = row]] = await table.update([{ where, values: { added_at } }]);
		return moved;
	}

	async function addOnce({ person, scope, reason, source, at }: NewEntry) {
		const text = scopeText(scope, owner);
		const texts = new Set(scopeTexts(scope, owner));
		const added_at = new Date(at ?? now()).toISOString();
		let inserted: DoNotContactRow | null = null;
		const row = await insertThenLook<DoNotContactRow>({
			find: async () => {
				const rows = (await rowsOf.add(person)).filter(({ scope: one }) => texts.has(String(one)));
				const exact = rows.filter((one) => one.person === person && one.scope === text);
				// An entry of the number's other form, or under another name of the account, does as well, and
				// is nobody's to remove.
				return exact.length > 0 ? exact : rows.slice(0, 1);
			},
			insert: async () =>
				(inserted = await inserts.add({ person, scope: text, reason, source, added_at })),
			remove: async ({ id }) => void (await table.remove(whereIn<DoNotContactColumn>({ id }))),
		});
		// With a unique index, what an insert gives may be the row of another execution.
		const isOwn = (one: DoNotContactRow | null) => one?.id === row.id;
		const isNew = isOwn(inserted) && isoOf(row.added_at) === added_at;
		const isRepeated = !isNew && typeof at === 'number' && OWN_WISHES.has(row.source);
		return { entry: toEntry(isRepeated ? await moveForward(row, added_at) : row), isNew };
	}

	/** Conditions for each form of the number and each name of the account. */
	const eachOf = ({ person, scope, source }: EntryFilter) => {
		const people = person === undefined ? [undefined] : sameRecipientForms(person);
		const scopes = scope === undefined ? [undefined] : scopeTexts(scope, owner);
		return people.flatMap((form) =>
			scopes.map((text) =>
				whereIn<DoNotContactColumn>({
					...(form === undefined ? {} : { person: form }),
					...(text === undefined ? {} : { scope: text }),
					...(source === undefined ? {} : { source }),
				}),
			),
		);
	};

	/** The first rows, by id. */
	async function rowsWith(
		conditions: ReadonlyArray<Condition<DoNotContactColumn>>,
		limit: number,
	): Promise<DoNotContactRow[]> {
		const found: DoNotContactRow[] = [];
		for (let last = 0; found.length < limit; ) {
			const after: Condition<DoNotContactColumn> = { column: 'id', is: 'gt', value: last };
			const size = Math.min(PAGE_SIZE, limit - found.length);
			const page = await table.select([...conditions, after], size);
			found.push(...page);
			if (page.length < size) break;
			last = page[page.length - 1].id;
		}
		return found;
	}

	return {
		find: async (person) => await finds.add(person),
		// Two equal items of a run: the second finds the first's.
		add: async (entry) =>
			await mutex.runExclusive(
				`${entry.scope} ${sameRecipientKey(entry.person)}`,
				async () => await addOnce(entry),
			),
		remove: async (person, scope) => {
			let removed = 0;
			for (const conditions of eachOf({ person, ...(scope === null ? {} : { scope }) })) {
				removed += await table.remove(conditions);
			}
			return removed;
		},
		takeBack: async (person, at) => {
			const until: Condition<DoNotContactColumn> = {
				column: 'added_at',
				is: 'lte',
				value: new Date(at).toISOString(),
			};
			const texts = new Set(scopeTexts('account', owner));
			for (const { id, scope, source } of await rowsOf.add(person)) {
				if (!texts.has(String(scope)) || !OWN_WISHES.has(source)) continue;
				await table.remove([...whereIn<DoNotContactColumn>({ id, source }), until]);
			}
		},
		entries: async (filter, limit) => {
			const found: DoNotContactRow[] = [];
			for (const conditions of eachOf(filter)) found.push(...(await rowsWith(conditions, limit)));
			const first = found.sort((a, b) => a.id - b.id).slice(0, limit);
			return first.map(toEntry);
		},
	};
}
