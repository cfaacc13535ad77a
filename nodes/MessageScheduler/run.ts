import type { IExecuteFunctions } from 'n8n-workflow';
import { accountsOf } from '../../gateways/account';
import { assertSendable } from '../../gateways/refusals';
import { Claims } from '../../stores/claims';
import { DEFAULT_RETRY_POLICY } from '../../gateways/transport/retry';
import { InvalidParameter } from '../../messages/invalidParameter';
import { createKeyLedger, KEY_COLUMNS, type KeyTable } from '../../stores/deduplication/keyTable';
import { createGatewayStore, type Keys } from '../../stores/gatewayStore';
import type { MessageStore } from '../../stores/store';
import { accountsTableName, type AccountsTable } from '../../stores/table/accounts';
import { readPlace, type Sender } from '../../stores/table/rows';
import { createTableStore, TABLE_LIMITS } from '../../stores/table/tableStore';
import type { MessageTable } from '../../stores/table/table';
import { linkToGateway, type Link } from '../shared/connection';
import { ACCOUNTS, openTable, openTableOf, tableById } from '../shared/n8nTable';
import { CREDENTIAL_TYPE, DEFAULT_TIMEOUT_MS } from '../shared/network';
import { DEFAULT_KEY_TABLE } from './fields/deduplication';
import { Ledger } from './ledger';

/** One run of the node over all its items: what the operations share. */
export interface Run extends Link {
	readonly ledger: Ledger;
	/** Requests in flight at once. */
	readonly maxParallel: number;
	/** How long a request may take, in milliseconds. */
	readonly timeoutMs: number;
	/** Milliseconds since 1970, now. */
	now(): number;
	/** The workflow's timezone. */
	readonly timezone: string;
	/** Whose messages of a table are this credential's. */
	readonly sender: Sender;
	/** All keys under which this credential serves the account; {@link sender} is the first. */
	readonly senders: readonly Sender[];
	/** The Data Table of that name, made where it is missing; the same for all items. */
	table(name: string): Promise<MessageTable>;
	/** The Data Table of the accounts of that table, made where it is missing. */
	accounts(name: string): Promise<AccountsTable>;
	/** What is known of a place before anything is asked. @throws GatewayError where there is no such */
	holder(hold: Hold): Holder;
	/** The store that gave a schedule id. @throws GatewayError where that is a gateway without one */
	storeOf(scheduleId: string): MessageStore;
	/** Which messages were made under which deduplication keys. */
	readonly keys: Keys;
	/** Resolves after so many milliseconds, or at once when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
}

/** Where the user wants messages held. */
export type Hold =
	| { readonly in: 'gateway' }
	| { readonly in: 'dataTable'; readonly table: string };

/** A place that holds messages; a table is only opened when it is used. */
export interface Holder extends Pick<MessageStore, 'limits' | 'assertTakes'> {
	store(): Promise<MessageStore>;
}

/** Requests in flight at once unless the user says otherwise. */
export const DEFAULT_MAX_PARALLEL = 5;

/** Begins a run: reads the credential once, connects, and opens the ledger. */
export async function beginRun(context: IExecuteFunctions): Promise<Run> {
	const options = context.getNodeParameter('options', 0, {}) as {
		timeout?: number;
		maxParallel?: number;
		deduplicationTable?: unknown;
	};
	const maxParallel = Math.floor(positive(options.maxParallel, DEFAULT_MAX_PARALLEL));
	const timeoutMs = positive(options.timeout, DEFAULT_TIMEOUT_MS / 1000) * 1000;
	const link = await linkToGateway(context, { timeoutMs, maxParallel });
	const { gateway, connection, surroundings } = link;
	const timezone = context.getTimezone();
	const now = () => surroundings.now();
	const ledger = Ledger.of(context, now());
	const claims = new Claims();
	// What an earlier try has scheduled belongs to its item.
	for (const { scheduleId } of ledger.outputs()) claims.take(String(scheduleId));
	const sleep = async (ms: number) => await surroundings.sleep(ms);
	const senders = accountsOf(gateway, connection.credential).map(
		(account): Sender => ({
			gateway: gateway.id,
			account,
			credential: context.getNode().credentials?.[CREDENTIAL_TYPE]?.name ?? '',
		}),
	);
	const [sender] = senders;
	const keys: Keys = {
		staleMs: staleAfter(timeoutMs),
		ledger: once(async () =>
			createKeyLedger(await openKeyTable(context, options.deduplicationTable), senders, now),
		),
	};
	const gatewayStore = once(() => createGatewayStore(gateway, connection, { claims, sleep, keys }));
	const tables = new Map<string, Promise<MessageTable>>();
	const tableStores = new Map<string, MessageStore>();

	const tableStore = (table: MessageTable): MessageStore => {
		const known = tableStores.get(table.id);
		if (known !== undefined) return known;
		const store = createTableStore(table, { gateway, senders, timezone, now });
		tableStores.set(table.id, store);
		return store;
	};

	const table = async (name: string): Promise<MessageTable> => {
		const opened = tables.get(name) ?? openTable(context, name);
		tables.set(name, opened);
		return await opened;
	};

	const accountsTables = new Map<string, Promise<AccountsTable>>();
	const accounts = async (name: string): Promise<AccountsTable> => {
		const opened =
			accountsTables.get(name) ?? openTableOf(context, accountsTableName(name), ACCOUNTS);
		accountsTables.set(name, opened);
		return await opened;
	};

	return {
		...link,
		ledger,
		maxParallel,
		timeoutMs,
		now,
		sleep,
		timezone,
		sender,
		senders,
		keys,
		table,
		accounts,
		holder: (hold) => {
			if (hold.in === 'gateway') {
				const { limits, assertTakes } = gatewayStore();
				return { limits, assertTakes, store: async () => gatewayStore() };
			}
			return {
				limits: TABLE_LIMITS,
				assertTakes: (message) => assertSendable(gateway, message),
				store: async () => tableStore(await table(hold.table)),
			};
		},
		storeOf: (scheduleId) => {
			const place = readPlace(scheduleId);
			return place === null ? gatewayStore() : tableStore(tableById(context, place.tableId));
		},
	};
}

/** The longest that one create may take with all its repetitions and pauses, and clocks that differ. */
const staleAfter = (timeoutMs: number) =>
	DEFAULT_RETRY_POLICY.maxTries * (timeoutMs + DEFAULT_RETRY_POLICY.maxDelayMs) + 60_000;

/** @throws InvalidParameter naming *Deduplication Table* */
async function openKeyTable(context: IExecuteFunctions, value: unknown): Promise<KeyTable> {
	const parameter = 'Deduplication Table';
	const name = String(value ?? DEFAULT_KEY_TABLE).trim();
	if (name !== '' && name.length <= 128) {
		return await openTableOf(context, name, { parameter, rows: 'keys', columns: KEY_COLUMNS });
	}
	throw new InvalidParameter(
		parameter,
		`"${parameter}" is ${name === '' ? 'empty' : 'longer than 128 characters'}. Enter the name of a table, e.g. ${DEFAULT_KEY_TABLE}.`,
	);
}

const positive = (value: unknown, otherwise: number): number =>
	typeof value === 'number' && value >= 1 ? value : otherwise;

function once<T>(make: () => T): () => T {
	let made: { value: T } | undefined;
	return () => (made ??= { value: make() }).value;
}
