import { STATUS_NAMES } from '../../../messages/status';
import type { DueAfter, Step, WholeTurns } from '../../../stores/dispatcher/queue';
import { holdsFor, type DoNotContactColumn } from '../../../stores/doNotContact/columns';
import { stateValues, withPauses, type AccountColumn } from '../../../stores/table/accounts';
import type { Row } from '../../../stores/table/columns';
import { SENDING, type SendingAccount } from '../../../stores/table/rows';
import type { MemoryTable } from '../table/memoryTable.mts';

/** What `stores/postgres/due.ts` asks PostgreSQL for. */
export const dueRows = (table: MemoryTable, { account }: SendingAccount, now: string): Row[] =>
	[...table.rows.values()]
		.filter(
			(row) =>
				row.account === account &&
				row.status === 'scheduled' &&
				String(row.send_at) <= now &&
				String(row.next_attempt_at ?? '') <= now,
		)
		.sort((a, b) => (isBehind(a, b) ? 1 : -1));

/** What `stores/postgres/recent.ts` asks PostgreSQL for. */
export const recentRows = (
	table: MemoryTable,
	{ account }: SendingAccount,
	recipients: readonly string[],
	since: string,
): Row[] =>
	[...table.rows.values()].filter(
		(row) =>
			row.account === account &&
			recipients.includes(String(row.recipient)) &&
			[row.sent_at, row.send_started_at].some((at) => String(at ?? '') >= since),
	);

const isBehind = (a: Row, b: Row): boolean =>
	a.send_at === b.send_at ? a.id > b.id : String(a.send_at) > String(b.send_at);

/**
 * Turns as `stores/postgres/turn.ts` has PostgreSQL do them: nothing comes in between, and all takes
 * effect or nothing does.
 *
 * @param access how a transaction goes: it may be undone before it takes effect, and its response be lost
 */
export const transactions = (
	{ table, accounts, sender, list }: Tables,
	access: <T>(work: () => Promise<T>, steps: readonly Step[]) => Promise<T>,
): WholeTurns => ({
	// Few, so that a day has several pages.
	maxMessages: 20,
	turn: async (steps, { lease, due }) =>
		await access(async () => {
			const next = due === null ? [] : rowsBehind(table, sender, due);
			const account = [...accounts.rows.values()].find((row) => row.account === sender.account);
			const isHeld = account?.lease_holder === lease.holder;
			if (account !== undefined && isHeld) {
				const lease_until = new Date(lease.until).toISOString();
				accounts.edit(account.id, { lease_until, ...stateValues(lease.state) });
			}
			const rows = steps.map((step) => changed(table, step, isHeld));
			const held = account === undefined || !isHeld ? null : accounts.row(account.id);
			const record = held === null ? null : withPauses(held, [held]);
			return { rows, record, due: next, listed: listedIn(list, steps, sender) };
		}, steps),
});

/** What a turn works on. */
export interface Tables {
	readonly table: MemoryTable;
	readonly accounts: MemoryTable<AccountColumn>;
	readonly sender: SendingAccount;
	/** The list Do Not Contact. */
	readonly list: MemoryTable<DoNotContactColumn>;
}

const listedIn = (
	list: Tables['list'],
	steps: readonly Step[],
	sender: SendingAccount,
): ReadonlySet<string> =>
	new Set(
		[...list.rows.values()]
			.filter((row) => holdsFor(row, { senders: [sender], channel: 'whatsapp' }))
			.map(({ person }) => String(person))
			.filter((person) => steps.some((step) => step.person === person)),
	);

const rowsBehind = (
	table: MemoryTable,
	sender: SendingAccount,
	{ now, after, limit }: DueAfter,
): Row[] =>
	dueRows(table, sender, now)
		.filter((row) => isBehind(row, after))
		.slice(0, limit)
		.map((row) => ({ ...row }));

function changed(table: MemoryTable, step: Step, isHeld: boolean): Row | null {
	const row = table.rows.get(step.id);
	const isInState =
		step.ifStatus === null
			? ![...STATUS_NAMES, SENDING].includes(String(row?.status))
			: row?.status === step.ifStatus;
	if (row === undefined || !isInState || row.claim_token !== step.ifToken) return null;
	if (step.values.status === SENDING && !isHeld) return null;
	table.edit(step.id, { ...step.values });
	return { ...table.row(step.id) };
}
