import * as fc from 'fast-check';
import { HEALTHY } from '../../../stores/dispatcher/accountHealth';
import { HeldLease } from '../../../stores/dispatcher/heldLease';
import { INITIAL_PACE } from '../../../stores/dispatcher/pace';
import {
	accountRow,
	accountsTableName,
	createLeaseStore,
	pauseAccount,
	pauseEnd,
	resumeAccount,
	toAccountRecord,
	type AccountColumn,
} from '../../../stores/table/accounts';
import { runs } from '../../proof.mts';
import { accountsTable, FakeClock, iso, MINUTE, SECOND, SENDER, START } from './fakes.mts';
import type { MemoryTable } from './memoryTable.mts';

const STATE = { health: HEALTHY, pace: INITIAL_PACE };
const OTHER = { ...SENDER, account: 'account-2' };
let clock: FakeClock;
let table: MemoryTable<AccountColumn>;
const storeForId = (...senders: Array<typeof SENDER>) =>
	createLeaseStore(table, senders.length === 0 ? [SENDER] : senders);
const acquire = async (holder: string, store = storeForId()) =>
	await store.acquire(holder, clock.ms, clock.ms + 90 * SECOND);

beforeEach(() => {
	clock = new FakeClock();
	table = accountsTable(clock.now);
});

describe('the lease', () => {
	it('is one run’s until it is given back', async () => {
		const store = storeForId();
		expect(await acquire('a', store)).not.toBeNull();
		expect(await acquire('b')).toBeNull();
		await storeForId().release('b', STATE);
		expect(await acquire('b')).toBeNull();
		await store.release('a', STATE);
		expect(await acquire('b')).not.toBeNull();
	});

	it('that ran out is left alone for as long as clocks may differ', async () => {
		await acquire('a');
		clock.ms += 95 * SECOND - 1;
		expect(await acquire('b')).toBeNull();
		clock.ms += 1;
		expect(await acquire('b')).not.toBeNull();
	});

	it('that another has taken over can be neither renewed nor given back', async () => {
		const store = storeForId();
		await acquire('a', store);
		clock.ms += 95 * SECOND;
		await acquire('b');
		expect(await store.renew('a', clock.ms + 90 * SECOND, STATE)).toBeNull();
		await store.release('a', { ...STATE, health: { ...HEALTHY, pauseCount: 9 } });
		expect(table.row(1)).toMatchObject({ lease_holder: 'b' });
		expect(toAccountRecord(table.row(1)).health.pauseCount).toBe(0);
	});

	it('goes to one of two that run for the first time, in whatever order their steps come', async () => {
		await fc.assert(
			fc.asyncProperty(fc.scheduler(), async (scheduler) => {
				table = accountsTable(clock.now);
				table.before = async (access) => await scheduler.schedule(Promise.resolve(), access);
				const taken = ['a', 'b', 'c'].map(async (holder) => await acquire(holder));
				await scheduler.waitFor(Promise.all(taken));
				expect((await Promise.all(taken)).filter((record) => record !== null)).toHaveLength(1);
				expect(table.rows.size).toBe(1);
			}),
			runs(200, 5_000),
		);
	});

	it.each([
		['that a person has emptied', null],
		['of a clock that was wrong', iso(START + 400 * 24 * 60 * MINUTE)],
	])('%s does not stop the account for ever', async (_, leaseUntil) => {
		const { id } = await accountRow(table, SENDER);
		table.edit(id, { lease_until: leaseUntil });
		expect(await acquire('a')).not.toBeNull();
		expect(await acquire('b')).toBeNull();
	});

	it.each(['before', 'after'] as const)(
		'whose table fails %s its effect is free again',
		async (how) => {
			await accountRow(table, SENDER);
			const update = table.update.bind(table);
			let updates = 0;
			table.update = async (changes) => {
				const fails = ++updates === 1;
				if (fails && how === 'before') throw new Error('down');
				const rows = await update(changes);
				if (fails) throw new Error('down');
				return rows;
			};
			await expect(acquire('a')).rejects.toThrow('down');
			expect(await acquire('b')).not.toBeNull();
		},
	);

	describe('of a credential with several keys', () => {
		it('is taken for each, or for none', async () => {
			const both = storeForId(SENDER, OTHER);
			await acquire('a', storeForId(OTHER));
			expect(await acquire('b', both)).toBeNull();
			// What was taken already is given back.
			expect(await acquire('c')).not.toBeNull();
		});

		it('is renewed and given back for each', async () => {
			const both = storeForId(SENDER, OTHER);
			await acquire('a', both);
			clock.ms += MINUTE;
			await both.renew('a', clock.ms + 90 * SECOND, STATE);
			clock.ms += MINUTE;
			expect(await acquire('b', storeForId(OTHER))).toBeNull();
			await both.release('a', STATE);
			expect(await acquire('b', storeForId(OTHER))).not.toBeNull();
		});

		it('is taken where a key is named twice', async () => {
			expect(await acquire('a', storeForId(SENDER, SENDER))).not.toBeNull();
		});
	});
});

