import fc from 'fast-check';

import { STATUS_NAMES } from '../../messages/status';
import { parseRecipient } from '../../messages/recipient';
import type { Step } from '../../stores/dispatcher/queue';
import {
	ensureTables,
	LATEST_VERSION,
	migrationSql,
	storeTables,
} from '../../stores/postgres/schema';
import { openSqlBackend } from '../../stores/postgres/backend';
import { joined } from '../../stores/postgres/statement';
import { COLUMNS } from '../../stores/table/columns';
import { ACCOUNT_COLUMNS, pauseAccount } from '../../stores/table/accounts';
import { createTableBackend } from '../../stores/table/backend';
import type { Backend } from '../../stores/backend';
import type { Row } from '../../stores/table/columns';
import { boardDays } from '../../board';
import { SENDING } from '../../stores/table/rows';
import { createTableStore } from '../../stores/table/tableStore';
import { where, type MessageTable } from '../../stores/table/table';
import { MemoryTable } from '../stores/table/memoryTable.mts';
import {
	accountsTable,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SENDER,
	START,
} from '../stores/table/fakes.mts';
import { newNames, newStore, startServer, type Server } from './store.mts';

const DAY = 86_400_000;

let server: Server;
beforeAll(async () => void (server = await startServer()), 120_000);
afterAll(async () => await server?.close());

/** A backend, and the tables beneath it. */
async function open() {
	const { names, database } = await newStore(server);
	const backend = await openSqlBackend(database, names, { create: false });
	const general = createTableBackend(backend.messages, names.table, {
		accounts: backend.accounts,
		findAccounts: backend.findAccounts,
		doNotContact: backend.doNotContact,
		findDoNotContact: backend.findDoNotContact,
		now: backend.now,
	});
	return { names, database, backend, general, messages: backend.messages };
}

/** Rows of all kinds, from a seed; times about now. */
async function fill(table: MessageTable, now: number, count: number, seed: number): Promise<void> {
	const [values] = fc.sample(
		fc.array(
			fc.record({
				status: fc.constantFrom(...STATUS_NAMES, SENDING, 'on hold'),
				account: fc.constantFrom('account-1', 'account-2'),
				at: fc.integer({ min: -40, max: 40 }),
				notBefore: fc.option(fc.integer({ min: -3, max: 3 })),
				startedAfter: fc.option(fc.integer({ min: 0, max: 500 })),
				sentAfter: fc.option(fc.integer({ min: -5, max: 900 })),
				messageId: fc.option(fc.integer({ min: 0, max: 1e9 })),
				to: fc.integer({ min: 0, max: 4 }),
				group: fc.option(fc.integer({ min: 0, max: 79 })),
			}),
			{ minLength: count, maxLength: count, size: 'max' },
		),
		{ seed, numRuns: 1 },
	);
	await table.insert(
		values.map(
			({ status, account, at, notBefore, startedAfter, sentAfter, messageId, to, group }, n) => {
				const sendAt = now + at * 3_600_000 + n * 1_000;
				return {
					...rowOf(`message ${n}`, sendAt),
					status,
					account,
					recipient: `+1415523880${to}`,
					// Half of them, so that groups differ in size.
					group_name: group === null ? null : `group ${group % (n % 2 === 0 ? 80 : 20)}`,
					next_attempt_at: notBefore === null ? null : iso(now + notBefore * MINUTE),
					send_started_at: startedAfter === null ? null : iso(sendAt + startedAfter * 100),
					sent_at: sentAfter === null ? null : iso(sendAt + sentAfter * 100),
					message_id: messageId === null ? null : String(messageId),
				};
			},
		),
	);
}

