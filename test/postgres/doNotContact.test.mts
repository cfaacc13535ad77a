/** Do Not Contact in PostgreSQL: the same as in a table, and what Send Due learns of it with each turn. */
import { dispatchDue } from '../../stores/dispatcher';
import { openSqlBackend } from '../../stores/postgres/backend';
import { accountScope } from '../../stores/doNotContact/columns';
import { listedOf } from '../../stores/doNotContact/listed';
import { moveList } from '../../stores/doNotContact/move';
import { createLeaseStore } from '../../stores/table/accounts';
import { personOfRow } from '../../stores/table/rows';
import { ANA, BEN, describeList, OWNER } from '../stores/doNotContact/contract.mts';
import { connection, FakeGateway, RULES, rowOf, SENDER } from '../stores/table/fakes.mts';
import { databaseOn, newStore, startServer, type Server } from './store.mts';

let server: Server;
beforeAll(async () => void (server = await startServer()), 120_000);
afterAll(async () => await server?.close());

describeList('PostgreSQL', async () => (await newStore(server)).doNotContact);

/** Messages that are due, and one run of Send Due, with its accesses. */
async function open(count: number) {
	const store = await newStore(server);
	const { names, messages } = store;
	await messages.insert(
		Array.from({ length: count }, (_, n) => ({
			...rowOf(`m${n}`, Date.now() - 60_000 + n),
			recipient: `+1415523${String(1_000 + n)}`,
		})),
	);
	const fake = new FakeGateway();
	const gateway = { ...fake.gateway, optedOutCodes: ['21610'] };
	Object.assign(gateway.capabilities, { channel: 'whatsapp' });
	const run = async () => {
		const statements: string[] = [];
		const database = databaseOn(async (statement) => {
			statements.push(statement.text);
			return await server.client.runSql(statement);
		});
		const backend = await openSqlBackend(database, names, { create: false });
		const accounts = await backend.accounts();
		const report = await dispatchDue({
			gateway,
			connection,
			queue: backend.queue([SENDER], { gateway, accounts: async () => accounts }),
			lease: createLeaseStore(accounts, [SENDER]),
			rules: { ...RULES, maxParallel: 10 },
			resolveMessageIds: async () => 0,
			now: () => backend.now(),
			random: () => 0.5,
			isCancelled: () => false,
			sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))),
		});
		return { ...report, statements };
	};
	const statuses = async () => (await messages.select([], 100)).map(({ status }) => status);
	return { ...store, fake, run, statuses };
}

it('cancels what is for somebody on the list, which the turn that starts it says', async () => {
	const listed = await open(40);
	await listed.doNotContact.insert([
		{ person: '+14155231003', scope: 'all' },
		{ person: '+14155231005', scope: accountScope(SENDER) },
		{ person: '+14155231007', scope: 'whatsapp' },
		{ person: '+14155231009', scope: 'sms' },
		{ person: '+14155231011', scope: 'account fake/other' },
	]);
	const { entries, error, statements } = await listed.run();
	expect(error).toBeUndefined();
	expect(entries).toHaveLength(40);
	const expected = Array.from({ length: 40 }, (_, n) =>
		[3, 5, 7].includes(n) ? 'cancelled' : 'sent',
	);
	expect(await listed.statuses()).toEqual(expected);
	expect(listed.fake.asked).toHaveLength(37);
	const [row] = (await listed.messages.select([], 100)).filter(({ text }) => text === 'm5');
	expect(row).toMatchObject({ failure: 'optedOut: The recipient is on Do Not Contact' });
	const asking = statements.filter((text) => text.includes('_do_not_contact'));
	expect(asking.length).toBeGreaterThan(0);
	for (const text of asking) expect(text).toContain('with held as');
});

