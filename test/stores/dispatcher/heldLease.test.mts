import { HEALTHY } from '../../../stores/dispatcher/accountHealth';
import { HeldLease } from '../../../stores/dispatcher/heldLease';
import { INITIAL_PACE } from '../../../stores/dispatcher/pace';
import type { AccountRecord, AccountState, LeaseStore } from '../../../stores/dispatcher/queue';
import { SECOND, START } from '../table/fakes.mts';

const STATE: AccountState = { health: HEALTHY, pace: INITIAL_PACE };
const RECORD: AccountRecord = { ...STATE, manualPause: null, leaseUntil: 0, lastRunAt: null };
const PAUSED: AccountRecord = { ...RECORD, manualPause: { until: Infinity, note: 'a new phone' } };

let now: number;
/** What the store was asked, each with its arguments. */
let asked: unknown[][];
/** What a renewal gives. */
let renewed: AccountRecord | null;

const store: LeaseStore = {
	acquire: async (...args) => {
		asked.push(['acquire', ...args]);
		return RECORD;
	},
	renew: async (...args) => {
		asked.push(['renew', ...args]);
		return renewed;
	},
	release: async (...args) => void asked.push(['release', ...args]),
};
const take = async (requestMs = 30 * SECOND) =>
	(await HeldLease.take(store, 'me', requestMs, () => now))!;

beforeEach(() => {
	now = START;
	asked = [];
	renewed = PAUSED;
});

it('is none where another run has it', async () => {
	const taken = { ...store, acquire: async () => null };
	expect(await HeldLease.take(taken, 'me', SECOND, () => now)).toBeNull();
});

it.each([
	[SECOND, 90],
	[30 * SECOND, 90],
	[31 * SECOND, 91],
	[5 * 60 * SECOND, 360],
])('of requests of %d ms is taken for %d seconds', async (requestMs, seconds) => {
	const lease = await take(requestMs);
	expect(asked).toEqual([['acquire', 'me', START, START + seconds * SECOND]]);
	expect(lease.record).toBe(RECORD);
});

it('covers a request that ends ten seconds before it does, and none that ends later', async () => {
	const lease = await take();
	now = START + 50 * SECOND;
	expect(lease.coversRequest).toBe(true);
	now += 1;
	expect(lease.coversRequest).toBe(false);
});

it('is renewed every ten seconds, and learns of the account', async () => {
	const lease = await take();
	now = START + 10 * SECOND - 1;
	expect(await lease.keep(STATE)).toBe(true);
	expect(asked).toHaveLength(1);
	now += 1;
	expect(await lease.keep(STATE)).toBe(true);
	expect(asked.at(-1)).toEqual(['renew', 'me', START + 100 * SECOND, STATE]);
	expect(lease.record).toBe(PAUSED);
	// Ten seconds from then, and for as much longer.
	now += 10 * SECOND - 1;
	await lease.keep(STATE);
	expect(asked).toHaveLength(2);
	now = START + 60 * SECOND;
	expect(lease.coversRequest).toBe(true);
	now += 1;
	expect(lease.coversRequest).toBe(false);
});

it('is renewed at once if the table took long to give it', async () => {
	const slow: LeaseStore = {
		...store,
		acquire: async (...args) => {
			now += 60 * SECOND;
			return await store.acquire(...args);
		},
	};
	const lease = (await HeldLease.take(slow, 'me', 30 * SECOND, () => now))!;
	expect(lease.coversRequest).toBe(false);
	expect(await lease.keep(STATE)).toBe(true);
	expect(asked.at(-1)).toEqual(['renew', 'me', START + 150 * SECOND, STATE]);
	expect(lease.coversRequest).toBe(true);
});

it('is renewed with a turn from when the turn was asked for', async () => {
	const lease = await take();
	now = START + 20 * SECOND;
	const renewal = lease.renewal(STATE);
	expect(renewal).toEqual({ holder: 'me', until: START + 110 * SECOND, state: STATE });
	now += 4 * SECOND;
	expect(lease.renewed(renewal, PAUSED)).toBe(true);
	expect(lease.record).toBe(PAUSED);
	now = START + 30 * SECOND - 1;
	await lease.keep(STATE);
	expect(asked).toHaveLength(1);
	now += 1;
	await lease.keep(STATE);
	expect(asked.at(-1)).toEqual(['renew', 'me', START + 120 * SECOND, STATE]);
});

it('that another run has taken over stays lost, and is asked for no more', async () => {
	const lease = await take();
	const renewal = lease.renewal(STATE);
	renewed = null;
	now = START + 10 * SECOND;
	expect(await lease.keep(STATE)).toBe(false);
	expect(lease.coversRequest).toBe(false);
	renewed = PAUSED;
	expect(await lease.keep(STATE)).toBe(false);
	expect(asked.filter(([what]) => what === 'renew')).toHaveLength(1);
	// An earlier renewal whose answer comes late.
	expect(lease.renewed(renewal, PAUSED)).toBe(false);
	expect(lease.coversRequest).toBe(false);
	expect(lease.record).toBe(RECORD);
});

it('is given back with the state of the account', async () => {
	const lease = await take();
	await lease.release(STATE);
	expect(asked.at(-1)).toEqual(['release', 'me', STATE]);
});