it('shows on the board what any table shows, in one access', async () => {
	const { backend, messages, names } = await open();
	const now = Date.now();
	const table = new MemoryTable();
	table.now = () => now;
	await fill(messages, now, 3_000, 11);
	await fill(table, now, 3_000, 11);
	const failures = [
		'Not on WhatsApp',
		'Number 4915112345678 is wrong',
		'Ünïcode 🙂 {{ $json }}',
		'',
	];
	for (const store of [messages, table]) {
		for (const [index, failure] of failures.entries()) {
			await store.update([
				{ where: where({ recipient: `+1415523880${index}` }), values: { failure } },
			]);
		}
	}
	const accounts = accountsTable(() => now);
	const paused = { gateway: SENDER.gateway, account: 'account-2', credential: 'x' };
	for (const store of [await backend.accounts(), accounts]) {
		await pauseAccount(store, paused, { until: null, note: 'a note', now });
	}
	const period = {
		now,
		since: now - DAY,
		timezone: 'Asia/Kolkata',
		...boardDays(now, 'Asia/Kolkata'),
	};
	const general = createTableBackend(table, names.table, {
		accounts: async () => accounts,
		findAccounts: async () => accounts,
		doNotContact: backend.doNotContact,
		findDoNotContact: backend.findDoNotContact,
		now: () => now,
	});
	const told = async ({ board }: Pick<Backend, 'board'>) => {
		const { statistics, failures: ofBoard, overdue, ...figures } = await board(period);
		const texts = (rows: readonly Row[]) => rows.map(({ text }) => text);
		// Rows that changed in the same moment may come in either order.
		return {
			...figures,
			overdueCount: statistics.overdue,
			total: ofBoard.total,
			reasons: ofBoard.reasons,
			newest: ofBoard.newest.length,
			overdue: texts(overdue),
		};
	};
	const shown = await told(backend);
	expect(shown).toEqual(await told(general));
	expect(shown.reasons.map(({ reason }) => reason)).toContain('Number … is wrong');
	expect(shown.overdue).toHaveLength(10);
	expect(shown.upcoming.length).toBeGreaterThan(20);
	expect(shown.later).toBe(0);
});

it('names on the board the messages that any table names, in the same order', async () => {
	const { backend, general, messages, names } = await open();
	const now = Date.now();
	await fill(messages, now, 400, 5);
	// Some for weeks ahead, and some without a time before which they must not be sent.
	await messages.insert(
		Array.from({ length: 40 }, (_, n) =>
			rowOf(`far ${n}`, now + n * DAY, { next_attempt_at: n % 2 === 0 ? null : iso(now) }),
		),
	);
	// No two changed at the same moment, a third of them before the period.
	await server.client.query(
		`update ${names.table} set updated_at = now() - id * interval '5 minutes', failure = case when id % 3 = 0 then '' when id % 3 = 1 then null else 'Reason ' || id % 12 end`,
	);
	const period = (at: number) => ({
		now: at,
		since: at - DAY,
		timezone: 'Asia/Kolkata',
		...boardDays(at, 'Asia/Kolkata'),
	});
	const told = async ({ board }: Pick<Backend, 'board'>, at: number) => {
		const { statistics, failures, overdue, ...figures } = await board(period(at));
		const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);
		const newest = ids(failures.newest);
		return { ...figures, failures: { ...failures, newest }, overdue: ids(overdue), statistics };
	};
	const { statistics: byDatabase, ...shown } = await told(backend, now);
	const { statistics: byTable, ...expected } = await told(general, now);
	expect(shown).toEqual(expected);
	expect([byDatabase.total, byDatabase.due, byDatabase.overdue, byDatabase.waiting]).toEqual([
		byTable.total,
		byTable.due,
		byTable.overdue,
		byTable.waiting,
	]);
	expect(shown.later).toBeGreaterThan(10);
	expect(shown.failures.newest).toHaveLength(10);
	expect(shown.failures.reasons.map(({ reason }) => reason)).toContain(null);
	expect(shown.overdue.length).toBeGreaterThan(5);
	// An account that is paused has nothing overdue, until its pause is over.
	const paused = { gateway: SENDER.gateway, account: 'account-2', credential: 'x' };
	const until = now + 3_600_000;
	await pauseAccount(await backend.accounts(), paused, { until, note: 'x', now });
	for (const at of [now, until - 1, until + 1]) {
		const [{ overdue }, { overdue: wanted }] = [await told(backend, at), await told(general, at)];
		expect(overdue).toEqual(wanted);
	}
});

