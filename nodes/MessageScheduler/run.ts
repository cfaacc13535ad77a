import type { IExecuteFunctions } from 'n8n-workflow';
import { accountsOf } from '../../gateways/account';
import type { Gateway } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/capabilityChecks';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { Claims } from '../../stores/claims';
import { DEFAULT_RETRY_POLICY } from '../../gateways/transport/retry';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { createKeyLedger, KEY_COLUMNS, type KeyTable } from '../../stores/deduplication/keyTable';
import { createGatewayStore, type Keys } from '../../stores/gatewayStore';
import type { MessageStore } from '../../stores/store';
import { accountsTableName, type AccountsTable } from '../../stores/table/accounts';
import { isUuid } from '../../stores/scheduleId';
import { settle } from '../../stores/settle';
import { Batcher } from '../../stores/table/batcher';
import { MAX_KEYS, notHeld } from '../../stores/table/byScheduleId';
import type { SendingAccount } from '../../stores/table/rows';
import { createTableStore, TABLE_LIMITS } from '../../stores/table/tableStore';
import type { MessageTable } from '../../stores/table/table';
import { connectToGateway, type ConnectedGateway } from '../shared/connectToGateway';
import {
	ACCOUNTS,
	messageTables,
	openTable,
	openTableOf,
	tableById,
	type NamedTable,
	type TableRef,
} from '../shared/n8nTable';
import { CREDENTIAL_TYPE, DEFAULT_TIMEOUT_MS } from '../shared/transport';
import { DEFAULT_KEY_TABLE } from './fields/deduplication';
import { DEFAULT_TABLE } from './fields/storage';
import { Ledger } from './ledger';

