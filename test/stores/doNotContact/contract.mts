/** What the list Do Not Contact must do on every backend. */
import {
	accountScope,
	type DoNotContactColumn,
	type DoNotContactTable,
	type ListOwner,
} from '../../../stores/doNotContact/columns';
import { createDoNotContactList, type NewEntry } from '../../../stores/doNotContact/list';
import { listedOf } from '../../../stores/doNotContact/listed';
import type { ValuesOf } from '../../../stores/table/table';
import { iso, SENDER, START } from '../table/fakes.mts';

export const ANA = '+14155238886';
export const BEN = '+4915123456789';
const LID = '212738495827364@lid';
export const OWNER: ListOwner = { senders: [SENDER], channel: 'whatsapp' };
const OTHER: ListOwner = {
	senders: [{ gateway: 'fake', account: 'account-2' }],
	channel: 'whatsapp',
};
const SMS: ListOwner = { senders: [{ gateway: 'pager', account: '1' }], channel: 'sms' };

const entryOf = (person: string, more: Partial<NewEntry> = {}): NewEntry => ({
	person,
	scope: 'account',
	reason: 'replied STOP',
	source: 'reply',
	...more,
});

export function describeList(name: string, open: () => Promise<DoNotContactTable>): void {
	describe(`Do Not Contact in ${name}`, () => {
		let table: DoNotContactTable;
		let time = START;
		const now = () => time;
		const listFor = (owner = OWNER) => createDoNotContactList(table, owner, now);
		const people = async (owner = OWNER) =>
			(await listFor(owner).entries({}, 100)).map(({ person }) => person);

		beforeEach(async () => {
			table = await open();
			time = START;
		});

		it('finds whom it was told of, and what of them', async () => {
			const list = listFor();
			expect(await list.find(ANA)).toBeNull();
			expect(await list.add(entryOf(ANA))).toEqual({
				isNew: true,
				entry: {
					person: ANA,
					scope: 'account',
					gateway: SENDER.gateway,
					account: SENDER.account,
					reason: 'replied STOP',
					source: 'reply',
					addedAt: iso(START),
				},
			});
			expect(await list.find(ANA)).toMatchObject({ person: ANA, reason: 'replied STOP' });
			expect(await list.find(BEN)).toBeNull();
		});

		it('adds a person once, and keeps the first reason and time', async () => {
			await listFor().add(entryOf(ANA));
			time += 1_000;
			const again = await listFor().add(entryOf(ANA, { reason: 'other', source: 'manual' }));
			expect(again).toMatchObject({
				isNew: false,
				entry: { reason: 'replied STOP', source: 'reply', addedAt: iso(START) },
			});
			expect(await people()).toEqual([ANA]);
		});

		it('makes one entry of two equal items of a run, and says which was first', async () => {
			const list = listFor();
			const added = await Promise.all([list.add(entryOf(ANA)), list.add(entryOf(ANA))]);
			expect(added.map(({ isNew }) => isNew)).toEqual([true, false]);
			expect(await people()).toEqual([ANA]);
		});

		it('makes one entry of twelve runs at the same moment', async () => {
			await Promise.all(Array.from({ length: 12 }, async () => await listFor().add(entryOf(ANA))));
			expect(await people()).toEqual([ANA]);
			// The losers are gone, and the one that is left is found by all.
			expect(await listFor().find(ANA)).not.toBeNull();
		});

		it.each([
			['account', [true, false, false]],
			['whatsapp', [true, true, false]],
			['sms', [false, false, true]],
			['all', [true, true, true]],
		] as const)('holds with the scope %s for those whom it names', async (scope, expected) => {
			await listFor().add(entryOf(ANA, { scope }));
			const found = await Promise.all(
				[OWNER, OTHER, SMS].map(async (owner) => (await listFor(owner).find(ANA)) !== null),
			);
			expect(found).toEqual(expected);
		});

		it('holds for an account under each of its names', async () => {
			await listFor().add(entryOf(ANA));
			const owner = { ...OTHER, senders: [...OTHER.senders, SENDER] };
			expect(await listFor(owner).find(ANA)).toMatchObject({ account: SENDER.account });
		});

		it('changes and lists the entries of an account under all of its names', async () => {
			const owner = { ...OTHER, senders: [...OTHER.senders, SENDER] };
			const undone = [
				async () => expect(await listFor(owner).remove(ANA, 'account')).toBe(1),
				async () => await listFor(owner).takeBack(ANA, START),
			];
			for (const undo of undone) {
				await listFor().add(entryOf(ANA));
				expect(await listFor(owner).add(entryOf(ANA))).toMatchObject({ isNew: false });
				expect(await listFor(owner).entries({ scope: 'account' }, 10)).toMatchObject([
					{ person: ANA, account: SENDER.account },
				]);
				await undo();
				expect(await people()).toEqual([]);
			}
			await listFor().add(entryOf(ANA));
			await listFor(OTHER).add(entryOf(BEN));
			await listFor().add(entryOf(BEN));
			const listed = await listFor(owner).entries({ scope: 'account' }, 2);
			expect(listed.map(({ person }) => person)).toEqual([ANA, BEN]);
			expect(await listFor(owner).remove(BEN, 'account')).toBe(2);
		});

		it('removes one scope or all, and says how many there were', async () => {
			const list = listFor();
			await list.add(entryOf(ANA));
			await list.add(entryOf(ANA, { scope: 'all' }));
			await list.add(entryOf(BEN));
			expect(await list.remove(ANA, 'sms')).toBe(0);
			expect(await list.remove(ANA, 'account')).toBe(1);
			expect(await list.find(ANA)).toMatchObject({ scope: 'all' });
			expect(await list.remove(ANA, null)).toBe(1);
			expect(await list.remove(ANA, null)).toBe(0);
			expect(await list.find(ANA)).toBeNull();
			expect(await people()).toEqual([BEN]);
		});

		it('takes back what was wished until then, and no later wish', async () => {
			const list = listFor();
			await list.add(entryOf(ANA, { at: START + 5_000 }));
			await list.takeBack(ANA, START + 4_999);
			expect(await list.find(ANA)).toMatchObject({ addedAt: iso(START + 5_000) });
			await list.takeBack(BEN, START + 5_000);
			expect(await people()).toEqual([ANA]);
			await list.takeBack(ANA, START + 5_000);
			expect(await list.find(ANA)).toBeNull();
		});

		it.each([
			['reply', false],
			['gateway', false],
			['manual', true],
			['import', true],
		] as const)(
			'takes back what the person has brought in: by %s, it stays: %s',
			async (source, stays) => {
				const list = listFor();
				await list.add(entryOf(ANA, { source }));
				await list.add(entryOf(ANA, { at: START + 1_000 }));
				await list.takeBack(ANA, START + 1_000);
				expect((await list.find(ANA)) !== null).toBe(stays);
			},
		);

		it('takes back nothing of a wider scope, or of another account', async () => {
			await listFor().add(entryOf(ANA, { scope: 'whatsapp', at: START }));
			await listFor(OTHER).add(entryOf(ANA, { at: START }));
			await listFor().takeBack(ANA, START + 1);
			expect(await people()).toEqual([ANA, ANA]);
		});

		it('counts a repeated wish from its later time on, and an earlier one not', async () => {
			const list = listFor();
			await list.add(entryOf(ANA, { at: START }));
			for (const [at, expected] of [
				[START + 2_000, START + 2_000],
				[START + 1_000, START + 2_000],
			]) {
				expect(await list.add(entryOf(ANA, { at, reason: 'other' }))).toMatchObject({
					isNew: false,
					entry: { addedAt: iso(expected), reason: 'replied STOP' },
				});
			}
			expect(await list.find(ANA)).toMatchObject({ addedAt: iso(START + 2_000) });
		});

		it.each([
			['+5215512345678', '+525512345678'],
			['+5491123456789', '+541123456789'],
			['+5531987654321', '+553187654321'],
		])('knows one person as %s and as %s', async (long, short) => {
			for (const [one, other] of [
				[long, short],
				[short, long],
			]) {
				const list = listFor();
				await list.add(entryOf(one));
				expect(await list.find(other)).toMatchObject({ person: one });
				expect([...(await listedOf(table, OWNER, [other, BEN])).keys()]).toEqual([other]);
				expect(await list.add(entryOf(other))).toMatchObject({ isNew: false });
				expect(await list.entries({ person: other }, 10)).toMatchObject([{ person: one }]);
				expect(await list.remove(other, 'account')).toBe(1);
				await list.add(entryOf(one));
				await list.takeBack(other, START);
				expect(await people()).toEqual([]);
			}
		});

		it('enters a person anew who was removed', async () => {
			const list = listFor();
			await list.add(entryOf(ANA));
			await list.remove(ANA, null);
			expect(await list.add(entryOf(ANA))).toMatchObject({ isNew: true });
			expect(await people()).toEqual([ANA]);
		});

		it.each(['STOP', 'توقف', '停止 🛑', "'; drop table x; --", '={{ $json.x }}', '%_'])(
			'keeps %s as a reason, and any address as a person',
			async (reason) => {
				const list = listFor();
				await list.add(entryOf(LID, { reason }));
				await list.add(entryOf('US.13491208655302741918', { reason }));
				await list.add(entryOf('120363039326117111@g.us', { reason }));
				expect(await list.find(LID)).toMatchObject({ person: LID, reason });
				expect(await list.find('US.13491208655302741918')).toMatchObject({ reason });
				expect(await list.find('120363039326117111@g.us')).toMatchObject({ reason });
			},
		);

		it('lists by person, scope and source, the earliest first', async () => {
			const list = listFor();
			await list.add(entryOf(ANA, { source: 'import' }));
			await list.add(entryOf(BEN, { scope: 'all' }));
			await list.add(entryOf(BEN));
			const listed = async (filter: Parameters<typeof list.entries>[0], limit = 100) =>
				(await list.entries(filter, limit)).map(({ person, scope }) => `${person} ${scope}`);
			expect(await listed({})).toEqual([`${ANA} account`, `${BEN} all`, `${BEN} account`]);
			expect(await listed({}, 2)).toEqual([`${ANA} account`, `${BEN} all`]);
			expect(await listed({ person: BEN })).toEqual([`${BEN} all`, `${BEN} account`]);
			expect(await listed({ scope: 'account' })).toEqual([`${ANA} account`, `${BEN} account`]);
			expect(await listed({ source: 'import' })).toEqual([`${ANA} account`]);
		});

		it('takes many at once, and pages through all of them', async () => {
			const many = Array.from({ length: 2_300 }, (_, n) => `+1415${String(5_000_000 + n)}`);
			const list = listFor();
			const added = await Promise.all(many.map(async (person) => await list.add(entryOf(person))));
			expect(added.every(({ isNew }) => isNew)).toBe(true);
			expect((await list.entries({}, Infinity)).map(({ person }) => person).sort()).toEqual(many);
			const wanted = [...many.slice(700, 1_900), ANA];
			const listed = await listedOf(table, OWNER, wanted);
			expect([...listed.keys()].sort()).toEqual(many.slice(700, 1_900));
		});

		it('reads what a person has entered by hand', async () => {
			const byHand = async (values: ValuesOf<DoNotContactColumn>) => await table.insert([values]);
			await byHand({ person: ANA, scope: 'all' });
			await byHand({ person: BEN, scope: accountScope(OTHER.senders[0]) });
			const entry = await listFor().find(ANA);
			expect(entry).toMatchObject({ person: ANA, scope: 'all', reason: null });
			// A table that people edit completes what they enter.
			expect([null, 'manual']).toContain(entry!.source);
			expect(await listFor().find(BEN)).toBeNull();
			expect(await listFor(OTHER).find(BEN)).toMatchObject({ account: 'account-2' });
		});
	});
}