it('shows an empty table on the board', async () => {
	const { backend, general } = await open();
	const now = Date.now();
	const period = { now, since: now - DAY, timezone: 'UTC', ...boardDays(now, 'UTC') };
	expect(await backend.board(period)).toEqual(await general.board(period));
	const counted = { now, since: now - DAY, timezone: 'UTC' };
	expect(await backend.statistics(counted)).toEqual(await general.statistics(counted));
});

it('counts as any table is counted, in one access', async () => {
	const { backend, general, messages } = await open();
	const now = Date.now();
	for (const seed of [1, 2, 3]) {
		await fill(messages, now, 300, seed);
		await pauseAccount(await backend.accounts(), SENDER, { until: null, note: 'x', now });
		for (const timezone of ['UTC', 'Asia/Kolkata', 'America/St_Johns']) {
			const period = { now, since: now - DAY, timezone };
			const [counted, expected] = [
				await backend.statistics(period),
				await general.statistics(period),
			];
			const byName = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
			for (const each of [counted, expected]) {
				each.byAccount.slice().sort(byName);
				(each.unserved as object[]).sort(byName);
				(each.byAccount as object[]).sort(byName);
			}
			expect(counted).toEqual(expected);
		}
	}
}, 120_000);

it('lists as any table is listed, page by page', async () => {
	const { backend, messages } = await open();
	const now = Date.now();
	await fill(messages, now, 2_500, 7);
	const store = createTableStore(messages, {
		gateway: new FakeGateway().gateway,
		senders: [SENDER],
		timezone: 'UTC',
		now: () => now,
	});
	const ids = (list: ReadonlyArray<{ scheduleId: string }>) =>
		list.map(({ scheduleId }) => scheduleId);
	const filters = [
		{},
		{ status: 'failed' },
		{ status: 'queued' },
		{ recipient: parseRecipient('+14155238801') },
		{ scheduledAfter: iso(now), scheduledBefore: iso(now + DAY) },
		{ text: 'MESSAGE 12' },
		{ text: '100%_' },
		{ status: 'scheduled', text: '7', scheduledAfter: iso(now) },
	] as const;
	for (const filter of filters) {
		const expected = ids(await store.list(filter));
		expect(ids(await backend.list!([SENDER], filter, Infinity))).toEqual(expected);
		const first = ids(await backend.list!([SENDER], filter, 20));
		expect(first.slice(0, 20)).toEqual(expected.slice(0, 20));
	}
}, 120_000);

it('finds words in either case whatever their script, on a server whose locale knows A to Z only', async () => {
	const { backend, messages } = await open();
	const texts = [
		'Grüße aus KÖLN',
		'ПРИВЕТ, мир',
		'Καλημέρα',
		'İstanbul',
		'100% *sure* [a|b] (c) {d} \\e ^f$ g.h? + 1',
		'שלום 你好 👩‍👩‍👧',
		'straße STRASSE',
		"it's $1 {{ $json.x }}",
	];
	const rows = await messages.insert(texts.map((text, n) => rowOf(text, START + n)));
	await messages.update([
		{
			where: [{ column: 'id', is: 'eq', value: rows[0].id }],
			values: { text: null, caption: texts[0] },
		},
	]);
	const found = async (text: string) =>
		(await backend.list!([SENDER], { text }, Infinity)).map((one) => one.text ?? one.caption);
	const slice = fc
		.tuple(fc.constantFrom(...texts), fc.nat(30), fc.integer({ min: 1, max: 12 }))
		.map(([text, from, length]) => [...text].slice(from % text.length, from + length).join(''))
		.filter((words) => words.trim() !== '');
	const turned = fc
		.tuple(slice, fc.constantFrom('toUpperCase', 'toLowerCase', 'trim'))
		.map(([words, turn]) => words[turn as 'trim']());
	await fc.assert(
		fc.asyncProperty(turned, async (words) => {
			const expected = texts.filter((text) => text.toLowerCase().includes(words.toLowerCase()));
			expect(await found(words)).toEqual(expected);
		}),
		{
			seed: 5,
			numRuns: 150,
			examples: [['köln'], ['привет'], ['ΚΑΛΗΜΈΡΑ'], ['.*'], ['x'.repeat(5_000)]],
		},
	);
});

