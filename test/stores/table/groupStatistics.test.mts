import fc from 'fast-check';

import { STATUS_NAMES } from '../../../messages/status';
import { GroupTally, MAX_GROUPS } from '../../../stores/table/groupStatistics';
import { statistics } from '../../../stores/table/statistics';
import { accountsTable, rowOf, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const DAY = 86_400_000;

it('counts the largest groups one by one, and the rest together', () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.nat({ max: 120 }), fc.constantFrom(...STATUS_NAMES))),
			(messages) => {
				const tally = new GroupTally();
				for (const [group, status] of messages) tally.add(`g${group}`, status, 1);
				const { byGroup, otherGroups } = tally.result();
				const names = new Set(messages.map(([group]) => group));
				expect(byGroup).toHaveLength(Math.min(MAX_GROUPS, names.size));
				expect(otherGroups.groups).toBe(names.size - byGroup.length);
				const totals = byGroup.map(({ total }) => total);
				expect(totals).toEqual([...totals].sort((a, b) => b - a));
				for (const { group, total, byStatus } of byGroup) {
					const own = messages.filter(([of]) => `g${of}` === group);
					expect(total).toBe(own.length);
					for (const status of STATUS_NAMES) {
						expect(byStatus[status]).toBe(own.filter(([, is]) => is === status).length);
					}
				}
				expect(totals.reduce((sum, each) => sum + each, otherGroups.total)).toBe(messages.length);
			},
		),
	);
});

it('counts the groups of a table, those without one left out', async () => {
	const table = new MemoryTable();
	const group = (name: string | null, status = 'scheduled') => ({
		...rowOf('x', START + 1_000),
		group_name: name,
		status,
	});
	await table.insert([
		group('b'),
		group('a', 'sending'),
		group('a', 'sent'),
		group(null),
		group(''),
		...Array.from({ length: 60 }, (_, n) => group(`other ${100 + n}`)),
	]);
	const period = { now: START, since: START - DAY, timezone: 'UTC' };
	const { total, byGroup, otherGroups } = await statistics(table, accountsTable(), period);
	expect(total).toBe(65);
	expect(byGroup.slice(0, 3)).toMatchObject([
		{ group: 'a', total: 2, byStatus: { queued: 1, sent: 1 } },
		{ group: 'b', total: 1, byStatus: { scheduled: 1 } },
		{ group: 'other 100', total: 1 },
	]);
	expect(byGroup).toHaveLength(50);
	expect(otherGroups).toMatchObject({ groups: 12, total: 12, byStatus: { scheduled: 12 } });
});

it('counts what belongs to groups that are not named, and how many there are', () => {
	const tally = new GroupTally();
	tally.add('a', 'sent', 2);
	tally.addOthers('failed', 3);
	tally.addOthers('sent', 1);
	for (let again = 0; again < 2; again++) {
		const { byGroup, otherGroups } = tally.result(7);
		expect(byGroup).toMatchObject([{ group: 'a', total: 2 }]);
		expect(otherGroups).toMatchObject({ groups: 6, total: 4, byStatus: { failed: 3, sent: 1 } });
	}
});

it('counts again the same of many groups, however often it is asked', () => {
	const tally = new GroupTally();
	for (let group = 0; group <= MAX_GROUPS; group++) tally.add(`g${group}`, 'read', 1);
	const first = tally.result();
	expect(first.otherGroups).toMatchObject({ groups: 1, total: 1, byStatus: { read: 1 } });
	expect(tally.result()).toEqual(first);
});

it('has groups of one size by their names', () => {
	const tally = new GroupTally();
	for (const group of ['c', 'a', 'b']) tally.add(group, 'sent', 1);
	expect(tally.result().byGroup.map(({ group }) => group)).toEqual(['a', 'b', 'c']);
});
