import fc from 'fast-check';
import { GatewayError } from '../../../gateways/transport/gatewayError';
import { createSentMessage } from '../../../messages/sentMessage';
import type { MessageToSchedule } from '../../../messages/message';
import { AssignedMessages } from '../../../stores/assignedMessages';
import { KeyedMutex } from '../../../stores/keyedMutex';
import { acquire, begin } from '../../../stores/deduplication/acquire';
import {
	createKeyLedger,
	KEY_COLUMNS,
	type KeyColumn,
	type KeyTable,
} from '../../../stores/deduplication/keyTable';
import { sendByKey } from '../../../stores/deduplication/sendByKey';
import { createGatewayStore } from '../../../stores/gatewayStore';
import type { MessageStore, ScheduleOptions } from '../../../stores/store';
import { VirtualClock } from '../../gateways/transport/virtualClock.mts';
import { runs } from '../../proof.mts';
import { CREATE_FAULTS, Entry, errorOf, FakeScheduler, message } from '../fakeScheduler.mts';
import { SENDER } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { Process } from './process.mts';

const MINUTE = 60_000;
const STALE_MS = 8 * MINUTE;

/** A gateway with a scheduler, and n8n's table of keys. */
class World {
	readonly clock = new VirtualClock();
	readonly fake = new FakeScheduler({ clock: this.clock });
	readonly keys = new MemoryTable<KeyColumn>(KEY_COLUMNS.map(({ name }) => name));

	ledger = (table: KeyTable = this.keys) => createKeyLedger(table, [SENDER], this.clock.now);

	/** A store as an execution has it; of a process that may be killed. */
	store(process = new Process(async () => undefined), returnsReference = false): MessageStore {
		const { fake, clock } = this;
		const ledger = this.ledger(process.table(this.keys));
		return createGatewayStore(
			{
				...fake.gateway,
				capabilities: { ...fake.gateway.capabilities, returnsReference },
				scheduler: process.scheduler(fake),
			},
			fake.connection,
			{
				assigned: new AssignedMessages(),
				mutex: new KeyedMutex(),
				sleep: clock.sleep,
				keys: { staleMs: STALE_MS, ledger: async () => ledger },
			},
		);
	}

	schedule = async (
		wanted: MessageToSchedule,
		options: ScheduleOptions = {},
		{ store = this.store(), entry = new Entry() } = {},
	) => await this.clock.run(store.schedule(wanted, entry, options));

	/** What the gateway would send, or has sent. */
	get there() {
		return this.fake.held.filter(({ status }) => status !== 'cancelled');
	}
}

let world: World;
let ids = 0;
beforeEach(() => (world = new World()));

const keyed = (key: string, more: Partial<MessageToSchedule> = {}) =>
	message({
		text: `for ${key}`,
		deduplicationKey: key,
		idempotencyKey: `item-${++ids}`,
		...more,
	});

