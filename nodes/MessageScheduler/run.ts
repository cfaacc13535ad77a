import type { IExecuteFunctions } from 'n8n-workflow';
import { accountsOf } from '../../gateways/account';
import type { Gateway, ListFilter } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/capabilityChecks';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { AssignedMessages } from '../../stores/assignedMessages';
import { KeyedMutex } from '../../stores/keyedMutex';
import { DEFAULT_RETRY_POLICY } from '../../gateways/transport/retry';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { createKeyLedger, KEY_COLUMNS, type KeyTable } from '../../stores/deduplication/keyTable';
import { createGatewayStore, type Keys } from '../../stores/gatewayStore';
import type { Backend } from '../../stores/backend';
import type { MessageStore } from '../../stores/store';
import type { DoNotContactTable } from '../../stores/doNotContact/columns';
import { createTableBackend } from '../../stores/table/backend';
import { isUuid } from '../../stores/scheduleId';
import { settle } from '../../messages/settle';
import { Batcher } from '../../stores/table/batcher';
import { MAX_KEYS, notHeld } from '../../stores/table/byScheduleId';
import type { SendingAccount } from '../../stores/table/rows';
import {
	createTableStore,
	TABLE_LIMITS,
	type TableStoreOptions,
} from '../../stores/table/tableStore';
import type { MessageTable } from '../../stores/table/table';
import { connectToGateway, type ConnectedGateway } from '../shared/connectToGateway';
import { messageTables, openTableOf, DEFAULT_TABLE, tableById } from '../shared/dataTable';
import { Databases } from '../shared/postgres/openStore';
import type { BackendRef, PostgresRef, StoreChoice } from '../shared/backendRef';
import { CREDENTIAL_TYPE, DEFAULT_TIMEOUT_MS } from '../shared/transport';
import { listById, once, openDataTable } from './dataTableBackend';
import { DEFAULT_KEY_TABLE } from './fields/deduplication';
import { Ledger } from './ledger';
import { createTemplateCheck, type TemplateCheck } from './templateCheck';
import { shorten } from '../../messages/text';
import { Uploads } from './uploads';

/** One run of the node over all its items: what the operations share. */
export interface Run extends ConnectedGateway {
	readonly ledger: Ledger;
	/** Hands the files of messages over to the gateway. */
	readonly uploads: Uploads;
	/** Maximum number of concurrent requests. */
	readonly maxParallel: number;
	/** How long a request may take, in milliseconds. */
	readonly timeoutMs: number;
	/** Milliseconds since 1970, now. */
	now(): number;
	/** The workflow's timezone. */
	readonly timezone: string;
	/** The account whose messages of a table belong to this credential. */
	readonly sender: SendingAccount;
	/** All names under which this credential serves the account; {@link sender} is the first. */
	readonly senders: readonly SendingAccount[];
	/**
	 * The store that a user means; the same for all items.
	 *
	 * @param options `create`: whether to create it if none has that name
	 * @throws InvalidParameterError naming *Data Table*, *Store Workflow*, *Schema* or *Table*; GatewayError
	 */
	backend(ref: BackendRef, options?: { readonly create: boolean }): Promise<Backend>;
	/** A store, with its limits known before any request. @throws GatewayError if the gateway has none */
	storeFor(choice: StoreChoice): StoreHandle;
	/**
	 * The store that created a schedule id: a UUID is looked up in the project's tables of messages, in
	 * batches, and one that no table has belongs to the gateway.
	 *
	 * @param storedIn where it is, for what is not found by its id
	 * @throws GatewayError if it can only be of a gateway without a scheduler
	 */
	storeForId(
		scheduleId: string,
		storedIn: PostgresRef | null,
	): Pick<StoreHandle, 'limits' | 'store'>;
	/** The name of the table of messages that has a schedule id; null if none has. */
	tableNameOf(scheduleId: string): Promise<string | null>;
	readonly checkTemplate: TemplateCheck;
	/** Which messages were created under which deduplication keys. */
	readonly keys: Keys;
	/** Resolves after that many milliseconds, or immediately when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
}

/** A store of messages; a table is only opened when it is used. */
export interface StoreHandle extends Pick<MessageStore, 'limits' | 'assertAccepts'> {
	/** `create`: whether to create a table if none has that name. */
	store(options?: { readonly create: boolean }): Promise<MessageStore>;
}

/** Default number of concurrent requests. */
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
	const assigned = new AssignedMessages();
	// What an earlier attempt has scheduled belongs to its item.
	for (const { scheduleId } of ledger.outputs()) assigned.assign(String(scheduleId));
	const sleep = async (ms: number) => await runtime.sleep(ms);
	const senders = accountsOf(gateway, connection.credential).map(
		(account): SendingAccount => ({
			gateway: gateway.id,
			account,
			credential: context.getNode().credentials?.[CREDENTIAL_TYPE]?.name ?? '',
		}),
	);
	const keys: Keys = {
		staleMs: staleAfter(timeoutMs),
		ledger: once(async () =>
			createKeyLedger(await openKeyTable(context, options.deduplicationTable), senders, now),
		),
	};
	const gatewayStore = once(() =>
		createGatewayStore(gateway, connection, {
			assigned,
			mutex: new KeyedMutex(),
			sleep,
			keys,
		}),
	);
	const stores = new Map<string, MessageStore>();
	const storeOn = (backend: Backend, more: Partial<TableStoreOptions> = {}): MessageStore => {
		const { messages, now: storeNow, list, findDoNotContact } = backend;
		const known = stores.get(messages.id);
		if (known !== undefined) return known;
		const options = {
			gateway,
			senders,
			timezone,
			now: storeNow,
			findDoNotContact,
			...more,
		};
		const store = createTableStore(messages, options);
		const opened =
			list === null
				? store
				: {
						...store,
						list: async (filter: ListFilter, limit = Infinity) =>
							await list(senders, filter, limit),
					};
		stores.set(messages.id, opened);
		return opened;
	};
	const tableStore = (table: MessageTable, list: DoNotContactTable | null): MessageStore =>
		storeOn(
			createTableBackend(table, '', {
				accounts: noAccounts,
				findAccounts: noAccounts,
				doNotContact: noAccounts,
				findDoNotContact: async () => list,
				now,
			}),
		);