describe('a run', () => {
	const take = async () => (await HeldLease.take(storeForId(), 'a', 30 * SECOND, clock.now))!;

	it('begins a request only while the lease certainly outlives it', async () => {
		const lease = await take();
		clock.ms += 50 * SECOND;
		expect(lease.coversRequest).toBe(true);
		clock.ms += 1;
		expect(lease.coversRequest).toBe(false);
	});

	it('has a lease for longer where a request may take longer', async () => {
		const lease = (await HeldLease.take(storeForId(), 'a', 300 * SECOND, clock.now))!;
		clock.ms += 50 * SECOND;
		expect(lease.coversRequest).toBe(true);
	});

	it('renews it every ten seconds, not before each message', async () => {
		const lease = await take();
		const before = table.accesses.length;
		for (let i = 0; i < 100; i++) {
			expect(await lease.keep(STATE)).toBe(true);
			clock.ms += SECOND;
		}
		expect(table.accesses.length - before).toBe(9);
		expect(lease.coversRequest).toBe(true);
	});

	it('is told that another has it, and of a pause by a person', async () => {
		const lease = await take();
		await pauseAccount(table, SENDER, { until: null, note: 'new phone', now: 0 });
		clock.ms += 10 * SECOND;
		expect(await lease.keep(STATE)).toBe(true);
		expect(lease.record.manualPause?.note).toBe('new phone');
		table.edit(1, { lease_holder: 'b' });
		clock.ms += 10 * SECOND;
		expect(await lease.keep(STATE)).toBe(false);
	});
});

describe('what is known of an account', () => {
	it('outlives the run', async () => {
		const store = storeForId();
		await acquire('a', store);
		const state = {
			health: { ...HEALTHY, pausedAt: START, pausedUntil: START + MINUTE, pauseReason: 'not paid' },
			pace: { nextSendAt: START, learnedPerMinute: 12.5, learnedAt: START },
		};
		await store.release('a', state);
		expect(await acquire('b')).toMatchObject(state);
		expect(table.row(1)).toMatchObject({
			paused_until: iso(START + MINUTE),
			pause_reason: 'not paid',
		});
	});

	it.each(['', 'null', 'nonsense', '7', '"x"', '[]', '{"health":null,"pace":7}'])(
		'is as at the beginning where a person has written %j',
		async (state) => {
			const { id } = await accountRow(table, SENDER);
			table.edit(id, { state });
			expect(toAccountRecord(table.row(id))).toMatchObject(STATE);
		},
	);

	it('is kept where only a part of it is nonsense', async () => {
		const { id } = await accountRow(table, SENDER);
		const state = {
			health: { pauseCount: 'many', inDoubt: 3, pauseReason: 7 },
			pace: { nextSendAt: 'soon' },
		};
		table.edit(id, { state: JSON.stringify(state) });
		expect(toAccountRecord(table.row(id))).toMatchObject({
			health: { ...HEALTHY, inDoubt: 3 },
			pace: INITIAL_PACE,
		});
	});

	it('is a pause as a person has changed its date', async () => {
		const { id } = await accountRow(table, SENDER);
		table.edit(id, {
			state: JSON.stringify({ health: { ...HEALTHY, pausedUntil: START + MINUTE } }),
			paused_until: null,
		});
		expect(toAccountRecord(table.row(id)).health.pausedUntil).toBeNull();
		table.edit(id, { paused_until: iso(START + 2 * MINUTE) });
		expect(toAccountRecord(table.row(id)).health.pausedUntil).toBe(START + 2 * MINUTE);
	});
});

