import {
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import { gatheredRefusals, refusalsOf } from '../../../stores/doNotContact/refusals';
import { rowOf, START } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { ANA, BEN, OWNER } from './contract.mts';

let list: MemoryTable<DoNotContactColumn>;
const access = { find: async () => list, owner: OWNER };
beforeEach(async () => {
	list = new MemoryTable<DoNotContactColumn>(DO_NOT_CONTACT_COLUMNS.map(({ name }) => name));
	await list.insert([{ person: ANA, scope: 'all', reason: 'replied STOP' }]);
});

const rowsFor = async (...values: Array<Record<string, string>>) =>
	await new MemoryTable().insert(
		values.map((more) => rowOf('m', START, { recipient: BEN, ...more })),
	);

it('says which messages are for somebody on the list, and why', async () => {
	const rows = await rowsFor({}, { recipient: ANA }, { recipient: ANA, do_not_contact: 'ignore' });
	const refusals = await refusalsOf(access, rows, 'was not moved');
	expect([...refusals.keys()]).toEqual([rows[1].id]);
	expect(refusals.get(rows[1].id)).toMatchObject({
		kind: 'rejected',
		message: `The scheduled message "${String(rows[1].schedule_id)}" was not moved: its recipient (${ANA}) is on Do Not Contact (replied STOP)`,
	});
	await list.insert([{ person: BEN, scope: 'all' }]);
	expect((await refusalsOf(access, rows, 'was not sent')).get(rows[0].id)?.message).toMatch(
		/ was not sent: its recipient \(\+4915123456789\) is on Do Not Contact$/,
	);
});

it('refuses nothing where there is no list', async () => {
	const rows = await rowsFor({ recipient: ANA });
	const none = { ...access, find: async () => null };
	expect([...(await refusalsOf(none, rows, 'x'))]).toEqual([]);
});

it('asks for many rows at once, and gives each its own', async () => {
	const rows = await rowsFor({ recipient: ANA }, {}, { recipient: ANA });
	list.accesses.length = 0;
	const refusalOf = gatheredRefusals(access, 'was not retried');
	const refusals = await Promise.all(rows.map(refusalOf));
	expect(refusals.map((one) => one?.message.includes('was not retried') ?? null)).toEqual([
		true,
		null,
		true,
	]);
	expect(list.accesses).toEqual(['select']);
});
