import fc from 'fast-check';
import { personOf } from '../../../messages/doNotContact';
import { parseRecipient } from '../../../messages/recipient';
import {
	DO_NOT_CONTACT_COLUMNS,
	doNotContactTableName,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import { withRowsByHand } from '../../../stores/doNotContact/byHand';
import { createDoNotContactList } from '../../../stores/doNotContact/list';
import { listedBeforeSending, listedOf } from '../../../stores/doNotContact/listed';
import { LookAhead } from '../../../stores/doNotContact/lookAhead';
import { FakeClock, SECOND, START } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { ANA, BEN, describeList, OWNER } from './contract.mts';

const tableOf = () =>
	new MemoryTable<DoNotContactColumn>(DO_NOT_CONTACT_COLUMNS.map(({ name }) => name));
const reasonless = { reason: null, source: 'manual' } as const;

describeList('a table', async () => tableOf());
describeList('a table that people edit, too', async () => withRowsByHand(tableOf()));

it('rather sends one message too few: a scope that nobody can read holds for all', async () => {
	const table = tableOf();
	const unreadable = ['account', 'account fake', 'accountfake/1', 'my account fake/1', 'sms too'];
	for (const scope of [null, '', 'everybody', 'ALL', ...unreadable]) {
		await table.insert([{ person: ANA, scope }]);
		const listed = await listedOf(table, { senders: [], channel: 'sms' }, [ANA]);
		expect(listed.get(ANA)).toMatchObject({ scope: 'all', account: null });
		table.rows.clear();
	}
});

it('keeps what stands in an entry apart: slashes in an account, and cells that are empty', async () => {
	const table = tableOf();
	await table.insert([
		{ person: ANA, scope: 'account fake/1/2', source: 'reply' },
		{ person: null, scope: 'sms', source: 'somewhere', reason: '' },
	]);
	const list = createDoNotContactList(table, OWNER, () => START);
	const none = { reason: null, addedAt: null };
	expect(await list.entries({}, 10)).toEqual([
		{ ...none, person: ANA, scope: 'account', gateway: 'fake', account: '1/2', source: 'reply' },
		{ ...none, person: '', scope: 'sms', gateway: null, account: null, source: null },
	]);
	const owner = { senders: [{ gateway: 'fake', account: '1/2' }], channel: 'sms' } as const;
	expect([...(await listedOf(table, owner, [ANA])).keys()]).toEqual([ANA]);
	expect([...(await listedOf(table, OWNER, [ANA])).keys()]).toEqual([]);
});

it('lies beside the table of messages, under its name', () =>
	expect(doNotContactTableName('messages')).toBe('messages_do_not_contact'));

it('names the entry that is there longest, in whatever order the database has them', async () => {
	const table = tableOf();
	await table.insert([
		{ person: ANA, scope: 'sms', reason: 'of another channel' },
		{ person: ANA, scope: 'all', reason: 'first' },
		{ person: ANA, scope: 'whatsapp', reason: 'second' },
	]);
	const { selectAny } = table;
	table.selectAny = async (...args) => (await selectAny.apply(table, args)).reverse();
	expect((await listedOf(table, OWNER, [ANA, ANA])).get(ANA)).toMatchObject({ reason: 'first' });
	expect(await listedOf(table, OWNER, [BEN])).toEqual(new Map());
	const beforeSending = await listedBeforeSending(table, OWNER, [ANA, BEN], 'They wait.');
	expect([...beforeSending.keys()]).toEqual([ANA]);
});

it('moves no wish to a later time that somebody else has entered, or that came without one', async () => {
	for (const [source, at, expected] of [
		['reply', START + SECOND, START + SECOND],
		['gateway', START + SECOND, START + SECOND],
		['reply', undefined, START],
		['reply', null, START],
		['reply', START - SECOND, START],
		['manual', START + SECOND, START],
		['import', START + SECOND, START],
	] as const) {
		const table = tableOf();
		let time = START;
		const list = createDoNotContactList(table, OWNER, () => time);
		await list.add({ person: ANA, scope: 'all', reason: null, source });
		time += 9 * SECOND;
		const again = { person: ANA, scope: 'all', reason: null, source: 'reply' } as const;
		const { entry, isNew } = await list.add({ ...again, at });
		expect([source, at, isNew, entry.addedAt]).toEqual([
			source,
			at,
			false,
			new Date(expected).toISOString(),
		]);
		expect(table.row(1).added_at).toBe(entry.addedAt);
	}
});

describe('rows that people type into a Data Table', () => {
	let table: ReturnType<typeof tableOf>;
	const asked = async (...people: string[]) => [
		...(await listedOf(withRowsByHand(table), OWNER, people)).keys(),
	];
	const listOf = () => createDoNotContactList(withRowsByHand(table), OWNER, () => START);
	beforeEach(() => void (table = tableOf()));

	it.each([
		['14155238886', ANA],
		['0014155238886', ANA],
		['+1 (415) 523-8886', ANA],
		[' +14155238886 ', ANA],
		['14155238886@c.us', ANA],
		['14155238886@S.WHATSAPP.NET', ANA],
		['14155238886.0', ANA],
		["'+14155238886", ANA],
		['"14155238886"', ANA],
		['<+14155238886>;', ANA],
		['+14155238886\u200b', ANA],
		['525512345678', '+5215512345678'],
		['212738495827364:12@lid', '212738495827364@lid'],
		['212738495827364@LID', '212738495827364@lid'],
		['14155238886:12@s.whatsapp.net', ANA],
	])('hold for the person in any form: %s', async (person, meant) => {
		await table.insert([{ person, scope: 'all' }]);
		expect(await asked(meant, BEN)).toEqual([meant]);
		expect(await listOf().find(meant)).toMatchObject({ scope: 'all', source: 'manual' });
	});

	it('get the form in which people are compared, once, and are removed by it', async () => {
		await table.insert([{ person: '1 415 523 8886', scope: 'all', reason: 'by phone' }]);
		table.accesses.length = 0;
		expect(await asked(ANA)).toEqual([ANA]);
		expect(table.row(1)).toMatchObject({ person: ANA, source: 'manual', reason: 'by phone' });
		expect(table.row(1).added_at).toBe(table.row(1).createdAt);
		expect(await asked(ANA)).toEqual([ANA]);
		expect(table.accesses).toEqual(['select', 'update', 'select']);
		await table.insert([{ person: '4915123456789', scope: 'all' }]);
		expect(await listOf().entries({ person: BEN }, 10)).toMatchObject([{ person: BEN }]);
		await table.insert([{ person: '4915123456789', scope: 'all' }]);
		expect(await listOf().remove(BEN, null)).toBe(2);
	});

	it.each([null, ''])('are those whose source is emptied, too: %j', async (source) => {
		const added_at = new Date(START).toISOString();
		await table.insert([{ person: '14155238886', scope: 'all', source, added_at }]);
		// As before n8n 2.41.
		const { selectEither } = table;
		table.selectEither = async (conditions) =>
			(await selectEither.call(table, conditions)).filter(
				(row) =>
					row.source !== '' ||
					conditions.some(
						({ column, is, value }) => column === 'source' && is === 'eq' && value === '',
					),
			);
		expect(await asked(ANA)).toEqual([ANA]);
		expect(table.row(1)).toMatchObject({ person: ANA, source: 'manual', added_at });
	});

	it.each([
		['its source', { source: null, added_at: new Date(START).toISOString() }],
		['its time', { source: 'import', added_at: null }],
	])('are read once also where only %s is missing', async (_, cells) => {
		await table.insert([{ person: ANA, scope: 'all', ...cells }]);
		expect(await asked(BEN)).toEqual([]);
		expect(table.row(1)).toMatchObject({
			source: cells.source ?? 'manual',
			added_at: cells.added_at ?? table.row(1).createdAt,
		});
		table.accesses.length = 0;
		await asked(BEN);
		expect(table.accesses).toEqual(['select']);
	});

	it.each([
		'tel:+14155238886',
		'whatsapp:+14155238886',
		'1.4155E+10',
		'+14155238886/Ana',
		'tel:',
		'Ana',
	])(
		'say so where no number or address stands, or one with something around it, instead of holding for nobody: %s',
		async (person) => {
			await table.insert([{ person, scope: 'all' }]);
			await asked(ANA);
			expect(table.row(1).reason).toMatch(/^Holds for nobody/);
		},
	);

	it('say so where nobody could be meant, and hold once that is corrected', async () => {
		await table.insert([
			{ person: '0151 2345678', scope: 'all', reason: 'by phone' },
			{ person: null, scope: 'all' },
		]);
		expect(await asked(ANA)).toEqual([]);
		const told =
			'Holds for nobody: enter "person" with its country code, such as +14155238886. by phone';
		expect(table.row(1)).toMatchObject({ reason: told, added_at: null });
		expect(table.row(2)).toMatchObject({ reason: null, added_at: null });
		table.accesses.length = 0;
		await asked(ANA);
		expect(table.accesses).toEqual(['select']);
		table.edit(1, { person: '0049 151 23456789' });
		expect(await asked(BEN)).toEqual([BEN]);
		expect(table.row(1)).toMatchObject({ person: BEN, reason: 'by phone' });
	});

	it('hold also where the table cannot be written, and overwrite no correction', async () => {
		await table.insert([{ person: '14155238886', scope: 'all' }]);
		table.before = (access) => {
			if (access === 'update') throw new Error('no such table');
		};
		expect(await asked(ANA)).toEqual([ANA]);
		table.before = (access) => {
			if (access === 'update') table.edit(1, { person: '4915123456789' });
		};
		await asked(ANA);
		expect(table.row(1).person).toBe('4915123456789');
		table.before = () => undefined;
		expect(await asked(ANA, BEN)).toEqual([BEN]);
	});

	it.each(['14155238886', '525512345678'])(
		'hold in an import with all columns whose numbers have lost their plus: %s',
		async (person) => {
			const added_at = new Date(START).toISOString();
			await table.insert([{ person, scope: 'all', source: 'import', added_at }]);
			const meant = `+${person}`;
			expect(await asked(BEN, meant)).toEqual([meant]);
			expect(table.row(1)).toMatchObject({ person: meant, source: 'import', added_at });
			table.edit(1, { person });
			expect(await listOf().remove(meant, null)).toBe(1);
		},
	);

	it('are removed on the first attempt, also one among thousands that were just typed', async () => {
		const others = Array.from({ length: 1_500 }, (_, n) => ({
			person: `1415524${1_000 + n}`,
			scope: 'all',
		}));
		await table.insert([...others, { person: '1 415 523 8886', scope: 'all' }]);
		expect(await listOf().remove(ANA, null)).toBe(1);
		expect([...table.rows.values()].filter(({ source }) => source === 'manual')).toHaveLength(999);
	});

	it('count once, however many are asked for together', async () => {
		const people = Array.from({ length: 1_000 }, (_, n) => `+1415523${1_000 + n}`);
		await table.insert([{ person: people[700].slice(1), scope: 'all' }]);
		const rows = await withRowsByHand(table).selectAny('person', people);
		expect(rows.map(({ id }) => id)).toEqual([1]);
	});

	it('are looked for by other columns as they stand there', async () => {
		await table.insert([{ person: '14155238886', scope: 'all' }]);
		const byHand = withRowsByHand(table);
		expect(byHand.id).toBe(table.id);
		expect(await byHand.selectAny('scope', ['all'])).toMatchObject([{ person: '14155238886' }]);
		expect(await byHand.selectAny('person', [])).toEqual([]);
		const either = [{ column: 'scope', is: 'eq', value: 'all' }] as const;
		expect(await byHand.selectEither(either)).toMatchObject([{ person: '14155238886' }]);
		expect(table.accesses).toEqual(['insert', 'select', 'select', 'select']);
	});

	it('cost no access as long as all were read', async () => {
		await listOf().add({ person: ANA, scope: 'all', ...reasonless });
		table.accesses.length = 0;
		await asked(ANA, BEN);
		expect(table.accesses).toEqual(['select']);
	});
});

it('asks once for each 450 people, however long the list is', async () => {
	const table = tableOf();
	const list = createDoNotContactList(table, OWNER, () => START);
	const many = Array.from({ length: 3_000 }, (_, n) => `+1415${String(5_000_000 + n)}`);
	await table.insert(many.map((person) => ({ person, scope: 'all' })));
	table.accesses.length = 0;
	const entries = await Promise.all(many.slice(0, 901).map(async (one) => await list.find(one)));
	expect(entries.filter((entry) => entry !== null)).toHaveLength(901);
	expect(table.accesses).toEqual(['select', 'select', 'select']);
});

it('says that nothing is sent where the list cannot be read', async () => {
	const table = tableOf();
	table.before = () => {
		throw new Error('no such column: person');
	};
	const refused = listedBeforeSending(table, OWNER, [ANA], 'They wait.');
	await expect(refused).rejects.toMatchObject({
		message: expect.stringMatching(
			/^"Do Not Contact" cannot be read, so nothing is sent: no such column/,
		),
		details: { hint: 'They wait.' },
	});
});

it('is, for any adds and removals by two runs, what a set would be', async () => {
	const step = fc.record({
		person: fc.constantFrom(ANA, BEN),
		scope: fc.constantFrom('account' as const, 'whatsapp' as const, 'all' as const),
		isAdd: fc.boolean(),
		run: fc.constantFrom(0, 1),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
			const table = tableOf();
			const runs = [0, 1].map(() => createDoNotContactList(table, OWNER, () => START));
			const expected = new Set<string>();
			for (const { person, scope, isAdd, run } of steps) {
				const key = `${person} ${scope}`;
				if (isAdd) {
					const { isNew } = await runs[run].add({ ...reasonless, person, scope });
					expect(isNew).toBe(!expected.has(key));
					expected.add(key);
				} else {
					expect(await runs[run].remove(person, scope)).toBe(expected.delete(key) ? 1 : 0);
				}
			}
			const entries = await runs[0].entries({}, Infinity);
			expect(new Set(entries.map(({ person, scope }) => `${person} ${scope}`))).toEqual(expected);
			expect(entries).toHaveLength(expected.size);
		}),
	);
});