it('asks about the person of a row as it is read, and of none that ignores the list', async () => {
	const { messages, doNotContact, run, statuses } = await open(2);
	const [first] = await messages.select([], 1);
	expect(personOfRow(first)).toBe('+14155231000');
	await messages.update([
		{
			where: [{ column: 'id', is: 'eq', value: first.id }],
			values: { do_not_contact: 'ignore' },
		},
	]);
	await doNotContact.insert([
		{ person: '+14155231000', scope: 'all' },
		{ person: '+14155231001', scope: 'all' },
	]);
	await run();
	expect(await statuses()).toEqual(['sent', 'cancelled']);
});

it('sends nothing while the list is broken, and loses no result', async () => {
	const { names, run, statuses, fake } = await open(3);
	await server.client.query(`alter table ${names.table}_do_not_contact rename to ${names.table}_x`);
	const broken = await run();
	expect(broken.error).toBeInstanceOf(Error);
	expect(broken.entries).toEqual([]);
	expect(fake.asked).toEqual([]);
	expect(await statuses()).toEqual(['scheduled', 'scheduled', 'scheduled']);
	await server.client.query(`alter table ${names.table}_x rename to ${names.table}_do_not_contact`);
	expect((await run()).error).toBeUndefined();
	expect(await statuses()).toEqual(['sent', 'sent', 'sent']);
});

it.each([
	['a number in another form', '0151 2345678', 'all'],
	['digits without +', '4915123456789', 'all'],
	['two words', 'Ana Diaz', 'all'],
	['a chat id of a number', '4915123456789@C.us', 'all'],
	['a hidden id with a device', '212738495827364:12@lid', 'all'],
	['a number with a device', '14155238886:12@s.whatsapp.net', 'all'],
	['a number with something before it', 'tel:+14155238886', 'all'],
	['a name', 'Ana', 'all'],
	['a number as spreadsheets write it', "''+14155238886", 'all'],
	['nothing', '', 'all'],
	['an unknown scope', ANA, 'everybody'],
])(
	'refuses %s that a person enters by SQL, since it would hold for nobody',
	async (_, person, scope) => {
		const { names } = await newStore(server);
		await expect(
			server.client.query(
				`insert into ${names.table}_do_not_contact (person, scope) values ('${person}', '${scope}')`,
			),
		).rejects.toThrow(/dnc_(person|scope)/);
	},
);

it('takes the list of a Data Table over, again and again', async () => {
	const [source, target] = [await newStore(server), await newStore(server)];
	await source.doNotContact.insert([{ person: ANA, scope: 'all' }]);
	const move = async () =>
		await moveList(source.doNotContact, target.doNotContact, { isOver: () => false, now: 0 });
	expect(await move()).toMatchObject({ copied: 1 });
	await target.doNotContact.insert([{ person: BEN, scope: 'all' }]);
	await source.doNotContact.insert([{ person: BEN, scope: 'all' }]);
	expect(await move()).toMatchObject({ copied: 1 });
	expect(await target.doNotContact.select([], 9)).toHaveLength(2);
});

it('asks a list of 1,000,000 people by its index', async () => {
	const { names, doNotContact } = await newStore(server);
	const table = `${names.table}_do_not_contact`;
	await server.client.query(
		`insert into ${table} (person, scope) select '+1' || (2000000000 + n)::text, 'all' from generate_series(1, 1000000) n`,
	);
	const people = Array.from({ length: 500 }, (_, n) => `+1${2_000_000_000 + n * 4_001}`);
	const listed = await listedOf(doNotContact, OWNER, people);
	// From the second to the 250th: the first is before the list, the others behind it.
	expect([...listed.keys()].sort()).toEqual(people.slice(1, 250));
	// As the store asks: the planner does not know how many they are.
	const wanted = `array(select value from jsonb_array_elements_text('${JSON.stringify(people)}') value)`;
	const plan = JSON.stringify(
		await server.client.query(
			`explain (format json) select * from ${table} where person = any (${wanted})`,
		),
	);
	expect(plan).toContain(`${table.replace('_do_not_contact', '')}_dnc_key`);
	expect(plan).not.toContain('Seq Scan');
}, 120_000);