describe('a deduplication key at a gateway that keeps none', () => {
	it('makes one message, whatever its content and time are the next time', async () => {
		const first = await world.schedule(keyed('a'));
		const other = keyed('a', { text: 'other', scheduledAt: '2026-02-04T15:00:00.000Z' });
		expect((await world.schedule(other)).scheduleId).toBe(first.scheduleId);
		expect(world.there).toHaveLength(1);
		expect(world.keys.row(1)).toMatchObject({
			deduplication_key: 'a',
			state: 'done',
			schedule_id: first.scheduleId,
			send_at: first.scheduledAt,
			account: SENDER.account,
		});
	});

	it('returns its message as it is now, also cancelled', async () => {
		const { scheduleId } = await world.schedule(keyed('a'));
		await world.clock.run(world.store().cancel(scheduleId));
		expect(await world.schedule(keyed('a'))).toMatchObject({ scheduleId, status: 'cancelled' });
		expect(world.there).toHaveLength(0);
	});

	it('refuses where it is told to, and names the key', async () => {
		await world.schedule(keyed('a'));
		const error = await errorOf(world.schedule(keyed('a'), { ifExists: 'reject' }));
		expect(error.message).toMatch(
			/^"Deduplication Key" is "a", which already has a message: scheduled/,
		);
	});

	it('replaces content and time while it is pending, and never leaves two or none', async () => {
		await world.schedule(keyed('a'));
		const changed = keyed('a', { text: 'new', scheduledAt: '2026-02-04T15:00:00.000Z' });
		const { scheduleId } = await world.schedule(changed, { ifExists: 'replace' });
		expect(world.keys.row(1).requested_at).toBe('2026-02-03T15:00:00.000Z');
		expect(world.fake.pending).toMatchObject([{ scheduleId, text: 'new' }]);
		expect((await world.schedule(keyed('a'))).scheduleId).toBe(scheduleId);
		expect(world.fake.maxPending).toBe(1);
	});

	it('returns unchanged what is no longer pending', async () => {
		await world.schedule(keyed('a'));
		world.fake.held = world.fake.held.map((one) => ({ ...one, status: 'sent' as const }));
		const row = { ...world.keys.row(1) };
		const held = await world.schedule(keyed('a', { text: 'new' }), { ifExists: 'replace' });
		expect(held).toMatchObject({ text: 'for a', status: 'sent' });
		// Nobody has taken it over for that, which would keep others waiting.
		expect(world.keys.row(1)).toEqual(row);
	});

	it('puts the old content back where the gateway refuses the new one', async () => {
		await world.schedule(keyed('a'));
		world.fake.faults = { create: [null, 'refused'] };
		const changed = keyed('a', { text: 'new', scheduledAt: '2026-02-04T15:00:00.000Z' });
		const entry = new Entry();
		const error = await errorOf(world.schedule(changed, { ifExists: 'replace' }, { entry }));
		expect(error.message).toContain('was not moved and stays scheduled for 2026-02-03T15:00');
		expect(world.fake.pending).toMatchObject([{ text: 'for a' }]);
		expect((await world.schedule(keyed('a'))).text).toBe('for a');
		const again = await world.schedule(changed, { ifExists: 'replace' }, { entry });
		expect(again.text).toBe('new');
		expect(world.there).toHaveLength(1);
	});

	it('is free again where the gateway took neither the new content nor the old one again', async () => {
		await world.schedule(keyed('a'));
		world.fake.faults = { create: [null, 'refused', 'refused'] };
		const changed = keyed('a', { text: 'new' });
		const error = await errorOf(world.schedule(changed, { ifExists: 'replace' }));
		expect(error.message).toContain('is no longer scheduled');
		expect((await world.schedule(keyed('a'))).status).toBe('scheduled');
		expect(world.there).toHaveLength(1);
	});

	it('is free again where the gateway refused the message', async () => {
		world.fake.faults = { create: ['refused'] };
		await errorOf(world.schedule(keyed('a')));
		expect(world.keys.rows.size).toBe(0);
		await world.schedule(keyed('a'));
		expect(world.there).toHaveLength(1);
	});

	it('says so where the gateway has lost a message that was still to be sent', async () => {
		await world.schedule(keyed('a'));
		world.fake.held = [];
		const error = await errorOf(world.schedule(keyed('a')));
		expect(error.message).toMatch(
			/key "a" has the scheduled message "sched_1", but Fake no longer has it/,
		);
		world.clock.ms = Date.parse('2026-02-03T15:00:01.000Z');
		expect((await world.schedule(keyed('a'))).status).toBe('unknown');
		expect(world.fake.calls.create).toBe(1);
	});

	it('does not take an equal message without a key for its own', async () => {
		world.fake.hold(keyed('a'));
		await world.schedule(keyed('a'));
		expect(world.there).toHaveLength(2);
	});

	it('becomes the reference where the gateway keeps one and the user gave none', async () => {
		const seen: Array<string | null> = [];
		const create = world.fake.schedule.bind(world.fake);
		world.fake.schedule = async (connection, wanted) => {
			seen.push(wanted.reference);
			return await create(connection, wanted);
		};
		const store = () => world.store(undefined, true);
		await world.schedule(keyed('a'), {}, { store: store() });
		await world.schedule(keyed('b', { reference: 'mine' }), {}, { store: store() });
		await world.schedule(keyed('c'));
		expect(seen).toEqual(['a', 'mine', null]);
	});

	it('needs Data Tables, unless the reference can do', async () => {
		const without = (returnsReference: boolean) => {
			const { gateway } = world.fake;
			const capabilities = { ...gateway.capabilities, returnsReference };
			const ledger = async () => {
				throw new GatewayError('unsupported', 'This n8n has no Data Tables');
			};
			return createGatewayStore({ ...gateway, capabilities }, world.fake.connection, {
				assigned: new AssignedMessages(),
				mutex: new KeyedMutex(),
				sleep: world.clock.sleep,
				keys: { staleMs: STALE_MS, ledger },
			});
		};
		const error = await errorOf(world.schedule(keyed('a'), {}, { store: without(false) }));
		expect(error).toMatchObject({ kind: 'unsupported' });
		expect(error.message).toMatch(
			/^"Deduplication Key" requires n8n Data Tables.*Fake does not store a key/,
		);
		const taken = keyed('a', { reference: 'mine' });
		const second = await errorOf(world.schedule(taken, {}, { store: without(true) }));
		expect(second.details.hint).toContain('Leave "Reference" empty');
		expect(world.fake.calls.create).toBe(0);
		// The fake finds by content, where a gateway with references finds by those.
		const first = await world.schedule(keyed('a'), {}, { store: without(true) });
		const again = await world.schedule(keyed('a'), {}, { store: without(true) });
		expect(again.scheduleId).toBe(first.scheduleId);
		const plain = { ...keyed('a'), deduplicationKey: null };
		const options = { ifExists: 'return' } as const;
		const reused = await world.schedule(plain, options, { store: without(false) });
		expect(reused.scheduleId).toBe(first.scheduleId);
	});
});