describe('a person', () => {
	it('pauses an account that no run has seen, and resumes it', async () => {
		await pauseAccount(table, SENDER, { until: null, note: null, now: 0 });
		expect((await acquire('a'))?.manualPause).toMatchObject({ note: null });
		await resumeAccount(table, [SENDER]);
		expect(toAccountRecord(table.row(1)).manualPause).toBeNull();
	});

	it('who resumes ends the dispatcher’s own pause, whose end is still told', async () => {
		const { id } = await accountRow(table, SENDER);
		const health = {
			...HEALTHY,
			pausedAt: START,
			pausedUntil: START + MINUTE,
			pauseReason: 'not paid',
			pauseCount: 4,
			inDoubt: 8,
			isPauseReported: true,
		};
		table.edit(id, {
			state: JSON.stringify({ health }),
			paused_until: iso(START + MINUTE),
		});
		await resumeAccount(table, [SENDER]);
		expect(toAccountRecord(table.row(id)).health).toEqual({
			...HEALTHY,
			isPauseReported: true,
			pausedAt: START,
			pauseReason: 'not paid',
		});
		expect(table.row(id)).toMatchObject({ paused_until: null, paused_at: null });
	});
});

it('heeds a person’s pause under whichever key of the account it was made, until it is resumed', async () => {
	await pauseAccount(table, OTHER, { until: null, note: 'moving', now: START });
	const store = storeForId(SENDER, OTHER);
	expect((await acquire('a', store))?.manualPause).toMatchObject({ note: 'moving' });
	const renewed = await store.renew('a', clock.ms + 90 * SECOND, STATE);
	expect(renewed?.manualPause).toMatchObject({ note: 'moving' });
	await resumeAccount(table, [SENDER, OTHER]);
	const after = await store.renew('a', clock.ms + 90 * SECOND, STATE);
	expect(after).toMatchObject({ manualPause: null });
});

it('stands in a table named after that of the messages', () => {
	expect(accountsTableName('scheduled_messages')).toBe('scheduled_messages_accounts');
});

it('has a row for each account, with all names and a free lease', async () => {
	const row = await accountRow(table, SENDER);
	expect(row).toMatchObject({ ...SENDER, lease_holder: '', lease_until: iso(0) });
	expect(await accountRow(table, SENDER)).toEqual(row);
	expect((await accountRow(table, { ...SENDER, gateway: 'another' })).id).not.toBe(row.id);
	expect((await accountRow(table, OTHER)).id).not.toBe(row.id);
	expect(table.rows.size).toBe(3);
});

describe('what a run writes of its account', () => {
	it('is its lease, its time and the name of its credential', async () => {
		await acquire('a');
		const lease = { lease_holder: 'a', lease_until: iso(START + 90 * SECOND) };
		expect(table.row(1)).toMatchObject({ ...lease, last_run_at: iso(START) });
		clock.ms += MINUTE;
		const renamed = storeForId({ ...SENDER, credential: 'Renamed' });
		clock.ms += MINUTE;
		expect(await acquire('b', renamed)).toMatchObject({ lastRunAt: clock.ms });
		expect(table.row(1)).toMatchObject({ credential: 'Renamed', lease_holder: 'b' });
		await renamed.release('b', STATE);
		expect(table.row(1)).toMatchObject({
			lease_holder: '',
			lease_until: iso(0),
			last_run_at: iso(clock.ms),
		});
		expect(toAccountRecord(table.row(1)).leaseUntil).toBe(0);
	});

	it('is its health and pace, under the first name of the account alone', async () => {
		// The first name's row is not the lowest.
		await accountRow(table, OTHER);
		const both = storeForId(SENDER, OTHER);
		await acquire('a', both);
		const at = (pauseCount: number) => ({ ...STATE, health: { ...HEALTHY, pauseCount } });
		const counts = () =>
			[...table.rows.values()].map((row) => [
				row.account,
				toAccountRecord(row).health.pauseCount,
				row.state !== null,
			]);
		expect(await both.renew('a', clock.ms + 100 * SECOND, at(3))).toMatchObject(at(3));
		expect(counts()).toEqual([
			[OTHER.account, 0, false],
			[SENDER.account, 3, true],
		]);
		for (const row of table.rows.values()) {
			expect(row.lease_until).toBe(iso(clock.ms + 100 * SECOND));
		}
		await both.release('a', at(4));
		expect(counts()).toEqual([
			[OTHER.account, 0, false],
			[SENDER.account, 4, true],
		]);
		expect(await acquire('b', both)).toMatchObject(at(4));
	});

	it('is nothing before it has a lease', async () => {
		const store = storeForId();
		expect(await store.renew('a', clock.ms + SECOND, STATE)).toBeNull();
		await store.release('a', STATE);
		expect(table.accesses).toEqual([]);
	});
});

