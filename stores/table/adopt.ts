import { randomUUID } from 'node:crypto';
import type { Gateway } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/capabilityChecks';
import { gateways } from '../../gateways/registry';
import { STATUSES } from '../../messages/status';
import { isUuid } from '../scheduleId';
import type { AccountsTable } from './accounts';
import type { Row, Values } from './columns';
import {
	DEFAULT_VALID_FOR_MINUTES,
	isoOf,
	mayHaveBeenSent,
	statusWord,
	textOf,
	toOutgoing,
	type SendingAccount,
} from './rows';
import { accountRecords, type KnownAccount } from './served';
import {
	PAGE_SIZE,
	where,
	type ConditionalUpdate,
	type Condition,
	type MessageTable,
} from './table';

/*
 * What a person has added to the table, or changed in it so that no run of Send Due would find it:
 *
 *   added by hand (no status_rank) ──── complete, and of this account ────▶ scheduled
 *                                  └─── lacks something ──▶ as it is, and `failure` says what
 *   status emptied, or written otherwise (Scheduled) ─────▶ scheduled, unless it may have been sent
 *   send_at emptied ──▶ as it is, and `failure` says so
 *   schedule_id emptied ──▶ a new one
 *
 * Each change is made only while the row is as it was read, so that of two runs one takes it, and
 * nothing is written over what a person has entered meanwhile.
 */

/** What adopting works with. */
export interface AdoptContext {
	/** The keys under which the credential serves the account; the first is the one of today. */
	readonly senders: readonly SendingAccount[];
	readonly gateway: Gateway;
	/** Opens the table of accounts; called only where it is to be found out whose a row is. */
	accounts(): Promise<AccountsTable>;
}

/** An account of which nothing was heard for so long does not count as using the table. */
const IN_USE_FOR_MS = 7 * 24 * 3_600_000;

/** Begins what a row says that waits for a person. */
const NOT_YET = 'Not sent yet: ';

/** How people write the status beside `scheduled`: n8n tells upper from lower case, and sees spaces. */
const SPELLINGS = ['scheduled', 'Scheduled', 'SCHEDULED']
	.flatMap((word) => [word, `${word} `, ` ${word}`, ` ${word} `])
	.filter((spelling) => spelling !== 'scheduled');

/** Changed in one run: a person may have imported many rows, and the messages that are due cannot wait. */
const MAX_CHANGES = PAGE_SIZE;

const UNTIDY: readonly Condition[] = [
	...(['status_rank', 'status', 'send_at', 'schedule_id'] as const).map(
		(column): Condition => ({ column, is: 'isEmpty', value: null }),
	),
	...SPELLINGS.flatMap((status) => where({ status })),
];

/**
 * Takes rows in that a person has added or changed by hand, by one look at the table and, where there
 * are such rows, few changes. Of very many rows it takes those with the earliest time; later runs take the
 * rest.
 *
 * @param now ISO 8601, UTC
 */
export async function adoptRows(
	table: MessageTable,
	context: AdoptContext,
	now: string,
): Promise<void> {
	const rows = await table.selectEither(UNTIDY);
	if (rows.length === 0) return;
	const owners = new Owners(table, context, Date.parse(now));
	const changes: ConditionalUpdate[] = [];
	for (const row of rows.sort(byTime)) {
		const values = await valuesFor(row, context, owners, now);
		if (values !== null) changes.push({ where: asRead(row), values });
		if (changes.length === MAX_CHANGES) break;
	}
	if (changes.length === 0) return;
	// Changes of one form go into one access.
	const form = ({ where: conditions }: ConditionalUpdate) => conditions.map(({ is }) => is).join();
	changes.sort((a, b) => (form(a) < form(b) ? -1 : 1));
	await table.update(changes);
}

/** The earliest first, and last what has no time. */
const byTime = (a: Row, b: Row): number => timeOf(a) - timeOf(b) || a.id - b.id;

const timeOf = ({ send_at: at }: Row): number => Date.parse(isoOf(at) ?? END_OF_TIME);
const END_OF_TIME = '9999-12-31T00:00:00.000Z';