describe('without a key, Return the Scheduled One', () => {
	const again: ScheduleOptions = { ifExists: 'return' };
	const asked = (scheduledAt: string) =>
		message({
			scheduledAt,
			requestedAt: '2026-02-03T15:00:00.000Z',
			idempotencyKey: `item-${++ids}`,
		});

	it('goes by the time as asked for, and by what is pending', async () => {
		const first = await world.schedule(asked('2026-02-03T15:01:00.000Z'), again);
		const second = await world.schedule(asked('2026-02-03T15:09:00.000Z'), again);
		expect(second.scheduleId).toBe(first.scheduleId);
		await world.clock.run(world.store().cancel(first.scheduleId));
		const third = await world.schedule(asked('2026-02-03T15:09:00.000Z'), again);
		const fourth = await world.schedule(asked('2026-02-03T15:07:00.000Z'), again);
		expect(fourth.scheduleId).toBe(third.scheduleId);
		expect(world.fake.pending).toHaveLength(1);
	});

	it('takes what was scheduled without a key, and makes one of two at the same moment', async () => {
		const held = world.fake.hold(message());
		const run = async () => {
			const store = world.store();
			const work = [1, 2].map(async (occurrence) => {
				const wanted = asked('2026-02-03T15:00:00.000Z');
				return await store.schedule(wanted, new Entry(), { ...again, occurrence });
			});
			return (await Promise.all(work)).map(({ scheduleId }) => scheduleId);
		};
		const [one, two] = await world.clock.run(Promise.all([run(), run()]));
		expect(one).toEqual(two);
		expect(one).toContain(held.scheduleId);
		expect(world.there).toHaveLength(2);
	});
});

/** Executions with the same keys at the same time: when each begins, how it is slowed, and its death. */
const executions = fc.array(
	fc.record({
		keys: fc.uniqueArray(fc.constantFrom('a', 'b'), { minLength: 1 }),
		pauses: fc.array(fc.nat(40), { minLength: 1, maxLength: 12 }),
		begins: fc.nat(300),
		killedAt: fc.option(fc.integer({ min: 1, max: 24 }), { nil: undefined }),
		ifExists: fc.constantFrom<ScheduleOptions['ifExists']>('return', 'replace'),
	}),
	{ minLength: 1, maxLength: 3 },
);

