import {
	accountScope,
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import { moveList } from '../../../stores/doNotContact/move';
import { iso, SENDER, START } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { ANA, BEN } from './contract.mts';

const tableOf = () =>
	new MemoryTable<DoNotContactColumn>(DO_NOT_CONTACT_COLUMNS.map(({ name }) => name));
let source: ReturnType<typeof tableOf>;
let target: ReturnType<typeof tableOf>;
beforeEach(() => ([source, target] = [tableOf(), tableOf()]));

const move = async (isOver = () => false) => await moveList(source, target, { isOver, now: START });
const there = () => [...target.rows.values()].map(({ person, scope }) => `${person} ${scope}`);

it('copies each entry once, and leaves it where it was', async () => {
	const scope = accountScope(SENDER);
	await source.insert([
		{ person: ANA, scope, reason: 'STOP', source: 'reply', added_at: iso(START - 1_000) },
	]);
	expect(await move()).toEqual({ copied: 1, left: 0, isMore: false });
	expect([...target.rows.values()]).toMatchObject([
		{ person: ANA, scope, reason: 'STOP', source: 'reply', added_at: iso(START - 1_000) },
	]);
	expect(source.rows.size).toBe(1);
	await source.insert([{ person: BEN, scope: 'all' }]);
	expect(await move()).toEqual({ copied: 1, left: 0, isMore: false });
	expect(there()).toEqual([`${ANA} ${scope}`, `${BEN} all`]);
});

it('copies in the form that PostgreSQL takes, and says whom it cannot', async () => {
	await source.insert([
		{ person: '+1 (415) 523-8886', scope: null },
		{ person: '212738495827364@lid', scope: 'everybody' },
		{ person: 'US.13491208655302741918', scope: 'account fake/1/2' },
		{ person: '', scope: 'all' },
		{ person: '0151 2345678', scope: 'all' },
		{ person: 'Ana Diaz', scope: 'all' },
	]);
	expect(await move()).toEqual({ copied: 3, left: 3, isMore: false });
	expect(there()).toEqual([
		`${ANA} all`,
		'212738495827364@lid all',
		'US.13491208655302741918 account fake/1/2',
	]);
	expect(await move()).toEqual({ copied: 0, left: 3, isMore: false });
});

it('goes on where it stopped, also after a kill in the middle', async () => {
	await source.insert(
		Array.from({ length: 2_500 }, (_, n) => ({ person: `+1415${5_000_000 + n}`, scope: 'all' })),
	);
	expect(await move(() => true)).toEqual({ copied: 1_000, left: 0, isMore: true });
	source.before = (access) => {
		if (access === 'update') throw new Error('killed');
	};
	await expect(move()).rejects.toThrow('killed');
	source.before = () => undefined;
	expect(await move()).toEqual({ copied: 1_500, left: 0, isMore: false });
	expect(new Set(there()).size).toBe(2_500);
});