/** What the decision on a row rests on; its other cells are not written. */
const DECISIVE = [
	'status_rank',
	'status',
	'recipient',
	'text',
	'type',
	'schedule_id',
	'gateway',
	'account',
	'credential',
] as const;

/** The conditions on which a row is as it was read, in whatever a decision rests on. */
const asRead = (row: Row): Condition[] => [
	...where({ id: row.id }),
	...DECISIVE.map(
		(column): Condition =>
			textOf(row[column]) === null
				? { column, is: 'isEmpty', value: null }
				: { column, is: 'eq', value: row[column] },
	),
];

/** What is to be written into a row; null where it stays as it is. */
async function valuesFor(
	row: Row,
	context: AdoptContext,
	owners: Owners,
	now: string,
): Promise<Values | null> {
	const word = statusWord(row);
	const isWaiting = word === 'scheduled' || (word === '' && !mayHaveBeenSent(row));
	if (!isAddedByHand(row)) {
		return owners.isOwn(row) ? tidied(row, isWaiting, now) : null;
	}
	// A row that a person has just begun, or keeps back by a word of their own.
	if (isBlank(row) || !isWaiting) return null;
	const owner = await owners.of(row);
	if (owner === 'another') return null;
	const wanted: Row = { ...row, type: textOf(row.type) ?? 'text' };
	const lack =
		lackOf(wanted) ?? (owner === 'own' ? refusalOf(wanted, context.gateway) : owner.lack);
	return lack === null ? adopted(wanted, context, now) : saying(row, lack);
}

/** A row of a store, in which a person has emptied or rewritten a cell. */
function tidied(row: Row, isWaiting: boolean, now: string): Values | null {
	const id: Values = textOf(row.schedule_id) === null ? { schedule_id: randomUUID() } : {};
	if (isWaiting && isoOf(row.send_at) === null) {
		return { ...id, ...saying(row, 'fill in "send_at" of this row.') };
	}
	const isPutBack = isWaiting && row.status !== 'scheduled';
	const values: Values = isPutBack
		? { ...id, ...WAITING, next_attempt_at: now, claim_token: '', failure: withoutNote(row) }
		: id;
	return Object.keys(values).length === 0 ? null : values;
}

const WAITING: Values = { status: 'scheduled', status_rank: STATUSES.scheduled.rank };

/** A complete row, as a store would have written it. */
function adopted(row: Row, { senders: [sender] }: AdoptContext, now: string): Values {
	const { recipient, type } = toOutgoing(row);
	const id = textOf(row.schedule_id) ?? '';
	return {
		...WAITING,
		schedule_id: isUuid(id) ? id : randomUUID(),
		recipient: recipient.address,
		type,
		gateway: sender.gateway,
		account: sender.account,
		credential: sender.credential,
		requested_at: row.send_at,
		next_attempt_at: now,
		valid_for_minutes:
			Number(row.valid_for_minutes) > 0 ? row.valid_for_minutes : DEFAULT_VALID_FOR_MINUTES,
		attempts: 0,
		claim_token: '',
		failure: withoutNote(row),
	};
}

/** The note that a row waits is taken out; what else stands in the cell stays. */
const withoutNote = ({ failure }: Row): Row['failure'] =>
	String(failure ?? '').startsWith(NOT_YET) ? null : failure;

/** Null where the row says so already: nothing is written in vain, each minute. */
const saying = (row: Row, lack: string): Values | null =>
	row.failure === NOT_YET + lack ? null : { failure: NOT_YET + lack };

/** Every store writes it, and nobody needs to. */
const isAddedByHand = ({ status_rank: rank }: Row): boolean => rank === null || rank === undefined;

const isBlank = (row: Row): boolean =>
	[row.recipient, row.text, row.media_url, row.send_at].every((cell) => textOf(cell) === null);

/** Which cells a row still needs. */
function lackOf(row: Row): string | null {
	const content = row.type === 'text' ? 'text' : 'media_url';
	const empty = (['recipient', content, 'send_at'] as const).filter(
		(column) => textOf(row[column]) === null,
	);
	return empty.length === 0
		? null
		: `fill in ${formatSendTime(empty.map((column) => `"${column}"`))} of this row.`;
}