const processOf = ({ clock }: World, pauses: readonly number[], killedAt?: number) => {
	let turn = 0;
	return new Process(async () => await clock.sleep(pauses[turn++ % pauses.length]), killedAt);
};

it('one key is one message at the gateway, interleaved, killed and unanswered wherever', async () => {
	const create = fc.array(fc.option(fc.constantFrom(...CREATE_FAULTS), { freq: 3 }), {
		maxLength: 8,
	});
	let waited = 0;
	await fc.assert(
		fc.asyncProperty(executions, create, async (all, faults) => {
			const here = new World();
			here.fake.faults = { create: faults };
			const running = all.map(async ({ keys, pauses, begins, killedAt, ifExists }, nth) => {
				await here.clock.sleep(begins);
				const store = here.store(processOf(here, pauses, killedAt));
				const work = keys.map(
					async (key) =>
						await store.schedule(keyed(key, { text: `${key} ${nth}` }), new Entry(), { ifExists }),
				);
				await Promise.allSettled(work);
			});
			const start = here.clock.ms;
			await here.clock.run(Promise.all(running));
			if (here.clock.ms - start > 1_000) waited++;
			const keys = [...new Set(all.flatMap((one) => one.keys))];
			for (const key of keys) {
				expect(here.fake.pending.filter(({ text }) => text?.startsWith(key)).length).toBeLessThan(
					2,
				);
			}
			await here.clock.run(here.clock.sleep(2 * STALE_MS));
			for (const key of keys) {
				let held = null;
				for (let tries = 0; held === null && tries < 10; tries++) {
					held = await here.schedule(keyed(key, { text: `${key} last` })).catch(() => null);
				}
				const pending = here.fake.pending.filter(({ text }) => text?.startsWith(key));
				expect(pending.map(({ scheduleId }) => scheduleId)).toEqual([held?.scheduleId]);
			}
		}),
		runs(250),
	);
	expect(waited).toBeGreaterThan(20);
});

it.each<ScheduleOptions['ifExists']>(['return', 'replace'])(
	'one key is one message, killed at any step (%s)',
	async (ifExists) => {
		for (let killedAt = 1; killedAt < 40; killedAt++) {
			const here = new World();
			if (ifExists === 'replace') await here.schedule(keyed('a', { text: 'old' }));
			const store = here.store(processOf(here, [1], killedAt));
			await here.schedule(keyed('a', { text: 'new' }), { ifExists }, { store }).catch(() => null);
			await here.clock.run(here.clock.sleep(2 * STALE_MS));
			const { scheduleId } = await here.schedule(keyed('a', { text: 'last' }));
			expect([killedAt, here.fake.pending.map((one) => one.scheduleId)]).toEqual([
				killedAt,
				[scheduleId],
			]);
		}
	},
);