it.each([
	[24 * 60 * MINUTE, false],
	[24 * 60 * MINUTE + 1, true],
])('a lease that ends in %i ms was taken by a wrong clock: %s', async (ms, isWrong) => {
	const { id } = await accountRow(table, SENDER);
	table.edit(id, { lease_until: iso(START + ms), lease_holder: 'x' });
	expect((await acquire('a')) !== null).toBe(isWrong);
});

it('what is in a cell that is no time, or no lease, counts for nothing', async () => {
	const { id } = await accountRow(table, SENDER);
	for (const cell of ['', 'soon', null, undefined]) {
		table.edit(id, { manual_pause_until: cell, lease_until: cell, last_run_at: cell });
		const nothing = { manualPause: null, leaseUntil: 0, lastRunAt: null };
		expect(toAccountRecord(table.row(id))).toMatchObject(nothing);
	}
	table.edit(id, { manual_pause_until: iso(START + MINUTE), manual_pause_note: '' });
	expect(toAccountRecord(table.row(id)).manualPause).toEqual({
		until: START + MINUTE,
		note: null,
	});
});

it('a pause until Resume has no end for people, any other one has', () => {
	const always = Date.parse('9999-12-31T00:00:00.000Z');
	expect(pauseEnd(always)).toBeNull();
	expect(pauseEnd(always - 1)).toBe('9999-12-30T23:59:59.999Z');
});

describe('a pause by a person', () => {
	it('has its end, its note and its begin', async () => {
		const pause = { until: START + MINUTE, note: 'new phone', now: START };
		expect(await pauseAccount(table, SENDER, pause)).toMatchObject({
			manualPause: { until: START + MINUTE, note: 'new phone' },
		});
		const columns = {
			manual_pause_until: iso(START + MINUTE),
			manual_pause_note: 'new phone',
			manual_paused_at: iso(START),
		};
		expect(table.row(1)).toMatchObject(columns);
		expect((await resumeAccount(table, [SENDER])).manualPause).toBeNull();
		expect(table.row(1)).toMatchObject({
			manual_pause_until: null,
			manual_pause_note: null,
			manual_paused_at: null,
		});
	});

	it('counts as long as the longest under any name', async () => {
		const until = [START + MINUTE, START + 3 * MINUTE, START + 2 * MINUTE];
		const senders = until.map((_, index) => ({ ...SENDER, account: `name ${index}` }));
		for (const [index, sender] of senders.entries()) {
			const pause = { until: until[index], note: `note ${index}`, now: START };
			await pauseAccount(table, sender, pause);
		}
		expect((await acquire('a', storeForId(...senders)))?.manualPause).toEqual({
			until: START + 3 * MINUTE,
			note: 'note 1',
		});
	});
});

it('who resumes an account gets its record under its first name, with the pace that it had', async () => {
	const both = storeForId(SENDER, OTHER);
	await acquire('a', both);
	const pace = { ...INITIAL_PACE, learnedPerMinute: 7, learnedAt: START };
	const health = { ...HEALTHY, pauseCount: 4, pausedAt: START, pauseReason: 'not paid' };
	await both.release('a', { pace, health });
	// No pause of it was told, so no end of one is to be told.
	expect(await resumeAccount(table, [SENDER, OTHER])).toMatchObject({
		pace,
		health: HEALTHY,
		lastRunAt: START,
	});
	expect(table.row(1)).toMatchObject({ pause_reason: null, paused_until: null, paused_at: null });
});