/** What is wrong with what a row says. */
function refusalOf(row: Row, gateway: Gateway): string | null {
	try {
		assertSendable(gateway, toOutgoing(row));
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

const formatSendTime = (words: readonly string[]): string =>
	words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** An account, as the table's cells name it. */
type Named = Pick<SendingAccount, 'gateway' | 'account'>;

/** Finds out whose row it is. Every run comes to the same words, so that none writes over another's. */
class Owners {
	private inUse: Promise<{ readonly others: KnownAccount[]; readonly all: string }> | undefined;

	constructor(
		private readonly table: MessageTable,
		private readonly context: AdoptContext,
		private readonly now: number,
	) {}

	/** Whether a row is under one of the account's keys. */
	isOwn(row: Row | Named): boolean {
		return this.context.senders.some(
			({ gateway, account }) => row.gateway === gateway && row.account === account,
		);
	}

	/** Whose row it is: of this account, of another one that will see to it, or what it lacks to tell. */
	async of(row: Row): Promise<'own' | 'another' | { readonly lack: string }> {
		const [account, credential, given] = [row.account, row.credential, row.gateway].map((cell) =>
			textOf(cell)?.trim(),
		);
		const gateway = given === undefined ? undefined : (gatewayIdOf(given) ?? given);
		const { senders } = this.context;
		const fits = (one: Partial<SendingAccount>) =>
			(gateway === undefined || one.gateway === gateway) &&
			(account === undefined || one.account === account) &&
			(credential === undefined || one.credential === credential);
		const mayBeOwn = senders.some(fits);
		// An account's key is its own: whoever else is there need not be asked.
		if (mayBeOwn && account !== undefined) return 'own';
		const { others, all } = await this.known();
		const mayBeOthers = others.some(fits);
		if (mayBeOwn && !mayBeOthers) return 'own';
		if (mayBeOthers && !mayBeOwn && others.filter(fits).length === 1) return 'another';
		if (!mayBeOwn && !mayBeOthers) {
			return {
				lack: `no run of "Send Due" sends from this table for what "gateway", "account" and "credential" of this row say. Correct them, or run "Send Due" for that account. Accounts of this table: ${all}.`,
			};
		}
		return {
			lack: `several accounts use this table. Fill in "gateway" and "account", or "credential", of this row. Accounts of this table: ${all}.`,
		};
	}

	private async known() {
		this.inUse ??= this.findInUse();
		return await this.inUse;
	}

	/** Other accounts for which runs go on, or whose messages wait in the table. */
	private async findInUse() {
		const { senders } = this.context;
		const records = [...(await accountRecords(await this.context.accounts())).values()];
		const recent = records.filter(
			({ leaseUntil, lastRunAt, manualPause }) =>
				leaseUntil > this.now ||
				manualPause !== null ||
				this.now - (lastRunAt ?? 0) <= IN_USE_FOR_MS,
		);
		const waiting = await this.table.select(
			[
				...where({ status: 'scheduled' }),
				{ column: 'status_rank', is: 'gte', value: 0 },
				...senders.map(
					({ account }): Condition => ({ column: 'account', is: 'neq', value: account }),
				),
			],
			PAGE_SIZE,
		);
		const accounts = new Map<string, KnownAccount>();
		for (const one of [...waiting, ...recent, ...senders]) {
			const known = {
				gateway: textOf(one.gateway) ?? '',
				account: textOf(one.account) ?? '',
				credential: textOf(one.credential) ?? '',
			};
			accounts.set(JSON.stringify([known.gateway, known.account]), known);
		}
		const all = [...accounts.values()]
			.map(({ gateway, account }) => `${gateway} "${account}"`)
			.sort();
		return {
			others: [...accounts.values()].filter((one) => !this.isOwn(one)),
			all: all.length > MAX_LISTED ? `${all.slice(0, MAX_LISTED).join(', ')} …` : all.join(', '),
		};
	}
}

/** Accounts that one cell names. */
const MAX_LISTED = 5;

/** A person may write a gateway as it calls itself. */
const gatewayIdOf = (text: string): string | undefined =>
	gateways.find(({ id, label }) =>
		[id, label].some((name) => name.toLowerCase() === text.toLowerCase()),
	)?.id;
