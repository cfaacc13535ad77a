/** The rows of one key in a table, as one writer sees them. */
export interface KeyRows<R> {
	/** All with the key, the lowest row id first. */
	find(): Promise<R[]>;
	/** Adds the writer's own. */
	insert(): Promise<R>;
	/** Removes a row that lost, unless it is in use. */
	remove(row: R): Promise<void>;
}

/**
 * The one row of a key, where a table has no unique index: look, insert, look again, and the lowest row
 * id wins. Of several writers at the same moment each sees the lowest row, since every writer looks
 * after its own insert; a row that has a lower one is nobody's, so whoever sees it removes it, also one
 * that a crash between insert and look left behind. The lowest is never removed: never zero.
 *
 * @param isKnownFree leaves the first look out, where another look has just shown that there is none
 */
export async function insertThenLook<R>(
	{ find, insert, remove }: KeyRows<R>,
	{ isKnownFree = false } = {},
): Promise<R> {
	let found = isKnownFree ? [] : await find();
	if (found.length === 0) {
		const own = await insert();
		found = await find();
		// Somebody has emptied the table in between.
		if (found.length === 0) return own;
	}
	const [winner, ...losers] = found;
	for (const loser of losers) await remove(loser);
	return winner;
}