it('makes one entry of adds whose accesses interleave in any way', async () => {
	await fc.assert(
		fc.asyncProperty(fc.scheduler(), async (scheduler) => {
			const table = tableOf();
			table.before = async () => await scheduler.schedule(Promise.resolve());
			const adds = [1, 2, 3].map(async () => {
				const list = createDoNotContactList(table, OWNER, () => START);
				return await list.add({ ...reasonless, person: ANA, scope: 'all' });
			});
			await scheduler.waitFor(Promise.all(adds));
			expect(table.rows.size).toBe(1);
		}),
	);
});

it('enters a person though somebody empties the list right after the insert', async () => {
	const table = tableOf();
	let isFirst = true;
	table.before = (access) => {
		if (access !== 'select' || table.rows.size === 0 || !isFirst) return;
		isFirst = false;
		table.rows.clear();
	};
	const list = createDoNotContactList(table, OWNER, () => START);
	expect(await list.add({ ...reasonless, person: ANA, scope: 'all' })).toMatchObject({
		isNew: true,
		entry: { person: ANA, scope: 'all' },
	});
});

it('leaves a later wish that another execution enters at the same moment', async () => {
	const table = tableOf();
	const list = createDoNotContactList(table, OWNER, () => START);
	const wish = { person: ANA, scope: 'all', reason: null, source: 'reply' } as const;
	await list.add({ ...wish, at: START });
	const later = new Date(START + 9 * SECOND).toISOString();
	table.before = (access) => {
		if (access === 'update') table.edit(1, { added_at: later });
	};
	expect(await list.add({ ...wish, at: START + SECOND })).toMatchObject({
		isNew: false,
		entry: { person: ANA },
	});
	expect(table.row(1).added_at).toBe(later);
});

