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
import { CREATE_FAULTS, Entry, errorOf, FakeScheduler, iso, message } from '../fakeScheduler.mts';
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
			/^"Deduplication Key" is "a", which already has a message: scheduled, for 2026-02-03T15:00/,
		);
		world.fake.held = world.fake.held.map((one) => ({ ...one, scheduledAt: null }));
		const untimed = await errorOf(world.schedule(keyed('a'), { ifExists: 'reject' }));
		expect(untimed.message).toMatch(/has a message: scheduled\. No other message was created/);
		expect(world.fake.calls.create).toBe(1);
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

	it('returns what an earlier attempt of the same item has made, also where others are refused', async () => {
		const wanted = keyed('a');
		const { scheduleId } = await world.schedule(wanted);
		for (const ifExists of ['reject', 'replace'] as const) {
			const again = await world.schedule({ ...wanted, text: 'new' }, { ifExists });
			expect(again).toMatchObject({ scheduleId, text: 'for a' });
		}
		expect(world.fake.calls.create).toBe(1);
	});

	it('returns what went out before it could be replaced', async () => {
		const { scheduleId } = await world.schedule(keyed('a'));
		world.fake.faults = { cancel: ['sentMeanwhile'] };
		const entry = new Entry();
		const wanted = keyed('a', { text: 'new' });
		const held = await world.schedule(wanted, { ifExists: 'replace' }, { entry });
		expect(held).toMatchObject({ scheduleId, text: 'for a', status: 'sent' });
		expect(entry.unresolved).toBeNull();
		// The key is that message's, and no running item's.
		expect(world.keys.row(1)).toMatchObject({ state: 'done', schedule_id: scheduleId, owner: '' });
		const start = world.clock.ms;
		expect(await world.schedule(keyed('a'))).toMatchObject({ scheduleId, status: 'sent' });
		expect(world.clock.ms - start).toBeLessThan(1_000);
	});

	it('is not given back as long as nobody can see what became of its message', async () => {
		const { scheduleId } = await world.schedule(keyed('a'));
		// The cancel is refused; then neither its message nor anything else can be read.
		world.fake.faults = { cancel: ['refused'], get: [false, false, false, false, true] };
		world.fake.calls.get = 0;
		const wanted = keyed('a', { text: 'new' });
		const error = await errorOf(world.schedule(wanted, { ifExists: 'replace' }));
		expect(error.message).toContain('was not moved and stays scheduled');
		expect(world.keys.row(1)).toMatchObject({ state: 'creating', schedule_id: scheduleId });
		await world.clock.run(world.clock.sleep(2 * STALE_MS));
		expect(await world.schedule(keyed('a'))).toMatchObject({ scheduleId, text: 'for a' });
		expect(world.there).toHaveLength(1);
	});

	it('stays with a message that somebody cancels before it could be replaced', async () => {
		const { scheduleId } = await world.schedule(keyed('a'));
		const get = world.fake.get.bind(world.fake);
		let reads = 0;
		world.fake.get = async (...args) => {
			if (++reads === 2) {
				world.fake.held = world.fake.held.map((one) => ({ ...one, status: 'cancelled' as const }));
			}
			return await get(...args);
		};
		const held = await world.schedule(keyed('a', { text: 'new' }), { ifExists: 'replace' });
		expect(held).toMatchObject({ scheduleId, status: 'cancelled' });
		expect(world.keys.row(1)).toMatchObject({ state: 'done', schedule_id: scheduleId });
	});

	it('says that its message cannot be replaced where nobody can read what went out', async () => {
		await world.schedule(keyed('a'));
		world.fake.faults = { cancel: ['sentMeanwhile'], get: [false, false, false, false, true] };
		world.fake.calls.get = 0;
		const error = await errorOf(
			world.schedule(keyed('a', { text: 'new' }), { ifExists: 'replace' }),
		);
		expect(error.kind).toBe('notPending');
	});

	it('has the message of an earlier attempt, for a time that is possible now', async () => {
		world.fake.faults = { create: ['lostNotTaken'], find: [true] };
		const entry = new Entry();
		const wanted = keyed('a');
		await errorOf(world.schedule(wanted, {}, { entry }));
		const scheduledAt = '2026-02-05T15:00:00.000Z';
		const renew = (earlier: MessageToSchedule) => ({ ...earlier, scheduledAt });
		const made = await world.schedule({ ...wanted, text: 'other' }, { renew }, { entry });
		expect(made).toMatchObject({ text: 'for a', scheduledAt });
	});

	it('asks anew whether the time is still possible where a replacement was cut off', async () => {
		await world.schedule(keyed('a'));
		const entry = new Entry();
		const wanted = keyed('a', { text: 'new', scheduledAt: '2026-02-04T15:00:00.000Z' });
		const replace = { ifExists: 'replace' } as const;
		world.fake.faults = { create: [null, 'lostNotTaken'], find: [true] };
		await errorOf(world.schedule(wanted, replace, { entry }));
		expect(world.fake.pending).toEqual([]);
		const earlier: string[] = [];
		const renew = (one: MessageToSchedule) => {
			earlier.push(one.scheduledAt);
			return { ...one, scheduledAt: '2026-02-05T15:00:00.000Z' };
		};
		const again = { ...wanted, scheduledAt: '2026-02-04T15:30:00.000Z' };
		const made = await world.schedule(again, { ...replace, renew }, { entry });
		expect(made).toMatchObject({ text: 'new', scheduledAt: '2026-02-05T15:00:00.000Z' });
		expect(new Set(earlier)).toEqual(new Set([wanted.scheduledAt]));
		expect(world.fake.pending).toHaveLength(1);
	});

	it('deletes a message to replace it only where the user consents', async () => {
		const { gateway } = new FakeScheduler({ cancelsBy: 'delete' });
		Object.assign(world.fake, { gateway });
		await world.schedule(keyed('a'));
		const replace = { ifExists: 'replace' } as const;
		const error = await errorOf(world.schedule(keyed('a', { text: 'new' }), replace));
		expect(error.details.hint).toContain('"Allow Deletion"');
		expect(world.fake.pending).toMatchObject([{ text: 'for a' }]);
		const options = { ...replace, allowDeletion: true };
		expect(await world.schedule(keyed('a', { text: 'new' }), options)).toMatchObject({
			text: 'new',
		});
	});

	it('stays with a message of unknown outcome, which the next execution finds', async () => {
		world.fake.faults = { create: ['lostTaken'], find: [true] };
		const error = await errorOf(world.schedule(keyed('a')));
		expect(error.details.outcomeUnknown).toBe(true);
		expect(world.keys.row(1)).toMatchObject({ state: 'creating', schedule_id: null });
		expect(await world.schedule(keyed('a', { text: 'other' }))).toMatchObject({
			scheduleId: 'sched_1',
			text: 'for a',
		});
		expect(world.keys.row(1)).toMatchObject({ state: 'done', schedule_id: 'sched_1', owner: '' });
		expect(world.fake.calls.create).toBe(1);
	});

	it('makes a message of unknown outcome again only once its execution counts as dead', async () => {
		world.fake.faults = { create: ['lostNotTaken'], find: [true] };
		await errorOf(world.schedule(keyed('a')));
		const busy = await errorOf(world.schedule(keyed('a')));
		expect(busy.message).toMatch(/^Another execution is creating the message .* key "a"/);
		expect(world.there).toEqual([]);
		await world.clock.run(world.clock.sleep(STALE_MS));
		expect(await world.schedule(keyed('a', { text: 'other' }))).toMatchObject({ text: 'other' });
		expect(world.there).toHaveLength(1);
	});

	it('finds what it did last in one attempt in the next, though the key is gone from the table', async () => {
		world.fake.faults = { create: ['lostTaken'], find: [true] };
		const entry = new Entry();
		const wanted = keyed('a');
		await errorOf(world.schedule(wanted, {}, { entry }));
		world.keys.rows.clear();
		expect(await world.schedule(wanted, {}, { entry })).toMatchObject({ scheduleId: 'sched_1' });
		expect(world.fake.calls.create).toBe(1);
	});

	it('is one key with Send: a message that was sent has none to be scheduled', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'item');
		const [record] = await ledger.find('a');
		const told = { gateway: 'g', account: 'a', status: 'delivered', messageId: 'm1' } as const;
		await ledger.finish(record, createSentMessage(message(), { ...told, raw: {} }));
		for (const ifExists of ['return', 'reject', 'replace'] as const) {
			const error = await errorOf(world.schedule(keyed('a'), { ifExists }));
			expect(error.message).toMatch(
				/^"Deduplication Key" is "a", which already has a message: delivered\. No other/,
			);
		}
		expect(world.fake.calls.create).toBe(0);
	});

	it('says so too of a lost message whose row a person has made unreadable', async () => {
		await world.schedule(keyed('a'));
		world.fake.held = [];
		world.keys.edit(1, { result: '{' });
		world.clock.ms = Date.parse('2026-02-03T15:00:01.000Z');
		const error = await errorOf(world.schedule(keyed('a')));
		expect([error.kind, error.message]).toEqual([
			'notFound',
			expect.stringContaining('Fake no longer has it'),
		]);
	});

	it('creates nothing where its message cannot be read now', async () => {
		await world.schedule(keyed('a'));
		world.fake.faults = { get: [true] };
		expect((await errorOf(world.schedule(keyed('a')))).kind).toBe('unreachable');
		expect(world.fake.calls.create).toBe(1);
	});

	it('is created by who claims it last, where another takes the row right before the request', async () => {
		let isFirst = true;
		world.keys.before = (access) => {
			if (access === 'update' && isFirst) world.keys.edit(1, { owner: 'other' });
			if (access === 'update') isFirst = false;
		};
		const entry = new Entry();
		const start = world.clock.ms;
		expect(await world.schedule(keyed('a'), {}, { entry })).toMatchObject({ text: 'for a' });
		// The other one had its time to go on.
		expect(world.clock.ms - start).toBeGreaterThanOrEqual(30_000);
		expect(world.there).toHaveLength(1);
	});

	it('is written down though the table is away for seconds after the message was created', async () => {
		let failures = 0;
		const create = world.fake.schedule.bind(world.fake);
		world.fake.schedule = async (...args) => {
			const made = await create(...args);
			failures = 3;
			return made;
		};
		world.keys.before = (access) => {
			if (access === 'update' && failures-- > 0) throw new Error('locked');
		};
		const start = world.clock.ms;
		await world.schedule(keyed('a'));
		expect(world.keys.row(1).state).toBe('done');
		expect(world.clock.ms - start).toBe(7 + 5 + 200 + 1_000 + 3_000);
	});

	it('is no failure of the item where its message exists and the table stays away', async () => {
		const create = world.fake.schedule.bind(world.fake);
		let updates = 0;
		world.fake.schedule = async (...args) => {
			const made = await create(...args);
			world.keys.before = (access) => {
				if (access === 'update') updates++;
				throw new Error('locked');
			};
			return made;
		};
		expect(await world.schedule(keyed('a'))).toMatchObject({ scheduleId: 'sched_1' });
		expect(updates).toBe(4);
		world.keys.before = () => undefined;
		expect(await world.schedule(keyed('a'))).toMatchObject({ scheduleId: 'sched_1' });
		expect(world.there).toHaveLength(1);
	});

	it('keeps its message from being taken by another item of the run', async () => {
		await world.schedule(keyed('a', { text: 'Hello' }));
		const store = world.store();
		await world.schedule(keyed('a', { text: 'Hello' }), {}, { store });
		const plain = message({ idempotencyKey: `item-${++ids}` });
		const own = await world.schedule(plain, { ifExists: 'return' }, { store });
		expect(own.scheduleId).toBe('sched_2');
	});

	it('goes one after the other in a run, and does not wait for other keys', async () => {
		const store = world.store();
		const start = world.clock.ms;
		const work = ['a', 'b', 'c', 'a'].map(
			async (key, nth) => await store.schedule(keyed(key, { text: `${nth}` }), new Entry()),
		);
		const held = await world.clock.run(Promise.all(work));
		expect(held[3].scheduleId).toBe(held[0].scheduleId);
		// One create of 12 ms, and one look of 3.
		expect(world.clock.ms - start).toBe(15);
		const others = ['d', 'e', 'f'].map(async (text) => {
			const wanted = message({ text, idempotencyKey: `item-${++ids}` });
			return await store.schedule(wanted, new Entry(), { ifExists: 'return' });
		});
		await world.clock.run(Promise.all(others));
		expect(world.clock.ms - start).toBe(15 + 4 + 12);
	});

	it('does not stand for an older equal message where its own was cut off', async () => {
		const { now } = world.clock;
		world.fake.hold(keyed('a'), { createdAt: iso(now() - 10 * MINUTE), status: 'sent' });
		world.fake.faults = { create: ['lostNotTaken'], find: [true] };
		await errorOf(world.schedule(keyed('a')));
		await world.clock.run(world.clock.sleep(2 * STALE_MS));
		expect(await world.schedule(keyed('a'))).toMatchObject({ scheduleId: 'sched_2' });
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

	it('is a choice: otherwise an equal message is another one, and no table is opened', async () => {
		for (const options of [{}, { ifExists: 'schedule' }] as const) {
			await world.schedule(asked('2026-02-03T15:00:00.000Z'), options);
		}
		expect(world.fake.pending).toHaveLength(2);
		expect(world.keys.accesses).toEqual([]);
	});

	it('goes by the time of the message where none was asked for', async () => {
		const at = (scheduledAt: string) => message({ scheduledAt, idempotencyKey: `item-${++ids}` });
		const first = await world.schedule(at('2026-02-03T15:00:00.000Z'), again);
		const equal = await world.schedule(at('2026-02-03T15:00:00.000Z'), again);
		const other = await world.schedule(at('2026-02-03T16:00:00.000Z'), again);
		expect(equal.scheduleId).toBe(first.scheduleId);
		// The only one of its kind is the first.
		const counted = { ...again, occurrence: 1 };
		const one = await world.schedule(at('2026-02-03T15:00:00.000Z'), counted);
		expect(one.scheduleId).toBe(first.scheduleId);
		expect(other.scheduleId).not.toBe(first.scheduleId);
	});

	it('returns what an earlier attempt of the same item has made, whatever became of it', async () => {
		const wanted = asked('2026-02-03T15:00:00.000Z');
		const { scheduleId } = await world.schedule(wanted, again);
		await world.clock.run(world.store().cancel(scheduleId));
		expect(await world.schedule(wanted, again)).toMatchObject({ scheduleId, status: 'cancelled' });
	});

	it('makes a new one where the gateway has forgotten the old one, or its row names none', async () => {
		const first = await world.schedule(asked('2026-02-03T15:00:00.000Z'), again);
		world.fake.held = [];
		await world.schedule(asked('2026-02-03T15:00:00.000Z'), again);
		expect(world.fake.pending).toHaveLength(1);
		world.fake.held = [];
		for (const { id } of world.keys.rows.values()) world.keys.edit(id, { schedule_id: '' });
		const third = await world.schedule(asked('2026-02-03T15:00:00.000Z'), again);
		expect(world.fake.pending).toEqual([expect.objectContaining({ scheduleId: third.scheduleId })]);
		expect(first.scheduleId).toBe('sched_1');
	});

	it('makes none where the gateway cannot say whether the old one is pending', async () => {
		await world.schedule(asked('2026-02-03T15:00:00.000Z'), again);
		world.fake.faults = { get: [true] };
		const error = await errorOf(world.schedule(asked('2026-02-03T15:00:00.000Z'), again));
		expect(error).toMatchObject({ kind: 'unreachable', message: 'Fake cannot be reached' });
		expect(world.fake.calls.create).toBe(1);
	});

	it('looks for what an earlier attempt wanted, though the item now has another time', async () => {
		world.fake.faults = { create: ['lostTaken'], find: [false, true] };
		const entry = new Entry();
		const wanted = asked('2026-02-03T15:00:00.000Z');
		await errorOf(world.schedule(wanted, again, { entry }));
		const later = {
			...wanted,
			scheduledAt: '2026-02-03T15:05:00.000Z',
			requestedAt: '2026-02-03T15:05:00.000Z',
		};
		expect(await world.schedule(later, again, { entry })).toMatchObject({ scheduleId: 'sched_1' });
		expect(world.keys.rows.size).toBe(1);
		expect(world.there).toHaveLength(1);
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

	it('is asked for again where somebody empties the table right after the insert', async () => {
		let isFirst = true;
		world.keys.before = (access) => {
			if (access !== 'select' || world.keys.rows.size === 0 || !isFirst) return;
			isFirst = false;
			world.keys.rows.clear();
		};
		const turn = acquire(world.ledger(), 'a', 'mine', waiting(), { shouldRetry: false });
		expect(await world.clock.run(turn)).toMatchObject({
			is: 'mine',
			record: { rowId: 2, owner: 'mine', startedAt: null },
		});
	});

	it('is the lowest row’s, and the other row of the same item goes away', async () => {
		const ledger = world.ledger();
		for (const owner of ['mine', 'mine', 'other']) await ledger.insert('a', owner);
		const turn = acquire(ledger, 'a', 'mine', waiting(), { shouldRetry: false });
		expect(await world.clock.run(turn)).toMatchObject({ is: 'mine', record: { rowId: 1 } });
		expect([...world.keys.rows.keys()]).toEqual([1, 3]);
	});

	it('is nobody’s once a message is made, though a lower row has none, and a begin yields to it', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'mine');
		await ledger.insert('a', 'other');
		await ledger.finish(await own('other'), { ...message(), scheduleId: 'x' } as never);
		expect(await begin(ledger, await own('mine'), 'mine', open)).toBeNull();
		expect([...world.keys.rows.keys()]).toEqual([2]);
	});

	it('is lost where the row disappears right after the begin', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'mine');
		const record = await own('mine');
		world.keys.before = (access) => {
			if (access === 'select') world.keys.rows.clear();
		};
		expect(await begin(ledger, record, 'mine', open)).toBeNull();
	});

	it('stays with one that has begun until it counts as dead, to the millisecond', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'other');
		const start = world.clock.ms;
		await ledger.start(await own('other'), 'other', open);
		const asked: boolean[] = [];
		const look = async (_: unknown, isDead: boolean) => {
			asked.push(isDead);
			return null;
		};
		const turn = async (shouldRetry: boolean) =>
			await world.clock.run(acquire(ledger, 'a', 'mine', waiting(), { shouldRetry, look }));
		world.clock.ms = start + STALE_MS - 30_000;
		await expect(turn(true)).rejects.toThrow(/^Another execution is creating/);
		// It waits for half a minute before it looks, once a second.
		expect(world.clock.ms).toBe(start + STALE_MS);
		world.clock.ms++;
		const error = await errorOf(turn(false));
		expect(error.details).toMatchObject({ outcomeUnknown: true });
		expect(await turn(true)).toMatchObject({ is: 'mine', record: { owner: 'mine' } });
		expect(asked).toEqual([false, true, true]);
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

	it('returns on another attempt of the same item what it has sent, also where others are refused', async () => {
		let sent = 0;
		const gateway = async () => void sent++;
		const item = { owner: 'item', ifExists: 'reject' } as const;
		const first = await world.clock.run(send(world, 'a', gateway, item));
		const again = await world.clock.run(send(world, 'a', gateway, item));
		expect(again).toEqual({ ...first, raw: null });
		expect(sent).toBe(1);
		expect(world.keys.row(1)).toMatchObject({ state: 'done', owner: 'item', schedule_id: null });
	});

	it('returns what another execution has sent that took the row right before the request', async () => {
		const result = { messageId: 'theirs', status: 'sent' };
		world.keys.before = (access) => {
			if (access !== 'update') return;
			world.keys.before = () => undefined;
			const state = 'done';
			world.keys.edit(1, { owner: 'other', state, result: JSON.stringify(result) });
		};
		let sent = 0;
		const gateway = async () => void sent++;
		expect(await world.clock.run(send(world, 'a', gateway))).toMatchObject(result);
		expect(sent).toBe(0);
	});

	it('is written down though the table is away for seconds, and released so, too', async () => {
		let failures = 0;
		world.keys.before = (access) => {
			if (access !== 'select' && access !== 'insert' && failures-- > 0) throw new Error('locked');
		};
		const gateway = async () => void (failures = 3);
		await world.clock.run(send(world, 'a', gateway));
		expect(world.keys.row(1)).toMatchObject({ state: 'done', message_id: 'id of a' });
		const refuse = async () => {
			failures = 3;
			return await Promise.reject(new GatewayError('rejected', 'no'));
		};
		await expect(world.clock.run(send(world, 'b', refuse))).rejects.toThrow('no');
		expect(world.keys.rows.size).toBe(1);
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

describe('the table of keys', () => {
	const open = { since: 0, message: message() };

	it('has what people look for: the times, ids and account of each message', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'item');
		const [record] = await ledger.find('a');
		expect(record).toEqual({
			rowId: 1,
			key: 'a',
			owner: 'item',
			isDone: false,
			startedAt: null,
			scheduleId: null,
			attempt: null,
			result: null,
		});
		const requestedAt = '2026-02-03T14:55:00.000Z';
		await ledger.start(record, 'item', { since: 0, message: message({ requestedAt }) });
		expect(world.keys.row(1)).toMatchObject({
			...SENDER,
			state: 'creating',
			send_at: '2026-02-03T15:00:00.000Z',
			requested_at: requestedAt,
			started_at: iso(world.clock.ms),
		});
		const result = { ...message(), scheduleId: 's1', messageId: 'm1', raw: { large: true } };
		await ledger.finish(record, result as never);
		expect(world.keys.row(1)).toMatchObject({
			state: 'done',
			schedule_id: 's1',
			message_id: 'm1',
			owner: 'item',
		});
		expect(world.keys.row(1).result).not.toContain('large');
		const [done] = await ledger.find('a');
		expect(done).toMatchObject({ isDone: true, scheduleId: 's1', startedAt: world.clock.ms });
		expect(done.attempt).toMatchObject({ message: { requestedAt } });
	});

	it('leaves both times empty for a message that is sent at once', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'item');
		const [record] = await ledger.find('a');
		await ledger.start(record, 'item', { since: 0, message: message({ scheduledAt: '' }) });
		expect(world.keys.row(1)).toMatchObject({ send_at: null, requested_at: null });
	});

	it.each([
		['gateway', { gateway: 'other' }],
		['account', { account: 'account-2' }],
	])('keeps the keys of another %s apart', async (_, changes) => {
		const other = createKeyLedger(world.keys, [{ ...SENDER, ...changes }], world.clock.now);
		await other.insert('a', 'item');
		expect(await world.ledger().find('a')).toEqual([]);
		const both = createKeyLedger(world.keys, [SENDER, { ...SENDER, ...changes }], world.clock.now);
		expect(await both.find('a')).toHaveLength(1);
	});

	it('is read and written in few accesses, however many ask at the same time', async () => {
		const ledger = world.ledger();
		const keys = Array.from({ length: 501 }, (_, n) => `key ${n}`);
		await Promise.all(keys.map(async (key) => await ledger.insert(key, 'item')));
		const found = await Promise.all([...keys, 'key 0'].map(async (key) => await ledger.find(key)));
		expect(found.map((rows) => rows.map(({ key }) => key))).toEqual(
			[...keys, 'key 0'].map((key) => [key]),
		);
		// SQLite takes no more than a thousand conditions.
		expect(world.keys.accesses).toEqual(['insert', 'select', 'select']);
	});

	it('gives the rows of a key by their ids, in whatever order the database has them', async () => {
		const ledger = world.ledger();
		for (const owner of ['one', 'two', 'three']) await ledger.insert('a', owner);
		const { selectAny } = world.keys;
		world.keys.selectAny = async (...args) => (await selectAny.apply(world.keys, args)).reverse();
		expect((await ledger.find('a')).map(({ rowId }) => rowId)).toEqual([1, 2, 3]);
	});

	it('is changed only by who has the row, as it was read', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'item');
		const [record] = await ledger.find('a');
		await ledger.remove({ ...record, owner: 'other' });
		expect(await ledger.start(record, 'other', open)).toBe(false);
		expect(await ledger.takeOver({ ...record, isDone: true }, 'other')).toBe(false);
		await ledger.finish({ ...record, owner: 'other' }, { messageId: 'm1' } as never);
		expect(await ledger.find('a')).toEqual([record]);
		await ledger.finish(record, { messageId: 'm1' } as never);
		// What exists is not released, nor begun again, unless it is taken over.
		await ledger.remove(record);
		expect(await ledger.start(record, 'item', open)).toBe(false);
		expect(await ledger.takeOver(record, 'other', open)).toBe(false);
		expect(await ledger.takeOver({ ...record, isDone: true }, 'other', open)).toBe(true);
		expect(await ledger.find('a')).toEqual([
			expect.objectContaining({ owner: 'other', isDone: false, startedAt: world.clock.ms }),
		]);
	});

	it('is read though a person has emptied or broken cells', async () => {
		const ledger = world.ledger();
		await ledger.insert('a', 'item');
		world.keys.edit(1, { owner: null, attempt: '{', result: '', schedule_id: '' });
		expect(await ledger.find('a')).toEqual([
			expect.objectContaining({ owner: '', attempt: null, result: null, scheduleId: null }),
		]);
	});
});
