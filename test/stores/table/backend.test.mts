import {
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
	type DoNotContactTable,
} from '../../../stores/doNotContact/columns';
import { createTableBackend } from '../../../stores/table/backend';
import {
	accountsTable,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SENDER,
	START,
} from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const HOUR = 60 * MINUTE;
const PERSON = '+919988066776';

let table: MemoryTable;
let clock: FakeClock;
let list: DoNotContactTable | null;
beforeEach(() => {
	clock = new FakeClock();
	table = new MemoryTable();
	table.now = clock.now;
	list = null;
});

const backend = () => {
	const accounts = async () => accountsTable(clock.now);
	return createTableBackend(table, 'scheduled_messages', {
		accounts,
		findAccounts: accounts,
		doNotContact: async () => list!,
		findDoNotContact: async () => list,
		now: clock.now,
	});
};

it('is the table under its name, listed row by row', () => {
	expect(backend()).toMatchObject({ messages: table, name: 'scheduled_messages', list: null });
});

it('purges what is finished and old, all of it or some messages', async () => {
	const rows = await table.insert(
		['sent', 'scheduled', 'failed', 'sent'].map((status) => rowOf(status, START, { status })),
	);
	clock.ms += HOUR;
	const before = iso(clock.ms);
	const [first, second, third] = rows.map(({ schedule_id: id }) => String(id));
	expect(await backend().purgeThese([second, third], before)).toEqual(new Set([third]));
	expect([...table.rows.keys()]).toEqual([1, 2, 4]);
	expect(await backend().purge(iso(START))).toBe(0);
	expect(await backend().purge(before)).toBe(2);
	expect([...table.rows.keys()]).toEqual([2]);
	expect(await backend().purgeThese([first], before)).toEqual(new Set());
});

it('counts its messages', async () => {
	await table.insert([rowOf('a', START - HOUR), rowOf('b', START + HOUR)]);
	const period = { now: START, since: START - 24 * HOUR, timezone: 'UTC' };
	expect(await backend().statistics(period)).toMatchObject({ total: 2, due: 1, overdue: 1 });
	const days = { today: { from: START, to: START + HOUR }, until: START + HOUR };
	expect(await backend().board({ ...period, ...days })).toMatchObject({
		statistics: { total: 2, due: 1 },
		isComplete: true,
	});
});

describe('the queue of an account', () => {
	const queue = () => {
		const { gateway } = new FakeGateway();
		return backend().queue([SENDER], { gateway, accounts: async () => accountsTable(clock.now) });
	};

	it('has its messages', async () => {
		await table.insert([rowOf('a', START - HOUR), rowOf('b', START - HOUR, { account: 'x' })]);
		expect((await queue().due(iso(START), 9)).map(({ text }) => text)).toEqual(['a']);
	});

	it('knows who is on Do Not Contact: nobody without a list', async () => {
		expect(await queue().listed!([PERSON])).toEqual(new Set());
		const names = DO_NOT_CONTACT_COLUMNS.map(({ name }) => name);
		const people = new MemoryTable<DoNotContactColumn>(names);
		await people.insert([{ person: PERSON, scope: 'all' }]);
		list = people;
		expect(await queue().listed!([PERSON, '+14155238886'])).toEqual(new Set([PERSON]));
	});

	it('sends nothing while the list cannot be read, and says that messages wait', async () => {
		const people = new MemoryTable<DoNotContactColumn>();
		people.before = () => {
			throw new Error('the database went away');
		};
		list = people;
		await expect(queue().listed!([PERSON])).rejects.toMatchObject({
			kind: 'unavailable',
			details: { hint: expect.stringMatching(/^The stored messages wait/) },
		});
	});
});