it('knows a person by the number, in whichever form it is written', () => {
	for (const form of ['+1 (415) 523-8886', '0014155238886', '14155238886@s.whatsapp.net']) {
		expect(personOf(parseRecipient(form))).toBe(ANA);
	}
	expect(personOf(parseRecipient('212738495827364@LID'))).toBe('212738495827364@lid');
});

describe('the look ahead', () => {
	const many = Array.from({ length: 1_200 }, (_, n) => `+1415${String(5_000_000 + n)}`);
	const ahead = (clock: FakeClock, listed = new Set<string>()) => {
		const asked: Array<readonly string[]> = [];
		const look = new LookAhead(async (people) => {
			asked.push(people);
			await Promise.resolve();
			return new Map(
				people
					.filter((person) => listed.has(person))
					.map((person) => [person, { person } as never]),
			);
		}, clock.now);
		many.forEach((person) => look.expect(person));
		return { look, asked, listed };
	};

	it('takes along those whose turn is next, five at a time or all together', async () => {
		const { look, asked } = ahead(new FakeClock());
		for (let from = 0; from < many.length; from += 5) {
			await Promise.all(many.slice(from, from + 5).map(async (person) => await look.find(person)));
		}
		expect(asked.map(({ length }) => length)).toEqual([450, 450, 300]);
		const together = ahead(new FakeClock());
		await Promise.all(many.map(async (person) => await together.look.find(person)));
		expect(together.asked.map(({ length }) => length)).toEqual([450, 450, 300]);
	});

	it('looks again after ten seconds', async () => {
		const clock = new FakeClock();
		const { look, asked, listed } = ahead(clock);
		expect(await look.find(many[0])).toBeNull();
		listed.add(many[0]);
		clock.ms += 10 * SECOND;
		expect(await look.find(many[0])).toBeNull();
		clock.ms += 1;
		expect(await look.find(many[0])).toEqual({ person: many[0] });
		expect(asked).toHaveLength(2);
	});

	it('takes along only those whose answer is too old, or missing', async () => {
		const clock = new FakeClock();
		const { look, asked } = ahead(clock);
		await look.find(many[5]);
		clock.ms += 5 * SECOND;
		await look.find(many[0]);
		expect(asked[1]).toEqual([...many.slice(0, 5), ...many.slice(455, 900)]);
		clock.ms += 6 * SECOND;
		await look.find(many[5]);
		expect(asked[2]).toEqual([...many.slice(5, 455)]);
		// Nobody is asked for twice who was expected twice.
		look.expect(many[1_199]);
		await look.find(many[1_199]);
		expect(asked[3]).toEqual([many[1_199]]);
	});

	it('answers by a look that takes longer than that', async () => {
		const clock = new FakeClock();
		const look = new LookAhead(async () => {
			clock.ms += 60 * SECOND;
			return new Map();
		}, clock.now);
		expect(await look.find(ANA)).toBeNull();
	});

	it('tells everybody of a list that cannot be read, and asks again afterwards', async () => {
		let fails = true;
		const look = new LookAhead(async () => {
			if (fails) throw new Error('broken');
			return new Map();
		}, new FakeClock().now);
		const asked = [ANA, BEN].map(async (person) => await look.find(person));
		for (const one of asked) await expect(one).rejects.toThrow('broken');
		fails = false;
		expect(await look.find(ANA)).toBeNull();
	});
});