/** What a database shows late, or another execution does in between, which no memory table does. */
describe('whose turn it is', () => {
	const open = { since: 0, message: message() };
	const waiting = () => ({ now: world.clock.now, sleep: world.clock.sleep, staleMs: STALE_MS });
	const own = async (owner: string) =>
		(await world.ledger().find('a')).find((record) => record.owner === owner)!;

	it('is lost where another has taken the row over', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'mine');
		const record = await own('mine');
		expect(await ledger.takeOver(record, 'other')).toBe(true);
		expect(await begin(ledger, record, 'mine', open)).toBeNull();
		expect(world.keys.row(1)).toMatchObject({ owner: 'other', started_at: null });
		expect(await ledger.takeOver(record, 'third')).toBe(false);
	});

	it('is asked for again where it went to another between two requests', async () => {
		await world.schedule(keyed('a'));
		let isFirst = true;
		world.keys.before = (access) => {
			if (access === 'update' && isFirst) world.keys.edit(1, { owner: 'other' });
			if (access === 'update') isFirst = false;
		};
		const wanted = keyed('a', { text: 'new' });
		expect(await world.schedule(wanted, { ifExists: 'replace' })).toMatchObject({ text: 'new' });
		expect(isFirst).toBe(false);
		expect(world.fake.pending.map(({ text }) => text)).toEqual(['new']);
	});

	it('is lost where a lower row shows only after the begin, and nothing of it stays', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'other');
		await ledger.insert('a', 'mine');
		expect(await begin(ledger, await own('mine'), 'mine', open)).toBeNull();
		expect([...world.keys.rows.keys()]).toEqual([1]);
		expect(await begin(ledger, await own('other'), 'other', open)).not.toBeNull();
	});

	it('stays with who has begun, for each further request', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'other');
		await ledger.insert('a', 'mine');
		const lower = world.keys.row(1);
		world.keys.rows.delete(1);
		const begun = (await begin(ledger, await own('mine'), 'mine', open))!;
		world.keys.rows.set(1, lower);
		expect(await begin(ledger, begun, 'mine', open)).toEqual(begun);
		expect(world.keys.rows.size).toBe(2);
	});

	it('is not waited for where the message of a killed execution is at the gateway already', async () => {
		let found = 0;
		for (let killedAt = 1; killedAt < 24; killedAt++) {
			const here = new World();
			const store = here.store(processOf(here, [1], killedAt));
			await here.schedule(keyed('a'), {}, { store }).catch(() => null);
			if (here.there.length === 0) continue;
			found++;
			const { scheduleId } = await here.schedule(keyed('a'));
			expect(here.there.map((one) => one.scheduleId)).toEqual([scheduleId]);
		}
		expect(found).toBeGreaterThan(3);
	});

	it('is with who has begun, though a lower row shows after that', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'mine');
		await ledger.insert('a', 'other');
		const later = await own('other');
		await ledger.start(later, 'other', open);
		const turn = acquire(ledger, 'a', 'mine', waiting(), { shouldRetry: true });
		await expect(world.clock.run(turn)).rejects.toThrow(
			/Another execution is creating the message/,
		);
		expect([...world.keys.rows.keys()]).toEqual([2]);
		await ledger.finish(later, { ...message(), scheduleId: 'x' } as never);
		const next = acquire(ledger, 'a', 'mine', waiting(), { shouldRetry: true });
		expect(await world.clock.run(next)).toMatchObject({ is: 'done', record: { scheduleId: 'x' } });
	});

	it('comes to who waits, at once where the other gave up, later where it never began', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'other');
		const start = world.clock.ms;
		const turn = acquire(ledger, 'a', 'mine', waiting(), { shouldRetry: false });
		const [mine] = await world.clock.run(
			Promise.all([
				turn,
				world.clock.sleep(3_500).then(async () => await ledger.remove(await own('other'))),
			]),
		);
		expect(mine).toMatchObject({ is: 'mine', record: { rowId: 2 } });
		expect(world.clock.ms - start).toBe(4_000);
		await ledger.remove(mine.record);
		await ledger.insert('a', 'dead');
		const taken = acquire(ledger, 'a', 'mine', waiting(), { shouldRetry: false });
		expect(await world.clock.run(taken)).toMatchObject({ is: 'mine', record: { rowId: 3 } });
	});
});

