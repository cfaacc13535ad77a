import {
	SCOPES,
	SOURCES,
	type DoNotContactEntry,
	type Scope,
	type Source,
} from '../../messages/doNotContact';
import { isoOf, textOf, type SendingAccount } from '../table/rows';
import type { RowOf, Table } from '../table/table';

/** The columns of the list, in the order in which n8n shows them. */
export const DO_NOT_CONTACT_COLUMNS = [
	/** A phone number in E.164, or an address such as a LID. */
	{ name: 'person', type: 'string' },
	/** `all`, `whatsapp`, `sms`, or an account as {@link accountScope} writes it. */
	{ name: 'scope', type: 'string' },
	{ name: 'reason', type: 'string' },
	{ name: 'source', type: 'string' },
	{ name: 'added_at', type: 'date' },
	/** When *Move to PostgreSQL* has copied it; empty: not yet. */
	{ name: 'moved_at', type: 'date' },
] as const;

/** People of one look: SQLite takes no more than 1,000 conditions, and a Data Table has two for each number. */
export const MAX_PEOPLE = 450;

export type DoNotContactColumn = (typeof DO_NOT_CONTACT_COLUMNS)[number]['name'];
export type DoNotContactTable = Table<DoNotContactColumn>;
export type DoNotContactRow = RowOf<DoNotContactColumn>;

/** The list that belongs to a table of messages. */
export const doNotContactTableName = (messages: string): string => `${messages}_do_not_contact`;

/** For whom a list is read: one account under all its names, of which new entries get the first. */
export interface ListOwner {
	readonly senders: ReadonlyArray<Pick<SendingAccount, 'gateway' | 'account'>>;
	readonly channel: 'whatsapp' | 'sms';
}

const ACCOUNT = 'account ';

/** An account in the column `scope`. No id of a gateway has a slash. */
export const accountScope = ({
	gateway,
	account,
}: Pick<SendingAccount, 'gateway' | 'account'>): string => `${ACCOUNT}${gateway}/${account}`;

/** What stands in the column `scope` of an entry. */
export const scopeText = (scope: Scope, { senders }: ListOwner): string =>
	scope === 'account' ? accountScope(senders[0]) : scope;

/** The same under each name of the account: an entry may have been made under another one. */
export const scopeTexts = (scope: Scope, { senders }: ListOwner): readonly string[] =>
	scope === 'account' ? senders.map(accountScope) : [scope];

/** The scopes that hold for an account. */
export const scopesOf = ({ senders, channel }: ListOwner): readonly string[] => [
	'all',
	channel,
	...senders.map(accountScope),
];

/** What a person has entered and nobody can read holds for all: rather one message too few. */
const isReadable = (scope: string): boolean =>
	/^account .*\//.test(scope) || SCOPES.some((word) => word !== 'account' && word === scope);

/** Whether an entry holds for an account. */
export function holdsFor({ scope: cell }: DoNotContactRow, owner: ListOwner): boolean {
	const scope = textOf(cell) ?? '';
	return !isReadable(scope) || scopesOf(owner).includes(scope);
}

/** The scope of a row in the form in which stores write it. */
export const storedScope = ({ scope: cell }: DoNotContactRow): string => {
	const scope = textOf(cell) ?? '';
	return isReadable(scope) ? scope : 'all';
};

/** A row as an entry. */
export function toEntry(row: DoNotContactRow): DoNotContactEntry {
	const scope = storedScope(row);
	const isAccount = scope.startsWith(ACCOUNT);
	const [gateway, ...account] = scope.slice(ACCOUNT.length).split('/');
	return {
		person: textOf(row.person) ?? '',
		scope: isAccount ? 'account' : (scope as Scope),
		gateway: isAccount ? gateway : null,
		account: isAccount ? account.join('/') : null,
		reason: textOf(row.reason),
		source: SOURCES.find((source): source is Source => source === row.source) ?? null,
		addedAt: isoOf(row.added_at),
	};
}
