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
	asRead,
	PAGE_SIZE,
	where,
	type ConditionalUpdate,
	type Condition,
	type MessageTable,
} from './table';

/*
 * Adopts rows that a person has added to the table, or changed so that no run of Send Due would find them:
 *
 *   added by hand (no status_rank) ──── complete, and of this account ────▶ scheduled
 *                                  └─── incomplete ──▶ unchanged, and `failure` says what is missing
 *   status emptied, or written otherwise (Scheduled) ─────▶ scheduled, unless it may have been sent
 *   send_at emptied ──▶ unchanged, and `failure` says so
 *   schedule_id emptied ──▶ a new one
 *
 * Each update applies only while the row is as it was read, so that of two runs one adopts it, and nothing
 * overwrites what a person has entered meanwhile.
 */

/** What adopting works with. */
export interface AdoptContext {
	/** The names under which the credential serves the account; the first is the current one. */
	readonly senders: readonly SendingAccount[];
	readonly gateway: Gateway;
	/** Opens the table of accounts; called only if the owner of a row must be determined. */
	accounts(): Promise<AccountsTable>;
}

/** An account without a run for this long does not count as using the table. */
const IN_USE_FOR_MS = 7 * 24 * 3_600_000;

/** Prefix of `failure` in a row that needs a person. */
const NOT_YET = 'Not sent yet: ';

/** Other spellings of `scheduled`: n8n's comparison is case-sensitive and includes spaces. */
const SPELLINGS = ['scheduled', 'Scheduled', 'SCHEDULED']
	.flatMap((word) => [word, `${word} `, ` ${word}`, ` ${word} `])
	.filter((spelling) => spelling !== 'scheduled');

/** Updates in one run: a person may have imported many rows, and due messages cannot wait. */
const MAX_CHANGES = PAGE_SIZE;

const UNTIDY: readonly Condition[] = [
	...(['status_rank', 'status', 'send_at', 'schedule_id'] as const).map(
		(column): Condition => ({ column, is: 'isEmpty', value: null }),
	),
	// Before n8n 2.41, a text of no letters is not empty.
	...where({ status: '' }),
	...where({ schedule_id: '' }),
	...SPELLINGS.flatMap((status) => where({ status })),
];

/**
 * Adopts rows that a person has added or changed by hand, with one read of the table and, if there are such
 * rows, few updates. Of very many rows it adopts those with the earliest time; later runs adopt the rest.
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
		if (values !== null) changes.push({ where: unchanged(row), values });
		if (changes.length === MAX_CHANGES) break;
	}
	if (changes.length === 0) return;
	// Updates with the same conditions share one access.
	const form = ({ where: conditions }: ConditionalUpdate) => conditions.map(({ is }) => is).join();
	changes.sort((a, b) => (form(a) < form(b) ? -1 : 1));
	await table.update(changes);
}

/** The earliest first, and rows without a time last. */
const byTime = (a: Row, b: Row): number => timeOf(a) - timeOf(b) || a.id - b.id;

const timeOf = ({ send_at: at }: Row): number => Date.parse(isoOf(at) ?? END_OF_TIME);
const END_OF_TIME = '9999-12-31T00:00:00.000Z';

/** The columns on which the decision about a row depends; its other cells are not written. */
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

/** The conditions that the decisive columns of a row are unchanged since they were read. */
const unchanged = (row: Row): Condition[] => [
	...where({ id: row.id }),
	...DECISIVE.map((column) => asRead(row, column)),
];

/** The values to write into a row; null if it stays unchanged. */
async function valuesFor(
	row: Row,
	context: AdoptContext,
	owners: Owners,
	now: string,
): Promise<Values | null> {
	const word = statusWord(row);
	const isWaiting = word === 'scheduled' || (word === '' && !mayHaveBeenSent(row));
	if (!isAddedByHand(row)) {
		return owners.isOfSender(row) ? tidied(row, isWaiting, now) : null;
	}
	// A row that a person has just begun, or keeps back with another status.
	if (isBlank(row) || !isWaiting) return null;
	const owner = await owners.of(row);
	if (owner === 'another') return null;
	const wanted: Row = { ...row, type: textOf(row.type) ?? 'text' };
	const lack =
		lackOf(wanted) ?? (owner === 'sender' ? rejectionOf(wanted, context.gateway) : owner.lack);
	return lack === null ? adopted(wanted, context, now) : saying(row, lack);
}