	const databases = new Databases(context, { now, sleep, random: () => runtime.random() });
	const backends = new Map<string, Promise<Backend>>();
	const backend = async (ref: BackendRef, { create } = { create: false }): Promise<Backend> => {
		const key = JSON.stringify([ref, create]);
		const opened =
			backends.get(key) ??
			(ref.in === 'postgres'
				? databases.open(ref, create)
				: openDataTable(context, ref.table, { create, now }));
		backends.set(key, opened);
		return await opened;
	};
	const ofPostgres = (ref: PostgresRef) => ({
		limits: TABLE_LIMITS,
		store: async (options?: { readonly create: boolean }) =>
			storeOn(await backend(ref, options), { notFound: notInPostgres(ref) }),
	});

	const allTables = once(async () => await messageTables(context, DEFAULT_TABLE));
	const finder = new Batcher(async (ids: string[]): Promise<TableAt[][]> => {
		const wanted = [...new Set(ids)];
		const found = new Map<string, Set<TableAt>>();
		// Reads every table, even after all ids are found: a copy of a table has the same ids.
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
		if (at !== null && others.length > 0) throw inSeveralTables(scheduleId, [at, ...others]);
		at?.assertColumns();
		return at;
	};

	const foundById = async (scheduleId: string): Promise<MessageStore> => {
		const found = await settle(find(scheduleId));
		const mayBeAtGateway = gateway.scheduler !== undefined;
		if (found.ok && found.value !== null) {
			const { id, listId } = found.value;
			const list = listId === null ? null : listById(context, listId);
			return tableStore(tableById(context, id), list);
		}
		if (!found.ok && !(mayBeAtGateway && isWithoutTables(found.error))) throw found.error;
		if (mayBeAtGateway) return gatewayStore();
		throw notHeld(scheduleId);
	};

	return {
		...link,
		ledger,
		uploads: new Uploads(context, link),
		maxParallel,
		timeoutMs,
		now,
		sleep,
		timezone,
		sender: senders[0],
		senders,
		keys,
		backend,
		storeFor: (choice) => {
			if (choice.in === 'gateway') {
				const { limits, assertAccepts } = gatewayStore();
				return { limits, assertAccepts, store: async () => gatewayStore() };
			}
			const { limits, store } =
				choice.in === 'postgres'
					? ofPostgres(choice)
					: {
							limits: TABLE_LIMITS,
							store: async (options?: { readonly create: boolean }) =>
								storeOn(await backend(choice, options)),
						};
			return { limits, store, assertAccepts: (message) => assertSendable(gateway, message) };
		},
		storeForId: (scheduleId, storedIn) => {
			if (storedIn !== null) return ofPostgres(storedIn);
			if (isUuid(scheduleId)) {
				return { limits: TABLE_LIMITS, store: async () => await foundById(scheduleId) };
			}
			if (gateway.scheduler === undefined) throw nobodysId(scheduleId, gateway);
			const store = gatewayStore();
			return { limits: store.limits, store: async () => store };
		},
		checkTemplate: createTemplateCheck(gateway, connection),
		tableNameOf: async (scheduleId) => (await find(scheduleId))?.name ?? null,
	};
}

/** Of a table that was found by a schedule id, nobody asks for the accounts. */
const noAccounts = async (): Promise<never> => {
	throw new Error('No accounts belong to this table');
};

/** What is said of a schedule id that no row has. */
export const notInPostgres =
	({ names: { schema, table } }: PostgresRef) =>
	(scheduleId: string) =>
		new GatewayError(
			'notFound',
			`The PostgreSQL table "${schema}.${table}" has no message with the schedule id "${scheduleId.slice(0, 120)}"`,
			{
				hint: 'Check "Scheduled Message", and "Table Names": pass on the "scheduleId" that "Schedule" or "Get Many" gives. A message that was purged is gone.',
			},
		);

/** Name and id of a table of messages. */
type TableAt = Awaited<ReturnType<typeof messageTables>>[number];

/** It is unknown which one is meant, and the other one may still be sent. */
function inSeveralTables(scheduleId: string, tables: readonly TableAt[]): GatewayError {
	const names = tables.map(({ name }) => `"${name}"`);
	return new GatewayError(
		'rejected',
		`The Data Tables ${names.slice(0, -1).join(', ')} and ${names.at(-1)} both store a message with the schedule id "${scheduleId}", so nothing was changed`,
		{
			hint: 'One table is a copy of the other. Delete the copy, or empty its column "schedule_id".',
		},
	);
}

const isWithoutTables = (error: unknown) =>
	error instanceof GatewayError && error.kind === 'unsupported';

/** An id that cannot be of a table, with a gateway that creates none. */
const nobodysId = (scheduleId: string, { label }: Gateway) =>
	new InvalidParameterError(
		'Scheduled Message',
		`"Scheduled Message" is "${shorten(scheduleId, 80)}", which is not the id of a message stored in n8n, and ${label} does not store messages. Enter the id from the column "schedule_id" of the Data Table, such as 0fa5e6c0-98d1-4c5e-9b1a-6c1f0a2b3c4d. For a message in PostgreSQL, set "Stored In" to "PostgreSQL".`,
	);

/** The longest time of one create request with all its retries and delays, plus clock skew. */
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
