import { DuplicateKeyError } from '../../../stores/duplicateKey';
import { KeyHolders } from '../../../stores/table/keyHolders';
import { rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const TARGET = { ...SENDER, account: 'account-2' };

let table: MemoryTable;
beforeEach(() => void (table = new MemoryTable()));

const rows = async (...keys: Array<string | null>) =>
	await table.insert(
		keys.map((deduplication_key, n) => rowOf(`m${n}`, START, { deduplication_key })),
	);

it('gives a key to the first of several messages, and to none where the account has it', async () => {
	const [taken] = await table.insert([
		rowOf('there', START, { account: TARGET.account, deduplication_key: 'a', status: 'sent' }),
	]);
	const moving = await rows('a', 'b', 'b', null, '', null);
	const holders = await KeyHolders.read(table, moving, TARGET);
	const outcome = moving.map((row) => {
		try {
			holders.take(row);
			return 'taken';
		} catch (error) {
			expect(error).toBeInstanceOf(DuplicateKeyError);
			return (error as Error).message;
		}
	});
	expect(outcome).toEqual([
		`The account "account-2" has another message with the deduplication key "a", so this one was not moved: the scheduled message "${String(taken.schedule_id)}" with the status "sent"`,
		'taken',
		expect.stringContaining(`the scheduled message "${String(moving[1].schedule_id)}"`),
		'taken',
		'taken',
		'taken',
	]);
});

it('asks for nothing where the messages stay with their account', async () => {
	const moving = await rows('a', 'a');
	table.accesses.length = 0;
	for (const target of [null, SENDER]) {
		const holders = await KeyHolders.read(table, moving, target);
		for (const row of moving) expect(() => holders.take(row)).not.toThrow();
	}
	expect(table.accesses).toEqual([]);
});

it('knows a key of another account or gateway for another one', async () => {
	await table.insert([
		rowOf('x', START, { account: 'account-3', deduplication_key: 'a' }),
		rowOf('y', START, { gateway: 'another', account: TARGET.account, deduplication_key: 'a' }),
	]);
	const [row] = await rows('a');
	const holders = await KeyHolders.read(table, [row], TARGET);
	expect(() => holders.take(row)).not.toThrow();
});

it('asks for 500 keys at a time, each once', async () => {
	const moving = await rows(...Array.from({ length: 1_100 }, (_, n) => `key ${n % 1_001}`));
	table.accesses.length = 0;
	await KeyHolders.read(table, moving, TARGET);
	expect(table.accesses).toEqual(['select', 'select', 'select']);
});
