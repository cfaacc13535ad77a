import { storedBoard } from '../../nodes/MessageScheduler/board/storedBoard';
import { parseBoardQuery, renderBoard, type BoardData, type BoardOptions } from '../../board';
import { createTableBackend } from '../../stores/table/backend';
import type { AccountColumn } from '../../stores/table/accounts';
import { createLeaseStore, pauseAccount } from '../../stores/table/accounts';
import type { Values } from '../../stores/table/columns';
import { accountsTable } from '../stores/table/fakes.mts';
import { MemoryTable } from '../stores/table/memoryTable.mts';
import { NOW, ZONE, type Seeded } from './seed.mts';

/** A store in memory with these rows, and their two accounts. */
export async function storeWith(rows: readonly Seeded[]) {
	const table = new MemoryTable();
	await table.insert(rows as readonly Values[]);
	for (const row of rows) {
		table.rows.set(row.id, { ...table.row(row.id), ...(row as object) });
	}
	const accounts: MemoryTable<AccountColumn> = accountsTable(() => NOW);
	for (const account of ['main', 'second']) await ranFor(accounts, account);
	const opened = async () => accounts;
	const backend = createTableBackend(table, 'scheduled_messages', {
		accounts: opened,
		findAccounts: opened,
		doNotContact: noList,
		findDoNotContact: async () => null,
		now: () => NOW,
	});
	return { table, accounts, backend };
}

/** Nothing on the board is about the list. */
const noList = async (): Promise<never> => await Promise.reject(new Error('not asked for'));

/** A run of *Send Due* has served the account just now. */
async function ranFor(accounts: MemoryTable<AccountColumn>, account: string): Promise<void> {
	const credential = account === 'main' ? 'Shop Berlin' : 'Shop Hamburg';
	const lease = createLeaseStore(accounts, [{ gateway: 'whapi', account, credential }]);
	const record = await lease.acquire('a run', NOW - 20_000, NOW + 70_000);
	await lease.release('a run', { health: record!.health, pace: record!.pace });
}

/** As *Pause* does, for one of the seeded accounts. */
export const pauseSecond = async (accounts: MemoryTable<AccountColumn>, note: string) =>
	await pauseAccount(
		accounts,
		{ gateway: 'whapi', account: 'second', credential: 'Shop Hamburg' },
		{ until: NOW + 5_400_000, note, now: NOW - 2_700_000 },
	);

export const LOOK: BoardOptions = { timezone: ZONE, language: 'en-GB', masksNumbers: true };

/** The data of a page, as a webhook's query asks for it. */
export async function dataOf(
	{ backend }: Awaited<ReturnType<typeof storeWith>>,
	query: Record<string, string> = {},
): Promise<BoardData> {
	const source = storedBoard(backend, { now: NOW, days: 1, timezone: ZONE, country: null });
	const asked = parseBoardQuery(query);
	if (asked.view === 'search') return await source.search(asked);
	return asked.view === 'message' ? await source.message(asked.id) : await source.overview();
}

/** A page of the board as HTML. */
export const pageOf = async (
	store: Awaited<ReturnType<typeof storeWith>>,
	query: Record<string, string> = {},
	look: Partial<BoardOptions> = {},
): Promise<string> => renderBoard(await dataOf(store, query), { ...LOOK, ...look }).html;