describe('Send with a key', () => {
	const send = async (
		here: World,
		key: string,
		gateway: () => Promise<void>,
		{ owner = `item-${++ids}`, process = new Process(async () => undefined), ...more } = {} as {
			owner?: string;
			process?: Process;
			ifExists?: 'return' | 'reject';
		},
	) =>
		await sendByKey(key, {
			ledger: here.ledger(process.table(here.keys)),
			owner,
			ifExists: more.ifExists ?? 'return',
			attempt: { since: here.clock.ms, message: message({ scheduledAt: '' }) },
			now: here.clock.now,
			sleep: here.clock.sleep,
			staleMs: STALE_MS,
			send: async () => {
				await process.step();
				await gateway();
				await process.step();
				const told = { gateway: 'g', account: 'a', status: 'sent', raw: {} } as const;
				return createSentMessage(message(), { ...told, messageId: `id of ${key}` });
			},
		});

	it('sends once, and returns what was sent', async () => {
		let sent = 0;
		const gateway = async () => void sent++;
		const first = await world.clock.run(send(world, 'a', gateway));
		const second = await world.clock.run(send(world, 'a', gateway));
		expect(second).toEqual({ ...first, raw: null });
		expect(sent).toBe(1);
		const refused = world.clock.run(send(world, 'a', gateway, { ifExists: 'reject' }));
		await expect(refused).rejects.toThrow(
			/"a", which already has a message: sent\. No other message was created/,
		);
	});

	it('is free again after a refusal, and never after an unknown outcome', async () => {
		const refuse = async () => await Promise.reject(new GatewayError('rejected', 'no'));
		await expect(world.clock.run(send(world, 'a', refuse))).rejects.toThrow('no');
		expect(world.keys.rows.size).toBe(0);
		const lose = async () =>
			await Promise.reject(new GatewayError('timedOut', 'lost', { outcomeUnknown: true }));
		await expect(world.clock.run(send(world, 'a', lose))).rejects.toThrow('lost');
		let sent = 0;
		const gateway = async () => void sent++;
		await expect(world.clock.run(send(world, 'a', gateway))).rejects.toThrow(
			/This execution did nothing/,
		);
		await world.clock.run(world.clock.sleep(STALE_MS));
		const error = await errorOf(world.clock.run(send(world, 'a', gateway)));
		expect(error.message).toContain('the outcome of an earlier attempt is unknown');
		expect(error.details.hint).toContain('remove the row with this key');
		expect(sent).toBe(0);
	});

	it('sends at most once, and once where no request was cut off', async () => {
		await fc.assert(
			fc.asyncProperty(executions, async (all) => {
				const here = new World();
				let [begun, sent] = [0, 0];
				const gateway = async () => {
					begun++;
					await here.clock.sleep(20);
					sent++;
				};
				const running = all.map(async ({ pauses, begins, killedAt }) => {
					await here.clock.sleep(begins);
					const process = processOf(here, pauses, killedAt);
					await send(here, 'a', gateway, { process }).catch(() => undefined);
				});
				await here.clock.run(Promise.all(running));
				await here.clock.run(here.clock.sleep(2 * STALE_MS));
				const last = await here.clock.run(send(here, 'a', gateway)).catch((error: Error) => error);
				expect(begun).toBe(sent);
				expect(sent).toBeLessThanOrEqual(1);
				if (sent === 0) expect(String(last)).toContain('outcome of an earlier attempt is unknown');
			}),
			runs(200),
		);
	});
});

it('keeps the keys of accounts apart', async () => {
	const ledger = world.ledger();
	const other = createKeyLedger(world.keys, [{ ...SENDER, account: 'account-2' }], world.clock.now);
	await ledger.insert('a', 'item-1');
	expect(await ledger.find('a')).toHaveLength(1);
	expect(await other.find('a')).toEqual([]);
});

it('goes by the message that was made, whatever a crash has left begun before it', async () => {
	const ledger = world.ledger();
	await ledger.insert('a', 'dead');
	await ledger.insert('a', 'item-1');
	const attempt = { since: world.clock.now(), message: message() };
	const [left, made] = await ledger.find('a');
	await ledger.start(left, 'dead', attempt);
	await ledger.start(made, 'item-1', attempt);
	await ledger.finish(made, { messageId: 'm1' } as never);
	const { clock } = world;
	const waiting = { now: clock.now, sleep: clock.sleep, staleMs: 60_000 };
	const turn = await acquire(ledger, 'a', 'item-2', waiting, { shouldRetry: false });
	expect(turn).toMatchObject({ is: 'done', record: { result: { messageId: 'm1' } } });
});