/** One run of the node over all its items: what the operations share. */
export interface Run extends ConnectedGateway {
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
	readonly sender: SendingAccount;
	/** All keys under which this credential serves the account; {@link sender} is the first. */
	readonly senders: readonly SendingAccount[];
	/**
	 * The Data Table of messages that a user means; the same for all items.
	 *
	 * @param options `create`: whether it is created where there is none of that name
	 * @throws InvalidParameterError naming *Data Table* where there is no such table
	 */
	table(ref: TableRef, options?: { readonly create: boolean }): Promise<NamedTable>;
	/** The Data Table of the accounts of that table, created where it is missing. */
	accounts(ref: TableRef): Promise<AccountsTable>;
	/** What is known of a place before anything is asked. @throws GatewayError where there is no such */
	storeFor(hold: StoreChoice): StoreHandle;
	/**
	 * The store that gave a schedule id: a UUID is looked for in the project's tables of messages, many
	 * at once, and what no table has is the gateway's.
	 *
	 * @throws GatewayError where it can only be of a gateway without a scheduler
	 */
	storeForId(scheduleId: string): Pick<StoreHandle, 'limits' | 'store'>;
	/** The name of the table of messages that has a schedule id; null where none has. */
	tableNameOf(scheduleId: string): Promise<string | null>;
	/** Which messages were made under which deduplication keys. */
	readonly keys: Keys;
	/** Resolves after so many milliseconds, or at once when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
}

/** Where the user wants messages held. */
export type StoreChoice =
	| { readonly in: 'gateway' }
	| { readonly in: 'dataTable'; readonly table: TableRef };

/** A place that holds messages; a table is only opened when it is used. */
export interface StoreHandle extends Pick<MessageStore, 'limits' | 'assertAccepts'> {
	/** `create`: whether a table is created where there is none of that name. */
	store(options?: { readonly create: boolean }): Promise<MessageStore>;
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
	const link = await connectToGateway(context, { timeoutMs, maxParallel });
	const { gateway, connection, runtime } = link;
	const timezone = context.getTimezone();
	const now = () => runtime.now();
	const ledger = Ledger.of(context, now());
	const claims = new Claims();
	// What an earlier try has scheduled belongs to its item.
	for (const { scheduleId } of ledger.outputs()) claims.take(String(scheduleId));
	const sleep = async (ms: number) => await runtime.sleep(ms);
	const senders = accountsOf(gateway, connection.credential).map(
		(account): SendingAccount => ({
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
	const tables = new Map<string, Promise<NamedTable>>();
	const tableStores = new Map<string, MessageStore>();

	const tableStore = (table: MessageTable): MessageStore => {
		const known = tableStores.get(table.id);
		if (known !== undefined) return known;
		const store = createTableStore(table, { gateway, senders, timezone, now });
		tableStores.set(table.id, store);
		return store;
	};

	const MUST_EXIST = { create: false };
	const table = async (ref: TableRef, { create } = MUST_EXIST): Promise<NamedTable> => {
		const key = JSON.stringify([ref.by, ref.value, create]);
		const opened = tables.get(key) ?? openTable(context, ref, { create });
		tables.set(key, opened);
		return await opened;
	};

	const accountsTables = new Map<string, Promise<AccountsTable>>();
	const accounts = async (ref: TableRef): Promise<AccountsTable> => {
		const name = accountsTableName((await table(ref)).name);
		const opened = accountsTables.get(name) ?? openTableOf(context, name, ACCOUNTS);
		accountsTables.set(name, opened);
		return await opened;
	};

	const allTables = once(async () => await messageTables(context, DEFAULT_TABLE));
	const finder = new Batcher(async (ids: string[]): Promise<TableAt[][]> => {
		const wanted = [...new Set(ids)];
		const found = new Map<string, Set<TableAt>>();
		// Each of them, also once all are found: a copy of a table has the same ids.
		for (const at of await allTables()) {
			for (const row of await tableById(context, at.id).selectAny('schedule_id', wanted)) {
				const id = String(row.schedule_id);
				found.set(id, (found.get(id) ?? new Set()).add(at));
			}
		}
		return ids.map((id) => [...(found.get(id) ?? [])]);
	}, MAX_KEYS);
	const find = async (scheduleId: string): Promise<TableAt | null> => {
		const [at = null, ...others] = await finder.add(scheduleId);
		if (at === null || others.length === 0) return at;
		throw inSeveralTables(scheduleId, [at, ...others]);
	};

	const storedIn = async (scheduleId: string): Promise<MessageStore> => {
		const found = await settle(find(scheduleId));
		const mayBeAtGateway = gateway.scheduler !== undefined;
		if (found.ok && found.value !== null) return tableStore(tableById(context, found.value.id));
		if (!found.ok && !(mayBeAtGateway && isWithoutTables(found.error))) throw found.error;
		if (mayBeAtGateway) return gatewayStore();
		throw notHeld(scheduleId);
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
		storeFor: (hold) => {
			if (hold.in === 'gateway') {
				const { limits, assertAccepts } = gatewayStore();
				return { limits, assertAccepts, store: async () => gatewayStore() };
			}
			return {
				limits: TABLE_LIMITS,
				assertAccepts: (message) => assertSendable(gateway, message),
				store: async (options) => tableStore(await table(hold.table, options)),
			};
		},
		storeForId: (scheduleId) => {
			if (isUuid(scheduleId)) {
				return { limits: TABLE_LIMITS, store: async () => await storedIn(scheduleId) };
			}
			if (gateway.scheduler === undefined) throw nobodysId(scheduleId, gateway);
			const store = gatewayStore();
			return { limits: store.limits, store: async () => store };
		},
		tableNameOf: async (scheduleId) => (await find(scheduleId))?.name ?? null,
	};
}

/** Where a table of messages is. */
type TableAt = Awaited<ReturnType<typeof messageTables>>[number];

/** Nobody can tell which one is meant, and the other one may be sent all the same. */
function inSeveralTables(scheduleId: string, tables: readonly TableAt[]): GatewayError {
	const names = tables.map(({ name }) => `"${name}"`);
	return new GatewayError(
		'rejected',
		`The Data Tables ${names.slice(0, -1).join(', ')} and ${names.at(-1)} both hold a message with the schedule id "${scheduleId}", so nothing was changed`,
		{
			hint: 'One of them is a copy of the other one. Delete the copy, or empty its column "schedule_id".',
		},
	);
}

const isWithoutTables = (error: unknown) =>
	error instanceof GatewayError && error.kind === 'unsupported';

/** An id that no table can have given, of a gateway that gives none. */
const nobodysId = (scheduleId: string, { label }: Gateway) =>
	new InvalidParameterError(
		'Scheduled Message',
		`"Scheduled Message" is "${scheduleId.slice(0, 80)}", which is no id of a message that n8n stores, and ${label} stores none itself. Enter the id from the column "schedule_id" of the Data Table, such as 0fa5e6c0-98d1-4c5e-9b1a-6c1f0a2b3c4d.`,
	);

/** The longest that one create may take with all its repetitions and pauses, and clocks that differ. */
const staleAfter = (timeoutMs: number) =>
	DEFAULT_RETRY_POLICY.maxAttempts * (timeoutMs + DEFAULT_RETRY_POLICY.maxDelayMs) + 60_000;

/** @throws InvalidParameterError naming *Deduplication Table* */
async function openKeyTable(context: IExecuteFunctions, value: unknown): Promise<KeyTable> {
	const parameter = 'Deduplication Table';
	const name = String(value ?? DEFAULT_KEY_TABLE).trim();
	if (name !== '' && name.length <= 128) {
		return await openTableOf(context, name, { parameter, rows: 'keys', columns: KEY_COLUMNS });
	}
	throw new InvalidParameterError(
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