it('does the steps of a turn in one access, as they would be done one by one', async () => {
	const { messages: together, backend } = await open();
	const { messages: alone, backend: other } = await open();
	const adoption = { gateway: new FakeGateway().gateway, accounts: backend.accounts };
	const [queue, single] = [backend.queue([SENDER], adoption), other.queue([SENDER], adoption)];
	const insert = async (table: MessageTable) =>
		await table.insert(Array.from({ length: 8 }, (_, n) => rowOf(`m${n}`, START)));
	const start = (id: number, at: number): Step => ({
		id,
		ifStatus: 'scheduled',
		ifToken: '',
		values: { status: SENDING, claim_token: 'token', send_started_at: iso(at) },
	});
	const result = (id: number): Step => ({
		id,
		ifStatus: SENDING,
		ifToken: 'token',
		values: { status: 'sent', message_id: `id ${id}` },
	});
	const step = fc.oneof(
		fc.nat({ max: 7 }).map((row) => [row, (id: number) => start(id, START)] as const),
		fc.nat({ max: 7 }).map((row) => [row, (id: number) => start(id, START + 1)] as const),
		fc.nat({ max: 7 }).map((row) => [row, result] as const),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
			const [a, b] = [await insert(together), await insert(alone)];
			const rows = await queue.turn(steps.map(([row, make]) => make(a[row].id)));
			const each: Array<string | null> = [];
			for (const [row, make] of steps) {
				each.push(String((await single.turn([make(b[row].id)]))[0]?.text ?? null));
			}
			expect(rows.map((row) => String(row?.text ?? null))).toEqual(each);
			const statuses = async (table: MessageTable, first: number) =>
				(await table.select([{ column: 'id', is: 'gte', value: first }], 8)).map(
					({ status }) => status,
				);
			expect(await statuses(together, a[0].id)).toEqual(await statuses(alone, b[0].id));
		}),
		{ seed: 11, numRuns: 40 },
	);
}, 120_000);

it('gives what is due, also what has no time before which it must not be sent', async () => {
	const { messages, backend } = await open();
	await messages.insert([
		rowOf('later', START + 2, { next_attempt_at: iso(START) }),
		rowOf('given back', START + 1, { next_attempt_at: null }),
		rowOf('waits', START, { next_attempt_at: iso(START + 10) }),
		rowOf('future', START + 9),
		rowOf('sent', START, { status: 'sent' }),
		rowOf('of another', START, { account: 'account-2' }),
	]);
	const queue = backend.queue([SENDER], {
		gateway: new FakeGateway().gateway,
		accounts: backend.accounts,
	});
	const texts = async (limit: number) =>
		(await queue.due(iso(START + 5), limit)).map(({ text }) => text);
	expect(await texts(9)).toEqual(['given back', 'later']);
	expect(await texts(1)).toEqual(['given back']);
});

it('purges what is done with and has not changed since, and nothing that is to be sent', async () => {
	const { messages, backend, names } = await open();
	await messages.insert(
		Array.from({ length: 12_000 }, (_, n) =>
			rowOf(`m${n}`, START, { status: ['scheduled', 'sent', 'failed'][n % 3] }),
		),
	);
	await server.client.query(
		`update ${names.table} set updated_at = now() - interval '100 days' where id % 2 = 0`,
	);
	expect(await backend.purge(iso(Date.now() - 90 * DAY))).toBe(4_000);
	expect(await backend.purge(iso(Date.now() - 90 * DAY))).toBe(0);
	const left = await server.client.query(
		`select status, count(*)::int as n from ${names.table} group by 1 order by 1`,
	);
	expect(left).toEqual([
		{ status: 'failed', n: 2_000 },
		{ status: 'scheduled', n: 4_000 },
		{ status: 'sent', n: 2_000 },
	]);
}, 60_000);