/** A row written by a store, in which a person has emptied or rewritten a cell. */
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

/** Removes the note that a row needs a person; other content of the cell stays. */
const withoutNote = ({ failure }: Row): Row['failure'] =>
	String(failure ?? '').startsWith(NOT_YET) ? null : failure;

/** Null if the row already has that note, so that it is not written again each minute. */
const saying = (row: Row, lack: string): Values | null =>
	row.failure === NOT_YET + lack ? null : { failure: NOT_YET + lack };

/** Every store writes the rank, and people need not. */
const isAddedByHand = ({ status_rank: rank }: Row): boolean => rank === null || rank === undefined;

const isBlank = (row: Row): boolean =>
	[row.recipient, row.text, row.media_url, row.template, row.send_at].every(
		(cell) => textOf(cell) === null,
	);

/** The cells that a row still needs, as an instruction; null if it is complete. */
function lackOf(row: Row): string | null {
	const media = textOf(row.media_id) === null ? 'media_url' : 'media_id';
	const content = row.type === 'text' || row.type === 'template' ? row.type : media;
	const empty = (['recipient', content, 'send_at'] as const).filter(
		(column) => textOf(row[column]) === null,
	);
	return empty.length === 0
		? null
		: `fill in ${enumerate(empty.map((column) => `"${column}"`))} of this row.`;
}

/** Why the gateway cannot send a row; null if it can. */
function rejectionOf(row: Row, gateway: Gateway): string | null {
	try {
		assertSendable(gateway, toOutgoing(row));
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

const enumerate = (words: readonly string[]): string =>
	words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** An account, as the table's cells name it. */
type Named = Pick<SendingAccount, 'gateway' | 'account'>;

/** Determines the owner of a row. Every run writes the same text, so that none overwrites another's. */
class Owners {
	private inUse: Promise<{ readonly others: KnownAccount[]; readonly all: string }> | undefined;

	constructor(
		private readonly table: MessageTable,
		private readonly context: AdoptContext,
		private readonly now: number,
	) {}

	/** Whether a row is under one of the account's names. */
	isOfSender(row: Row | Named): boolean {
		return this.context.senders.some(
			({ gateway, account }) => row.gateway === gateway && row.account === account,
		);
	}

	/** The owner of a row: this account, another one that will adopt it, or what is missing to decide. */
	async of(row: Row): Promise<'sender' | 'another' | { readonly lack: string }> {
		const [account, credential, given] = [row.account, row.credential, row.gateway].map((cell) => {
			const text = textOf(cell)?.trim();
			return text === '' ? undefined : text;
		});
		const gateway = given === undefined ? undefined : (gatewayIdOf(given) ?? given);
		const { senders } = this.context;
		const fits = (one: Partial<SendingAccount>) =>
			(gateway === undefined || one.gateway === gateway) &&
			(account === undefined || one.account === account) &&
			(credential === undefined || one.credential === credential);
		const mayBeSender = senders.some(fits);
		// An account's name is unique, so other accounts need not be checked.
		if (mayBeSender && account !== undefined) return 'sender';
		const { others, all } = await this.known();
		const mayBeOthers = others.some(fits);
		if (mayBeSender && !mayBeOthers) return 'sender';
		if (mayBeOthers && !mayBeSender && others.filter(fits).length === 1) return 'another';
		if (!mayBeSender && !mayBeOthers) {
			return {
				lack: `no run of "Send Due" serves the "gateway", "account" and "credential" of this row. Correct them, or run "Send Due" for that account. Accounts of this table: ${all}.`,
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

	/** Other accounts with recent runs, or with messages in the table. */
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
			others: [...accounts.values()].filter((one) => !this.isOfSender(one)),
			all: all.length > MAX_LISTED ? `${all.slice(0, MAX_LISTED).join(', ')} …` : all.join(', '),
		};
	}
}

/** A list of accounts for a note. */
const MAX_LISTED = 5;

/** A person may enter a gateway's label instead of its id. */
const gatewayIdOf = (text: string): string | undefined =>
	gateways.find(({ id, label }) =>
		[id, label].some((name) => name.toLowerCase() === text.toLowerCase()),
	)?.id;
