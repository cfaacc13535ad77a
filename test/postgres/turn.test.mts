/** Turns of one statement, beside the general way that Data Tables go. */
import fc from 'fast-check';

import { INITIAL_PACE } from '../../stores/dispatcher/pace';
import { HEALTHY } from '../../stores/dispatcher/accountHealth';
import type { Beside, DispatchQueue, Step } from '../../stores/dispatcher/queue';
import { accepted, failed, released, started } from '../../stores/dispatcher/transitions';
import { createSqlQueue } from '../../stores/postgres/queue';
import { storeTables } from '../../stores/postgres/schema';
import { accountRow, createLeaseStore, pauseAccount } from '../../stores/table/accounts';
import type { Row } from '../../stores/table/columns';
import type { SendingAccount } from '../../stores/table/rows';
import type { SentMessage } from '../../messages/sentMessage';
import { FakeGateway, iso, MINUTE, rowOf, SENDER } from '../stores/table/fakes.mts';
import { databaseOn, newStore, startServer, type Server } from './store.mts';

let server: Server;
beforeAll(async () => void (server = await startServer()), 120_000);
afterAll(async () => await server?.close());

const OLD_NAME: SendingAccount = { ...SENDER, account: 'an older name' };
const STATE = { health: HEALTHY, pace: INITIAL_PACE };
const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const TOKEN = 'run-1';

/** A store with due messages, the lease of one run, and how many accesses there were. */
async function open(count: number, senders: readonly SendingAccount[] = [SENDER]) {
	const { names, messages, accounts } = await newStore(server);
	let accesses = 0;
	const database = databaseOn(async (statement) => {
		accesses++;
		return await server.client.runSql(statement);
	});
	const gateway = new FakeGateway().gateway;
	const queue: DispatchQueue = createSqlQueue(
		database,
		messages,
		{ ...storeTables(names), senders, channel: 'whatsapp' },
		{ gateway, accounts: async () => accounts },
	);
	const rows = await messages.insert(
		Array.from({ length: count }, (_, n) => ({
			...rowOf(`message ${n}`, NOW - MINUTE + n),
			account: senders[n % senders.length].account,
			next_attempt_at: iso(NOW - MINUTE),
		})),
	);
	const lease = createLeaseStore(accounts, senders);
	await lease.acquire(TOKEN, NOW, NOW + 90_000);
	const beside = (more: Partial<Beside> = {}): Beside => ({
		lease: { holder: TOKEN, until: NOW + 200_000, state: STATE },
		due: null,
		...more,
	});
	accesses = 0;
	return {
		queue,
		turn: queue.whole!.turn,
		rows,
		messages,
		accounts,
		beside,
		count: () => accesses,
	};
}

const start = ({ id }: Row): Step => ({
	id,
	ifStatus: 'scheduled',
	ifToken: '',
	values: started(TOKEN, NOW),
});
const sent = ({ id }: Row): Step => ({
	id,
	ifStatus: 'sending',
	ifToken: TOKEN,
	values: accepted(
		{ messageId: `m${id}`, queueId: null, status: 'sent', acceptedAt: null } as SentMessage,
		1,
		NOW,
	),
});
const statuses = (rows: ReadonlyArray<Row | null>) => rows.map((row) => row?.status ?? null);

it('does results, lease, starts and the next rows in one access', async () => {
	const { turn, rows, accounts, beside, count } = await open(10);
	await turn([start(rows[0]), start(rows[1])], beside());
	const due = { now: iso(NOW), after: rows[3], limit: 4 };
	const outcome = await turn(
		[sent(rows[0]), sent(rows[1]), start(rows[2]), start(rows[3])],
		beside({ due }),
	);
	expect(count()).toBe(2);
	expect(statuses(outcome.rows)).toEqual(['sent', 'sent', 'sending', 'sending']);
	expect(outcome.rows[0]).toMatchObject({ message_id: `m${rows[0].id}`, text: 'message 0' });
	expect(outcome.record?.leaseUntil).toBe(NOW + 200_000);
	expect(outcome.due.map(({ id }) => id)).toEqual(rows.slice(4, 8).map(({ id }) => id));
	expect((await accountRow(accounts, SENDER)).lease_until).toBe(iso(NOW + 200_000));
});

it('starts nothing once the lease is lost, and writes the results all the same', async () => {
	const { turn, rows, accounts, beside } = await open(2);
	await turn([start(rows[0])], beside());
	await createLeaseStore(accounts, [SENDER]).acquire('run-2', NOW + 600_000, NOW + 700_000);
	const outcome = await turn([sent(rows[0]), start(rows[1])], beside());
	expect(statuses(outcome.rows)).toEqual(['sent', null]);
	expect(outcome.record).toBeNull();
	expect((await accountRow(accounts, SENDER)).lease_holder).toBe('run-2');
});

