/** The rows of one key in a table, as one writer sees them. */
export interface KeyRows<R> {
	/** All with the key, the lowest row id first. */
	find(): Promise<R[]>;
	/** Adds the writer's row. */
	insert(): Promise<R>;
	/** Removes a row that lost, unless it is in use. */
	remove(row: R): Promise<void>;
}

/**
 * The one row of a key in a table without unique index: read, insert, read again, and the lowest row id
 * wins. Each concurrent writer sees the lowest row, since every writer reads after its insert. A row with a
 * lower one is obsolete, so whoever sees it removes it, also one that a crash between insert and read left
 * behind. The lowest is never removed.
 *
 * @param isKnownFree skips the first read, if another read has just shown that there is none
 */
export async function insertThenLook<R>(
	{ find, insert, remove }: KeyRows<R>,
	{ isKnownFree = false } = {},
): Promise<R> {
	let found = isKnownFree ? [] : await find();
	if (found.length === 0) {
		const inserted = await insert();
		found = await find();
		// Somebody has emptied the table in between.
		if (found.length === 0) return inserted;
	}
	const [winner, ...losers] = found;
	for (const loser of losers) await remove(loser);
	return winner;
}
