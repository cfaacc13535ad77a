import { DuplicateKeyError } from '../duplicateKey';
import { MAX_KEYS } from './byScheduleId';
import type { Row } from './columns';
import { textOf, type SendingAccount } from './rows';
import type { MessageTable } from './table';

/** Which messages of an account have the deduplication keys of messages that are to be moved to it. */
export class KeyHolders {
	private constructor(
		private readonly target: SendingAccount | null,
		private readonly byKey: Map<string, Row>,
	) {}

	/** @param target the account to which the rows go; null if they stay with theirs */
	static async read(
		table: MessageTable,
		rows: readonly Row[],
		target: SendingAccount | null,
	): Promise<KeyHolders> {
		const byKey = new Map<string, Row>();
		if (target === null) return new KeyHolders(target, byKey);
		const keys = [
			...new Set(rows.filter((row) => !isOf(target, row)).flatMap((row) => keyOf(row) ?? [])),
		];
		for (let from = 0; from < keys.length; from += MAX_KEYS) {
			const found = await table.selectAny('deduplication_key', keys.slice(from, from + MAX_KEYS));
			for (const row of found.filter((each) => isOf(target, each))) byKey.set(keyOf(row)!, row);
		}
		return new KeyHolders(target, byKey);
	}

	/**
	 * Takes the key of a row for the account: of several rows with one key, the first gets it.
	 *
	 * @throws DuplicateKeyError if another message of the account has it
	 */
	take(row: Row): void {
		const key = keyOf(row);
		if (this.target === null || key === null || isOf(this.target, row)) return;
		const holder = this.byKey.get(key);
		if (holder !== undefined) throw heldBy(holder, key, this.target);
		this.byKey.set(key, row);
	}
}

const isOf = ({ gateway, account }: SendingAccount, row: Row): boolean =>
	row.gateway === gateway && row.account === account;

const keyOf = (row: Row): string | null => textOf(row.deduplication_key);

const heldBy = (holder: Row, key: string, { account }: SendingAccount) =>
	new DuplicateKeyError(
		`The account "${account}" has another message with the deduplication key "${key}", so this one was not moved: the scheduled message "${String(holder.schedule_id)}" with the status "${String(holder.status)}"`,
	);