it('needs the lease under every name of the account, and reads a pause under any', async () => {
	const senders = [SENDER, OLD_NAME];
	const { turn, rows, accounts, beside } = await open(6, senders);
	await pauseAccount(accounts, OLD_NAME, { until: null, note: 'moving', now: NOW });
	const due = { now: iso(NOW), after: rows[1], limit: 3 };
	const outcome = await turn([start(rows[0]), start(rows[1])], beside({ due }));
	expect(statuses(outcome.rows)).toEqual(['sending', 'sending']);
	expect(outcome.record?.manualPause?.note).toBe('moving');
	expect(outcome.due.map(({ id }) => id)).toEqual(rows.slice(2, 5).map(({ id }) => id));
	await createLeaseStore(accounts, [OLD_NAME]).acquire('run-2', NOW + 600_000, NOW + 700_000);
	expect(await turn([start(rows[2])], beside())).toMatchObject({ rows: [null], record: null });
});

it('gives what is due under every name of the account, the earliest first', async () => {
	const { queue, rows, count } = await open(6, [SENDER, OLD_NAME]);
	const ids = async (limit: number, from?: string) =>
		(await queue.due(iso(NOW), limit, from)).map(({ id }) => id);
	expect(await ids(10)).toEqual(rows.map(({ id }) => id));
	expect(await ids(3)).toEqual(rows.slice(0, 3).map(({ id }) => id));
	// Both names together are one access.
	expect(count()).toBe(2);
	expect(await ids(2, String(rows[2].send_at))).toEqual(rows.slice(2, 4).map(({ id }) => id));
});

it('looks for other messages with a key only where the account has several names', async () => {
	const key = { deduplication_key: 'k' };
	const one = await open(2);
	expect(await one.queue.duplicates(one.rows)).toEqual(new Set());
	expect(await one.queue.sharedIds(one.rows)).toEqual(new Map());
	expect(one.count()).toBe(0);
	const two = await open(2, [SENDER, OLD_NAME]);
	const change = ({ id }: Row) => ({
		where: [{ column: 'id', is: 'eq', value: id } as const],
		values: key,
	});
	const rows = (await two.messages.update(two.rows.map(change))).flat();
	expect([...(await two.queue.duplicates(rows))]).toHaveLength(1);
});

it('makes two steps of one message in their order', async () => {
	const { turn, rows, beside, count } = await open(2);
	const back: Step = { ...sent(rows[0]), values: released() };
	const outcome = await turn([start(rows[0]), start(rows[1]), back, start(rows[0])], beside());
	expect(statuses(outcome.rows)).toEqual(['sending', 'sending', 'scheduled', 'sending']);
	expect(count()).toBe(1);
});

it('changes the same rows as the general way, whatever their state', async () => {
	const way = (values: Step['values']) => fc.constant(values);
	const step = fc.record({
		place: fc.integer({ min: 0, max: 7 }),
		ifStatus: fc.constantFrom('scheduled', 'sending', 'unconfirmed', null),
		ifToken: fc.constantFrom('', TOKEN),
		values: fc.oneof(
			way(started(TOKEN, NOW)),
			way(released()),
			way(failed('no such number', 2)),
			way({ status: 'on hold' }),
			way({ text: 'a person’s own text', next_attempt_at: null }),
		),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (wanted) => {
			const [whole, general] = [await open(8), await open(8)];
			const steps = (rows: readonly Row[]) =>
				wanted.map(({ place, ...rest }): Step => ({ id: rows[place].id, ...rest }));
			const ofItsOwn = new Set(['schedule_id', 'createdAt', 'updatedAt']);
			const plain = (rows: ReadonlyArray<Row | null>) =>
				rows.map((row) =>
					row === null
						? null
						: Object.fromEntries(Object.entries(row).filter(([name]) => !ofItsOwn.has(name))),
				);
			const [one, other] = [
				(await whole.turn(steps(whole.rows), whole.beside())).rows,
				await general.queue.turn(steps(general.rows)),
			];
			expect(plain(one)).toEqual(plain(other));
			const all = async ({ messages }: typeof whole) => plain(await messages.select([], 100));
			expect(await all(whole)).toEqual(await all(general));
		}),
		{ numRuns: 40 },
	);
}, 120_000);