it('purges of some messages those only that are done with and old, as any table does', async () => {
	const { messages, backend, general, names } = await open();
	const texts = async () => (await messages.select([], 99)).map(({ text }) => text);
	for (const purger of [backend, general]) {
		const rows = await messages.insert(
			['sent', 'failed', 'scheduled', SENDING, 'sent', 'sent'].map((status, n) =>
				rowOf(`m${n}`, START, { status }),
			),
		);
		await server.client.query(
			`update ${names.table} set updated_at = now() - interval '100 days' where content->>'text' <> 'm4'`,
		);
		const ids = rows.slice(0, 5).map((row) => String(row.schedule_id));
		const removed = await purger.purgeThese([...ids, 'nobody'], iso(Date.now() - 90 * DAY));
		expect(removed).toEqual(new Set([ids[0], ids[1]]));
		expect(await texts()).toEqual(['m2', 'm3', 'm4', 'm5']);
		await messages.remove([]);
	}
});

describe('tables', () => {
	it('have the columns that stores know, and no other', async () => {
		const { names } = await newStore(server);
		const columns = async (table: string) =>
			(
				await server.client.query(
					`select column_name as name from information_schema.columns where table_name = '${table}'`,
				)
			)
				.map(({ name }) => String(name))
				.sort();
		const own = ['id', 'created_at', 'updated_at'];
		const content = [
			'type',
			'text',
			'media_url',
			'media_id',
			'caption',
			'file_name',
			'template',
			'replacement_template',
			'replaced_at',
		];
		expect(await columns(names.table)).toEqual(
			[
				...own,
				'content',
				...COLUMNS.map(({ name }) => String(name)).filter((name) => !content.includes(name)),
			].sort(),
		);
		expect(await columns(`${names.table}_accounts`)).toEqual(
			[...own, ...ACCOUNT_COLUMNS.map(({ name }) => String(name))].sort(),
		);
	});

	it('are created once, however many begin at the same moment', async () => {
		const names = newNames();
		await Promise.all(
			Array.from(
				{ length: 8 },
				async () => await ensureTables(server.database(), names, { create: true }),
			),
		);
		expect(await server.client.query(`select version from ${names.table}_version`)).toEqual([
			{ version: LATEST_VERSION },
		]);
	});

	it('are not created by an operation that only reads', async () => {
		const names = newNames();
		await expect(ensureTables(server.database(), names, { create: false })).rejects.toThrow(
			`"Table" is "${names.table}", and the schema "public" has no such table of messages`,
		);
	});

	it('whose comment a restore has lost are left alone but by Schedule, which gives it back', async () => {
		const { names, database, messages } = await newStore(server);
		await messages.insert([rowOf('kept', START)]);
		const version = `${names.table}_version`;
		await server.client.query(`comment on table ${version} is null`);
		const open = async (create: boolean) => await openSqlBackend(database, names, { create });
		for (let time = 1; time <= 2; time++) {
			await expect(open(false)).rejects.toMatchObject({
				parameter: 'Table',
				message: expect.stringContaining(`the table "${version}" has no comment`),
				hint: expect.stringMatching(/^Run the operation "Schedule" once/),
			});
		}
		await open(true);
		const backend = await open(false);
		expect(await backend.messages.select([], 9)).toMatchObject([{ text: 'kept' }]);
	});

	it('of a newer version whose comment is lost are not taken for older ones', async () => {
		const { names, database } = await newStore(server);
		const newer = LATEST_VERSION + 1;
		await server.client.query(
			`insert into ${names.table}_version (version) values (${newer}); comment on table ${names.table}_version is null`,
		);
		for (let time = 1; time <= 2; time++) {
			await expect(openSqlBackend(database, names, { create: true })).rejects.toThrow(
				`are of version ${newer}`,
			);
		}
	});

	it('of a newer version are left alone', async () => {
		const { names, database } = await newStore(server);
		const newer = LATEST_VERSION + 1;
		await server.client.query(
			`insert into ${names.table}_version (version) values (${newer}); comment on table ${names.table}_version is 'n8n-nodes-message-scheduler, version ${newer}'`,
		);
		await expect(openSqlBackend(database, names, { create: true })).rejects.toThrow(
			`are of version ${newer}, and this package knows them up to version ${LATEST_VERSION}`,
		);
	});

	it('have no text of a user in what creates them', () => {
		const names = newNames();
		const { text, values } = joined(migrationSql(names));
		expect(text).not.toMatch(/\{\{|\$'|\$&|\$`/);
		expect(values).toEqual([storeTables(names).messages.name.replace(/"$/, '_version"')]);
	});
});
