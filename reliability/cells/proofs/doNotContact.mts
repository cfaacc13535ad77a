import type { Bench } from '../bench.mts';
import { expectSame, only, operation } from '../proof.mts';

/** The list of people who must not be written to. */

const person = ({ recipient }: Bench) => ({ recipient });

const addPerson = async (bench: Bench): Promise<void> =>
	void (await bench.operate('doNotContact.add', person(bench)));

const expectListed = async (bench: Bench, isListed: boolean): Promise<void> => {
	const people = await bench.store().people();
	expectSame('on the list', people.includes(bench.recipient), isListed);
};

export const add = operation({
	parameters: person,
	judge: async (bench, items) => {
		expectSame('added', only(items).added, true);
		await expectListed(bench, true);
	},
});

export const check = operation({
	prepare: addPerson,
	parameters: person,
	judge: (_, items) => expectSame('listed', only(items).isListed, true),
});

export const getAll = operation({
	prepare: addPerson,
	parameters: ({ recipient }) => ({ returnAll: true, filters: { recipient } }),
	judge: (bench, items) => expectSame('listed', only(items).recipient, bench.recipient),
});

export const remove = operation({
	prepare: addPerson,
	parameters: person,
	judge: async (bench, items) => {
		const { removed, isListed } = only(items);
		expectSame('output', [removed, isListed], [true, false]);
		await expectListed(bench, false);
	},
});
