import { dispatchDue } from '../../../stores/dispatcher';
import {
	createLeaseStore,
	pauseAccount,
	resumeAccount,
	type AccountColumn,
} from '../../../stores/table/accounts';
import { waitUntilIdle, type WaitContext } from '../../../stores/table/pause';
import { VirtualTime } from '../dispatcher/virtualTime.mts';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	MINUTE,
	rowOf,
	SECOND,
	SENDER,
	START,
} from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const NOBODY_CANCELS = { timeoutMs: 30 * SECOND, isCancelled: () => false };
let clock: FakeClock;
let accounts: MemoryTable<AccountColumn>;
beforeEach(() => {
	clock = new FakeClock();
	accounts = accountsTable(clock.now);
});
const context = (more: Partial<WaitContext> = {}): WaitContext => ({
	...NOBODY_CANCELS,
	now: clock.now,
	sleep: clock.sleep,
	...more,
});

it('does not wait where no run sends', async () => {
	const { leaseUntil } = await waitUntilIdle(accounts, SENDER, context());
	expect([leaseUntil, clock.ms]).toEqual([0, START]);
});

it('waits until the lease of a run that was killed has run out', async () => {
	await createLeaseStore(accounts, [SENDER]).acquire('killed', START, START + 90 * SECOND);
	await waitUntilIdle(accounts, SENDER, context());
	expect(clock.ms).toBe(START + 90 * SECOND);
});

it('does not wait for ever', async () => {
	await createLeaseStore(accounts, [SENDER]).acquire('a run', START, START + 60 * MINUTE);
	const { leaseUntil } = await waitUntilIdle(accounts, SENDER, context());
	expect(leaseUntil).toBe(START + 60 * MINUTE);
	expect(clock.ms).toBe(START + 150 * SECOND);
});

it('ends with the execution', async () => {
	await createLeaseStore(accounts, [SENDER]).acquire('a run', START, START + 60 * MINUTE);
	await waitUntilIdle(accounts, SENDER, context({ isCancelled: () => true }));
	expect(clock.ms).toBe(START);
});

it('is told by a run that sends, which begins nothing new and ends', async () => {
	const time = new VirtualTime(START);
	const [now, sleep] = [() => time.now(), async (ms: number) => await time.sleep(ms)];
	const table = new MemoryTable();
	const fake = new FakeGateway();
	fake.send = async () => (await sleep(5 * SECOND), {});
	await table.insert(
		Array.from({ length: 200 }, (_, index) =>
			rowOf(`m${index}`, START, { recipient: `+91998806${1_000 + index}` }),
		),
	);
	const run = async () =>
		await dispatchDue(contextFor(table, accounts, fake, clock, { now, sleep }));
	const story = async () => {
		const running = run();
		await sleep(7 * SECOND);
		await pauseAccount(accounts, SENDER, { until: null, note: 'deploy', now: now() });
		const pausedAt = now();
		await waitUntilIdle(accounts, SENDER, { ...NOBODY_CANCELS, now, sleep });
		const idleAfterMs = now() - pausedAt;
		const asked = fake.asked.length;
		const { entries } = await running;
		const during = await run();
		await resumeAccount(accounts, [SENDER]);
		const after = await run();
		return { idleAfterMs, asked, sent: entries.length, during, after: after.entries.length };
	};
	const telling = story();
	await time.runUntil(START + 60 * MINUTE);
	const told = await telling;
	expect(told.idleAfterMs).toBeLessThan(20 * SECOND);
	expect(told.sent).toBe(told.asked);
	expect(told.sent).toBeLessThan(30);
	expect(told.during).toMatchObject({
		entries: [],
		idle: { why: 'pausedByPerson', note: 'deploy' },
	});
	expect(told.after).toBeGreaterThan(20);
	expect(table.statuses).not.toContain('sending');
});
